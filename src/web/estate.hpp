// The estate in memory, as it was at one version of the data: what lists,
// facets, counts and maps of a hundred thousand devices are made from in
// milliseconds. Single things are asked of the database.

#pragma once

#include <algorithm>
#include <array>
#include <cstdint>
#include <string>
#include <string_view>
#include <unordered_map>
#include <vector>

#include "base/result.hpp"
#include "store/database.hpp"

namespace asepsis {

// Texts by number; 0 is the empty one: not known.
class Names {
 public:
  Names() { number(""); }
  std::uint32_t number(std::string_view text);
  // Of one that is there; 0 if it is not.
  std::uint32_t find(std::string_view text) const;
  const std::string& text(std::uint32_t number) const { return texts_[number]; }
  std::size_t size() const { return texts_.size(); }

 private:
  std::vector<std::string> texts_;
  std::unordered_map<std::string, std::uint32_t> numbers_;
};

inline constexpr std::uint8_t kNoCoverage = 255;
inline constexpr std::uint32_t kNobody = UINT32_MAX;

struct EstateDevice {
  std::string id;
  std::uint32_t kind = 0, manufacturer = 0, model = 0, care_area = 0, site = 0;  // numbers
  std::uint32_t first_vlan = 0, vlan_count = 0;  // into Estate::vlans
  std::uint32_t findings = 0;                    // open
  std::uint8_t rating = 0;                       // the worst open
  std::uint8_t coverage = kNoCoverage;           // per cent
  std::int64_t first_seen = 0, last_seen = 0;
};

enum class FindingState : std::uint8_t { open, gone, accepted };

struct EstateFinding {
  std::uint64_t id = 0;  // what its id says in hexadecimal
  std::uint32_t check = 0, device = kNobody;
  std::uint8_t rating = 0, owner_role = 0;
  FindingState state = FindingState::open;
  std::int64_t first_seen = 0, last_seen = 0;
};

// What most findings are chosen by, in four bytes.
struct EstateFindingKey {
  std::uint16_t check = 0;
  std::uint8_t owner_role = 0;
  std::uint8_t rating_and_state = 0;  // the state in the upper half

  std::uint8_t rating() const { return rating_and_state & 15; }
  FindingState state() const { return static_cast<FindingState>(rating_and_state >> 4); }
};

// What is counted of findings that come device by device.
struct Tally {
  std::uint32_t findings = 0, devices = 0;
  std::uint8_t worst = 0;

  void add(const EstateFinding& finding) {
    devices += findings == 0 || finding.device != last_ ? 1 : 0;
    last_ = finding.device;
    ++findings;
    worst = std::max(worst, finding.rating);
  }

 private:
  std::uint32_t last_ = 0;
};

struct EstateCheck {
  std::string id, title;
  std::vector<std::uint32_t> cwe;
  std::string text;  // to search in, in small letters
};

// Conversations of two devices that are alike.
enum class Security : std::uint8_t { unknown, clear, kept };
struct EstateEdge {
  std::uint32_t client = 0, server = 0, application = 0, first = 0, last = 0;  // s since 1970
  std::uint32_t conversations = 0, flows = 0;
  Security security = Security::unknown;
  std::uint64_t bytes = 0;
};

// Of how many devices a setting was seen, refused, or could have been seen.
struct EstateSetting {
  std::string name, title;
  std::uint32_t seen = 0, refused = 0, unknown = 0;
};

// A baseline: the classes it is for (none: all), and a bit for each check.
struct EstatePack {
  std::string id, title;
  std::vector<std::uint32_t> classes;
  std::vector<bool> checks;
};

enum class DeviceOrder : std::uint8_t { id, kind, rating, last_seen, coverage };
inline constexpr std::size_t kDeviceOrders = 5;
enum class FindingOrder : std::uint8_t { rating, last_seen, first_seen };
inline constexpr std::size_t kFindingOrders = 3;

struct Estate {
  // REQUIRES: the connection stands at one version of the data (a transaction).
  static Result<Estate> load(Database& database);

  // Puts everything that is loaded in the orders it is listed by.
  void sort();

  // The place of a device; kNobody if there is none of that id.
  std::uint32_t place_of(std::string_view id) const;
  // The place of a finding; kNobody if there is none of that id.
  std::uint32_t place_of_finding(std::uint64_t id) const;
  // Places of a device's findings, in the order of the list.
  std::vector<std::uint32_t> findings_about(std::uint32_t device) const;
  std::uint32_t external = 0;  // the class of what is outside

  Names classes, manufacturers, models, care_areas, sites, applications, cwes, owner_roles;
  std::vector<EstateDevice> devices;  // by id
  std::vector<std::uint32_t> vlans;
  std::string haystack;               // what devices are searched in, small letters
  std::vector<std::uint32_t> begins;  // of each device in it; one more at the end
  std::array<std::vector<std::uint32_t>, kDeviceOrders> orders;
  std::vector<EstateCheck> checks;
  std::vector<EstateFinding> findings;  // by device; last those of devices that are not known
  std::vector<EstateFindingKey> finding_keys;
  // Where those of each device begin; two more at the end: of no device, and the end.
  std::vector<std::uint32_t> finding_begins;
  std::vector<std::uint32_t> findings_by_id;
  std::array<std::vector<std::uint32_t>, kFindingOrders> finding_orders;
  std::vector<EstateEdge> edges;
  std::vector<EstateSetting> settings;  // in the order of the registry
  std::vector<EstatePack> packs;
  // Ids of the facts about each device: those of one from fact_begins[place] on.
  std::vector<std::uint32_t> facts, fact_begins;
  std::int64_t first = 0, last = 0;  // the earliest and the latest that was heard, ns
};

}  // namespace asepsis
