// Logging in and out.

#include <algorithm>

#include "account/roles.hpp"
#include "account/secrets.hpp"
#include "web/handlers.hpp"
#include "web/oidc.hpp"
#include "web/query_string.hpp"
#include "web/record.hpp"
#include "web/replies.hpp"

namespace asepsis {
namespace {

constexpr std::string_view kRefused =
    "That user and password do not fit. After five attempts a user is locked for 15 minutes: wait, "
    "or ask an administrator to unlock it.";

std::string cookie_of(const Request& request, const std::string& key, bool ends) {
  return "asepsis=" + key + "; Path=/; HttpOnly; SameSite=Strict" +
         (request.secure ? "; Secure" : "") + (ends ? "; Max-Age=0" : "");
}

std::vector<std::string> methods_of(const Service& service) {
  std::vector<std::string> methods;
  const auto users = service.access->users();
  if (users && std::ranges::any_of(*users, [](const User& user) { return !user.password.empty(); }))
    methods.emplace_back("password");
  if (!service.first_visit->code().empty()) methods.emplace_back("code");
  if (service.options.oidc.configured()) methods.emplace_back("oidc");
  return methods;
}

Response session_reply(const Service& service, const Principal& who) {
  JsonObject reply;
  reply.raw("signed_in", flag_text(who.known()));
  if (who.known()) {
    reply.text("user", who.user).text("name", who.name).text("role", who.role);
    reply.raw("scopes", json_array(who.scopes)).text("csrf", who.csrf);
    if (who.expires) reply.text("expires", to_rfc3339(*who.expires));
    reply.raw("own_password", flag_text(who.by_password));
  }
  reply.raw("methods", json_array(methods_of(service))).text("version", service.options.version);
  return json_reply(reply);
}

// A new session for whoever has just proven who they are; an old one ends.
Response begin_session(const Asked& asked, Session session) {
  Service& service = asked.service;
  service.sessions.end(cookie_named(asked.request.cookie, "asepsis"));
  Principal who{.user = session.user,
                .name = session.name,
                .role = session.role,
                .scopes = scopes_of(session.role)};
  const auto key = service.sessions.begin(std::move(session), now_of_clock());
  if (!key) return failed(key.error());
  const auto begun = service.sessions.find(*key, now_of_clock());
  who.csrf = begun->csrf;
  who.expires = begun->expires;
  who.by_password = begun->by_password;
  record(asked, who.user, "log-in", {}, true);
  Response response = session_reply(service, who);
  response.headers.emplace_back("Set-Cookie", cookie_of(asked.request, *key, false));
  return response;
}

Response by_code(const Asked& asked) {
  if (!asked.service.first_visit->take(asked.values.text("code"))) {
    record(asked, {}, "log-in", "code", false);
    return problem(401, "That link was used already: the server prints a new one each time");
  }
  asked.service.options.link_used();
  return begin_session(asked, {.user = "local", .name = "This computer", .role = "administrator"});
}

Response by_password(const Asked& asked) {
  AccessStore& access = *asked.service.access;
  const std::string& name = asked.values.text("user");
  const auto user = access.user(name);
  if (!user) return failed(user.error());
  const Time now = now_of_clock();
  const bool locked = *user && (*user)->locked_until && *(*user)->locked_until > now;
  const bool fits = is_password(asked.values.text("password"),
                                *user && !locked ? (*user)->password : std::string());
  if (!fits) {
    if (!locked) note_kept(access.log_in_failed(name, now));
    record(asked, is_user_name(name) ? name : std::string(), "log-in",
           locked ? "locked" : "password", false);
    return problem(401, kRefused);
  }
  note_kept(access.logged_in(name, now));
  return begin_session(asked, {.user = name,
                               .name = (*user)->full_name,
                               .role = (*user)->role,
                               .csrf = {},
                               .by_password = true});
}

// Why not, for the page to show: as a cookie, so that no link of another site can put its words
// there.
Response to_log_in(const Asked& asked, std::string_view words) {
  return {.status = 302,
          .type = {},
          .headers = {{"Location", "/log-in"},
                      {"Set-Cookie", "asepsis-refusal=" + percent_encoded(words) +
                                         "; Path=/log-in; SameSite=Strict; Max-Age=30" +
                                         (asked.request.secure ? "; Secure" : "")}}};
}

}  // namespace

Response get_session(const Asked& asked) { return session_reply(asked.service, asked.who); }

Response log_in(const Asked& asked) {
  if (!asked.service.rates.take(asked.request.peer, "log-in", RateLimits::kLogIns, now_of_clock()))
    return problem(429, "That is too often: wait a minute");
  if (asked.values.has("code")) return by_code(asked);
  if (asked.values.text("user").empty() || asked.values.text("password").empty())
    return problem(400, "It takes a user and a password, or the code of the printed link");
  return by_password(asked);
}

Response log_out(const Asked& asked) {
  asked.service.sessions.end(asked.who.key);
  record(asked, asked.who.user, "log-out", {}, true);
  Response response = nothing_to_say();
  response.headers.emplace_back("Set-Cookie", cookie_of(asked.request, {}, true));
  return response;
}

Response change_own_password(const Asked& asked) {
  AccessStore& access = *asked.service.access;
  auto user = access.user(asked.who.user);
  if (!user) return failed(user.error());
  if (!*user || !asked.who.by_password)
    return problem(409, "You did not log in by a password of this server");
  if (!asked.service.rates.take(asked.who.user, "log-in", RateLimits::kLogIns, now_of_clock()))
    return problem(429, "That is too often: wait a minute");
  if (!is_password(asked.values.text("current"), (*user)->password)) {
    record(asked, asked.who.user, "password", {}, false);
    return problem(403, "The current password is another", "current");
  }
  auto hash = hash_password(asked.values.text("password"));
  if (!hash) return failed(hash.error());
  (*user)->password = *std::move(hash);
  if (const auto changed = access.change_user(**user); !changed) return failed(changed.error());
  asked.service.sessions.end_of(asked.who.user, asked.who.key);
  record(asked, asked.who.user, "password", {}, true);
  return nothing_to_say();
}

Response begin_oidc(const Asked& asked) {
  if (!asked.service.options.oidc.configured())
    return not_found("This server is not joined to a log-in service");
  if (!asked.service.rates.take(asked.request.peer, "oidc", RateLimits::kLogIns, now_of_clock()))
    return problem(429, "That is too often: wait a minute");
  auto begun = asked.service.oidc->begin(now_of_clock());
  if (!begun) return to_log_in(asked, begun.error().message);
  Response response{.status = 302, .type = {}, .headers = {{"Location", begun->location}}};
  response.headers.emplace_back("Set-Cookie",
                                "asepsis-oidc=" + begun->binding +
                                    "; Path=/api/v1/session/oidc; HttpOnly; SameSite=Lax; "
                                    "Max-Age=600" +
                                    (asked.request.secure ? "; Secure" : ""));
  return response;
}

Response end_oidc(const Asked& asked) {
  if (!asked.service.options.oidc.configured())
    return not_found("This server is not joined to a log-in service");
  const auto person = asked.service.oidc->end(
      {.code = asked.values.text("code"),
       .state = asked.values.text("state"),
       .error = asked.values.text("error"),
       .issuer = asked.values.text("iss"),
       .binding = std::string(cookie_named(asked.request.cookie, "asepsis-oidc"))},
      now_of_clock());
  if (!person) {
    record(asked, {}, "log-in", "oidc: " + person.error().message, false);
    return to_log_in(asked, person.error().message);
  }
  AccessStore& access = *asked.service.access;
  const auto known = access.user(person->user);
  if (!known) return to_log_in(asked, known.error().message);
  User user = known->value_or(User{.name = person->user, .created = now_of_clock()});
  if (*known && !user.oidc)
    return to_log_in(asked, "There is a user of that name here who logs in by a password");
  user.full_name = person->name;
  user.role = person->role;
  user.oidc = true;
  if (*known) {
    if (const auto changed = access.change_user(user); !changed)
      return to_log_in(asked, changed.error().message);
  } else if (const auto added = access.add_user(user); !added) {
    return to_log_in(asked, added.error().message);
  }
  note_kept(access.logged_in(user.name, now_of_clock()));
  Response response =
      begin_session(asked, {.user = user.name, .name = user.full_name, .role = user.role});
  if (response.status != 200) return response;
  response.status = 302;
  response.body.clear();
  response.headers.emplace_back("Location", "/");
  return response;
}

}  // namespace asepsis
