#include "bench/tcp_conversation.hpp"

#include <algorithm>

namespace asepsis::bench {
namespace {

constexpr std::size_t kSegmentSize = 1460;  // what fits an Ethernet frame
constexpr std::uint8_t kFin = 1;
constexpr std::uint8_t kSyn = 2;
constexpr std::uint8_t kPush = 8;
constexpr std::uint8_t kAck = 16;
constexpr std::uint32_t kLargestGap = 20;  // microseconds

// RFC 1071.
std::uint16_t checksum(Bytes bytes, std::uint32_t sum) {
  Cursor in(bytes);
  while (in.rest().size() > 1) sum += in.be16();
  if (!in.done()) sum += static_cast<std::uint32_t>(in.u8()) << 8;
  while ((sum >> 16) != 0) sum = (sum & 0xffff) + (sum >> 16);
  return static_cast<std::uint16_t>(~sum);
}

std::uint32_t sum_of_words(std::uint32_t value) { return (value >> 16) + (value & 0xffff); }

struct Segment {
  std::uint8_t flags = 0;
  std::uint32_t sequence = 0;
  std::uint32_t acknowledged = 0;
  std::uint16_t identification = 0;
  Bytes payload;
};

class TcpConversation final : public Conversation {
 public:
  TcpConversation(const Connection& connection, std::unique_ptr<Dialogue> dialogue, Random& random)
      : connection_(connection), dialogue_(std::move(dialogue)), random_(random) {
    for (Sender& sender : senders_) sender.next = static_cast<std::uint32_t>(random());
  }

  bool step(CaptureWriter& out) override {
    switch (state_) {
      case State::syn: return plain(out, true, kSyn, State::syn_ack);
      case State::syn_ack: return plain(out, false, kSyn | kAck, State::ack);
      case State::ack: return plain(out, true, kAck, State::talk);
      case State::talk: return talk(out);
      case State::server_fin: return plain(out, false, kFin | kAck, State::last_ack);
      case State::last_ack: return plain(out, true, kAck, State::over);
      case State::over: break;
    }
    return false;
  }

 private:
  enum class State : std::uint8_t { syn, syn_ack, ack, talk, server_fin, last_ack, over };

  struct Sender {
    std::uint32_t next = 0;  // sequence number
    std::uint16_t packets = 0;
  };

  bool plain(CaptureWriter& out, bool from_client, std::uint8_t flags, State then) {
    send(out, from_client, flags, {});
    state_ = then;
    return true;
  }

  bool talk(CaptureWriter& out) {
    const bool said_all = said_ == turn_.bytes.size();
    if (unacknowledged_ >= connection_.segments_per_ack || (said_all && unacknowledged_ > 0)) {
      unacknowledged_ = 0;
      send(out, !turn_.from_client, kAck, {});
      return true;
    }
    if (said_all) {
      auto turn = dialogue_->next();
      if (!turn || turn->bytes.empty()) return plain(out, true, kFin | kAck, State::server_fin);
      turn_ = std::move(*turn);
      said_ = 0;
    }
    const std::size_t size = std::min(kSegmentSize, turn_.bytes.size() - said_);
    const Bytes payload = Bytes(turn_.bytes).subspan(said_, size);
    said_ += size;
    ++unacknowledged_;
    const bool last = said_ == turn_.bytes.size();
    send(out, turn_.from_client, last ? kAck | kPush : kAck, payload);
    return true;
  }

  void send(CaptureWriter& out, bool from_client, std::uint8_t flags, Bytes payload) {
    Sender& self = senders_[from_client ? 0 : 1];
    const Sender& other = senders_[from_client ? 1 : 0];
    const std::uint32_t acknowledged = (flags & kAck) != 0 ? other.next : 0;
    write(out, from_client, {flags, self.next, acknowledged, self.packets++, payload});
    self.next += static_cast<std::uint32_t>(payload.size());
    if ((flags & (kSyn | kFin)) != 0) ++self.next;
  }

  void write(CaptureWriter& out, bool from_client, const Segment& segment) {
    const Host& from = from_client ? connection_.client : connection_.server;
    const Host& to = from_client ? connection_.server : connection_.client;
    ByteWriter tcp;
    tcp.be16(from_client ? connection_.client_port : connection_.server_port);
    tcp.be16(from_client ? connection_.server_port : connection_.client_port);
    tcp.be32(segment.sequence).be32(segment.acknowledged);
    const bool syn = (segment.flags & kSyn) != 0;
    tcp.u8(syn ? 0x60 : 0x50).u8(segment.flags).be16(64240);
    const std::size_t options = syn ? 4 : 0;
    const auto length = static_cast<std::uint32_t>(20 + options + segment.payload.size());
    const std::uint32_t pseudo = sum_of_words(from.ip) + sum_of_words(to.ip) + 6 + length;
    ByteWriter rest;
    rest.be16(0);  // urgent pointer
    if (syn) rest.be32(0x02040000 | kSegmentSize);
    rest.append(segment.payload);
    const std::uint32_t head = 0xffff & static_cast<std::uint16_t>(~checksum(tcp.bytes(), pseudo));
    tcp.be16(checksum(rest.bytes(), head)).append(rest.bytes());

    ByteWriter ip;
    ip.be16(0x4500).be16(20 + length).be16(segment.identification).be16(0x4000).u8(64).u8(6);
    const std::uint32_t addresses = sum_of_words(from.ip) + sum_of_words(to.ip);
    ip.be16(checksum(ip.bytes(), addresses)).be32(from.ip).be32(to.ip);

    ByteWriter frame;
    frame.append(to.mac).append(from.mac).be16(0x0800).append(ip.bytes()).append(tcp.bytes());
    out.write(frame.bytes(), 1 + below(random_, kLargestGap));
  }

  Connection connection_;
  std::unique_ptr<Dialogue> dialogue_;
  Random& random_;  // outlives the conversation
  State state_ = State::syn;
  std::array<Sender, 2> senders_;  // client, server
  Turn turn_;
  std::size_t said_ = 0;              // bytes of turn_
  std::uint32_t unacknowledged_ = 0;  // segments
};

}  // namespace

Host make_host(std::uint32_t oui, std::uint32_t network, std::uint32_t number) {
  Host host;
  const std::uint64_t mac = static_cast<std::uint64_t>(oui) << 24 | network << 16 | number;
  for (std::size_t i = 0; i < host.mac.size(); ++i)
    host.mac[i] = static_cast<std::uint8_t>(mac >> (40 - 8 * i));
  host.ip = 10U << 24 | network << 16 | (number / 200) << 8 | (number % 200 + 20);
  return host;
}

std::unique_ptr<Conversation> tcp_conversation(const Connection& connection,
                                               std::unique_ptr<Dialogue> dialogue, Random& random) {
  return std::make_unique<TcpConversation>(connection, std::move(dialogue), random);
}

}  // namespace asepsis::bench
