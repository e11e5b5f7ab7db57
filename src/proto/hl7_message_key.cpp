#include "proto/hl7_message_key.hpp"

#include <algorithm>
#include <array>
#include <bit>
#include <cassert>
#include <span>

#include "base/hash.hpp"
#include "base/scan.hpp"
#include "proto/hl7_equipment.hpp"
#include "proto/hl7_identity.hpp"
#include "proto/hl7_mllp.hpp"

namespace asepsis {
namespace {

using mllp::between_segments;
using mllp::ends_segment;

constexpr std::size_t kLongestMessage = 8'192;

// Fields from one number to another, which are hashed as they lie.
struct Run {
  std::uint8_t first, last;
};

constexpr Run kObservationValue{5, 5};

// By number of the standard, but for MSH, whose first field is the delimiter.
std::span<const Run> asked_for(Hl7Id id) {
  static constexpr Run kMsh[] = {{1, 5}, {8, 8}, {11, 11}, {14, 15}, {20, 20}};  // MSH-2 to 21
  static constexpr Run kObx[] = {{2, 3}, {8, 8}, {18, 18}};
  static constexpr Run kPrt[] = {{10, 10}, {16, 16}, {20, 20}, {22, 22}};
  static constexpr Run kSft[] = {{1, 3}};
  static constexpr Run kPv1[] = {{3, 3}};
  static constexpr Run kObr[] = {{4, 4}};
  static constexpr Run kFirst[] = {{1, 1}};
  switch (id) {
    case hl7_id("MSH"): return kMsh;
    case hl7_id("MSA"): return kFirst;
    case hl7_id("SFT"): return kSft;
    case hl7_id("PV1"): return kPv1;
    case hl7_id("OBR"): return kObr;
    case hl7_id("OBX"): return kObx;
    case hl7_id("PRT"): return kPrt;
    case hl7_id("EQU"): return kFirst;
    default: return {};
  }
}

// Where fields and segments of a message end. REQUIRES: it is no longer than kLongestMessage.
struct Ends {
  std::array<std::uint16_t, kLongestMessage> fields;    // all, those that end segments too
  std::array<std::uint16_t, kLongestMessage> segments;  // which of `fields` do
  std::size_t field_count = 0, segment_count = 0;

  Ends(Bytes message, std::uint8_t delimiter) {
    // In registers: members may be what is written to.
    std::size_t field = 0;
    std::size_t segment = 0;
    std::uint16_t* const field_ends = fields.data();
    std::uint16_t* const segment_ends = segments.data();
    assert(message.size() <= fields.size());
    for_each_block(message, delimiter, [&](scan::WantedOrControl hits, std::size_t block) {
      for (scan::Mask rest = hits.wanted | hits.control; rest != 0; rest &= rest - 1) {
        const std::size_t at = block + static_cast<std::size_t>(std::countr_zero(rest));
        field_ends[field] = static_cast<std::uint16_t>(at);
        // In most blocks no segment ends.
        if (hits.control != 0 && message[at] != delimiter) {
          if (!ends_segment(message[at])) continue;
          segment_ends[segment++] = static_cast<std::uint16_t>(field);
        }
        ++field;
      }
    });
    field_count = field;
    segment_count = segment;
  }
};

class Key {
 public:
  Key(Bytes message, const Hl7Delimiters& marks)
      : text_(as_text(message)),
        marks_(marks),
        ends_(message, static_cast<std::uint8_t>(marks.field)),
        key_(static_cast<unsigned char>(marks.field)) {}

  std::optional<std::uint64_t> make();

 private:
  void add_segment(Hl7Id id, std::size_t begin, std::size_t first_end, std::size_t last_end);
  void add(Hl7Id id, Run run);
  bool has_value_read() const;
  std::string_view fields(Run run) const;
  std::uint8_t byte(std::size_t at) const { return static_cast<std::uint8_t>(text_[at]); }

  std::string_view text_;
  const Hl7Delimiters& marks_;
  Ends ends_;
  std::uint64_t key_;
  Hl7Identity identity_;
  std::span<const std::uint16_t> field_ends_;  // of the segment at hand
};

// Empty if there are none.
inline std::string_view Key::fields(Run run) const {
  if (run.first >= field_ends_.size()) return {};
  const std::size_t last = std::min<std::size_t>(run.last, field_ends_.size() - 1);
  const std::size_t begin = field_ends_[run.first - 1] + 1U;
  return {text_.data() + begin, field_ends_[last] - begin};
}

inline void Key::add(Hl7Id id, Run run) {
  std::string_view text = fields(run);
  // The point of care; not the bed.
  if (id == hl7_id("PV1")) text = text.substr(0, text.find(marks_.component));
  if (!text.empty()) key_ = hash_bytes(as_bytes(text), key_ + (id << 5) + run.first);
}

bool Key::has_value_read() const { return Hl7Equipment::reads_value_of(fields({3, 3})); }

void Key::add_segment(Hl7Id id, std::size_t begin, std::size_t first_end, std::size_t last_end) {
  field_ends_ = std::span(ends_.fields).subspan(first_end, last_end - first_end + 1);
  const std::size_t end = ends_.fields[last_end];
  if (begin + 3 < end && text_[begin + 3] == marks_.field) {
    key_ = hash_mix(key_, id);
    for (const Run& run : asked_for(id)) add(id, run);
    if (id == hl7_id("OBX") && has_value_read()) add(id, kObservationValue);
  }
  if (begin + 3 > end) return;
  identity_.begin(id);
  identity_.look(text_.substr(begin + 3, end - begin - 3), marks_);
  identity_.end_segment();
}

std::optional<std::uint64_t> Key::make() {
  std::size_t begin = 0;
  std::size_t first_end = 0;
  for (std::size_t i = 0; i < ends_.segment_count; ++i) {
    const std::size_t last_end = ends_.segments[i];
    while (begin < ends_.fields[last_end] && between_segments(byte(begin))) ++begin;
    const Hl7Id id = hl7_id(text_.substr(begin));
    if (begin > 0 && is_hl7_header(id)) return std::nullopt;
    add_segment(id, begin, first_end, last_end);
    begin = ends_.fields[last_end] + 1U;
    first_end = last_end + 1;
  }
  return hash_mix(key_, identity_.kinds());
}

}  // namespace

std::size_t hl7_message_size(Bytes bytes) {
  if (hl7_id(as_text(bytes)) != hl7_id("MSH")) return 0;
  const std::string_view text = as_text(bytes.first(std::min(bytes.size(), kLongestMessage)));
  const std::size_t end = text.find(static_cast<char>(mllp::kEndBlock));
  return end == std::string_view::npos || !hl7_delimiters(text) ? 0 : end + 1;
}

std::optional<std::uint64_t> hl7_message_key(Bytes message, const Hl7Delimiters& delimiters) {
  return Key(message, delimiters).make();
}

}  // namespace asepsis
