#include "inventory/identify.hpp"

#include <gtest/gtest.h>

#include <algorithm>
#include <optional>
#include <random>
#include <string>
#include <string_view>
#include <vector>

#include "inventory/description.hpp"
#include "inventory/weighing.hpp"

namespace asepsis {
namespace {

const Knowledge& built_in() {
  static const Result<Knowledge> knowledge = Knowledge::built_in();
  if (!knowledge) std::abort();
  return *knowledge;
}

struct Said {
  std::string claim;
  std::string value;
  std::string protocol;
};

// Empty: must be unknown. "*": not asked.
struct Expected {
  std::string device_class = {}, manufacturer = {}, model = {}, firmware = {}, serial = {}, os = {};
};

struct Case {
  std::string name;
  std::string mac;
  std::vector<Said> said;
  Expected expected;
};

std::vector<Evidence> evidence_of(const Case& test) {
  std::vector<Evidence> evidence;
  evidence.reserve(test.said.size());
  for (const auto& [claim, value, protocol] : test.said) {
    evidence.push_back({.fact_id = static_cast<std::int64_t>(evidence.size()) + 1,
                        .claim = claim,
                        .value = value,
                        .protocol = protocol,
                        .equipment = {}});
  }
  return evidence;
}

std::vector<Mac> macs_of(const Case& test) {
  if (const auto mac = mac_from_text(test.mac)) return {*mac};
  return {};
}

const std::vector<Case>& cases() {  // NOLINT(readability-function-size): a table
  static const std::vector<Case> kCases{
      {"nothing is known of nothing", "", {}, {}},
      {"a medical maker's card says who, not what kind",
       "58:46:e1:00:00:01",
       {},
       {"", "Baxter", "", "", "", ""}},
      {"a general maker's card says whose hardware it is",
       "6c:2b:59:00:00:01",
       {},
       {"", "Dell", "", "", "", ""}},
      {"a random address says nothing", "02:46:e1:00:00:01", {}, {}},
      {"a maker nobody listed is shown as registered, faintly",
       "00:00:1d:00:00:01",
       {},
       {"", "Cabletron Systems, Inc.", "", "", "", ""}},
      {"a description in the usual order",
       "58:46:e1:00:00:01",
       {{"device.description", "Baxter Spectrum IQ 9.03.01", "lldp"}},
       {"infusion-pump", "Baxter", "Spectrum IQ", "9.03.01", "", ""}},
      {"labels in any order",
       "",
       {{"device.description", "Zebra Technologies ZD421 SN:D0751301 SW:V93.21.16Z", "snmp"}},
       {"printer", "Zebra Technologies", "ZD421", "V93.21.16Z", "D0751301", ""}},
      {"a greeting with line ends as the store keeps them",
       "",
       {{"telnet.banner", "Sysmex XN-1000  SN 10484  SW 00-24\\x0d\\x0axn-1000>", "telnet"}},
       {"laboratory-analyser", "Sysmex", "XN-1000", "00-24", "10484", ""}},
      {"a product nobody listed, after a maker that is",
       "",
       {{"dhcp.vendor_class", "GE Healthcare Quantum 7", "dhcp"}},
       {"", "GE Healthcare", "Quantum 7", "", "", ""}},
      {"the words of a service are no product",
       "",
       {{"ftp.banner", "Kestrel FTP server ready.", "ftp"},
        {"http.server", "Lexmark_Web_Server", "http"}},
       {"printer", "Lexmark", "", "", "", ""}},
      {"a host name with the model in it",
       "",
       {{"name.host", "Spectrum-IQ-01", "dhcp"}},
       {"infusion-pump", "", "Spectrum IQ", "", "", ""}},
      {"a host name with a family's plain name needs the maker",
       "00:13:38:00:00:01",
       {{"name.host", "agilia-005864", "dhcp"}},
       {"infusion-pump", "Fresenius Kabi", "Agilia", "", "", ""}},
      {"a host named after a god is no anaesthesia machine",
       "",
       {{"name.host", "apollo", "dhcp"}},
       {}},
      {"the device's own words are shown, our names are not",
       "88:4b:39:00:00:01",
       {{"device.manufacturer", "SIEMENS", "dicom"},
        {"device.model", "SOMATOM go.Top", "dicom"},
        {"device.firmware", "syngo CT VA50A", "dicom"},
        {"device.serial", "124295", "dicom"}},
       {"ct", "SIEMENS", "SOMATOM go.Top", "syngo CT VA50A", "124295", ""}},
      {"the maker's name is not part of the model",
       "",
       {{"device.model", "cisco WS-C2940-8TT-S", "cdp"}},
       {"switch", "Cisco", "WS-C2940-8TT-S", "", "", ""}},
      {"longer and shorter names are one",
       "",
       {{"device.model", "IntelliVue MX800", "hl7"},
        {"device.manufacturer", "Philips Medical Systems", "hl7"},
        {"device.description", "Philips MX800 monitor", "snmp"}},
       {"patient-monitor", "Philips Medical Systems", "IntelliVue MX800", "", "", ""}},
      {"placeholders say nothing",
       "",
       {{"device.serial", "N/A", "snmp"},
        {"device.manufacturer", "To be filled by O.E.M.", "snmp"},
        {"device.model", "Default string", "snmp"}},
       {}},
      {"an archive takes many kinds of images",
       "6c:2b:59:00:00:01",
       {{"dicom.provides", "CT Image Storage", "dicom"},
        {"dicom.provides", "MR Image Storage", "dicom"},
        {"dicom.provides", "Ultrasound Image Storage", "dicom"},
        {"http.server", "nginx", "http"}},
       {"pacs", "Dell", "", "", "", ""}},
      {"a scanner sends one kind and asks for the worklist",
       "",
       {{"dicom.uses", "CT Image Storage", "dicom"},
        {"dicom.uses", "Modality Worklist - FIND", "dicom"}},
       {"ct", "", "", "", "", ""}},
      {"who asks for images and takes them reads them",
       "",
       {{"dicom.provides", "CT Image Storage", "dicom"},
        {"dicom.provides", "MR Image Storage", "dicom"},
        {"dicom.provides", "Ultrasound Image Storage", "dicom"},
        {"dicom.uses", "Study Root Query/Retrieve - MOVE", "dicom"}},
       {"workstation", "", "", "", "", ""}},
      {"a worklist is served by the RIS",
       "",
       {{"dicom.provides", "Modality Worklist - FIND", "dicom"}},
       {"ris", "", "", "", "", ""}},
      {"what receives and sends is an engine",
       "",
       {{"hl7.receives", "ADT^A01", "hl7"}, {"hl7.sends", "ADT^A01", "hl7"}},
       {"integration-engine", "", "", "", "", ""}},
      {"a Windows client",
       "",
       {{"dhcp.vendor_class", "MSFT 5.0", "dhcp"}, {"ntlm.os", "6.1.7601", "smb"}},
       {"workstation", "", "", "", "", "Windows 7"}},
      {"a class that knowledge does not list is not believed",
       "",
       {{"device.class", "toaster", "sdc"}},
       {}},
  };
  return kCases;
}

TEST(Identify, TellsWhatThingsAre) {
  for (const Case& test : cases()) {
    SCOPED_TRACE(test.name);
    const Identity identity = identify(evidence_of(test), macs_of(test), built_in());
    const auto check = [](const Opinion& opinion, const std::string& expected) {
      EXPECT_TRUE(expected == "*" || opinion.value == expected)
          << "'" << opinion.value << "' is not '" << expected << "'";
      EXPECT_GE(opinion.confidence, 0);
      EXPECT_LE(opinion.confidence, 0.99);
      EXPECT_EQ(opinion.value.empty(), opinion.confidence < 0.3);
    };
    check(identity.device_class, test.expected.device_class);
    check(identity.manufacturer, test.expected.manufacturer);
    check(identity.model, test.expected.model);
    check(identity.firmware, test.expected.firmware);
    check(identity.serial, test.expected.serial);
    check(identity.os, test.expected.os);
  }
}

TEST(Identify, DoesNotDependOnTheOrderOfEvidence) {
  std::mt19937 random(7);
  for (const Case& test : cases()) {
    std::vector<Evidence> evidence = evidence_of(test);
    const Identity first = identify(evidence, macs_of(test), built_in());
    for (int i = 0; i < 20; ++i) {
      std::ranges::shuffle(evidence, random);
      EXPECT_EQ(identify(evidence, macs_of(test), built_in()), first) << test.name;
    }
  }
}

TEST(Identify, NamesTheFactsItRestsOn) {
  const Case test{"", "58:46:e1:00:00:01", {{"device.manufacturer", "Baxter", "hl7"}}, {}};
  const Opinion maker = identify(evidence_of(test), macs_of(test), built_in()).manufacturer;
  ASSERT_EQ(maker.support.size(), 2U);
  EXPECT_EQ(maker.support[0], (Opinion::Support{1, "direct", 0.85}));
  EXPECT_EQ(maker.support[1], (Opinion::Support{0, "oui", 0.7}));
  EXPECT_NEAR(maker.confidence, 1 - 0.15 * 0.3, 1e-9);
}

Statement statement(const std::string& value, double weight, const std::string& source) {
  return {.value = value, .name = value, .weight = weight, .source = source, .rule = {}};
}

TEST(Weighing, OneSourceIsOneWitness) {
  const Opinion one = weigh(Attribute::serial, {statement("A1", 0.8, "hl7")});
  const Opinion same =
      weigh(Attribute::serial, {statement("A1", 0.8, "hl7"), statement("a-1", 0.5, "hl7")});
  const Opinion two =
      weigh(Attribute::serial, {statement("A1", 0.8, "hl7"), statement("A1", 0.5, "lldp")});
  EXPECT_NEAR(one.confidence, 0.8, 1e-9);
  EXPECT_NEAR(same.confidence, 0.8, 1e-9);
  EXPECT_NEAR(two.confidence, 0.9, 1e-9);
}

TEST(Weighing, ContradictionCostsConfidence) {
  const Opinion torn =
      weigh(Attribute::serial, {statement("A1", 0.9, "hl7"), statement("B2", 0.9, "lldp")});
  EXPECT_EQ(torn.value, "A1");  // by the alphabet
  EXPECT_EQ(torn.runner_up, "B2");
  EXPECT_NEAR(torn.confidence, 9.0 / 19, 1e-9);
  EXPECT_NEAR(torn.runner_up_confidence, 9.0 / 19, 1e-9);
}

TEST(Weighing, VersionsAreOneWhereOneHoldsTheOther) {
  const auto confidence = [](std::string_view a, std::string_view b) {
    return weigh(Attribute::firmware,
                 {statement(std::string(a), 0.5, "x"), statement(std::string(b), 0.5, "y")})
        .confidence;
  };
  EXPECT_NEAR(confidence("V12.1", "12.1"), 0.75, 1e-9);
  EXPECT_NEAR(confidence("EPIQ 7G_7.0.4", "7.0.4"), 0.75, 1e-9);
  EXPECT_NEAR(confidence("9.3.1", "9.3"), 1.0 / 3, 1e-9);
  EXPECT_NEAR(confidence("19.3", "9.3"), 1.0 / 3, 1e-9);
}

TEST(Description, ReadsProductsAndVersions) {
  EXPECT_EQ(product_words(", Inc. Quantum Flow 7 FW 1.2"), "Quantum Flow 7");
  EXPECT_EQ(product_words(" Quantum 1.2.3"), "Quantum");
  EXPECT_EQ(product_words(" FTP server ready. SN 5"), "");
  EXPECT_EQ(product_words(";Quantum;7;SN1"), "Quantum");
  EXPECT_EQ(product_words(""), "");
  EXPECT_EQ(version_words(" 9.03.01"), "9.03.01");
  EXPECT_EQ(version_words("/2.3"), "2.3");
  EXPECT_EQ(version_words(" EPIQ 7G_7.0.4"), "EPIQ 7G_7.0.4");
  EXPECT_EQ(version_words(" SN:5 SW:1.2"), "");
  EXPECT_EQ(version_words(" for the ward"), "");
}

}  // namespace
}  // namespace asepsis
