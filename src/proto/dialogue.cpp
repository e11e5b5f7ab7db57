#include "proto/dialogue.hpp"

#include <algorithm>
#include <utility>

#include "net/decoded.hpp"
#include "proto/recognition.hpp"

namespace asepsis {
namespace {

constexpr std::size_t kMostOpening = 512;    // bytes of a side that recognition may wait for
constexpr std::uint8_t kMostTries = 6;       // pieces of a side, where its beginning was not seen
constexpr std::uint8_t kMostTinyTries = 48;  // datagrams too small to say what they are
constexpr std::size_t kTiny = 16;
constexpr std::uint8_t kMostRestarts = 4;  // protocols inside protocols

Transport transport_of(const FlowKey& key) {
  if (key.frame) return Transport::frame;
  switch (key.protocol) {
    case ip_protocol::kUdp: return Transport::udp;
    case ip_protocol::kIcmp6: return Transport::icmp6;
    default: return Transport::ip;
  }
}

// Whether the row is looked for under its number alone.
bool numbered(Transport transport) {
  return transport == Transport::frame || transport == Transport::ip;
}

}  // namespace

ProtocolCounts::ProtocolCounts()
    : flows(protocols().size()), malformed(protocols().size()), gave_up(protocols().size()) {}

void ProtocolCounts::merge(const ProtocolCounts& other) {
  for (std::size_t i = 0; i < flows.size(); ++i) {
    flows[i] += other.flows[i];
    malformed[i] += other.malformed[i];
    gave_up[i] += other.gave_up[i];
  }
}

DatagramParsers::DatagramParsers() {
  for (const Protocol* protocol : protocols())
    parsers_.push_back(protocol->transport == Transport::tcp ? nullptr : protocol->make());
}

// Which protocol begins with these bytes. Where it is not known who is the
// client, both readings are tried; `from` and the flow are turned if the
// other one fits.
bool Dialogue::recognise(Flow& flow, Side& from, Bytes bytes, Transport transport,
                         bool& wants_more) {
  const RecognitionTable& table = RecognitionTable::instance();
  const Bytes earlier = earlier_[static_cast<std::size_t>(from)].bytes();
  const int readings = flow.oriented || numbered(transport) ? 1 : 2;
  for (int reading = 0; reading < readings; ++reading) {
    const bool turned = reading == 1;
    const Side side = turned ? other(from) : from;
    const std::uint16_t port = transport == Transport::ip ? flow.key.protocol
                               : turned                   ? flow.client_port()
                                                          : flow.server_port();
    for (const std::uint8_t row : table.rows(transport, bytes.front())) {
      const Protocol& protocol = *protocols()[row];
      const bool expected = expects(protocol, port);
      if (!expected && (numbered(transport) || protocol.only_on_ports)) continue;
      const Recognition answer = protocol.recognise({side, bytes, expected, earlier});
      if (answer == Recognition::more) wants_more = true;
      if (answer != Recognition::yes) continue;
      if (turned) {
        flow.turn_round();
        if (held_) std::swap(held_->opening[0], held_->opening[1]);
        std::swap(tries_[0], tries_[1]);
        from = side;
      }
      flow.oriented = true;
      adopt(row);
      return true;
    }
  }
  return false;
}

void Dialogue::adopt(std::size_t row) {
  const Protocol& protocol = *protocols()[row];
  row_ = static_cast<std::uint8_t>(row);
  // What began in clear and went on under TLS keeps its own name.
  if (application.empty() || protocol.security == Security::clear) application = protocol.name;
  security = protocol.security;
}

Dialogue::Heard Dialogue::stream(Flow& flow, Side from, Bytes bytes, FactSink& out,
                                 ProtocolCounts& counts) {
  const bool client_was_a = flow.client_is_a;
  Heard heard;
  // Where the beginning was not captured there is no shape.
  const bool shaped = flow.oriented && row_ == kNone;
  if (shaped) shape_.add(from, bytes, false);
  if (!finished_)
    heard.to_skip =
        stream_ ? feed(from, bytes, out, counts) : recognise_stream(flow, from, bytes, out, counts);
  for (; stream_ && stream_->state() == Stream::State::again; ++restarts_) {
    const Bytes left = stream_->leftover();
    const std::vector<std::uint8_t> rest(left.begin(), left.end());
    stream_.reset();
    tries_ = {};
    if (restarts_ >= kMostRestarts) break;
    heard.to_skip = recognise_stream(flow, from, rest, out, counts);
  }
  if (restarts_ >= kMostRestarts) finished_ = true;
  heard.turn_round = client_was_a != flow.client_is_a;
  heard.finished = finished_ && (row_ != kNone || !shaped || shape_.settled());
  return heard;
}

std::uint64_t Dialogue::recognise_stream(Flow& flow, Side from, Bytes bytes, FactSink& out,
                                         ProtocolCounts& counts) {
  std::uint8_t& tries = tries_[static_cast<std::size_t>(from)];
  if (tries >= kMostTries) return 0;
  const auto side = static_cast<std::size_t>(from);
  if (held_ && !held_->opening[side].empty()) {
    std::vector<std::uint8_t>& before = held_->opening[side];
    before.insert(before.end(), bytes.begin(), bytes.end());
    bytes = before;
  }
  bool wants_more = false;
  if (!recognise(flow, from, bytes.first(std::min(bytes.size(), kMostOpening)), Transport::tcp,
                 wants_more)) {
    if (wants_more && bytes.size() < kMostOpening) {
      std::vector<std::uint8_t>& before = held().opening[side];
      if (before.empty()) before.assign(bytes.begin(), bytes.end());
      return 0;
    }
    if (held_) held_->opening[side].clear();
    // Nothing begins like this. A flow of which we have the beginning is given
    // up once both sides began in vain: what one sends may be only the loader
    // of what the other then speaks. Else each has a few tries.
    ++tries;
    const bool both = tries_[0] > 0 && tries_[1] > 0;
    finished_ = flow.oriented ? both : tries >= kMostTries;
    if (finished_) held_.reset();
    return 0;
  }
  ++counts.flows[row_];
  const Protocol& protocol = *protocols()[row_];
  stream_ = std::make_unique<Stream>(protocol.make(), protocol.max_message);
  if (!held_) return feed(from, bytes, out, counts);
  const auto opening = std::exchange(held_->opening, {});
  const auto& earlier = opening[static_cast<std::size_t>(other(from))];
  const auto& own = opening[static_cast<std::size_t>(from)];
  if (!own.empty()) bytes = own;
  if (!earlier.empty()) {
    const std::uint64_t owed = feed(other(from), earlier, out, counts);
    held().owed_skip[static_cast<std::size_t>(other(from))] = owed;
  }
  return feed(from, bytes, out, counts);
}

Dialogue::Held& Dialogue::held() {
  if (!held_) held_ = std::make_unique<Held>();
  return *held_;
}

std::uint64_t Dialogue::feed(Side from, Bytes bytes, FactSink& out, ProtocolCounts& counts) {
  if (held_) {
    std::uint64_t& owed = held_->owed_skip[static_cast<std::size_t>(from)];
    if (owed >= bytes.size()) {
      owed -= bytes.size();
      return 0;
    }
    bytes = bytes.subspan(std::exchange(owed, 0));
  }
  const std::uint32_t malformed = stream_->malformed();
  const std::uint64_t to_skip = stream_->feed(from, bytes, out);
  counts.malformed[row_] += stream_->malformed() - malformed;
  if (stream_->state() == Stream::State::gave_up) ++counts.gave_up[row_];
  if (stream_->state() == Stream::State::gave_up || stream_->state() == Stream::State::done) {
    finished_ = true;
    stream_.reset();
  }
  return to_skip;
}

Dialogue::Heard Dialogue::datagram(Flow& flow, Side from, Bytes bytes, FactSink& out,
                                   ProtocolCounts& counts, DatagramParsers& parsers) {
  Heard heard;
  if (row_ == kNone) {
    const bool client_was_a = flow.client_is_a;
    bool wants_more = false;
    std::uint8_t& tries = tries_[0];
    shape_.add(from, bytes, true);
    if (!recognise(flow, from, bytes, transport_of(flow.key), wants_more)) {
      // Keep-alives may come first, and many of them.
      constexpr std::uint8_t kWhole = kMostTinyTries / kMostTries;
      tries = static_cast<std::uint8_t>(tries + (bytes.size() < kTiny ? 1 : kWhole));
      earlier_[static_cast<std::size_t>(from)].keep(bytes);
      heard.finished = tries >= kMostTinyTries;
      return heard;
    }
    heard.turn_round = client_was_a != flow.client_is_a;
    ++counts.flows[row_];
    const Protocol& protocol = *protocols()[row_];
    if (protocol.remembers) parser_ = protocol.make();
  }
  Parser& parser = parser_ ? *parser_ : parsers.of(row_);
  if (!parser.message(from, Cursor(bytes), out)) ++counts.malformed[row_];
  return heard;
}

void Dialogue::lose(Side from, std::uint64_t size) {
  if (row_ == kNone) shape_.lose(from, size);
  if (stream_) {
    stream_->lose(from);
  } else {
    if (held_) held_->opening[static_cast<std::size_t>(from)].clear();
    ++tries_[static_cast<std::size_t>(from)];
  }
}

void Dialogue::close() {
  finished_ = true;
  stream_.reset();
  held_.reset();
}

}  // namespace asepsis
