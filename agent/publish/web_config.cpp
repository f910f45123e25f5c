#include "agent/publish/web_config.h"

#include <algorithm>
#include <array>
#include <filesystem>
#include <fstream>
#include <regex>
#include <sstream>
#include <utility>

#include "agent/config/nearest.h"
#include "agent/config/yaml_reader.h"

namespace sockwarden {
namespace {

constexpr const char* operation = "read the web configuration";
const std::vector<std::string> client_auth_types{"NoClientCert", "RequestClientCert", "RequireAnyClientCert",
                                                 "VerifyClientCertIfGiven", "RequireAndVerifyClientCert"};
const std::vector<std::string> tls_keys{"cert_file",      "key_file",          "client_auth_type",
                                        "client_ca_file", "min_version",       "max_version",
                                        "cipher_suites",  "curve_preferences", "prefer_server_cipher_suites"};
const std::vector<std::string> header_names{"Strict-Transport-Security", "X-Content-Type-Options", "X-Frame-Options",
                                            "X-XSS-Protection", "Content-Security-Policy"};
const std::regex bcrypt_form(R"(\$2[abxy]\$(0[4-9]|[12][0-9]|3[01])\$[./A-Za-z0-9]{53})");

/// Position in `words`; a fault if it is not there.
std::size_t choice(const YamlReader& reader, const YAML::Node& node, const std::string& path,
                   const std::vector<std::string>& words) {
  const std::string word = reader.text(node, path);
  const auto position = std::find(words.begin(), words.end(), word);
  if (position == words.end()) reader.fail(node, path + " has no \"" + word + '"', suggestion(word, words));
  return static_cast<std::size_t>(position - words.begin());
}

bool truth(const YamlReader& reader, const YAML::Node& node, const std::string& path) {
  bool value = false;
  if (!node.IsScalar() || !YAML::convert<bool>::decode(node, value)) reader.fail(node, path + " must be true or false");
  return value;
}

std::string path_of(const YamlReader& reader, const YAML::Node& node, const std::string& path,
                    const std::filesystem::path& folder) {
  const std::string file = reader.text(node, path);
  return file.empty() ? file : (folder / file).string();
}

void check_tls(const YamlReader& reader, const YAML::Node& node, const TlsSettings& tls) {
  const std::string section = "tls_server_config";
  if (tls.cert_file.empty() || tls.key_file.empty()) {
    reader.fail(node, section + " needs both cert_file and key_file", "name both, or remove the section");
  }
  const bool verifies =
      tls.client_auth == ClientAuth::verify_if_given || tls.client_auth == ClientAuth::require_and_verify;
  if (verifies && tls.client_ca_file.empty()) {
    reader.fail(node, section + " verifies client certificates but names no client_ca_file", "name the CA's file");
  }
  if (!verifies && !tls.client_ca_file.empty()) {
    reader.fail(node, section + " names a client_ca_file but verifies no client certificates",
                "set client_auth_type: RequireAndVerifyClientCert");
  }
  if (tls.min_version > tls.max_version) {
    reader.fail(node, section + ".min_version is above max_version", "swap them");
  }
}

std::optional<TlsSettings> read_tls(const YamlReader& reader, const YAML::Node& section,
                                    const std::filesystem::path& folder) {
  TlsSettings tls;
  reader.each(section, "tls_server_config", tls_keys, [&](const std::string& key, const YAML::Node& node) {
    const std::string path = "tls_server_config." + key;
    if (key == "cert_file") tls.cert_file = path_of(reader, node, path, folder);
    if (key == "key_file") tls.key_file = path_of(reader, node, path, folder);
    if (key == "client_ca_file") tls.client_ca_file = path_of(reader, node, path, folder);
    if (key == "client_auth_type") {
      tls.client_auth = static_cast<ClientAuth>(choice(reader, node, path, client_auth_types));
    }
    if (key == "min_version") tls.min_version = tls_versions()[choice(reader, node, path, tls_versions())];
    if (key == "max_version") tls.max_version = tls_versions()[choice(reader, node, path, tls_versions())];
    if (key == "prefer_server_cipher_suites") tls.prefer_server_ciphers = truth(reader, node, path);
    if (key == "curve_preferences") {
      if (!node.IsSequence()) reader.fail(node, path + " must be a list");
      for (const auto& curve : node) tls.curves.push_back(curve_names()[choice(reader, curve, path, curve_names())]);
    }
    if (key == "cipher_suites" && !node.IsNull() && node.size() != 0) {
      reader.fail(node, path + " is not supported", "remove it; min_version: TLS13 allows modern cipher suites only");
    }
  });
  if (section.size() == 0) return std::nullopt;
  check_tls(reader, section, tls);
  return tls;
}

void read_http(const YamlReader& reader, const YAML::Node& section, WebConfig& config) {
  reader.each(section, "http_server_config", {"headers", "http2"}, [&](const std::string& key, const YAML::Node& node) {
    const std::string path = "http_server_config." + key;
    if (key == "http2") truth(reader, node, path);  // HTTP/1.1 is spoken either way
    if (key != "headers" || node.IsNull()) return;
    reader.each(node, path, header_names, [&](const std::string& name, const YAML::Node& value) {
      const std::string text = reader.text(value, path + '.' + name);
      if (text.find_first_of("\r\n") != std::string::npos) reader.fail(value, path + '.' + name + " has a line break");
      config.headers[name] = text;
    });
  });
}

void read_users(const YamlReader& reader, const YAML::Node& section, WebConfig& config) {
  if (!section.IsMap()) reader.fail(section, "basic_auth_users must be a map of names to bcrypt hashes");
  for (const auto& entry : section) {
    const std::string name = reader.text(entry.first, "basic_auth_users");
    const std::string hash = reader.text(entry.second, "basic_auth_users." + name);
    if (!std::regex_match(hash, bcrypt_form)) {
      reader.fail(entry.second, "basic_auth_users." + name + " is no bcrypt hash",
                  "make one with htpasswd -nBC 10 " + name);
    }
    if (!config.users.emplace(name, hash).second)
      reader.fail(entry.first, "basic_auth_users." + name + " stands twice");
  }
}

WebConfig interpret(const YamlReader& reader, const YAML::Node& document, const std::filesystem::path& folder) {
  WebConfig config;
  if (document.IsNull()) return config;
  const std::vector<std::string> sections{"tls_server_config", "http_server_config", "basic_auth_users"};
  reader.each(document, "", sections, [&](const std::string& key, const YAML::Node& section) {
    if (section.IsNull()) return;
    if (key == "tls_server_config") config.tls = read_tls(reader, section, folder);
    if (key == "http_server_config") read_http(reader, section, config);
    if (key == "basic_auth_users") read_users(reader, section, config);
  });
  return config;
}

}  // namespace

const std::vector<std::string>& tls_versions() {
  static const std::vector<std::string> names{"TLS10", "TLS11", "TLS12", "TLS13"};
  return names;
}

const std::vector<std::string>& curve_names() {
  static const std::vector<std::string> names{"CurveP256", "CurveP384", "CurveP521", "X25519"};
  return names;
}

tl::expected<WebConfig, Error> parse_web_config(const std::string& text, const std::string& file) {
  try {
    const YAML::Node document = only_document(text);
    return interpret(YamlReader(file), document, std::filesystem::path(file).parent_path());
  } catch (const ConfigFault& fault) {
    Error error = fault.error;
    error.operation = operation;
    return tl::unexpected(error);
  } catch (const YAML::Exception& error) {
    const std::string line = error.mark.is_null() ? "" : ":" + std::to_string(error.mark.line + 1);
    return tl::unexpected(Error{operation, file + line + ": " + error.msg, 0, "it must be YAML"});
  }
}

tl::expected<WebConfig, Error> read_web_config(const std::string& file) {
  errno = 0;
  std::ifstream stream(file);
  std::ostringstream text;
  if (stream) text << stream.rdbuf();
  if (!stream) return tl::unexpected(Error{operation, file, errno != 0 ? errno : EIO, "check --web.config.file"});
  return parse_web_config(text.str(), file);
}

}  // namespace sockwarden
