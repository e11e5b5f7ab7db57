#include "document/export_file.hpp"

#include <algorithm>
#include <map>
#include <optional>
#include <set>

#include "base/address.hpp"
#include "base/text.hpp"
#include "base/udi.hpp"
#include "document/secret.hpp"

namespace asepsis {
namespace {

constexpr std::size_t kMostShown = 200;  // bytes; longer texts are compared by their hash
constexpr std::size_t kMostPath = 400;

// One leaf, and its path in the two forms that are asked about.
struct Step {
  const Leaf* leaf;
  std::vector<std::string> shown;  // as they are kept
  std::vector<std::string> steps;  // as spoken
  std::string path;                // as it is kept
  std::string spoken_path;         // steps apart by a full stop
};

void join_steps(Step& step) {
  for (std::size_t i = 0; i < step.shown.size(); ++i) {
    const char* const dot = i == 0 ? "" : ".";
    step.path += dot + step.shown[i];
    step.spoken_path += dot + step.steps[i];
  }
  step.path.resize(std::min(step.path.size(), kMostPath));
  step.path = to_utf8(step.path);
}

class ExportReader {
 public:
  ExportReader(std::string_view key, const Vocabulary& words) : key_(key), words_(words) {}

  Document read(Flat flat, std::string format) {
    document_.kind = DocumentKind::configuration;
    document_.format = std::move(format);
    document_.problems = std::move(flat.problems);
    document_.rows.push_back({.line = 1, .key = {}, .facts = {}});
    for (const Leaf& leaf : flat.leaves) {
      if (leaf.steps.empty() || names_its_member(leaf)) continue;
      const Step step = step_from(leaf);
      if (about_a_person(step)) {
        ++document_.persons;
        continue;
      }
      consider_identity(step);
      add_setting(step);
    }
    add_identity();
    if (settings_.empty()) document_.rows.clear();
    return std::move(document_);
  }

 private:
  // A path may hold what its value may not: a secret, or the name of a user.
  Step step_from(const Leaf& leaf) {
    Step step{.leaf = &leaf, .shown = {}, .steps = {}, .path = {}, .spoken_path = {}};
    for (std::size_t i = 0; i < leaf.steps.size(); ++i) {
      std::string shown = leaf.steps[i];
      if (looks_secret(shown, words_)) shown = sealed(shown, key_);
      if (i > 0 && words_.holds_named_people(step.steps.back()) && is_a_name(leaf, i))
        shown = number_of(step.shown.back(), shown);
      step.steps.push_back(spoken(shown));
      step.shown.push_back(std::move(shown));
    }
    join_steps(step);
    return step;
  }

  // "users.max = 5" counts users; "users.jroe = admin" names one.
  bool is_a_name(const Leaf& leaf, std::size_t step) const {
    if (step + 1 < leaf.steps.size()) return true;
    return leaf.value.find_first_not_of("0123456789") != std::string::npos &&
           !words_.yes_or_no(leaf.value);
  }

  // "(1)": people are told apart by the order in which they stand there.
  std::string number_of(const std::string& list, const std::string& name) {
    auto& names = people_[list];
    const auto number = names.emplace(name, names.size()).first->second;
    return '(' + std::to_string(number) + ')';
  }

  // "interfaces[eth0].name" is "eth0": the path says it.
  static bool names_its_member(const Leaf& leaf) {
    const std::size_t steps = leaf.steps.size();
    return steps > 1 && leaf.steps[steps - 2].ends_with('[' + step_of(leaf.value) + ']');
  }

  bool about_a_person(const Step& step) const {
    const std::string& last = step.steps.back();
    bool in_people = false;
    for (std::size_t i = 0; i < step.steps.size(); ++i) {
      if (words_.names_patient(step.steps[i])) return true;
      in_people = in_people || (i + 1 < step.steps.size() && words_.names_people(step.steps[i]));
    }
    // In a list of people every name and id is somebody's.
    return words_.names_person(last) ||
           (in_people && (last.ends_with("name") || last == "id" || last.ends_with(" id")));
  }

  bool secret(const Step& step) const {
    const std::string& value = step.leaf->value;
    if (words_.yes_or_no(value) && value.size() > 1) return false;  // on or off opens nothing
    const bool named = std::ranges::any_of(
        step.steps, [&](const std::string& name) { return words_.names_secret(name); });
    return (named && !words_.about_secret(step.steps.back())) || looks_secret(value, words_);
  }

  // What is kept of a value, and how safe it is.
  std::pair<std::string, std::string> kept(const Step& step) {
    const std::string& value = step.leaf->value;
    if (secret(step)) {
      ++document_.secrets;
      if (value.empty()) return {"(empty)", "open"};
      if (words_.well_known(value)) return {sealed(value, key_) + " (well-known)", "open"};
      return {sealed(value, key_), {}};
    }
    const std::string text = to_utf8(trimmed(value));
    if (text.size() > kMostShown) {
      ++document_.secrets;
      return {"long text, " + sealed(value, key_), {}};
    }
    return {text, words_.said(step.spoken_path, text).level};
  }

  void add_setting(const Step& step) {
    const auto [value, level] = kept(step);
    if (value.empty()) return;
    DocumentFact fact{
        .claim = std::string(kExportPrefix) + step.path, .value = value, .line = step.leaf->line};
    fact.by_nature = words_.differs_by_nature(step.spoken_path);
    fact.level = level;
    fact.about = words_.said(step.spoken_path, value).about;
    if (!settings_.insert(fact.claim).second) {
      document_.problems.push_back({.line = fact.line,
                                    .column = step.path,
                                    .reason = "is set twice: only the first is taken"});
      return;
    }
    document_.rows.front().facts.push_back(std::move(fact));
  }

  // The device's own serial number, MAC, name ... stand near the root; what
  // stands below a server, a module or a list of peers is theirs.
  void consider_identity(const Step& step) {
    const Field* field = words_.identity_of(
        step.leaf->steps.back(),
        step.steps.size() > 1 ? std::string_view(step.steps[step.steps.size() - 2]) : "");
    const std::string value = to_utf8(trimmed(step.leaf->value));
    if (field == nullptr || value.empty() || value.size() > kMostShown) return;
    if (words_.foreign(step.spoken_path) || looks_secret(value, words_)) return;
    const auto named = identity_value(*field, value);
    if (!named) return;
    own_[std::string(named->first)].push_back(
        {.depth = step.steps.size(), .value = named->second, .line = step.leaf->line});
  }

  static std::optional<std::pair<std::string_view, std::string>> identity_value(
      const Field& field, const std::string& value) {
    if (field.type == FieldType::mac) {
      const auto mac = mac_from_text(value);
      if (!mac || mac->empty() || mac->group()) return std::nullopt;
      return std::pair(field.name, to_text(*mac));
    }
    if (field.type == FieldType::udi) {
      if (!udi_is_of_device(value)) return std::nullopt;
      const auto udi = udi_from_text(value);
      if (!udi && !gtin14(value)) return std::nullopt;
      return std::pair(std::string_view("udi_di"),
                       std::string(udi ? udi->device_identifier : std::string_view(value)));
    }
    return std::pair(field.name, value);
  }

  struct Own {
    std::size_t depth;
    std::string value;
    std::uint64_t line;
  };

  // Of each kind those nearest the root; if they differ, nobody knows which is
  // meant. A device may have several MAC addresses.
  void add_identity() {
    std::vector<DocumentFact> facts;
    for (auto& [field, all] : own_) {
      const std::size_t nearest = std::ranges::min(all, {}, &Own::depth).depth;
      std::map<std::string, std::uint64_t> values;
      for (const Own& own : all)
        if (own.depth == nearest || field == "mac") values.emplace(own.value, own.line);
      if (values.size() > 1 && field != "mac") {
        document_.problems.push_back({.line = values.begin()->second,
                                      .column = {},
                                      .reason = "names several values of " + field +
                                                ": none of them is taken for the device's own",
                                      .left_out = false});
        continue;
      }
      for (const auto& [value, line] : values)
        facts.push_back({.claim = field, .value = value, .line = line});
    }
    auto& row = document_.rows.front();
    row.facts.insert(row.facts.begin(), facts.begin(), facts.end());
  }

  std::string_view key_;
  const Vocabulary& words_;
  std::map<std::string, std::map<std::string, std::size_t>> people_;  // list, name -> number
  std::map<std::string, std::vector<Own>> own_;
  std::set<std::string> settings_;
  Document document_;
};

}  // namespace

Document read_export(Flat flat, std::string format, std::string_view key, const Vocabulary& words) {
  return ExportReader(key, words).read(std::move(flat), std::move(format));
}

}  // namespace asepsis
