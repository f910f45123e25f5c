#include <curl/curl.h>

#include <cstdio>
#include <cstdlib>
#include <memory>

#include "plan.h"
#include "ways.h"

namespace {

std::size_t discard(char*, std::size_t size, std::size_t count, void*) { return size * count; }

CURLcode get(CURL* curl, const std::string& url) {
  curl_easy_setopt(curl, CURLOPT_URL, url.c_str());
  return curl_easy_perform(curl);
}

}  // namespace

/// Workers that fetch one url with libcurl's easy interface, a handle each.
void fetch() {
  curl_global_init(CURL_GLOBAL_DEFAULT);
  const int workers = plan::number("workers", 3);
  plan::Barrier waiting(workers);
  in_threads(workers, [&] {
    const std::unique_ptr<CURL, decltype(&curl_easy_cleanup)> curl(curl_easy_init(), curl_easy_cleanup);
    curl_easy_setopt(curl.get(), CURLOPT_NOSIGNAL, 1L);
    curl_easy_setopt(curl.get(), CURLOPT_WRITEFUNCTION, discard);
    if (const char* authority = std::getenv("SCENARIOS_CERTIFICATE"))
      curl_easy_setopt(curl.get(), CURLOPT_CAINFO, authority);
    curl_easy_setopt(curl.get(), CURLOPT_TIMEOUT_MS, static_cast<long>(plan::seconds("timeout") * 1000));
    curl_easy_setopt(curl.get(), CURLOPT_CONNECTTIMEOUT_MS, static_cast<long>(plan::seconds("dial_timeout") * 1000));
    for (int i = 0; i < plan::number("warm"); ++i) get(curl.get(), plan::text("warm_url"));
    waiting.arrive();
    for (int i = 0; i < plan::number("attempts", 1); ++i) {
      if (const auto code = get(curl.get(), plan::text("url"))) std::fprintf(stderr, "%s\n", curl_easy_strerror(code));
    }
  });
}
