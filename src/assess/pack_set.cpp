#include "assess/pack_set.hpp"

#include <algorithm>
#include <fstream>
#include <span>
#include <sstream>

#include "base/embedded.hpp"

namespace asepsis {

namespace {

std::string_view embedded(std::string_view name) {
  const auto files = embedded_packs();
  return std::ranges::find(files, name, &EmbeddedFile::name)->text;
}

Result<std::string> text_of(const std::filesystem::path& path) {
  const std::ifstream file(path, std::ios::binary);
  std::ostringstream text;
  if (file) text << file.rdbuf();
  if (!file || std::filesystem::is_directory(path)) return fail(path.string() + " cannot be read");
  return std::move(text).str();
}

}  // namespace

Result<PackSet> PackSet::built_in(const Knowledge& knowledge) {
  auto ratings = RatingTables::read("rating.toml", embedded("rating.toml"));
  if (!ratings) return std::unexpected(ratings.error());
  auto owners = OwnerRoles::read("owners.toml", embedded("owners.toml"));
  if (!owners) return std::unexpected(owners.error());
  PackSet set(knowledge, std::move(*ratings), std::move(*owners));
  for (const EmbeddedFile& file : embedded_packs())
    if (file.name.starts_with("packs/"))
      if (const auto added = set.add_text(file.name, file.text); !added)
        return std::unexpected(added.error());
  return set;
}

Result<void> PackSet::add_folder(const std::filesystem::path& folder) {
  std::error_code none;
  if (!std::filesystem::is_directory(folder, none)) return {};
  std::vector<std::filesystem::path> paths;
  for (const auto& entry : std::filesystem::directory_iterator(folder, none))
    if (entry.path().extension() == ".toml") paths.push_back(entry.path());
  if (none) return fail(folder.string() + " cannot be read: " + none.message());
  std::ranges::sort(paths);
  for (const auto& path : paths)
    if (const auto added = add_file(path); !added) return added;
  return {};
}

Result<void> PackSet::add_file(const std::filesystem::path& path) {
  const auto text = text_of(path);
  if (!text) return std::unexpected(text.error());
  return add_text(path.string(), *text);
}

Result<void> PackSet::add_text(std::string_view name, std::string_view text) {
  auto pack = read_pack(name, text, {*knowledge_, owners_, packs_});
  if (!pack) return std::unexpected(pack.error());
  packs_.push_back(std::move(*pack));
  return {};
}

const Pack* PackSet::find(std::string_view id) const {
  const auto found = std::ranges::find(packs_, id, &Pack::id);
  return found == packs_.end() ? nullptr : &*found;
}

}  // namespace asepsis
