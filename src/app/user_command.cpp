#include "app/user_command.hpp"

#include <termios.h>
#include <unistd.h>

#include <iostream>

#include "account/access_store.hpp"
#include "account/secrets.hpp"
#include "app/check_command.hpp"
#include "app/database_access.hpp"
#include "base/text.hpp"

namespace asepsis {
namespace {

// Nothing of what is typed shows while it lives.
class Quiet {
 public:
  Quiet() : terminal_(::tcgetattr(STDIN_FILENO, &before_) == 0) {
    if (!terminal_) return;
    termios quiet = before_;
    quiet.c_lflag &= ~static_cast<tcflag_t>(ECHO);
    ::tcsetattr(STDIN_FILENO, TCSAFLUSH, &quiet);
  }
  Quiet(const Quiet&) = delete;
  Quiet& operator=(const Quiet&) = delete;
  ~Quiet() {
    if (terminal_) ::tcsetattr(STDIN_FILENO, TCSAFLUSH, &before_);
  }
  bool terminal() const { return terminal_; }

 private:
  termios before_{};
  bool terminal_;
};

Result<std::string> new_password() {
  const Quiet quiet;
  std::string password;
  std::string again;
  if (quiet.terminal()) std::cerr << "Password: " << std::flush;
  std::getline(std::cin, password);
  if (quiet.terminal()) {
    std::cerr << "\nAgain: " << std::flush;
    std::getline(std::cin, again);
    std::cerr << '\n';
    if (again != password) return fail("the two differ: nothing was changed");
  }
  if (password.size() < kLeastPassword || password.size() > kMostPassword)
    return fail("a password has " + std::to_string(kLeastPassword) + " characters at least");
  return hash_password(password);
}

Result<AccessStore> open(const UserCommand& command) {
  return AccessStore::open(access_path(command.database));
}

void record(AccessStore& access, const std::string& action, const std::string& name) {
  const auto added = access.add_audit(
      {.time = clock_time(), .user = "command line", .action = action, .subject = name});
  if (!added) std::cerr << "asepsis: this is not in the audit: " << added.error().message << '\n';
}

}  // namespace

Result<void> add_user(const UserCommand& command) {
  if (!is_user_name(command.name))
    return fail("a user's name is small letters, digits and . _ @ -");
  auto access = open(command);
  if (!access) return std::unexpected(access.error());
  auto hash = new_password();
  if (!hash) return std::unexpected(hash.error());
  if (const auto added = access->add_user({.name = command.name,
                                           .full_name = command.full_name,
                                           .role = command.role,
                                           .password = *std::move(hash),
                                           .created = clock_time()});
      !added)
    return added;
  record(*access, "user-add", command.name);
  std::cout << command.name << " may log in as " << command.role << ".\n";
  return {};
}

Result<void> list_users(const UserCommand& command) {
  auto access = open(command);
  if (!access) return std::unexpected(access.error());
  const auto users = access->users();
  if (!users) return std::unexpected(users.error());
  Rows rows{{{.name = "user", .least = SIZE_MAX},
             {.name = "name"},
             {.name = "role"},
             {.name = "log_in"},
             {.name = "last_log_in", .kind = Column::Kind::time}},
            {}};
  for (const User& user : *users)
    rows.cells.push_back(
        {user.name, user.full_name.empty() ? std::nullopt : std::optional(user.full_name),
         user.role, user.oidc ? "organisation" : "password",
         user.last_log_in ? std::optional(to_rfc3339(*user.last_log_in)) : std::nullopt});
  print(rows, Form::table);
  return {};
}

Result<void> remove_user(const UserCommand& command) {
  auto access = open(command);
  if (!access) return std::unexpected(access.error());
  const auto removed = access->remove_user(command.name);
  if (!removed) return std::unexpected(removed.error());
  if (!*removed) return fail("there is no user " + escaped(command.name));
  record(*access, "user-remove", command.name);
  return {};
}

Result<void> set_password(const UserCommand& command) {
  auto access = open(command);
  if (!access) return std::unexpected(access.error());
  auto user = access->user(command.name);
  if (!user) return std::unexpected(user.error());
  if (!*user) return fail("there is no user " + escaped(command.name));
  auto hash = new_password();
  if (!hash) return std::unexpected(hash.error());
  (*user)->password = *std::move(hash);
  (*user)->oidc = false;
  const auto changed = access->change_user(**user);
  if (!changed) return std::unexpected(changed.error());
  record(*access, "password", command.name);
  return {};
}

}  // namespace asepsis
