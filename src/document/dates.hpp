// Dates as people write them in lists. Whether 03/04/2026 is in March or in
// April is decided over a whole column, and said.

#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

namespace asepsis {

enum class DateOrder : std::uint8_t { day_first, month_first };

struct DateColumn {
  DateOrder order = DateOrder::day_first;
  std::size_t proofs = 0;     // cells that can only be read in this order
  std::size_t ambiguous = 0;  // cells that could be read in either
  std::size_t against = 0;    // cells that can only be read in the other
};

// `cells`: of one column. Where nothing decides, `otherwise`.
DateColumn date_order(const std::vector<std::string_view>& cells, DateOrder otherwise);

// 2026-03-31; nothing if it is no date of a calendar. A time of day after it
// is passed over.
std::optional<std::string> date_from_text(std::string_view text, DateOrder order);

}  // namespace asepsis
