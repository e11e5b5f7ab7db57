// A claim: one row of the vocabulary (fact/claim_table.hpp). Code names it by its
// text ("device.serial"_claim), and a name that is not in the table does not compile.

#pragma once

#include <algorithm>
#include <cstddef>
#include <cstdint>
#include <string_view>

#include "fact/claim_table.hpp"

namespace asepsis {

struct Claim {
  std::uint16_t index;

  constexpr const ClaimRow& row() const { return kClaims[index]; }
  constexpr std::string_view name() const { return row().name; }
  constexpr bool operator==(const Claim&) const = default;
};

// REQUIRES: the name is in the table; else it does not compile.
consteval Claim operator""_claim(const char* text, std::size_t size) {
  const auto found = std::ranges::find(kClaims, std::string_view(text, size), &ClaimRow::name);
  if (found == std::end(kClaims)) throw "no such claim in fact/claim_table.hpp";
  return Claim{static_cast<std::uint16_t>(found - std::begin(kClaims))};
}

}  // namespace asepsis
