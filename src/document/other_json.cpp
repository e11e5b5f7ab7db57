// Documents in JSON: the members that their standards ask for near the root.

#include <simdjson.h>

#include <algorithm>
#include <array>
#include <string>
#include <vector>

#include "base/fhir_types.hpp"
#include "base/text.hpp"
#include "document/other_document.hpp"

namespace asepsis {
namespace {

namespace ondemand = simdjson::ondemand;
using simdjson::SUCCESS;

constexpr int kDeepest = 4;                // members of members that marks are looked for in
constexpr std::size_t kMostBelow = 1024;   // that are looked at below each of the root
constexpr std::size_t kMostElements = 64;  // of each list
constexpr std::size_t kMostValue = 200;    // bytes

// What stands near the root: "document.csaf_version", "@graph[].type".
struct Member {
  std::string path, value;  // the value of what is a text, else nothing
};

using Members = std::vector<Member>;

class Outline {
 public:
  explicit Outline(std::string_view text) {
    const simdjson::padded_string padded(text);
    ondemand::parser parser;
    ondemand::document document;
    ondemand::value root;
    if (parser.iterate(padded).get(document) == SUCCESS &&
        document.get_value().get(root) == SUCCESS)
      begin(root);
  }

  // One root, or each element of a list of them.
  const std::vector<Members>& roots() const { return roots_; }

 private:
  void begin(ondemand::value& root) {
    ondemand::array array;
    if (root.get_array().get(array) != SUCCESS) {
      roots_.emplace_back();
      walk(root, 0);
      return;
    }
    for (simdjson::simdjson_result<ondemand::value> result : array) {
      ondemand::value value;
      if (roots_.size() == kMostElements || std::move(result).get(value) != SUCCESS) return;
      roots_.emplace_back();
      if (!walk(value, 0)) return;
    }
  }

  // False once something is malformed: what stands before it still tells.
  bool walk(ondemand::value value, int depth) {
    ondemand::json_type type{};
    if (value.type().get(type) != SUCCESS) return false;
    below_ = depth > 1 ? below_ + 1 : 0;
    if (below_ > kMostBelow || depth > kDeepest) return true;
    if (depth > 0) roots_.back().push_back({.path = path_, .value = {}});
    ondemand::object object;
    ondemand::array array;
    if (type == ondemand::json_type::string) return text(value, depth);
    if (type == ondemand::json_type::object)
      return value.get_object().get(object) == SUCCESS && children(object, depth);
    if (type == ondemand::json_type::array)
      return value.get_array().get(array) == SUCCESS && elements(array, depth);
    return true;
  }

  bool text(ondemand::value& value, int depth) {
    std::string_view text;
    if (value.get_string().get(text) != SUCCESS) return false;
    if (depth > 0) roots_.back().back().value = text.substr(0, kMostValue);
    return true;
  }

  bool children(ondemand::object& object, int depth) {
    for (simdjson::simdjson_result<ondemand::field> result : object) {
      ondemand::field field;
      std::string_view key;
      if (std::move(result).get(field) != SUCCESS || field.unescaped_key().get(key) != SUCCESS)
        return false;
      const std::size_t before = path_.size();
      path_.append(depth == 0 ? "" : ".").append(key.substr(0, kMostValue));
      const bool fine = walk(field.value(), depth + 1);
      path_.resize(before);
      if (!fine) return false;
    }
    return true;
  }

  bool elements(ondemand::array& array, int depth) {
    const std::size_t before = path_.size();
    path_ += "[]";
    if (depth > 0) roots_.back().push_back({.path = path_, .value = {}});  // it may be empty
    std::size_t number = 0;
    bool fine = true;
    for (simdjson::simdjson_result<ondemand::value> result : array) {
      ondemand::value value;
      if (!fine || number++ == kMostElements) break;
      fine = std::move(result).get(value) == SUCCESS && walk(value, depth + 1);
    }
    path_.resize(before);
    return fine;
  }

  std::vector<Members> roots_;
  std::string path_;
  std::size_t below_ = 0;  // members below that of the root where we are
};

// All of the members that `holds` names: a path, or `path=value`, or `path~part of it`.
struct Mark {
  std::string_view name;
  std::array<std::string_view, 3> holds;
};

constexpr std::string_view kCycloneDx = "a bill of materials (CycloneDX)";
constexpr std::string_view kSpdx = "a bill of materials (SPDX)";
constexpr std::string_view kVex = "a statement on vulnerabilities (OpenVEX)";
constexpr std::string_view kCsaf = "an advisory (CSAF)";
constexpr std::string_view kCsafList = "a list of advisories (CSAF)";
constexpr std::string_view kCve = "a list of vulnerabilities (CVE)";
constexpr std::string_view kOsv = "a list of vulnerabilities (OSV)";
constexpr std::string_view kKev = "a list of vulnerabilities (KEV)";
constexpr std::string_view kEpss = "scores of vulnerabilities (EPSS)";
constexpr std::string_view kStix = "a report on threats (STIX)";
constexpr std::string_view kTaxii = "an answer of a server of threat reports (TAXII)";
constexpr std::string_view kMisp = "a report on threats (MISP)";
constexpr std::string_view kSarif = "findings of another tool (SARIF)";
constexpr std::string_view kOscal = "an assessment or catalogue (OSCAL)";
constexpr std::string_view kOpenApi = "a description of an interface (OpenAPI)";
constexpr std::string_view kAttestation = "a signed statement on software (in-toto)";
constexpr std::string_view kScanner = "a result of a scanner of software";

constexpr Mark kMarks[] = {
    {kCycloneDx, {"bomFormat"}},
    {kCycloneDx, {"$schema=http://cyclonedx.org/"}},
    {kCycloneDx, {"serialNumber=urn:uuid:", "components[].type", "components[].name"}},
    {kCycloneDx, {"metadata.component", "components[].type", "components[].name"}},
    {kCycloneDx, {"specVersion=1.", "components[]"}},
    {kCycloneDx, {"specVersion=1.", "vulnerabilities[]"}},
    {kSpdx, {"spdxVersion=SPDX-"}},
    {kSpdx, {"SPDXID=SPDXRef-"}},
    {kSpdx, {"@context~spdx.org/rdf"}},
    {kSpdx, {"@context[]~spdx.org/rdf"}},
    {kVex, {"@context~openvex.dev"}},
    {kVex, {"@context[]~openvex.dev"}},
    {kCsaf, {"document.csaf_version"}},
    {kCsaf, {"document.category=csaf_"}},
    {kCsaf, {"document.tracking.id", "document.publisher"}},
    {kCsafList, {"aggregator_version", "aggregator"}},
    {kCsafList, {"metadata_version", "publisher", "canonical_url"}},
    {kCsafList, {"feed.entry[]", "feed.updated"}},
    {kCsafList, {"service.workspace[]"}},
    {kCsafList, {"categories.category[].term"}},
    {kCve, {"dataType=CVE_RECORD"}},
    {kCve, {"data_type=CVE"}},
    {kCve, {"cveMetadata", "containers"}},
    {kCve, {"format=NVD_CVE"}},
    {kCve, {"cve.id=CVE-"}},
    {kCve, {"vulnerabilities[].cve.id=CVE-"}},
    {kOsv, {"schema_version", "affected[]"}},
    {kOsv, {"modified", "affected[].package"}},
    {kOsv, {"modified", "affected[].ranges[]"}},
    {kOsv, {"id", "modified", "schema_version"}},
    {kOsv, {"vulns[].id"}},
    {kOsv, {"ghsa_id"}},
    {kKev, {"vulnerabilities[].cveID"}},
    {kKev, {"cveID=CVE-", "dateAdded"}},
    {kKev, {"item.cveID=CVE-"}},
    {kEpss, {"epss", "cve=CVE-"}},
    {kEpss, {"item.epss", "item.cve=CVE-"}},
    {kEpss, {"data[].epss", "data[].cve"}},
    {kStix, {"type=bundle", "id=bundle--"}},
    {kStix, {"type=bundle", "objects[]"}},
    {kStix, {"spec_version=2.", "type", "id"}},
    {kStix, {"objects[].spec_version=2."}},
    {kTaxii, {"api_roots[]"}},
    {kTaxii, {"/discovery"}},
    {kMisp, {"namespace", "predicates[]"}},
    {kMisp, {"matching_attributes[]", "list[]"}},
    {kMisp, {"values[]", "uuid", "authors[]"}},
    {kMisp, {"Event.info", "Event.threat_level_id"}},
    {kMisp, {"Event.info", "Event.Attribute[]"}},
    {kMisp, {"response[].Event"}},
    {kSarif, {"runs[].tool"}},
    {kSarif, {"$schema~sarif"}},
    {kOscal, {"catalog.metadata.oscal-version"}},
    {kOscal, {"profile.metadata.oscal-version"}},
    {kOscal, {"component-definition.metadata.oscal-version"}},
    {kOscal, {"system-security-plan.metadata.oscal-version"}},
    {kOscal, {"assessment-plan.metadata.oscal-version"}},
    {kOscal, {"assessment-results.metadata.oscal-version"}},
    {kOscal, {"plan-of-action-and-milestones.metadata.oscal-version"}},
    {"a description of use by its maker (MUD)", {"ietf-mud:mud"}},
    {"a schema (JSON Schema)", {"$schema~json-schema.org"}},
    {kOpenApi, {"openapi=3", "paths"}},
    {kOpenApi, {"swagger=2", "paths"}},
    {kAttestation, {"_type~in-toto.io"}},
    {kAttestation, {"payloadType", "payload", "signatures[]"}},
    {kScanner, {"SchemaVersion", "ArtifactName"}},
    {kScanner, {"matches[].vulnerability", "descriptor.name"}},
    {kScanner, {"artifacts[]", "descriptor.name"}},
    {kScanner, {"lockfileVersion"}},
    {"an answer of openFDA", {"meta.disclaimer", "results[]"}},
    {"an entry of the GUDID", {"gudid.device"}},
    {"a log of Suricata (`asepsis read` takes it)", {"event_type", "timestamp", "flow_id"}},
};

bool holds(const Member& member, std::string_view wanted) {
  const std::size_t end = std::min(wanted.size(), wanted.find_first_of("=~"));
  if (member.path != wanted.substr(0, end)) return false;
  if (end == wanted.size()) return true;
  const std::string_view value = wanted.substr(end + 1);
  return wanted[end] == '=' ? member.value.starts_with(value) : member.value.contains(value);
}

bool holds(const Members& members, const Mark& mark) {
  return std::ranges::all_of(mark.holds, [&](std::string_view wanted) {
    return wanted.empty() || std::ranges::any_of(members, [&](const Member& member) {
             return holds(member, wanted);
           });
  });
}

// {"00080005": {"vr": "CS", ...
bool dicom(const Members& members) {
  constexpr std::size_t kTag = 8;
  if (members.size() < 2 || members[0].path.size() != kTag) return false;
  return members[0].path.find_first_not_of("0123456789ABCDEF") == std::string::npos &&
         members[1].path == members[0].path + ".vr";
}

bool fhir(const Members& members) {
  return std::ranges::any_of(members, [](const Member& member) {
    return member.path == "resourceType" && !fhir_type(member.value).empty();
  });
}

std::string_view by_marks(const Members& members) {
  for (const Mark& one : kMarks)
    if (holds(members, one)) return one.name;
  return {};
}

// {"sbom": {"spdxVersion": ...: what stands in the only member of the root, as if it stood there.
Members unwrapped(const Members& members) {
  Members inner;
  if (members.empty()) return inner;
  const std::string& outer = members.front().path;
  for (const Member& member : members) {
    std::string_view path = member.path;
    if (!path.starts_with(outer)) return {};
    path.remove_prefix(outer.size());
    if (path.starts_with("[]")) path.remove_prefix(2);
    if (path.starts_with('.'))
      inner.push_back({.path = std::string(path.substr(1)), .value = member.value});
    else if (!path.empty())
      return {};
  }
  return inner;
}

std::string_view of_members(const Members& members) {
  if (fhir(members)) return "a resource of HL7 FHIR";
  if (dicom(members)) return "a DICOM object";
  const auto name = by_marks(members);
  return name.empty() ? by_marks(unwrapped(members)) : name;
}

// Of all that stand in the text: what only some of them are, the whole is not.
std::string_view of_all(const std::vector<Members>& roots) {
  std::string_view name;
  for (const Members& members : roots) {
    name = of_members(members);
    if (name.empty()) return {};
  }
  return name;
}

bool mds2(const std::vector<Members>& roots) {
  Mds2Questions questions;
  for (const Members& members : roots)
    for (const Member& member : members) {
      questions.see(member.path);
      if (member.path == "id" || member.path.ends_with(".id")) questions.see(member.value);
    }
  return questions.told();
}

}  // namespace

std::string_view other_json(std::string_view text) {
  const Outline outline(text);
  if (mds2(outline.roots())) return "a form about security of a manufacturer (MDS2)";
  return of_all(outline.roots());
}

}  // namespace asepsis
