// What the head of an HL7 v2 message says: who talks to whom, in which kinds
// of message, under which profile. HL7 v2.8.2 sections 2.14.9 (MSH) and 2.14.12
// (SFT); IHE DEV TF-2 (message profiles of its transactions).

#pragma once

#include <string_view>

#include "fact/fact.hpp"
#include "proto/hl7_segment.hpp"

namespace asepsis {

// MSH, FHS or BHS.
void tell_hl7_header(Side from, const Hl7Segment& header, FactSink& out);
void tell_hl7_software(Side from, const Hl7Segment& sft, FactSink& out);

// The IHE transaction that a message of this type is, if it speaks of devices
// in 11073 terms; empty if its profile is told in MSH-21. A literal.
std::string_view ihe_transaction_of(const Hl7Segment& msh);

}  // namespace asepsis
