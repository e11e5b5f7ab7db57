// X.509 certificates (RFC 5280) as evidence of who an endpoint is.

#pragma once

#include "base/cursor.hpp"
#include "fact/fact.hpp"

namespace asepsis {

// Says what a certificate that `about` presented as its own tells. False if
// it cannot be read; its fingerprint is said even so. What was read is kept
// for the next connection that shows the same one.
bool say_certificate(Bytes der, Side about, FactSink& out);

}  // namespace asepsis
