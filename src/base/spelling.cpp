#include "base/spelling.hpp"

#include <algorithm>
#include <array>
#include <iterator>
#include <vector>

namespace asepsis {
namespace {

constexpr std::size_t kLongest = 64;  // nobody means a longer word

// How many letters are left out, added, changed or swapped with their neighbour.
std::size_t slips_between(std::string_view a, std::string_view b) {
  std::array<std::vector<std::size_t>, 3> rows;  // the one before the last, the last, this one
  for (auto& row : rows) row.resize(b.size() + 1);
  for (std::size_t j = 0; j <= b.size(); ++j) rows[2][j] = j;
  for (std::size_t i = 1; i <= a.size(); ++i) {
    std::ranges::rotate(rows, rows.begin() + 1);
    rows[2][0] = i;
    for (std::size_t j = 1; j <= b.size(); ++j) {
      const std::size_t changed = a[i - 1] == b[j - 1] ? 0 : 1;
      rows[2][j] = std::min({rows[1][j] + 1, rows[2][j - 1] + 1, rows[1][j - 1] + changed});
      if (i > 1 && j > 1 && a[i - 1] == b[j - 2] && a[i - 2] == b[j - 1])
        rows[2][j] = std::min(rows[2][j], rows[0][j - 2] + 1);
    }
  }
  return rows[2][b.size()];
}

bool has_word(std::string_view name, std::string_view written) {
  while (!name.empty()) {
    const std::size_t end = std::min(name.find('-'), name.size());
    const std::string_view word = name.substr(0, end);
    if (word == written || is_slip_of(written, word)) return true;
    name.remove_prefix(std::min(end + 1, name.size()));
  }
  return false;
}

}  // namespace

bool is_slip_of(std::string_view written, std::string_view meant) {
  if (written == meant || std::max(written.size(), meant.size()) > kLongest) return false;
  return slips_between(written, meant) <= std::max<std::size_t>(meant.size() / 3, 1);
}

std::string meant_by_a_word(std::string_view written, const std::vector<std::string>& names) {
  constexpr std::size_t kMost = 3;
  if (std::string whole = meant_by(written, names); !whole.empty()) return whole;
  std::vector<std::string> all;
  std::ranges::copy_if(names, std::back_inserter(all),
                       [&](const std::string& name) { return has_word(name, written); });
  all.resize(std::min(all.size(), kMost));
  std::string text;
  for (std::size_t i = 0; i < all.size(); ++i)
    text += (i == 0 ? ", did you mean " : i + 1 == all.size() ? " or " : ", ") + all[i];
  return text.empty() ? text : text + '?';
}

}  // namespace asepsis
