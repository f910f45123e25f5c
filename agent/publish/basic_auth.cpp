#include "agent/publish/basic_auth.h"

#include <crypt.h>
#include <gnutls/crypto.h>

#include <algorithm>
#include <cstring>
#include <memory>
#include <utility>

namespace sockwarden {
namespace {

constexpr std::size_t remembered_limit = 100;

/// Of "$2b$10$…": the work is 2^10.
unsigned cost_of(const std::string& hash) {
  return hash.size() > 6 ? static_cast<unsigned>(hash[4] - '0') * 10 + static_cast<unsigned>(hash[5] - '0') : 0;
}

/// A hash of nobody's password.
std::string hash_of_cost(unsigned cost) {
  return std::string("$2b$") + static_cast<char>('0' + cost / 10) + static_cast<char>('0' + cost % 10) +
         "$abcdefghijklmnopqrstuuFmEfrkTQnczNzw475xE2VhDrK1uwJiD";
}

bool matches(const std::string& password, const std::string& hash) {
  const auto data = std::make_unique<crypt_data>();  // 32 KiB
  const char* result = crypt_r(password.c_str(), hash.c_str(), data.get());
  return result != nullptr && std::strlen(result) == hash.size() &&
         gnutls_memcmp(result, hash.data(), hash.size()) == 0;
}

}  // namespace

BasicAuth::BasicAuth(std::map<std::string, std::string> users) : users_(std::move(users)) {
  gnutls_rnd(GNUTLS_RND_KEY, key_.data(), key_.size());
  for (const auto& [name, hash] : users_) highest_cost_ = std::max(highest_cost_, cost_of(hash));
}

BasicAuth::Digest BasicAuth::digest_of(const std::string& user, const std::string& password) const {
  const std::string text = std::to_string(user.size()) + ':' + user + password;
  Digest digest{};
  gnutls_hmac_fast(GNUTLS_MAC_SHA256, key_.data(), key_.size(), text.data(), text.size(), digest.data());
  return digest;
}

bool BasicAuth::remembers(const std::string& user, const std::string& password) const {
  const Digest digest = digest_of(user, password);
  const std::lock_guard lock(mutex_);
  return verified_.contains(digest);
}

bool BasicAuth::allows(const std::string& user, const std::string& password) {
  if (users_.empty()) return true;
  const auto known = users_.find(user);
  const std::string hash = known != users_.end() ? known->second : hash_of_cost(highest_cost_);
  const bool same = matches(password, hash);
  // 2^a + 2^a + 2^(a+1) + … + 2^(b-1) = 2^b
  for (unsigned cost = cost_of(hash); cost < highest_cost_; ++cost) (void)matches(password, hash_of_cost(cost));
  if (!same || known == users_.end()) return false;
  const Digest digest = digest_of(user, password);
  const std::lock_guard lock(mutex_);
  if (verified_.size() >= remembered_limit) verified_.clear();
  verified_.insert(digest);
  return true;
}

}  // namespace sockwarden
