#include "inventory/claim_rules.hpp"

#include <algorithm>

namespace asepsis {
namespace {

constexpr std::int64_t kSetMemory = 4 << 20;  // for one automaton, built as it is needed
constexpr std::size_t kMostLately = 2'048;

}  // namespace

RE2::Options expression_options() {
  RE2::Options options;
  options.set_case_sensitive(false);
  options.set_log_errors(false);
  return options;
}

// Built when it is first asked: most claims of the files are not in a capture.
void ClaimRules::compile(const std::vector<Rule>& all) {
  RE2::Options options = expression_options();
  options.set_max_mem(kSetMemory);
  set_ = std::make_unique<RE2::Set>(options, RE2::UNANCHORED);
  usable_ = std::ranges::all_of(places_,
                                [&](std::size_t place) {
                                  std::string error;
                                  return set_->Add(all[place].match, &error) >= 0;
                                }) &&
            set_->Compile();
}

const std::vector<std::size_t>& ClaimRules::matching(std::string_view value,
                                                     const std::vector<Rule>& all) {
  if (lately_.size() >= kMostLately) lately_.clear();
  const auto [known, fresh] = lately_.try_emplace(std::string(value));
  if (fresh) known->second = ask(value, all);
  return known->second;
}

std::vector<std::size_t> ClaimRules::ask(std::string_view value, const std::vector<Rule>& all) {
  std::vector<std::size_t> found;
  std::vector<int> matched;
  RE2::Set::ErrorInfo error{};
  if (!set_) compile(all);
  if (usable_ && set_->Match(piece(value), &matched, &error)) {
    std::ranges::sort(matched);
    for (const int number : matched) found.push_back(places_[static_cast<std::size_t>(number)]);
  } else if (!usable_ || error.kind != RE2::Set::kNoError) {
    // The automaton outgrew its memory: ask one by one.
    std::ranges::copy_if(places_, std::back_inserter(found), [&](std::size_t place) {
      return RE2::PartialMatch(piece(value), RE2(all[place].match, expression_options()));
    });
  }
  return found;
}

}  // namespace asepsis
