#include "web/device_rows.hpp"

#include <algorithm>
#include <unordered_map>

#include "web/replies.hpp"

namespace asepsis {
namespace {

std::optional<std::string> number_or_none(unsigned number) {
  return number == 0 ? std::nullopt : std::optional(std::to_string(number));
}

}  // namespace

std::string quoted_list(const std::vector<std::string>& texts) {
  std::string out;
  for (const std::string& text : texts) out += (out.empty() ? "" : ", ") + quoted(text);
  return out;
}

Result<Rows> device_rows(const Asked& asked, std::span<const std::uint32_t> places) {
  const Estate& estate = asked.data.estate();
  std::vector<std::string> ids;
  ids.reserve(places.size());
  for (const std::uint32_t place : places) ids.push_back(estate.devices[place].id);
  auto rows = ask_rows(asked, kDeviceQuestion + " WHERE id IN (" + quoted_list(ids) + ")");
  if (!rows) return rows;
  for (const char* name : {"rating", "findings", "coverage"})
    rows->columns.push_back({.name = name, .kind = Column::Kind::number});
  std::unordered_map<std::string, std::size_t> at;
  for (std::size_t i = 0; i < ids.size(); ++i) at[ids[i]] = i;
  std::vector<std::vector<std::optional<std::string>>> sorted(ids.size());
  for (auto& cells : rows->cells) {
    const std::size_t i = at[cells.front().value_or("")];
    const EstateDevice& device = estate.devices[places[i]];
    cells.push_back(number_or_none(device.rating));
    cells.emplace_back(std::to_string(device.findings));
    cells.push_back(device.coverage == kNoCoverage
                        ? std::nullopt
                        : std::optional(std::to_string(device.coverage)));
    sorted[i] = std::move(cells);
  }
  std::erase_if(sorted, [](const auto& cells) { return cells.empty(); });
  rows->cells = std::move(sorted);
  return rows;
}

std::expected<std::string, Response> device_named(const Asked& asked, const std::string& id) {
  if (asked.data.estate().place_of(id) != kNobody) return id;
  const auto lent = asked.data.lend();
  auto device = resolve(*lent, id);
  if (!device) return std::unexpected(not_found(device.error().message));
  return *std::move(device);
}

}  // namespace asepsis
