// IPP, RFC 8010 (encoding) and RFC 8011 (attributes), as carried in HTTP.

#pragma once

#include "fact/fact.hpp"

namespace asepsis {

// A response: what the printer says of itself. Names of users and documents
// are not read. False if it is malformed; cut short is not.
bool read_ipp_response(Bytes bytes, FactSink& out);

}  // namespace asepsis
