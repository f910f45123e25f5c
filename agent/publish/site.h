// What every connection shares: the routes and the web configuration in force.
#pragma once

#include <memory>
#include <mutex>
#include <string>
#include <utility>

#include "agent/publish/router.h"
#include "agent/publish/web_policy.h"

namespace sockwarden {

class Site {
 public:
  Site(Content content, std::shared_ptr<const WebPolicy> policy)
      : router_(std::move(content)), policy_(std::move(policy)) {}

  [[nodiscard]] Router& router() { return router_; }

  [[nodiscard]] std::shared_ptr<const WebPolicy> policy() const {
    const std::lock_guard lock(mutex_);
    return policy_;
  }
  void set_policy(std::shared_ptr<const WebPolicy> policy) {
    const std::lock_guard lock(mutex_);
    policy_ = std::move(policy);
  }

 private:
  Router router_;
  mutable std::mutex mutex_;
  std::shared_ptr<const WebPolicy> policy_;
};

}  // namespace sockwarden
