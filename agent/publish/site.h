// What every connection shares: the routes and the web configuration in force.
#pragma once

#include <memory>
#include <mutex>
#include <string>
#include <utility>
#include <vector>

#include "agent/publish/disclosure.h"
#include "agent/publish/host_check.h"
#include "agent/publish/password_checks.h"
#include "agent/publish/router.h"
#include "agent/publish/web_policy.h"

namespace sockwarden {

class Site {
 public:
  Site(Content content, std::shared_ptr<const WebPolicy> policy)
      : router_(std::move(content)), policy_(std::move(policy)) {
    set_access(std::make_shared<HostCheck>(std::vector<std::string>{}, std::vector<std::string>{}),
               std::make_shared<Disclosure>(Config::Api{}, true));
  }

  [[nodiscard]] Router& router() { return router_; }
  [[nodiscard]] PasswordChecks& password_checks() { return password_checks_; }

  [[nodiscard]] std::shared_ptr<const WebPolicy> policy() const {
    const std::lock_guard lock(mutex_);
    return policy_;
  }
  void set_policy(std::shared_ptr<const WebPolicy> policy) {
    const std::lock_guard lock(mutex_);
    policy_ = std::move(policy);
  }

  [[nodiscard]] std::shared_ptr<const HostCheck> host_check() const {
    const std::lock_guard lock(mutex_);
    return host_check_;
  }
  [[nodiscard]] std::shared_ptr<const Disclosure> disclosure() const {
    const std::lock_guard lock(mutex_);
    return disclosure_;
  }
  void set_access(std::shared_ptr<const HostCheck> hosts, std::shared_ptr<const Disclosure> disclosure) {
    const std::lock_guard lock(mutex_);
    host_check_ = std::move(hosts);
    disclosure_ = std::move(disclosure);
  }

 private:
  Router router_;
  mutable std::mutex mutex_;
  std::shared_ptr<const WebPolicy> policy_;
  std::shared_ptr<const HostCheck> host_check_;
  std::shared_ptr<const Disclosure> disclosure_;
  PasswordChecks password_checks_;
};

}  // namespace sockwarden
