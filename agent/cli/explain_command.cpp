#include <algorithm>
#include <iostream>
#include <memory>

#include "agent/cli/command.h"
#include "agent/cli/complaint.h"
#include "agent/cli/pages.h"
#include "agent/config/nearest.h"
#include "agent/detect/finding_class.h"

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

int run(const std::string& class_name) {
  if (class_name.empty()) return list();
  std::vector<std::string> names;
  for (const Page& page : pages()) {
    if (page.class_name == class_name) {
      std::cout << page.text;
      return exit_good;
    }
    names.emplace_back(page.class_name);
  }
  return complain("no class is called \"" + class_name + "\"; " + suggestion(class_name, names), exit_usage);
}

}  // namespace

Command explain_command() {
  return {"explain", "What a class of findings means, how it is proven, and the fix",
          "  sockwarden explain\n"
          "  sockwarden explain missing-timeout\n",
          [](CLI::App& app) -> std::function<int()> {
            const auto class_name = std::make_shared<std::string>();
            app.add_option("class", *class_name, "such as missing-timeout; without one, all are listed")->type_name("");
            return [class_name] { return run(*class_name); };
          }};
}

}  // namespace sockwarden
