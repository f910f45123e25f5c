#include "agent/symbols/symbolizer.h"

#include <cxxabi.h>
#include <elfutils/libdwfl.h>

#include <cstdio>
#include <cstdlib>
#include <optional>

namespace sockwarden {
namespace {

/// No separate debug information is looked for: a host agent must not go out to a debuginfod server.
int no_debug_information(Dwfl_Module*, void**, const char*, Dwarf_Addr, const char*, const char*, GElf_Word, char**) {
  return -1;
}

const Dwfl_Callbacks callbacks{.find_elf = dwfl_linux_proc_find_elf,
                               .find_debuginfo = no_debug_information,
                               .section_address = nullptr,
                               .debuginfo_path = nullptr};

std::string demangled(const char* name) {
  int status = 0;
  char* text = abi::__cxa_demangle(name, nullptr, nullptr, &status);
  if (text == nullptr) return name;
  std::string result = text;
  std::free(text);
  return result;
}

std::string base_name(const char* path) {
  const std::string text = path;
  const auto slash = text.rfind('/');
  return slash == std::string::npos ? text : text.substr(slash + 1);
}

struct Place {
  std::string file;
  int line = 0;
};

std::optional<Place> place_in_index(Dwfl_Module* module, Dwarf_Addr address) {
  Dwfl_Line* line = dwfl_module_getsrc(module, address);
  if (line == nullptr) return std::nullopt;
  Place place;
  const char* file = dwfl_lineinfo(line, nullptr, &place.line, nullptr, nullptr, nullptr);
  if (file == nullptr) return std::nullopt;
  place.file = base_name(file);
  return place;
}

/// Go's linker writes no .debug_aranges, which libdwfl looks addresses up in: the units are asked one by one.
std::optional<Place> place_in_units(Dwfl_Module* module, Dwarf_Addr address) {
  Dwarf_Addr bias = 0;
  Dwarf* debug = dwfl_module_getdwarf(module, &bias);
  if (debug == nullptr) return std::nullopt;
  Dwarf_Off offset = 0, next = 0;
  std::size_t header = 0;
  for (; dwarf_nextcu(debug, offset, &next, &header, nullptr, nullptr, nullptr) == 0; offset = next) {
    Dwarf_Die unit;
    if (dwarf_offdie(debug, offset + header, &unit) == nullptr || dwarf_haspc(&unit, address - bias) != 1) continue;
    Dwarf_Line* line = dwarf_getsrc_die(&unit, address - bias);
    const char* file = line != nullptr ? dwarf_linesrc(line, nullptr, nullptr) : nullptr;
    if (file == nullptr) return std::nullopt;
    Place place{base_name(file), 0};
    dwarf_lineno(line, &place.line);
    return place;
  }
  return std::nullopt;
}

std::string frame(Dwfl* session, std::uint64_t address) {
  char number[24];
  std::snprintf(number, sizeof(number), "0x%llx", static_cast<unsigned long long>(address));
  Dwfl_Module* module = dwfl_addrmodule(session, address);
  if (module == nullptr) return number;
  const char* path = dwfl_module_info(module, nullptr, nullptr, nullptr, nullptr, nullptr, nullptr, nullptr);
  const char* name = dwfl_module_addrname(module, address);
  if (name == nullptr) return std::string(number) + (path != nullptr ? " " + base_name(path) : "");
  const std::string text = demangled(name);
  auto place = place_in_index(module, address);
  if (!place) place = place_in_units(module, address);
  if (place) return text + " " + place->file + ":" + std::to_string(place->line);
  return text + (path != nullptr ? " (" + base_name(path) + ")" : "");
}

}  // namespace

void Symbolizer::End::operator()(Dwfl* session) const { dwfl_end(session); }

Symbolizer::Session Symbolizer::open(std::uint32_t pid) {
  Session session(dwfl_begin(&callbacks));
  if (!session || dwfl_linux_proc_report(session.get(), static_cast<pid_t>(pid)) != 0 ||
      dwfl_report_end(session.get(), nullptr, nullptr) != 0)
    return nullptr;
  return session;
}

std::vector<std::string> Symbolizer::frames(std::uint32_t pid, const std::vector<std::uint64_t>& addresses) {
  auto found = sessions_.find(pid);
  if (found == sessions_.end()) found = sessions_.emplace(pid, open(pid)).first;
  if (!found->second) return {};
  std::vector<std::string> names;
  // Outer frames hold return addresses: the call is the instruction before.
  for (std::size_t i = 0; i < addresses.size(); ++i)
    names.push_back(frame(found->second.get(), i == 0 ? addresses[i] : addresses[i] - 1));
  return names;
}

}  // namespace sockwarden
