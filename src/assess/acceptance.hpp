// Risks that a person takes for a while.

#pragma once

#include <string>

#include "base/result.hpp"
#include "base/time.hpp"
#include "store/database.hpp"

namespace asepsis {

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
