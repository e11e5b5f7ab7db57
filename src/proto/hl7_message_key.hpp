// What a whole HL7 v2 message makes us say, as a number: senders say the same
// of themselves in each message, and only what they measured is new. Two
// messages of one number make the same facts, but for the two ends.
//
// It is made of those fields alone that the readers of segments ask for
// (hl7_header.hpp, hl7_equipment.hpp): who lets a reader ask for another field
// adds it here. A test changes each field of messages and compares.

#pragma once

#include <cstdint>
#include <optional>

#include "base/cursor.hpp"
#include "proto/hl7_segment.hpp"

namespace asepsis {

// The bytes up to the end block of MLLP, it included, if they begin with a
// header segment and all of a message of usual size is there; else 0.
std::size_t hl7_message_size(Bytes bytes);

// REQUIRES: bytes are such a message, and the delimiters those of its header.
// Nothing if a second header is within.
std::optional<std::uint64_t> hl7_message_key(Bytes message, const Hl7Delimiters& delimiters);

}  // namespace asepsis
