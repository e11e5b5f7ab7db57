// asepsis areas: which care area a VLAN or a network serves, as people say it.

#pragma once

#include <filesystem>
#include <string>

#include "app/commands.hpp"
#include "base/result.hpp"

namespace asepsis {

struct AreasCommand {
  AnswerOptions answer;
  std::filesystem::path file = {};  // empty: the rules are only listed
  std::string site = "site";
};

// Makes the rules of the file the site's only ones and places its devices anew,
// or lists the rules.
Result<void> run(const AreasCommand& command);

}  // namespace asepsis
