#include "agent/reader/own_command.h"

#include <cstdint>
#include <filesystem>
#include <fstream>
#include <iterator>
#include <sstream>

namespace sockwarden {
namespace {

/// The file of the mapping that holds an address.
std::string mapped_file(std::uintptr_t address) {
  std::ifstream maps("/proc/self/maps");
  for (std::string line; std::getline(maps, line);) {
    std::istringstream fields(line);
    std::uintptr_t begin = 0;
    std::uintptr_t end = 0;
    char dash = 0;
    std::string mode, offset, device, inode, path;
    fields >> std::hex >> begin >> dash >> end >> mode >> offset >> device >> inode;
    if (address < begin || address >= end) continue;
    std::getline(fields >> std::ws, path);
    return path;
  }
  return "";
}

}  // namespace

std::vector<std::string> command_to_start(const std::string& exe, const std::string& program,
                                          const std::string& cmdline) {
  std::vector<std::string> command{"/proc/self/exe"};
  if (program.empty() || program == exe) return command;
  std::istringstream arguments(cmdline);
  std::string argument;
  std::getline(arguments, argument, '\0');  // the loader's own name
  while (std::getline(arguments, argument, '\0')) {
    command.push_back(argument);
    if (std::filesystem::path(argument).lexically_normal() == program) return command;
  }
  return {"/proc/self/exe"};
}

std::vector<std::string> own_command() {
  std::error_code ignored;
  std::ifstream file("/proc/self/cmdline", std::ios::binary);
  const std::string cmdline{std::istreambuf_iterator<char>(file), {}};
  return command_to_start(std::filesystem::read_symlink("/proc/self/exe", ignored).string(),
                          mapped_file(reinterpret_cast<std::uintptr_t>(&own_command)), cmdline);
}

}  // namespace sockwarden
