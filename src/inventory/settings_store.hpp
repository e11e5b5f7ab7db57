// Writes settings, and the registry that they were derived by, to the database.

#pragma once

#include <cstdint>
#include <vector>

#include "inventory/knowledge.hpp"
#include "inventory/settings.hpp"
#include "store/appender.hpp"

namespace asepsis {

// May throw SQLite::Exception: use it within guarded().
class SettingsWriter {
 public:
  explicit SettingsWriter(SQLite::Database& sql);

  // `device`: its key.
  void write(std::int64_t device, const std::vector<SettingValue>& values);
  // What was written is in the table after this.
  void flush() { setting_.flush(); }

 private:
  Appender setting_;
};

// The registry that they are derived by, and the grades. REQUIRES: there is none.
void write_setting_registry(SQLite::Database& sql, const Knowledge& knowledge);

// Empties what both write.
void empty_settings(SQLite::Database& sql);

}  // namespace asepsis
