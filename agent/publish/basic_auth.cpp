#include "agent/publish/basic_auth.h"

#include <crypt.h>
#include <gnutls/crypto.h>

#include <cstring>
#include <memory>
#include <utility>

namespace sockwarden {
namespace {

constexpr std::size_t remembered_limit = 100;

bool matches(const std::string& password, const std::string& hash) {
  const auto data = std::make_unique<crypt_data>();  // 32 KiB
  const char* result = crypt_r(password.c_str(), hash.c_str(), data.get());
  return result != nullptr && std::strlen(result) == hash.size() &&
         gnutls_memcmp(result, hash.data(), hash.size()) == 0;
}

}  // namespace

BasicAuth::BasicAuth(std::map<std::string, std::string> users) : users_(std::move(users)) {
  gnutls_rnd(GNUTLS_RND_KEY, key_.data(), key_.size());
}

BasicAuth::Digest BasicAuth::digest_of(const std::string& user, const std::string& password) const {
  const std::string text = std::to_string(user.size()) + ':' + user + password;
  Digest digest{};
  gnutls_hmac_fast(GNUTLS_MAC_SHA256, key_.data(), key_.size(), text.data(), text.size(), digest.data());
  return digest;
}

bool BasicAuth::allows(const std::string& user, const std::string& password) {
  if (users_.empty()) return true;
  const Digest digest = digest_of(user, password);
  const std::lock_guard lock(mutex_);
  if (verified_.count(digest) != 0) return true;
  const auto known = users_.find(user);
  // An unknown name takes as long as a known one.
  const std::string& hash = known != users_.end() ? known->second : users_.begin()->second;
  if (!matches(password, hash) || known == users_.end()) return false;
  if (verified_.size() >= remembered_limit) verified_.clear();
  verified_.insert(digest);
  return true;
}

}  // namespace sockwarden
