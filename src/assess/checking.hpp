// Asks the checks of all packs of an inventory. What comes back rests on
// evidence, row by row: a check that names a device without a fact or a talk
// about it is refused as wrong, so no finding can rest on what is not known.

#pragma once

#include <chrono>
#include <cstdint>
#include <functional>
#include <string>
#include <vector>

#include "assess/pack_set.hpp"
#include "base/result.hpp"
#include "store/database.hpp"

namespace asepsis {

struct Sighting {
  enum class Of : std::uint8_t { fact, talk, document };
  std::int64_t id = 0;  // in the view facts, talks or document_facts
  Of of = Of::fact;
  std::string source;
  std::int64_t packet = 0;           // of a document the row, as a negative number
  std::int64_t first = 0, last = 0;  // nanoseconds since 1970
  std::string text;
};

struct Found {
  const Check* check = nullptr;  // of the pack set
  std::string device, instance, detail, owner_role;
  Rating rating = {};
  std::int64_t first = 0, last = 0;
  std::vector<Sighting> evidence = {};  // the earliest, kMostEvidence at most
};

inline constexpr std::size_t kMostEvidence = 20;

// How long one check may take: of a large estate they take a second or two, and a
// query may have no end.
inline constexpr std::chrono::seconds kMostOfEstate{120};
inline constexpr std::chrono::seconds kMostOfFew{5};

// One entry a check, device and instance, in that order. The packs must
// outlive the outcome.
Result<std::vector<Found>> run_checks(Database& database, const PackSet& packs,
                                      std::chrono::milliseconds most = kMostOfEstate);
// The same for some devices, by their ids, and of the checks that are of the
// reach of a device.
Result<std::vector<Found>> run_checks_of(Database& database, const PackSet& packs,
                                         const std::vector<std::string>& devices);
// One check after the other, all of one moment, for who asks in the background while
// somebody else writes. `take` gets what each found; false: enough.
enum class Which : std::uint8_t { all, of_estate };
using TakeFound = std::function<bool(const Check&, std::vector<Found>)>;
Result<void> run_checks_in_turn(Database& database, const PackSet& packs, Which which,
                                const TakeFound& take);
// The same for a single check, for trying it on a fixture.
Result<std::vector<Found>> run_check(Database& database, const PackSet& packs, const Check& check);

}  // namespace asepsis
