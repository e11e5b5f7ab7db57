#include "proto/hl7_identity.hpp"

namespace asepsis {

struct Hl7PatientSegment {
  Hl7Id id;
  std::uint64_t fields;  // a bit for each field that identifies a person
  std::string_view kind;
};

namespace {

constexpr std::uint64_t bits(std::initializer_list<int> fields) {
  std::uint64_t mask = 0;
  for (const int field : fields) mask |= std::uint64_t{1} << field;
  return mask;
}

constexpr Hl7PatientSegment kSegments[] = {
    {hl7_id("PID"), bits({2, 3, 4, 5, 7, 9, 11, 13, 19}), "hl7 PID"},
    {hl7_id("NK1"), bits({2, 4, 5}), "hl7 NK1"},
    {hl7_id("GT1"), bits({3, 5, 6}), "hl7 GT1"},
    {hl7_id("IN1"), bits({16, 18, 19, 36}), "hl7 IN1"},
    {hl7_id("MRG"), bits({1, 4, 7}), "hl7 MRG"},
};

// Later ones tell kinds and issuers, and are there when the person is not.
constexpr unsigned kIdentifyingComponents = 2;

}  // namespace

void Hl7Identity::begin(Hl7Id segment) {
  field_ = component_ = 0;
  segment_ = nullptr;
  for (const Hl7PatientSegment& known : kSegments)
    if (known.id == segment) segment_ = &known;
}

void Hl7Identity::look(std::string_view piece, const Hl7Delimiters& marks) {
  constexpr std::uint16_t kPastAll = 64;
  if (segment_ == nullptr) return;
  for (const char c : piece) {
    if (c == marks.field) {
      if (field_ < kPastAll) ++field_;
      component_ = 0;
    } else if (c == marks.component) {
      if (component_ < kIdentifyingComponents) ++component_;
    } else if (c == marks.repetition) {
      component_ = 0;
    } else if (field_ < kPastAll && (segment_->fields >> field_ & 1) != 0 &&
               component_ < kIdentifyingComponents && c != ' ' && c != '"') {
      kinds_ |= static_cast<std::uint8_t>(1U << (segment_ - kSegments));
      segment_ = nullptr;
      return;
    }
  }
}

void Hl7Identity::tell(FactSink& out) const {
  for (std::size_t i = 0; i < std::size(kSegments); ++i)
    if ((kinds_ >> i & 1) != 0)
      out.say(Side::server, "clear.patient_identity"_claim, kSegments[i].kind);
}

}  // namespace asepsis
