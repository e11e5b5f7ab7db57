// Users, tokens, kept views, and the record of what was done.

#include <iostream>

#include "account/roles.hpp"
#include "account/secrets.hpp"
#include "web/handlers.hpp"
#include "web/lists.hpp"
#include "web/record.hpp"
#include "web/replies.hpp"

namespace asepsis {
namespace {

constexpr std::size_t kMostTokens = 50;  // of one user
constexpr std::size_t kMostViews = 500;
constexpr auto kDay = std::chrono::hours(24);

JsonObject& add_time(JsonObject& object, std::string_view key, const std::optional<Time>& time) {
  return time ? object.text(key, to_rfc3339(*time)) : object;
}

std::string json_user(const User& user) {
  JsonObject object;
  object.text("user", user.name).text("name", user.full_name).text("role", user.role);
  object.raw("oidc", flag_text(user.oidc)).text("created", to_rfc3339(user.created));
  add_time(object, "last_log_in", user.last_log_in);
  if (user.locked_until && *user.locked_until > now_of_clock())
    add_time(object, "locked_until", user.locked_until);
  return object.json();
}

JsonObject json_token(const Token& token) {
  JsonObject object;
  object.number("id", static_cast<std::uint64_t>(token.id)).text("name", token.name);
  object.text("user", token.user).raw("scopes", json_array(token.scopes));
  object.text("created", to_rfc3339(token.created)).text("expires", to_rfc3339(token.expires));
  add_time(object, "last_used", token.last_used);
  return object;
}

std::string json_view(const SavedView& view) {
  JsonObject object;
  object.number("id", static_cast<std::uint64_t>(view.id)).text("name", view.name);
  object.text("page", view.page).raw("query", json_string(view.query));
  object.raw("shared", flag_text(view.shared)).text("owner", view.owner);
  return object.text("created", to_rfc3339(view.created)).json();
}

std::string json_entry(const AuditEntry& entry) {
  JsonObject object;
  object.number("id", static_cast<std::uint64_t>(entry.id)).text("time", to_rfc3339(entry.time));
  object.text("user", entry.user).text("action", entry.action).text("subject", entry.subject);
  object.text("outcome", entry.outcome).text("address", entry.address);
  return object.text("detail", entry.detail).json();
}

template <class Items, class ToJson>
Response items_reply(const Result<Items>& items, ToJson json) {
  if (!items) return failed(items.error());
  return json_reply(JsonObject().raw("items", json_array(*items, json)));
}

// What the contract cannot say of a new user or a change.
std::optional<Response> refuse_user(const Values& values) {
  if (values.has("user") && !is_user_name(values.text("user")))
    return problem(400, "A user's name is small letters, digits and . _ @ -", "user");
  return std::nullopt;
}

bool is_last_administrator(AccessStore& access, const std::string& name) {
  const auto users = access.users();
  if (!users) return true;
  std::size_t others = 0;
  bool is_one = false;
  for (const User& user : *users) {
    if (user.role != "administrator") continue;
    is_one = is_one || user.name == name;
    others += user.name == name ? 0 : 1;
  }
  return is_one && others == 0;
}

constexpr std::string_view kLast = "This is the last administrator: make another user one before";

}  // namespace

void record(const Asked& asked, const std::string& user, const std::string& action,
            const std::string& what, bool done, const std::string& detail) {
  note_kept(asked.service.access->add_audit({.time = now_of_clock(),
                                             .user = user,
                                             .action = action,
                                             .subject = what,
                                             .outcome = done ? "done" : "refused",
                                             .address = asked.request.peer,
                                             .detail = detail}));
}

void note_kept(const Result<void>& kept) {
  if (!kept) std::cerr << "asepsis: " << kept.error().message << '\n';
}

Response list_users(const Asked& asked) {
  return items_reply(asked.service.access->users(), json_user);
}

Response create_user(const Asked& asked) {
  if (auto refused = refuse_user(asked.values)) return *std::move(refused);
  auto hash = hash_password(asked.values.text("password"));
  if (!hash) return failed(hash.error());
  const User user{.name = asked.values.text("user"),
                  .full_name = asked.values.text("name"),
                  .role = asked.values.text("role"),
                  .password = *std::move(hash),
                  .created = now_of_clock()};
  if (const auto added = asked.service.access->add_user(user); !added)
    return problem(409, added.error().message, "user");
  record(asked, asked.who.user, "user-add", user.name, true, user.role);
  return json_reply(json_user(user), 201);
}

Response change_user(const Asked& asked) {
  AccessStore& access = *asked.service.access;
  const std::string& name = asked.values.text("id");
  auto found = access.user(name);
  if (!found) return failed(found.error());
  if (!*found) return not_found("There is no such user");
  User& user = **found;
  if (asked.values.has("role") && asked.values.text("role") != "administrator" &&
      is_last_administrator(access, name))
    return problem(409, kLast, "role");
  if (asked.values.has("name")) user.full_name = asked.values.text("name");
  if (asked.values.has("role")) user.role = asked.values.text("role");
  if (asked.values.has("password")) {
    auto hash = hash_password(asked.values.text("password"));
    if (!hash) return failed(hash.error());
    user.password = *std::move(hash);
    user.oidc = false;
  }
  if (const auto changed = access.change_user(user); !changed) return failed(changed.error());
  asked.service.sessions.end_of(name, asked.who.key);
  record(asked, asked.who.user, "user-change", name, true, user.role);
  user.locked_until.reset();
  return json_reply(json_user(user));
}

Response delete_user(const Asked& asked) {
  AccessStore& access = *asked.service.access;
  const std::string& name = asked.values.text("id");
  if (is_last_administrator(access, name)) return problem(409, kLast);
  const auto removed = access.remove_user(name);
  if (!removed) return failed(removed.error());
  if (!*removed) return not_found("There is no such user");
  asked.service.sessions.end_of(name);
  record(asked, asked.who.user, "user-remove", name, true);
  return nothing_to_say();
}

Response list_tokens(const Asked& asked) {
  const bool all = asked.who.may("administer");
  return items_reply(asked.service.access->tokens(all ? std::string() : asked.who.user),
                     [](const Token& token) { return json_token(token).json(); });
}

Response create_token(const Asked& asked) {
  for (const std::string& scope : asked.values.list("scopes"))
    if (!asked.who.may(scope)) return problem(403, "You may not " + scope + " yourself", "scopes");
  const auto held = asked.service.access->tokens(asked.who.user);
  if (!held) return failed(held.error());
  if (held->size() >= kMostTokens) return problem(409, "That is one token too many: end others");
  const auto secret = random_token();
  if (!secret) return failed(secret.error());
  const Time now = now_of_clock();
  const auto added =
      asked.service.access->add_token({.name = asked.values.text("name"),
                                       .user = asked.who.user,
                                       .scopes = asked.values.list("scopes"),
                                       .created = now,
                                       .expires = now + kDay * asked.values.number("days")},
                                      token_hash(*secret));
  if (!added) return failed(added.error());
  record(asked, asked.who.user, "token-add", added->name, true, json_array(added->scopes));
  return json_reply(json_token(*added).text("token", *secret), 201);
}

Response delete_token(const Asked& asked) {
  const bool all = asked.who.may("administer");
  const auto removed = asked.service.access->remove_token(asked.values.number("id"),
                                                          all ? std::string() : asked.who.user);
  if (!removed) return failed(removed.error());
  if (!*removed) return not_found("There is no such token of yours");
  record(asked, asked.who.user, "token-remove", asked.values.text("id"), true);
  return nothing_to_say();
}

Response list_audit(const Asked& asked) {
  const std::int64_t before = number_of_cursor(asked.values.text("cursor"));
  if (asked.values.has("cursor")) {
    const auto there = asked.service.access->has_audit(before);
    if (!there) return failed(there.error());
    if (!*there) return no_cursor();
  }
  const int limit = static_cast<int>(asked.values.number("limit"));
  const auto entries = asked.service.access->audit(before, limit);
  if (!entries) return failed(entries.error());
  JsonObject reply;
  reply.raw("items", json_array(*entries, json_entry));
  if (static_cast<int>(entries->size()) == limit)
    reply.text("next_cursor", std::to_string(entries->back().id));
  return json_reply(reply);
}

Response list_saved_views(const Asked& asked) {
  return items_reply(asked.service.access->views(asked.who.user), json_view);
}

Response create_saved_view(const Asked& asked) {
  const auto held = asked.service.access->views(asked.who.user);
  if (!held) return failed(held.error());
  if (held->size() >= kMostViews) return problem(409, "That is one view too many: remove others");
  const auto added = asked.service.access->add_view({.name = asked.values.text("name"),
                                                     .page = asked.values.text("page"),
                                                     .query = asked.values.text("query"),
                                                     .owner = asked.who.user,
                                                     .shared = asked.values.flag("shared"),
                                                     .created = now_of_clock()});
  if (!added) return failed(added.error());
  record(asked, asked.who.user, "view-add", added->name, true);
  return json_reply(json_view(*added), 201);
}

Response delete_saved_view(const Asked& asked) {
  const bool all = asked.who.may("administer");
  const auto removed = asked.service.access->remove_view(asked.values.number("id"),
                                                         all ? std::string() : asked.who.user);
  if (!removed) return failed(removed.error());
  if (!*removed) return not_found("There is no such view of yours");
  record(asked, asked.who.user, "view-remove", asked.values.text("id"), true);
  return nothing_to_say();
}

}  // namespace asepsis
