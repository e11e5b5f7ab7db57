// `asepsis serve`: the pages and the API.

#pragma once

#include <cstdint>
#include <filesystem>
#include <string>
#include <vector>

#include "base/result.hpp"
#include "web/oidc.hpp"
#include "web/sessions.hpp"

namespace asepsis {

struct ServeCommand {
  std::filesystem::path database = "asepsis.db";
  std::string listen = "127.0.0.1:8420";
  bool open = false;
  std::uint32_t idle = Sessions::kIdle.count();  // seconds until who does nothing is logged out
  std::filesystem::path certificate, key;
  std::vector<std::string> names;  // by which others reach it
  OidcOptions oidc;
  std::filesystem::path oidc_secret;
  std::vector<std::string> oidc_roles;  // VALUE=role
};

Result<void> run(const ServeCommand& command, const std::string& version);

}  // namespace asepsis
