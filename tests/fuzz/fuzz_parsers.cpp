// One fuzz target for every protocol: a new row in the registry is fuzzed the
// day it lands. The first byte picks the protocol; then each piece is one
// byte of size and direction, and that many bytes. A piece of no bytes stands
// for bytes the capture lost.
//
// Pieces are copied into blocks of their exact size, and each fact is read,
// so a sanitizer sees any byte read past either.

#include <algorithm>
#include <cstdint>
#include <vector>

#include "base/text.hpp"
#include "proto/stream.hpp"

namespace asepsis {
namespace {

class Reader final : public FactSink {
 public:
  void on_fact(const Fact& fact) override {
    read += escaped(fact.value).size() + escaped(fact.equipment).size();
  }
  void on_application(std::string_view name, Security) override { read += name.size(); }

  std::size_t read = 0;
};

void play(Cursor in) {
  Reader reader;
  const auto all = protocols();
  const Protocol& protocol = *all[in.u8() % all.size()];
  Stream stream(protocol.make(), protocol.max_message);
  const auto datagrams = protocol.make();
  while (!in.done()) {
    const std::uint8_t control = in.u8();
    const Side from = (control & 1) != 0 ? Side::server : Side::client;
    // Large pieces too: the upper half of the sizes counts in sixteens.
    std::size_t size = control >> 1;
    if (size >= 64) size = (size - 60) * 16;
    const Bytes piece = in.take(std::min(size, in.rest().size()));
    if (piece.empty()) {
      stream.lose(from);
      continue;
    }
    const std::vector<std::uint8_t> exact(piece.begin(), piece.end());
    static_cast<void>(protocol.recognise({from, exact, (control & 2) != 0}));
    if (protocol.transport == Transport::tcp) {
      stream.feed(from, exact, reader);
    } else {
      datagrams->message(from, Cursor(exact), reader);
    }
  }
}

}  // namespace
}  // namespace asepsis

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  asepsis::play(asepsis::Cursor({data, size}));
  return 0;
}
