// ID tokens: signed JSON (RFC 7515, 7517, 7519), and what must hold of their
// claims (OpenID Connect Core 1.0, 3.1.3.7).

#include <cjose/cjose.h>

#include <algorithm>
#include <array>
#include <chrono>
#include <memory>

#include <simdjson.h>

#include "account/access_store.hpp"
#include "account/roles.hpp"
#include "account/secrets.hpp"
#include "base/text.hpp"
#include "web/oidc.hpp"

namespace asepsis {
namespace {

using simdjson::dom::element;
constexpr auto kClockSkew = std::chrono::minutes(2);
constexpr std::size_t kMostToken = 65'536;
constexpr std::size_t kMostName = 80;

template <auto kRelease>
struct Releases {
  template <class Held>
  void operator()(Held* held) const {
    kRelease(held);
  }
};
using Signed = std::unique_ptr<cjose_jws_t, Releases<cjose_jws_release>>;
using Key = std::unique_ptr<cjose_jwk_t, Releases<cjose_jwk_release>>;

std::string text_in(element from, std::string_view key) {
  std::string_view text;
  return from[key].get(text) == simdjson::SUCCESS ? std::string(text) : std::string();
}

// What can be forged with a key that is public is not accepted, nor `none`.
bool acceptable(std::string_view algorithm, std::string_view key_type) {
  if (algorithm == "RS256" || algorithm == "PS256") return key_type == "RSA";
  return algorithm == "ES256" && key_type == "EC";
}

// RFC 7515, 2: without padding. The library asserts where the length cannot be
// one of base64url, so this is asked of whatever it decodes before it does.
bool is_base64url(std::string_view text) {
  constexpr std::string_view kSigns =
      "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789-_";
  return text.size() % 4 != 1 && text.find_first_not_of(kSigns) == std::string_view::npos;
}

// header.payload.signature
bool is_compact(std::string_view token) {
  const std::size_t first = token.find('.');
  const std::size_t second = token.find('.', std::min(token.size(), first + 1));
  if (first == std::string_view::npos || second == std::string_view::npos) return false;
  return is_base64url(token.substr(0, first)) &&
         is_base64url(token.substr(first + 1, second - first - 1)) &&
         is_base64url(token.substr(second + 1));
}

// The numbers of RSA and EC keys, private ones too (RFC 7518, 6.2 and 6.3).
bool has_whole_numbers(element key) {
  static constexpr std::array kNumbers{"n", "e", "x", "y", "d", "p", "q", "dp", "dq", "qi"};
  return std::ranges::all_of(kNumbers,
                             [&](const char* name) { return is_base64url(text_in(key, name)); });
}

std::string header_of(cjose_jws_t* token, const char* name) {
  cjose_err error{};
  cjose_header_t* header = cjose_jws_get_protected(token);
  const char* text = header == nullptr ? nullptr : cjose_header_get(header, name, &error);
  return text == nullptr ? std::string() : std::string(text);
}

bool signed_by(cjose_jws_t* token, element key) {
  cjose_err error{};
  const std::string algorithm = header_of(token, CJOSE_HDR_ALG);
  const std::string wanted = header_of(token, CJOSE_HDR_KID);
  const std::string own = text_in(key, "kid");
  const std::string use = text_in(key, "use");
  if (!acceptable(algorithm, text_in(key, "kty")) || !has_whole_numbers(key) ||
      (!use.empty() && use != "sig") || (!wanted.empty() && !own.empty() && wanted != own))
    return false;
  const std::string json = simdjson::minify(key);
  const Key held(cjose_jwk_import(json.data(), json.size(), &error));
  return held != nullptr && cjose_jws_verify(token, held.get(), &error);
}

bool holds(element claims, std::string_view claim, std::string_view wanted) {
  std::string_view text;
  if (claims[claim].get(text) == simdjson::SUCCESS) return text == wanted;
  simdjson::dom::array items;
  if (claims[claim].get(items) != simdjson::SUCCESS) return false;
  return std::ranges::any_of(items, [&](element item) {
    std::string_view one;
    return item.get(one) == simdjson::SUCCESS && one == wanted;
  });
}

std::optional<std::string> wrong_with(element claims, const OidcOptions& options,
                                      std::string_view nonce, Time now) {
  if (text_in(claims, "iss") != options.issuer) return "it is of another log-in service";
  if (!holds(claims, "aud", options.client)) return "it is for another program";
  simdjson::dom::array audience;
  if (claims["aud"].get(audience) == simdjson::SUCCESS && audience.size() > 1 &&
      text_in(claims, "azp") != options.client)
    return "it is for another program";
  if (!same_secret(text_in(claims, "nonce"), nonce)) return "it is of another log-in";
  std::int64_t expires = 0;
  std::int64_t issued = 0;
  const auto at = [](std::int64_t seconds) { return Time(std::chrono::seconds(seconds)); };
  constexpr std::int64_t kMost = std::int64_t{1} << 33;
  if (claims["exp"].get(expires) != simdjson::SUCCESS || expires < 0 || expires > kMost ||
      at(expires) + kClockSkew < now)
    return "it has expired";
  if (claims["iat"].get(issued) != simdjson::SUCCESS || issued < 0 || issued > kMost ||
      at(issued) > now + kClockSkew)
    return "it is of a time to come: compare the clocks";
  return std::nullopt;
}

}  // namespace

Result<std::string> verified_claims(std::string_view token, std::string_view key_set) {
  cjose_err error{};
  const Failure refused = fail("the log-in service's token is not signed by a key of its own");
  if (token.size() > kMostToken || !is_compact(token)) return refused;
  const Signed held(cjose_jws_import(token.data(), token.size(), &error));
  simdjson::dom::parser parser;
  element root;
  simdjson::dom::array keys;
  if (held == nullptr ||
      parser.parse(simdjson::padded_string(key_set)).get(root) != simdjson::SUCCESS ||
      root["keys"].get(keys) != simdjson::SUCCESS)
    return refused;
  for (const element key : keys) {
    std::uint8_t* text = nullptr;
    std::size_t size = 0;
    if (signed_by(held.get(), key) && cjose_jws_get_plaintext(held.get(), &text, &size, &error))
      return std::string(reinterpret_cast<const char*>(text), size);
  }
  return refused;
}

Result<Oidc::Person> person_of(std::string_view claims, const OidcOptions& options,
                               std::string_view nonce, Time now) {
  simdjson::dom::parser parser;
  element root;
  if (parser.parse(simdjson::padded_string(claims)).get(root) != simdjson::SUCCESS)
    return fail("the log-in service's token is not understood");
  if (const auto wrong = wrong_with(root, options, nonce, now))
    return fail("the log-in service's token does not count: " + *wrong);
  Oidc::Person person{.user = lowered(text_in(root, "preferred_username")),
                      .name = text_in(root, "name").substr(0, kMostName),
                      .role = {}};
  if (!is_user_name(person.user))
    // A name that others could have chosen is none: then the subject counts.
    person.user = "oidc-" + sha256_hex(text_in(root, "sub")).substr(0, 32);
  for (const auto& [value, role] : options.roles)
    if (person.role.empty() && holds(root, options.role_claim, value)) person.role = role;
  if (person.role.empty())
    return fail("you have no role here: the organisation's log-in service has to give you one");
  return person;
}

}  // namespace asepsis
