// A pack: what secure-by-default means for a kind of device, as data that
// people write and review (knowledge/packs/, docs/packs.md). A check is a
// question in SQL over the documented views; who breaks it is a finding.

#pragma once

#include <array>
#include <cstdint>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include "base/result.hpp"

namespace asepsis {

// Who reads advice, in this order.
inline constexpr std::array<std::string_view, 5> kReaders{
    "ward", "biomedical_engineering", "it_network", "procurement", "manufacturer"};

// What may happen through the weakness; knowledge/rating.toml says what each
// means for a patient at each kind of device.
inline constexpr std::array<std::string_view, 5> kFailures{"takeover", "tampering", "loss",
                                                           "disclosure", "weakening"};
// What somebody who would use it needs.
inline constexpr std::array<std::string_view, 4> kNeeds{"nothing", "the-path", "effort",
                                                        "another-fault"};

// What may be named as a device of a fixture without a row that describes it: whom the
// check is about, who talks to it, a host of the internet, and a group of the network.
inline constexpr std::array<std::string_view, 4> kUsualDevices{"it", "other", "outside", "nobody"};

// A small inventory that a check is tried on.
struct Fixture {
  struct Device {
    std::string name;
    std::string device_class = {}, manufacturer = {}, model = {}, firmware = {}, os = {};
    std::string ip = {}, care_area = {};
    std::int64_t vlan = 0;
  };
  struct Fact {
    std::string device, claim, value, state, protocol, equipment;
    std::int64_t port = 0, hour = 0, count = 1;
  };
  struct Talk {
    std::string client, server, transport, application, security, state;
    std::int64_t port = 0, hour = 0;
  };

  // What an exported configuration of a device says. About: what setting the wire
  // shows of the same; level: how safe that is (knowledge/documents.toml says both).
  struct Said {
    std::string device, setting, value, about, level;
  };

  std::string where;
  std::string about;
  std::vector<Device> devices;
  std::vector<Fact> facts;
  std::vector<Talk> talks;
  std::vector<Said> said;
  std::vector<std::string> found;  // names of the devices that must be found
};

// Where the SQL of a check stands, to say where it is wrong.
struct QueryPlace {
  std::string file;
  std::uint32_t key_line = 0;
  std::uint32_t first_line = 0;  // of the file, that the first line of the SQL is; 0: not told
};

struct Check {
  std::string id;  // "pack.check"
  std::string where;
  QueryPlace query_place;
  std::string title;
  std::vector<std::string> classes;  // empty: any
  std::string query;
  // Whether what it says of a device may follow from devices that have nothing
  // to do with that one. Else from the device's own, what was heard of those
  // whose services it uses, and who those are that it talks with.
  bool of_estate = false;
  std::vector<std::string> cwe;
  std::vector<std::pair<std::string, std::vector<std::string>>> clauses;
  std::string harm;
  std::string failure, needs;
  std::string owner_role;
  std::string document;  // not empty: no capture decides it, this document does
  std::array<std::string, kReaders.size()> advice;
  std::vector<Fixture> fail, pass;
};

struct Pack {
  std::string id, title, version, about;
  std::string where;
  std::vector<std::string> classes;    // that it is a baseline for; empty: any
  std::vector<std::string> builds_on;  // ids of packs whose checks are part of the baseline
  std::vector<Check> checks;
};

class Knowledge;
class OwnerRoles;

// What a pack may name.
struct PackNames {
  const Knowledge& knowledge;
  const OwnerRoles& owners;
  const std::vector<Pack>& packs;  // so far
};

// Reads the text of one pack file; `name` stands in messages.
Result<Pack> read_pack(std::string_view name, std::string_view text, const PackNames& names);

}  // namespace asepsis
