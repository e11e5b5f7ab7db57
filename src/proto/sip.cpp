// SIP (RFC 3261) over UDP and TCP, and RTSP 1.0 and 2.0 (RFC 2326, 7826),
// which borrowed the form of HTTP: what software speaks. Addresses of record,
// numbers called and session descriptions are not read.

#include <array>
#include <charconv>
#include <utility>

#include "proto/credentials.hpp"
#include "proto/http_head.hpp"
#include "proto/parser.hpp"

namespace asepsis {
namespace {

constexpr std::size_t kMostHeld = 16'384;

struct Head {
  StartLine line;
  std::string_view product;  // User-Agent or Server
  std::string_view method;   // of CSeq
  std::size_t hops = 0;      // Via headers
  std::uint64_t length = 0;
};

bool read_head(std::string_view text, std::string_view protocol, Head& head) {
  if (!read_start_line(take_line(text), protocol, head.line)) return false;
  each_header(text, [&](std::string_view name, std::string_view value) {
    if (same_letters(name, "User-Agent") || same_letters(name, "Server")) {
      head.product = value.substr(0, 200);
    } else if (same_letters(name, "CSeq")) {
      head.method = value.substr(std::min(value.size(), value.rfind(' ') + 1));
    } else if (same_letters(name, "Via") || same_letters(name, "v")) {
      ++head.hops;
    } else if (same_letters(name, "Content-Length") || same_letters(name, "l")) {
      std::from_chars(value.data(), value.data() + value.size(), head.length);
    }
  });
  return true;
}

Frame message_frame(Side, Bytes bytes, std::string_view protocol) {
  // Either side may ask.
  const Match request = starts_message(as_text(bytes), protocol, true);
  const Match response = starts_message(as_text(bytes), protocol, false);
  if (request == Match::no && response == Match::no) return Frame::foreign();
  if (request != Match::yes && response != Match::yes) return Frame::unknown();
  const auto size = head_size(bytes.first(std::min(bytes.size(), kMostHeld)));
  return size ? Frame::message(*size) : Frame::unknown();
}

// The agent that a proxy passes on is not the one that sent the packet: one
// hop in a request; in a response, an answer that proxies give themselves, or
// that is never passed on (100: RFC 3261, 16.7).
void say_sip(Side from, const Head& head, FactSink& out) {
  const bool own =
      head.line.request
          ? head.hops == 1
          : head.line.status == 100 ||
                (head.hops <= 1 && (head.method == "REGISTER" || head.method == "OPTIONS"));
  if (own) out.say(from, "device.description"_claim, head.product);
}

class SipDatagrams final : public Parser {
 public:
  bool message(Side from, Cursor in, FactSink& out) override {
    const std::string_view text = as_text(in.rest());
    if (trimmed(text).empty()) return true;  // keep-alive, RFC 5626 3.5.1
    Head head;
    if (!read_head(text.substr(0, head_size(in.rest()).value_or(text.size())), "SIP/2.", head))
      return false;
    say_sip(from, head, out);
    return true;
  }
};

class SipStream final : public Parser {
 public:
  Frame frame(Side from, Bytes bytes) override {
    std::uint64_t& left = left_[static_cast<std::size_t>(from)];
    if (left > 0) return Frame::skip(std::exchange(left, 0));
    const std::size_t blank = std::min(bytes.size(), as_text(bytes).find_first_not_of("\r\n"));
    if (blank > 0) return Frame::skip(blank);
    return message_frame(from, bytes, "SIP/2.");
  }

  bool message(Side from, Cursor in, FactSink& out) override {
    Head head;
    if (!read_head(as_text(in.rest()), "SIP/2.", head)) return false;
    left_[static_cast<std::size_t>(from)] = head.length;
    say_sip(from, head, out);
    return true;
  }

 private:
  std::array<std::uint64_t, 2> left_{};
};

class RtspParser final : public Parser {
 public:
  Frame frame(Side from, Bytes bytes) override {
    constexpr std::uint8_t kInterleaved = '$';  // RFC 2326, 10.12
    std::uint64_t& left = left_[static_cast<std::size_t>(from)];
    if (left > 0) return Frame::skip(std::exchange(left, 0));
    if (bytes[0] == kInterleaved) {
      Cursor in(bytes);
      in.skip(2);
      const std::uint16_t size = in.be16();
      return in.ok() ? Frame::skip(4 + std::uint64_t{size}) : Frame::unknown();
    }
    const std::size_t blank = std::min(bytes.size(), as_text(bytes).find_first_not_of("\r\n"));
    if (blank > 0) return Frame::skip(blank);
    return message_frame(from, bytes, "RTSP/");
  }

  bool message(Side from, Cursor in, FactSink& out) override {
    Head head;
    const std::string_view text = as_text(in.rest());
    if (!read_head(text, "RTSP/", head)) return false;
    left_[static_cast<std::size_t>(from)] = head.length;
    out.say(from, "device.description"_claim, head.product);
    if (head.line.request) {
      read_authorization(text, out);
    } else {
      say_default_credential(default_, head.line.status == 401, out);
      default_ = {};
    }
    return true;
  }

 private:
  void read_authorization(std::string_view text, FactSink& out) {
    each_header(text, [&](std::string_view name, std::string_view value) {
      if (!same_letters(name, "Authorization") || authentication_scheme(value) != "Basic") return;
      out.say(Side::server, "clear.credentials"_claim, "rtsp Basic");
      default_ = default_basic_credential(trimmed(value.substr(5)));
    });
  }

  std::array<std::uint64_t, 2> left_{};
  std::string_view default_;
};

Recognition recognise(const Opening& opening, std::string_view protocol) {
  constexpr std::size_t kEnough = 200;
  const std::string_view text = as_text(opening.bytes);
  const Match request = starts_message(text, protocol, true);
  const Match response = starts_message(text, protocol, false);
  if (request == Match::yes || response == Match::yes) return Recognition::yes;
  if (request == Match::no && response == Match::no) return Recognition::no;
  return text.size() < kEnough ? Recognition::more : Recognition::no;
}

Recognition recognise_sip(const Opening& opening) { return recognise(opening, "SIP/2."); }
Recognition recognise_rtsp(const Opening& opening) { return recognise(opening, "RTSP/"); }

constexpr std::uint16_t kSipPorts[] = {5060};
constexpr std::uint16_t kRtspPorts[] = {554, 8554};

}  // namespace

extern constinit const Protocol kSip{
    .name = "sip",
    .transport = Transport::udp,
    .ports = kSipPorts,
    .recognise = recognise_sip,
    .make = []() -> std::unique_ptr<Parser> { return std::make_unique<SipDatagrams>(); },
    .begins = FirstBytes::range('A', 'Z'),
};

extern constinit const Protocol kSipTcp{
    .name = "sip-tcp",
    .transport = Transport::tcp,
    .ports = kSipPorts,
    .recognise = recognise_sip,
    .make = []() -> std::unique_ptr<Parser> { return std::make_unique<SipStream>(); },
};

extern constinit const Protocol kRtsp{
    .name = "rtsp",
    .transport = Transport::tcp,
    .ports = kRtspPorts,
    .recognise = recognise_rtsp,
    .make = []() -> std::unique_ptr<Parser> { return std::make_unique<RtspParser>(); },
};

}  // namespace asepsis
