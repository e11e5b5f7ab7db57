#include "proto/device_json.hpp"

#include <algorithm>

#include "proto/identity.hpp"
#include "proto/json.hpp"
#include "proto/patient_words.hpp"

namespace asepsis {
namespace {

using Field = Identity::Field;

constexpr int kMostDepth = 8;

class Walk {
 public:
  Walk(DocumentSource source, FactSink& out) : source_(source), out_(out) {}

  void read(Json value, int depth) {
    if (depth > kMostDepth) return;
    value.each_element([&](Json element) {
      if (element.is_object()) read_object(element, depth);
      if (element.is_array()) read(element, depth + 1);
    });
  }
  bool patient() const { return patient_; }

 private:
  void read_object(Json object, int depth) {
    Identity identity;
    PatientWords words;
    object.each_member([&](std::string_view key, Json value) {
      if (value.is_object() || value.is_array()) read(value, depth + 1);
      if (!value.exists() || value.text() == "false") return true;
      if (value.is_object() || !value.text().empty()) words.add(key);
      if (!value.is_object() && !value.is_array())
        identity.set(identity_field(key), unescaped(value.text()));
      return true;
    });
    patient_ |= words.identify();
    say(identity);
  }

  void say(const Identity& identity) {
    if (!identity.credible()) return;
    const std::string_view equipment = identity.equipment();
    if (equipment.empty() && !source_.speaks_for_itself) return;
    identity.say_of(equipment, source_.from, out_);
  }

  DocumentSource source_;
  FactSink& out_;
  bool patient_ = false;
};

struct DicomAttribute {
  std::string_view tag;
  Field field;
};

// PS3.6: group 0008 and 0018 of the equipment modules (PS3.3 C.7.5.1).
constexpr DicomAttribute kDicomAttributes[] = {
    {"00080070", Field::manufacturer}, {"00081090", Field::model}, {"00181000", Field::serial},
    {"00181020", Field::firmware},     {"00181009", Field::udi},
};

void read_data_set(Json data_set, DocumentSource source, FactSink& out) {
  Identity identity;
  bool patient = false;
  data_set.each_member([&](std::string_view tag, Json attribute) {
    if (tag == "00100010" || tag == "00100020") patient |= attribute["Value"].exists();
    const auto* const known = std::ranges::find(kDicomAttributes, tag, &DicomAttribute::tag);
    if (known == std::end(kDicomAttributes)) return true;
    attribute["Value"].each_element([&](Json value) {
      if (!identity.has(known->field)) identity.set(known->field, unescaped(value.text()));
    });
    return true;
  });
  if (patient) out.say(Side::server, "clear.patient_identity"_claim, "dicom json");
  if (!identity.equipment().empty()) identity.say_of(identity.equipment(), source.from, out);
}

}  // namespace

JsonKind json_kind(std::string_view document) {
  JsonKind kind = JsonKind::other;
  Json::document(document).each_element([&](Json element) {
    if (kind != JsonKind::other) return;
    element.each_member([&](std::string_view key, Json value) {
      if (key == "resourceType" && value.is_string()) kind = JsonKind::fhir;
      return kind == JsonKind::other;
    });
  });
  return kind;
}

void read_dicom_json(std::string_view document, DocumentSource source, FactSink& out) {
  Json::document(document).each_element([&](Json element) { read_data_set(element, source, out); });
}

void read_device_json(std::string_view document, DocumentSource source, std::string_view channel,
                      FactSink& out) {
  Walk walk(source, out);
  walk.read(Json::document(document), 0);
  if (!walk.patient()) return;
  ShortText<64> kind;
  kind.add(channel).add(" payload");
  out.say(Side::server, "clear.patient_identity"_claim, kind);
}

}  // namespace asepsis
