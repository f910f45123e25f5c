#include "agent/publish/http_exchange.h"

#include <spdlog/spdlog.h>

#include <cstdlib>
#include <cstring>
#include <exception>
#include <memory>

namespace sockwarden {
namespace {

struct Free {
  void operator()(char* text) const { MHD_free(text); }
};
using Text = std::unique_ptr<char, Free>;

std::string header(MHD_Connection* connection, const char* name) {
  const char* value = MHD_lookup_connection_value(connection, MHD_HEADER_KIND, name);
  return value != nullptr ? value : "";
}

MHD_Result add_argument(void* closure, MHD_ValueKind, const char* name, const char* value) {
  static_cast<Request*>(closure)->query.emplace_back(name, value != nullptr ? value : "");
  return MHD_YES;
}

Request request_of(MHD_Connection* connection, const char* url, const char* method) {
  Request request{
      method, url, {}, header(connection, MHD_HTTP_HEADER_ACCEPT), header(connection, MHD_HTTP_HEADER_ACCEPT_ENCODING)};
  MHD_get_connection_values(connection, MHD_GET_ARGUMENT_KIND, add_argument, &request);
  return request;
}

bool is_let_in(MHD_Connection* connection, BasicAuth& auth) {
  if (!auth.required()) return true;
  char* given = nullptr;
  const Text user(MHD_basic_auth_get_username_password(connection, &given));
  const Text password(given);
  return user && password && auth.allows(user.get(), password.get());
}

Response response_to(MHD_Connection* connection, const char* url, const char* method, Site& site, bool last) {
  const auto policy = site.policy();
  Response response;
  if (!is_let_in(connection, *policy->auth)) {
    response = {401, "text/plain; charset=utf-8", "Unauthorized: a user name and its password are needed.\n", {}};
    response.headers[MHD_HTTP_HEADER_WWW_AUTHENTICATE] = "Basic realm=\"sockwarden\", charset=\"UTF-8\"";
  } else if (last && (std::strcmp(method, "GET") == 0 || std::strcmp(method, "HEAD") == 0)) {
    response = {413, "text/plain; charset=utf-8", "no address here takes a request with a body\n", {}};
  } else {
    response = site.router().answer(request_of(connection, url, method));
  }
  for (const auto& [name, value] : policy->headers) response.headers[name] = value;
  if (last) response.headers[MHD_HTTP_HEADER_CONNECTION] = "close";
  return response;
}

MHD_Result queue(MHD_Connection* connection, const Response& response) {
  auto* body = const_cast<char*>(response.body.data());
  MHD_Response* raw = MHD_create_response_from_buffer(response.body.size(), body, MHD_RESPMEM_MUST_COPY);
  const std::unique_ptr<MHD_Response, decltype(&MHD_destroy_response)> owner(raw, &MHD_destroy_response);
  if (!owner) return MHD_NO;
  MHD_add_response_header(raw, MHD_HTTP_HEADER_CONTENT_TYPE, response.content_type.c_str());
  for (const auto& [name, value] : response.headers) MHD_add_response_header(raw, name.c_str(), value.c_str());
  return MHD_queue_response(connection, static_cast<unsigned>(response.status), raw);
}

}  // namespace

bool announces_body(MHD_Connection* connection) {
  const std::string length = header(connection, MHD_HTTP_HEADER_CONTENT_LENGTH);
  return !header(connection, MHD_HTTP_HEADER_TRANSFER_ENCODING).empty() || (!length.empty() && length != "0");
}

MHD_Result answer(MHD_Connection* connection, const char* url, const char* method, Site& site, bool last) {
  try {
    return queue(connection, response_to(connection, url, method, site, last));
  } catch (const std::exception& error) {
    spdlog::error("cannot answer {} {}: {}", method, url, error.what());
    return queue(connection, {500, "text/plain; charset=utf-8", "internal error; see the log\n", {}});
  }
}

}  // namespace sockwarden
