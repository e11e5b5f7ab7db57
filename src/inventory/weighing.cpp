#include "inventory/weighing.hpp"

#include <algorithm>
#include <map>
#include <span>
#include <tuple>

#include "inventory/words.hpp"

namespace asepsis {
namespace {

constexpr double kThreshold = 0.3;          // below it, unknown
constexpr double kCertainty = 0.99;         // no evidence from the wire is more
constexpr std::size_t kMaxCandidates = 64;  // a stranger may claim a thousand names

struct Candidate {
  std::vector<Statement> statements;  // the strongest first
  double belief = 0;
};

double belief_of(const std::vector<Statement>& statements) {
  std::map<std::string_view, double> by_source;
  for (const Statement& one : statements) {
    double& strongest = by_source[one.source];
    strongest = std::max(strongest, one.weight);
  }
  double doubt = 1;
  for (const auto& [source, weight] : by_source) doubt *= 1 - weight;
  return std::min(1 - doubt, kCertainty);
}

// Strongest first; then the device's own words, the longer text, the alphabet.
bool stronger(const Statement& a, const Statement& b) {
  const auto rank = [](const Statement& one) {
    return std::tuple(-one.weight, !one.own_words, -static_cast<std::int64_t>(one.value.size()),
                      std::string_view(one.value), std::string_view(one.source),
                      std::string_view(one.rule), one.fact_id);
  };
  return rank(a) < rank(b);
}

// "12.1" in "V12.1", "7.0.4" in "EPIQ 7G_7.0.4"; not "9.3" in "9.3.1".
bool contains_version(std::string_view whole, std::string_view part) {
  const auto joins = [](char c) { return is_digit(c) || c == '.'; };
  for (std::size_t at = whole.find(part); at != std::string_view::npos;
       at = whole.find(part, at + 1)) {
    const std::size_t end = at + part.size();
    if ((at == 0 || !joins(whole[at - 1])) && (end == whole.size() || !joins(whole[end])))
      return true;
  }
  return false;
}

bool one_name(Attribute attribute, const Statement& a, const Statement& b) {
  if (compact(a.name) == compact(b.name)) return true;
  switch (attribute) {
    case Attribute::manufacturer:
    case Attribute::model:
    case Attribute::os: return contains_words(a.name, b.name) || contains_words(b.name, a.name);
    case Attribute::firmware:
      return contains_version(a.name, b.name) || contains_version(b.name, a.name);
    default: return false;
  }
}

std::vector<Candidate> same_names(std::vector<Statement> statements) {
  std::map<std::string, Candidate> by_name;
  for (Statement& one : statements) by_name[compact(one.name)].statements.push_back(std::move(one));
  std::vector<Candidate> candidates;
  for (auto& [name, candidate] : by_name) {
    candidate.belief = belief_of(candidate.statements);
    std::ranges::sort(candidate.statements, stronger);
    candidates.push_back(std::move(candidate));
  }
  return candidates;
}

void rank(std::vector<Candidate>& candidates) {
  std::ranges::stable_sort(candidates, [](const Candidate& a, const Candidate& b) {
    if (a.belief != b.belief) return a.belief > b.belief;
    return stronger(a.statements.front(), b.statements.front());
  });
}

// A candidate joins the most believed one whose name holds its own, or the
// other way round.
std::vector<Candidate> joined(Attribute attribute, std::vector<Candidate> candidates) {
  std::vector<Candidate> kept;
  for (Candidate& one : candidates) {
    const auto home = std::ranges::find_if(kept, [&](const Candidate& other) {
      return one_name(attribute, other.statements.front(), one.statements.front());
    });
    if (home == kept.end()) {
      kept.push_back(std::move(one));
      continue;
    }
    std::ranges::move(one.statements, std::back_inserter(home->statements));
    std::ranges::sort(home->statements, stronger);
    home->belief = belief_of(home->statements);
  }
  return kept;
}

// The device's own words before ours, even where ours weigh more.
std::string shown(const Candidate& candidate) {
  const auto own = std::ranges::find(candidate.statements, true, &Statement::own_words);
  return own != candidate.statements.end() ? own->value : candidate.statements.front().value;
}

}  // namespace

Opinion weigh(Attribute attribute, std::vector<Statement> statements) {
  std::erase_if(statements,
                [](const Statement& one) { return one.weight <= 0 || compact(one.name).empty(); });
  std::vector<Candidate> candidates = same_names(std::move(statements));
  rank(candidates);
  if (candidates.size() > kMaxCandidates) candidates.resize(kMaxCandidates);
  candidates = joined(attribute, std::move(candidates));
  rank(candidates);
  Opinion opinion;
  if (candidates.empty()) return opinion;
  double all_odds = 1;  // "none of them"
  const auto odds = [](const Candidate& one) { return one.belief / (1 - one.belief); };
  for (const Candidate& one : candidates) all_odds += odds(one);
  opinion.confidence = odds(candidates[0]) / all_odds;
  if (opinion.confidence >= kThreshold) opinion.value = shown(candidates[0]);
  for (const Statement& one : candidates[0].statements) {
    opinion.support.push_back({one.fact_id, one.rule, one.weight});
  }
  if (candidates.size() > 1) {
    opinion.runner_up = shown(candidates[1]);
    opinion.runner_up_confidence = odds(candidates[1]) / all_odds;
  }
  return opinion;
}

}  // namespace asepsis
