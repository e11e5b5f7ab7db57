// `asepsis user`: who may log in to the pages and the API.

#pragma once

#include <filesystem>
#include <string>

#include "base/result.hpp"

namespace asepsis {

struct UserCommand {
  std::filesystem::path database = "asepsis.db";
  std::string name, full_name, role;
};

Result<void> add_user(const UserCommand& command);  // the password from standard input
Result<void> list_users(const UserCommand& command);
Result<void> remove_user(const UserCommand& command);
Result<void> set_password(const UserCommand& command);

}  // namespace asepsis
