#include "proto/recognition.hpp"

#include <algorithm>

namespace asepsis {
namespace {

// A stream may come a byte at a time, so who says no to the first byte says no
// to all that begin with it.
bool may_begin_stream(const Protocol& protocol, std::uint8_t byte) {
  for (const Side from : {Side::client, Side::server})
    for (const bool expected : {false, true})
      if (protocol.recognise({from, Bytes(&byte, 1), expected}) != Recognition::no) return true;
  return false;
}

bool may_begin(const Protocol& protocol, std::uint8_t byte) {
  return protocol.transport == Transport::tcp ? may_begin_stream(protocol, byte)
                                              : protocol.begins.has(byte);
}

}  // namespace

RecognitionTable::RecognitionTable() {
  static_assert(std::tuple_size_v<decltype(rows_)> ==
                static_cast<std::size_t>(Transport::frame) + 1);
  for (std::size_t row = 0; row < protocols().size(); ++row) {
    const Protocol& protocol = *protocols()[row];
    auto& by_byte = rows_[static_cast<std::size_t>(protocol.transport)];
    for (std::size_t byte = 0; byte < by_byte.size(); ++byte)
      if (may_begin(protocol, static_cast<std::uint8_t>(byte)))
        by_byte[byte].push_back(static_cast<std::uint8_t>(row));
  }
}

const RecognitionTable& RecognitionTable::instance() {
  static const RecognitionTable kTable;
  return kTable;
}

bool expects(const Protocol& protocol, std::uint16_t port) {
  return std::ranges::find(protocol.ports, port) != protocol.ports.end();
}

}  // namespace asepsis
