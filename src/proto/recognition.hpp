// Which rows of protocols() an opening can belong to, by its first byte: most
// flows ask a handful of rows instead of all.

#pragma once

#include <array>
#include <cstdint>
#include <span>
#include <vector>

#include "proto/parser.hpp"

namespace asepsis {

class RecognitionTable {
 public:
  // Made once, when it is first needed, from protocols().
  static const RecognitionTable& instance();

  // Indices into protocols(), in their order. Rows of Transport::frame and
  // Transport::ip are told apart by their numbers: all of them.
  std::span<const std::uint8_t> rows(Transport transport, std::uint8_t first_byte) const {
    return rows_[static_cast<std::size_t>(transport)][first_byte];
  }

 private:
  RecognitionTable();

  static constexpr std::size_t kTransports = 5;
  std::array<std::array<std::vector<std::uint8_t>, 256>, kTransports> rows_;
};

// Whether the row's protocol is expected on the port (the EtherType, the number
// of IP's protocol).
bool expects(const Protocol& protocol, std::uint16_t port);

}  // namespace asepsis
