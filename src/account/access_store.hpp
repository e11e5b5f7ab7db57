// Who may use the pages and the API, and what they did: users, tokens, kept
// views and the record of log-ins and changes. A file of its own beside the
// database: whoever may query or copy the inventory gets no hash of a password
// with it, and a log-in waits for nobody who writes the inventory.

#pragma once

#include <cstdint>
#include <filesystem>
#include <memory>
#include <mutex>
#include <optional>
#include <string>
#include <vector>

#include <SQLiteCpp/SQLiteCpp.h>

#include "base/result.hpp"
#include "base/time.hpp"

namespace asepsis {

struct User {
  std::string name;  // for log-ins
  std::string full_name = {}, role = {};
  std::string password = {};  // its hash; empty: cannot log in by one
  bool oidc = false;          // came by the organisation's own log-in
  Time created = {};
  std::optional<Time> last_log_in = {}, locked_until = {};
};

struct Token {
  std::int64_t id = 0;
  std::string name, user;
  std::vector<std::string> scopes = {};
  Time created = {}, expires = {};
  std::optional<Time> last_used = {};
};

struct AuditEntry {
  std::int64_t id = 0;
  Time time = {};
  std::string user = {}, action = {}, subject = {}, outcome = "done", address = {}, detail = {};
};

struct SavedView {
  std::int64_t id = 0;
  std::string name, page, query, owner;
  bool shared = false;
  Time created = {};
};

// "a.access.db" beside "a.db".
std::filesystem::path access_path(const std::filesystem::path& database);
// Small letters, digits and . _ @ -, 64 at most.
bool is_user_name(std::string_view name);

// Safe to be used by several threads.
class AccessStore {
 public:
  static Result<AccessStore> open(const std::filesystem::path& path);

  Result<std::vector<User>> users();
  Result<std::optional<User>> user(const std::string& name);
  Result<void> add_user(const User& user);  // fails if there is one of that name
  // Name, role, password and whether it is the organisation's; unlocks.
  Result<bool> change_user(const User& user);
  Result<bool> remove_user(const std::string& name);  // with tokens and own views
  // A failed log-in: the fifth in a row locks the user for a quarter of an hour.
  Result<void> log_in_failed(const std::string& name, Time now);
  Result<void> logged_in(const std::string& name, Time now);

  Result<Token> add_token(const Token& token, const std::string& hash);
  Result<std::vector<Token>> tokens(const std::string& user);  // empty: of all
  Result<bool> remove_token(std::int64_t id, const std::string& user);
  // The token of that hash that has not expired; notes the use.
  Result<std::optional<Token>> use_token(const std::string& hash, Time now);

  Result<void> add_audit(const AuditEntry& entry);
  Result<bool> has_audit(std::int64_t id);
  // The latest before `before`; 0: from the end.
  Result<std::vector<AuditEntry>> audit(std::int64_t before, int limit);

  Result<SavedView> add_view(const SavedView& view);
  Result<std::vector<SavedView>> views(const std::string& user);
  Result<bool> remove_view(std::int64_t id, const std::string& user);  // empty: anybody's

 private:
  AccessStore(std::filesystem::path path, std::unique_ptr<SQLite::Database> sql)
      : path_(std::move(path)), sql_(std::move(sql)), mutex_(std::make_unique<std::mutex>()) {}
  template <class Work>
  auto with(Work work) -> decltype(work(std::declval<SQLite::Database&>()));

  std::filesystem::path path_;
  std::unique_ptr<SQLite::Database> sql_;
  std::unique_ptr<std::mutex> mutex_;
};

}  // namespace asepsis
