// ASN.1 in the basic encoding (X.690), as LDAP and Kerberos use it: tags of
// one byte, definite lengths.

#pragma once

#include <cstdint>
#include <optional>

#include "base/cursor.hpp"

namespace asepsis::ber {

constexpr std::uint8_t kInteger = 0x02;
constexpr std::uint8_t kOctets = 0x04;
constexpr std::uint8_t kEnumerated = 0x0a;
constexpr std::uint8_t kSequence = 0x30;
constexpr std::uint8_t application(unsigned number) {
  return static_cast<std::uint8_t>(0x60 | number);
}
constexpr std::uint8_t context(unsigned number) { return static_cast<std::uint8_t>(0xa0 | number); }

// The length field at the cursor. The cursor fails for lengths that are
// indefinite or do not fit 32 bits.
constexpr std::size_t take_length(Cursor& in) {
  const std::uint8_t first = in.u8();
  if (first < 0x80) return first;
  const std::size_t size = first & 0x7fU;
  if (size == 0 || size > 4) {
    in.skip(in.rest().size() + 1);
    return 0;
  }
  std::size_t length = 0;
  for (const std::uint8_t byte : in.take(size)) length = length << 8 | byte;
  return length;
}

struct Item {
  std::uint8_t tag = 0;
  Bytes content;

  Cursor in() const { return Cursor(content); }
};

// The next item; empty with tag 0 if there is none, or if it does not fit.
constexpr Item take(Cursor& in) {
  Item item;
  const std::uint8_t tag = in.u8();
  item.content = in.take(take_length(in));
  if (in.ok()) item.tag = tag;
  return item;
}

// The content of the next item if it has this tag, else a failed cursor.
constexpr Cursor enter(Cursor in, std::uint8_t tag) {
  const Item item = take(in);
  Cursor inner(item.content);
  if (item.tag != tag) inner.skip(item.content.size() + 1);
  return inner;
}

// The first item with this tag from the cursor on; tag 0 if there is none.
constexpr Item find(Cursor in, std::uint8_t tag) {
  while (!in.done()) {
    const Item item = take(in);
    if (item.tag == tag) return item;
  }
  return {};
}

// A small integer; -1 if it is none.
constexpr std::int32_t integer(const Item& item) {
  if (item.content.empty() || item.content.size() > 4) return -1;
  std::uint32_t value = 0;
  for (const std::uint8_t byte : item.content) value = value << 8 | byte;
  return static_cast<std::int32_t>(value);
}

}  // namespace asepsis::ber
