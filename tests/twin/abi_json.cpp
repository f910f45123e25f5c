#include "tests/twin/abi_json.h"

#include <bpf/btf.h>

#include <algorithm>
#include <cstring>
#include <string_view>

#include "bpf/record.h"

namespace sockwarden::testing {
namespace {

struct Type {
  unsigned id;
  const btf_type* type;
};

/// Without typedefs and qualifiers.
Type plain(const btf* types, unsigned id) {
  const btf_type* type = btf__type_by_id(types, id);
  while (btf_is_mod(type) || btf_is_typedef(type)) type = btf__type_by_id(types, id = type->type);
  return {id, type};
}

std::uint64_t number(const std::byte* from, std::size_t bytes) {
  std::uint64_t value = 0;
  std::memcpy(&value, from, bytes);  // little endian, as the hosts that this builds for
  return value;
}

/// A char of text; bytes that are numbers are __u8.
bool is_text(const btf* types, unsigned element) {
  const Type type = plain(types, element);
  return btf_is_int(type.type) && std::strcmp(btf__name_by_offset(types, type.type->name_off), "char") == 0;
}

bool is_flow(const btf* types, const btf_type* type) {
  return std::strcmp(btf__name_by_offset(types, type->name_off), "sw_flow") == 0;
}

bool is_padding(std::string_view name) { return name == "pad"; }

/// The member of sw_flow's union; empty = none.
std::string member_of(std::uint64_t protocol) {
  switch (protocol) {
    case SW_PROTOCOL_HTTP_1_0:
    case SW_PROTOCOL_HTTP_1_1:
      return "http";
    case SW_PROTOCOL_HTTP_2:
      return "http2";
    case SW_PROTOCOL_TLS:
      return "tls";
    case SW_PROTOCOL_POSTGRESQL:
      return "postgresql";
    case SW_PROTOCOL_MYSQL:
      return "mysql";
    default:
      return {};
  }
}

std::string member_of(const Json& flow) {
  const auto protocol = flow.find("protocol");
  return protocol == flow.end() ? std::string() : member_of(protocol->get<std::uint64_t>());
}

/// `flow` has each member of the union, all the same bytes.
void keep_in_force(Json& flow) {
  const std::string in_force = member_of(flow);
  for (const char* name : {"http", "http2", "tls", "postgresql", "mysql"})
    if (name != in_force) flow.erase(name);
  if (!in_force.empty() || (flow.contains("protocol_words") && flow["protocol_words"].empty()))
    flow.erase("protocol_words");
  if (const auto http = flow.find("http"); http != flow.end())
    http->erase((flow.value("flags", 0U) & SW_FLOW_RESPONSE) != 0 ? "head_requests" : "answered");
}

/// What is told of another protocol would be read over what is in force.
void must_be_in_force(const Json& flow, const std::string& path) {
  const std::string in_force = member_of(flow);
  for (const char* name : {"http", "http2", "tls", "postgresql", "mysql"})
    if (name != in_force && flow.contains(name)) throw StaleCapture(path + " has " + name + " of another protocol");
}

}  // namespace

void AbiJson::Free::operator()(btf* types) const { btf__free(types); }

AbiJson::AbiJson(const std::string& object) : types_(btf__parse(object.c_str(), nullptr)) {
  if (!types_) throw std::runtime_error("cannot read the types of " + object);
}

unsigned AbiJson::id_of(const char* name, std::size_t bytes) const {
  const int id = btf__find_by_name_kind(types_.get(), name, BTF_KIND_STRUCT);
  if (id < 0) throw std::runtime_error(std::string("the kernel programs have no struct ") + name);
  if (btf__resolve_size(types_.get(), static_cast<unsigned>(id)) != static_cast<std::int64_t>(bytes))
    throw std::runtime_error(std::string("the kernel programs have another size of ") + name);
  return static_cast<unsigned>(id);
}

Json AbiJson::write(unsigned id, const std::byte* from, Fields fields) const {
  const Type type = plain(types_.get(), id);
  if (btf_is_composite(type.type)) {
    Json json;
    write_members(type.id, from, fields, json);
    if (is_flow(types_.get(), type.type) && json.is_object()) keep_in_force(json);
    return json;
  }
  if (!btf_is_array(type.type)) {
    const std::uint64_t value = number(from, type.type->size);
    return value == 0 && fields == Fields::told ? Json() : Json(value);
  }
  const auto& array = *btf_array(type.type);
  if (is_text(types_.get(), array.type)) {
    const auto* text = reinterpret_cast<const char*>(from);
    return *text == 0 && fields == Fields::told ? Json() : Json(std::string(text, strnlen(text, array.nelems)));
  }
  const auto bytes = static_cast<std::size_t>(btf__resolve_size(types_.get(), array.type));
  const bool of_numbers = !btf_is_composite(plain(types_.get(), array.type).type);
  Json json = fields == Fields::told ? Json() : Json::object();
  for (unsigned i = 0; i < array.nelems; ++i) {
    if (Json element = write(array.type, from + i * bytes, of_numbers ? Fields::told : fields); !element.is_null())
      json[std::to_string(i)] = std::move(element);
  }
  return json;
}

void AbiJson::write_members(unsigned id, const std::byte* from, Fields fields, Json& json) const {
  const btf_type* type = btf__type_by_id(types_.get(), id);
  for (unsigned i = 0; i < btf_vlen(type); ++i) {
    const btf_member& member = btf_members(type)[i];
    const std::byte* at = from + member.offset / 8;
    const std::string name = btf__name_by_offset(types_.get(), member.name_off);
    if (name.empty()) {
      write_members(plain(types_.get(), member.type).id, at, fields, json);
    } else if (is_padding(name) && fields == Fields::all) {
      continue;
    } else if (Json value = write(member.type, at, fields); !value.is_null()) {
      json[name] = std::move(value);
    }
  }
}

void AbiJson::read(unsigned id, const Json& json, std::byte* to, const std::string& path) const {
  const Type type = plain(types_.get(), id);
  if (btf_is_composite(type.type)) {
    for (const auto& [name, value] : json.items()) {
      if (!read_member(type.id, name, value, to, path + "." + name))
        throw StaleCapture(path + " has no field " + name + " any more");
    }
    if (is_flow(types_.get(), type.type)) must_be_in_force(json, path);
  } else if (btf_is_array(type.type)) {
    const auto& array = *btf_array(type.type);
    if (json.is_string()) {
      const auto text = json.get<std::string>();
      std::memcpy(to, text.data(), std::min<std::size_t>(text.size(), array.nelems));
      return;
    }
    const auto bytes = static_cast<std::size_t>(btf__resolve_size(types_.get(), array.type));
    for (const auto& [index, value] : json.items()) {
      const auto i = std::stoul(index);
      if (i >= array.nelems) throw StaleCapture(path + " has no element " + index + " any more");
      read(array.type, value, to + i * bytes, path + "[" + index + "]");
    }
  } else {
    const auto value = json.get<std::uint64_t>();
    if (type.type->size < sizeof value && value >> (8 * type.type->size) != 0)
      throw StaleCapture(path + " has no room for " + std::to_string(value));
    std::memcpy(to, &value, type.type->size);
  }
}

bool AbiJson::read_member(unsigned id, const std::string& name, const Json& json, std::byte* to,
                          const std::string& path) const {
  const btf_type* type = btf__type_by_id(types_.get(), id);
  for (unsigned i = 0; i < btf_vlen(type); ++i) {
    const btf_member& member = btf_members(type)[i];
    std::byte* at = to + member.offset / 8;
    const std::string own = btf__name_by_offset(types_.get(), member.name_off);
    if (own == name) {
      read(member.type, json, at, path);
      return true;
    }
    if (own.empty() && read_member(plain(types_.get(), member.type).id, name, json, at, path)) return true;
  }
  return false;
}

void AbiJson::must_have_all(unsigned id, const Json& json, const std::string& path) const {
  const Type type = plain(types_.get(), id);
  if (btf_is_array(type.type)) {
    for (const auto& [index, element] : json.items())
      if (element.is_object()) must_have_all(btf_array(type.type)->type, element, path + "[" + index + "]");
    return;
  }
  if (!btf_is_composite(type.type)) return;
  for (unsigned i = 0; i < btf_vlen(type.type); ++i) {
    const btf_member& member = btf_members(type.type)[i];
    const std::string name = btf__name_by_offset(types_.get(), member.name_off);
    if (name.empty() || is_padding(name)) continue;  // of a union see below
    if (!json.contains(name)) throw StaleCapture(path + " lacks the field " + name);
    must_have_all(member.type, json.at(name), path + "." + name);
  }
  if (!is_flow(types_.get(), type.type)) return;
  if (const std::string in_force = member_of(json); !in_force.empty() && !json.contains(in_force))
    throw StaleCapture(path + " lacks the field " + in_force);
}

}  // namespace sockwarden::testing
