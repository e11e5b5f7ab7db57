#include "proto/http_fields.hpp"

#include <algorithm>
#include <charconv>
#include <span>

#include "base/fhir_types.hpp"

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

// Whether what is at the target may be about one person: by a word for a
// record, or a number as long as those that people are known by.
bool may_be_personal(std::string_view target) {
  constexpr std::string_view kWords[] = {"patient", "person", "chart", "record",
                                         "mrn",     "nhs",    "name="};
  constexpr int kLongNumber = 6;
  if (std::ranges::any_of(kWords, [&](std::string_view word) { return mentions(target, word); }))
    return true;
  int digits = 0;
  return std::ranges::any_of(target, [&](char c) {
    digits = c >= '0' && c <= '9' ? digits + 1 : 0;
    return digits == kLongNumber;
  });
}

// PS3.18 sections 9 to 11, by method and by whether the last word of the path
// is a collection: "/studies" is searched, "/studies/1.2.3" is retrieved.
std::string_view dicomweb_operation(std::string_view method, std::string_view path,
                                    std::string_view query) {
  if (has(query, "requestType=WADO")) return "WADO-URI";
  if (has(path, "/workitems")) return "UPS-RS";
  if (!has(path, "/studies") && !has(path, "/series") && !has(path, "/instances")) return {};
  if (method == "POST") return "STOW-RS";
  if (method != "GET") return {};
  const bool collection =
      path.ends_with("/studies") || path.ends_with("/series") || path.ends_with("/instances");
  return collection ? "QIDO-RS" : "WADO-RS";
}

// Parameters whose values say who a patient is.
constexpr std::string_view kDicomPatient[] = {"PatientID", "PatientName", "PatientBirthDate",
                                              "00100010",  "00100020",    "00100030"};
constexpr std::string_view kFhirPatient[] = {"patient", "subject", "beneficiary"};

// "name=" or "name:modifier=" behind the question mark or an ampersand.
bool has_parameter(std::string_view query, std::span<const std::string_view> names) {
  while (!query.empty()) {
    query.remove_prefix(1);
    const std::string_view pair = query.substr(0, query.find('&'));
    const std::string_view name = pair.substr(0, pair.find_first_of("=:."));
    if (name.size() < pair.size() && std::ranges::find(names, name) != names.end()) return true;
    query.remove_prefix(pair.size());
  }
  return false;
}

// The last word of the path that is a type: "Patient/7/Observation" is about
// observations. Of a patient: that one is asked for, never which.
void say_fhir_target(std::string_view method, std::string_view path, std::string_view query,
                     FactSink& out) {
  std::string_view type;
  bool patient = has_parameter(query, kFhirPatient);
  while (!path.empty()) {
    path.remove_prefix(1);
    const std::string_view word = path.substr(0, path.find('/'));
    path.remove_prefix(word.size());
    const std::string_view named = fhir_type(word);
    if (!named.empty()) type = named;
    patient |= named == "Patient";
  }
  if (patient) out.say(Side::server, "clear.patient_identity"_claim, "fhir Patient");
  constexpr std::string_view kMethods[] = {"GET", "HEAD", "POST", "PUT", "PATCH", "DELETE"};
  if (type.empty() || std::ranges::find(kMethods, method) == std::end(kMethods)) return;
  ShortText<64> use;
  out.say(Side::client, "fhir.uses"_claim, use.add(method).add(' ').add(type));
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

TargetSays read_http_target(const StartLine& line, std::string_view fields, FactSink& out) {
  const std::string_view path = line.target.substr(0, line.target.find('?'));
  const std::string_view query = line.target.substr(path.size());
  if (is_dicomweb(path, query, fields)) {
    const std::string_view operation = dicomweb_operation(line.method, path, query);
    say_dicomweb(Side::client, operation, out);
    const Riding riding(out, "dicomweb");
    if (has_parameter(query, kDicomPatient))
      out.say(Side::server, "clear.patient_identity"_claim, "dicomweb query");
    return {.application = "dicomweb", .operation = operation};
  }
  if (has(path, "/fhir/") || path.ends_with("/fhir") || mentions(fields, "application/fhir+")) {
    const Riding riding(out, "fhir");
    say_fhir_target(line.method, path, query, out);
    return {.application = "fhir", .operation = {}};
  }
  return {.personal = may_be_personal(line.target), .application = {}, .operation = {}};
}

void say_dicomweb(Side about, std::string_view operation, FactSink& out) {
  if (operation.empty()) return;
  const Riding riding(out, "dicomweb");
  out.say(about, about == Side::client ? "dicom.requests"_claim : "dicom.answers"_claim, operation);
}

}  // namespace asepsis
