// Command lines without what is secret in them.
#pragma once

#include <string>
#include <string_view>
#include <vector>

namespace sockwarden {

class Redaction {
 public:
  /// `names`: parts of names whose values are secret, case and - or _ aside: "password" is also in --db_password=… and
  /// PGPASSWORD=….
  explicit Redaction(const std::vector<std::string>& names);

  /// Values of such names, beside them or in the argument that follows, and what stands before the @ of a URL are
  /// "***".
  [[nodiscard]] std::vector<std::string> operator()(const std::vector<std::string>& command_line) const;

 private:
  [[nodiscard]] bool is_secret(std::string_view name) const;
  [[nodiscard]] std::string without_values(std::string_view argument) const;

  std::vector<std::string> names_;
};

}  // namespace sockwarden
