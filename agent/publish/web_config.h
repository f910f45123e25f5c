// --web.config.file, in the form of the Prometheus exporter-toolkit.
#pragma once

#include <map>
#include <optional>
#include <string>
#include <tl/expected.hpp>
#include <vector>

#include "agent/contract/error.h"

namespace sockwarden {

enum class ClientAuth { none, request, require_any, verify_if_given, require_and_verify };

struct TlsSettings {
  std::string cert_file;
  std::string key_file;
  std::string client_ca_file;
  ClientAuth client_auth = ClientAuth::none;
  std::string min_version = "TLS12";
  std::string max_version = "TLS13";
  bool prefer_server_ciphers = true;
  std::vector<std::string> curves;  ///< "CurveP256", "X25519", …; empty = all
};

struct WebConfig {
  std::optional<TlsSettings> tls;
  std::map<std::string, std::string> headers;
  std::map<std::string, std::string> users;  ///< name -> bcrypt hash
};

/// `text` is the content of `file`. Relative paths in it are relative to the file.
[[nodiscard]] tl::expected<WebConfig, Error> parse_web_config(const std::string& text, const std::string& file);
[[nodiscard]] tl::expected<WebConfig, Error> read_web_config(const std::string& file);

/// Names and numbers of the TLS versions that can be chosen, lowest first.
[[nodiscard]] const std::vector<std::string>& tls_versions();
[[nodiscard]] const std::vector<std::string>& curve_names();

}  // namespace sockwarden
