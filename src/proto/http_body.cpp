#include "proto/http_body.hpp"

#include "proto/device_json.hpp"
#include "proto/html_page.hpp"
#include "proto/http_head.hpp"
#include "proto/identity.hpp"
#include "proto/ipp.hpp"
#include "proto/json.hpp"
#include "proto/soap_metadata.hpp"

namespace asepsis {
namespace {

using Field = Identity::Field;

// That a password crossed in a form (HTML 4.10.21): never which.
void read_form(std::string_view body, bool multipart, FactSink& out) {
  constexpr std::string_view kFields[] = {"password=", "passwd=", "pwd=", "pass=", "passwort="};
  constexpr std::string_view kParts[] = {"name=\"password\"", "name=\"passwd\"", "name=\"pwd\"",
                                         "name=\"pass\""};
  const auto shown = [&](std::string_view mark) { return mentions(body, mark); };
  if (multipart ? std::ranges::any_of(kParts, shown) : std::ranges::any_of(kFields, shown))
    out.say(Side::server, "clear.credentials"_claim, "http form");
}

struct Element {
  std::string_view name;
  Field field;
};

// ONVIF GetDeviceInformationResponse (Core 8.1.2), which a camera gives of itself.
constexpr Element kOnvif[] = {{"Manufacturer", Field::manufacturer},
                              {"Model", Field::model},
                              {"FirmwareVersion", Field::firmware},
                              {"SerialNumber", Field::serial},
                              {"HardwareId", Field::hardware}};
// The text of the first element of that local name that has only text in it.
std::string_view element_text(std::string_view xml, std::string_view name) {
  for (std::size_t at = xml.find(name); at != std::string_view::npos;
       at = xml.find(name, at + name.size())) {
    const std::string_view after = xml.substr(at + name.size());
    if (at == 0 || (xml[at - 1] != '<' && xml[at - 1] != ':') || !after.starts_with('>')) continue;
    const std::size_t end = after.find('<');
    if (end == std::string_view::npos || !after.substr(end).starts_with("</")) continue;
    return after.substr(1, end - 1);
  }
  return {};
}

void read_onvif(std::string_view xml, FactSink& out) {
  Identity identity;
  for (const auto& [name, field] : kOnvif) identity.set(field, element_text(xml, name));
  if (identity.has(Field::manufacturer) || identity.has(Field::model))
    identity.say_of({}, Side::server, out);
}

// "sdc" for the web services of ISO/IEEE 11073-20701 (with the messages of
// -10207 and the medical DPWS of -20702), "dpws" for those of other devices.
std::string_view web_service(std::string_view xml) {
  const auto holds = [&](std::string_view mark) {
    return xml.find(mark) != std::string_view::npos;
  };
  if (holds("11073-20701") || holds("11073-10207") || holds("11073-20702")) return "sdc";
  return holds("/ws/2006/02/devprof") || holds("/ns/dpws/") ? "dpws" : "";
}

std::string_view read_xml(const HttpBody& body, std::string_view xml, FactSink& out) {
  if (xml.substr(0, 1024).find("\"http://hl7.org/fhir\"") != std::string_view::npos) {
    read_fhir_xml(xml, {body.from, body.own}, out);
    return "fhir";
  }
  const std::string_view service = web_service(xml);
  const Riding riding(out, service);
  if (body.own && xml.find("GetDeviceInformationResponse") != std::string_view::npos)
    read_onvif(xml, out);
  if (body.own) read_device_metadata(xml, Side::server, out);
  if (service == "sdc" && names_patient(xml))
    out.say(Side::server, "clear.patient_identity"_claim, "sdc patient context");
  return service == "sdc" ? service : "";
}

// What a FHIR server says of its authorisation in .well-known/smart-configuration
// (SMART App Launch, section 4).
bool is_smart_configuration(std::string_view json) {
  const Json root = Json::document(json);
  bool launches = false;
  root["capabilities"].each_element([&](Json capability) {
    const std::string_view name = capability.text();
    launches |= name.starts_with("launch-") || name.starts_with("client-") ||
                name.starts_with("permission-");
  });
  return launches && root["token_endpoint"].is_string();
}

std::string_view read_json(const HttpBody& body, std::string_view json, FactSink& out) {
  const DocumentSource source{body.from, body.own};
  if (body.kind == BodyKind::dicom_json) {
    const Riding riding(out, "dicomweb");
    read_dicom_json(json, source, out);
    return "dicomweb";
  }
  if (body.kind == BodyKind::fhir_json || json_kind(json) == JsonKind::fhir) {
    read_fhir(json, source, out);
    // What calls itself FHIR and is not is still read for patients and devices.
    if (json_kind(json) != JsonKind::fhir) read_device_json(json, source, "http", out);
    return json_kind(json) == JsonKind::fhir ? "fhir" : "";
  }
  read_device_json(json, source, "http", out);
  if (body.own && is_smart_configuration(json)) {
    const Riding riding(out, "fhir");
    out.say(Side::server, "fhir.security"_claim, "SMART-on-FHIR");
    return "fhir";
  }
  return {};
}

}  // namespace

BodyKind body_kind(std::string_view content_type) {
  const std::string_view type = media_type(content_type);
  const auto is = [&](std::string_view name) { return same_letters(type, name); };
  if (is("text/html") || is("application/xhtml+xml")) return BodyKind::html;
  if (is("application/fhir+json") || is("application/json+fhir")) return BodyKind::fhir_json;
  if (is("application/fhir+xml") || is("application/xml+fhir")) return BodyKind::fhir_xml;
  if (is("application/dicom+json")) return BodyKind::dicom_json;
  if (is("application/ipp")) return BodyKind::ipp;
  if (is("application/x-www-form-urlencoded")) return BodyKind::form;
  if (is("multipart/form-data")) return BodyKind::multipart;
  if (is("application/json") || is("text/json") || type.ends_with("+json")) return BodyKind::json;
  if (is("application/xml") || is("text/xml") || type.ends_with("+xml")) return BodyKind::xml;
  return BodyKind::unwanted;
}

std::string_view read_http_body(const HttpBody& body, std::string_view bytes, FactSink& out) {
  switch (body.kind) {
    case BodyKind::unwanted: return {};
    case BodyKind::html:
      if (body.from == Side::server) read_html_page(bytes, body.own, out);
      return {};
    case BodyKind::json:
    case BodyKind::fhir_json:
    case BodyKind::dicom_json: return read_json(body, bytes, out);
    case BodyKind::fhir_xml: read_fhir_xml(bytes, {body.from, body.own}, out); return "fhir";
    case BodyKind::xml: return read_xml(body, bytes, out);
    case BodyKind::ipp: {
      const Riding riding(out, "ipp");
      if (body.own) read_ipp_response(as_bytes(bytes), out);
      return "ipp";
    }
    case BodyKind::form:
    case BodyKind::multipart: read_form(bytes, body.kind == BodyKind::multipart, out); return {};
  }
  return {};
}

bool body_is_complete(BodyKind kind, std::string_view bytes, std::size_t fresh) {
  constexpr std::size_t kTail = 16;
  if (kind == BodyKind::html)
    return mentions(bytes.substr(bytes.size() - std::min(bytes.size(), kTail + fresh)), "</html>");
  if (kind != BodyKind::json && kind != BodyKind::fhir_json && kind != BodyKind::dicom_json)
    return false;
  return Json::document(bytes).complete();
}

}  // namespace asepsis
