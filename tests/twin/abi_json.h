// Structs of bpf/record.h as JSON and back, field by field. The names, offsets and sizes are those that the compiler
// left in the kernel programs (BTF), so that nothing has to be listed here and a changed field is told by its name.
#pragma once

#include <cstddef>
#include <memory>
#include <nlohmann/json.hpp>
#include <stdexcept>
#include <string>

struct btf;

namespace sockwarden::testing {

using Json = nlohmann::json;

/// Of a union only the member in force is kept: of sw_flow that of its protocol.
enum class Fields {
  told,  ///< those that are not 0
  all    ///< each of them; of an array, which is an object by index, the elements that are not 0
};

class AbiJson {
 public:
  /// Of an object with kernel programs; that of this build unless said otherwise.
  explicit AbiJson(const std::string& object = SOCKWARDEN_BPF_OBJECT);

  template <class Struct>
  [[nodiscard]] Json write(const char* name, const Struct& value, Fields fields = Fields::told) const {
    const Json json = write(id_of(name, sizeof value), reinterpret_cast<const std::byte*>(&value), fields);
    return json.is_null() ? Json::object() : json;
  }

  /// Throws where the JSON has a field that the struct has not, or a value that does not fit; with Fields::all also
  /// where it lacks one.
  template <class Struct>
  [[nodiscard]] Struct read(const char* name, const Json& json, Fields fields = Fields::told) const {
    Struct value{};
    const unsigned id = id_of(name, sizeof value);
    read(id, json, reinterpret_cast<std::byte*>(&value), name);
    if (fields == Fields::all) must_have_all(id, json, name);
    return value;
  }

 private:
  struct Free {
    void operator()(btf* types) const;
  };
  [[nodiscard]] unsigned id_of(const char* name, std::size_t bytes) const;
  [[nodiscard]] Json write(unsigned id, const std::byte* from, Fields fields) const;
  void write_members(unsigned id, const std::byte* from, Fields fields, Json& json) const;
  void read(unsigned id, const Json& json, std::byte* to, const std::string& path) const;
  /// False: no member, also of a member without a name, is called so.
  bool read_member(unsigned id, const std::string& name, const Json& json, std::byte* to,
                   const std::string& path) const;
  void must_have_all(unsigned id, const Json& json, const std::string& path) const;

  std::unique_ptr<btf, Free> types_;
};

/// A capture that does not fit this build.
struct StaleCapture : std::runtime_error {
  explicit StaleCapture(const std::string& why)
      : std::runtime_error(why + "; capture again (tests/twin/README.md tells how)") {}
};

}  // namespace sockwarden::testing
