#include "agent/publish/http_daemon.h"

#include <microhttpd.h>
#include <poll.h>
#include <spdlog/spdlog.h>
#include <sys/eventfd.h>
#include <unistd.h>

#include <algorithm>
#include <array>
#include <atomic>
#include <chrono>
#include <cstdarg>
#include <cstdio>
#include <optional>
#include <string_view>
#include <thread>
#include <utility>
#include <vector>

#include "agent/publish/http_exchange.h"
#include "agent/publish/open_connections.h"
#include "agent/publish/password_checks.h"
#include "agent/publish/peer.h"
#include "agent/publish/percent.h"
#include "agent/sandbox/capabilities.h"

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
constexpr std::chrono::milliseconds sweep_interval{1000};

/// Belongs to one connection, from accept to close.
struct Visit {
  OpenConnections::Ticket ticket;
  std::shared_ptr<const TlsContext> tls;
  std::string local_host;
  std::optional<std::uint32_t> uid;  ///< of the client
  bool uid_asked = false;
  std::shared_ptr<const WebPolicy> policy;  ///< of the request under way
  std::atomic<Verdict> verdict{Verdict::none};
  unsigned wrong_passwords = 0;
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

std::size_t unescape(void*, MHD_Connection*, char* text) { return percent_decode(text); }

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
  static void request_ended(void* closure, MHD_Connection* connection, void**, MHD_RequestTerminationCode);
  static MHD_Result request(void* closure, MHD_Connection* connection, const char* url, const char* method,
                            const char* version, const char* upload, std::size_t* upload_size, void** state);

  /// Empty: it is known once the password was checked, and the request comes again then.
  std::optional<Admission> admission(MHD_Connection* connection, Visit& visit, bool body);
  [[nodiscard]] static Asker asker(MHD_Connection* connection, Visit& visit, const char* url);
  void run();
  /// Until there is something to do: poll()'s milliseconds.
  int patience() const;

  Site& site;
  OpenConnections connections{most_connections};
  MHD_Daemon* daemon = nullptr;
  BoundSocket stop{eventfd(0, EFD_CLOEXEC)};
  std::atomic<bool> stopping{false};
  std::thread thread;
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
  auto visit = std::make_unique<Visit>();
  visit->ticket = service.connections.started(info->connect_fd);
  visit->tls = service.site.policy()->tls;
  visit->local_host = local_host_of(info->connect_fd);
  const auto* session = MHD_get_connection_info(connection, MHD_CONNECTION_INFO_GNUTLS_SESSION);
  if (visit->tls && session != nullptr) visit->tls->apply_to(static_cast<gnutls_session_t>(session->tls_session));
  *context = visit.release();
}

void* HttpDaemon::Service::request_began(void*, const char*, MHD_Connection* connection) {
  set_timeout(connection, request_timeout_s);
  return nullptr;
}

void HttpDaemon::Service::request_ended(void* closure, MHD_Connection* connection, void**, MHD_RequestTerminationCode) {
  Visit* visit = visit_of(connection);
  if (visit == nullptr) return;
  static_cast<Service*>(closure)->connections.answered(visit->ticket);
  visit->policy.reset();
  set_timeout(connection, idle_timeout_s);
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
  Visit* visit = visit_of(connection);
  if (visit == nullptr) return MHD_NO;
  if (!visit->policy) visit->policy = service.site.policy();
  const auto admission = service.admission(connection, *visit, body);
  if (!admission) return MHD_YES;
  const bool last = body || *admission == Admission::misdirected;
  const auto bytes =
      answer(connection, url, method, service.site, {*admission, asker(connection, *visit, url), visit->policy, last});
  if (!bytes) return MHD_NO;
  service.connections.answering(visit->ticket, *bytes, std::chrono::steady_clock::now());
  return MHD_YES;
}

std::optional<Admission> HttpDaemon::Service::admission(MHD_Connection* connection, Visit& visit, bool body) {
  if (!site.host_check()->allows(host_of(connection), visit.local_host)) return Admission::misdirected;
  const auto& auth = visit.policy->auth;
  if (!auth->required()) return Admission::let_in;
  switch (visit.verdict.exchange(Verdict::none)) {
    case Verdict::right:
      return Admission::let_in;
    case Verdict::wrong:
      ++visit.wrong_passwords;
      return Admission::unknown;
    case Verdict::busy:
      return Admission::busy;
    case Verdict::none:
      break;
  }
  auto given = credentials_of(connection);
  if (!given) return Admission::unknown;
  if (auth->remembers(given->user, given->password)) return Admission::let_in;
  if (body) return Admission::unknown;  // nothing is done with it anyway
  MHD_suspend_connection(connection);
  const auto done = [&visit, connection](Verdict verdict) {
    visit.verdict = verdict;
    MHD_resume_connection(connection);
  };
  site.password_checks().submit(
      {this, auth, std::move(given->user), std::move(given->password), visit.wrong_passwords, done});
  return std::nullopt;
}

Asker HttpDaemon::Service::asker(MHD_Connection* connection, Visit& visit, const char* url) {
  if (visit.policy->auth->required() || visit.policy->verifies_clients) return {.identified = true, .uid = {}};
  const bool tells_of_processes = std::string_view(url).starts_with("/api/");
  if (tells_of_processes && !std::exchange(visit.uid_asked, true)) {
    const auto* info = MHD_get_connection_info(connection, MHD_CONNECTION_INFO_CONNECTION_FD);
    visit.uid = user_at_other_end(info->connect_fd);
  }
  return {.identified = false, .uid = visit.uid};
}

int HttpDaemon::Service::patience() const {
  MHD_UNSIGNED_LONG_LONG milliseconds = 0;
  const bool limited = MHD_get_timeout(daemon, &milliseconds) == MHD_YES;
  if (connections.empty() && !limited) return -1;
  return limited ? static_cast<int>(std::min<MHD_UNSIGNED_LONG_LONG>(milliseconds, sweep_interval.count()))
                 : static_cast<int>(sweep_interval.count());
}

void HttpDaemon::Service::run() {
  (void)keep_capabilities({});
  const auto* info = MHD_get_daemon_info(daemon, MHD_DAEMON_INFO_EPOLL_FD);
  auto swept = std::chrono::steady_clock::now();
  while (!stopping) {
    std::array<pollfd, 2> wait{pollfd{info->epoll_fd, POLLIN, 0}, pollfd{stop.descriptor(), POLLIN, 0}};
    poll(wait.data(), wait.size(), patience());
    MHD_run(daemon);
    const auto now = std::chrono::steady_clock::now();
    if (now - swept < sweep_interval) continue;
    connections.sweep(now);
    swept = now;
  }
}

HttpDaemon::HttpDaemon(std::string address, std::unique_ptr<Service> service)
    : address_(std::move(address)), service_(std::move(service)) {}

HttpDaemon::~HttpDaemon() {
  service_->stopping = true;
  const std::uint64_t one = 1;
  if (write(service_->stop.descriptor(), &one, sizeof(one)) == sizeof(one) && service_->thread.joinable())
    service_->thread.join();
  service_->site.password_checks().forget(service_.get());
  MHD_stop_daemon(service_->daemon);
}

tl::expected<std::unique_ptr<HttpDaemon>, Error> HttpDaemon::open(BoundSocket socket, Site& site) {
  auto service = std::make_unique<Service>(site);
  const std::string address = socket.address();
  const auto tls = site.policy()->tls;
  unsigned flags = MHD_USE_EPOLL | MHD_ALLOW_SUSPEND_RESUME | MHD_USE_ERROR_LOG;
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
                                     MHD_OPTION_UNESCAPE_CALLBACK, &unescape, nullptr,                           //
                                     MHD_OPTION_NOTIFY_COMPLETED, &Service::request_ended, service.get(),        //
                                     MHD_OPTION_ARRAY, more.data(), MHD_OPTION_END);
  if (service->daemon == nullptr) {
    return tl::unexpected(
        Error{"start the web server on", address, errno, "check the limits of threads and descriptors"});
  }
  (void)socket.release();  // the daemon closes it
  service->thread = std::thread([raw = service.get()] { raw->run(); });
  return std::unique_ptr<HttpDaemon>(new HttpDaemon(address, std::move(service)));
}

}  // namespace sockwarden
