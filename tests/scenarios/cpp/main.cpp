// One program, many ways to use it: the plan says which.
#include <arpa/inet.h>
#include <unistd.h>

#include <csignal>
#include <cstdio>
#include <thread>
#include <vector>

#include "plan.h"
#include "ways.h"

Peer peer_of(const std::string& text) {
  Peer peer;
  const auto colon = text.rfind(':');
  const auto port = htons(static_cast<std::uint16_t>(std::stoi(text.substr(colon + 1))));
  if (text.front() == '[') {
    auto* v6 = reinterpret_cast<sockaddr_in6*>(&peer.address);
    v6->sin6_family = AF_INET6;
    v6->sin6_port = port;
    inet_pton(AF_INET6, text.substr(1, colon - 2).c_str(), &v6->sin6_addr);
    peer.length = sizeof *v6;
  } else {
    auto* v4 = reinterpret_cast<sockaddr_in*>(&peer.address);
    v4->sin_family = AF_INET;
    v4->sin_port = port;
    inet_pton(AF_INET, text.substr(0, colon).c_str(), &v4->sin_addr);
    peer.length = sizeof *v4;
  }
  return peer;
}

void in_threads(int count, const std::function<void()>& work) {
  std::vector<std::thread> threads;
  for (int i = 0; i < count; ++i) threads.emplace_back(work);
  for (auto& thread : threads) thread.join();
}

void stay(std::map<std::string, double> done) {
  done["began"] = plan::now();
  plan::say(done);
  while (plan::text("stay") == "yes") sleep(1);
}

int main() {
  std::signal(SIGPIPE, SIG_IGN);
  const std::map<std::string, void (*)()> ways = {{"get", fetch},        {"talk", talk}, {"secure", secure},
                                                  {"serve", serve},      {"pool", pool}, {"descriptors", descriptors},
                                                  {"database", database}};
  const auto way = ways.find(plan::text("do"));
  if (way == ways.end()) {
    std::fprintf(stderr, "PLAN: no way \"%s\"\n", plan::text("do").c_str());
    return 2;
  }
  way->second();
  plan::say({{"done", 1}});
}
