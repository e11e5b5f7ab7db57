// Audit messages of healthcare (IHE ATNA, ITI TF-2 3.20), carried by syslog:
// DICOM PS3.15 annex A.5, and RFC 3881, which it grew from.

#pragma once

#include <string_view>

#include "fact/fact.hpp"

namespace asepsis {

// Reads the one that begins within the text, if any: which system recorded
// what kind of event. Of participants, who are persons, only that a patient is
// among them.
void read_audit_message(Side from, std::string_view text, FactSink& out);

}  // namespace asepsis
