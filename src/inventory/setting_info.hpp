// The registry of settings (knowledge/settings.toml): what each is called, what
// facts it comes from, and how two devices compare by it. Part of the knowledge.

#pragma once

#include <array>
#include <cstddef>
#include <cstdint>
#include <memory>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "base/result.hpp"

namespace asepsis {

// When two devices of which a setting is known conflict, in the order of
// kCompareNames. What is unknown never conflicts.
enum class Compare : std::uint8_t {
  same,       // their values differ, or one refuses what the other has
  in_common,  // their values have nothing in common, or one refuses what the other has
  accepts,    // one refuses what the other has: of more they may both be capable
  never,      // it differs by nature
};
inline constexpr std::array<std::string_view, 4> kCompareNames{"same", "in common", "accepts",
                                                               "never"};

// Which of several values of a claim count.
enum class Take : std::uint8_t { each, latest, lowest, highest };

inline constexpr std::uint64_t kUsualStep = 5;

struct SettingInfo {
  std::string name;      // dotted, as `setting` shows it
  std::string title;     // plain language
  std::string meaning;   // what a value of it says, in plain language
  std::string instance;  // what tells several of one device apart: "port", "peer", "role" ...
  std::string type;      // "text", "version", "time"
  std::string unit;
  std::vector<std::string> order;  // of its values, the worst first
  Compare compare = Compare::same;
  bool differs_by_nature = false;
  std::string where;  // file and line

  // What it is derived from: one of these.
  std::vector<std::string> claims;        // facts of the device
  std::vector<std::string> applications;  // services that it gives
  std::vector<std::string> uses;          // services of others that it uses
  std::string attribute;                  // what is believed of it
  std::string derived;                    // the name of a derivation in settings_derived.cpp

  std::string match;  // of a claim's value; empty: any
  std::string says;   // \1 to \9 stand for groups; empty: the value itself
  Take take = Take::each;
  std::vector<std::uint16_t> ports;   // where a refusal means that the service is refused
  std::vector<std::string> except;    // applications that do not count
  std::vector<std::string> shown_by;  // services in which it shows, if it is there

  std::vector<std::string> open, weak, strong;  // expressions on the whole value
  std::string change, check, eliminates;        // advice
  std::vector<std::string> replaces;            // settings that can go once this is there
  std::uint64_t step = kUsualStep;              // when to change it: the lower, the sooner
};

// The first whose levels fit names the grade.
struct GradeRule {
  std::string name;
  std::string meaning;
  std::uint64_t safety = 0;       // the higher, the safer
  std::vector<std::string> any;   // levels of which one was seen
  std::vector<std::string> none;  // levels of which none was seen
};

inline constexpr std::array<std::string_view, 3> kLevels{"open", "weak", "strong"};

// The expressions of the registry, compiled.
class SettingExpressions {
 public:
  SettingExpressions();
  ~SettingExpressions();

  // The rows must outlive this.
  Result<void> add(const std::vector<SettingInfo>& rows);
  std::optional<std::string> value(std::size_t setting, std::string_view value) const;
  std::string_view level(std::size_t setting, std::string_view value) const;

 private:
  struct Entry;
  std::vector<Entry> entries_;
};

}  // namespace asepsis
