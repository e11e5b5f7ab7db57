// Writes devices, and who each fact and talk is of, as the schema has them.
// Part of deriving.

#pragma once

#include <cstdint>
#include <string>
#include <string_view>
#include <vector>

#include "inventory/fusion.hpp"
#include "inventory/heard.hpp"
#include "inventory/identify.hpp"
#include "inventory/knowledge.hpp"
#include "inventory/settings.hpp"
#include "store/appender.hpp"

namespace asepsis {

// May throw SQLite::Exception: use it within guarded().
class DeviceRows {
 public:
  using Id = std::int64_t;
  using Keys = std::vector<Id>;  // for each of Fusion::devices

  DeviceRows(SQLite::Database& sql, const Knowledge& knowledge);

  void write(const Heard& heard, Id key, const FusedDevice& device, const Identity& identity,
             bool takes_reports);
  void write_talk(const HeardTalk& heard, const FusedTalk& talk, const Keys& keys);
  // Whose the facts about endpoints are. `only`: of which endpoints; null: of all.
  void write_owners(const Heard& heard, const Fusion& fusion, const Keys& keys,
                    const std::vector<bool>* only = nullptr);
  // What was written is in the tables after this.
  void flush();

 private:
  void write_value(Id device, std::string_view attribute, const std::string& value);
  void write_addresses(Id key, const FusedDevice& device);
  void write_names(Id key, const Heard& heard, const FusedDevice& device);
  void write_opinion(Id device, std::string_view attribute, const Opinion& opinion);
  // The one name of a manufacturer of whom devices tell by several.
  std::string maker_of(const std::string& told) const;

  const Knowledge& knowledge_;
  Appender device_, alias_, endpoint_, value_, owner_, fact_, conversation_;
};

// What the device is, by what it says and where it stands; and what settings
// need to know of that.
Identity identify_device(const Heard& heard, const FusedDevice& device, const Knowledge& knowledge,
                         SettingContext::Device& context);

}  // namespace asepsis
