#include "account/roles.hpp"

#include <algorithm>

namespace asepsis {

bool is_role(std::string_view name) {
  return std::ranges::find(kRoles, name, &Role::name) != kRoles.end();
}

std::vector<std::string> scopes_of(std::string_view role) {
  std::vector<std::string> scopes;
  const auto* found = std::ranges::find(kRoles, role, &Role::name);
  if (found == kRoles.end()) return scopes;
  for (std::size_t i = 0; i < kScopes.size(); ++i)
    if (found->may.at(i)) scopes.emplace_back(kScopes.at(i));
  return scopes;
}

}  // namespace asepsis
