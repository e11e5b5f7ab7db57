// One flow's conversation from its first byte: recognises the protocol by
// content, hands the bytes to its parser, and recognises again where the
// parser says that another protocol begins.

#pragma once

#include <algorithm>
#include <array>
#include <memory>
#include <optional>
#include <string_view>
#include <vector>

#include "flow/flow.hpp"
#include "proto/opening_shape.hpp"
#include "proto/stream.hpp"

namespace asepsis {

// Malformed messages of each protocol, in the order of protocols().
struct ProtocolCounts {
  std::vector<std::uint64_t> flows, malformed, gave_up;
  ProtocolCounts();
  void merge(const ProtocolCounts& other);
};

// Parsers of datagram protocols, one each, for those that keep no state between datagrams.
class DatagramParsers {
 public:
  DatagramParsers();
  Parser& of(std::size_t protocol) { return *parsers_[protocol]; }

 private:
  std::vector<std::unique_ptr<Parser>> parsers_;
};

// The row of protocols() that speaks here, by index.
using ProtocolIndex = std::optional<std::size_t>;

class Dialogue final : public FlowState {
 public:
  // What a listener needs to know after feeding.
  struct Heard {
    std::uint64_t to_skip = 0;
    bool finished = false;    // nothing more is wanted of this flow
    bool turn_round = false;  // the one taken for the client is the server
  };

  // The next bytes of a stream. What is said is said of the sides as they are
  // after turning round: `out` must look that up when it is told.
  Heard stream(Flow& flow, Side from, Bytes bytes, FactSink& out, ProtocolCounts& counts);
  // One datagram or frame.
  Heard datagram(Flow& flow, Side from, Bytes bytes, FactSink& out, ProtocolCounts& counts,
                 DatagramParsers& parsers);
  void lose(Side from, std::uint64_t size);
  // No more bytes will come: gives back what reading them needed.
  void close();

  ProtocolIndex protocol() const { return row_ == kNone ? ProtocolIndex() : ProtocolIndex(row_); }
  // How the flow opened, as long as nothing recognises it.
  const OpeningShape& shape() const { return shape_; }

  std::string_view application;  // a literal; set by the parser, else the protocol's name
  Security security = Security::clear;

 private:
  static constexpr std::uint8_t kNone = 0xff;

  // What a stream needs whose bytes came in pieces too small to recognise.
  struct Held {
    std::array<std::vector<std::uint8_t>, 2> opening;  // of each side, not yet recognised
    std::array<std::uint64_t, 2> owed_skip{};          // of bytes that were shown out of turn
  };

  bool recognise(Flow& flow, Side& from, Bytes bytes, Transport transport, bool& wants_more);
  void adopt(std::size_t row);
  std::uint64_t feed(Side from, Bytes bytes, FactSink& out, ProtocolCounts& counts);
  std::uint64_t recognise_stream(Flow& flow, Side from, Bytes bytes, FactSink& out,
                                 ProtocolCounts& counts);
  Held& held();

  // How a datagram began.
  class Beginning {
   public:
    void keep(Bytes bytes) {
      size_ = static_cast<std::uint8_t>(std::min(bytes.size(), kept_.size()));
      std::copy_n(bytes.begin(), size_, kept_.begin());
    }
    Bytes bytes() const { return Bytes(kept_).first(size_); }

   private:
    std::array<std::uint8_t, 12> kept_{};
    std::uint8_t size_ = 0;
  };

  // Flows are many, and most never need this.
  std::unique_ptr<Held> held_;
  std::unique_ptr<Stream> stream_;
  std::unique_ptr<Parser> parser_;  // of datagrams, if the protocol remembers
  OpeningShape shape_;
  std::array<Beginning, 2> earlier_;
  std::array<std::uint8_t, 2> tries_{};  // pieces of each side looked at in vain
  std::uint8_t row_ = kNone;             // of protocols()
  std::uint8_t restarts_ = 0;
  bool finished_ = false;  // recognition is over
};

}  // namespace asepsis
