// Certificates and rules of TLS, ready for new connections. Immutable: a change makes a new one.
#pragma once

#include <gnutls/gnutls.h>

#include <memory>
#include <string>
#include <tl/expected.hpp>

#include "agent/contract/error.h"
#include "agent/publish/web_config.h"

namespace sockwarden {

class TlsContext {
 public:
  static tl::expected<std::shared_ptr<const TlsContext>, Error> load(const TlsSettings& settings);

  /// Before the handshake; this context must live as long as the session.
  void apply_to(gnutls_session_t session) const;

  /// PEM, for a server library that wants them at its start.
  [[nodiscard]] const std::string& certificate() const { return certificate_; }
  [[nodiscard]] const std::string& key() const { return key_; }

 private:
  struct Free {
    void operator()(gnutls_certificate_credentials_st* it) const { gnutls_certificate_free_credentials(it); }
    void operator()(gnutls_priority_st* it) const { gnutls_priority_deinit(it); }
  };
  TlsContext() = default;

  std::string certificate_;
  std::string key_;
  ClientAuth client_auth_ = ClientAuth::none;
  std::unique_ptr<gnutls_certificate_credentials_st, Free> credentials_;
  std::unique_ptr<gnutls_priority_st, Free> priorities_;
};

}  // namespace sockwarden
