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
    "SELECT f.id, f.\"check\", f.title, f.device, f.instance, f.rating, f.severity, f.likelihood, "
    "f.reasoning, f.state, f.accepted_until, f.cwe, f.clauses, f.owner_role, f.detail, f.harm, "
    "f.advice ->> 'ward' AS ward_advice, f.first_seen, f.last_seen FROM findings f ";

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

Result<Rows> finding_rows(const Asked& asked, const std::string& where) {
  auto rows = ask_rows(asked, kListed + where, {}, kFindingColumns);
  if (rows) add_device(asked.data.estate(), *rows);
  return rows;
}

Result<Rows> finding_rows(const Asked& asked, std::span<const std::uint32_t> places) {
  std::vector<std::string> ids;
  std::unordered_map<std::string, std::size_t> at;
  for (const std::uint32_t place : places) {
    ids.push_back(id_of_finding(asked.data.estate().findings[place].id));
    at.try_emplace(ids.back(), at.size());
  }
  auto rows = finding_rows(asked, "WHERE f.id IN (" + quoted_list(ids) + ")");
  if (!rows) return rows;
  std::vector<std::vector<std::optional<std::string>>> sorted(ids.size());
  for (auto& cells : rows->cells) sorted[at[cells.front().value_or("")]] = std::move(cells);
  std::erase_if(sorted, [](const auto& cells) { return cells.empty(); });
  rows->cells = std::move(sorted);
  return rows;
}

}  // namespace asepsis
