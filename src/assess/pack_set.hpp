// The packs a run checks by: those compiled in, those of /etc/asepsis/packs.d
// and those named on the command line; with the tables that rate findings and
// say whose they are.

#pragma once

#include <filesystem>
#include <string_view>
#include <vector>

#include "assess/owner_roles.hpp"
#include "assess/pack.hpp"
#include "assess/rating.hpp"
#include "base/result.hpp"
#include "inventory/knowledge.hpp"

namespace asepsis {

class PackSet {
 public:
  // The knowledge must outlive it: classes are looked up there.
  static Result<PackSet> built_in(const Knowledge& knowledge);

  // The .toml files of a folder, by name; a folder that is not there has none.
  Result<void> add_folder(const std::filesystem::path& folder);
  Result<void> add_file(const std::filesystem::path& path);
  // The same for the text of one file; `name` stands in messages.
  Result<void> add_text(std::string_view name, std::string_view text);

  const std::vector<Pack>& packs() const { return packs_; }
  const RatingTables& ratings() const { return ratings_; }
  const OwnerRoles& owners() const { return owners_; }
  const Knowledge& knowledge() const { return *knowledge_; }
  // Nothing if no pack has it.
  const Pack* find(std::string_view id) const;

 private:
  PackSet(const Knowledge& knowledge, RatingTables ratings, OwnerRoles owners)
      : knowledge_(&knowledge), ratings_(std::move(ratings)), owners_(std::move(owners)) {}

  const Knowledge* knowledge_;
  RatingTables ratings_;
  OwnerRoles owners_;
  std::vector<Pack> packs_;
};

}  // namespace asepsis
