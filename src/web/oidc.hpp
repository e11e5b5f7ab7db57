// Log-in by the organisation's own service: OpenID Connect Core 1.0, code flow
// with PKCE (RFC 7636), issuer discovery, state bound to the browser, nonce.

#pragma once

#include <chrono>
#include <map>
#include <mutex>
#include <string>
#include <string_view>
#include <vector>

#include "base/result.hpp"
#include "base/time.hpp"

namespace asepsis {

struct OidcOptions {
  std::string issuer;    // https://login.example.org; empty: none
  std::string client;    // what we are called there
  std::string secret;    // empty: a public client, PKCE alone
  std::string redirect;  // https://asepsis.example.org/api/v1/session/oidc/callback
  std::string role_claim = "roles";
  // What stands in that claim, and the role it comes to; the first that fits counts.
  std::vector<std::pair<std::string, std::string>> roles = {};
  std::string authority = {};  // file of certificates to trust beside the system's

  bool configured() const { return !issuer.empty(); }
};

class Oidc {
 public:
  explicit Oidc(OidcOptions options) : options_(std::move(options)) {}

  struct Begun {
    std::string location, binding;  // where to send the browser; the cookie it takes along
  };
  Result<Begun> begin(Time now);

  struct Returned {
    std::string code, state, error, issuer, binding;
  };
  struct Person {
    std::string user, name, role;
  };
  Result<Person> end(const Returned& returned, Time now);

 private:
  struct Provider {
    std::string authorization, token, keys;  // keys: where they are
  };
  struct Waiting {
    std::string verifier, nonce, binding;
    Time until;
  };
  Result<Provider> discover() const;

  OidcOptions options_;
  std::mutex mutex_;
  std::map<std::string, Waiting> waiting_;  // by state
};

// The claims of an ID token (compact JWS) that one of the keys signed; what is
// in them is not looked at.
Result<std::string> verified_claims(std::string_view token, std::string_view key_set);

// Why the claims are not acceptable; nothing if they are.
Result<Oidc::Person> person_of(std::string_view claims, const OidcOptions& options,
                               std::string_view nonce, Time now);

}  // namespace asepsis
