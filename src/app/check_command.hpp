// asepsis check, findings, classes and accept: what breaks the checks of the
// packs, how bad it is for patients, and whose it is.

#pragma once

#include <filesystem>
#include <string>
#include <vector>

#include "app/commands.hpp"
#include "assess/pack_set.hpp"
#include "base/result.hpp"
#include "base/time.hpp"
#include "inventory/update.hpp"
#include "store/database.hpp"

namespace asepsis {

struct CheckCommand {
  std::filesystem::path database = "asepsis.db";
  std::vector<std::filesystem::path> packs;  // files and folders, beside the usual ones
  int fail_on = 0;                           // 0: never
};

// Every pack there is: built in, of the organisation, and named, as files or folders.
Result<PackSet> usual_packs(const Knowledge& knowledge,
                            const std::vector<std::filesystem::path>& named);

// Checks, stores the findings and prints what they come to. True if an open
// finding reaches `fail_on`.
Result<bool> run(const CheckCommand& command);

// Findings of what was derived again, once `asepsis check` has been asked for
// this database, by the usual packs. Where everything was, all checks are asked; those of the
// reach of the estate only then.
Result<void> refresh_findings(Database& database, const Knowledge& knowledge,
                              const Updated& updated);

// What the clock of this computer says.
Time clock_time();

struct FindingsOptions {
  AnswerOptions answer;
  std::string by;    // device, check, model, class, owner-role; empty: one by one
  bool all = false;  // those that are gone or accepted too
  bool sarif = false, oscal = false;
  std::filesystem::path html;  // a folder; empty: none
};
Result<void> show_findings(const FindingsOptions& options);
Result<void> show_classes(const AnswerOptions& options);
// One finding and its evidence; `id` may be its beginning.
Result<void> show_finding(const AnswerOptions& options, const std::string& id);

struct AcceptCommand {
  std::filesystem::path database = "asepsis.db";
  std::string finding, until, who, why;
};
Result<void> run(const AcceptCommand& command);

}  // namespace asepsis
