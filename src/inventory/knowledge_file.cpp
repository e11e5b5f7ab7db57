// The schema is the list of functions at the end, one a table; each takes the
// keys it knows and what is left over is an error.

#include "inventory/knowledge_file.hpp"

#include <algorithm>
#include <string>
#include <utility>

#include "base/hash.hpp"
#include "base/text.hpp"
#include "inventory/knowledge_keys.hpp"
#include "inventory/settings_file.hpp"

namespace asepsis {
namespace {

bool kebab_case(std::string_view name) {
  return std::ranges::all_of(
      name, [](char c) { return (c >= 'a' && c <= 'z') || (c >= '0' && c <= '9') || c == '-'; });
}

Result<void> read_class(TomlTable& in, KnowledgeTables& tables) {
  ClassInfo info{.name = in.text("name"), .title = in.text("title")};
  info.medical = in.yes("medical");
  const std::string life = in.text("life_supporting");
  if (life == "yes")
    info.life_supporting = LifeSupporting::yes;
  else if (life == "depends")
    info.life_supporting = LifeSupporting::depends;
  else if (life != "no")
    in.wrong("life_supporting", "is none of yes, no, depends");
  const auto kebab = [](char c) { return (c >= 'a' && c <= 'z') || c == '-'; };
  if (!std::ranges::all_of(info.name, kebab)) in.wrong("name", "is not in kebab-case");
  std::erase_if(tables.classes, [&](const ClassInfo& old) { return old.name == info.name; });
  tables.classes.push_back(std::move(info));
  return in.finished();
}

Result<void> read_manufacturer(TomlTable& in, KnowledgeTables& tables) {
  constexpr double kOui = 0.3;
  constexpr double kMedicalOui = 0.7;
  Manufacturer maker;
  maker.name = in.text("name");
  maker.aliases = in.texts("aliases");
  maker.oui = in.texts("oui");
  maker.medical_only = in.yes("medical_only");
  maker.component_maker = in.yes("component_maker");
  maker.oui_weight =
      read_weight(in, "oui_weight").value_or(maker.medical_only ? kMedicalOui : kOui);
  maker.classes = read_weights(in, "classes");
  const auto old = std::ranges::find(tables.manufacturers, maker.name, &Manufacturer::name);
  if (old == tables.manufacturers.end()) {
    tables.manufacturers.push_back(std::move(maker));
  } else {  // a site adds to what is known
    std::ranges::move(maker.aliases, std::back_inserter(old->aliases));
    std::ranges::move(maker.oui, std::back_inserter(old->oui));
    if (!maker.classes.empty()) old->classes = std::move(maker.classes);
  }
  return in.finished();
}

Result<void> read_products(TomlTable& in, KnowledgeTables& tables) {
  Product product{.name = {},
                  .manufacturer = in.text("manufacturer"),
                  .device_class = in.text("class"),
                  .where = in.where(),
                  .needs_manufacturer = in.yes("needs_manufacturer")};
  in.text_or("source");
  for (std::string& name : in.texts("names", true)) {
    product.name = std::move(name);
    tables.products.push_back(product);
  }
  return in.finished();
}

Result<void> read_rule(TomlTable& in, KnowledgeTables& tables) {
  Rule rule;
  rule.id = in.text("id");
  rule.where = in.where();
  rule.claims = in.texts("claims", true);
  for (const std::string& name : rule.claims) check_claim(in, "claims", name);
  rule.match = in.text("match");
  rule.protocol = in.text_or("protocol");
  rule.port = static_cast<std::uint16_t>(in.number("port", 0, 1, 65'535));
  rule.at_least = static_cast<std::size_t>(in.number("at_least", 1, 1, 1'000));
  rule.needs = read_conditions(in, "needs");
  rule.unless = read_conditions(in, "unless");
  rule.says = read_attributes(in, "says");
  rule.weights = read_attribute_weights(in, "weight");
  rule.source = in.text("source");
  rule.examples = in.texts("example", true);
  rule.gives = read_attributes(in, "gives");
  rule.counterexample = in.text_or("not");
  for (std::size_t i = 0; i < rule.says.size(); ++i) {
    if (!rule.says[i].empty() && rule.weights[i] <= 0) {
      in.wrong("weight", "is missing for " + std::string(kAttributeNames[i]));
    }
  }
  if (rule.says == PerAttribute<std::string>{}) in.wrong("says", "is missing");
  tables.rules.push_back(std::move(rule));
  return in.finished();
}

Result<void> read_service(TomlTable& in, KnowledgeTables& tables) {
  constexpr std::int64_t kMostPort = 65'535;
  ServiceName service;
  service.name = in.text("name");
  service.transport = in.text("transport");
  service.port = static_cast<std::uint16_t>(in.number("port", 0, 1, kMostPort));
  service.shape = in.text_or("shape");
  service.where = in.where();
  service.example = in.text("example");
  in.text("source");
  if (!kebab_case(service.name)) in.wrong("name", "is not in kebab-case");
  if (service.transport != "tcp" && service.transport != "udp" && service.transport != "tls")
    in.wrong("transport", "is none of tcp, udp, tls");
  if (service.port == 0) in.wrong("port", "is missing");
  tables.services.push_back(std::move(service));
  return in.finished();
}

Result<void> read_direct(TomlTable& in, KnowledgeTables& tables) {
  const std::vector<std::string> claims = in.texts("claims", true);
  const std::vector<std::string> protocols = in.texts("protocols");
  const double weight = read_weight(in, "weight", true).value_or(0);
  in.text_or("source");
  for (const std::string& claim : claims) {
    check_claim(in, "claims", claim);
    if (protocols.empty()) tables.direct.push_back({claim, {}, weight});
    for (const std::string& protocol : protocols)
      tables.direct.push_back({claim, protocol, weight});
  }
  return in.finished();
}

Result<void> read_text_trust(TomlTable& in, KnowledgeTables& tables) {
  TextTrust trust{.claim = read_claim(in, "claim"),
                  .weights = read_attribute_weights(in, "weight")};
  in.text_or("source");
  tables.texts.push_back(std::move(trust));
  return in.finished();
}

struct Kind {
  std::string_view name;
  Result<void> (*read)(TomlTable&, KnowledgeTables&);
};
constexpr Kind kKinds[] = {
    {"class", read_class},     {"manufacturer", read_manufacturer}, {"products", read_products},
    {"rule", read_rule},       {"service", read_service},           {"direct", read_direct},
    {"text", read_text_trust}, {"setting", read_setting},           {"grade", read_grade},
};

}  // namespace

std::uint64_t fingerprint_with(std::string_view name, std::string_view text, std::uint64_t before) {
  return hash_bytes(as_bytes(text), hash_bytes(as_bytes(name), before));
}

Result<void> read_knowledge(std::string_view name, std::string_view text, KnowledgeTables& tables) {
  const auto parsed = parse_toml(name, text);
  if (!parsed) return std::unexpected(parsed.error());
  tables.fingerprint = fingerprint_with(name, text, tables.fingerprint);
  for (const auto& [key, node] : *parsed) {
    const auto kind = std::ranges::find(kKinds, key.str(), &Kind::name);
    const toml::array* list = node.as_array();
    if (kind == std::end(kKinds)) {
      return fail(at_line(name, node.source()) + ": no such table: " + std::string(key.str()));
    }
    if (list == nullptr || !list->is_homogeneous(toml::node_type::table)) {
      return fail(at_line(name, node.source()) + ": write [[" + std::string(key.str()) + "]]");
    }
    for (const toml::node& item : *list) {
      TomlTable section(name, kind->name, *item.as_table());
      if (const auto read = kind->read(section, tables); !read) return read;
    }
  }
  return {};
}

}  // namespace asepsis
