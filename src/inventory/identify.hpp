// What one device is: all that was said about it, weighed against what
// knowledge/ holds. A pure function: the same evidence in any order gives the
// same identity, and every opinion names the facts and rules it rests on.

#pragma once

#include <cstdint>
#include <span>
#include <string>
#include <string_view>
#include <vector>

#include "base/address.hpp"
#include "inventory/knowledge.hpp"

namespace asepsis {

// A fact about the device, as the store keeps it. What a gateway or an
// archive said of other equipment is not evidence about itself: the caller
// leaves it out. Borrows its texts.
struct Evidence {
  std::int64_t fact_id = 0;
  std::string_view claim;
  std::string_view value;
  std::string_view protocol;
  std::string_view equipment;
  std::uint16_t port = 0;
};

struct Opinion {
  struct Support {
    std::int64_t fact_id = 0;  // 0: the MAC address
    std::string rule;          // "direct", "oui", "product NAME", the id of a rule ...
    double weight = 0;

    bool operator==(const Support&) const = default;
  };

  std::string value;  // empty: unknown, though there may be support
  double confidence = 0;
  std::string runner_up;
  double runner_up_confidence = 0;
  std::vector<Support> support;  // of the value, the strongest first

  bool operator==(const Opinion&) const = default;
};

struct Identity {
  Opinion device_class;
  Opinion manufacturer;
  Opinion model;
  Opinion firmware;
  Opinion serial;
  Opinion udi_di;
  Opinion hardware;
  Opinion os;

  bool operator==(const Identity&) const = default;
};

Identity identify(std::span<const Evidence> evidence, std::span<const Mac> macs,
                  const Knowledge& knowledge);

}  // namespace asepsis
