// The layout of the table stands in tools/make_oui.cpp, which writes it.

#include "inventory/oui.hpp"

#include <array>
#include <cassert>
#include <cstdint>
#include <span>

#include "base/cursor.hpp"
#include "base/embedded.hpp"
#include "base/text.hpp"

namespace asepsis {

namespace {

constexpr std::size_t kRowSize = 8;
constexpr std::array<unsigned, 3> kBits{24, 28, 36};

struct Table {
  std::array<Bytes, 3> rows;  // by kBits
  Bytes owners;
};

Table open_table() {
  Cursor in(as_bytes(embedded_oui_table().front().text));
  Table table;
  for (Bytes& rows : table.rows) rows = in.take(in.be32() * kRowSize);
  table.owners = in.rest();
  assert(in.ok());
  return table;
}

std::uint64_t prefix_at(Bytes rows, std::size_t index) {
  Cursor row(rows.subspan(index * kRowSize, kRowSize));
  return row.be64() >> 24;
}

std::optional<std::size_t> row_of(Bytes rows, std::uint64_t prefix) {
  std::size_t low = 0;
  std::size_t high = rows.size() / kRowSize;
  while (low < high) {
    const std::size_t middle = (low + high) / 2;
    if (prefix_at(rows, middle) < prefix) {
      low = middle + 1;
    } else {
      high = middle;
    }
  }
  if (low == rows.size() / kRowSize || prefix_at(rows, low) != prefix) return std::nullopt;
  return low;
}

}  // namespace

std::optional<std::string_view> oui_owner(const Mac& mac) {
  static const Table table = open_table();
  if (mac.empty() || mac.group() || mac.locally_administered()) return std::nullopt;
  Cursor address(mac.bytes);
  const std::uint64_t first = std::uint64_t{address.be32()} << 8 | address.u8();
  for (std::size_t i = kBits.size(); i-- > 0;) {
    const unsigned unused = 40 - kBits[i];
    const auto row = row_of(table.rows[i], first >> unused << unused);
    if (!row) continue;
    Cursor in(table.rows[i].subspan(*row * kRowSize, kRowSize));
    Cursor owner(table.owners.subspan(in.be64() & 0xff'ffff));
    return as_text(owner.take(owner.u8()));
  }
  return std::nullopt;
}

}  // namespace asepsis
