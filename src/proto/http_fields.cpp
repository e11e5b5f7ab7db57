#include "proto/http_fields.hpp"

#include <charconv>

#include "proto/http_head.hpp"

namespace asepsis {
namespace {

bool has(std::string_view text, std::string_view mark) {
  return text.find(mark) != std::string_view::npos;
}

// DICOM PS3.18: studies and instances under a root of the site's choosing, so
// that what is accepted decides; the URI service (wado) by its parameter.
bool is_dicomweb(std::string_view path, std::string_view query, std::string_view fields) {
  if (has(path, "/dicom-web") || has(path, "/dicomweb") || has(path, "/wado")) return true;
  if (has(query, "requestType=WADO")) return true;
  return (has(path, "/studies") || has(path, "/instances")) &&
         mentions(fields, "application/dicom");
}

}  // namespace

void HttpFields::read(std::string_view name, std::string_view value) {
  if (same_letters(name, "Content-Length")) {
    std::uint64_t number = 0;
    const auto [end, fault] = std::from_chars(value.data(), value.data() + value.size(), number);
    if (fault == std::errc() && end == value.data() + value.size() && !length) length = number;
  } else if (same_letters(name, "Transfer-Encoding")) {
    chunked |= mentions(value, "chunked");
  } else if (same_letters(name, "Content-Type")) {
    kind = body_kind(value);
  } else if (same_letters(name, "Content-Encoding")) {
    encoded |= !same_letters(value, "identity") && !value.empty();
  } else if (same_letters(name, "Via")) {
    via = true;
  } else if (same_letters(name, "Upgrade")) {
    upgrades_to_websocket |= mentions(value, "websocket");
  }
}

std::string_view realm(std::string_view challenge) {
  constexpr std::string_view kMark = "realm=\"";
  constexpr std::size_t kLongest = 64;
  const std::size_t at = challenge.find(kMark);
  if (at == std::string_view::npos) return {};
  const std::string_view text = challenge.substr(at + kMark.size());
  const std::size_t end = text.find('"');
  return end <= kLongest ? text.substr(0, end) : std::string_view();
}

TargetSays read_http_target(std::string_view target, std::string_view fields) {
  const std::string_view path = target.substr(0, target.find('?'));
  const std::string_view query = target.substr(path.size());
  if (is_dicomweb(path, query, fields)) {
    const bool patient = has(query, "PatientID=") || has(query, "PatientName=") ||
                         has(query, "00100010=") || has(query, "00100020=");
    return {"dicomweb", patient ? "dicomweb query" : ""};
  }
  if (has(path, "/fhir/") || path.ends_with("/fhir") || mentions(fields, "application/fhir+")) {
    const bool patient = has(path, "/Patient/") || path.ends_with("/Patient");
    return {"fhir", patient ? "fhir Patient" : ""};
  }
  return {};
}

}  // namespace asepsis
