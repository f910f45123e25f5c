#include "agent/symbols/symbolizer.h"

#include <cxxabi.h>
#include <elfutils/libdwfl.h>

#include <cstdio>
#include <cstdlib>
#include <deque>
#include <optional>
#include <utility>

#include "agent/objects/object_image.h"
#include "agent/objects/split_debug.h"
#include "agent/proc/process_facts.h"
#include "agent/proc/process_files.h"

namespace sockwarden {
namespace {

/// Names of templates may go on for pages.
constexpr std::size_t longest_name = 512;

std::string demangled(const char* name) {
  int status = 0;
  char* text = abi::__cxa_demangle(name, nullptr, nullptr, &status);
  std::string result = text != nullptr ? text : name;
  std::free(text);
  if (result.size() > longest_name) result = result.substr(0, longest_name) + "…";
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

}  // namespace

/// One process: its modules are the files of its mappings, each opened when the first of its addresses is asked about.
class Symbolizer::Session {
 public:
  Session(std::uint32_t pid, std::uint64_t start_ticks);
  ~Session() { dwfl_end(dwfl_); }
  Session(const Session&) = delete;
  Session& operator=(const Session&) = delete;

  [[nodiscard]] bool is_good() const { return good_; }
  [[nodiscard]] std::string frame(std::uint64_t address);

 private:
  struct Module {
    TargetPath path;
    bool readable_debug = false;
    std::optional<bool> whole_debug;  ///< asked for with the first line
  };
  static int find_elf(Dwfl_Module* module, void** user, const char* name, Dwarf_Addr base, char** file_name, Elf** elf);
  /// No separate debug information is looked for: its name comes from the file, and a host agent must not go out to a
  /// debuginfod server.
  static int find_debuginfo(Dwfl_Module* /*module*/, void** /*user*/, const char* /*name*/, Dwarf_Addr /*base*/,
                            const char* /*file_name*/, const char* /*link*/, GElf_Word /*sum*/, char** /*found*/) {
    return -1;
  }
  static const Dwfl_Callbacks callbacks;
  [[nodiscard]] bool report(const ProcessFiles& files);
  [[nodiscard]] static bool has_lines(Dwfl_Module* module, Module& own);

  Dwfl* dwfl_;
  std::deque<Module> modules_;
  bool good_ = false;
};

const Dwfl_Callbacks Symbolizer::Session::callbacks{.find_elf = Session::find_elf,
                                                    .find_debuginfo = Session::find_debuginfo,
                                                    .section_address = nullptr,
                                                    .debuginfo_path = nullptr};

int Symbolizer::Session::find_elf(Dwfl_Module* /*module*/, void** user, const char* /*name*/, Dwarf_Addr /*base*/,
                                  char** /*file_name*/, Elf** elf) {
  auto* own = static_cast<Module*>(*user);
  auto image = own != nullptr ? ObjectImage::open(open_regular(own->path)) : std::nullopt;
  if (!image) return -1;
  own->readable_debug = image->has_readable_debug();
  const auto parts = std::move(*image).release();
  *elf = parts.elf;
  return parts.fd;
}

Symbolizer::Session::Session(std::uint32_t pid, std::uint64_t start_ticks) : dwfl_(dwfl_begin(&callbacks)) {
  const OwnedFd process = open_process(pid);
  const auto stat = process ? read_stat(process.get()) : std::nullopt;
  if (dwfl_ == nullptr || !stat || stat->state == 'Z' || (start_ticks != 0 && stat->start_ticks != start_ticks)) return;
  good_ = report(ProcessFiles(pid, process.get()));
}

bool Symbolizer::Session::report(const ProcessFiles& files) {
  dwfl_report_begin(dwfl_);
  for (const MappedObject& object : files.objects()) {
    Dwfl_Module* module = dwfl_report_module(dwfl_, object.path.c_str(), object.begin, object.end);
    void** user = nullptr;
    if (module == nullptr) continue;
    dwfl_module_info(module, &user, nullptr, nullptr, nullptr, nullptr, nullptr, nullptr);
    *user = &modules_.emplace_back(Module{.path = files.reachable(object.path), .whole_debug = {}});
  }
  return dwfl_report_end(dwfl_, nullptr, nullptr) == 0;
}

bool Symbolizer::Session::has_lines(Dwfl_Module* module, Module& own) {
  if (!own.readable_debug) return false;
  if (!own.whole_debug) {
    Dwarf_Addr bias = 0;
    Dwarf* debug = dwfl_module_getdwarf(module, &bias);
    own.whole_debug = debug != nullptr && !is_split(debug);
  }
  return *own.whole_debug;
}

std::string Symbolizer::Session::frame(std::uint64_t address) {
  char number[24];
  std::snprintf(number, sizeof(number), "0x%llx", static_cast<unsigned long long>(address));
  Dwfl_Module* module = dwfl_addrmodule(dwfl_, address);
  if (module == nullptr) return number;
  void** user = nullptr;
  const char* path = dwfl_module_info(module, &user, nullptr, nullptr, nullptr, nullptr, nullptr, nullptr);
  const char* name = dwfl_module_addrname(module, address);
  if (name == nullptr) return std::string(number) + (path != nullptr ? " " + base_name(path) : "");
  const std::string text = demangled(name);
  std::optional<Place> place;
  if (has_lines(module, *static_cast<Module*>(*user))) {
    place = place_in_index(module, address);
    if (!place) place = place_in_units(module, address);
  }
  if (place) return text + " " + place->file + ":" + std::to_string(place->line);
  return text + (path != nullptr ? " (" + base_name(path) + ")" : "");
}

Symbolizer::Symbolizer() = default;
Symbolizer::~Symbolizer() = default;
void Symbolizer::forget() { sessions_.clear(); }

std::vector<std::string> Symbolizer::frames(std::uint32_t pid, std::uint64_t start_ticks,
                                            const std::vector<std::uint64_t>& addresses) {
  auto& session = sessions_[pid];
  if (!session) session = std::make_unique<Session>(pid, start_ticks);
  if (!session->is_good()) return {};
  std::vector<std::string> names;
  // Outer frames hold return addresses: the call is the instruction before.
  for (std::size_t i = 0; i < addresses.size(); ++i)
    names.push_back(session->frame(i == 0 ? addresses[i] : addresses[i] - 1));
  return names;
}

}  // namespace sockwarden
