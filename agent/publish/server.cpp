#include "agent/publish/server.h"

#include <spdlog/spdlog.h>

#include <linux/capability.h>

#include <chrono>
#include <condition_variable>
#include <mutex>
#include <stop_token>
#include <thread>
#include <utility>

#include "agent/publish/activation.h"
#include "agent/publish/http_daemon.h"
#include "agent/publish/listen_address.h"
#include "agent/publish/watched_files.h"
#include "agent/sandbox/capabilities.h"

namespace sockwarden {
namespace {

constexpr std::chrono::seconds watch_interval{1};

}  // namespace

struct WebServer::Parts {
  Parts(std::string file, Content content, std::shared_ptr<const WebPolicy> policy)
      : config_file(std::move(file)), files(policy->files), watched(files), site(std::move(content), policy) {}

  tl::expected<void, Error> reload();
  void watch(const std::stop_token& stop);
  void tell_state();

  std::string config_file;
  std::mutex mutex;  ///< of what follows: a reload comes from the watching thread and from others
  std::vector<std::string> files;
  WatchedFiles watched;
  bool again = false;  ///< read once more at the next look
  std::string error;   ///< of the last reload; empty = it went well
  Site site;
  std::vector<std::unique_ptr<HttpDaemon>> daemons;
  std::jthread watcher;  ///< last, so that it ends first
};

tl::expected<void, Error> WebServer::Parts::reload() {
  const std::lock_guard lock(mutex);
  if (config_file.empty()) return {};
  (void)watched.changed();  // taken before reading: a write that comes meanwhile counts as the next change
  auto policy = WebPolicy::load(config_file);
  if (policy && ((*policy)->tls != nullptr) != (site.policy()->tls != nullptr)) {
    policy = tl::unexpected(
        Error{"switch TLS on or off while running", "", 0, "restart sockwarden to take over " + config_file});
  }
  const std::string before = std::exchange(error, policy ? "" : policy.error().message());
  if (policy) {
    site.set_policy(*policy);
    again = (*policy)->files != files;  // the new ones were read before they were watched
    files = (*policy)->files;
    if (again) watched = WatchedFiles(files);
    spdlog::info("took over the web configuration {}", config_file);
  } else if (error != before) {
    spdlog::error("{}; the web configuration from before stays in force", error);
  }
  tell_state();
  if (!policy) return tl::unexpected(policy.error());
  return {};
}

void WebServer::Parts::tell_state() {
  WebState state;
  for (const auto& daemon : daemons) state.addresses.push_back(daemon->address());
  state.config_file = config_file;
  state.tls = site.policy()->tls != nullptr;
  state.basic_auth = site.policy()->auth->required();
  state.reload_successful = error.empty();
  state.error = error;
  site.router().set_state(std::move(state));
}

void WebServer::Parts::watch(const std::stop_token& stop) {
  (void)keep_capabilities({CAP_DAC_READ_SEARCH});  // certificates that only their owner may read
  std::mutex sleeping;
  std::condition_variable_any wake;
  std::unique_lock lock(sleeping);
  while (!wake.wait_for(lock, stop, watch_interval, [] { return false; }) && !stop.stop_requested()) {
    bool due = false;
    {
      const std::lock_guard state_lock(mutex);
      // After a failure what is missing may be a file that is not watched yet.
      due = watched.changed() || again || !error.empty();
    }
    if (due) (void)reload();
  }
}

WebServer::WebServer(std::unique_ptr<Parts> parts) : parts_(std::move(parts)) {}

WebServer::~WebServer() = default;

tl::expected<std::unique_ptr<WebServer>, Error> WebServer::open(const Config::Web& web, Content content) {
  auto policy = WebPolicy::load(web.config_file);
  if (!policy) return tl::unexpected(policy.error());
  auto sockets = web.systemd_socket ? passed_sockets() : listen_on(web.listen_addresses);
  if (!sockets) return tl::unexpected(sockets.error());
  auto parts = std::make_unique<Parts>(web.config_file, std::move(content), *policy);
  for (auto& socket : *sockets) {
    auto daemon = HttpDaemon::open(std::move(socket), parts->site);
    if (!daemon) return tl::unexpected(daemon.error());
    parts->daemons.push_back(std::move(*daemon));
  }
  parts->tell_state();
  if (!web.config_file.empty()) {
    parts->watcher = std::jthread([raw = parts.get()](const std::stop_token& stop) { raw->watch(stop); });
  }
  std::unique_ptr<WebServer> server(new WebServer(std::move(parts)));
  Config config;
  config.web = web;
  server->configure(config);
  return server;
}

tl::expected<void, Error> WebServer::reload() { return parts_->reload(); }

void WebServer::configure(const Config& config) {
  std::vector<std::string> listening = config.web.listen_addresses;
  for (const auto& address : addresses()) listening.push_back(address);
  parts_->site.set_access(std::make_shared<HostCheck>(listening, config.web.allowed_hosts),
                          std::make_shared<Disclosure>(config.api, proc_hides_processes()));
}

void WebServer::set_ready(bool ready) { parts_->site.router().set_ready(ready); }

std::vector<std::string> WebServer::addresses() const { return parts_->site.router().state().addresses; }

std::vector<std::string> WebServer::urls() const {
  const std::string scheme = parts_->site.policy()->tls ? "https://" : "http://";
  std::vector<std::string> all;
  for (const auto& address : addresses()) all.push_back(scheme + address + '/');
  return all;
}

}  // namespace sockwarden
