// --format text|json, the same for every command that prints.
#pragma once

#include <CLI/CLI.hpp>
#include <string>

namespace sockwarden {

class OutputFormat {
 public:
  void declare(CLI::App& app);
  [[nodiscard]] bool json() const { return name_ == "json"; }

 private:
  std::string name_ = "text";
};

}  // namespace sockwarden
