// The filters of what a process is called, as most lists of the API have them.
#pragma once

#include <optional>
#include <string>

#include "agent/model/model.h"
#include "agent/publish/query.h"

namespace sockwarden {

class NameFilter {
 public:
  NameFilter() = default;
  explicit NameFilter(const Query& query) : comm_(query.text("comm")), service_(query.text("service")) {}

  [[nodiscard]] bool is_given() const { return comm_ || service_; }
  [[nodiscard]] bool matches(const Identity& identity) const {
    return (!comm_ || identity.comm == *comm_) && (!service_ || identity.service == *service_);
  }

 private:
  std::optional<std::string> comm_, service_;
};

}  // namespace sockwarden
