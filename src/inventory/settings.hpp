// Settings of each device: named, normalised pieces of its configuration, from
// what was heard. The registry (knowledge/settings.toml) says which there are
// and what each comes from; a setting is seen, refused or unknown, never
// guessed from silence.

#pragma once

#include <array>
#include <cstddef>
#include <cstdint>
#include <map>
#include <string>
#include <string_view>
#include <unordered_map>
#include <vector>

#include "inventory/fusion.hpp"
#include "inventory/heard.hpp"
#include "inventory/knowledge.hpp"

namespace asepsis {

enum class SettingState : std::uint8_t { seen, refused, unknown };
std::string_view to_text(SettingState state);

// One value of a setting of one device.
struct SettingValue {
  std::size_t setting = 0;  // index into Knowledge::settings()
  std::string instance;     // empty: the device as a whole
  std::string value;        // empty: none (a service that is refused, what is unknown)
  SettingState state = SettingState::seen;
  bool current = true;     // false: what it was before
  std::string_view level;  // how safe; empty: says nothing about that
  std::int64_t first = 0, last = 0;
  std::vector<std::int64_t> facts, talks;  // the first that say so
};

// What the derivation needs to know of every device of a site besides facts.
struct SettingContext {
  struct Believed {
    std::string value;
    std::vector<std::int64_t> facts;  // ascending
  };
  struct Device {
    std::string role;                            // its class; empty: not known
    std::map<std::string, Believed> attributes;  // those that settings are made of
    std::vector<std::size_t> given, used;        // talks as server, as client
    bool takes_reports = false;                  // it was seen to take clinical data
  };
  std::vector<Device> devices;  // as Fusion::devices
  // The settings that each claim tells, by their numbers.
  std::unordered_map<std::string_view, std::vector<std::size_t>> by_claim;
};

// Whether the registry may name it (`derived`).
bool is_setting_derivation(std::string_view name);

SettingContext make_setting_context(const Heard& heard, const Fusion& fusion,
                                    const Knowledge& knowledge);
// The attributes that a setting may be made of.
inline constexpr std::array<std::string_view, 4> kSettingAttributes{"firmware", "hardware", "os",
                                                                    "serial"};
// Of one device, in an order that depends on nothing but what was heard.
std::vector<SettingValue> settings_of(std::size_t device, const Heard& heard, const Fusion& fusion,
                                      const SettingContext& context, const Knowledge& knowledge);

}  // namespace asepsis
