#include "agent/publish/http_exchange.h"

#include <spdlog/spdlog.h>

#include <cstdlib>
#include <cstring>
#include <exception>
#include <memory>
#include <utility>

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

Request request_of(MHD_Connection* connection, const char* url, const char* method, View view) {
  Request request{method,
                  url,
                  {},
                  header(connection, MHD_HTTP_HEADER_ACCEPT),
                  header(connection, MHD_HTTP_HEADER_ACCEPT_ENCODING),
                  header(connection, MHD_HTTP_HEADER_IF_NONE_MATCH),
                  std::move(view)};
  MHD_get_connection_values(connection, MHD_GET_ARGUMENT_KIND, add_argument, &request);
  return request;
}

Response plain(int status, const char* sentence) { return {status, "text/plain; charset=utf-8", sentence, {}}; }

Response refusal(Admission admission) {
  if (admission == Admission::misdirected)
    return plain(421, "The name in Host is none of this agent's; web.allowed_hosts in its configuration adds names.\n");
  if (admission == Admission::busy) {
    Response response = plain(503, "Too many passwords are being checked; ask again.\n");
    response.headers[MHD_HTTP_HEADER_RETRY_AFTER] = "1";
    return response;
  }
  Response response = plain(401, "Unauthorized: a user name and its password are needed.\n");
  response.headers[MHD_HTTP_HEADER_WWW_AUTHENTICATE] = "Basic realm=\"sockwarden\", charset=\"UTF-8\"";
  return response;
}

Response response_to(MHD_Connection* connection, const char* url, const char* method, Site& site,
                     const Visitor& visitor) {
  Response response;
  if (visitor.admission != Admission::let_in) {
    response = refusal(visitor.admission);
  } else if (visitor.last && (std::strcmp(method, "GET") == 0 || std::strcmp(method, "HEAD") == 0)) {
    response = plain(413, "no address here takes a request with a body\n");
  } else {
    response = site.router().answer(request_of(connection, url, method, {site.disclosure(), visitor.asker}));
  }
  for (const auto& [name, value] : visitor.policy->headers) response.headers[name] = value;
  if (visitor.last) response.headers[MHD_HTTP_HEADER_CONNECTION] = "close";
  return response;
}

void drop_body(void* body) { delete static_cast<std::string*>(body); }

std::optional<std::size_t> queue(MHD_Connection* connection, Response response) {
  auto body = std::make_unique<std::string>(std::move(response.body));
  const std::size_t size = body->size();
  MHD_Response* raw =
      MHD_create_response_from_buffer_with_free_callback_cls(size, body->data(), &drop_body, body.get());
  const std::unique_ptr<MHD_Response, decltype(&MHD_destroy_response)> owner(raw, &MHD_destroy_response);
  if (!owner) return std::nullopt;
  (void)body.release();  // the response has it
  if (response.status != MHD_HTTP_NOT_MODIFIED)
    MHD_add_response_header(raw, MHD_HTTP_HEADER_CONTENT_TYPE, response.content_type.c_str());
  for (const auto& [name, value] : response.headers) MHD_add_response_header(raw, name.c_str(), value.c_str());
  if (MHD_queue_response(connection, static_cast<unsigned>(response.status), raw) != MHD_YES) return std::nullopt;
  return size;
}

}  // namespace

bool announces_body(MHD_Connection* connection) {
  const std::string length = header(connection, MHD_HTTP_HEADER_CONTENT_LENGTH);
  return !header(connection, MHD_HTTP_HEADER_TRANSFER_ENCODING).empty() || (!length.empty() && length != "0");
}

std::optional<Credentials> credentials_of(MHD_Connection* connection) {
  char* given = nullptr;
  const Text user(MHD_basic_auth_get_username_password(connection, &given));
  const Text password(given);
  if (!user || !password) return std::nullopt;
  return Credentials{user.get(), password.get()};
}

std::string host_of(MHD_Connection* connection) { return header(connection, MHD_HTTP_HEADER_HOST); }

std::optional<std::size_t> answer(MHD_Connection* connection, const char* url, const char* method, Site& site,
                                  const Visitor& visitor) {
  try {
    return queue(connection, response_to(connection, url, method, site, visitor));
  } catch (const std::exception& error) {
    spdlog::error("cannot answer {} {}: {}", method, url, error.what());
    return queue(connection, plain(500, "internal error; see the log\n"));
  }
}

}  // namespace sockwarden
