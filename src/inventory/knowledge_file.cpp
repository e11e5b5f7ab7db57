// The schema is the list of functions at the end, one a table; each takes the
// keys it knows and what is left over is an error.

#include "inventory/knowledge_file.hpp"

#include <algorithm>
#include <string>
#include <utility>

#include "inventory/knowledge_section.hpp"
#include "inventory/settings_file.hpp"

namespace asepsis {
namespace {

bool kebab_case(std::string_view name) {
  return std::ranges::all_of(
      name, [](char c) { return (c >= 'a' && c <= 'z') || (c >= '0' && c <= '9') || c == '-'; });
}

Result<void> read_class(Section& in, KnowledgeTables& tables) {
  ClassInfo info{.name = in.text("name", true), .title = in.text("title", true)};
  info.medical = in.yes("medical");
  const std::string life = in.text("life_supporting", true);
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

Result<void> read_manufacturer(Section& in, KnowledgeTables& tables) {
  constexpr double kOui = 0.3;
  constexpr double kMedicalOui = 0.7;
  Manufacturer maker;
  maker.name = in.text("name", true);
  maker.aliases = in.texts("aliases");
  maker.oui = in.texts("oui");
  maker.medical_only = in.yes("medical_only");
  maker.component_maker = in.yes("component_maker");
  maker.oui_weight = in.weight("oui_weight").value_or(maker.medical_only ? kMedicalOui : kOui);
  maker.classes = in.weights("classes");
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

Result<void> read_products(Section& in, KnowledgeTables& tables) {
  Product product{.name = {},
                  .manufacturer = in.text("manufacturer", true),
                  .device_class = in.text("class", true),
                  .where = in.where(),
                  .needs_manufacturer = in.yes("needs_manufacturer")};
  in.text("source");
  for (std::string& name : in.texts("names", true)) {
    product.name = std::move(name);
    tables.products.push_back(product);
  }
  return in.finished();
}

Result<void> read_rule(Section& in, KnowledgeTables& tables) {
  Rule rule;
  rule.id = in.text("id", true);
  rule.where = in.where();
  rule.claims = in.texts("claims", true);
  for (const std::string& name : rule.claims) in.check_claim("claims", name);
  rule.match = in.text("match", true);
  rule.protocol = in.text("protocol");
  rule.port = static_cast<std::uint16_t>(in.number("port", 0, 65'535));
  rule.at_least = in.number("at_least", 1, 1'000);
  rule.needs = in.conditions("needs");
  rule.unless = in.conditions("unless");
  rule.says = in.attributes("says");
  rule.weights = in.attribute_weights("weight");
  rule.source = in.text("source", true);
  rule.examples = in.texts("example", true);
  rule.gives = in.attributes("gives");
  rule.counterexample = in.text("not");
  for (std::size_t i = 0; i < rule.says.size(); ++i) {
    if (!rule.says[i].empty() && rule.weights[i] <= 0) {
      in.wrong("weight", "is missing for " + std::string(kAttributeNames[i]));
    }
  }
  if (rule.says == PerAttribute<std::string>{}) in.wrong("says", "is missing");
  tables.rules.push_back(std::move(rule));
  return in.finished();
}

Result<void> read_service(Section& in, KnowledgeTables& tables) {
  constexpr std::uint64_t kMostPort = 65'535;
  ServiceName service;
  service.name = in.text("name", true);
  service.transport = in.text("transport", true);
  service.port = static_cast<std::uint16_t>(in.number("port", 0, kMostPort));
  service.shape = in.text("shape");
  service.where = in.where();
  service.example = in.text("example", true);
  in.text("source", true);
  if (!kebab_case(service.name)) in.wrong("name", "is not in kebab-case");
  if (service.transport != "tcp" && service.transport != "udp" && service.transport != "tls")
    in.wrong("transport", "is none of tcp, udp, tls");
  if (service.port == 0) in.wrong("port", "is missing");
  tables.services.push_back(std::move(service));
  return in.finished();
}

Result<void> read_direct(Section& in, KnowledgeTables& tables) {
  const std::vector<std::string> claims = in.texts("claims", true);
  const std::vector<std::string> protocols = in.texts("protocols");
  const double weight = in.weight("weight", true).value_or(0);
  in.text("source");
  for (const std::string& claim : claims) {
    in.check_claim("claims", claim);
    if (protocols.empty()) tables.direct.push_back({claim, {}, weight});
    for (const std::string& protocol : protocols)
      tables.direct.push_back({claim, protocol, weight});
  }
  return in.finished();
}

Result<void> read_text_trust(Section& in, KnowledgeTables& tables) {
  TextTrust trust{.claim = in.claim("claim"), .weights = in.attribute_weights("weight")};
  in.text("source");
  tables.texts.push_back(std::move(trust));
  return in.finished();
}

struct Kind {
  std::string_view name;
  Result<void> (*read)(Section&, KnowledgeTables&);
};
constexpr Kind kKinds[] = {
    {"class", read_class},     {"manufacturer", read_manufacturer}, {"products", read_products},
    {"rule", read_rule},       {"service", read_service},           {"direct", read_direct},
    {"text", read_text_trust}, {"setting", read_setting},           {"grade", read_grade},
};

}  // namespace

Result<void> read_knowledge(std::string_view name, std::string_view text, KnowledgeTables& tables) {
  const toml::parse_result parsed = toml::parse(text, name);
  if (!parsed) {
    return fail(at_line(name, parsed.error().source()) + ": " +
                std::string(parsed.error().description()));
  }
  for (const auto& [key, node] : parsed.table()) {
    const auto kind = std::ranges::find(kKinds, key.str(), &Kind::name);
    const toml::array* list = node.as_array();
    if (kind == std::end(kKinds)) {
      return fail(at_line(name, node.source()) + ": no such table: " + std::string(key.str()));
    }
    if (list == nullptr || !list->is_homogeneous(toml::node_type::table)) {
      return fail(at_line(name, node.source()) + ": write [[" + std::string(key.str()) + "]]");
    }
    for (const toml::node& item : *list) {
      Section section(name, kind->name, *item.as_table());
      if (const auto read = kind->read(section, tables); !read) return read;
    }
  }
  return {};
}

}  // namespace asepsis
