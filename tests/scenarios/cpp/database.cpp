// Work with PostgreSQL through libpq: a connection for all queries, one for each, or ones that are forgotten.
#include <libpq-fe.h>
#include <unistd.h>

#include <cstdio>

#include "plan.h"
#include "ways.h"

namespace {

PGconn* open_connection() {
  const auto address = plan::text("address");
  const auto colon = address.rfind(':');
  const auto where =
      "host=" + address.substr(0, colon) + " port=" + address.substr(colon + 1) +
      " user=scenarios dbname=postgres connect_timeout=5" +
      (plan::text("session_limit").empty() ? ""
                                           : " options='-c idle_session_timeout=" + plan::text("session_limit") + "s'");
  PGconn* connection = PQconnectdb(where.c_str());
  if (PQstatus(connection) != CONNECTION_OK) std::fprintf(stderr, "%s", PQerrorMessage(connection));
  return connection;
}

/// What was broken is connected anew, for the next time.
void run(PGconn* connection, const char* statement) {
  PQclear(PQexec(connection, statement));
  if (PQstatus(connection) != CONNECTION_OK) PQreset(connection);
}

}  // namespace

void database() {
  const auto work = plan::text("work");
  int leaked = 0;
  PGconn* shared = open_connection();
  for (int i = 0; i < plan::number("rounds", 30); ++i) {
    if (work == "per_query") {
      PGconn* mine = open_connection();
      run(mine, "SELECT 1");
      PQfinish(mine);
    } else if (work == "transaction") {  // begun, and the connection forgotten
      PGconn* mine = open_connection();
      run(mine, "BEGIN");
      run(mine, "SELECT 1");
      ++leaked;
    } else {
      run(shared, "SELECT 1");
    }
    usleep(static_cast<useconds_t>(plan::seconds("pause") * 1e6));
  }
  stay({{"leaked", leaked}});
  PQfinish(shared);
}
