// Rounds of requests with libcurl: which handle does them, for how long it lives, and what becomes of the body.
#include <curl/curl.h>
#include <unistd.h>

#include <cstdlib>
#include <memory>

#include "plan.h"
#include "ways.h"

namespace {

using Handle = std::unique_ptr<CURL, decltype(&curl_easy_cleanup)>;

std::size_t take(char*, std::size_t size, std::size_t count, void*) { return size * count; }
std::size_t refuse(char*, std::size_t, std::size_t, void*) { return 0; }  // libcurl then closes the connection

Handle open_handle() {
  Handle curl(curl_easy_init(), curl_easy_cleanup);
  curl_easy_setopt(curl.get(), CURLOPT_NOSIGNAL, 1L);
  curl_easy_setopt(curl.get(), CURLOPT_TIMEOUT, 10L);
  curl_easy_setopt(curl.get(), CURLOPT_WRITEFUNCTION, plan::text("body") == "close" ? refuse : take);
  if (const char* authority = std::getenv("SCENARIOS_CERTIFICATE"))
    curl_easy_setopt(curl.get(), CURLOPT_CAINFO, authority);
  return curl;
}

}  // namespace

void pool() {
  curl_global_init(CURL_GLOBAL_DEFAULT);
  const bool fresh = plan::text("client_per") == "request";
  curl_slist* fields = nullptr;
  if (plan::text("keep_alive") == "off") fields = curl_slist_append(fields, "Connection: close");
  Handle curl = open_handle();
  const int rounds = plan::number("rounds", 30);
  for (int i = 0; i < rounds; ++i) {
    if (fresh) curl = open_handle();
    curl_easy_setopt(curl.get(), CURLOPT_HTTPHEADER, fields);
    curl_easy_setopt(curl.get(), CURLOPT_URL, plan::text("url").c_str());
    curl_easy_perform(curl.get());
    if (fresh) curl.reset();
    usleep(static_cast<useconds_t>(plan::seconds("pause") * 1e6));
  }
  curl_slist_free_all(fields);
  stay({{"requests", rounds}});
}
