// Who is accountable for a finding: one role (knowledge/owners.toml).

#pragma once

#include <string>
#include <string_view>
#include <vector>

#include "base/result.hpp"
#include "inventory/knowledge.hpp"

namespace asepsis {

class OwnerRoles {
 public:
  // `name` stands in messages.
  static Result<OwnerRoles> read(std::string_view name, std::string_view text);

  // What a check may name.
  std::vector<std::string> names() const;
  // "Network lead"; the name itself if there is no such role.
  std::string_view title(std::string_view role) const;
  // The role itself, or who leads the class of the device (empty: not known).
  std::string_view resolve(std::string_view role, std::string_view device_class,
                           const Knowledge& knowledge) const;

 private:
  struct Role {
    std::string name, title;
    std::vector<std::string> classes;
    bool leads_medical = false, leads_unknown = false, leads_others = false;
  };
  static constexpr std::string_view kDeviceLead = "device-lead";

  const Role* leader(std::string_view device_class, const Knowledge& knowledge) const;

  std::vector<Role> roles_;
};

}  // namespace asepsis
