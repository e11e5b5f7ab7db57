#include "inventory/knowledge_index.hpp"

#include <algorithm>
#include <iterator>

#include "base/spelling.hpp"
#include "base/text.hpp"
#include "inventory/words.hpp"

namespace asepsis {
namespace {

template <class Rows>
bool is_named(const Rows& rows, std::string_view name) {
  return std::ranges::any_of(rows, [&](const auto& row) { return row.name == name; });
}

Result<void> check_class(const KnowledgeTables& tables, std::string_view name,
                         const std::string& where) {
  if (is_named(tables.classes, name)) return {};
  std::vector<std::string> names;
  std::ranges::transform(tables.classes, std::back_inserter(names), &ClassInfo::name);
  return fail(where + ": there is no class '" + std::string(name) + "'" +
              meant_by_a_word(name, names));
}

// What a rule says in plain words must be a known class; $1 is checked when it is filled in.
Result<void> check_says(const KnowledgeTables& tables, const Rule& rule) {
  const std::string& says = rule.says[index_of(Attribute::device_class)];
  if (says.empty() || says.find('$') != std::string::npos) return {};
  return check_class(tables, says, rule.where);
}

bool uses_groups(const Rule& rule) {
  return std::ranges::any_of(
      rule.says, [](const std::string& text) { return text.find('$') != std::string::npos; });
}

Result<void> check_groups(const Rule& rule, const RE2& expression) {
  for (const std::string& text : rule.says) {
    for (std::size_t at = text.find('$'); at != std::string::npos; at = text.find('$', at + 1)) {
      const int group = at + 1 < text.size() ? text[at + 1] - '0' : -1;
      if (group >= 1 && group < kMaxRuleGroups && group <= expression.NumberOfCapturingGroups())
        continue;
      return fail(rule.where + ": says: '" + text + "' names a group that match does not have");
    }
  }
  return {};
}

}  // namespace

Result<void> check_expressions(std::span<const Rule> rules) {
  for (const Rule& rule : rules) {
    const RE2 expression(rule.match, expression_options());
    if (!expression.ok()) return fail(rule.where + ": match: " + expression.error());
  }
  return {};
}

Result<void> KnowledgeIndex::add_makers(const KnowledgeTables& tables) {
  for (const Manufacturer& maker : tables.manufacturers) {
    const auto add = [&](const std::string& name) -> Result<void> {
      const auto [place, added] = makers.emplace(compact(name), MakerName{&maker, 0});
      place->second.words = std::max(place->second.words, words(name).size());
      most_maker_words = std::max(most_maker_words, words(name).size());
      if (added || place->second.maker == &maker) return {};
      return fail("'" + name + "' is a name of both " + place->second.maker->name + " and " +
                  maker.name);
    };
    if (auto named = add(maker.name); !named) return named;
    for (const std::string& alias : maker.aliases) {
      if (auto named = add(alias); !named) return named;
    }
    for (const std::string& owner : maker.oui) owners.emplace_back(lowered(owner), &maker);
    for (const auto& [name, weight] : maker.classes) {
      if (auto known = check_class(tables, name, maker.name); !known) return known;
    }
  }
  std::ranges::stable_sort(owners, std::ranges::greater(),
                           [](const auto& owner) { return owner.first.size(); });
  return {};
}

Result<void> KnowledgeIndex::add_products(const KnowledgeTables& tables) {
  std::string_view checked;  // the products of one table share its class and manufacturer
  for (const Product& product : tables.products) {
    if (product.where != checked) {
      if (auto known = check_class(tables, product.device_class, product.where); !known)
        return known;
      if (!is_named(tables.manufacturers, product.manufacturer)) {
        return fail(product.where + ": there is no manufacturer '" + product.manufacturer + "'");
      }
      checked = product.where;
    }
    if (words(product.name).empty() || words(product.name).size() > kMaxNameWords) {
      return fail(product.where + ": '" + product.name + "' is not a name of 1 to 12 words");
    }
    products[compact(product.name)].push_back(&product);
  }
  return {};
}

Result<void> KnowledgeIndex::add_conditions(const Rule& rule) {
  const auto add = [&](const std::string& match) -> Result<void> {
    auto& expression = conditions[match];
    if (!expression) expression = std::make_unique<RE2>(match, expression_options());
    if (!expression->ok()) return fail(rule.where + ": " + expression->error());
    return {};
  };
  for (const std::vector<Condition>* list : {&rule.needs, &rule.unless}) {
    for (const Condition& condition : *list) {
      if (auto added = add(condition.match); !added) return added;
    }
  }
  return rule.at_least > 1 ? add(rule.match) : Result<void>();
}

Result<void> KnowledgeIndex::add_rules(const KnowledgeTables& tables) {
  std::map<std::string_view, const Rule*> by_id;
  for (const Rule& rule : tables.rules) {
    const auto [other, added] = by_id.emplace(rule.id, &rule);
    if (!added)
      return fail(rule.where + ": '" + rule.id + "' is in " + other->second->where + " too");
    for (const std::string& claim : rule.claims) claims[claim].add(expressions.size());
    if (auto checked = check_says(tables, rule); !checked) return checked;
    expressions.emplace_back();
    if (uses_groups(rule)) {
      expressions.back() = std::make_unique<RE2>(rule.match, expression_options());
      if (auto checked = check_groups(rule, *expressions.back()); !checked) return checked;
    }
    if (auto added_too = add_conditions(rule); !added_too) return added_too;
  }
  return {};
}

Result<void> KnowledgeIndex::add(const KnowledgeTables& tables) {
  if (auto added = services.add(tables.services); !added) return added;
  if (auto added = settings.add(tables.settings); !added) return added;
  for (const ClassInfo& one : tables.classes) classes.emplace(one.name, &one);
  for (const auto part :
       {&KnowledgeIndex::add_makers, &KnowledgeIndex::add_products, &KnowledgeIndex::add_rules}) {
    if (auto added = (this->*part)(tables); !added) return added;
  }
  return {};
}

}  // namespace asepsis
