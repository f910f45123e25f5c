// The page at /: the files of agent/publish/page, as they were when this was built.
#pragma once

#include <string>
#include <string_view>
#include <vector>

#include "agent/publish/request.h"

namespace sockwarden {

struct PageFile {
  std::string_view name;  ///< "index.html"
  std::string_view etag;
  std::string_view text;
};

[[nodiscard]] const std::vector<PageFile>& page_files();

/// The file that a path names, / or /page/NAME; null where there is none.
[[nodiscard]] const PageFile* page_file(const std::string& path);

/// Nothing may be loaded from elsewhere, and no text of a program can become markup or a script.
[[nodiscard]] Response page_response(const PageFile& file);

}  // namespace sockwarden
