#include "agent/cli/agent_client.h"

#include <curl/curl.h>

#include <array>
#include <memory>

namespace sockwarden {
namespace {

constexpr std::size_t most_bytes = 1U << 30;

std::size_t append(char* data, std::size_t size, std::size_t count, void* body) {
  auto& text = *static_cast<std::string*>(body);
  if (text.size() + size * count > most_bytes) return 0;
  text.append(data, size * count);
  return size * count;
}

std::string joined(std::string url, const std::string& path) {
  while (url.ends_with('/')) url.pop_back();
  return url + path;
}

}  // namespace

tl::expected<Json, Error> ask_agent(const AgentAccess& access, const std::string& path) {
  const std::string& url = access.url;
  const auto failed = [&url](int code, const std::string& why) {
    return tl::unexpected(Error{"ask the agent at", url, code, why});
  };
  // Kept, and its connection with it: who asks again and again does not connect again and again.
  thread_local const std::unique_ptr<CURL, decltype(&curl_easy_cleanup)> curl(curl_easy_init(), curl_easy_cleanup);
  if (!curl) return failed(ENOMEM, "");
  curl_easy_reset(curl.get());
  std::string body;
  std::array<char, CURL_ERROR_SIZE> reason{};
  curl_easy_setopt(curl.get(), CURLOPT_URL, joined(url, path).c_str());
  if (!access.ca_file.empty()) curl_easy_setopt(curl.get(), CURLOPT_CAINFO, access.ca_file.c_str());
  if (!access.username.empty()) {
    curl_easy_setopt(curl.get(), CURLOPT_HTTPAUTH, CURLAUTH_BASIC);
    curl_easy_setopt(curl.get(), CURLOPT_USERNAME, access.username.c_str());
    curl_easy_setopt(curl.get(), CURLOPT_PASSWORD, access.password.c_str());
  }
  curl_easy_setopt(curl.get(), CURLOPT_PROTOCOLS_STR, "http,https");
  curl_easy_setopt(curl.get(), CURLOPT_PROXY, "");
  curl_easy_setopt(curl.get(), CURLOPT_NOSIGNAL, 1L);
  curl_easy_setopt(curl.get(), CURLOPT_CONNECTTIMEOUT_MS, 2000L);
  curl_easy_setopt(curl.get(), CURLOPT_TIMEOUT_MS, 30000L);
  curl_easy_setopt(curl.get(), CURLOPT_ACCEPT_ENCODING, "");
  curl_easy_setopt(curl.get(), CURLOPT_ERRORBUFFER, reason.data());
  curl_easy_setopt(curl.get(), CURLOPT_WRITEFUNCTION, append);
  curl_easy_setopt(curl.get(), CURLOPT_WRITEDATA, &body);
  const CURLcode result = curl_easy_perform(curl.get());
  if (result == CURLE_COULDNT_CONNECT) return failed(ECONNREFUSED, "start it with sockwarden agent");
  if (result != CURLE_OK) return failed(0, reason[0] != '\0' ? reason.data() : curl_easy_strerror(result));

  long status = 0;
  curl_easy_getinfo(curl.get(), CURLINFO_RESPONSE_CODE, &status);
  if (status == 401) return failed(EACCES, "give the user with --username and --password-file");
  const Json answer = Json::parse(body, nullptr, false);
  const bool good = status == 200 && answer.is_object() && answer.value("status", "") == "success";
  if (good && answer.contains("data") && answer["data"].is_object()) return answer["data"];
  if (answer.is_object() && answer.contains("error") && answer["error"].is_string()) {
    return failed(0, "it answered: " + answer["error"].get<std::string>());
  }
  return failed(0, "what answers there (HTTP status " + std::to_string(status) + ") is no sockwarden agent");
}

}  // namespace sockwarden
