// Zeek writes what certificates say into one log and who showed them into
// another. This brings them together, in whatever order their lines come.

#pragma once

#include <cstdint>
#include <set>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include <absl/container/flat_hash_map.h>

#include "fact/fact_table.hpp"
#include "sensor/record.hpp"

namespace asepsis {

class CertificateBook {
 public:
  static constexpr std::size_t kMostCertificates = 16'384;
  static constexpr std::size_t kMostServers = 16;  // of one certificate
  static constexpr std::size_t kMostSaid = 32;     // by one certificate
  static constexpr std::size_t kMostValue = 240;

  // A line of ssl.log: the first of the chain is the server's own.
  void add_handshake(const Record& record, const Endpoint& server, std::uint16_t port);
  // A line of x509.log, seen then and there.
  void add_certificate(const Record& record, Time time, std::uint64_t line);

  void tell(FactTable& out) const;
  std::uint64_t dropped() const { return dropped_; }

 private:
  struct Said {
    Claim claim;
    std::string value;
  };
  struct Entry {
    std::set<std::pair<Endpoint, std::uint16_t>> servers;
    std::vector<Said> says;
    Seen seen;
  };
  Entry* entry(std::string_view name);

  // By fingerprint, or by the id of the file that it was in older logs.
  absl::flat_hash_map<std::string, Entry> entries_;
  std::uint64_t dropped_ = 0;
};

}  // namespace asepsis
