// X.509 certificates (RFC 5280) as evidence of who an endpoint is.

#pragma once

#include <string_view>

#include "base/cursor.hpp"
#include "fact/fact.hpp"

namespace asepsis {

// Says what a certificate that `about` presented as its own tells, and what is
// weak in it: today, and for the name it was asked for, if there is one. False
// if it cannot be read; its fingerprint is said even so. What was read is kept
// for the next connection that shows the same one.
bool say_certificate(Bytes der, Side about, std::string_view asked_for, FactSink& out);

// The same for a chain, each with its size in three bytes before it (RFC 5246,
// 7.4.2): the first is its own, the others must each have issued the one before.
bool say_certificates(Bytes chain, Side about, std::string_view asked_for, FactSink& out);

}  // namespace asepsis
