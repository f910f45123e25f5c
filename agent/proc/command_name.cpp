#include "agent/proc/command_name.h"

#include <algorithm>
#include <array>
#include <optional>

namespace sockwarden {
namespace {

using Arguments = std::vector<std::string_view>;

template <std::size_t N>
bool is_one_of(const std::array<std::string_view, N>& words, std::string_view word) {
  return std::find(words.begin(), words.end(), word) != words.end();
}

std::string_view last_part(std::string_view path) {
  const auto slash = path.rfind('/');
  return slash == path.npos ? path : path.substr(slash + 1);
}

std::string_view without(std::string_view text, std::string_view end) {
  return text.ends_with(end) ? text.substr(0, text.size() - end.size()) : text;
}

/// "orders-1.4.2" is "orders": a release is no other service.
std::string_view without_version(std::string_view name) {
  for (auto dash = name.find('-'); dash != name.npos; dash = name.find('-', dash + 1))
    if (dash > 0 && dash + 1 < name.size() && name[dash + 1] >= '0' && name[dash + 1] <= '9')
      return name.substr(0, dash);
  return name;
}

/// What many programs call the file that they begin with, and the folders that files of any program are in.
constexpr std::array<std::string_view, 10> beginnings = {"main", "__main__", "app", "index", "server",
                                                         "run",  "manage",   "cli", "wsgi",  "start"};
constexpr std::array<std::string_view, 14> folders = {"",    "src", "dist", "build", "lib", "bin",   "app",
                                                      "usr", "opt", "srv",  "home",  "var", "local", "."};

/// A script by its file's name; by its folder's where the file's says nothing: /srv/orders/dist/index.js is "orders".
std::string script_name(std::string_view path) {
  std::string_view name = last_part(path);
  for (const std::string_view end : {".py", ".js", ".mjs", ".cjs", ".ts"}) name = without(name, end);
  if (!is_one_of(beginnings, name)) return std::string(name);
  std::string_view folder = path;
  for (auto slash = folder.rfind('/'); slash != folder.npos; slash = folder.rfind('/')) {
    folder = folder.substr(0, slash);
    if (!is_one_of(folders, last_part(folder))) return std::string(last_part(folder));
  }
  return std::string(name);
}

std::string_view at(const Arguments& arguments, std::size_t place) {
  return place < arguments.size() ? arguments[place] : std::string_view();
}

std::string java_name(const Arguments& arguments) {
  constexpr std::array<std::string_view, 11> with_value = {
      "-cp",           "-classpath",  "--class-path", "-p",       "--module-path",        "--add-modules",
      "--add-exports", "--add-opens", "--add-reads",  "--source", "--upgrade-module-path"};
  for (std::size_t i = 1; i < arguments.size(); ++i) {
    const std::string_view argument = arguments[i];
    if (argument == "-jar") return std::string(without_version(without(last_part(at(arguments, i + 1)), ".jar")));
    if (argument == "-m" || argument == "--module") {
      const std::string_view module = at(arguments, i + 1);
      return std::string(module.substr(0, module.find('/')));
    }
    if (is_one_of(with_value, argument)) {
      ++i;
    } else if (!argument.starts_with('-') && !argument.starts_with('@')) {
      return std::string(argument);
    }
  }
  return {};
}

/// Flags of one letter may stand together: -um is -u -m.
bool is_flag(std::string_view argument, char letter) {
  constexpr std::string_view others = "bBdEiIOPqsSuvx";
  return argument.size() >= 2 && argument.front() == '-' && argument.back() == letter &&
         argument.substr(1, argument.size() - 2).find_first_not_of(others) == argument.npos;
}

std::string python_name(const Arguments& arguments) {
  for (std::size_t i = 1; i < arguments.size(); ++i) {
    const std::string_view argument = arguments[i];
    if (is_flag(argument, 'm')) return std::string(at(arguments, i + 1));
    if (is_flag(argument, 'c') || argument == "-") return {};
    if (argument == "-W" || argument == "-X" || argument == "--check-hash-based-pycs") {
      ++i;
    } else if (!argument.starts_with('-')) {
      return script_name(argument);
    }
  }
  return {};
}

std::string node_name(const Arguments& arguments) {
  constexpr std::array<std::string_view, 7> with_value = {
      "-r", "--require", "--import", "--loader", "--experimental-loader", "-C", "--conditions"};
  constexpr std::array<std::string_view, 5> code = {"-e", "--eval", "-p", "--print", "-"};
  constexpr std::string_view title = "--title=";
  for (std::size_t i = 1; i < arguments.size(); ++i) {
    const std::string_view argument = arguments[i];
    if (argument.starts_with(title)) return std::string(argument.substr(title.size()));
    if (is_one_of(code, argument)) return {};
    if (is_one_of(with_value, argument)) {
      ++i;
    } else if (!argument.starts_with('-')) {
      return script_name(argument);
    }
  }
  return {};
}

/// "python", "python3", "python3.11"
bool is_python(std::string_view program) {
  constexpr std::string_view name = "python";
  return program.starts_with(name) && program.find_first_not_of("0123456789.", name.size()) == program.npos;
}

}  // namespace

std::string command_name(std::string_view exe, const std::vector<std::string_view>& arguments) {
  const std::string_view program = last_part(exe.empty() ? at(arguments, 0) : exe);
  if (program == "java") return java_name(arguments);
  if (is_python(program)) return python_name(arguments);
  if (program == "node" || program == "nodejs") return node_name(arguments);
  return {};
}

}  // namespace sockwarden
