// A running server, curl to ask it, and a folder that goes when the test ends.
#pragma once

#include <sys/wait.h>
#include <unistd.h>

#include <array>
#include <catch2/catch.hpp>
#include <chrono>
#include <cstdio>
#include <cstdlib>
#include <filesystem>
#include <fstream>
#include <functional>
#include <string>
#include <thread>

#include "agent/publish/server.h"

namespace sockwarden::test {

struct Outcome {
  int status = 0;
  std::string output;
};

inline Outcome run(const std::string& command) {
  Outcome outcome;
  FILE* pipe = popen((command + " 2>&1").c_str(), "r");
  REQUIRE(pipe != nullptr);
  std::array<char, 4096> chunk{};
  std::size_t size = 0;
  while ((size = fread(chunk.data(), 1, chunk.size(), pipe)) > 0) outcome.output.append(chunk.data(), size);
  outcome.status = WEXITSTATUS(pclose(pipe));
  return outcome;
}

class Folder {
 public:
  Folder() {
    std::string name = (std::filesystem::temp_directory_path() / "sockwarden-web-XXXXXX").string();
    REQUIRE(mkdtemp(name.data()) != nullptr);
    path_ = name;
  }
  ~Folder() { std::filesystem::remove_all(path_); }
  Folder(const Folder&) = delete;
  Folder& operator=(const Folder&) = delete;

  [[nodiscard]] std::string file(const std::string& name) const { return (path_ / name).string(); }
  std::string write(const std::string& name, const std::string& text) const {
    std::ofstream(file(name)) << text;
    return file(name);
  }

 private:
  std::filesystem::path path_;
};

struct RunningServer {
  std::shared_ptr<Snapshot> snapshot = std::make_shared<Snapshot>();
  std::unique_ptr<WebServer> server;
  std::string url;  ///< without the last slash

  explicit RunningServer(const std::string& config_file = "", const std::string& address = "127.0.0.1:0") {
    Config::Web web;
    web.listen_addresses = {address};
    web.config_file = config_file;
    auto opened = WebServer::open(web, {snapshot});
    if (!opened) FAIL(opened.error().message());
    server = std::move(*opened);
    url = server->urls().front();
    url.pop_back();
  }

  [[nodiscard]] int port() const { return std::stoi(url.substr(url.rfind(':') + 1)); }

  /// Status line, headers and body, as curl prints them.
  [[nodiscard]] std::string get(const std::string& path, const std::string& options = "") const {
    return run("curl -sS -i --max-time 20 " + options + " '" + url + path + "'").output;
  }
};

inline std::string body_of(const std::string& answer) {
  const auto end = answer.find("\r\n\r\n");
  return end == std::string::npos ? "" : answer.substr(end + 4);
}

inline bool contains(const std::string& text, const std::string& part) { return text.find(part) != std::string::npos; }

/// Asks until it holds, at most ten seconds.
inline bool soon(const std::function<bool()>& holds) {
  const auto deadline = std::chrono::steady_clock::now() + std::chrono::seconds(10);
  while (!holds()) {
    if (std::chrono::steady_clock::now() > deadline) return false;
    std::this_thread::sleep_for(std::chrono::milliseconds(50));
  }
  return true;
}

}  // namespace sockwarden::test
