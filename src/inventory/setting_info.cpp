#include "inventory/setting_info.hpp"

#include <re2/re2.h>

#include <algorithm>

#include "inventory/claim_rules.hpp"

namespace asepsis {
namespace {

using Expressions = std::vector<std::unique_ptr<RE2>>;

Result<void> compile(const std::vector<std::string>& texts, std::string_view key,
                     const SettingInfo& setting, Expressions& out) {
  for (const std::string& text : texts) {
    out.push_back(std::make_unique<RE2>(text, expression_options()));
    if (!out.back()->ok())
      return fail(setting.where + ": " + std::string(key) + ": " + out.back()->error());
  }
  return {};
}

bool any_fits(const Expressions& expressions, std::string_view value) {
  return std::ranges::any_of(expressions, [&](const auto& expression) {
    return RE2::FullMatch(piece(value), *expression);
  });
}

}  // namespace

struct SettingExpressions::Entry {
  const SettingInfo* row = nullptr;
  std::unique_ptr<RE2> match;
  std::array<Expressions, kLevels.size()> levels;
};

SettingExpressions::SettingExpressions() = default;
SettingExpressions::~SettingExpressions() = default;

Result<void> SettingExpressions::add(const std::vector<SettingInfo>& rows) {
  for (const SettingInfo& row : rows) {
    Entry& entry = entries_.emplace_back();
    entry.row = &row;
    std::size_t level = 0;
    for (const auto* texts : {&row.open, &row.weak, &row.strong}) {
      const auto done = compile(*texts, kLevels[level], row, entry.levels[level]);
      if (!done) return done;
      ++level;
    }
    if (row.match.empty()) continue;
    entry.match = std::make_unique<RE2>(row.match, expression_options());
    std::string error;
    if (!entry.match->ok()) return fail(row.where + ": match: " + entry.match->error());
    if (!entry.match->CheckRewriteString(row.says, &error))
      return fail(row.where + ": says: " + error);
  }
  return {};
}

std::optional<std::string> SettingExpressions::value(std::size_t setting,
                                                     std::string_view value) const {
  const Entry& entry = entries_[setting];
  const std::string& says = entry.row->says;
  if (!entry.match) return says.empty() ? std::string(value) : says;
  if (says.empty())
    return RE2::FullMatch(piece(value), *entry.match) ? std::optional(std::string(value))
                                                      : std::nullopt;
  std::string out;
  if (!RE2::FullMatch(piece(value), *entry.match) ||
      !RE2::Extract(piece(value), *entry.match, says, &out))
    return std::nullopt;
  return out;
}

std::string_view SettingExpressions::level(std::size_t setting, std::string_view value) const {
  for (std::size_t i = 0; i < kLevels.size(); ++i)
    if (any_fits(entries_[setting].levels[i], value)) return kLevels[i];
  return {};
}

}  // namespace asepsis
