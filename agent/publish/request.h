// An HTTP exchange as the routes see it, free of the server library.
#pragma once

#include <map>
#include <optional>
#include <string>
#include <utility>
#include <vector>

#include "agent/publish/disclosure.h"

namespace sockwarden {

struct Request {
  std::string method;                                      ///< "GET", "HEAD", …
  std::string path;                                        ///< "/metrics", percent-decoded
  std::vector<std::pair<std::string, std::string>> query;  ///< percent-decoded, in order
  std::string accept;
  std::string accept_encoding;
  std::string if_none_match;
  View view;  ///< what it may be told
};

struct Response {
  int status = 200;
  std::string content_type = "text/plain; charset=utf-8";
  std::string body;
  std::map<std::string, std::string> headers;
};

}  // namespace sockwarden
