#include "assess/rating.hpp"

#include <re2/re2.h>

#include <algorithm>
#include <array>
#include <cstdint>
#include <map>
#include <optional>
#include <vector>

#include "assess/pack.hpp"
#include "base/toml_table.hpp"

namespace asepsis {
namespace {

constexpr std::array<std::string_view, 5> kSeverities{"minor", "significant", "considerable",
                                                      "major", "catastrophic"};
constexpr std::array<std::string_view, 5> kLikelihoods{"very_low", "low", "medium", "high",
                                                       "very_high"};
constexpr std::array<std::string_view, 3> kReaches{"network", "networks", "outside"};
constexpr std::array<std::string_view, 2> kPatients{"one", "several"};

struct Injury {
  std::string name, says, one, several;
};

struct Function {
  std::string name;
  std::vector<std::string> classes;
  bool several = false;
  std::map<std::string, std::string, std::less<>> injuries;  // by failure
};

// "the-path" of a check is the key the_path here.
std::string key_of(std::string_view word) {
  std::string key(word);
  std::ranges::replace(key, '-', '_');
  return key;
}

std::string spoken(std::string_view word) {
  std::string text(word);
  std::ranges::replace(text, '_', ' ');
  return text;
}

Function read_function(TomlTable& in, const std::vector<Injury>& injuries, bool with_classes) {
  Function function;
  function.name = in.text("name");
  if (with_classes) function.classes = in.texts("classes", true);
  function.several = in.word("patients", kPatients) == "several";
  std::vector<std::string> names;
  names.reserve(injuries.size());
  for (const Injury& injury : injuries) names.push_back(injury.name);
  for (const std::string_view failure : kFailures)
    function.injuries.emplace(failure, in.word(failure, names));
  return function;
}

}  // namespace

struct RatingTables::Tables {
  std::map<std::string, std::array<int, kSeverities.size()>, std::less<>> matrix;
  std::vector<Injury> injuries;
  std::vector<Function> functions;
  Function otherwise;
  std::map<std::string, std::map<std::string, std::string, std::less<>>, std::less<>> likelihood;
  std::optional<RE2> critical_areas;

  const Function& function_of(std::string_view device_class) const {
    for (const Function& function : functions)
      if (std::ranges::find(function.classes, device_class) != function.classes.end())
        return function;
    return otherwise;
  }
  const Injury& injury(std::string_view name) const {
    return *std::ranges::find(injuries, name, &Injury::name);
  }
};

namespace {

using Matrix = std::map<std::string, std::array<int, kSeverities.size()>, std::less<>>;

void read_matrix(TomlTable& in, Matrix& matrix) {
  for (const std::string_view likelihood : kLikelihoods) {
    const auto row = in.numbers(likelihood, 1, 5, true);
    auto& levels = matrix[std::string(likelihood)];
    if (row.size() != levels.size())
      return in.wrong(likelihood, "is not a number for each of " + std::to_string(levels.size()) +
                                      " severities");
    for (std::size_t i = 0; i < row.size(); ++i) levels[i] = static_cast<int>(row[i]);
  }
}

Injury read_injury(TomlTable& in) {
  return {.name = in.text("name"),
          .says = in.text("says"),
          .one = in.word("one", kSeverities),
          .several = in.word("several", kSeverities)};
}

std::string needs_said(std::string_view needs) {
  if (needs == "nothing") return "nothing stands in the way of whoever reaches it";
  if (needs == "the-path") return "whoever can listen on the way can use it";
  if (needs == "effort") return "using it takes skill and effort";
  return "it helps only somebody who has found another fault";
}

std::string reach_said(Reach reach) {
  switch (reach) {
    case Reach::outside: return "hosts outside the organisation take part";
    case Reach::networks: return "other networks of the hospital take part";
    case Reach::network: return "only its own network was seen to take part";
    case Reach::unknown: break;
  }
  return "who can reach it was not seen, so other networks are assumed";
}

}  // namespace

RatingTables::RatingTables(std::unique_ptr<Tables> tables) : tables_(std::move(tables)) {}
RatingTables::RatingTables(RatingTables&&) noexcept = default;
RatingTables& RatingTables::operator=(RatingTables&&) noexcept = default;
RatingTables::~RatingTables() = default;

Result<RatingTables> RatingTables::read(std::string_view name, std::string_view text) {
  const auto parsed = parse_toml(name, text);
  if (!parsed) return std::unexpected(parsed.error());
  TomlTable in(name, "", *parsed);
  auto tables = std::make_unique<Tables>();
  in.table(
      "matrix", [&](TomlTable& row) { read_matrix(row, tables->matrix); }, true);
  in.tables(
      "injury", [&](TomlTable& row) { tables->injuries.push_back(read_injury(row)); }, true);
  const auto function = [&](TomlTable& row) {
    tables->functions.push_back(read_function(row, tables->injuries, true));
  };
  in.tables("function", function, true);
  const auto otherwise = [&](TomlTable& row) {
    tables->otherwise = read_function(row, tables->injuries, false);
  };
  in.table("otherwise", otherwise, true);
  const auto likelihood = [&](TomlTable& all) {
    for (const std::string_view needs : kNeeds)
      all.table(
          key_of(needs),
          [&](TomlTable& row) {
            for (const std::string_view reach : kReaches)
              tables->likelihood[key_of(needs)].emplace(reach, row.word(reach, kLikelihoods));
          },
          true);
  };
  in.table("likelihood", likelihood, true);
  in.table(
      "critical_areas",
      [&](TomlTable& row) {
        tables->critical_areas.emplace("(?i)" + row.text("match"));
        if (!tables->critical_areas->ok()) row.wrong("match", "is no regular expression");
      },
      true);
  if (const auto done = in.finished(); !done) return std::unexpected(done.error());
  return RatingTables(std::move(tables));
}

Rating RatingTables::rate(const RatingInputs& inputs) const {
  const bool critical =
      !inputs.care_area.empty() && RE2::PartialMatch(inputs.care_area, *tables_->critical_areas);
  // What supports life on some days is taken to do so where patients are that ill,
  // and what its owner says supports life does. A list lowers nothing.
  const Function& function = (critical && inputs.depends) || inputs.listed_life
                                 ? tables_->functions.front()
                                 : tables_->function_of(inputs.device_class);
  // Whatever is read on the network for a while is of more than one patient.
  const bool several = function.several || inputs.failure == "disclosure";
  const Injury& injury = tables_->injury(function.injuries.find(inputs.failure)->second);
  const std::string& severity = several ? injury.several : injury.one;
  const Reach reach = inputs.reach == Reach::unknown ? Reach::networks : inputs.reach;
  const std::string& likelihood = tables_->likelihood.find(key_of(inputs.needs))
                                      ->second.find(kReaches[static_cast<std::size_t>(reach) - 1])
                                      ->second;
  const auto column = std::ranges::find(kSeverities, severity) - kSeverities.begin();
  Rating rating;
  rating.level = tables_->matrix.find(likelihood)->second[static_cast<std::size_t>(column)];
  rating.severity = severity;
  rating.likelihood = spoken(likelihood);
  rating.reasoning =
      "Severity " + severity + ": " + injury.says + (several ? ", and so could others" : "") +
      " (" + (inputs.device_class.empty() ? "its kind is not known, so it is taken for " : "") +
      function.name + (inputs.listed_life ? ", as the asset register says" : "") +
      (inputs.care_area.empty() ? "; care area not known, clinical use assumed"
                                : "; care area " + inputs.care_area) +
      (inputs.care_area_by.empty() ? "" : ", by " + inputs.care_area_by) + "); likelihood " +
      rating.likelihood + ": " + needs_said(inputs.needs) + ", and " + reach_said(inputs.reach) +
      (inputs.in_use ? "; it was seen in use." : "; use was not seen.");
  return rating;
}

}  // namespace asepsis
