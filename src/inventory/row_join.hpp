// Which device a row of a document is about. By serial number, MAC address,
// UDI, asset number, host name, the weakest last and never across a
// contradiction: a wrong join would give a device another one's place and care.
// A pure function; the order of rows and devices does not matter.

#pragma once

#include <cstdint>
#include <optional>
#include <set>
#include <string>
#include <string_view>
#include <vector>

#include "inventory/knowledge.hpp"

namespace asepsis {

struct JoinDevice {
  std::int64_t key = 0;
  std::string id;
  std::string serial, udi_di, manufacturer, model;  // as the wire has them; may be empty
  std::set<std::string> macs, names, assets;
};

struct JoinRow {
  std::int64_t id = 0;
  std::int64_t document = 0;
  std::optional<std::int64_t> told;  // the device that a person said it is of
  std::string serial, udi_di, manufacturer, model, asset, host_name;
  std::vector<std::string> macs;
};

struct Joined {
  std::optional<std::size_t> device;
  std::string_view by;  // "serial", "mac" ...; empty: not joined
  std::string why;      // why not, where something speaks for it
  // What keeps it from a device that something else points to.
  struct Contradiction {
    std::size_t device = 0;
    std::string_view attribute;  // "serial", "mac", "udi_di", "manufacturer"
    std::string heard, said;
  };
  std::vector<Contradiction> contradictions;
};

// One for each row.
std::vector<Joined> join_rows(const std::vector<JoinRow>& rows,
                              const std::vector<JoinDevice>& devices, const Knowledge& knowledge);

// The manufacturer by the one name that stands for all it is told by; empty if
// nobody knows it.
std::string known_maker(const Knowledge& knowledge, std::string_view text);

// "ward7-pump3.hospital.example" is ward7-pump3.
std::string short_name(std::string_view host_name);

// One that many have ("localhost"): nothing is joined by it. As short_name() has it.
bool generic_name(const std::string& name);

}  // namespace asepsis
