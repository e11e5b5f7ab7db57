// What JSON documents say of devices, and that they carry patients: FHIR
// resources (HL7 FHIR R4, R4B, R5 and STU3: Device 8.12, CapabilityStatement,
// Bundle), DICOM JSON (PS3.18 annex F), and the plain objects in which
// gateways and wearables name themselves.

#pragma once

#include <cstdint>
#include <string_view>

#include "fact/fact.hpp"

namespace asepsis {

// Who sent a document, and whether it may be taken to speak of itself.
struct DocumentSource {
  Side from;
  bool speaks_for_itself;  // false where a broker or proxy hands it on
};

enum class JsonKind : std::uint8_t { other, fhir };

// What it is by its content; `other` if nothing shows.
JsonKind json_kind(std::string_view document);

// Of equipment: maker, model, serial number, version, UDI. Of patients: only
// that they crossed, as "clear.patient_identity" of the server; `channel`
// names the carrier in it ("http", "mqtt").
void read_fhir(std::string_view document, DocumentSource source, FactSink& out);
void read_fhir_xml(std::string_view document, DocumentSource source, FactSink& out);
void read_dicom_json(std::string_view document, DocumentSource source, FactSink& out);
void read_device_json(std::string_view document, DocumentSource source, std::string_view channel,
                      FactSink& out);

}  // namespace asepsis
