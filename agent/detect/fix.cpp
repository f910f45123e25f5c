#include "agent/detect/fix.h"

#include <algorithm>
#include <array>
#include <map>

#include "agent/detect/pages.h"

namespace sockwarden {
namespace {

struct Heading {
  std::string_view language;
  std::string_view title;
  std::string_view written_in;  ///< of a library: the language whose words are the next best
};

constexpr std::array headings{
    Heading{"", "Any language", ""},
    Heading{"go", "Go", ""},
    Heading{"python", "Python", ""},
    Heading{"node", "Node", ""},
    Heading{"java", "Java", ""},
    Heading{"ruby", "Ruby", ""},
    Heading{"php", "PHP", ""},
    Heading{"dotnet", ".NET", ""},
    Heading{"native", "C, C++, Rust", ""},
    Heading{"libcurl", "libcurl", "native"},
    Heading{"libpq", "libpq", "native"},
    Heading{"libmysqlclient", "libmysqlclient", "native"},
    Heading{"hiredis", "hiredis", "native"},
    Heading{"pgjdbc", "pgjdbc", "java"},
};

constexpr std::string_view section_mark = "\n### ";

std::string_view section_of(std::string_view page, std::string_view title) {
  const std::string mark = std::string(section_mark) + std::string(title) + "\n";
  const auto begin = page.find(mark);
  if (begin == page.npos) return {};
  const std::string_view rest = page.substr(begin + 1);
  const auto end = rest.find(section_mark, 1);
  return rest.substr(0, end == rest.npos ? end : end + 1);
}

std::string without_ticks(std::string_view text) {
  std::string plain(text);
  std::erase(plain, '`');
  return plain;
}

/// `| a, b | text |` → a row for each name.
void take_row(std::string_view line, std::string_view language, std::vector<Fix>& fixes) {
  constexpr std::string_view bar = " | ";
  const auto middle = line.find(bar);
  if (!line.starts_with("| ") || !line.ends_with(" |") || middle == line.npos) return;
  const std::string names = without_ticks(line.substr(2, middle - 2));
  const auto text_at = middle + bar.size();
  if (names == "for" || names.starts_with("---") || text_at + 2 > line.size()) return;
  const std::string text = without_ticks(line.substr(text_at, line.size() - text_at - 2));
  for (std::size_t at = 0; at < names.size();) {
    const auto end = std::min(names.find(", ", at), names.size());
    fixes.push_back({std::string(language), names.substr(at, end - at), text});
    at = end + 2;
  }
}

const std::vector<Fix>& fixes_of_class(const std::string& class_name) {
  static const auto all = [] {
    std::map<std::string, std::vector<Fix>, std::less<>> by_class;
    for (const Page& page : pages()) by_class.emplace(page.class_name, fixes_in(page.text));
    return by_class;
  }();
  static const std::vector<Fix> none;
  const auto found = all.find(class_name);
  return found == all.end() ? none : found->second;
}

/// Whether a connection of this protocol may be the library's.
bool speaks(std::string_view library, const Finding& finding) {
  if (finding.role != Role::client) return false;
  if (library == "libpq" || library == "pgjdbc") return finding.protocol == Protocol::postgresql;
  if (library == "libmysqlclient") return finding.protocol == Protocol::mysql;
  if (library == "hiredis") return finding.protocol == Protocol::redis;
  return !traits_of(finding.protocol).is_database;
}

/// The most specific first.
std::vector<std::string_view> languages_for(const Finding& finding, const ProgramFamily& family) {
  std::vector<std::string_view> languages;
  for (const Heading& heading : headings) {
    const bool loaded = family.libraries.contains(std::string(heading.language));
    if (!heading.written_in.empty() && heading.written_in == family.language && loaded &&
        speaks(heading.language, finding))
      languages.push_back(heading.language);
  }
  if (!family.language.empty()) languages.push_back(family.language);
  languages.push_back("");
  return languages;
}

std::string filled(std::string text, const std::map<std::string, std::string>& figures) {
  for (const auto& [name, value] : figures) {
    const std::string place = "{" + name + "}";
    for (auto at = text.find(place); at != text.npos; at = text.find(place, at + value.size()))
      text.replace(at, place.size(), value);
  }
  return text;
}

}  // namespace

std::vector<std::string> fix_languages() {
  std::vector<std::string> names;
  for (const Heading& heading : headings)
    if (!heading.language.empty()) names.emplace_back(heading.language);
  return names;
}

std::string page_in(std::string_view page, std::string_view language) {
  const auto heading =
      std::find_if(headings.begin(), headings.end(), [&](const Heading& one) { return one.language == language; });
  if (heading == headings.end()) return {};
  const std::string_view section = section_of(page, heading->title);
  if (section.empty()) return heading->written_in.empty() ? std::string() : page_in(page, heading->written_in);
  return std::string(page.substr(0, page.find(section_mark) + 1)) + std::string(section);
}

std::vector<Fix> fixes_in(std::string_view page) {
  std::vector<Fix> fixes;
  for (const Heading& heading : headings) {
    std::string_view section = section_of(page, heading.title);
    while (!section.empty()) {
      const auto end = std::min(section.find('\n'), section.size());
      take_row(section.substr(0, end), heading.language, fixes);
      section.remove_prefix(std::min(end + 1, section.size()));
    }
  }
  return fixes;
}

std::string fix_text(const Finding& finding, const ProgramFamily& family) {
  std::vector<std::string> names = finding.fix_for;
  if (!finding.qualifier.empty()) names.push_back(finding.qualifier);
  names.emplace_back("any");
  const std::vector<Fix>& fixes = fixes_of_class(finding.class_name);
  for (const std::string_view language : languages_for(finding, family)) {
    for (const std::string& name : names) {
      const auto found = std::find_if(fixes.begin(), fixes.end(),
                                      [&](const Fix& fix) { return fix.language == language && fix.of == name; });
      if (found != fixes.end()) return filled(found->text, finding.fix_figures);
    }
  }
  return {};
}

}  // namespace sockwarden
