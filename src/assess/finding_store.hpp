// Findings over time: the same device, check and instance are the same finding
// for ever, whatever is derived again. A finding that its check no longer
// makes is gone, not deleted; one that somebody accepted stays so until a day.

#pragma once

#include <array>
#include <cstddef>
#include <set>
#include <string>
#include <vector>

#include "assess/checking.hpp"
#include "base/time.hpp"

namespace asepsis {

struct CheckOutcome {
  std::size_t fresh = 0;  // not known before
  std::size_t back = 0;   // were gone
  std::size_t gone = 0;   // are gone since
  std::size_t accepted = 0;
  std::array<std::size_t, 6> open{};  // by rating, 1 to 5
};

// "f-" and 16 hexadecimal digits.
std::string finding_id(const std::string& device, const std::string& check,
                       const std::string& instance);

// Takes what the packs found, in one transaction. Findings of other packs stay
// as they are.
Result<CheckOutcome> store_findings(Database& database, const PackSet& packs,
                                    const std::vector<Found>& found, Time now);

// The same of what run_checks_of() found of these devices, by their ids. Findings
// of others stay as they are, and so do those of checks that were not asked.
Result<CheckOutcome> store_findings_of(Database& database, const PackSet& packs,
                                       const std::vector<Found>& found,
                                       const std::vector<std::string>& devices, Time now);

// The same of what some checks found. Of the devices in `but` it is known better what
// is theirs, but for checks of the reach of the estate.
Result<CheckOutcome> store_findings_of_checks(Database& database, const PackSet& packs,
                                              const std::vector<const Check*>& checks,
                                              const std::vector<Found>& found,
                                              const std::set<std::string>& but, Time now);

// For who asks one check after the other: that this begins, where nobody ever asked
// before; and that it came to its end, and what is behind again since it began.
Result<void> begin_asking(Database& database, Time began);
struct Behind {
  bool whole = false, estate = false;  // as in the table `checked`
};
Result<void> end_asking(Database& database, Time began, Behind behind);

}  // namespace asepsis
