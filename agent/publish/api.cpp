#include "agent/publish/api.h"

#include <utility>

namespace sockwarden {
namespace {

constexpr const char* json_type = "application/json; charset=utf-8";

const char* error_type(int status) {
  switch (status) {
    case 400:
      return "bad_data";
    case 404:
      return "not_found";
    case 405:
      return "method_not_allowed";
    case 503:
      return "unavailable";
    default:
      return "internal";
  }
}

}  // namespace

Response api_success(const Json& data) {
  return {200, json_type, text_of({{"status", "success"}, {"data", data}}) + '\n', {}};
}

Response RowsAnswer::with(const Json& head, const std::string& name) const {
  std::string body = R"({"status":"success","data":)" + text_of(head);
  body.pop_back();  // the brace
  if (!head.empty()) body += ',';
  body.append("\"").append(name).append("\":[").append(rows_).append("]}}\n");
  return {200, json_type, std::move(body), {}};
}

Response api_error(int status, const std::string& sentence) {
  return {status,
          json_type,
          text_of({{"status", "error"}, {"errorType", error_type(status)}, {"error", sentence}}) + '\n',
          {}};
}

}  // namespace sockwarden
