// One fuzz target for every protocol: a new row in the registry is fuzzed the
// day it lands. The first line names the protocol as the registry does, with
// "/tcp" after it where two rows share the name; any other line picks a row by
// its first byte. Then each piece is one byte of size and direction, and that
// many bytes. A piece of no bytes stands for bytes the capture lost.
//
// Pieces are copied into blocks of their exact size, and each fact is read,
// so a sanitizer sees any byte read past either.

#include <algorithm>
#include <cstdint>
#include <cstdlib>
#include <string_view>
#include <vector>

#include "base/text.hpp"
#include "proto/recognition.hpp"
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

const Protocol& named(std::string_view line) {
  constexpr std::string_view kStream = "/tcp";
  const bool stream = line.ends_with(kStream);
  const std::string_view name = line.substr(0, line.size() - (stream ? kStream.size() : 0));
  for (const Protocol* protocol : protocols())
    if (protocol->name == name && (!stream || protocol->transport == Transport::tcp))
      return *protocol;
  const std::size_t index = line.empty() ? 0 : static_cast<std::uint8_t>(line.front());
  return *protocols()[index % protocols().size()];
}

// The table by first bytes may leave out only who would have said no.
void check_recognition(const Protocol& protocol, const Opening& opening) {
  if (protocol.recognise(opening) == Recognition::no) return;
  const auto rows = RecognitionTable::instance().rows(protocol.transport, opening.bytes.front());
  const auto asked =
      std::ranges::any_of(rows, [&](std::uint8_t row) { return protocols()[row] == &protocol; });
  const bool left_out = protocol.only_on_ports && !opening.expected_port;
  if (!asked || left_out) std::abort();
}

void play(Cursor in) {
  Reader reader;
  const Protocol& protocol = named(as_text(in.take_until('\n')));
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
    check_recognition(protocol, {from, exact, (control & 2) != 0, exact});
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
