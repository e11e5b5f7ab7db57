#include "app/worker.hpp"

#include <algorithm>

#include "base/hash.hpp"
#include "net/pair_hash.hpp"

namespace asepsis {
namespace {

Endpoint endpoint_of(const Flow& flow, Side side) {
  const FlowHalf& half = flow.halves[side == Side::client ? 0 : 1];
  Endpoint endpoint{.mac = half.mac, .vlan = half.vlan};
  if (!flow.key.frame) endpoint.ip = side == Side::client ? flow.client_ip() : flow.server_ip();
  return endpoint;
}

// Who sends to a group stands on our own link unless routers say otherwise,
// and those who send with a TTL made for the link have passed none.
std::uint8_t hops_from(std::uint8_t ttl, const Ip& peer) {
  constexpr std::uint8_t kLinkOnly = 16;
  if (peer.multicast() && ttl <= kLinkOnly) return 0;
  return hops_of(ttl);
}
std::uint8_t hops_of_half(const FlowHalf& half, const Ip& peer) {
  return half.packets == 0 ? 255 : hops_from(half.ttl, peer);
}

bool answered(const Flow& flow) { return flow.client().packets > 0 && flow.server().packets > 0; }

ConversationState state_of(const Flow& flow) {
  if (flow.server().packets == 0)
    return flow.refused ? ConversationState::refused : ConversationState::unanswered;
  const bool tcp = !flow.key.frame && flow.key.protocol == ip_protocol::kTcp;
  const bool only_reset = (flow.server().tcp_flags & tcp_flag::kRst) != 0 &&
                          (flow.server().tcp_flags & tcp_flag::kSyn) == 0 &&
                          flow.server().bytes == 0 && flow.client().bytes == 0;
  return tcp && only_reset ? ConversationState::refused : ConversationState::open;
}

constexpr std::string_view kMidStream = "mid-stream";

// Only dialogues are ever attached to our flows.
Dialogue* dialogue_with(const Flow& flow) { return static_cast<Dialogue*>(flow.state); }

// What a flow looks like that said something which nothing recognises.
void describe_unknown(const Flow& flow, ConversationRow& row) {
  const bool tcp = row.protocol == ip_protocol::kTcp;
  if (flow.key.frame || (!tcp && row.protocol != ip_protocol::kUdp)) return;
  if (tcp && !flow.oriented) {
    row.shape = kMidStream;
    return;
  }
  const Dialogue& dialogue = *dialogue_with(flow);
  row.shape = dialogue.shape().view();
  row.mark = dialogue.mark().view();
  row.client_turn = ConversationRow::Range(dialogue.turn(Side::client));
  row.server_turn = ConversationRow::Range(dialogue.turn(Side::server));
}

// The flow as it is now.
ConversationRow row_of(const Flow& flow) {
  ConversationRow row{.client = endpoint_of(flow, Side::client),
                      .server = endpoint_of(flow, Side::server),
                      .protocol = flow.key.protocol,
                      .port = flow.server_port(),
                      .state = state_of(flow)};
  if (const Dialogue* const dialogue = dialogue_with(flow); dialogue != nullptr) {
    row.application = dialogue->application();
    row.security = dialogue->security;
  }
  row.client_bytes = flow.client().bytes;
  row.server_bytes = flow.server().bytes;
  row.client_packets = flow.client().packets;
  row.server_packets = flow.server().packets;
  row.client_hops = hops_of_half(flow.client(), flow.server_ip());
  row.server_hops = hops_of_half(flow.server(), flow.client_ip());
  row.flows = {{flow.first, flow.client_port()}};
  row.seen = {.first = flow.first, .last = flow.last, .count = 1, .packet = flow.first_packet};
  if (flow.state != nullptr && row.application.empty()) describe_unknown(flow, row);
  return row;
}

// A side that sent from a second MAC too: the same conversation from there.
ConversationRow other_view(const Flow& flow, Side side, const FlowExtra::End& end,
                           ConversationRow row) {
  const bool client = side == Side::client;
  row.client_bytes = row.server_bytes = row.client_packets = row.server_packets = 0;
  row.client_hops = row.server_hops = 255;
  (client ? row.client : row.server).mac = end.other_mac;
  (client ? row.client_packets : row.server_packets) = 1;
  (client ? row.client_hops : row.server_hops) =
      hops_from(end.other_ttl, client ? flow.server_ip() : flow.client_ip());
  return row;
}

}  // namespace

void WorkerCounts::add(const Packet& packet, DecodeError error) {
  first = packets == 0 ? packet.time : std::min(first, packet.time);
  last = packets == 0 ? packet.time : std::max(last, packet.time);
  ++packets;
  bytes += packet.length;
  if (error != DecodeError::none) ++decode_errors[static_cast<std::size_t>(error)];
  if (error == DecodeError::unknown_link_type) ++unknown_links[packet.link_type];
}

void WorkerCounts::merge(const WorkerCounts& other) {
  if (other.packets == 0) return;
  first = packets == 0 ? other.first : std::min(first, other.first);
  last = packets == 0 ? other.last : std::max(last, other.last);
  packets += other.packets;
  bytes += other.bytes;
  for (std::size_t i = 0; i < decode_errors.size(); ++i) decode_errors[i] += other.decode_errors[i];
  for (const auto& [link, count] : other.unknown_links) unknown_links[link] += count;
}

Worker::Worker(const WorkerLimits& limits, WorkerPlace place)
    : place_(place), facts_(limits.fact), fragments_(limits.fragment), flows_(*this, limits.flow) {
  fragments_.on_incomplete([this](const Decoded& piece, Time time, std::uint64_t number) {
    add_incomplete(piece, time, number);
  });
}

void Worker::add(const Packet& packet) {
  time_ = packet.time;
  number_ = packet.number;
  flows_.advance_to(packet.time);
  const DecodeError error = decode(packet.link_type, packet.bytes, packet.length, *this);
  if (witness_ != nullptr) witness_->end(packet, error);
  counts_.add(packet, error);
}

void Worker::add(const Arrival& arrival, const ArrivedBefore& before) {
  time_ = arrival.time;
  number_ = before.packets + arrival.number;
  flows_.advance_to(std::max(before.clock, arrival.clock));
  if (arrival.packet.kind == Decoded::Kind::fragment) {
    on_decoded(arrival.packet);
  } else {
    flows_.add(arrival.packet, time_, number_);
  }
}

void Worker::finish() {
  fragments_.finish();
  flows_.finish();
  dialogues_.clear();
  add_sayings();
}

FactTable Worker::take_facts() {
  add_sayings();
  return facts_.take();
}

std::deque<ConversationRow> Worker::running(std::size_t most) const {
  std::deque<ConversationRow> rows;
  for (const bool both : {true, false})
    flows_.each([&](const Flow& flow) {
      if (answered(flow) != both || rows.size() >= most) return;
      for_each_view(flow, row_of(flow),
                    [&](ConversationRow row) { rows.push_back(std::move(row)); });
    });
  return rows;
}

// The rows that stand for a flow: its own and those from second MACs.
template <class Visit>
void Worker::for_each_view(const Flow& flow, const ConversationRow& row, Visit visit) const {
  for (const Side side : {Side::client, Side::server})
    if (flow.halves[side == Side::client ? 0 : 1].second_mac)
      visit(other_view(flow, side, flows_.extra_of(flow, side), row));
  visit(row);
}

void Worker::shed() {
  constexpr std::size_t kPart = 4;
  flows_.shed(flows_.size() / kPart);
}

void Worker::add_sayings() {
  for (const auto& [key, saying] : sayings_)
    if (saying.again.count > 0)
      for (const std::uint32_t row : saying.rows) facts_.add_sightings(row, saying.again);
  sayings_.clear();
}

// Every worker puts every datagram together: it may be a tunnel, and what is
// inside belongs to somebody else.
void Worker::on_decoded(const Decoded& packet) {
  if (witness_ != nullptr) witness_->layer(packet);
  const bool own = place_.workers == 1 || place_.owns(pair_hash(packet));
  if (packet.kind != Decoded::Kind::fragment) {
    if (own) flows_.add(packet, time_, number_);
    return;
  }
  const auto datagram = fragments_.add(packet, time_, number_);
  if (!datagram) return;
  const DecodeError error = decode_transport(packet, *datagram, *this);
  if (own && error != DecodeError::none) ++counts_.decode_errors[static_cast<std::size_t>(error)];
}

// Who sent it was heard, if not what they said or to which port.
void Worker::add_incomplete(const Decoded& piece, Time time, std::uint64_t number) {
  if (place_.workers > 1 && !place_.owns(pair_hash(piece))) return;
  Decoded packet = piece;
  packet.kind = Decoded::Kind::datagram;
  flows_.add(packet, time, number);
}

Dialogue& Worker::begin_dialogue(Flow& flow) {
  Dialogue& dialogue = dialogues_.make();
  flow.state = &dialogue;
  return dialogue;
}

std::uint64_t Worker::on_data(Flow& flow, Side from, Bytes bytes) {
  if (flow.state == nullptr && relate(flow)) return 0;
  Dialogue& dialogue = flow.state != nullptr ? *dialogue_with(flow) : begin_dialogue(flow);
  const ProtocolIndex before = dialogue.protocol();
  const std::uint64_t malformed = before ? protocol_counts_.malformed[*before] : 0;
  speaking_ = &flow;
  dialogue_ = &dialogue;
  const bool stream = !flow.key.frame && flow.key.protocol == ip_protocol::kTcp;
  const Dialogue::Heard heard =
      stream ? dialogue.stream(flow, from, bytes, *this, protocol_counts_)
             : dialogue.datagram(flow, from, bytes, *this, protocol_counts_, datagram_parsers_);
  if (witness_ != nullptr) bear_witness(dialogue, before, malformed);
  if (heard.finished) flow.wants_data = false;
  return heard.to_skip;
}

// Of a flow that began as something else the name of that stays, and what it
// said may come again.
void Worker::bear_witness(const Dialogue& dialogue, ProtocolIndex before, std::uint64_t malformed) {
  const ProtocolIndex now = dialogue.protocol();
  if (!now || (before && before != now)) return;
  const std::string_view name = protocols()[*now]->name;
  if (dialogue.application() == name && (!before || protocol_counts_.malformed[*now] == malformed))
    witness_->speech(name);
}

void Worker::on_loss(Flow& flow, Side from, std::uint64_t size) {
  if (flow.state != nullptr) dialogue_with(flow)->lose(from, size);
}

void Worker::on_closed(Flow& flow) {
  if (flow.state != nullptr) dialogue_with(flow)->close();
}

// A flow that another one agreed on: it is named after that and not read.
bool Worker::relate(Flow& flow) {
  const Agreement* const agreement = related_.find(flow);
  if (agreement == nullptr) return false;
  const bool knows_caller = flow.key.protocol == ip_protocol::kTcp;
  if (!knows_caller && flow.server_ip() != agreement->server) flow.turn_round();
  begin_dialogue(flow).name(agreement->application);
  flow.oriented = true;
  flow.wants_data = false;
  return true;
}

void Worker::on_end(Flow& flow) {
  if (flow.state == nullptr) relate(flow);
  const ConversationRow row = row_of(flow);
  add_unknown(flow, row);
  for_each_view(flow, row, [&](ConversationRow view) { facts_.add(std::move(view)); });
  if (flow.state != nullptr) dialogues_.give_back(*dialogue_with(flow));
  flow.state = nullptr;
}

// Who took part in a flow that said something which nothing recognises.
void Worker::add_unknown(const Flow& flow, const ConversationRow& row) {
  if (row.shape.empty() || row.shape == kMidStream) return;
  const bool tcp = row.protocol == ip_protocol::kTcp;
  const auto say = [&](const Endpoint& about, const Fact& fact) {
    facts_.add(about, fact, row.port, tcp ? "tcp" : "udp", flow.first, flow.first_packet,
               !answered(flow));
  };
  if (row.client_turn.most > 0) say(row.client, {Side::client, "uses.unknown"_claim, row.shape});
  if (row.server_turn.most > 0) say(row.server, {Side::server, "service.unknown"_claim, row.shape});
}

void Worker::on_fact(const Fact& fact) {
  Endpoint about;
  switch (fact.about.kind) {
    case Subject::Kind::client: about = endpoint_of(*speaking_, Side::client); break;
    case Subject::Kind::server: about = endpoint_of(*speaking_, Side::server); break;
    case Subject::Kind::address:
      about = {.mac = fact.about.mac, .ip = fact.about.ip, .vlan = speaking_->key.vlan};
      break;
  }
  const auto row = dialogue_->protocol();
  const std::string_view own = row ? protocols()[*row]->name : std::string_view();
  const std::string_view protocol = rider_.empty() ? own : rider_;
  const auto index =
      facts_.add(about, fact, speaking_->server_port(), protocol, flows_.packet_time(),
                 flows_.packet_number(), !answered(*speaking_));
  if (remembering_ != nullptr && index) remembering_->push_back(*index);
}

bool Worker::said_before(std::uint64_t key) {
  if (remembering_ != nullptr) {
    ++inner_sayings_;
    return false;
  }
  const auto end = [&](std::uint64_t hash, Side side) {
    const Endpoint endpoint = endpoint_of(*speaking_, side);
    return hash_bytes(endpoint.ip.bytes, hash_bytes(endpoint.mac.bytes, hash));
  };
  const std::uint64_t place =
      static_cast<std::uint64_t>(speaking_->key.vlan) << 16 | speaking_->server_port();
  key = end(end(hash_mix(sayings_seed_, key ^ place), Side::client), Side::server);
  const auto found = sayings_.find(key);
  if (found != sayings_.end()) {
    found->second.again.add(flows_.packet_time(), flows_.packet_number());
    return true;
  }
  if (sayings_.size() >= kMostSayings) add_sayings();
  remembering_ = &sayings_[key].rows;
  return false;
}

void Worker::said_all() {
  if (inner_sayings_ > 0) {
    --inner_sayings_;
  } else {
    remembering_ = nullptr;
  }
}

void Worker::on_related_flow(std::string_view application, Side listener, std::uint16_t port) {
  const bool client = listener == Side::client;
  const Ip& ip = client ? speaking_->client_ip() : speaking_->server_ip();
  const std::uint16_t own = client ? speaking_->client_port() : speaking_->server_port();
  related_.add(
      *speaking_, ip, port != 0 ? port : own,
      {.server = speaking_->server_ip(), .application = application, .made = flows_.packet_time()});
}

void Worker::on_application(std::string_view name, Security security) {
  // A conversation that went on under TLS keeps the name of what it carries.
  const bool plain_tls = name == "tls" && !dialogue_->application().empty();
  if (!plain_tls) dialogue_->name(name);
  dialogue_->security = security;
}

}  // namespace asepsis
