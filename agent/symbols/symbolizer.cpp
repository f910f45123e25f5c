#include "agent/symbols/symbolizer.h"

#include <cxxabi.h>
#include <elfutils/libdwfl.h>
#include <sys/uio.h>

#include <algorithm>
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
  constexpr std::string_view whole = "std::__cxx11::basic_string<char, std::char_traits<char>, std::allocator<char> >";
  for (auto at = result.find(whole); at != std::string::npos; at = result.find(whole, at))
    result.replace(at, whole.size(), "std::string");
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

/// What libdwfl asks for while it follows one stack: one thread, its registers, and words of its memory.
struct Unwinding {
  static constexpr std::size_t most_frames = 64;

  std::uint32_t pid;
  Registers registers;
  std::vector<std::uint64_t> addresses;

  static pid_t next_thread(Dwfl* /*dwfl*/, void* self, void** thread) {
    if (*thread != nullptr) return 0;
    *thread = self;
    return static_cast<pid_t>(static_cast<Unwinding*>(self)->pid);
  }
  static bool get_thread(Dwfl* /*dwfl*/, pid_t /*tid*/, void* self, void** thread) {
    *thread = self;
    return true;
  }
  static bool memory_read(Dwfl* /*dwfl*/, Dwarf_Addr address, Dwarf_Word* word, void* self) {
    const iovec here{word, sizeof(*word)};
    const iovec there{reinterpret_cast<void*>(address), sizeof(*word)};  // NOLINT(performance-no-int-to-ptr)
    const auto pid = static_cast<pid_t>(static_cast<Unwinding*>(self)->pid);
    return process_vm_readv(pid, &here, 1, &there, 1, 0) == static_cast<ssize_t>(sizeof(*word));
  }
  static bool set_initial_registers(Dwfl_Thread* thread, void* self) {
    auto& registers = static_cast<Unwinding*>(self)->registers;
    return dwfl_thread_state_registers(thread, 0, static_cast<unsigned>(registers.size()), registers.data());
  }
  static int take_frame(Dwfl_Frame* frame, void* self) {
    auto& addresses = static_cast<Unwinding*>(self)->addresses;
    Dwarf_Addr address = 0;
    if (!dwfl_frame_pc(frame, &address, nullptr)) return -1;
    addresses.push_back(address);
    return addresses.size() < most_frames ? DWARF_CB_OK : DWARF_CB_ABORT;
  }
};

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
  [[nodiscard]] std::vector<std::uint64_t> unwind(const Registers& registers);

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

  std::uint32_t pid_;
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

Symbolizer::Session::Session(std::uint32_t pid, std::uint64_t start_ticks) : pid_(pid), dwfl_(dwfl_begin(&callbacks)) {
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

std::vector<std::uint64_t> Symbolizer::Session::unwind(const Registers& registers) {
  Unwinding unwinding{.pid = pid_, .registers = registers, .addresses = {}};
  static const Dwfl_Thread_Callbacks thread{.next_thread = Unwinding::next_thread,
                                            .get_thread = Unwinding::get_thread,
                                            .memory_read = Unwinding::memory_read,
                                            .set_initial_registers = Unwinding::set_initial_registers,
                                            .detach = nullptr,
                                            .thread_detach = nullptr};
  if (!dwfl_attach_state(dwfl_, nullptr, static_cast<pid_t>(pid_), &thread, &unwinding)) return {};
  (void)dwfl_getthread_frames(dwfl_, static_cast<pid_t>(pid_), Unwinding::take_frame, &unwinding);
  // libdwfl ends at what it can't read as it ends at the outermost call: whoever is blocked in a call was called.
  const auto& addresses = unwinding.addresses;
  const bool in_files = std::all_of(addresses.begin(), addresses.end(),
                                    [this](std::uint64_t at) { return dwfl_addrmodule(dwfl_, at) != nullptr; });
  return addresses.size() > 1 && in_files ? addresses : std::vector<std::uint64_t>();
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

std::vector<std::string> Symbolizer::unwind(std::uint32_t pid, std::uint64_t start_ticks, const Registers& registers) {
  auto& session = sessions_[pid];
  session = std::make_unique<Session>(pid, start_ticks);  // a state is attached once
  if (!session->is_good()) return {};
  return frames(pid, start_ticks, session->unwind(registers));
}

}  // namespace sockwarden
