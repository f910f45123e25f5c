#include <algorithm>
#include <iostream>
#include <map>
#include <memory>

#include "agent/cli/command.h"
#include "agent/cli/complaint.h"
#include "agent/cli/display.h"
#include "agent/cli/manual_text.h"
#include "agent/config/nearest.h"
#include "agent/detect/finding_class.h"
#include "agent/detect/fix.h"
#include "agent/detect/pages.h"

namespace sockwarden {
namespace {

int list() {
  for (const FindingClass& one : finding_classes()) {
    std::string name(one.name);
    name.resize(std::max<std::size_t>(name.size() + 2, 18), ' ');
    std::cout << name << one.title << "\n";
  }
  std::cout << "\nsockwarden explain CLASS prints the whole page.\n";
  return exit_good;
}

/// As people call them, too.
std::string language_called(const std::string& name) {
  static const std::map<std::string, std::string> aliases{
      {"c", "native"},      {"c++", "native"}, {"cpp", "native"}, {"rust", "native"},  {"javascript", "node"},
      {"csharp", "dotnet"}, {"golang", "go"},  {"jvm", "java"},   {"curl", "libcurl"}, {"mariadb", "libmysqlclient"}};
  const auto known = aliases.find(name);
  return known == aliases.end() ? name : known->second;
}

/// A terminal gets it in its own width, whatever else 80 columns.
int show(std::string_view markdown) {
  const std::size_t columns = terminal_columns();
  std::cout << manual_text(markdown, columns == 0 ? 80 : std::min<std::size_t>(columns, 100));
  return exit_good;
}

int print(const Page& page, const std::string& called) {
  if (called.empty()) {
    return show(page.text);
  }
  const std::string language = language_called(called);
  const auto languages = fix_languages();
  if (std::find(languages.begin(), languages.end(), language) == languages.end())
    return complain("no fix is in \"" + language + "\"; " + suggestion(language, languages), exit_usage);
  const std::string text = page_in(page.text, language);
  if (text.empty()) return complain("this page has no fix of its own in " + language, exit_usage);
  return show(text);
}

int run(const std::string& class_name, const std::string& language) {
  if (class_name.empty()) return list();
  std::vector<std::string> names;
  for (const Page& page : pages()) {
    if (page.class_name == class_name) return print(page, language);
    names.emplace_back(page.class_name);
  }
  return complain("no class is called \"" + class_name + "\"; " + suggestion(class_name, names), exit_usage);
}

std::string joined(const std::vector<std::string>& names) {
  std::string text;
  for (const std::string& name : names) text += (text.empty() ? "" : ", ") + name;
  return text;
}

}  // namespace

Command explain_command() {
  return {"explain", "What a class of findings means, how it is proven, and the fix",
          "  sockwarden explain\n"
          "  sockwarden explain missing-timeout\n"
          "  sockwarden explain undrained-body --lang go\n",
          [](CLI::App& app) -> std::function<int()> {
            const auto class_name = std::make_shared<std::string>(), language = std::make_shared<std::string>();
            app.add_option("class", *class_name, "such as missing-timeout; without one, all are listed")->type_name("");
            app.add_option("--lang", *language, "the fix in one language or library: " + joined(fix_languages()))
                ->type_name("NAME");
            return [class_name, language] { return run(*class_name, *language); };
          }};
}

}  // namespace sockwarden
