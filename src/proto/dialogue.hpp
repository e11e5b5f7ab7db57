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
  Dialogue() = default;
  ~Dialogue() { release(); }

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
  // Set by the parser, else the protocol's name.
  std::string_view application() const {
    return named_ == 0 ? std::string_view() : std::string_view(name_, named_);
  }
  // REQUIRES: a literal.
  void name(std::string_view application);
  // How the flow opened, as long as nothing names it; else empty.
  OpeningShape::Text shape() const;
  OpeningShape::Mark mark() const;
  std::uint16_t turn(Side side) const { return unnamed() ? shape_.size(side) : std::uint16_t{0}; }

 private:
  static constexpr std::uint8_t kNone = 0xff;
  using State = StreamPlace::State;

  // What is kept of an opening that nothing recognises yet: of a stream for its
  // shape, of datagrams how the last of each side began.
  struct Opening {
    static constexpr std::size_t kBeginning = 12;
    union {
      OpeningShape::Kept kept{};
      std::array<std::array<std::uint8_t, kBeginning>, 2> earlier;
    };
  };
  // One feeding: what it is told and what it leaves.
  struct Turn {
    Flow& flow;
    Side from;
    FactSink& out;
    ProtocolCounts& counts;
    std::vector<std::uint8_t> rest{};  // to be recognised again
  };

  bool unnamed() const { return row_ == kNone && named_ == 0; }
  const OpeningShape::Kept& kept() const;
  Opening& opening();
  Bytes earlier(Side side) const;
  void keep_earlier(Side side, Bytes bytes);
  bool reading() const { return row_ != kNone && parser_ != nullptr; }
  void add_to_shape(Side from, Bytes bytes);
  bool recognise_later(Side from, Bytes bytes);
  void release();
  void finish();
  bool recognise(Turn& turn, Bytes bytes, Transport transport, bool& wants_more);
  void turn_round(Turn& turn);
  void adopt(std::size_t row);
  std::uint64_t feed(Turn& turn, Side from, Bytes bytes);
  std::uint64_t recognise_stream(Turn& turn, Bytes bytes);
  std::uint64_t read_from_beginning(Turn& turn, Bytes bytes);
  WaitingBytes& waiting();

  // Flows are many: one pointer for what one has at a time, and one word.
  union {
    Opening* opening_ = nullptr;  // as long as row_ is none; may be null
    Parser* parser_;              // then: of a stream, or of datagrams if the protocol remembers
  };
  std::unique_ptr<WaitingBytes> waiting_;  // not yet recognised, or a message not yet whole
  union {
    OpeningShape shape_{};  // as long as it is unnamed()
    const char* name_;
  };

 public:
  Security security = Security::clear;

 private:
  std::uint8_t named_ = 0;               // how long the name is
  std::array<std::uint8_t, 2> tries_{};  // pieces of each side looked at in vain
  std::uint8_t row_ = kNone;             // of protocols()
  StreamPlace place_;                    // of a stream that is read
  std::uint8_t earlier_of_client_ : 4 = 0, earlier_of_server_ : 4 = 0;  // bytes of Opening::earlier
  std::uint8_t restarts_ : 3 = 0;
  bool finished_ : 1 = false;  // recognition is over
};
static_assert(sizeof(Dialogue) == 32);

}  // namespace asepsis
