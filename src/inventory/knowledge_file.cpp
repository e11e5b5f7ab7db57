// The schema is the list of functions at the end, one a table; each takes the
// keys it knows and what is left over is an error.

#include "inventory/knowledge_file.hpp"

#include <toml++/toml.h>

#include <algorithm>
#include <initializer_list>
#include <optional>
#include <string>
#include <utility>

#include "fact/claim.hpp"

namespace asepsis {
namespace {

std::string at_line(std::string_view file, const toml::source_region& region) {
  return std::string(file) + ": line " + std::to_string(region.begin.line);
}

// One table of the file. Remembers the first thing that was wrong, so that a
// reader takes key after key in a straight line and asks once.
class Section {
 public:
  Section(std::string_view file, std::string_view kind, const toml::table& table)
      : file_(file), kind_(kind), table_(table) {}

  std::string where() const { return at_line(file_, table_.source()); }

  std::string text(std::string_view key, bool required = false) {
    const toml::node* node = take(key, required);
    if (node == nullptr) return {};
    const auto value = node->value_exact<std::string>();
    if (!value) return wrong(key, *node, "is not a text"), std::string();
    if (value->empty()) wrong(key, *node, "is empty");
    return *value;
  }

  bool yes(std::string_view key) {
    const toml::node* node = take(key, false);
    if (node == nullptr) return false;
    const auto value = node->value_exact<bool>();
    if (!value) wrong(key, *node, "is neither true nor false");
    return value.value_or(false);
  }

  std::uint64_t number(std::string_view key, std::uint64_t otherwise, std::uint64_t most) {
    const toml::node* node = take(key, false);
    if (node == nullptr) return otherwise;
    const auto value = node->value_exact<std::int64_t>();
    if (!value || *value < 1 || static_cast<std::uint64_t>(*value) > most) {
      return wrong(key, *node, "is not a number from 1 to " + std::to_string(most)), otherwise;
    }
    return static_cast<std::uint64_t>(*value);
  }

  std::optional<double> weight(std::string_view key, bool required = false) {
    const toml::node* node = take(key, required);
    return node == nullptr ? std::nullopt : as_weight(key, *node);
  }

  // A text or a list of texts.
  std::vector<std::string> texts(std::string_view key, bool required = false) {
    std::vector<std::string> values;
    const toml::node* node = take(key, required);
    if (node == nullptr) return values;
    if (const auto one = node->value_exact<std::string>()) return {*one};
    const toml::array* list = node->as_array();
    if (list == nullptr) return wrong(key, *node, "is not a list of texts"), values;
    for (const toml::node& item : *list) {
      const auto value = item.value_exact<std::string>();
      if (!value || value->empty()) return wrong(key, item, "holds what is not a text"), values;
      values.push_back(*value);
    }
    return values;
  }

  // { name = 0.3, ... }, in the order of the names.
  std::vector<std::pair<std::string, double>> weights(std::string_view key) {
    std::vector<std::pair<std::string, double>> values;
    for_each_in(key, [&](std::string_view name, const toml::node& node) {
      values.emplace_back(name, as_weight(key, node).value_or(0));
    });
    return values;
  }

  // { class = "...", model = "..." }
  PerAttribute<std::string> attributes(std::string_view key) {
    PerAttribute<std::string> values;
    for_each_in(key, [&](std::string_view name, const toml::node& node) {
      const auto index = attribute(key, name, node);
      const auto value = node.value_exact<std::string>();
      if (!value) return wrong(key, node, "says what is not a text");
      if (index) values[*index] = *value;
    });
    return values;
  }

  // One weight for all, or { class = 0.8, model = 0.5 }.
  PerAttribute<double> attribute_weights(std::string_view key) {
    PerAttribute<double> values{};
    const auto node = table_.find(key);
    if (node != table_.end() && !node->second.is_table()) {
      values.fill(weight(key).value_or(0));
      return values;
    }
    for_each_in(key, [&](std::string_view name, const toml::node& item) {
      const auto index = attribute(key, name, item);
      if (index) values[*index] = as_weight(key, item).value_or(0);
    });
    return values;
  }

  std::vector<Condition> conditions(std::string_view key) {
    std::vector<Condition> values;
    const toml::node* node = take(key, false);
    if (node == nullptr) return values;
    const toml::array* list = node->as_array();
    if (list == nullptr) return wrong(key, *node, "is not a list of conditions"), values;
    for (const toml::node& item : *list) {
      if (!item.is_table()) return wrong(key, item, "holds what is not a condition"), values;
      Section inner(file_, key, *item.as_table());
      values.push_back({inner.claim("claim"), inner.text("match"), inner.text("example")});
      if (const auto bad = inner.finished(); !bad) error_ = error_.value_or(bad.error());
    }
    return values;
  }

  std::string claim(std::string_view key) {
    std::string name = text(key, true);
    if (!name.empty()) check_claim(key, name);
    return name;
  }

  void check_claim(std::string_view key, std::string_view name) {
    const auto found = std::ranges::find(kClaims, name, &ClaimRow::name);
    if (found == std::end(kClaims)) {
      wrong(key, table_, "names the unknown claim '" + std::string(name) + "'");
    }
  }

  // REQUIRES: every key that may be there was asked for.
  Result<void> finished() const {
    if (error_) return Failure(*error_);
    for (const auto& [key, node] : table_) {
      if (std::ranges::find(taken_, key.str()) != taken_.end()) continue;
      return fail(at_line(file_, node.source()) + ": " + std::string(kind_) +
                  ": no such key: " + std::string(key.str()));
    }
    return {};
  }

  void wrong(std::string_view key, const toml::node& node, const std::string& why) {
    if (error_) return;
    const toml::node& known = node.source().begin.line > 0 ? node : table_;
    error_ = Error{at_line(file_, known.source()) + ": " + std::string(kind_) + ": " +
                   std::string(key) + " " + why};
  }
  void wrong(std::string_view key, const std::string& why) { wrong(key, table_, why); }

 private:
  const toml::node* take(std::string_view key, bool required) {
    taken_.emplace_back(key);
    const toml::node* node = table_.get(key);
    if (node == nullptr && required) wrong(key, table_, "is missing");
    return node;
  }

  template <class Action>
  void for_each_in(std::string_view key, Action action) {
    const toml::node* node = take(key, false);
    if (node == nullptr) return;
    if (!node->is_table()) return wrong(key, *node, "is not a table { ... }");
    for (const auto& [name, item] : *node->as_table()) action(name.str(), item);
  }

  std::optional<std::size_t> attribute(std::string_view key, std::string_view name,
                                       const toml::node& node) {
    const auto found = std::ranges::find(kAttributeNames, name);
    if (found == kAttributeNames.end()) {
      wrong(key, node, "names the unknown attribute '" + std::string(name) + "'");
      return std::nullopt;
    }
    return static_cast<std::size_t>(found - kAttributeNames.begin());
  }

  std::optional<double> as_weight(std::string_view key, const toml::node& node) {
    const auto value = node.value<double>();
    if (value && *value >= 0 && *value <= 1) return value;
    wrong(key, node, "is not a weight from 0 to 1");
    return std::nullopt;
  }

  std::string_view file_;
  std::string_view kind_;
  const toml::table& table_;
  std::vector<std::string> taken_;
  std::optional<Error> error_;
};

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
    {"text", read_text_trust},
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
