// Findings over time: the same device, check and instance are the same finding
// for ever, whatever is derived again. A finding that its check no longer
// makes is gone, not deleted; one that somebody accepted stays so until a day.

#pragma once

#include <array>
#include <cstddef>
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

struct Acceptance {
  std::string finding;  // its id
  std::string until;    // the last day, 2027-03-31
  std::string who, why;
};
// A person takes the risk of a finding for a while. REQUIRES: nothing empty.
Result<void> accept_finding(Database& database, const Acceptance& acceptance, Time now);
// The risk is no longer taken; `until` does not count.
Result<void> reopen_finding(Database& database, const Acceptance& decision, Time now);

}  // namespace asepsis
