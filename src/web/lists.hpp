// What lists of devices and of findings have in common: a page of them after a
// cursor, and all of them as CSV.

#pragma once

#include <cstddef>
#include <cstdint>
#include <functional>
#include <span>
#include <string_view>
#include <vector>

#include "base/result.hpp"
#include "export/query.hpp"
#include "web/message.hpp"

namespace asepsis {

inline constexpr std::size_t kMostCsv = 100'000;  // rows

struct ListPage {
  std::vector<std::uint32_t> places;
  std::size_t total = 0;
  bool more = false;
};

// A cursor that is a number above 0; 0 if it is none.
std::int64_t number_of_cursor(std::string_view cursor);
Response no_cursor();

// Those that are meant (not 0), in order, after the one at `after` (kNobody: from the first).
ListPage page_of(const std::vector<char>& meant, const std::vector<std::uint32_t>& order,
                 std::uint32_t after, std::size_t limit);

// The rows of those places, asked for some at a time.
using RowsOf = std::function<Result<Rows>(std::span<const std::uint32_t>)>;
Response csv_of(std::span<const std::uint32_t> places, std::string_view name, const RowsOf& rows);

}  // namespace asepsis
