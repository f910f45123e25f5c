#include "agent/publish/page.h"

#include <algorithm>

namespace sockwarden {
namespace {

constexpr const char* policy =
    "default-src 'none'; script-src 'self'; style-src 'self'; img-src 'self'; connect-src 'self'; "
    "base-uri 'none'; form-action 'none'; frame-ancestors 'none'; "
    "require-trusted-types-for 'script'; trusted-types 'none'";

const char* content_type_of(std::string_view name) {
  if (name.ends_with(".html")) return "text/html; charset=utf-8";
  if (name.ends_with(".css")) return "text/css; charset=utf-8";
  if (name.ends_with(".svg")) return "image/svg+xml";
  return "text/javascript; charset=utf-8";
}

}  // namespace

const PageFile* page_file(const std::string& path) {
  constexpr std::string_view folder = "/page/";
  std::string_view name = "index.html";
  if (path != "/") {
    if (!path.starts_with(folder)) return nullptr;
    name = std::string_view(path).substr(folder.size());
  }
  const auto& files = page_files();
  const auto found = std::find_if(files.begin(), files.end(), [&](const PageFile& file) { return file.name == name; });
  return found == files.end() ? nullptr : &*found;
}

Response page_response(const PageFile& file) {
  return {200,
          content_type_of(file.name),
          std::string(file.text),
          {{"Content-Security-Policy", policy}, {"ETag", std::string(file.etag)}, {"Referrer-Policy", "no-referrer"}}};
}

}  // namespace sockwarden
