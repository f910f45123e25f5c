#include "agent/publish/tls.h"

#include <gnutls/x509.h>

#include <cerrno>
#include <fstream>
#include <map>
#include <sstream>

namespace sockwarden {
namespace {

tl::expected<std::string, Error> content_of(const std::string& file) {
  errno = 0;
  std::ifstream stream(file);
  std::ostringstream text;
  if (stream) text << stream.rdbuf();
  if (stream) return text.str();
  return tl::unexpected(
      Error{"read", file, errno != 0 ? errno : EIO, "check tls_server_config in the web configuration"});
}

gnutls_datum_t datum_of(const std::string& text) {
  return {reinterpret_cast<unsigned char*>(const_cast<char*>(text.data())), static_cast<unsigned>(text.size())};
}

Error failure(const std::string& operation, const std::string& object, int code, const std::string& advice) {
  return {operation, object + ": " + gnutls_strerror(code), 0, advice};
}

std::string priority_text(const TlsSettings& settings) {
  const std::map<std::string, std::string> versions{
      {"TLS10", "TLS1.0"}, {"TLS11", "TLS1.1"}, {"TLS12", "TLS1.2"}, {"TLS13", "TLS1.3"}};
  const std::map<std::string, std::string> groups{
      {"CurveP256", "SECP256R1"}, {"CurveP384", "SECP384R1"}, {"CurveP521", "SECP521R1"}, {"X25519", "X25519"}};
  std::string text = "NORMAL:-VERS-ALL";
  for (const auto& name : tls_versions()) {
    if (name >= settings.min_version && name <= settings.max_version) text += ":+VERS-" + versions.at(name);
  }
  if (!settings.curves.empty()) text += ":-GROUP-ALL";
  for (const auto& curve : settings.curves) text += ":+GROUP-" + groups.at(curve);
  if (settings.prefer_server_ciphers) text += ":%SERVER_PRECEDENCE";
  return text;
}

/// Called within the handshake when the client's certificate, or none, is there.
int verify_client(gnutls_session_t session) {
  unsigned count = 0;
  gnutls_certificate_get_peers(session, &count);
  if (count == 0) return 0;  // where one is required, GnuTLS has refused already
  gnutls_typed_vdata_st purpose{GNUTLS_DT_KEY_PURPOSE_OID,
                                reinterpret_cast<unsigned char*>(const_cast<char*>(GNUTLS_KP_TLS_WWW_CLIENT)), 0};
  unsigned status = 0;
  const int code = gnutls_certificate_verify_peers(session, &purpose, 1, &status);
  return code == 0 && status == 0 ? 0 : GNUTLS_E_CERTIFICATE_ERROR;
}

}  // namespace

tl::expected<std::shared_ptr<const TlsContext>, Error> TlsContext::load(const TlsSettings& settings) {
  const std::shared_ptr<TlsContext> context(new TlsContext);
  auto certificate = content_of(settings.cert_file);
  if (!certificate) return tl::unexpected(certificate.error());
  auto key = content_of(settings.key_file);
  if (!key) return tl::unexpected(key.error());
  context->certificate_ = std::move(*certificate);
  context->key_ = std::move(*key);
  context->client_auth_ = settings.client_auth;

  gnutls_certificate_credentials_t credentials = nullptr;
  if (gnutls_certificate_allocate_credentials(&credentials) != 0)
    return tl::unexpected(Error{"set up TLS", "", ENOMEM, ""});
  context->credentials_.reset(credentials);
  const auto certificate_datum = datum_of(context->certificate_);
  const auto key_datum = datum_of(context->key_);
  int code = gnutls_certificate_set_x509_key_mem(credentials, &certificate_datum, &key_datum, GNUTLS_X509_FMT_PEM);
  if (code < 0) {
    return tl::unexpected(failure("use the certificate", settings.cert_file + " with the key " + settings.key_file,
                                  code, "both must be PEM, and belong together"));
  }
  if (!settings.client_ca_file.empty()) {
    const auto authority = content_of(settings.client_ca_file);
    if (!authority) return tl::unexpected(authority.error());
    const auto datum = datum_of(*authority);
    code = gnutls_certificate_set_x509_trust_mem(credentials, &datum, GNUTLS_X509_FMT_PEM);
    if (code <= 0) {
      return tl::unexpected(failure("use the client CA", settings.client_ca_file,
                                    code == 0 ? GNUTLS_E_NO_CERTIFICATE_FOUND : code, "it must hold PEM certificates"));
    }
  }
  gnutls_priority_t priorities = nullptr;
  const std::string text = priority_text(settings);
  code = gnutls_priority_init(&priorities, text.c_str(), nullptr);
  if (code != 0) return tl::unexpected(failure("set up TLS", "as " + text, code, "change min_version or max_version"));
  context->priorities_.reset(priorities);
  return context;
}

void TlsContext::apply_to(gnutls_session_t session) const {
  gnutls_credentials_set(session, GNUTLS_CRD_CERTIFICATE, credentials_.get());
  gnutls_priority_set(session, priorities_.get());
  const bool required = client_auth_ == ClientAuth::require_any || client_auth_ == ClientAuth::require_and_verify;
  const bool verified = client_auth_ == ClientAuth::verify_if_given || client_auth_ == ClientAuth::require_and_verify;
  const auto request = client_auth_ == ClientAuth::none ? GNUTLS_CERT_IGNORE : GNUTLS_CERT_REQUEST;
  gnutls_certificate_server_set_request(session, required ? GNUTLS_CERT_REQUIRE : request);
  if (verified) gnutls_session_set_verify_function(session, verify_client);
}

}  // namespace sockwarden
