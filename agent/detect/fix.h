// The fix for a finding, in the words of the program's language and library. The texts stand in the tables of the
// pages, agent/detect/CLASS.md, one below each language's heading, and nowhere else.
#pragma once

#include <string>
#include <string_view>
#include <vector>

#include "agent/contract/program_family.h"
#include "agent/detect/finding.h"

namespace sockwarden {

/// A row of a page's tables.
struct Fix {
  std::string language;  ///< "go", "libcurl"; empty = any
  std::string of;        ///< what it is the fix for: "header", "idle-limit of a database", "any"
  std::string text;      ///< `{…}` stands for a figure of the finding
};

/// Names of languages and libraries, as `--lang` has them.
[[nodiscard]] std::vector<std::string> fix_languages();

/// What a page says in one language: all above the languages, and its section; of a library without one, its
/// language's. Empty where it has neither.
[[nodiscard]] std::string page_in(std::string_view page, std::string_view language);

[[nodiscard]] std::vector<Fix> fixes_in(std::string_view page);

/// One fix, the most specific that the page of its class has for the finding.
[[nodiscard]] std::string fix_text(const Finding& finding, const ProgramFamily& family);

}  // namespace sockwarden
