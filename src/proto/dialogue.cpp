#include "proto/dialogue.hpp"

#include <algorithm>
#include <cassert>
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

void Dialogue::name(std::string_view application) {
  assert(application.size() < kNone);
  named_ = static_cast<std::uint8_t>(application.size());
  name_ = application.data();
}

OpeningShape::Text Dialogue::shape() const {
  return unnamed() ? shape_.text(kept()) : OpeningShape::Text();
}

OpeningShape::Mark Dialogue::mark() const {
  return unnamed() ? shape_.mark(kept()) : OpeningShape::Mark();
}

const OpeningShape::Kept& Dialogue::kept() const {
  static constexpr OpeningShape::Kept kNothing;
  return shape_.going_on() && opening_ != nullptr ? opening_->kept : kNothing;
}

// REQUIRES: row_ is none.
Dialogue::Opening& Dialogue::opening() {
  if (opening_ == nullptr) opening_ = std::make_unique<Opening>().release();
  return *opening_;
}

Bytes Dialogue::earlier(Side side) const {
  if (row_ != kNone || opening_ == nullptr) return {};
  return side == Side::client ? Bytes(opening_->earlier[0]).first(earlier_of_client_)
                              : Bytes(opening_->earlier[1]).first(earlier_of_server_);
}

void Dialogue::keep_earlier(Side side, Bytes bytes) {
  bytes = bytes.first(std::min(bytes.size(), Opening::kBeginning));
  std::ranges::copy(bytes, opening().earlier[static_cast<std::size_t>(side)].begin());
  if (side == Side::client) {
    earlier_of_client_ = bytes.size() & 0xfU;
  } else {
    earlier_of_server_ = bytes.size() & 0xfU;
  }
}

// Gives back the opening, or the parser.
void Dialogue::release() {
  if (row_ == kNone) {
    const std::unique_ptr<Opening> gone(std::exchange(opening_, nullptr));
  } else {
    const std::unique_ptr<Parser> gone(std::exchange(parser_, nullptr));
  }
}

// Recognition is over, and so is reading.
void Dialogue::finish() {
  finished_ = true;
  if (row_ != kNone) release();
  waiting_.reset();
}

WaitingBytes& Dialogue::waiting() {
  if (!waiting_) waiting_ = std::make_unique<WaitingBytes>();
  return *waiting_;
}

// Which protocol begins with these bytes. Where it is not known who is the
// client, both readings are tried; `from` and the flow are turned if the
// other one fits.
bool Dialogue::recognise(Turn& turn, Bytes bytes, Transport transport, bool& wants_more) {
  const RecognitionTable& table = RecognitionTable::instance();
  Flow& flow = turn.flow;
  const Bytes before = transport == Transport::tcp ? Bytes() : earlier(turn.from);
  const int readings = flow.oriented || numbered(transport) ? 1 : 2;
  for (int reading = 0; reading < readings; ++reading) {
    const bool turned = reading == 1;
    const Side side = turned ? other(turn.from) : turn.from;
    const std::uint16_t port = transport == Transport::ip ? flow.key.protocol
                               : turned                   ? flow.client_port()
                                                          : flow.server_port();
    for (const std::uint8_t row : table.rows(transport, bytes.front())) {
      const Protocol& protocol = *protocols()[row];
      const bool expected = expects(protocol, port);
      if (!expected && (numbered(transport) || protocol.only_on_ports)) continue;
      const Recognition answer = protocol.recognise({side, bytes, expected, before});
      if (answer == Recognition::more) wants_more = true;
      if (answer != Recognition::yes) continue;
      if (turned) turn_round(turn);
      flow.oriented = true;
      adopt(row);
      return true;
    }
  }
  return false;
}

// Who was taken for the client is the server.
void Dialogue::turn_round(Turn& turn) {
  turn.flow.turn_round();
  if (waiting_) std::swap(waiting_->of_side[0], waiting_->of_side[1]);
  std::swap(tries_[0], tries_[1]);
  turn.from = other(turn.from);
}

void Dialogue::adopt(std::size_t row) {
  const Protocol& protocol = *protocols()[row];
  release();
  row_ = static_cast<std::uint8_t>(row);
  parser_ = nullptr;
  // What began in clear and went on under TLS keeps its own name.
  if (named_ == 0 || protocol.security == Security::clear) name(protocol.name);
  security = protocol.security;
}

Dialogue::Heard Dialogue::stream(Flow& flow, Side from, Bytes bytes, FactSink& out,
                                 ProtocolCounts& counts) {
  const bool client_was_a = flow.client_is_a;
  // Where the beginning was not captured there is no shape.
  const bool shaped = flow.oriented && unnamed();
  Turn turn{.flow = flow, .from = from, .out = out, .counts = counts};
  Heard heard;
  if (!finished_)
    heard.to_skip = reading() ? feed(turn, from, bytes) : recognise_stream(turn, bytes);
  for (; reading() && place_.state == State::again; ++restarts_) {
    release();
    if (waiting_) waiting_->of_side = {};
    tries_ = {};
    if (restarts_ >= kMostRestarts) break;
    const std::vector<std::uint8_t> rest = std::move(turn.rest);
    heard.to_skip = recognise_stream(turn, rest);
  }
  if (restarts_ >= kMostRestarts) finish();
  if (shaped && unnamed()) add_to_shape(from, bytes);
  heard.turn_round = client_was_a != flow.client_is_a;
  heard.finished = finished_ && (row_ != kNone || !shaped || shape_.settled());
  return heard;
}

void Dialogue::add_to_shape(Side from, Bytes bytes) {
  if (shape_.settled()) return;
  shape_.add(from, bytes, opening().kept);
  if (!shape_.going_on()) release();
}

std::uint64_t Dialogue::recognise_stream(Turn& turn, Bytes bytes) {
  const Side side = turn.from;
  std::uint8_t& tries = tries_[static_cast<std::size_t>(side)];
  if (tries >= kMostTries) return 0;
  if (waiting_ && !waiting_->of(side).empty()) {
    std::vector<std::uint8_t>& before = waiting_->of(side);
    before.insert(before.end(), bytes.begin(), bytes.end());
    bytes = before;
  }
  bool wants_more = false;
  if (recognise(turn, bytes.first(std::min(bytes.size(), kMostOpening)), Transport::tcp,
                wants_more))
    return read_from_beginning(turn, bytes);
  if (wants_more && bytes.size() < kMostOpening) {
    std::vector<std::uint8_t>& before = waiting().of(side);
    if (before.empty()) before.assign(bytes.begin(), bytes.end());
    return 0;
  }
  if (waiting_) std::vector<std::uint8_t>().swap(waiting_->of(side));
  if (waiting_ && !waiting_->needed()) waiting_.reset();
  // Nothing begins like this. A flow of which we have the beginning is given
  // up once both sides began in vain: what one sends may be only the loader
  // of what the other then speaks. Else each has a few tries.
  ++tries;
  const bool both = tries_[0] > 0 && tries_[1] > 0;
  if (turn.flow.oriented ? both : tries >= kMostTries) finish();
  return 0;
}

// REQUIRES: it was just recognised by these bytes.
std::uint64_t Dialogue::read_from_beginning(Turn& turn, Bytes bytes) {
  ++turn.counts.flows[row_];
  parser_ = protocols()[row_]->make().release();
  place_ = {};
  const Side from = turn.from;
  if (!waiting_) return feed(turn, from, bytes);
  const auto before = std::exchange(waiting_->of_side, {});
  const auto& earlier = before[static_cast<std::size_t>(other(from))];
  const auto& own = before[static_cast<std::size_t>(from)];
  if (!own.empty()) bytes = own;
  if (!earlier.empty()) {
    const std::uint64_t owed = feed(turn, other(from), earlier);
    if (owed > 0) waiting().owed_skip[static_cast<std::size_t>(other(from))] = owed;
  }
  if (waiting_ && !waiting_->needed()) waiting_.reset();
  return feed(turn, from, bytes);
}

std::uint64_t Dialogue::feed(Turn& turn, Side from, Bytes bytes) {
  if (!reading()) return 0;
  if (waiting_) {
    std::uint64_t& owed = waiting_->owed_skip[static_cast<std::size_t>(from)];
    if (owed >= bytes.size()) {
      owed -= bytes.size();
      return 0;
    }
    bytes = bytes.subspan(std::exchange(owed, 0));
  }
  const State before = place_.state;
  StreamReading reading(*parser_, protocols()[row_]->max_message, place_, waiting_);
  const std::uint64_t to_skip = reading.feed(from, bytes, turn.out);
  turn.counts.malformed[row_] += reading.malformed();
  if (place_.state == State::gave_up) ++turn.counts.gave_up[row_];
  if (place_.state == State::gave_up || place_.state == State::done) finish();
  if (place_.state == State::again && before == State::alive)
    turn.rest.assign(reading.leftover().begin(), reading.leftover().end());
  return to_skip;
}

Dialogue::Heard Dialogue::datagram(Flow& flow, Side from, Bytes bytes, FactSink& out,
                                   ProtocolCounts& counts, DatagramParsers& parsers) {
  Heard heard;
  if (row_ == kNone) {
    const bool client_was_a = flow.client_is_a;
    bool wants_more = false;
    Turn turn{.flow = flow, .from = from, .out = out, .counts = counts};
    if (!recognise(turn, bytes, transport_of(flow.key), wants_more)) {
      heard.finished = recognise_later(from, bytes);
      return heard;
    }
    from = turn.from;
    heard.turn_round = client_was_a != flow.client_is_a;
    ++counts.flows[row_];
    const Protocol& protocol = *protocols()[row_];
    if (protocol.remembers) parser_ = protocol.make().release();
  }
  Parser& parser = parser_ != nullptr ? *parser_ : parsers.of(row_);
  if (!parser.message(from, Cursor(bytes), out)) ++counts.malformed[row_];
  return heard;
}

// Of a datagram that was not recognised. True: nor will those after it.
bool Dialogue::recognise_later(Side from, Bytes bytes) {
  shape_.add_datagram(from, bytes);
  // Keep-alives may come first, and many of them.
  constexpr std::uint8_t kWhole = kMostTinyTries / kMostTries;
  std::uint8_t& tries = tries_[0];
  tries = static_cast<std::uint8_t>(tries + (bytes.size() < kTiny ? 1 : kWhole));
  keep_earlier(from, bytes);
  if (tries < kMostTinyTries) return false;
  release();
  return true;
}

void Dialogue::lose(Side from, std::uint64_t size) {
  if (unnamed() && !shape_.settled()) {
    shape_.lose(from, size, opening().kept);
    if (!shape_.going_on()) release();
  }
  if (reading()) {
    asepsis::lose(place_, waiting_, from);
  } else {
    if (waiting_) waiting_->of(from).clear();
    ++tries_[static_cast<std::size_t>(from)];
  }
}

void Dialogue::close() {
  finished_ = true;
  if (unnamed()) shape_.settle(kept());
  release();
  waiting_.reset();
}

}  // namespace asepsis
