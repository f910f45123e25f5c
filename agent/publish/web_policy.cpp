#include "agent/publish/web_policy.h"

namespace sockwarden {

tl::expected<std::shared_ptr<const WebPolicy>, Error> WebPolicy::load(const std::string& file) {
  WebConfig config;
  if (!file.empty()) {
    auto read = read_web_config(file);
    if (!read) return tl::unexpected(read.error());
    config = std::move(*read);
  }
  auto policy = std::make_shared<WebPolicy>();
  if (!file.empty()) policy->files.push_back(file);
  if (config.tls) {
    auto tls = TlsContext::load(*config.tls);
    if (!tls) return tl::unexpected(tls.error());
    policy->tls = std::move(*tls);
    policy->verifies_clients = config.tls->client_auth == ClientAuth::require_and_verify;
    for (const auto& path : {config.tls->cert_file, config.tls->key_file, config.tls->client_ca_file}) {
      if (!path.empty()) policy->files.push_back(path);
    }
  }
  policy->auth = std::make_shared<BasicAuth>(std::move(config.users));
  policy->headers = std::move(config.headers);
  return policy;
}

}  // namespace sockwarden
