// Four witnesses: claims that state an attribute outright, names found in
// texts, rules, and the owner of the MAC address. Names of products are read
// last, because an ambiguous one counts only beside its manufacturer.

#include "inventory/identify.hpp"

#include <algorithm>
#include <array>
#include <map>
#include <set>
#include <string_view>
#include <tuple>
#include <utility>
#include <vector>

#include "base/text.hpp"
#include "inventory/description.hpp"
#include "inventory/oui.hpp"
#include "inventory/weighing.hpp"
#include "inventory/words.hpp"

namespace asepsis {
namespace {

constexpr double kInside = 0.6;          // of a name not at the beginning of its text
constexpr double kOtherMaker = 0.4;      // of a product whose maker is believed to be another
constexpr double kMakerUnsaid = 0.9;     // of a product whose maker nobody said
constexpr double kUnknownProduct = 0.9;  // of words in the place of a product, with a digit
constexpr double kTrustedText = 0.6;     // of a text whose unknown words are read as a product
constexpr double kPlainWords = 0.3;      // of the same without one
constexpr double kBesideField = 0.4;     // of what a text says where a field says it too
constexpr std::string_view kField = "direct";
constexpr std::size_t kShortName = 3;    // names so short are found inside texts by chance
constexpr std::size_t kMaxValue = 1024;  // what is read of a value

struct DirectClaim {
  std::string_view claim;
  Attribute attribute;
};
constexpr DirectClaim kDirectClaims[] = {
    {"device.class", Attribute::device_class}, {"device.manufacturer", Attribute::manufacturer},
    {"device.model", Attribute::model},        {"device.firmware", Attribute::firmware},
    {"device.serial", Attribute::serial},      {"device.udi_di", Attribute::udi_di},
    {"device.hardware", Attribute::hardware},  {"device.os", Attribute::os},
};

class Weighing {
 public:
  Weighing(std::span<const Evidence> evidence, std::span<const Mac> macs,
           const Knowledge& knowledge)
      : knowledge_(knowledge) {
    for (const Evidence& one : evidence) evidence_.push_back(&one);
    std::ranges::sort(evidence_, {}, [](const Evidence* one) {
      return std::tie(one->claim, one->value, one->protocol, one->port, one->fact_id);
    });
    for (const Evidence* one : evidence_) read_direct(*one);
    for (const Mac& mac : std::set<Mac>(macs.begin(), macs.end())) read_owner(mac);
    for (const Evidence* one : evidence_) read_makers(*one);
    // A product that is named twice is not its own witness.
    said_makers_ = makers_;
    for (const Evidence* one : evidence_) read_products(*one);
    read_rules();
    read_usual_classes();
  }

  Opinion opinion(Attribute attribute) {
    std::vector<Statement>& statements = statements_[index_of(attribute)];
    if (of_the_individual(attribute)) favour_fields(statements);
    return weigh(attribute, std::move(statements));
  }

 private:
  static bool of_the_individual(Attribute attribute) {
    return attribute != Attribute::device_class && attribute != Attribute::manufacturer &&
           attribute != Attribute::os;
  }

  // What a field states goes before what we read out of a text, where several
  // texts may repeat one family's name.
  static void favour_fields(std::vector<Statement>& statements) {
    const auto field = [](const Statement& one) { return one.rule == kField && one.weight > 0.5; };
    if (std::ranges::none_of(statements, field)) return;
    for (Statement& one : statements) {
      if (one.rule != kField) one.weight *= kBesideField;
    }
  }

  void say(Attribute attribute, Statement statement) {
    if (statement.name.empty()) statement.name = statement.value;
    if (placeholder(statement.value)) return;
    if (attribute == Attribute::device_class && knowledge_.find_class(statement.value) == nullptr) {
      return;
    }
    if (attribute == Attribute::manufacturer) {
      if (const Manufacturer* maker = known_maker(statement.name)) {
        statement.name = maker->name;
        makers_.insert({maker->name, maker});
      }
    }
    statements_[index_of(attribute)].push_back(std::move(statement));
  }

  // "Siemens Healthcare GmbH" too: what follows the name is the company's form.
  const Manufacturer* known_maker(std::string_view name) const {
    if (const Manufacturer* maker = knowledge_.find_manufacturer(name)) return maker;
    const auto found = knowledge_.maker_in(name);
    return found && found->begin == 0 ? found->maker : nullptr;
  }

  void read_direct(const Evidence& one) {
    const auto direct = std::ranges::find(kDirectClaims, one.claim, &DirectClaim::claim);
    if (direct == std::end(kDirectClaims)) return;
    Statement statement{.value = std::string(trimmed(value_of(one))),
                        .name = {},
                        .weight = knowledge_.direct_weight(one.claim, one.protocol),
                        .source = one.protocol,
                        .own_words = true,
                        .fact_id = one.fact_id,
                        .rule = std::string(kField)};
    if (direct->attribute == Attribute::model) strip_maker(statement);
    say(direct->attribute, std::move(statement));
  }

  // "cisco C9500-24Y4C": the maker's name is not part of the model's.
  void strip_maker(Statement& model) {
    const auto found = knowledge_.maker_in(model.value);
    if (!found || found->begin != 0) return;
    std::string_view rest = std::string_view(model.value).substr(found->end);
    while (!rest.empty() && !is_letter_or_digit(rest[0])) rest.remove_prefix(1);
    if (rest.empty()) return;
    Statement maker = model;
    maker.value = found->maker->name;
    maker.own_words = false;
    say(Attribute::manufacturer, std::move(maker));
    model.value = std::string(rest);
  }

  void read_owner(const Mac& mac) {
    const auto owner = oui_owner(mac);
    if (!owner) return;
    constexpr double kUnlisted = 0.3;
    const Manufacturer* maker = knowledge_.owner(*owner);
    say(Attribute::manufacturer, {.value = maker != nullptr ? maker->name : std::string(*owner),
                                  .name = {},
                                  .weight = maker != nullptr ? maker->oui_weight : kUnlisted,
                                  .source = "oui",
                                  .rule = "oui"});
  }

  void read_makers(const Evidence& one) {
    const TextTrust* trust = knowledge_.text_trust(one.claim);
    if (trust == nullptr) return;
    const std::string_view text = value_of(one);
    const auto found = knowledge_.maker_in(text);
    if (!found) return;
    const bool first = found->begin == 0;
    const bool doubtful = found->maker->component_maker || found->end - found->begin <= kShortName;
    if (!first && doubtful) return;
    Statement statement = from(one, *trust, Attribute::manufacturer, first ? 1 : kInside);
    // In a model's name ("cisco WS-C2940") the maker is a label, not its name.
    statement.own_words = one.claim != "device.model";
    statement.value = statement.own_words ? text.substr(found->begin, found->end - found->begin)
                                          : std::string_view(found->maker->name);
    statement.rule = "manufacturer in text";
    say(Attribute::manufacturer, std::move(statement));
    read_unknown_product(one, *trust, text.substr(found->end), first);
  }

  // Words in the place of a product that knowledge/ does not list.
  void read_unknown_product(const Evidence& one, const TextTrust& trust, std::string_view after,
                            bool first) {
    const bool trusted = trust.weights[index_of(Attribute::model)] >= kTrustedText;
    if (!first || !trusted || !knowledge_.products_in(value_of(one)).empty()) return;
    const std::string_view product = product_words(after);
    if (product.empty()) return;
    const bool digit = std::ranges::any_of(product, is_digit);
    Statement model = from(one, trust, Attribute::model, digit ? kUnknownProduct : kPlainWords);
    model.value = product;
    model.own_words = true;
    model.rule = "words after the manufacturer";
    say(Attribute::model, std::move(model));
    const auto end = static_cast<std::size_t>(product.data() + product.size() - after.data());
    read_version(one, trust, after.substr(end));
  }

  void read_version(const Evidence& one, const TextTrust& trust, std::string_view after) {
    Statement version = from(one, trust, Attribute::firmware, 1);
    version.value = version_words(after);
    version.own_words = true;
    version.rule = "version after the product";
    say(Attribute::firmware, std::move(version));
  }

  struct Choice {
    Knowledge::ProductFound found;
    double belief = 0;
  };

  // Of the products that a text names: the best believed, then the longest name.
  Choice best_product(std::string_view text, bool in_a_name) const {
    Choice best{};
    for (const Knowledge::ProductFound& found : knowledge_.products_in(text)) {
      const Product& product = *found.product;
      const bool its_maker = said_makers_.contains(product.manufacturer);
      double belief = its_maker ? 1 : said_makers_.empty() ? kMakerUnsaid : kOtherMaker;
      if (!its_maker && (ambiguous(product) || (in_a_name && one_plain_word(product)))) belief = 0;
      const auto order = [](double believed, const Knowledge::ProductFound& one) {
        return std::tuple(-believed, -static_cast<std::int64_t>(one.end - one.begin), one.begin,
                          std::string_view(one.product->manufacturer));
      };
      if (belief > 0 &&
          (best.belief == 0 || order(belief, found) < order(best.belief, best.found))) {
        best = {found, belief};
      }
    }
    return best;
  }

  static bool ambiguous(const Product& product) {
    return product.needs_manufacturer || compact(product.name).size() <= kShortName ||
           std::ranges::none_of(product.name, is_letter);
  }

  // Hosts are named after gods and planets, and so are products.
  static bool one_plain_word(const Product& product) {
    return std::ranges::all_of(product.name, is_letter);
  }

  void read_products(const Evidence& one) {
    const TextTrust* trust = knowledge_.text_trust(one.claim);
    if (trust == nullptr) return;
    const std::string_view text = value_of(one);
    const bool in_a_name = one.claim.starts_with("name.");
    const Choice best = best_product(text, in_a_name);
    if (best.belief <= 0) return;
    const Product& product = *best.found.product;
    const std::string rule = "product " + product.name;
    const auto say_it = [&](Attribute attribute, std::string_view value, bool own) {
      Statement statement = from(one, *trust, attribute, best.belief);
      statement.value = value;
      statement.own_words = own;
      statement.rule = rule;
      say(attribute, std::move(statement));
    };
    say_it(Attribute::device_class, product.device_class, false);
    say_it(Attribute::manufacturer, product.manufacturer, false);
    const std::size_t size = best.found.end - best.found.begin;
    say_it(Attribute::model, in_a_name ? product.name : text.substr(best.found.begin, size),
           !in_a_name);
    read_version(one, *trust, text.substr(best.found.end));
  }

  void read_rules() {
    for (const Evidence* one : evidence_) {
      for (const Knowledge::RuleFound& found : knowledge_.rules_for(one->claim, value_of(*one))) {
        if (applies(*found.rule, *one)) say_rule(found, *one);
      }
    }
  }

  void say_rule(const Knowledge::RuleFound& found, const Evidence& one) {
    for (std::size_t i = 0; i < found.says.size(); ++i) {
      if (found.rule->says[i].empty()) continue;
      say(static_cast<Attribute>(i), {.value = found.says[i],
                                      .name = {},
                                      .weight = found.rule->weights[i],
                                      .source = one.protocol,
                                      .own_words = found.rule->says[i].starts_with('$'),
                                      .fact_id = one.fact_id,
                                      .rule = found.rule->id});
    }
  }

  bool applies(const Rule& rule, const Evidence& one) {
    if (!rule.protocol.empty() && rule.protocol != one.protocol) return false;
    if (rule.port != 0 && rule.port != one.port) return false;
    const auto [place, added] = conditions_.emplace(&rule, false);
    if (added) place->second = conditions_hold(rule);
    return place->second;
  }

  bool conditions_hold(const Rule& rule) const {
    const auto holds = [&](const Condition& condition) {
      return std::ranges::any_of(evidence_, [&](const Evidence* other) {
        return other->claim == condition.claim && knowledge_.fulfils(condition, value_of(*other));
      });
    };
    return std::ranges::all_of(rule.needs, holds) && std::ranges::none_of(rule.unless, holds) &&
           (rule.at_least <= 1 || matching_values(rule) >= rule.at_least);
  }

  std::size_t matching_values(const Rule& rule) const {
    std::set<std::string_view> values;
    const Condition match{.claim = {}, .match = rule.match, .example = {}};
    for (const Evidence* one : evidence_) {
      const bool asked = std::ranges::find(rule.claims, one->claim) != rule.claims.end();
      if (asked && knowledge_.fulfils(match, value_of(*one))) values.insert(one->value);
    }
    return values.size();
  }

  // What a manufacturer mostly makes, as far as it is believed to be the one.
  void read_usual_classes() {
    for (const auto& [name, maker] : makers_) {
      double belief = 0;
      for (const Statement& one : statements_[index_of(Attribute::manufacturer)]) {
        if (one.name == name) belief = std::max(belief, one.weight);
      }
      for (const auto& [device_class, weight] : maker->classes) {
        say(Attribute::device_class, {.value = device_class,
                                      .name = {},
                                      .weight = weight * belief,
                                      .source = "manufacturer",
                                      .rule = "what " + maker->name + " makes"});
      }
    }
  }

  static Statement from(const Evidence& one, const TextTrust& trust, Attribute attribute,
                        double factor) {
    return {.value = {},
            .name = {},
            .weight = trust.weights[index_of(attribute)] * factor,
            .source = one.protocol,
            .fact_id = one.fact_id,
            .rule = {}};
  }

  static std::string_view value_of(const Evidence& one) { return one.value.substr(0, kMaxValue); }

  const Knowledge& knowledge_;
  std::vector<const Evidence*> evidence_;
  std::map<std::string, const Manufacturer*> makers_;       // those that something named
  std::map<std::string, const Manufacturer*> said_makers_;  // before products were read
  std::map<const Rule*, bool> conditions_;                  // asked once a rule
  PerAttribute<std::vector<Statement>> statements_;
};

}  // namespace

Identity identify(std::span<const Evidence> evidence, std::span<const Mac> macs,
                  const Knowledge& knowledge) {
  Weighing weighing(evidence, macs, knowledge);
  return {.device_class = weighing.opinion(Attribute::device_class),
          .manufacturer = weighing.opinion(Attribute::manufacturer),
          .model = weighing.opinion(Attribute::model),
          .firmware = weighing.opinion(Attribute::firmware),
          .serial = weighing.opinion(Attribute::serial),
          .udi_di = weighing.opinion(Attribute::udi_di),
          .hardware = weighing.opinion(Attribute::hardware),
          .os = weighing.opinion(Attribute::os)};
}

}  // namespace asepsis
