// Which logs of other sensors are read, and what each column says. The tables
// are the only list: a column more is a row more.

#pragma once

#include <cstdint>
#include <string_view>
#include <vector>

#include "fact/claim.hpp"
#include "sensor/log_teller.hpp"
#include "sensor/log_values.hpp"

namespace asepsis {

enum class Sensor : std::uint8_t { zeek, suricata };

struct LogKind {
  Sensor sensor;
  std::string_view log;       // Zeek's name of the log, Suricata's type of event
  std::string_view protocol;  // ours, that the facts carry
  // Of Zeek's JSON, which does not name its log: columns that only this log
  // has, of which a record has one at least.
  std::string_view mark{}, other_mark{};
  std::string_view answered{};  // a column that is filled only if the server spoke
  LogEnd client{}, server{}, other{};
  std::uint16_t server_port = 0;  // whose messages carry it as source are the server's
  // What takes more than one column to say.
  void (*more)(const Record& record, LogTeller& out) = nullptr;
};

struct LogColumn {
  Sensor sensor;
  std::string_view log, name;
  About about;
  Claim claim;
  LogValue value = log_value::as_is;
};

// A log that is read, with its columns.
struct Log {
  const LogKind* kind = nullptr;
  std::vector<const LogColumn*> columns;
};

// Nothing if it is a log that says nothing we keep.
const Log* find_log(Sensor sensor, std::string_view name);
const Log* find_zeek_log_by_marks(const Record& record);

}  // namespace asepsis
