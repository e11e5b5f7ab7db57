// What the server does without sockets: the table of routes against the
// contract, and what is made of query strings, bodies and cookies.

#include <gtest/gtest.h>

#include <algorithm>
#include <set>

#include "account/roles.hpp"
#include "account/secrets.hpp"
#include "web/contract.hpp"
#include "web/oidc.hpp"
#include "web/query_string.hpp"
#include "web/rate.hpp"
#include "web/routes.hpp"
#include "web/sessions.hpp"

namespace asepsis {
namespace {

using namespace std::chrono_literals;

TEST(Routes, AreWhatTheContractSays) {
  const Contract contract = Contract::load();
  std::set<std::string> said;
  for (const Operation& one : contract.operations()) {
    const auto route = std::ranges::find(routes(), one.id, &Route::id);
    ASSERT_NE(route, routes().end()) << one.id << " is in the contract alone";
    EXPECT_EQ(route->method, one.method) << one.id;
    EXPECT_EQ(route->path, one.path) << one.id;
    EXPECT_EQ(route->scope == nullptr, !one.scope.has_value()) << one.id;
    if (route->scope != nullptr && one.scope) {
      EXPECT_EQ(route->scope, *one.scope) << one.id;
    }
    said.insert(one.id);
  }
  for (const Route& route : routes())
    EXPECT_TRUE(said.contains(std::string(route.id))) << route.id << " is in the code alone";
}

TEST(Routes, MatchWholePathsOnly) {
  EXPECT_EQ(match("GET", "/devices").route->id, "listDevices");
  EXPECT_EQ(match("HEAD", "/devices/facets").route->id, "getDeviceFacets");
  EXPECT_EQ(match("GET", "/devices/d-1/settings").route->id, "listDeviceSettings");
  EXPECT_EQ(match("GET", "/devices/a%2Fb").values.front().second, "a/b");
  EXPECT_EQ(match("PUT", "/devices").allow, "GET, HEAD");
  for (const char* path : {"", "/", "/devices/", "/devices/d-1/", "/devices/d-1/x", "/device",
                           "/devices//settings", "/devices/%zz", "/devices/%00"})
    EXPECT_EQ(match("GET", path).route, nullptr) << path;
}

TEST(QueryString, IsTakenApartStrictly) {
  const auto pairs = pairs_of("a=1&b=x%20y+z&&c");
  ASSERT_TRUE(pairs);
  EXPECT_EQ(*pairs, (Pairs{{"a", "1"}, {"b", "x y z"}, {"c", ""}}));
  for (const char* broken : {"a=%", "a=%1", "a=%gg", "%ff=1", "a=%00", "a=%c3"})
    EXPECT_FALSE(pairs_of(broken)) << broken;
  EXPECT_EQ(decoded("%41%c3%a9", false), "A\u00e9");
  EXPECT_EQ(percent_encoded("a/b \u00e9"), "a%2Fb%20%C3%A9");
}

TEST(Cookies, AreFoundOnceOrNotAtAll) {
  EXPECT_EQ(cookie_named("x=1; asepsis=key; y=2", "asepsis"), "key");
  EXPECT_EQ(cookie_named("asepsis=", "asepsis"), "");
  EXPECT_EQ(cookie_named("notasepsis=1", "asepsis"), "");
  EXPECT_EQ(cookie_named("asepsis=one; asepsis=two", "asepsis"), "");
}

const Operation& operation(const Contract& contract, const std::string& id) {
  return *std::ranges::find(contract.operations(), id, &Operation::id);
}

TEST(Bodies, AreHeldAgainstTheContract) {
  const Contract contract = Contract::load();
  const Operation& user = operation(contract, "createUser");
  const auto check = [&](const std::string& body) {
    Request request;
    request.content_type = "application/json; charset=utf-8";
    request.body = body;
    return checked(user, request, {});
  };
  const auto good = check(R"({"user":"anna","role":"viewer","password":"twelve letters"})");
  ASSERT_TRUE(good);
  EXPECT_EQ(good->text("role"), "viewer");
  for (const char* wrong :
       {"", "{", "[]", "null", R"({"user":"anna","role":"viewer"})",
        R"({"user":"anna","role":"king","password":"twelve letters"})",
        R"({"user":1,"role":"viewer","password":"twelve letters"})",
        R"({"user":"anna","role":"viewer","password":"short"})",
        R"({"user":"a\u0000b","role":"viewer","password":"twelve letters"})",
        R"({"user":"anna","user":"bert","role":"viewer","password":"twelve letters"})",
        R"({"user":"anna","role":"viewer","password":"twelve letters","more":true})"})
    EXPECT_FALSE(check(wrong)) << wrong;
}

TEST(Secrets, AreHashedAndCompared) {
  const auto hash = hash_password("correct horse battery");
  ASSERT_TRUE(hash);
  EXPECT_TRUE(hash->starts_with("$argon2id$"));
  EXPECT_TRUE(is_password("correct horse battery", *hash));
  EXPECT_FALSE(is_password("correct horse", *hash));
  EXPECT_FALSE(is_password("", {}));
  EXPECT_NE(*random_token(), *random_token());
  // RFC 7636, appendix B.
  EXPECT_EQ(sha256_base64url("dBjftJeZ4CVP-mB92K27uhbUJU1p1r_wW1gFWFOEjXk"),
            "E9Melhoa2OwvFrEMTJguCHaoeK1t8URWbuGJSstw-cM");
}

TEST(SessionKeys, EndAndAreRotated) {
  Sessions sessions;
  const Time now = Time(1h * 500'000);
  const auto first = sessions.begin({.user = "anna", .name = {}, .role = "viewer"}, now);
  const auto second = sessions.begin({.user = "anna", .name = {}, .role = "viewer"}, now);
  ASSERT_TRUE(first && second);
  EXPECT_NE(*first, *second);
  EXPECT_EQ(sessions.find(*first, now)->user, "anna");
  EXPECT_FALSE(sessions.find("x", now));
  EXPECT_FALSE(sessions.find("", now));
  sessions.end_of("anna", *second);
  EXPECT_FALSE(sessions.find(*first, now));
  EXPECT_TRUE(sessions.find(*second, now + 3h));
  EXPECT_FALSE(sessions.find(*second, now + 8h));  // idle
  const auto open = sessions.begin({.user = "anna", .name = {}, .role = "viewer"}, now);
  for (auto at = 1h; at <= 4h; at += 1h)  // a page alone
    EXPECT_TRUE(sessions.find(*open, now + at, false)) << at;
  EXPECT_FALSE(sessions.find(*open, now + 4h + 1s, false));
}

TEST(Rates, FillWithTime) {
  RateLimits rates;
  const RateLimits::Limit limit{.most = 2, .per_second = 1};
  const Time now = Time(1h * 500'000);
  EXPECT_TRUE(rates.take("a", "x", limit, now));
  EXPECT_TRUE(rates.take("a", "x", limit, now));
  EXPECT_FALSE(rates.take("a", "x", limit, now));
  EXPECT_TRUE(rates.take("b", "x", limit, now));
  EXPECT_FALSE(rates.take("a", "x", limit, now - 1h));
  EXPECT_TRUE(rates.take("a", "x", limit, now + 1s));
}

TEST(IdTokens, ThatNobodySignedAreRefused) {
  EXPECT_FALSE(verified_claims("", "{}"));
  EXPECT_FALSE(verified_claims("eyJhbGciOiJub25lIn0.e30.", R"({"keys":[]})"));
  EXPECT_FALSE(verified_claims("a.b.c", "not json"));
  const OidcOptions options{.issuer = "https://a",
                            .client = "us",
                            .secret = {},
                            .redirect = {},
                            .role_claim = "roles",
                            .roles = {{"staff", "viewer"}}};
  const Time now = Time(1'800'000'000s);
  const auto person = [&](const std::string& more) {
    return person_of(R"({"iss":"https://a","aud":"us","nonce":"n","iat":1800000000,)" + more + "}",
                     options, "n", now);
  };
  const auto good =
      person(R"("exp":1800000060,"sub":"1","preferred_username":"A B","roles":"staff")");
  ASSERT_TRUE(good);
  EXPECT_EQ(good->role, "viewer");
  EXPECT_TRUE(good->user.starts_with("oidc-"));
  EXPECT_FALSE(person(R"("exp":1799999000,"roles":"staff")"));
  EXPECT_FALSE(person(R"("exp":9223372036854775807,"roles":"staff")"));
  EXPECT_FALSE(person(R"("exp":1800000060,"roles":["porter"])"));
}

}  // namespace
}  // namespace asepsis
