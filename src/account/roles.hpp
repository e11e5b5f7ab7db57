// What people may do here: roles, and the scopes that each has. A token for
// programs has scopes of its own, never more than its owner.

#pragma once

#include <array>
#include <string>
#include <string_view>
#include <vector>

namespace asepsis {

inline constexpr std::array<std::string_view, 6> kScopes{"read",   "save",   "query",
                                                         "decide", "import", "administer"};

struct Role {
  std::string_view name;
  std::array<bool, kScopes.size()> may;  // in the order of kScopes
};

inline constexpr std::array<Role, 7> kRoles{{
    // name            read  save  query decide import administer
    {"viewer", {true, true, true, false, false, false}},
    {"ward", {true, true, false, false, false, false}},
    {"biomedical", {true, true, true, true, true, false}},
    {"it", {true, true, true, true, true, false}},
    {"procurement", {true, true, true, false, false, false}},
    {"clinical-safety", {true, true, true, true, false, false}},
    {"administrator", {true, true, true, true, true, true}},
}};

bool is_role(std::string_view name);
// Of no role: none.
std::vector<std::string> scopes_of(std::string_view role);

}  // namespace asepsis
