#include "agent/detect/suspect.h"

#include <algorithm>

namespace sockwarden {
namespace {

/// Servers give their clients minutes.
constexpr std::chrono::hours least_unproven_of_servers{1};

std::chrono::nanoseconds unproven_of(const Wait& wait, const Thresholds& thresholds) {
  const bool for_client = wait.connection->role == Role::server && wait.direction != WaitDirection::work;
  if (!for_client) return thresholds.unproven;
  return std::max<std::chrono::nanoseconds>(thresholds.unproven, least_unproven_of_servers);
}

Question question_of(const Wait& wait, const Process& process, std::chrono::nanoseconds waited) {
  const Connection& connection = *wait.connection;
  Question question;
  question.connection = connection.id;
  question.pid = connection.pid;
  question.start_ticks = process.pid == connection.pid ? process.facts.start_ticks : 0;
  question.fd = connection.fd;
  question.inode = connection.inode;
  question.serves_http_1 = connection.role == Role::server && is_http_1(connection.protocol);
  question.direction = wait.direction;
  question.worker = connection.worker;
  question.waited = waited;
  if (!wait.drips) question.progress = {connection.received_bytes, connection.sent_bytes + connection.unsent_bytes};
  question.receive_timeout = connection.options.receive_timeout;
  question.send_timeout = connection.options.send_timeout;
  question.keep_alive = connection.options.keep_alive;
  question.user_timeout = connection.options.user_timeout;
  for (const auto holder : {connection.holder_pid, connection.opener_pid}) {
    if (holder != 0 && holder != connection.pid) question.holders.push_back(holder);
  }
  return question;
}

}  // namespace

std::optional<Suspect> suspect_of(const Wait& wait, const Process& process, const Thresholds& thresholds, Instant now) {
  const auto waited = now - wait.since;
  if (waited < thresholds.wait - thresholds.wait / 4 || wait.connection->pid == 0) return std::nullopt;
  return Suspect{.wait = wait,
                 .waited = waited,
                 .threshold = thresholds.wait,
                 .unproven = unproven_of(wait, thresholds),
                 .endpoint = endpoint_of(*wait.connection),
                 .question = question_of(wait, process, waited)};
}

}  // namespace sockwarden
