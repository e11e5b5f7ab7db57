// What one line of a log says, told into the fact table with the line as its
// provenance.

#pragma once

#include <array>
#include <cstdint>
#include <string_view>

#include "base/time.hpp"
#include "fact/fact_table.hpp"
#include "sensor/record.hpp"

namespace asepsis {

// Whom a column is about. `other` is a third address that the log names: of
// DHCP the client under the address it was leased. `sender` is whoever of the
// first two sent the message.
enum class About : std::uint8_t { client, server, other, sender };

// The columns that hold an address; "" for what a log does not have.
struct LogEnd {
  std::string_view ip{}, port{}, mac{}, vlan{};
};

class LogTeller {
 public:
  LogTeller(FactTable& facts, std::string_view protocol, Time time, std::uint64_t line)
      : facts_(facts), protocol_(protocol), time_(time), line_(line) {}

  void set_end(About about, const LogEnd& columns, const Record& record);
  void swap_sides();
  void set_protocol(std::string_view literal) { protocol_ = literal; }
  void set_sender(About about) { sender_ = about; }

  const Endpoint& end(About about) const;
  std::uint16_t port(About about) const;
  Time time() const { return time_; }
  std::uint64_t line() const { return line_; }

  // Nothing is said if the value is empty once trimmed, or of nobody.
  void say(About about, Claim claim, std::string_view value, bool refused = false);
  void say(const Endpoint& about, Claim claim, std::string_view value, bool refused = false);
  void add(ConversationRow row) { facts_.add(std::move(row)); }

 private:
  struct End {
    Endpoint endpoint;
    std::uint16_t port = 0;
  };
  std::size_t index(About about) const;

  FactTable& facts_;
  std::string_view protocol_;  // a literal
  Time time_;
  std::uint64_t line_;
  std::array<End, 3> ends_{};
  About sender_ = About::client;
};

}  // namespace asepsis
