// What the fields and the target of an HTTP message say before its body comes:
// how the body is framed (RFC 9112, 6), what it is, which application asks.

#pragma once

#include <cstdint>
#include <optional>
#include <string_view>

#include "proto/http_body.hpp"

namespace asepsis {

struct HttpFields {
  std::optional<std::uint64_t> length;  // the first that is a number
  bool chunked = false;
  bool encoded = false;  // compressed
  bool via = false;      // a proxy passed it on
  bool upgrades_to_websocket = false;
  BodyKind kind = BodyKind::unwanted;

  void read(std::string_view name, std::string_view value);

  // What is to be read of the body.
  BodyKind wanted() const { return encoded ? BodyKind::unwanted : kind; }
};

// The realm of a challenge, which often names the product:
// Basic realm="AXIS_ACCC8E012345".
std::string_view realm(std::string_view challenge);

struct TargetSays {
  std::string_view application;  // "dicomweb", "fhir": a literal, or nothing
  std::string_view patient;      // how it tells who a patient is, if it does
};

// `fields` are those of the request.
TargetSays read_http_target(std::string_view target, std::string_view fields);

}  // namespace asepsis
