#include "agent/detect/missing_timeout_words.h"

#include <map>

#include "agent/detect/waiting_group.h"

namespace sockwarden {
namespace {

struct Words {
  const char* waits_for;  ///< "3 connections to X wait for …"
  const char* advice;
};

const std::map<std::string, Words>& words() {
  static const std::map<std::string, Words> all{
      {"dial",
       {"the connection to be accepted",
        "Give the connect a limit of a few seconds: net.Dialer.Timeout in Go, requests' timeout=(connect, read) or "
        "settimeout before connect in Python, connect.timeout of undici's Agent in Node, "
        "HttpClient.Builder.connectTimeout in Java, CURLOPT_CONNECTTIMEOUT_MS in C++."}},
      {"tls",
       {"the TLS handshake to go on",
        "Give the handshake a limit: http.Transport.TLSHandshakeTimeout in Go, settimeout before wrap_socket in "
        "Python, connect.timeout of undici's Agent or socket.setTimeout in Node, HttpClient.Builder.connectTimeout "
        "or setSoTimeout in Java, CURLOPT_CONNECTTIMEOUT_MS or SO_RCVTIMEO in C++."}},
      {"header",
       {"the answer to begin",
        "Give the request a limit: http.Client.Timeout, a context with a deadline or "
        "http.Transport.ResponseHeaderTimeout in Go, timeout= of requests, httpx or aiohttp in Python, "
        "AbortSignal.timeout() or headersTimeout in Node, HttpRequest.Builder.timeout or setReadTimeout in Java, "
        "CURLOPT_TIMEOUT_MS or SO_RCVTIMEO in C++."}},
      {"body",
       {"the rest of the answer",
        "Limit the wait for more of the body: http.Client.Timeout or a context with a deadline in Go, timeout= with "
        "a read part in Python, bodyTimeout or AbortSignal.timeout() in Node, setReadTimeout or a limit around the "
        "body's future in Java, CURLOPT_LOW_SPEED_TIME or SO_RCVTIMEO in C++."}},
      {"server-header",
       {"the client to finish its request's head",
        "Limit the time for a request's head: http.Server.ReadHeaderTimeout in Go, the handler's timeout (http.server) "
        "or a reverse proxy in Python, server.headersTimeout in Node, a socket's setSoTimeout in Java, SO_RCVTIMEO "
        "or a deadline in the event loop in C++."}},
      {"server-body",
       {"the client to finish its request's body",
        "Limit the time for a request's body: http.Server.ReadTimeout in Go, a socket timeout or "
        "asyncio.wait_for around the read in Python, server.requestTimeout in Node, setSoTimeout in Java, SO_RCVTIMEO "
        "or a deadline in the event loop in C++."}},
      {"server-idle",
       {"the client's next request",
        "Close idle connections after a minute or so: http.Server.IdleTimeout in Go, the handler's timeout or "
        "keepalive_timeout in Python, server.keepAliveTimeout in Node, setSoTimeout in Java, SO_RCVTIMEO or a "
        "deadline in the event loop in C++."}},
  };
  return all;
}

std::string advice_for_database(Protocol protocol) {
  if (protocol == Protocol::postgresql)
    return "Limit statements: SET statement_timeout for the session or role, and a deadline in the client (a context "
           "in "
           "Go, asyncio.timeout in Python, query_timeout in Node, setQueryTimeout in Java, poll with a limit around "
           "PQsocket in C++).";
  if (protocol == Protocol::mysql)
    return "Limit statements: max_execution_time in the session, and the client's read timeout (readTimeout in Go's "
           "DSN, "
           "read_timeout in Python, socketTimeout in Java, MYSQL_OPT_READ_TIMEOUT in C++).";
  return "Give the client a read timeout: ReadTimeout in Go, socket_timeout in Python, commandTimeout in Node, the "
         "command timeout in Java, a timeout of the context in C++.";
}

}  // namespace

std::string missing_timeout_summary(const Finding& finding, std::chrono::nanoseconds longest) {
  const bool client = finding.role == Role::client;
  const bool one = finding.count == 1;
  std::string text = counted(finding.count, "connection") + (client ? " to " + finding.remote : " on " + finding.local);
  text += one ? " waits for " : " wait for ";
  text += words().at(finding.qualifier).waits_for;
  text += finding.confidence == Confidence::proven ? " with no timeout" : ", and no timeout has shown";
  return text + " (" + seconds_text(longest) + " so far).";
}

std::string missing_timeout_advice(const Finding& finding) {
  const bool statement = finding.qualifier == "header" || finding.qualifier == "body";
  if (statement && traits_of(finding.protocol).is_database) return advice_for_database(finding.protocol);
  return words().at(finding.qualifier).advice;
}

}  // namespace sockwarden
