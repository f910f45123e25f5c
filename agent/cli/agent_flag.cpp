#include "agent/cli/agent_flag.h"

#include <cerrno>
#include <fstream>

#include "agent/cli/setting_flags.h"

namespace sockwarden {
namespace {

constexpr const char* standard_agent = "http://127.0.0.1:10180";
constexpr std::size_t longest_password = 1024;

std::string or_variable(const std::string& given, const std::string& name) {
  if (!given.empty()) return given;
  const auto environment = process_environment();
  const auto named = environment.find(name);
  return named == environment.end() ? "" : named->second;
}

/// The first line: editors and `echo` close it, and it is no part of the password.
tl::expected<std::string, Error> password_in(const std::string& path) {
  std::string text(longest_password + 1, '\0');
  errno = 0;
  std::ifstream file(path);
  if (!file.is_open()) return tl::unexpected(Error{"read the password", path, errno, "check --password-file"});
  file.read(text.data(), static_cast<std::streamsize>(text.size()));
  if (file.bad()) return tl::unexpected(Error{"read the password", path, EIO, "check --password-file"});
  text.resize(static_cast<std::size_t>(file.gcount()));
  text.resize(std::min(text.find_first_of("\r\n"), text.size()));
  if (text.empty() || text.size() > longest_password)
    return tl::unexpected(Error{"use the password in", path, 0, "one line of at most 1024 bytes is needed"});
  return text;
}

}  // namespace

void AgentFlag::declare(CLI::App& app) {
  const auto add = [&app](const char* name, std::string& value, const std::string& help) {
    app.add_option(name, value, help)->type_name("");
  };
  add("--agent", given, std::string("ask the agent at this URL; otherwise $SOCKWARDEN_AGENT, or ") + standard_agent);
  add("--ca-file", ca_file, "trust this authority's certificate (PEM) alone; otherwise $SOCKWARDEN_CA_FILE");
  add("--username", username, "ask as this user; otherwise $SOCKWARDEN_USERNAME");
  add("--password-file", password_file, "the user's password, in a file; otherwise $SOCKWARDEN_PASSWORD_FILE");
}

bool AgentFlag::is_given() const { return !or_variable(given, "SOCKWARDEN_AGENT").empty(); }

tl::expected<AgentAccess, Error> AgentFlag::access() const {
  AgentAccess access{.url = or_variable(given, "SOCKWARDEN_AGENT"),
                     .ca_file = or_variable(ca_file, "SOCKWARDEN_CA_FILE"),
                     .username = or_variable(username, "SOCKWARDEN_USERNAME"),
                     .password = ""};
  if (access.url.empty()) access.url = standard_agent;
  const std::string file = or_variable(password_file, "SOCKWARDEN_PASSWORD_FILE");
  if (file.empty()) return access;
  auto password = password_in(file);
  if (!password) return tl::unexpected(password.error());
  access.password = std::move(*password);
  return access;
}

}  // namespace sockwarden
