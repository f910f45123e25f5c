#include "agent/publish/redaction.h"

#include <algorithm>
#include <cctype>

namespace sockwarden {
namespace {

constexpr const char* hidden = "***";

bool is_blank(char c) { return std::isspace(static_cast<unsigned char>(c)) != 0; }
bool is_quote(char c) { return c == '"' || c == '\''; }
bool is_name(char c) { return std::isalnum(static_cast<unsigned char>(c)) != 0 || c == '_' || c == '-' || c == '.'; }

std::string plain(std::string_view name) {
  std::string text;
  for (const char c : name)
    if (c != '-' && c != '_') text += static_cast<char>(std::tolower(static_cast<unsigned char>(c)));
  return text;
}

std::size_t skip(std::string_view text, std::size_t at, bool (*is)(char)) {
  while (at < text.size() && is(text[at])) ++at;
  return at;
}

/// Where a value ends that begins at `at`: with its quote, else where a list or a command goes on.
std::size_t end_of_value(std::string_view text, std::size_t at) {
  if (at < text.size() && is_quote(text[at])) {
    const auto quote = text.find(text[at], at + 1);
    return quote == std::string_view::npos ? text.size() : quote + 1;
  }
  while (at < text.size() && !is_blank(text[at]) && std::string_view(";&,").find(text[at]) == std::string_view::npos)
    ++at;
  return at;
}

/// scheme://user:password@host -> scheme://***@host. A password may hold a slash, so the last @ of the word counts,
/// unless the host is plainly over before it.
std::string without_logins(const std::string& text) {
  std::string safe;
  std::size_t at = 0;
  for (std::size_t scheme = 0; (scheme = text.find("://", at)) != std::string::npos;) {
    const std::size_t begin = scheme + 3;
    const std::size_t word = std::min(text.find_first_of(" \t\r\n\"'", begin), text.size());
    const std::size_t host = std::min({text.find_first_of("/?#", begin), word});
    const auto colon = text.substr(begin, host - begin).find(':');
    const bool has_port =
        colon != std::string::npos && std::all_of(text.begin() + static_cast<std::ptrdiff_t>(begin + colon + 1),
                                                  text.begin() + static_cast<std::ptrdiff_t>(host),
                                                  [](unsigned char c) { return std::isdigit(c) != 0; });
    const std::size_t limit = colon == std::string::npos || has_port ? host : word;
    const auto login = std::string_view(text).substr(0, limit).rfind('@');
    safe += text.substr(at, begin - at);
    at = begin;
    if (login == std::string_view::npos || login < begin) continue;
    safe += hidden;
    at = login;
  }
  return safe + text.substr(at);
}

/// A header or a question: `Bearer …` has its secret in the second word.
bool is_scheme(std::string_view word) {
  const std::string name = plain(word);
  return name == "bearer" || name == "basic" || name == "token" || name == "digest";
}

/// `-u name:password`
bool takes_login(std::string_view option) {
  const std::string name = plain(option);
  return name == "u" || name == "user" || name == "proxyuser";
}

}  // namespace

Redaction::Redaction(const std::vector<std::string>& names) {
  for (const auto& name : names)
    if (auto text = plain(name); !text.empty()) names_.push_back(std::move(text));
}

bool Redaction::is_secret(std::string_view name) const {
  const std::string text = plain(name);
  return std::any_of(names_.begin(), names_.end(),
                     [&](const std::string& part) { return text.find(part) != std::string::npos; });
}

/// Within one argument: `name=value`, `name: value`, `"name":"value"`, `--name value`.
std::string Redaction::without_values(std::string_view argument) const {
  std::string safe;
  std::size_t at = 0;
  while (at < argument.size()) {
    const std::size_t name_end = skip(argument, at, is_name);
    const std::string_view name = argument.substr(at, name_end - at);
    if (name.empty() || !is_secret(name)) {
      const std::size_t next = std::max(name_end, at + 1);
      safe += argument.substr(at, next - at);
      at = next;
      continue;
    }
    std::size_t value = skip(argument, name_end, is_quote);
    value = skip(argument, value, is_blank);
    const bool assigned = value < argument.size() && (argument[value] == '=' || argument[value] == ':');
    const bool follows = value > name_end && name.starts_with('-');
    if (!assigned && !follows) {
      safe += name;
      at = name_end;
      continue;
    }
    // All of an argument that is one assignment: its value may hold blanks and commas.
    const bool whole = at == 0 && value == name_end && argument[value] == '=';
    if (assigned) value = whole ? value + 1 : skip(argument, value + 1, is_blank);
    std::size_t end = whole ? argument.size() : end_of_value(argument, value);
    if (!whole && is_scheme(argument.substr(value, end - value)))
      end = end_of_value(argument, skip(argument, end, is_blank));
    safe += argument.substr(at, value - at);
    if (end > value) safe += hidden;
    at = end;
  }
  return safe;
}

std::vector<std::string> Redaction::operator()(const std::vector<std::string>& command_line) const {
  std::vector<std::string> safe;
  bool secret = false, login = false;  // what this argument is to the one before
  for (const std::string& argument : command_line) {
    if (secret) {
      safe.emplace_back(hidden);
    } else if (const auto colon = argument.find(':'); login && colon != std::string::npos) {
      safe.push_back(argument.substr(0, colon + 1) + hidden);
    } else {
      safe.push_back(without_logins(without_values(argument)));
    }
    const bool is_option = argument.starts_with('-') && argument.find_first_of("=: ") == std::string::npos;
    secret = is_option && is_secret(argument);
    login = is_option && takes_login(argument);
  }
  return safe;
}

}  // namespace sockwarden
