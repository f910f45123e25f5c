#include "agent/publish/negotiation.h"

#include <algorithm>
#include <cctype>
#include <cstdlib>
#include <map>
#include <optional>
#include <string>
#include <vector>

namespace sockwarden {
namespace {

struct Choice {
  std::string value;  ///< lower case
  std::map<std::string, std::string> parameters;
  double quality = 1;
};

std::string trimmed_lower(std::string_view text) {
  const auto first = text.find_first_not_of(" \t\"");
  if (first == std::string_view::npos) return {};
  std::string result(text.substr(first, text.find_last_not_of(" \t\"") - first + 1));
  std::transform(result.begin(), result.end(), result.begin(), [](unsigned char c) { return std::tolower(c); });
  return result;
}

std::vector<std::string_view> split(std::string_view text, char separator) {
  std::vector<std::string_view> parts;
  while (true) {
    const auto end = text.find(separator);
    parts.push_back(text.substr(0, end));
    if (end == std::string_view::npos) return parts;
    text.remove_prefix(end + 1);
  }
}

std::vector<Choice> choices_of(std::string_view header) {
  std::vector<Choice> choices;
  for (const auto item : split(header, ',')) {
    const auto parts = split(item, ';');
    Choice choice{trimmed_lower(parts.front()), {}, 1};
    for (std::size_t i = 1; i < parts.size(); ++i) {
      const auto equals = parts[i].find('=');
      if (equals == std::string_view::npos) continue;
      choice.parameters[trimmed_lower(parts[i].substr(0, equals))] = trimmed_lower(parts[i].substr(equals + 1));
    }
    const auto quality = choice.parameters.find("q");
    if (quality != choice.parameters.end()) choice.quality = std::strtod(quality->second.c_str(), nullptr);
    choices.push_back(std::move(choice));
  }
  return choices;
}

bool is_openmetrics_1(const Choice& choice) {
  const auto version = choice.parameters.find("version");
  return choice.value == "application/openmetrics-text" &&
         (version == choice.parameters.end() || version->second == "1.0.0");
}

}  // namespace

bool prefers_openmetrics(std::string_view accept) {
  double openmetrics = 0;
  double text = 0;
  for (const auto& choice : choices_of(accept)) {
    if (is_openmetrics_1(choice)) openmetrics = std::max(openmetrics, choice.quality);
    if (choice.value == "text/plain") text = std::max(text, choice.quality);
  }
  return openmetrics > 0 && openmetrics >= text;
}

bool accepts_gzip(std::string_view accept_encoding) {
  std::optional<double> gzip;
  std::optional<double> any;
  for (const auto& choice : choices_of(accept_encoding)) {
    if (choice.value == "gzip" || choice.value == "x-gzip") gzip = choice.quality;
    if (choice.value == "*") any = choice.quality;
  }
  return gzip.value_or(any.value_or(0)) > 0;
}

}  // namespace sockwarden
