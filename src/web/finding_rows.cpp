#include "web/finding_rows.hpp"

#include <algorithm>
#include <array>
#include <charconv>
#include <unordered_map>

#include "web/device_rows.hpp"
#include "web/replies.hpp"

namespace asepsis {
namespace {

constexpr std::size_t kDigits = 16;

// What the contract says of a finding in a list. The device's own columns are
// filled in from the estate.
const std::string kListed =
    "SELECT f.id, f.check_id AS \"check\", c.title, f.device, nullif(f.instance, '') AS instance, "
    "f.rating, f.severity, f.likelihood, f.reasoning, f.state, nullif(f.accepted_until, '') AS "
    "accepted_until, c.cwe, c.clauses, f.owner_role, f.detail, c.harm, c.advice ->> 'ward' AS "
    "ward_advice, " +
    time_sql("f.first_seen") + " AS first_seen, " + time_sql("f.last_seen") +
    " AS last_seen FROM finding f JOIN applied_check c ON c.id = f.check_id ";

void add_device(const Estate& estate, Rows& rows) {
  for (const char* name : {"class", "manufacturer", "model", "care_area", "site"})
    rows.columns.push_back({.name = name});
  const auto at = static_cast<std::size_t>(
      std::ranges::find(rows.columns, "device", &Column::name) - rows.columns.begin());
  const auto known = [](const std::string& text) {
    return text.empty() ? std::nullopt : std::optional(text);
  };
  for (auto& cells : rows.cells) {
    const std::uint32_t place = estate.place_of(cells[at].value_or(""));
    if (place == kNobody) {
      cells.resize(rows.columns.size());
      continue;
    }
    const EstateDevice& device = estate.devices[place];
    cells.push_back(known(estate.classes.text(device.kind)));
    cells.push_back(known(estate.manufacturers.text(device.manufacturer)));
    cells.push_back(known(estate.models.text(device.model)));
    cells.push_back(known(estate.care_areas.text(device.care_area)));
    cells.push_back(known(estate.sites.text(device.site)));
  }
}

}  // namespace

std::string id_of_finding(std::uint64_t number) {
  constexpr std::string_view kHex = "0123456789abcdef";
  std::string id = "f-";
  for (int shift = 60; shift >= 0; shift -= 4) id += kHex[number >> shift & 15];
  return id;
}

std::optional<std::uint64_t> number_of_finding(std::string_view id) {
  std::uint64_t number = 0;
  if (!id.starts_with("f-") || id.size() != kDigits + 2) return std::nullopt;
  const char* end = id.data() + id.size();
  if (std::from_chars(id.data() + 2, end, number, 16).ptr != end) return std::nullopt;
  return number;
}

void name_device(const Asked& asked, Rows& rows) {
  const Estate& estate = asked.data.estate();
  const auto at = static_cast<std::size_t>(
      std::ranges::find(rows.columns, "device", &Column::name) - rows.columns.begin());
  for (auto& cells : rows.cells) {
    if (estate.place_of(cells[at].value_or("")) != kNobody) continue;
    const auto now = ask_rows(asked, "SELECT device FROM aliases WHERE alias = ?", *cells[at]);
    if (now && !now->cells.empty()) cells[at] = now->cells[0][0];
  }
}

Result<Rows> finding_rows(const Asked& asked, std::span<const std::uint32_t> places) {
  std::vector<std::string> ids;
  std::unordered_map<std::string, std::size_t> at;
  for (const std::uint32_t place : places) {
    ids.push_back(id_of_finding(asked.data.estate().findings[place].id));
    at.try_emplace(ids.back(), at.size());
  }
  auto rows =
      ask_rows(asked, kListed + "WHERE f.id IN (" + quoted_list(ids) + ")", {}, kFindingColumns);
  if (!rows) return rows;
  name_device(asked, *rows);
  add_device(asked.data.estate(), *rows);
  std::vector<std::vector<std::optional<std::string>>> sorted(ids.size());
  for (auto& cells : rows->cells) sorted[at[cells.front().value_or("")]] = std::move(cells);
  std::erase_if(sorted, [](const auto& cells) { return cells.empty(); });
  rows->cells = std::move(sorted);
  return rows;
}

}  // namespace asepsis
