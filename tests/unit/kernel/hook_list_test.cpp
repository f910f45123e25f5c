#include "agent/kernel/hook_list.h"

#include <catch2/catch.hpp>
#include <filesystem>
#include <fstream>
#include <regex>
#include <set>
#include <sstream>

using namespace sockwarden;

namespace {

std::string text_of(const std::filesystem::path& file) {
  std::ostringstream text;
  text << std::ifstream(file).rdbuf();
  return text.str();
}

/// The programs of the kernel side, by their names.
std::set<std::string> programs() {
  static const std::regex section(R"re(SEC\("[^"]+"\)\s*\nint (?:BPF_PROG\()?(\w+))re");
  std::set<std::string> found;
  for (const auto& file : std::filesystem::directory_iterator(SOURCE_DIR "/bpf")) {
    if (!file.path().string().ends_with(".bpf.c")) continue;
    const std::string text = text_of(file.path());
    for (std::sregex_iterator one(text.begin(), text.end(), section), end; one != end; ++one) found.insert((*one)[1]);
  }
  return found;
}

}  // namespace

TEST_CASE("each program of the kernel side is in the list of hooks, and each hook has its program") {
  std::set<std::string> listed;
  for (const HookEntry& entry : hook_list()) listed.insert(entry.program);
  CHECK(listed == programs());
}

TEST_CASE("each hook says what it gives and what is lost without it, and bpf/README.md has its row") {
  const std::string page = text_of(SOURCE_DIR "/bpf/README.md");
  for (const HookEntry& entry : hook_list()) {
    INFO(entry.program);
    CHECK_FALSE(std::string(entry.gives).empty());
    CHECK_FALSE(std::string(entry.lost).empty());
    const std::string name = entry.name;
    CHECK(page.find(name.substr(0, name.find('/'))) != std::string::npos);
  }
}

TEST_CASE("variants of one hook stand together, each under a name of its own") {
  std::set<std::pair<std::string, Attachment>> closed;
  std::set<std::string> variants;
  const HookEntry* last = nullptr;
  for (const HookEntry& entry : hook_list()) {
    INFO(entry.program);
    const bool is_another =
        last != nullptr && std::string(last->name) == entry.name && last->attachment == entry.attachment;
    if (!is_another) {
      variants.clear();
      CHECK(closed.emplace(entry.name, entry.attachment).second);
    }
    CHECK(variants.insert(entry.variant).second);
    last = &entry;
  }
}
