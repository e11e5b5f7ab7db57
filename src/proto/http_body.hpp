// What the body of an HTTP message is, whether any of it is wanted, and what
// it says. Bodies that are not wanted pass unbuffered.

#pragma once

#include <cstdint>
#include <string_view>

#include "fact/fact.hpp"

namespace asepsis {

enum class BodyKind : std::uint8_t {
  unwanted,
  html,
  json,
  fhir_json,
  fhir_xml,
  dicom_json,
  xml,
  ipp,
  form,       // application/x-www-form-urlencoded
  multipart,  // multipart/form-data
};

// By the Content-Type header.
BodyKind body_kind(std::string_view content_type);

struct HttpBody {
  BodyKind kind = BodyKind::unwanted;
  Side from = Side::client;
  bool own = false;  // a success of the server itself, not of one behind a proxy
};

// Reads the first bytes of a body, or all of it. Returns the application that
// it shows (a literal), or nothing.
std::string_view read_http_body(const HttpBody& body, std::string_view bytes, FactSink& out);

// Whether this is the whole of a document: for bodies that end with the
// connection, where no length tells. Of the bytes the last `fresh` are new.
bool body_is_complete(BodyKind kind, std::string_view bytes, std::size_t fresh);

}  // namespace asepsis
