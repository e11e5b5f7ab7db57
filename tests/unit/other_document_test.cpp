// Documents of other standards are refused, whatever their form; what only looks
// like them is read.

#include "document/other_document.hpp"

#include "documents.hpp"

namespace asepsis {
namespace {

using namespace std::string_literals;

struct Case {
  std::string is;  // a part of what the sentence calls it
  std::string text;
};

const Case kOthers[] = {
    {"CycloneDX", R"({"bomFormat":"CycloneDX","specVersion":"1.6","serialNumber":"urn:uuid:1"})"},
    {"CycloneDX", R"({"serialNumber":"urn:uuid:1","components":[{"type":"library","name":"a"}]})"},
    {"CycloneDX", R"({"components":[{"type":"library","name":"a"}],"specVersion":"1.4"})"},
    {"CycloneDX", R"([{"bomFormat":"CycloneDX"},{"bomFormat":"CycloneDX"}])"},
    {"CycloneDX", R"({"sbom":{"bomFormat":"CycloneDX","serialNumber":"urn:uuid:1"}})"},
    {"CycloneDX",
     R"({"bomFormat":"CycloneDX","serialNumber":"urn:uuid:1","components":[{"name":"a",)"},
    {"CycloneDX", "\xef\xbb\xbf \n{\"bomFormat\":\"CycloneDX\",\"serialNumber\":\"urn:uuid:1\"}"},
    {"CycloneDX", R"(<bom xmlns="http://cyclonedx.org/schema/bom/1.7" serialNumber="u"/>)"},
    {"CycloneDX",
     R"(<?xml version="1.0"?><!-- x --><b:bom xmlns:b="http://cyclonedx.org/schema/bom/1.4"/>)"},
    {"CycloneDX",
     R"(<all xmlns:c="http://cyclonedx.org/schema/bom/1.5"><c:bom serialNumber="1"/><c:bom/></all>)"},
    {"SPDX", R"({"SPDXID":"SPDXRef-DOCUMENT","spdxVersion":"SPDX-2.3","name":"x"})"},
    {"SPDX", R"({"sbom":{"spdxVersion":"SPDX-2.3","name":"x"}})"},
    {"SPDX", R"({"@context":"https://spdx.org/rdf/3.0.1/spdx-context.jsonld","@graph":[]})"},
    {"SPDX", R"({"@context":[{"a":"b"},"https://spdx.org/rdf/3.0.1/x"],"@graph":[]})"},
    {"SPDX", "# a comment\n\nSPDXVersion: SPDX-2.3\nSerialNumber: 1\n"},
    {"SPDX", "SPDXID: SPDXRef-DOCUMENT\r\nspdxVersion: \"SPDX-2.2\"\r\n"},
    {"SPDX",
     R"(<rdf:RDF xmlns:rdf="http://www.w3.org/1999/02/22-rdf-syntax-ns#" xmlns:s="http://spdx.org/rdf/terms#"/>)"},
    {"RDF", "@prefix spdx: <http://spdx.org/rdf/terms#> .\n"},
    {"SWID",
     R"(<SoftwareIdentity xmlns="http://standards.iso.org/iso/19770/-2/2015/schema.xsd"/>)"},
    {"OpenVEX", R"({"@context":"https://openvex.dev/ns/v0.2.0","@id":"x","statements":[]})"},
    {"CSAF", R"({"document":{"category":"csaf_vex","csaf_version":"2.0"},"vulnerabilities":[]})"},
    {"CSAF", R"({"aggregator":{},"aggregator_version":"2.0","csaf_providers":[]})"},
    {"CVRF",
     R"(<cvrf:cvrfdoc xmlns:cvrf="http://docs.oasis-open.org/csaf/ns/csaf-cvrf/v1.2/cvrf"/>)"},
    {"CVRF", R"(<cvrfdoc xmlns="http://www.icasi.org/CVRF/schema/cvrf/1.1"/>)"},
    {"CVE", R"({"dataType":"CVE_RECORD","dataVersion":"5.1"})"},
    {"CVE", R"({"format":"NVD_CVE","version":"2.0","vulnerabilities":[{"cve":{"id":"CVE-1"}}]})"},
    {"OSV", R"({"id":"DSA-1","modified":"2023","affected":[{"package":{"name":"x"}}]})"},
    {"KEV", R"({"catalogVersion":"1","vulnerabilities":[{"cveID":"CVE-1"}]})"},
    {"KEV", R"([{"cveID":"CVE-1","dateAdded":"2024-01-01"}])"},
    {"EPSS", R"([{"cve":"CVE-1","epss":0.1,"percentile":0.2}])"},
    {"EPSS",
     "#model_version:v2023.03.01,score_date:2024-01-01\ncve,epss,percentile\nCVE-1,0.1,0.2"},
    {"FHIR", R"({"resourceType":"Device","id":"x","serialNumber":"S-1"})"},
    {"FHIR", R"({"id":"x","meta":{"versionId":"1"},"serialNumber":"S-1","resourceType":"Device"})"},
    {"FHIR", R"([{"resourceType":"Patient"},{"resourceType":"Bundle","entry":[]}])"},
    {"FHIR",
     "{\"resourceType\":\"Device\",\"serialNumber\":\"1\"}\n{\"resourceType\":\"Device\"}\n"},
    {"FHIR", R"(<Device xmlns="http://hl7.org/fhir"><serialNumber value="S-1"/></Device>)"},
    {"FHIR", R"(<f:Bundle xmlns:f="http://hl7.org/fhir"><f:entry/></f:Bundle>)"},
    {"CDA", R"(<ClinicalDocument xmlns="urn:hl7-org:v3"><id root="1"/></ClinicalDocument>)"},
    {"HL7 version 2", R"(<ORU_R01 xmlns="urn:hl7-org:v2xml"/>)"},
    {"HL7 version 2", "MSH|^~\\&|A|B|||20240101||ORU^R01|1|P|2.5\rPID|1||1^^^A\r"},
    {"HL7 version 2", "\vMSH|^~\\&|A|B\r\nPID|1\r\n\x1c\r\n"},
    {"HL7 version 2", "FHS|^~\\&|A\nBHS|^~\\&|A\nMSH|^~\\&|A\n"},
    {"ASTM",
     "\x02"
     "1H|\\^&|||Analyser^1^S-1\r\x03"
     "AB\r\n\x02"
     "2P|1||||Name\r"},
    {"ASTM", "P|1|ID||Roe^J\nO|1|SID\nR|1|^^^HB|5\nL|1|N\n"},
    {"POCT1-A", "<HEL.R01><HDR/><DEV><DEV.serial_id V=\"1\"/></DEV></HEL.R01>"},
    {"laboratory results", "Serial Number,Sample ID,Test Name,Result\nS-1,1,TSH,3\n"},
    {"DICOM", R"({"00080005":{"vr":"CS","Value":["ISO_IR 192"]},"00181000":{"vr":"LO"}})"},
    {"DICOM", R"([{"00080005":{"vr":"CS"}}])"},
    {"DICOM", std::string(128, '\0') + "DICM" + std::string(8, '\x02')},
    {"DICOM", R"(<NativeDicomModel xmlns="http://dicom.nema.org/PS3.19/models/NativeDICOM"/>)"},
    {"ATNA", "<AuditMessage><EventIdentification/></AuditMessage>"},
    {"SDC",
     R"(<m:GetMdibResponse xmlns:m="http://standards.ieee.org/downloads/11073/11073-10207-2017/message"/>)"},
    {"SOAP",
     R"(<s:Envelope xmlns:s="http://www.w3.org/2003/05/soap-envelope"><s:Body/></s:Envelope>)"},
    {"MDS2", "id,answer\nDOC-1,Example\nMPII-1,yes\nMPII-2,no\nALOF-1,yes\n"},
    {"MDS2", R"({"DOC-1":"Example","MPII-1":"Yes","ALOF-1":"No","SAHD-1.2":"No"})"},
    {"MDS2", R"([{"id":"DOC-1"},{"id":"AUTH-1"},{"id":"RMOT-3"}])"},
    {"MUD", R"({"ietf-mud:mud":{"mud-version":1}})"},
    {"STIX", R"({"type":"bundle","id":"bundle--1","objects":[]})"},
    {"STIX", R"({"type":"indicator","spec_version":"2.1","id":"indicator--1"})"},
    {"MISP", R"({"Event":{"uuid":"1","info":"x","Attribute":[]}})"},
    {"SARIF", R"({"version":"2.1.0","runs":[{"tool":{"driver":{}}}]})"},
    {"OSCAL", R"({"assessment-results":{"uuid":"1","metadata":{"oscal-version":"1.1.2"}}})"},
    {"OSCAL", R"(<catalog xmlns="http://csrc.nist.gov/ns/oscal/1.0"/>)"},
    {"XCCDF", R"(<Benchmark xmlns="http://checklists.nist.gov/xccdf/1.2"/>)"},
    {"Nessus", "<NessusClientData_v2><Report/></NessusClientData_v2>"},
    {"schema", R"({"$schema":"https://json-schema.org/draft/2020-12/schema","type":"object"})"},
    {"schema", R"(<xs:schema xmlns:xs="http://www.w3.org/2001/XMLSchema"/>)"},
    {"OpenAPI", R"({"openapi":"3.1.0","paths":{}})"},
    {"OpenAPI", "openapi: 3.0.1\ninfo:\n  title: x\n"},
    {"in-toto", R"({"payloadType":"x","payload":"y","signatures":[{}]})"},
    {"web page", "<!DOCTYPE html><html><body>serial: 1</body></html>"},
    {"PEM", "-----BEGIN CERTIFICATE-----\nMIIB\n-----END CERTIFICATE-----\n"},
    {"RTF", "{\\rtf1 serial = 1}"},
    {"Zeek", "#separator \\x09\n#path\tconn\n"},
    {"workbook", "PK\x03\x04\x14\x00\x06\x00"s},
    {"workbook", R"(<Workbook xmlns="urn:schemas-microsoft-com:office:spreadsheet"/>)"},
    {"capture", "\x0a\x0d\x0d\x0a\x1c\x00\x00\x00"s},
    {"PDF", "%PDF-1.7\n1 0 obj\n"},
};

std::string refusal(std::string_view text, const DocumentOptions& options = {}) {
  const auto done = read_document(as_bytes(text), options, words());
  return done ? "" : done.error().message;
}

TEST(OtherDocuments, AreRefused) {
  for (const Case& one : kOthers) {
    const std::string said = refusal(one.text);
    EXPECT_NE(said.find(one.is), std::string::npos) << one.text << '\n' << said;
    EXPECT_NE(said.find("does not read yet: nothing of it was stored"), std::string::npos)
        << one.text;
    EXPECT_EQ(refusal(one.text, as("export")), said) << one.text;
    EXPECT_EQ(refusal(one.text, as("register")), said) << one.text;
  }
}

// Whatever comes before the mark, and however much of it.
TEST(OtherDocuments, AreToldByAMarkAtTheEnd) {
  std::string text = R"({"serialNumber":"S-1","components":[)";
  for (int i = 0; i < 5'000; ++i)
    text += (i == 0 ? "" : ",") + R"({"name":"n)"s + std::to_string(i) + R"(","v":{"a":[1,2]}})";
  EXPECT_NE(refusal(text + R"(],"bomFormat":"CycloneDX"})").find("CycloneDX"), std::string::npos);
  EXPECT_EQ(refusal(text + "]}"), "");
}

TEST(OtherDocuments, AreToldInUtf16) {
  std::string wide = "\xff\xfe";
  for (const char c : R"({"resourceType":"Device","serialNumber":"S-1"})"s) wide += {c, '\0'};
  EXPECT_NE(refusal(wide).find("FHIR"), std::string::npos);
}

const char* const kConfigurations[] = {
    R"({"serial":"S-1","fhir":{"client":{"resourceType":"Device","url":"https://x"}}})",
    R"({"device":{"serial":"S-1","resourceType":"Device","port":1}})",
    R"({"serial":"S-1","resourceType":"Microsoft.Compute"})",
    R"({"serial":"S-1","export":{"bomFormat":"CycloneDX","enabled":true}})",
    R"({"serial":"S-1","sbom":{"spdxVersion":"SPDX-2.3"}})",
    R"({"serial":"S-1","components":[{"type":"pump","name":"a"}],"version":3})",
    R"({"serial":"S-1","document":{"title":"x","category":"y"}})",
    R"({"serial":"S-1","modified":"2024","type":"bundle","id":"x"})",
    R"({"serial":"S-1","$schema":"https://vendor.example/config.schema.json","properties":{}})",
    R"([{"serial":"S-1","id":"x"},{"resourceType":"Device","id":"y"}])",
    R"({"serial":"S-1","00080005":"on"})",
    R"({"serial":"S-1","DOC-1":"x","DOC-2":"y"})",
    R"({"serial":"S-1","profile":{"metadata":{"version":"1"}}})",
    R"(<config xmlns="urn:vendor:config"><serial>S-1</serial><bom/></config>)",
    R"(<config><serial>S-1</serial><f:Device xmlns:f="http://hl7.org/fhir"/></config>)",
    R"(<configuration><rss>on</rss></configuration>)",
    R"(<bom><serial>S-1</serial></bom>)",
    R"(<rpc-reply xmlns="urn:ietf:params:xml:ns:netconf:base:1.0"><serial>S-1</serial></rpc-reply>)",
    "[device]\nserial = S-1\n[fhir]\nresourceType = Device\nbomFormat = CycloneDX\n",
    "serial: S-1\nnote: SPDXVersion: SPDX-2.3\n",
    "serial = S-1\nMSH = on\nH = |\n",
};

TEST(OtherDocuments, AreNotWhatOnlyLooksLikeThem) {
  for (const char* const text : kConfigurations) {
    EXPECT_EQ(refusal(text), "") << text;
    EXPECT_NE(settings_of(read(text).document), "") << text;
  }
}

TEST(OtherDocuments, AreNoRegisters) {
  const char* const registers[] = {
      "Asset No,Serial No,Test result,Ward\nA1,S-1,passed,ICU\n",
      "Asset No,Serial No,AUTH-1,AUDT-1,DOC-1\nA1,S-1,yes,no,x\n",
      "Asset No|Serial No\nDOC-1|S-1\nDOC-2|S-2\n",
      "P|Asset No|Serial No\n1|A1|S-1\n",
  };
  for (const char* const text : registers)
    EXPECT_EQ(read(text).document.kind, DocumentKind::asset_register) << text;
}

TEST(OtherDocuments, NestedWithoutEnd) {
  EXPECT_EQ(other_document(std::string(100'000, '[')), "");
  std::string deep;
  for (int i = 0; i < 100'000; ++i) deep += "<a>";
  EXPECT_EQ(other_document(deep), "");
}

// A list whose elements stand apart from its bracket is JSON, with "=" too.
TEST(OtherDocuments, ListsOfJsonAreNoSections) {
  EXPECT_EQ(read("[\n  {\"serial\": \"S-1\", \"query\": \"a=b\"}\n]\n").document.format, "json");
}

}  // namespace
}  // namespace asepsis
