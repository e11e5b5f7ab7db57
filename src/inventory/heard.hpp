// What the database knows of one site, loaded for derivation: endpoints, the
// facts about them and the talks between them, in an order that does not
// depend on when or in what order they were stored.

#pragma once

#include <cstdint>
#include <functional>
#include <string>
#include <string_view>
#include <unordered_set>
#include <vector>

#include "base/address.hpp"
#include "base/result.hpp"
#include "store/database.hpp"

namespace asepsis {

// Holds each text once: most are said over and over.
class Texts {
 public:
  // As long as this lives, wherever it is moved.
  std::string_view keep(std::string_view text);

 private:
  struct Hash {
    using is_transparent = void;
    std::size_t operator()(std::string_view text) const {
      return std::hash<std::string_view>()(text);
    }
  };
  // Its nodes stay where they are.
  std::unordered_set<std::string, Hash, std::equal_to<>> texts_;
};

struct HeardEndpoint {
  std::int64_t id = 0;
  std::uint16_t vlan = 0;
  Mac mac;  // none: all zeros
  Ip ip;
};

struct HeardFact {
  std::int64_t id = 0;
  std::size_t source = 0;    // which of the captures, by content
  std::size_t endpoint = 0;  // index into Heard::endpoints
  std::string_view claim, value, protocol, equipment;
  std::uint16_t port = 0;
  bool refused = false;
  std::int64_t first = 0, last = 0;  // nanoseconds since 1970
  std::uint64_t count = 0;
};

struct HeardTalk {
  std::int64_t id = 0;
  std::size_t source = 0;              // which of the captures, by content
  std::size_t client = 0, server = 0;  // indices into Heard::endpoints
  std::uint64_t client_packets = 0, server_packets = 0;
  int client_hops = 255, server_hops = 255;
  int protocol = 0;
  std::uint16_t port = 0;
  std::string_view state, security, application, client_ports, shape;
  std::int64_t first = 0, last = 0;
};

struct Heard {
  std::int64_t site = 0;
  std::string site_name;
  std::vector<HeardEndpoint> endpoints;
  std::vector<HeardFact> facts;
  std::vector<HeardTalk> talks;
  Texts texts;  // what the facts and talks say
};

// May throw SQLite::Exception: call it within guarded().
std::vector<Heard> load_heard(SQLite::Database& sql);

}  // namespace asepsis
