#include "web/lists.hpp"

#include <algorithm>
#include <charconv>
#include <sstream>

#include "web/replies.hpp"

namespace asepsis {
namespace {

constexpr std::size_t kCsvStep = 1'000;  // rows asked for at once

}  // namespace

std::int64_t number_of_cursor(std::string_view cursor) {
  std::int64_t number = 0;
  const char* end = cursor.data() + cursor.size();
  const auto read = std::from_chars(cursor.data(), end, number);
  return read.ec == std::errc() && read.ptr == end && number > 0 ? number : 0;
}

Response no_cursor() {
  return problem(400, "That is no cursor of this list any more: begin it anew", "cursor");
}

ListPage page_of(const std::vector<char>& meant, const std::vector<std::uint32_t>& order,
                 std::uint32_t after, std::size_t limit) {
  ListPage page{
      .places = {}, .total = static_cast<std::size_t>(std::ranges::count(meant, 1)), .more = false};
  auto at = order.begin();
  if (after != kNobody) {
    at = std::ranges::find(order, after);
    at += at == order.end() ? 0 : 1;
  }
  for (; at != order.end() && !page.more; ++at) {
    if (meant[*at] == 0) continue;
    if (page.places.size() < limit)
      page.places.push_back(*at);
    else
      page.more = true;
  }
  return page;
}

Response csv_of(std::span<const std::uint32_t> places, std::string_view name, const RowsOf& rows) {
  std::ostringstream out;
  for (std::size_t at = 0; at == 0 || at < places.size(); at += kCsvStep) {
    const auto part = rows(places.subspan(at, std::min(kCsvStep, places.size() - at)));
    if (!part) return failed(part.error());
    std::ostringstream lines;
    write_csv(lines, *part);
    const std::string text = std::move(lines).str();
    out << (at == 0 ? text : text.substr(text.find('\n') + 1));
  }
  return csv_reply(std::move(out).str(), name);
}

}  // namespace asepsis
