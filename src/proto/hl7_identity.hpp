// Notices that a segment of HL7 v2 identifies a person (PID, NK1, GT1, IN1,
// MRG), and reads nothing of whom. HL7 v2.8.2 chapters 3 and 6.

#pragma once

#include <cstdint>

#include "fact/fact.hpp"
#include "proto/hl7_segment.hpp"

namespace asepsis {

struct Hl7PatientSegment;

class Hl7Identity {
 public:
  // Another segment begins, of which what follows its three letters is shown.
  void begin(Hl7Id segment);
  // It need not be shown in one piece. Only that there is something identifying
  // is looked for, once a segment.
  void look(std::string_view piece, const Hl7Delimiters& marks);
  void end_segment() { segment_ = nullptr; }

  // Which kinds of segment identified somebody since clear(): a bit each.
  std::uint8_t kinds() const { return kinds_; }
  void tell(FactSink& out) const;
  void clear() {
    kinds_ = 0;
    segment_ = nullptr;
  }

 private:
  const Hl7PatientSegment* segment_ = nullptr;  // at hand, if it could identify somebody
  std::uint16_t field_ = 0;                     // of it, and the component of that
  std::uint16_t component_ = 0;
  std::uint8_t kinds_ = 0;
};

}  // namespace asepsis
