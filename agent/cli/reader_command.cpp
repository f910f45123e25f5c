#include <sys/socket.h>

#include "agent/cli/command.h"
#include "agent/cli/complaint.h"
#include "agent/reader/reader_process.h"
#include "agent/reader/serve.h"

namespace sockwarden {
namespace {

int run() {
  int type = 0;
  socklen_t length = sizeof(type);
  if (::getsockopt(reader_socket, SOL_SOCKET, SO_TYPE, &type, &length) != 0 || type != SOCK_STREAM)
    return complain("reader is started by the other commands, and is of no use by itself", exit_usage);
  return serve_reader(reader_socket);
}

}  // namespace

Command reader_command() {
  return {"reader", "Read files and memory of other processes, with no rights but to read them", "",
          [](CLI::App& app) -> std::function<int()> {
            app.group("");  // not in --help
            return run;
          }};
}

}  // namespace sockwarden
