// The two configuration files. Input: a byte for which, then its text. What is taken has values within their bounds.
// Built with: agent/config/*.cpp agent/publish/web_config.cpp -lyaml-cpp
#include <cstdint>
#include <string>

#include "agent/config/file.h"
#include "agent/publish/web_config.h"

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  if (size == 0) return 0;
  const std::string text(reinterpret_cast<const char*>(data) + 1, size - 1);
  if (data[0] % 2 == 0) {
    const auto config = sockwarden::parse_config(text, "f.yaml");
    if (!config && config.error().message().empty()) __builtin_trap();
    if (config && (config->web.listen_addresses.empty() || config->kernel.ring_bytes == 0)) __builtin_trap();
    return 0;
  }
  const auto web = sockwarden::parse_web_config(text, "/f/web.yaml");
  if (!web && web.error().message().empty()) __builtin_trap();
  if (web && web->tls && (web->tls->cert_file.empty() || web->tls->key_file.empty())) __builtin_trap();
  for (const auto& [name, hash] : web ? web->users : std::map<std::string, std::string>{})
    if (hash.size() != 60) __builtin_trap();
  return 0;
}
