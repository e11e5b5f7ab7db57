#include "app/check_command.hpp"

#include <chrono>
#include <iostream>

#include "app/database_access.hpp"
#include "assess/acceptance.hpp"
#include "assess/checking.hpp"
#include "assess/finding_store.hpp"
#include "base/text.hpp"
#include "inventory/knowledge.hpp"

namespace asepsis {
namespace {

constexpr const char* kOrganisationPacks = "/etc/asepsis/packs.d";
// Of more devices that changed the whole is asked sooner than each of them.
constexpr std::size_t kMostOneByOne = 1000;

const char* word_for(int rating) {
  constexpr const char* kWords[] = {"",
                                    "acceptable",
                                    "acceptable where cost outweighs benefit",
                                    "undesirable",
                                    "must be controlled",
                                    "unacceptable"};
  return kWords[rating];
}

void print_outcome(const CheckOutcome& outcome, const PackSet& packs) {
  std::size_t open = 0;
  std::size_t checks = 0;
  for (const std::size_t count : outcome.open) open += count;
  for (const Pack& pack : packs.packs())
    for (const Check& check : pack.checks) checks += check.document.empty() ? 1 : 0;
  std::cout << checks << " checks of " << packs.packs().size() << " packs: " << open
            << (open == 1 ? " open finding" : " open findings") << " (" << outcome.fresh << " new, "
            << outcome.back << " back), " << outcome.gone << " gone since, " << outcome.accepted
            << " accepted\n";
  for (int rating = 5; rating >= 1; --rating)
    if (const std::size_t count = outcome.open[static_cast<std::size_t>(rating)]; count > 0)
      std::cout << "  rating " << rating << " (" << word_for(rating) << "): " << count << '\n';
  if (open > 0) std::cout << "asepsis findings lists them; asepsis classes, what to begin with\n";
}

Result<void> ask_all(Database& database, const PackSet& packs) {
  const auto found = run_checks(database, packs);
  if (!found) return std::unexpected(found.error());
  const auto stored = store_findings(database, packs, *found, clock_time());
  if (!stored) return std::unexpected(stored.error());
  return {};
}

}  // namespace

Time clock_time() {
  return std::chrono::time_point_cast<std::chrono::nanoseconds>(std::chrono::system_clock::now());
}

Result<PackSet> usual_packs(const Knowledge& knowledge,
                            const std::vector<std::filesystem::path>& named) {
  auto packs = PackSet::built_in(knowledge);
  if (!packs) return packs;
  if (const auto added = packs->add_folder(kOrganisationPacks); !added)
    return std::unexpected(added.error());
  for (const auto& path : named) {
    std::error_code none;
    const bool folder = std::filesystem::is_directory(path, none);
    const auto added = folder ? packs->add_folder(path) : packs->add_file(path);
    if (!added) return std::unexpected(added.error());
  }
  return packs;
}

Result<void> refresh_findings(Database& database, const Knowledge& knowledge,
                              const Updated& updated) {
  const bool all = updated.whole || updated.devices.size() > kMostOneByOne;
  if (!all && updated.devices.empty()) return {};
  const auto asked = run_query(database, "SELECT EXISTS (SELECT 1 FROM applied_pack)");
  if (!asked) return std::unexpected(asked.error());
  if (asked->cells[0][0] != "1") return {};
  const auto packs = usual_packs(knowledge, {});
  if (!packs) return std::unexpected(packs.error());
  if (all) return ask_all(database, *packs);
  const auto found = run_checks_of(database, *packs, updated.devices);
  if (!found) return std::unexpected(found.error());
  const auto stored = store_findings_of(database, *packs, *found, updated.devices, clock_time());
  if (!stored) return std::unexpected(stored.error());
  return {};
}

Result<bool> run(const CheckCommand& command) {
  // Brings a left-behind inventory up to date, and says what is wrong with the file.
  if (const auto current = open_for_answers(command.database, say_on_stderr); !current)
    return std::unexpected(current.error());
  const auto knowledge = Knowledge::built_in();
  if (!knowledge) return std::unexpected(knowledge.error());
  const auto packs = usual_packs(*knowledge, command.packs);
  if (!packs) return std::unexpected(packs.error());
  auto database = Database::open(command.database, Database::Mode::write);
  if (!database) return std::unexpected(database.error());
  const auto found = run_checks(*database, *packs);
  if (!found) return std::unexpected(found.error());
  const auto outcome = store_findings(*database, *packs, *found, clock_time());
  if (!outcome) return std::unexpected(outcome.error());
  print_outcome(*outcome, *packs);
  bool reached = false;
  for (int rating = 5; rating >= 1 && command.fail_on > 0; --rating)
    reached = reached ||
              (rating >= command.fail_on && outcome->open[static_cast<std::size_t>(rating)] > 0);
  return reached;
}

Result<void> run(const AcceptCommand& command) {
  auto database = Database::open(command.database, Database::Mode::write);
  if (!database) return std::unexpected(database.error());
  const auto done = accept_finding(
      *database,
      {.finding = command.finding, .until = command.until, .who = command.who, .why = command.why},
      clock_time());
  if (!done) return done;
  std::cout << escaped(command.finding) << " is accepted until " << command.until << " by "
            << escaped(command.who) << ".\n";
  return {};
}

}  // namespace asepsis
