// Who is logged in, in memory: a session ends with the server. The key in the
// cookie is stored as a hash; each log-in gets a new one.

#pragma once

#include <chrono>
#include <map>
#include <mutex>
#include <optional>
#include <string>

#include "base/result.hpp"
#include "base/time.hpp"

namespace asepsis {

struct Session {
  std::string user, name, role;
  std::string csrf = {};
  bool by_password = false;
  Time expires = {};
};

class Sessions {
 public:
  static constexpr std::chrono::seconds kLongest = std::chrono::hours(12);  // whatever is done
  static constexpr std::chrono::seconds kIdle = std::chrono::hours(4);      // unless told
  void end_idle_after(std::chrono::seconds idle) { idle_ = idle; }          // before the first
  // The key for the cookie.
  Result<std::string> begin(Session session, Time now);
  // Only what a person does keeps a session: a page that was left open does not.
  std::optional<Session> find(std::string_view key, Time now, bool by_person = true);
  void end(std::string_view key);
  void end_of(const std::string& user, std::string_view but = {});  // all others of that user

 private:
  struct Held {
    Session session;
    Time used;
  };
  void forget_old(Time now);

  std::mutex mutex_;
  std::chrono::seconds idle_ = kIdle;
  std::map<std::string, Held, std::less<>> held_;  // by hash
};

// The code of the printed link: good once, and then there is another.
class FirstVisit {
 public:
  explicit FirstVisit(std::string code) : code_(std::move(code)) {}
  // Whether it is the code; it is then another one.
  bool take(std::string_view code);
  std::string code() const;

 private:
  mutable std::mutex mutex_;
  std::string code_;
};

}  // namespace asepsis
