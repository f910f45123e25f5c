#include "agent/detect/suspect.h"

namespace sockwarden {

std::optional<Question> question_of(const Model& model, const Connection& connection, WaitDirection direction,
                                    std::chrono::nanoseconds waited) {
  const Process* process = model.process_of(connection);
  if (process == nullptr || connection.pid == 0) return std::nullopt;
  Question question;
  question.connection = connection.id;
  question.pid = connection.pid;
  question.start_ticks = process->pid == connection.pid ? process->facts.start_ticks : 0;
  question.fd = connection.fd;
  question.inode = connection.inode;
  question.serves_http_1 = connection.role == Role::server && is_http_1(connection.protocol);
  question.direction = direction;
  question.worker = connection.worker;
  question.waited = waited;
  question.receive_timeout = connection.options.receive_timeout;
  question.send_timeout = connection.options.send_timeout;
  question.keep_alive = connection.options.keep_alive;
  question.user_timeout = connection.options.user_timeout;
  for (const auto holder : {connection.holder_pid, connection.opener_pid}) {
    if (holder != 0 && holder != connection.pid) question.holders.push_back(holder);
  }
  return question;
}

}  // namespace sockwarden
