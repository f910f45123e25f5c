#include "agent/model/option_misuse.h"

#include "agent/model/ending.h"

namespace sockwarden {
namespace {

constexpr std::size_t most = 4'096;
constexpr std::chrono::minutes history{10};

OptionMisuse misuse_of(const Connection& connection, const Process& process, const Ending& ending) {
  OptionMisuse misuse;
  misuse.process = process.serial;
  misuse.identity = process.identity;
  misuse.role = connection.role;
  misuse.endpoint = connection.role == Role::server ? connection.local : connection.remote;
  misuse.protocol = connection.protocol;
  misuse.connection = connection.id;
  misuse.stack_id = ending.stack_id;
  misuse.time = ending.closed;
  return misuse;
}

}  // namespace

void OptionMisuses::update(const Model& model) {
  for (const Connection& connection : model.closed) {
    if (connection.role != Role::client && connection.role != Role::server) continue;
    const bool has_linger = (connection.raw.socket.option_flags & SW_IN_FORCE_LINGER) != 0;
    const bool is_late = (connection.raw.record.options_late & SW_LATE_RCVBUF) != 0;
    const Process* process = has_linger || is_late ? model.process_of(connection) : nullptr;
    if (process == nullptr) continue;
    const Ending ending = ending_of(connection);
    OptionMisuse misuse = misuse_of(connection, *process, ending);
    if (is_late) {
      misuse.kind = OptionMisuse::Kind::late_buffer;
      add(misuse);
    }
    if (ending.discarded) {
      misuse.kind = OptionMisuse::Kind::cut_by_linger;
      misuse.lost_bytes = connection.unsent_bytes;
      add(misuse);
    }
  }
  while (!latest_.empty() && model.time - latest_.front().time > history) latest_.pop_front();
}

void OptionMisuses::add(const OptionMisuse& misuse) {
  if (latest_.size() >= most) latest_.pop_front();
  latest_.push_back(misuse);
}

}  // namespace sockwarden
