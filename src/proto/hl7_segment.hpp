// One HL7 v2 segment, taken apart where it lies. HL7 v2.8.2 section 2.5
// (delimiters, escape sequences: 2.7).

#pragma once

#include <array>
#include <cstddef>
#include <cstdint>
#include <optional>
#include <string_view>

#include "base/text.hpp"

namespace asepsis {

// MSH-1 and MSH-2 of the message.
struct Hl7Delimiters {
  char field = '|';
  char component = '^';
  char repetition = '~';
  char escape = '\\';
  char subcomponent = '&';
};

// The three letters that a segment begins with, as a number to switch on.
using Hl7Id = std::uint32_t;
constexpr Hl7Id hl7_id(std::string_view segment) {
  if (segment.size() < 3) return 0;
  const auto letter = [&](std::size_t i) {
    return static_cast<Hl7Id>(static_cast<unsigned char>(segment[i]));
  };
  return letter(0) << 16 | letter(1) << 8 | letter(2);
}
// MSH, FHS and BHS begin a message, a file and a batch, and define delimiters.
constexpr bool is_hl7_header(Hl7Id id) {
  return id == hl7_id("MSH") || id == hl7_id("FHS") || id == hl7_id("BHS");
}

class Hl7Segment {
 public:
  // Fields that anybody asks for have lower numbers.
  static constexpr std::size_t kMostFields = 32;

  // REQUIRES: text outlives it.
  Hl7Segment(std::string_view text, const Hl7Delimiters& delimiters);

  Hl7Id id() const { return hl7_id(text_); }

  // By the numbers of the standard; empty if it is not there. MSH, FHS and
  // BHS begin with the delimiters as fields 1 and 2.
  std::string_view field(std::size_t number) const;
  // The fields from one number to another, as they lie.
  std::string_view fields(std::size_t first, std::size_t last) const;
  std::string_view component(std::string_view field, std::size_t number) const;
  // The first four: of coded values identifier, text and system; of entity
  // identifiers name, namespace, universal id and its type.
  using Components = std::array<std::string_view, 4>;
  Components components(std::string_view field) const;
  std::string_view last_repetition(std::string_view field) const;
  std::string_view take_repetition(std::string_view& rest) const;

  // With escape sequences resolved; what does not fit is cut off.
  ShortText<192> plain(std::string_view text) const;

 private:
  std::string_view text_;
  const Hl7Delimiters& delimiters_;
  std::size_t first_;  // number of the first part: a header's delimiter is field 1
  std::array<std::uint32_t, kMostFields + 1> begins_;  // of parts, and the end of the last
  std::size_t parts_ = 0;
};

// The delimiters that a header segment (MSH, FHS, BHS) defines; nothing if it
// is none.
std::optional<Hl7Delimiters> hl7_delimiters(std::string_view segment);

}  // namespace asepsis
