#include "agent/detect/suspect.h"

namespace sockwarden {

std::optional<Question> question_of(const Model& model, const Connection& connection, WaitDirection direction,
                                    std::chrono::nanoseconds waited) {
  const Process* process = model.process_of(connection);
  if (process == nullptr || connection.pid == 0) return std::nullopt;
  const auto& socket = connection.raw.socket;
  const auto& record = connection.raw.record;
  Question question;
  question.connection = connection.id;
  question.pid = connection.pid;
  question.start_ticks = process->pid == connection.pid ? process->facts.start_ticks : 0;
  question.fd = connection.fd;
  question.inode = connection.inode;
  question.serves_http_1 = connection.role == Role::server && is_http_1(connection.protocol);
  question.direction = direction;
  question.worker = record.receiver_tid;
  question.waited = waited;
  question.receive_timeout = std::chrono::nanoseconds(socket.receive_timeout_ns);
  question.send_timeout = std::chrono::nanoseconds(socket.send_timeout_ns);
  question.keep_alive = (socket.option_flags & SW_IN_FORCE_KEEPALIVE) != 0;
  question.user_timeout = std::chrono::milliseconds(socket.user_timeout_ms);
  for (const auto holder : {record.holder_tgid, record.tgid}) {
    if (holder != 0 && holder != connection.pid) question.holders.push_back(holder);
  }
  return question;
}

}  // namespace sockwarden
