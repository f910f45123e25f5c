#include "agent/publish/http_daemon.h"

#include <microhttpd.h>
#include <spdlog/spdlog.h>

#include <array>
#include <cstdarg>
#include <cstdio>
#include <string_view>
#include <vector>

#include "agent/publish/http_exchange.h"
#include "agent/publish/open_connections.h"

namespace sockwarden {
namespace {

// A client has this long to say something while a request is under way …
constexpr unsigned request_timeout_s = 10;
// … and may keep its connection idle for longer than Prometheus and Go clients do (5 min, 90 s), so that it is they who
// close it, and never a scrape that meets a closed connection.
constexpr unsigned idle_timeout_s = 330;
constexpr std::size_t connection_memory_bytes = 32 * 1024;  // request line and headers; more is answered with 4xx
constexpr std::size_t most_connections = 128;
constexpr unsigned hard_connection_limit = 192;

/// Belongs to one connection, from accept to close.
struct Visit {
  OpenConnections::Ticket ticket;
  std::shared_ptr<const TlsContext> tls;
};

char first_call;    // con_cls of a request whose headers were seen
char refused_body;  // con_cls of a request that was answered before its body

void log_fault(void*, const char* format, va_list arguments) {
  std::array<char, 512> text{};
  std::vsnprintf(text.data(), text.size(), format, arguments);
  std::string_view line(text.data());
  while (line.ends_with('\n')) line.remove_suffix(1);
  spdlog::debug("web server: {}", line);
}

void set_timeout(MHD_Connection* connection, unsigned seconds) {
  MHD_set_connection_option(connection, MHD_CONNECTION_OPTION_TIMEOUT, seconds);
}

Visit* visit_of(MHD_Connection* connection) {
  const auto* info = MHD_get_connection_info(connection, MHD_CONNECTION_INFO_SOCKET_CONTEXT);
  return info != nullptr ? static_cast<Visit*>(info->socket_context) : nullptr;
}

}  // namespace

struct HttpDaemon::Service {
  explicit Service(Site& of) : site(of) {}

  static void connection_changed(void* closure, MHD_Connection* connection, void** context,
                                 MHD_ConnectionNotificationCode code);
  static void* request_began(void*, const char*, MHD_Connection* connection);
  static MHD_Result request(void* closure, MHD_Connection* connection, const char* url, const char* method,
                            const char* version, const char* upload, std::size_t* upload_size, void** state);

  Site& site;
  OpenConnections connections{most_connections};
  MHD_Daemon* daemon = nullptr;
};

void HttpDaemon::Service::connection_changed(void* closure, MHD_Connection* connection, void** context,
                                             MHD_ConnectionNotificationCode code) {
  auto& service = *static_cast<Service*>(closure);
  if (code == MHD_CONNECTION_NOTIFY_CLOSED) {
    const std::unique_ptr<Visit> visit(static_cast<Visit*>(*context));
    if (visit) service.connections.ended(visit->ticket);
    *context = nullptr;
    return;
  }
  const auto* info = MHD_get_connection_info(connection, MHD_CONNECTION_INFO_CONNECTION_FD);
  auto visit =
      std::make_unique<Visit>(Visit{service.connections.started(info->connect_fd), service.site.policy()->tls});
  const auto* session = MHD_get_connection_info(connection, MHD_CONNECTION_INFO_GNUTLS_SESSION);
  if (visit->tls && session != nullptr) visit->tls->apply_to(static_cast<gnutls_session_t>(session->tls_session));
  *context = visit.release();
}

void* HttpDaemon::Service::request_began(void*, const char*, MHD_Connection* connection) {
  set_timeout(connection, request_timeout_s);
  return nullptr;
}

MHD_Result HttpDaemon::Service::request(void* closure, MHD_Connection* connection, const char* url, const char* method,
                                        const char*, const char*, std::size_t* upload_size, void** state) {
  auto& service = *static_cast<Service*>(closure);
  if (*state == &refused_body) {
    *upload_size = 0;
    return MHD_YES;
  }
  const bool body = announces_body(connection);
  if (*state == nullptr && !body) {
    *state = &first_call;
    return MHD_YES;
  }
  if (body) *state = &refused_body;
  if (Visit* visit = visit_of(connection)) service.connections.answered(visit->ticket);
  if (!body) set_timeout(connection, idle_timeout_s);
  return answer(connection, url, method, service.site, body);
}

HttpDaemon::HttpDaemon(std::string address, std::unique_ptr<Service> service)
    : address_(std::move(address)), service_(std::move(service)) {}

HttpDaemon::~HttpDaemon() { MHD_stop_daemon(service_->daemon); }

tl::expected<std::unique_ptr<HttpDaemon>, Error> HttpDaemon::open(BoundSocket socket, Site& site) {
  auto service = std::make_unique<Service>(site);
  const std::string address = socket.address();
  const auto tls = site.policy()->tls;
  unsigned flags = MHD_USE_INTERNAL_POLLING_THREAD | MHD_USE_EPOLL | MHD_USE_ERROR_LOG;
  std::vector<MHD_OptionItem> more;
  if (tls) {
    flags |= MHD_USE_TLS;
    more.push_back({MHD_OPTION_HTTPS_MEM_CERT, 0, const_cast<char*>(tls->certificate().c_str())});
    more.push_back({MHD_OPTION_HTTPS_MEM_KEY, 0, const_cast<char*>(tls->key().c_str())});
  }
  more.push_back({MHD_OPTION_END, 0, nullptr});
  const int descriptor = socket.descriptor();
  service->daemon = MHD_start_daemon(flags, 0, nullptr, nullptr, &Service::request, service.get(),               //
                                     MHD_OPTION_EXTERNAL_LOGGER, &log_fault, nullptr,                            //
                                     MHD_OPTION_LISTEN_SOCKET, descriptor,                                       //
                                     MHD_OPTION_CONNECTION_TIMEOUT, request_timeout_s,                           //
                                     MHD_OPTION_CONNECTION_LIMIT, hard_connection_limit,                         //
                                     MHD_OPTION_CONNECTION_MEMORY_LIMIT, connection_memory_bytes,                //
                                     MHD_OPTION_NOTIFY_CONNECTION, &Service::connection_changed, service.get(),  //
                                     MHD_OPTION_URI_LOG_CALLBACK, &Service::request_began, nullptr,              //
                                     MHD_OPTION_ARRAY, more.data(), MHD_OPTION_END);
  if (service->daemon == nullptr) {
    return tl::unexpected(
        Error{"start the web server on", address, errno, "check the limits of threads and descriptors"});
  }
  (void)socket.release();  // the daemon closes it
  return std::unique_ptr<HttpDaemon>(new HttpDaemon(address, std::move(service)));
}

}  // namespace sockwarden
