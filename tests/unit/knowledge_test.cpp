// The data that ships is tested by what it says of itself: every rule by its
// examples, every product by its name. And a bad file is refused with the
// line and the key.

#include "inventory/knowledge.hpp"

#include <gtest/gtest.h>

#include <algorithm>
#include <filesystem>
#include <fstream>
#include <map>
#include <string>
#include <string_view>
#include <vector>

#include "inventory/identify.hpp"
#include "inventory/words.hpp"

namespace asepsis {
namespace {

const Knowledge& built_in() {
  static const Result<Knowledge> knowledge = Knowledge::built_in();
  if (!knowledge) {
    ADD_FAILURE() << knowledge.error().message;
    std::abort();
  }
  return *knowledge;
}

// What is said of each claim that a rule's example needs.
std::vector<Evidence> example_of(const Rule& rule) {
  const std::string_view protocol =
      rule.protocol.empty() ? std::string_view("example") : rule.protocol;
  std::vector<Evidence> evidence;
  const auto add = [&](const std::string& claim, const std::string& value) {
    evidence.push_back({.fact_id = static_cast<std::int64_t>(evidence.size()) + 1,
                        .claim = claim,
                        .value = value,
                        .protocol = protocol,
                        .equipment = {},
                        .port = rule.port});
  };
  for (const std::string& example : rule.examples) add(rule.claims.front(), example);
  for (const Condition& need : rule.needs) add(need.claim, need.example);
  return evidence;
}

const Opinion& opinion(const Identity& identity, std::size_t attribute) {
  const Opinion* all[] = {
      &identity.device_class, &identity.manufacturer, &identity.model,    &identity.firmware,
      &identity.serial,       &identity.udi_di,       &identity.hardware, &identity.os};
  return *all[attribute];
}

TEST(Rules, SayOfTheirExamplesWhatTheyPromise) {
  for (const Rule& rule : built_in().rules()) {
    SCOPED_TRACE(rule.where + " " + rule.id);
    EXPECT_NE(rule.gives, PerAttribute<std::string>{}) << "gives nothing";
    for (const std::string& example : rule.examples) {
      const auto found = built_in().rules_for(rule.claims.front(), example);
      const auto mine = std::ranges::find(found, &rule, &Knowledge::RuleFound::rule);
      ASSERT_NE(mine, found.end()) << example;
      for (std::size_t i = 0; i < rule.gives.size(); ++i) {
        if (rule.gives[i].empty()) continue;
        EXPECT_EQ(mine->says[i], rule.gives[i]) << example;
      }
    }
  }
}

TEST(Rules, ApplyToTheirExamples) {
  for (const Rule& rule : built_in().rules()) {
    SCOPED_TRACE(rule.where + " " + rule.id);
    const Identity identity = identify(example_of(rule), {}, built_in());
    for (std::size_t i = 0; i < rule.gives.size(); ++i) {
      if (rule.gives[i].empty()) continue;
      const auto& support = opinion(identity, i).support;
      const bool said = std::ranges::any_of(
          support, [&](const Opinion::Support& one) { return one.rule == rule.id; });
      EXPECT_TRUE(said) << kAttributeNames[i] << " is " << opinion(identity, i).value;
    }
  }
}

TEST(Rules, DoNotMatchWhatTheyMustNot) {
  std::size_t counterexamples = 0;
  for (const Rule& rule : built_in().rules()) {
    if (rule.counterexample.empty()) continue;
    ++counterexamples;
    for (const auto& found : built_in().rules_for(rule.claims.front(), rule.counterexample)) {
      EXPECT_NE(found.rule, &rule) << rule.where << " " << rule.id << ": " << rule.counterexample;
    }
  }
  EXPECT_GT(counterexamples, 50U);
}

TEST(Products, AreFoundByTheirNameHoweverWritten) {
  for (const Product& product : built_in().products()) {
    for (const std::string& text : {product.name, "x " + product.name + " 1.2.3"}) {
      const auto found = built_in().products_in(text);
      const bool there = std::ranges::any_of(found, [&](const Knowledge::ProductFound& one) {
        return compact(one.product->name) == compact(product.name) &&
               one.product->manufacturer == product.manufacturer;
      });
      EXPECT_TRUE(there) << product.where << ": " << text;
    }
  }
}

// Two tables that give one product of one maker two classes cannot both be right.
TEST(Products, HaveOneClass) {
  std::map<std::string, const Product*> seen;
  for (const Product& product : built_in().products()) {
    const auto [other, added] =
        seen.emplace(product.manufacturer + "/" + compact(product.name), &product);
    if (added) continue;
    EXPECT_EQ(product.device_class, other->second->device_class)
        << product.where << " and " << other->second->where << ": " << product.name;
  }
}

TEST(Products, AreNotFoundInsideOtherNames) {
  EXPECT_TRUE(built_in().products_in("BeneVision N170").size() == 1);  // the family alone
  EXPECT_TRUE(built_in().products_in("Accuspectrumiq").empty());
  EXPECT_FALSE(built_in().products_in("spectrum-iq-7F27D2").empty());
  EXPECT_FALSE(built_in().products_in("SPECTRUMIQ01").empty());
}

TEST(Manufacturers, AreFoundByAliasAndByOwner) {
  const auto name_of = [](const Manufacturer* maker) {
    return maker == nullptr ? std::string("nobody") : maker->name;
  };
  EXPECT_EQ(name_of(built_in().find_manufacturer("GE MEDICAL SYSTEMS")), "GE Healthcare");
  EXPECT_EQ(name_of(built_in().find_manufacturer("becton, dickinson & company")), "nobody");
  EXPECT_EQ(name_of(built_in().find_manufacturer("B.BRAUN")), "B. Braun");
  EXPECT_EQ(name_of(built_in().owner("Carefusion")), "BD");
  EXPECT_EQ(name_of(built_in().owner("Siemens AG, Healthcare Sector")), "Siemens Healthineers");
  EXPECT_EQ(name_of(built_in().owner("Siemens AG")), "Siemens");
  EXPECT_EQ(name_of(built_in().owner("Dellux Corporation")), "nobody");
}

TEST(Manufacturers, AreFoundInTexts) {
  const auto name_in = [](std::string_view text) {
    const auto found = built_in().maker_in(text);
    return found ? found->maker->name : std::string("nobody");
  };
  EXPECT_EQ(name_in("CN=pump.ward.test,O=Dell"), "Dell");
  EXPECT_EQ(name_in("CN=pump.ward.test, O=Dell"), "Dell");
  EXPECT_EQ(name_in("test o2 sensor"), "nobody");
  EXPECT_EQ(name_in("Becton, Dickinson and Company Alaris"), "BD");
  EXPECT_EQ(name_in("the Hill Rom bed"), "Hill-Rom");
  EXPECT_EQ(name_in("the Hillrom bed"), "Hill-Rom");
  EXPECT_EQ(name_in("AppleWebKit/537.36"), "nobody");
}

TEST(Classes, KnowWhatTheyMeanForPatients) {
  const ClassInfo* ventilator = built_in().find_class("ventilator");
  ASSERT_NE(ventilator, nullptr);
  EXPECT_TRUE(ventilator->medical);
  EXPECT_EQ(ventilator->life_supporting, LifeSupporting::yes);
  ASSERT_NE(built_in().find_class("printer"), nullptr);
  EXPECT_FALSE(built_in().find_class("printer")->medical);
  EXPECT_EQ(built_in().find_class("toaster"), nullptr);
}

constexpr std::string_view kRule = R"(
[[rule]]
id = "my-rule"
claims = ["device.description"]
match = 'kestrel ([0-9]+)'
says = { class = "ventilator", model = "K$1" }
weight = 0.9
source = "a test"
example = "kestrel 5"
gives = { model = "K5" }
)";

std::string with(std::string_view old_text, std::string_view new_text) {
  std::string text(kRule);
  const auto at = text.find(old_text);
  EXPECT_NE(at, std::string::npos) << old_text;
  return text.replace(at, old_text.size(), new_text);
}

constexpr std::string_view kService = R"([[service]]
name = "acme-gateway"
transport = "tcp"
port = 9876
shape = '^client: (text|json); server'
source = "a test"
example = "client: text; server: binary"
)";

std::string service(std::string_view old_text, std::string_view new_text) {
  std::string text(kService);
  return text.replace(text.find(old_text), old_text.size(), new_text);
}

TEST(Services, AreNamedByPortAndShape) {
  Result<Knowledge> knowledge = Knowledge::built_in();
  ASSERT_TRUE(knowledge);
  ASSERT_TRUE(knowledge->add_file("site.toml", kService));
  const auto name = [&](std::string_view transport, std::uint16_t port, std::string_view shape) {
    return knowledge->service_name(transport, port, shape);
  };
  EXPECT_EQ(name("tcp", 9876, "client: json; server: text"), "acme-gateway");
  EXPECT_EQ(name("tcp", 9876, "client: json"), "");
  EXPECT_EQ(name("udp", 9876, "client: json; server: text"), "");
  EXPECT_EQ(name("tcp", 9877, "client: json; server: text"), "");
  EXPECT_EQ(name("tls", 9876, "tls"), "");
  EXPECT_EQ(name("tls", 2762, "tls"), "dicom");
  EXPECT_EQ(name("tcp", 2762, "client: binary"), "");
  for (const ServiceName& one : knowledge->services())
    EXPECT_EQ(name(one.transport, one.port, one.example), one.name) << one.where;
}

struct BadFile {
  std::string text;
  std::string message;
};

TEST(Files, AreRefusedWithTheLineAndTheKey) {
  const BadFile bad[] = {
      {"[[rule]\n", "site.toml: line 1: "},
      {"[[rules]]\nid = \"x\"\n", "site.toml: line 1: no such table: rules"},
      {"[rule]\nid = \"x\"\n", "site.toml: line 1: write [[rule]]"},
      {"\n[[rule]]\nclaims = [\"device.model\"]\n", "site.toml: line 2: rule: id is missing"},
      {with("weight = 0.9", "weigth = 0.9"),
       "site.toml: line 7: rule: no such key: weigth, did you mean weight?"},
      {with("weight = 0.9\n", ""), "site.toml: line 2: rule: weight is missing for class"},
      {with("source", "sauce = 1\nsource"), "site.toml: line 8: rule: no such key: sauce"},
      {with("0.9", "1.5"), "site.toml: line 7: rule: weight is not a weight from 0 to 1"},
      {with("device.description", "device.colour"),
       "site.toml: line 4: rule: claims names the unknown claim 'device.colour'"},
      {with("model = \"K$1\"", "shape = \"K\""),
       "site.toml: line 6: rule: says names the unknown attribute 'shape'"},
      {with("'kestrel ([0-9]+)'", "'kestrel ([0-9]+'"), "site.toml: line 2: match: missing )"},
      {with("K$1", "K$2"), "site.toml: line 2: says: 'K$2' names a group that match does not have"},
      {with("ventilator", "toaster"), "site.toml: line 2: there is no class 'toaster'"},
      {with("ventilator", "ventilators"),
       "site.toml: line 2: there is no class 'ventilators', did you mean ventilator?"},
      {with("my-rule", "text-serial"),
       "site.toml: line 2: 'text-serial' is in profiles/texts.toml"},
      {with("example = \"kestrel 5\"", "example = 5"),
       "site.toml: line 9: rule: example is not a list of texts"},
      {with("claims = [", "port = 70000\nclaims = ["),
       "site.toml: line 4: rule: port is not a number from 1 to 65535"},
      {"[[class]]\nname = \"Toaster\"\ntitle = \"x\"\nlife_supporting = \"no\"\n",
       "site.toml: line 2: class: name is not in kebab-case"},
      {"[[class]]\nname = \"toaster\"\ntitle = \"x\"\nlife_supporting = \"maybe\"\n",
       "site.toml: line 4: class: life_supporting is none of yes, no, depends"},
      {"[[manufacturer]]\nname = \"Kestrel\"\naliases = [\"Baxter\"]\n",
       "'Baxter' is a name of both Baxter and Kestrel"},
      {"[[products]]\nmanufacturer = \"Kestrel\"\nclass = \"ct\"\nnames = [\"K5\"]\n",
       "site.toml: line 1: there is no manufacturer 'Kestrel'"},
      {"[[direct]]\nclaims = [\"device.model\"]\nweight = \"much\"\n",
       "site.toml: line 3: direct: weight is not a weight from 0 to 1"},
      {service("port = 9876", ""), "site.toml: line 1: service: port is missing"},
      {service("\"tcp\"", "\"sctp\""), "site.toml: line 3: service: transport is none of tcp"},
      {service("acme-gateway", "ACME"), "site.toml: line 2: service: name is not in kebab-case"},
      {service("'^client", "'(client"), "site.toml: line 1: shape: missing ): "},
  };
  Result<Knowledge> knowledge = Knowledge::built_in();
  ASSERT_TRUE(knowledge);
  const std::size_t rules = knowledge->rules().size();
  for (const BadFile& file : bad) {
    const Result<void> added = knowledge->add_file("site.toml", file.text);
    ASSERT_FALSE(added) << file.text;
    EXPECT_TRUE(added.error().message.starts_with(file.message))
        << added.error().message << "\n     not " << file.message;
    EXPECT_EQ(knowledge->rules().size(), rules);
  }
}

TEST(Files, OfAFolderAreAdded) {
  const auto folder = std::filesystem::path(testing::TempDir()) / "asepsis-knowledge";
  std::filesystem::create_directories(folder / "more");
  std::ofstream(folder / "more" / "rule.toml") << kRule;
  std::ofstream(folder / "a.toml") << "[[manufacturer]]\nname = \"Baxter\"\naliases = [\"Bxt\"]\n";
  std::ofstream(folder / "notes.txt") << "not knowledge";
  Result<Knowledge> knowledge = Knowledge::built_in();
  ASSERT_TRUE(knowledge);
  const Result<void> added = knowledge->add_folder(folder);
  ASSERT_TRUE(added) << added.error().message;
  EXPECT_EQ(knowledge->rules_for("device.description", "Kestrel 7").size(), 1U);
  ASSERT_NE(knowledge->find_manufacturer("BXT"), nullptr);
  EXPECT_EQ(knowledge->find_manufacturer("BXT")->name, "Baxter");
  EXPECT_FALSE(knowledge->add_folder(folder / "absent"));
  std::filesystem::remove_all(folder);
}

}  // namespace
}  // namespace asepsis
