#include "agent/publish/query.h"

#include <strings.h>

#include <algorithm>
#include <charconv>

namespace sockwarden {
namespace {

std::string listed(const std::vector<std::string>& words) {
  std::string text;
  for (const auto& word : words) text += (text.empty() ? "" : ", ") + word;
  return text;
}

}  // namespace

tl::expected<Query, std::string> Query::of(const Request& request, const std::vector<std::string>& known) {
  Query query;
  for (const auto& [name, value] : request.query) {
    if (std::find(known.begin(), known.end(), name) == known.end()) {
      const std::string choice = known.empty() ? "this address takes none" : "known are " + listed(known);
      return tl::unexpected("unknown filter \"" + name + "\"; " + choice);
    }
    if (!query.values_.emplace(name, value).second) {
      return tl::unexpected("filter \"" + name + "\" is given twice; give it once");
    }
  }
  return query;
}

std::optional<std::string> Query::text(const std::string& name) const {
  const auto position = values_.find(name);
  if (position == values_.end()) return std::nullopt;
  return position->second;
}

tl::expected<std::optional<std::uint64_t>, std::string> Query::number(const std::string& name,
                                                                      std::uint64_t limit) const {
  const auto given = text(name);
  if (!given) return std::nullopt;
  std::uint64_t value = 0;
  const char* end = given->data() + given->size();
  const auto [stop, error] = std::from_chars(given->data(), end, value);
  if (error != std::errc{} || stop != end || value > limit) {
    return tl::unexpected(name + "=\"" + *given + "\" is no whole number from 0 to " + std::to_string(limit));
  }
  return value;
}

tl::expected<std::optional<std::string>, std::string> Query::word(const std::string& name,
                                                                  const std::vector<std::string>& words) const {
  const auto given = text(name);
  if (!given) return std::nullopt;
  for (const auto& word : words) {
    if (strcasecmp(word.c_str(), given->c_str()) == 0) return word;
  }
  return tl::unexpected(name + "=\"" + *given + "\" is unknown; known are " + listed(words));
}

}  // namespace sockwarden
