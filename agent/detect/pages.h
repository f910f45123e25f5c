// The pages agent/detect/<class>.md, as they were when this was built.
#pragma once

#include <string_view>
#include <vector>

namespace sockwarden {

struct Page {
  std::string_view class_name;
  std::string_view text;
};

/// In the order of the registry of classes.
[[nodiscard]] const std::vector<Page>& pages();

}  // namespace sockwarden
