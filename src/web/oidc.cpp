#include "web/oidc.hpp"

#include <algorithm>

#include <simdjson.h>

#include "account/secrets.hpp"
#include "base/text.hpp"
#include "web/http_client.hpp"
#include "web/query_string.hpp"

namespace asepsis {
namespace {

constexpr std::size_t kMostWaiting = 1'000;
constexpr auto kToLogIn = std::chrono::minutes(10);

std::string text_in(simdjson::dom::element from, std::string_view key) {
  std::string_view text;
  return from[key].get(text) == simdjson::SUCCESS ? std::string(text) : std::string();
}

Failure not_understood() { return fail("the log-in service answered what is not understood"); }

}  // namespace

Result<Oidc::Provider> Oidc::discover() const {
  const auto answer =
      http_get(options_.issuer + "/.well-known/openid-configuration", options_.authority);
  if (!answer) return std::unexpected(answer.error());
  simdjson::dom::parser parser;
  simdjson::dom::element root;
  if (parser.parse(simdjson::padded_string(*answer)).get(root) != simdjson::SUCCESS)
    return not_understood();
  if (text_in(root, "issuer") != options_.issuer)
    return fail("the log-in service calls itself otherwise than --oidc-issuer");
  Provider provider{.authorization = text_in(root, "authorization_endpoint"),
                    .token = text_in(root, "token_endpoint"),
                    .keys = text_in(root, "jwks_uri")};
  if (provider.authorization.empty() || provider.token.empty() || provider.keys.empty())
    return not_understood();
  return provider;
}

Result<Oidc::Begun> Oidc::begin(Time now) {
  const auto provider = discover();
  if (!provider) return std::unexpected(provider.error());
  const auto state = random_token();
  const auto nonce = random_token();
  const auto verifier = random_token();
  const auto binding = random_token();
  if (!state || !nonce || !verifier || !binding) return fail("the system gives no random numbers");
  {
    const std::scoped_lock lock(mutex_);
    std::erase_if(waiting_, [&](const auto& one) { return one.second.until < now; });
    if (waiting_.size() >= kMostWaiting) return fail("too many log in at once: try again later");
    waiting_[*state] = {.verifier = *verifier,
                        .nonce = *nonce,
                        .binding = token_hash(*binding),
                        .until = now + kToLogIn};
  }
  std::string location = provider->authorization;
  location += location.find('?') == std::string::npos ? '?' : '&';
  location +=
      "response_type=code&scope=openid%20profile&client_id=" + percent_encoded(options_.client) +
      "&redirect_uri=" + percent_encoded(options_.redirect) + "&state=" + *state +
      "&nonce=" + *nonce + "&code_challenge=" + sha256_base64url(*verifier) +
      "&code_challenge_method=S256";
  return Begun{.location = std::move(location), .binding = *binding};
}

Result<Oidc::Person> Oidc::end(const Returned& returned, Time now) {
  Waiting waiting;
  {
    const std::scoped_lock lock(mutex_);
    const auto found = waiting_.find(returned.state);
    if (found == waiting_.end() || found->second.until < now ||
        !same_secret(found->second.binding, token_hash(returned.binding)))
      return fail("this log-in was not begun in this browser, or too long ago: begin it anew");
    waiting = std::move(found->second);
    waiting_.erase(found);
  }
  if (!returned.error.empty())
    return fail("the log-in service refused: " + escaped(returned.error));
  if (!returned.issuer.empty() && returned.issuer != options_.issuer)
    return fail("another log-in service answered");
  const auto provider = discover();
  if (!provider) return std::unexpected(provider.error());
  const std::string form = "grant_type=authorization_code&code=" + percent_encoded(returned.code) +
                           "&redirect_uri=" + percent_encoded(options_.redirect) +
                           "&client_id=" + percent_encoded(options_.client) +
                           "&code_verifier=" + waiting.verifier;
  const auto answer =
      http_post(provider->token, form, options_.client, options_.secret, options_.authority);
  const auto keys = http_get(provider->keys, options_.authority);
  if (!answer || !keys) return std::unexpected(answer ? keys.error() : answer.error());
  simdjson::dom::parser parser;
  simdjson::dom::element root;
  if (parser.parse(simdjson::padded_string(*answer)).get(root) != simdjson::SUCCESS)
    return not_understood();
  const auto claims = verified_claims(text_in(root, "id_token"), *keys);
  if (!claims) return std::unexpected(claims.error());
  return person_of(*claims, options_, waiting.nonce, now);
}

}  // namespace asepsis
