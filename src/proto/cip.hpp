// The Common Industrial Protocol, which EtherNet/IP carries: what a device says
// it is, and who changes what in it. ODVA CIP volume 1, chapters 2-4 (messages),
// 5-2 (the identity object), appendix A (services), C-1.4 (paths).

#pragma once

#include <array>
#include <cstdint>

#include "base/cursor.hpp"
#include "fact/fact.hpp"

namespace asepsis {

// Attributes 1 to 7 of the identity object, in this order: how ListIdentity and
// GetAttributesAll give them. Of a device behind a router, `behind` is true.
bool read_cip_identity(Side from, Cursor& in, bool behind, FactSink& out);
void say_cip_state(Side from, std::uint8_t state, FactSink& out);

// The messages of one flow. An answer does not say what it answers: `key` does,
// and only the latest few requests are remembered.
class CipMessages {
 public:
  bool request(std::uint64_t key, Cursor in, FactSink& out);
  bool answer(std::uint64_t key, Cursor in, FactSink& out);

 private:
  struct Asked {
    std::uint64_t key = 0;
    std::uint32_t object = 0;
    std::uint16_t attribute = 0;
    bool behind = false;
    bool waits = false;
  };

  std::array<Asked, 16> asked_{};
  std::size_t next_ = 0;
};

}  // namespace asepsis
