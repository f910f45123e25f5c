#include "agent/runtimes/python.h"

#include <algorithm>
#include <array>

#include "agent/runtimes/python_frames.h"

namespace sockwarden {
namespace {

constexpr std::string_view runtime_symbol = "_PyRuntime", release_symbol = "Py_Version";

/// Of the language's own library, or of a package that was installed.
bool is_library(const PythonCall& call) {
  constexpr std::array<std::string_view, 4> places{"/lib/python3", "/site-packages/", "/dist-packages/", "<frozen "};
  return std::any_of(places.begin(), places.end(),
                     [&](std::string_view place) { return call.file.find(place) != std::string::npos; });
}

std::string in_words(const PythonCall& call) {
  const auto slash = call.file.rfind('/');
  return call.function + " " + call.file.substr(slash == std::string::npos ? 0 : slash + 1) + ":" +
         std::to_string(call.line);
}

}  // namespace

std::vector<std::string_view> PythonRuntime::symbols() { return {symbol, runtime_symbol, release_symbol}; }

std::vector<std::string> PythonRuntime::frames(const Thread& thread) {
  const auto files = process_.files();
  const ReadMemory read = process_.memory();
  for (const MappedObject& mapped : files.objects()) {
    const auto object = objects_.get(files.reachable(mapped.path));
    const auto runtime = object ? object->symbol(runtime_symbol) : std::nullopt;
    const auto release_at = object ? object->symbol(release_symbol) : std::nullopt;
    const auto begin = runtime && release_at ? object->address_of(0) : std::nullopt;
    if (!begin) continue;
    const auto distance = mapped.begin - *begin;  // how far from its own addresses the file was loaded
    std::uint32_t release = 0;
    if (!read(release_at->begin + distance, &release, sizeof(release))) return {};
    const auto calls = read_python_calls(runtime->begin + distance, release, process_.own_number(thread.id), read);
    const auto own = std::find_if_not(calls.begin(), calls.end(), is_library);
    std::vector<std::string> frames;
    for (auto call = own == calls.end() ? calls.begin() : own; call != calls.end() && frames.size() < most_frames;
         ++call)
      frames.push_back(in_words(*call));
    return frames;
  }
  return {};
}

}  // namespace sockwarden
