#include "web/sessions.hpp"

#include <algorithm>

#include "account/secrets.hpp"

namespace asepsis {
namespace {

constexpr std::size_t kMostSessions = 10'000;

}  // namespace

void Sessions::forget_old(Time now) {
  std::erase_if(held_, [&](const auto& one) {
    return one.second.session.expires < now || one.second.used + idle_ < now;
  });
  if (held_.size() < kMostSessions) return;
  held_.erase(std::ranges::min_element(held_, {}, [](const auto& one) { return one.second.used; }));
}

Result<std::string> Sessions::begin(Session session, Time now) {
  auto key = random_token();
  auto csrf = random_token();
  if (!key || !csrf) return fail("the system gives no random numbers");
  session.csrf = *std::move(csrf);
  session.expires = now + kLongest;
  const std::scoped_lock lock(mutex_);
  forget_old(now);
  held_[token_hash(*key)] = {.session = std::move(session), .used = now};
  return key;
}

std::optional<Session> Sessions::find(std::string_view key, Time now, bool by_person) {
  if (key.empty()) return std::nullopt;
  const std::string hash = token_hash(key);
  const std::scoped_lock lock(mutex_);
  const auto found = held_.find(hash);
  if (found == held_.end()) return std::nullopt;
  if (found->second.session.expires < now || found->second.used + idle_ < now) {
    held_.erase(found);
    return std::nullopt;
  }
  if (by_person) found->second.used = now;
  return found->second.session;
}

void Sessions::end(std::string_view key) {
  const std::string hash = token_hash(key);
  const std::scoped_lock lock(mutex_);
  if (const auto found = held_.find(hash); found != held_.end()) held_.erase(found);
}

void Sessions::end_of(const std::string& user, std::string_view but) {
  const std::string kept = but.empty() ? std::string() : token_hash(but);
  const std::scoped_lock lock(mutex_);
  std::erase_if(
      held_, [&](const auto& one) { return one.second.session.user == user && one.first != kept; });
}

bool FirstVisit::take(std::string_view code) {
  const std::scoped_lock lock(mutex_);
  if (code_.empty() || !same_secret(code, code_)) return false;
  code_ = random_token().value_or(std::string());
  return true;
}

std::string FirstVisit::code() const {
  const std::scoped_lock lock(mutex_);
  return code_;
}

}  // namespace asepsis
