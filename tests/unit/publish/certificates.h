// Certificates and a password for servers of tests.
#pragma once

#include "tests/unit/publish/web_fixture.h"

namespace sockwarden::test {

// bcrypt of "right", cost 4
inline constexpr const char* hash_of_right = "$2b$04$abcdefghijklmnopqrstuuFmEfrkTQnczNzw475xE2VhDrK1uwJiC";

inline void make_authority(const Folder& folder, const std::string& name) {
  const auto made =
      run("openssl req -x509 -newkey ec -pkeyopt ec_paramgen_curve:P-256 -nodes -days 2 -subj /CN=" + name +
          " -keyout " + folder.file(name + ".key") + " -out " + folder.file(name + ".pem"));
  REQUIRE(made.status == 0);
}

/// A certificate for 127.0.0.1, signed by `authority`.
inline void make_certificate(const Folder& folder, const std::string& name, const std::string& authority) {
  const auto extensions = folder.write(name + ".ext", "subjectAltName=IP:127.0.0.1\n");
  const auto made = run("openssl req -newkey ec -pkeyopt ec_paramgen_curve:P-256 -nodes -subj /CN=" + name +
                        " -keyout " + folder.file(name + ".key") + " -out " + folder.file(name + ".csr") +
                        " && openssl x509 -req -days 2 -in " + folder.file(name + ".csr") + " -CA " +
                        folder.file(authority + ".pem") + " -CAkey " + folder.file(authority + ".key") +
                        " -CAcreateserial -extfile " + extensions + " -out " + folder.file(name + ".pem"));
  REQUIRE(made.status == 0);
}

inline std::string tls_config(const std::string& name, const std::string& more = "") {
  return "tls_server_config:\n  cert_file: " + name + ".pem\n  key_file: " + name + ".key\n" + more;
}

}  // namespace sockwarden::test
