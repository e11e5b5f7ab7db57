// What the fields and the target of an HTTP message say before its body comes:
// how the body is framed (RFC 9112, 6), what it is, which application asks.

#pragma once

#include <cstdint>
#include <optional>
#include <string_view>

#include "proto/http_body.hpp"
#include "proto/http_head.hpp"

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
  bool personal = false;         // the page may be about one person
  std::string_view application;  // "dicomweb", "fhir": a literal, or nothing
  std::string_view operation;    // of DICOMweb: a literal, or nothing
};

// `fields` are those of the request. Says what the client uses of the
// application, and that the target tells who a patient is.
TargetSays read_http_target(const StartLine& line, std::string_view fields, FactSink& out);

// That this side asks for the operation of DICOMweb, or carried it out.
void say_dicomweb(Side about, std::string_view operation, FactSink& out);

}  // namespace asepsis
