#include "assess/owner_roles.hpp"

#include <algorithm>
#include <array>

#include "base/toml_table.hpp"

namespace asepsis {

Result<OwnerRoles> OwnerRoles::read(std::string_view name, std::string_view text) {
  const auto parsed = parse_toml(name, text);
  if (!parsed) return std::unexpected(parsed.error());
  OwnerRoles owners;
  std::array<int, 3> leaders{};
  TomlTable root(name, "", *parsed);
  root.tables(
      "role",
      [&](TomlTable& in) {
        const Role role{.name = in.text("name"),
                        .title = in.text("title"),
                        .classes = in.texts("classes"),
                        .leads_medical = in.yes("leads_medical"),
                        .leads_unknown = in.yes("leads_unknown"),
                        .leads_others = in.yes("leads_others")};
        leaders[0] += role.leads_medical ? 1 : 0;
        leaders[1] += role.leads_unknown ? 1 : 0;
        leaders[2] += role.leads_others ? 1 : 0;
        owners.roles_.push_back(role);
      },
      true);
  if (leaders != std::array{1, 1, 1})
    root.wrong("role", "must say leads_medical, leads_unknown and leads_others once each");
  if (const auto done = root.finished(); !done) return std::unexpected(done.error());
  return owners;
}

std::vector<std::string> OwnerRoles::names() const {
  std::vector<std::string> names{std::string(kDeviceLead)};
  for (const Role& role : roles_) names.push_back(role.name);
  return names;
}

std::string_view OwnerRoles::title(std::string_view role) const {
  const auto found = std::ranges::find(roles_, role, &Role::name);
  return found == roles_.end() ? role : std::string_view(found->title);
}

std::string_view OwnerRoles::resolve(std::string_view role, std::string_view device_class,
                                     const Knowledge& knowledge) const {
  return role == kDeviceLead ? std::string_view(leader(device_class, knowledge)->name) : role;
}

const OwnerRoles::Role* OwnerRoles::leader(std::string_view device_class,
                                           const Knowledge& knowledge) const {
  for (const Role& role : roles_)
    if (std::ranges::find(role.classes, device_class) != role.classes.end()) return &role;
  const ClassInfo* known = knowledge.find_class(device_class);
  const auto leads = known == nullptr ? &Role::leads_unknown
                     : known->medical ? &Role::leads_medical
                                      : &Role::leads_others;
  return &*std::ranges::find(roles_, true, leads);
}

}  // namespace asepsis
