// What the database knows of one site, loaded for derivation: endpoints, the
// facts about them and the talks between them, in an order that does not
// depend on when or in what order they were stored.

#pragma once

#include <compare>
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

// A text that is held elsewhere, in a word. Most are said over and over, and an
// estate has tens of millions.
class KeptText {
 public:
  KeptText() = default;
  explicit KeptText(const std::string& text) : text_(&text) {}

  std::string_view view() const { return text_ == nullptr ? std::string_view() : *text_; }
  // It stands for the text wherever one is read.
  operator std::string_view() const { return view(); }
  bool empty() const { return view().empty(); }

  friend bool operator==(KeptText a, KeptText b) {
    return a.text_ == b.text_ || a.view() == b.view();
  }
  friend bool operator==(KeptText a, std::string_view b) { return a.view() == b; }
  friend bool operator==(KeptText a, const char* b) { return a.view() == b; }
  friend std::strong_ordering operator<=>(KeptText a, KeptText b) {
    return a.text_ == b.text_ ? std::strong_ordering::equal : a.view() <=> b.view();
  }

 private:
  const std::string* text_ = nullptr;
};

// Holds each text once.
class Texts {
 public:
  // As long as this lives, wherever it is moved.
  KeptText keep(std::string_view text);

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
  std::int64_t first = 0, last = 0;  // nanoseconds since 1970
  std::uint64_t count = 0;
  KeptText claim, value, protocol, equipment;
  std::uint32_t source = 0;    // which of the captures, by content
  std::uint32_t endpoint = 0;  // index into Heard::endpoints
  std::uint16_t port = 0;
  bool refused = false;
};

struct HeardTalk {
  std::int64_t id = 0;
  std::int64_t first = 0, last = 0;
  std::uint64_t client_packets = 0, server_packets = 0;
  KeptText state, security, application, client_ports, shape;
  std::uint32_t source = 0;              // which of the captures, by content
  std::uint32_t client = 0, server = 0;  // indices into Heard::endpoints
  std::uint16_t port = 0;
  std::uint8_t client_hops = 255, server_hops = 255;
  std::uint8_t protocol = 0;
};

struct Heard {
  std::int64_t site = 0;
  std::string site_name;
  std::vector<HeardEndpoint> endpoints;
  std::vector<HeardFact> facts;
  std::vector<HeardTalk> talks;
  Texts fact_texts, more_texts;  // what they say
};

// May throw SQLite::Exception: call it within guarded().
std::vector<Heard> load_heard(Database& database);

}  // namespace asepsis
