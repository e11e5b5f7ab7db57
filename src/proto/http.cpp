// HTTP/1.0 and 1.1 (RFC 9110, 9112) and what rides on it. A head is a message,
// a body passes unbuffered unless http_body.hpp wants its beginning. Which
// responses have a body depends on the request, so a flow remembers its few
// outstanding ones.

#include <array>
#include <charconv>

#include "base/hash.hpp"
#include "proto/credentials.hpp"
#include "proto/http_body.hpp"
#include "proto/http_fields.hpp"
#include "proto/http_head.hpp"
#include "proto/ntlm.hpp"
#include "proto/parser.hpp"

namespace asepsis {
namespace {

constexpr std::size_t kMostHeld = 16'384;        // of a head, of a body that is wanted
constexpr std::size_t kMostJunkAtFirst = 2'048;  // before the first message of a side
constexpr std::size_t kMostJunk = 65'536;        // passed over in search of the next message
constexpr std::size_t kMostOutstanding = 16;     // pipelined requests remembered
constexpr std::string_view kVersion = "HTTP/1.";

struct Request {
  bool head = false;
  bool connect = false;
  bool proxied = false;                 // to a proxy: what answers is not the server of this flow
  bool personal = false;                // what is asked for may be about one person
  std::string_view default_credential;  // its name, a literal
  std::string_view operation;           // of DICOMweb, a literal
};

// One side of the flow: where it is in a message.
struct Half {
  enum class State : std::uint8_t {
    head,
    body,         // `left` bytes of it to come
    chunk_size,   // the line before a chunk
    chunk,        // `left` bytes of it to come
    chunk_end,    // the line end after it
    trailer,      // fields after the last chunk
    until_close,  // the connection's end ends it
    finished,     // nothing more is wanted
  };
  State state = State::head;
  std::uint64_t left = 0;
  HttpBody body;
  std::string held;  // a wanted body that comes in pieces
  std::size_t junk = 0;
  bool sure = false;          // has been understood before
  std::uint64_t product = 0;  // hash of the Server or User-Agent said last
};

class HttpParser final : public Parser {
 public:
  Frame frame(Side from, Bytes bytes) override {
    Half& half = half_of(from);
    switch (half.state) {
      case Half::State::head: return head_frame(from, half, bytes);
      case Half::State::body: return body_frame(half);
      case Half::State::chunk_size: return line_frame(bytes, true);
      case Half::State::chunk: return chunk_frame(half, bytes);
      case Half::State::chunk_end: return chunk_end_frame(half, bytes);
      case Half::State::trailer: return trailer_frame(half, bytes);
      case Half::State::until_close:
        if (half.body.kind == BodyKind::unwanted) return Frame::done();
        return Frame::message(std::min(bytes.size(), kMostHeld - half.held.size()));
      case Half::State::finished: return Frame::done();
    }
    return Frame::foreign();
  }

  bool message(Side from, Cursor in, FactSink& out) override {
    Half& half = half_of(from);
    const std::string_view text = as_text(in.rest());
    switch (half.state) {
      case Half::State::head: return read_head(from, half, text, out);
      case Half::State::body:
        half.left -= std::min<std::uint64_t>(half.left, text.size());
        finish_body(half, text, out);
        return true;
      case Half::State::chunk_size: return read_chunk_size(half, text, out);
      case Half::State::chunk:
        half.held.append(text);
        half.left -= std::min<std::uint64_t>(half.left, text.size());
        if (half.left == 0) half.state = Half::State::chunk_end;
        if (half.held.size() >= kMostHeld) read_held(half, out);
        return true;
      case Half::State::until_close:
        half.held.append(text);
        if (half.held.size() >= kMostHeld ||
            body_is_complete(half.body.kind, half.held, text.size()))
          read_held(half, out);
        return true;
      default: return false;
    }
  }

  std::optional<std::size_t> resume(Side from, Bytes bytes) override {
    Half& half = half_of(from);
    if (half.state == Half::State::finished) return 0;
    outstanding_ = 0;  // who answers what is not known any more
    half.state = Half::State::head;
    half.held.clear();
    const std::size_t start = next_start(from == Side::client, bytes);
    if (start == bytes.size()) return std::nullopt;
    return start;
  }

 private:
  Half& half_of(Side side) { return halves_[static_cast<std::size_t>(side)]; }

  Frame head_frame(Side from, Half& half, Bytes bytes) const {
    if (tunnel_) return Frame::again();
    if (from == Side::client && asked_for_tunnel_) return Frame::unknown();
    const std::size_t blank = std::min(bytes.size(), as_text(bytes).find_first_not_of("\r\n"));
    if (blank > 0) return Frame::skip(blank);  // RFC 9112, 2.2
    switch (starts_message(as_text(bytes), kVersion, from == Side::client)) {
      case Match::no: return junk_frame(from, half, bytes);
      case Match::maybe: return Frame::unknown();
      case Match::yes: break;
    }
    const auto size = head_size(bytes.first(std::min(bytes.size(), kMostHeld)));
    return size ? Frame::message(*size) : Frame::unknown();
  }

  // A body whose length we got wrong, the tail of one that began before the
  // capture, the byte of a TCP keep-alive: look for the next message.
  static Frame junk_frame(Side from, Half& half, Bytes bytes) {
    const std::size_t size = 1 + next_start(from == Side::client, bytes.subspan(1));
    half.junk += size;
    if (half.junk > (half.sure ? kMostJunk : kMostJunkAtFirst)) return Frame::foreign();
    return Frame::skip(size);
  }

  static Frame body_frame(Half& half) {
    if (half.body.kind != BodyKind::unwanted)
      return Frame::message(std::min<std::uint64_t>(half.left, kMostHeld));
    half.state = Half::State::head;
    return Frame::skip(half.left);
  }

  static Frame line_frame(Bytes bytes, bool wanted) {
    constexpr std::size_t kLongest = 1'024;
    const std::size_t end = as_text(bytes.first(std::min(bytes.size(), kLongest))).find('\n');
    if (end == std::string_view::npos)
      return bytes.size() < kLongest ? Frame::unknown() : Frame::foreign();
    return wanted ? Frame::message(end + 1) : Frame::skip(end + 1);
  }

  static Frame chunk_frame(Half& half, Bytes bytes) {
    if (half.body.kind != BodyKind::unwanted) {
      const std::uint64_t room = kMostHeld - half.held.size();
      return Frame::message(std::min({half.left, room, std::uint64_t{bytes.size()}}));
    }
    half.state = Half::State::chunk_end;
    return Frame::skip(half.left);
  }

  static Frame chunk_end_frame(Half& half, Bytes bytes) {
    const bool carriage_return = bytes.front() == '\r';
    if (carriage_return && bytes.size() < 2) return Frame::unknown();
    const std::size_t size = carriage_return ? 2 : 1;
    half.state = Half::State::chunk_size;
    if (bytes[size - 1] == '\n') return Frame::skip(size);
    half.state = Half::State::head;  // not chunks after all: search
    return Frame::skip(1);
  }

  static Frame trailer_frame(Half& half, Bytes bytes) {
    const Frame line = line_frame(bytes, false);
    if (line.kind == Frame::Kind::skip && line.size <= 2) half.state = Half::State::head;
    return line;
  }

  bool read_head(Side from, Half& half, std::string_view text, FactSink& out) {
    StartLine line;
    if (!read_start_line(take_line(text), kVersion, line)) return false;
    half.sure = true;
    half.junk = 0;
    if (from == Side::client) return read_request(half, line, text, out);
    return read_response(half, line, text, out);
  }

  bool read_request(Half& half, const StartLine& line, std::string_view fields, FactSink& out) {
    Request request;
    request.head = line.method == "HEAD";
    request.connect = line.method == "CONNECT";
    request.proxied = request.connect || line.target.find("://") < 8;
    const HttpFields said = read_request_fields(half, fields, request, out);
    const TargetSays says = read_http_target(line, fields, out);
    announce(says.application, out);
    request.operation = says.operation;
    request.personal = says.personal;
    asked_for_tunnel_ = request.connect;
    if (outstanding_ == kMostOutstanding) outstanding_ = 0;
    requests_[outstanding_++] = request;
    half.body = {said.wanted(), Side::client, false};
    return start_body(half, said, false);
  }

  bool read_response(Half& half, const StartLine& line, std::string_view fields, FactSink& out) {
    const bool provisional = line.status < 200 && line.status != 101;
    const Request request = provisional ? Request() : answered();
    const HttpFields said = read_response_fields(half, fields, out);
    if (provisional) return true;
    const bool refused = line.status == 401 || line.status == 403 || line.status == 407;
    say_default_credential(request.default_credential, refused, out);
    const bool success = line.status < 300;
    if (success) say_dicomweb(Side::server, request.operation, out);
    if (line.status == 101 || (request.connect && success)) {
      switch_protocol(said.upgrades_to_websocket, out);
      return true;
    }
    asked_for_tunnel_ = false;
    const bool own = line.status == 200 && !request.proxied && !said.via;
    half.body = {said.wanted(), Side::server, own};
    const bool page = half.body.kind == BodyKind::html;
    if (page ? request.personal : !success) half.body.kind = BodyKind::unwanted;
    if (request.head || line.status == 204 || line.status == 304) return true;
    return start_body(half, said, true);
  }

  Request answered() {
    if (outstanding_ == 0) return {};
    const Request first = requests_[0];
    std::ranges::rotate(requests_, requests_.begin() + 1);
    --outstanding_;
    return first;
  }

  void switch_protocol(bool websocket, FactSink& out) {
    asked_for_tunnel_ = false;
    if (!websocket) {
      tunnel_ = true;
      return;
    }
    out.on_application("websocket", Security::clear);
    for (Half& half : halves_) half.state = Half::State::finished;
  }

  static HttpFields read_request_fields(Half& half, std::string_view fields, Request& request,
                                        FactSink& out) {
    HttpFields said;
    each_header(fields, [&](std::string_view name, std::string_view value) {
      said.read(name, value);
      if (same_letters(name, "User-Agent")) {
        say_once(half.product, Side::client, "http.user_agent"_claim, value, out);
      } else if (same_letters(name, "Authorization") || same_letters(name, "Proxy-Authorization")) {
        read_authorization(value, request, out);
      } else if (same_letters(name, "X-API-Key") || same_letters(name, "ApiKey")) {
        out.say(Side::server, "clear.credentials"_claim, "http api key");
      }
    });
    return said;
  }

  static HttpFields read_response_fields(Half& half, std::string_view fields, FactSink& out) {
    HttpFields said;
    each_header(fields, [&](std::string_view name, std::string_view value) {
      said.read(name, value);
      if (same_letters(name, "Server")) {
        say_once(half.product, Side::server, "http.server"_claim, value, out);
      } else if (same_letters(name, "X-Powered-By")) {
        out.say(Side::server, "device.description"_claim, value.substr(0, 200));
      } else if (same_letters(name, "WWW-Authenticate") ||
                 same_letters(name, "Proxy-Authenticate")) {
        say_ntlm_header(Side::server, value, out);
        out.say(Side::server, "http.authentication"_claim, authentication_scheme(value));
        out.say(Side::server, "device.description"_claim, realm(value));
      }
    });
    return said;
  }

  static void read_authorization(std::string_view value, Request& request, FactSink& out) {
    const std::string_view scheme = authentication_scheme(value);
    out.say(Side::server, "http.authentication"_claim, scheme);
    say_ntlm_header(Side::client, value, out);
    if (scheme == "Basic")
      request.default_credential = default_basic_credential(trimmed(value.substr(scheme.size())));
    if (scheme != "Basic" && scheme != "Bearer") return;
    ShortText<32> kind;
    out.say(Side::server, "clear.credentials"_claim, kind.add("http ").add(scheme));
  }

  // One flow often says the same in each of thousands of messages.
  static void say_once(std::uint64_t& last, Side about, Claim claim, std::string_view value,
                       FactSink& out) {
    const std::uint64_t hash = hash_bytes(as_bytes(value));
    if (hash != last) out.say(about, claim, value.substr(0, 200));
    last = hash;
  }

  void announce(std::string_view application, FactSink& out) {
    if (application.empty() || application == announced_) return;
    announced_ = application;
    out.on_application(application, Security::clear);
  }

  static bool start_body(Half& half, const HttpFields& said, bool response) {
    half.held.clear();
    half.state = Half::State::head;
    if (said.chunked) {
      half.state = Half::State::chunk_size;
    } else if (said.length) {
      half.left = *said.length;
      if (half.left > 0) half.state = Half::State::body;
    } else if (response) {
      half.state = Half::State::until_close;
    }
    return true;
  }

  // Of a body with a length its beginning came whole, in place.
  void finish_body(Half& half, std::string_view bytes, FactSink& out) {
    announce(read_http_body(half.body, bytes, out), out);
    half.body.kind = BodyKind::unwanted;
    if (half.left == 0) half.state = Half::State::head;
  }

  void read_held(Half& half, FactSink& out) {
    if (half.body.kind != BodyKind::unwanted)
      announce(read_http_body(half.body, half.held, out), out);
    half.body.kind = BodyKind::unwanted;
    std::string().swap(half.held);
  }

  // RFC 9112, 7.1: hexadecimal, perhaps with extensions.
  bool read_chunk_size(Half& half, std::string_view line, FactSink& out) {
    line = trimmed(line.substr(0, line.find(';')));
    const auto [end, fault] =
        std::from_chars(line.data(), line.data() + line.size(), half.left, 16);
    if (fault != std::errc() || line.empty() || end != line.data() + line.size()) {
      half.state = Half::State::head;  // search for the next message
      return false;
    }
    half.state = half.left > 0 ? Half::State::chunk : Half::State::trailer;
    if (half.left == 0) read_held(half, out);
    return true;
  }

  std::array<Half, 2> halves_;
  std::array<Request, kMostOutstanding> requests_;
  std::size_t outstanding_ = 0;
  bool asked_for_tunnel_ = false;
  bool tunnel_ = false;
  std::string_view announced_;
};

Recognition recognise(const Opening& opening) {
  const std::string_view text = as_text(opening.bytes);
  // A target may be longer than what recognition gets to see.
  constexpr std::size_t kEnough = 200;
  const bool request = opening.from == Side::client;
  switch (starts_message(text, kVersion, request)) {
    case Match::no: return Recognition::no;
    case Match::yes: return Recognition::yes;
    case Match::maybe: break;
  }
  const std::size_t target = text.find(' ') + 1;
  const bool path = request && text.size() >= kEnough && target < text.size() &&
                    (text[target] == '/' || text.substr(target).starts_with("http"));
  if (path) return Recognition::yes;
  return text.size() < kEnough ? Recognition::more : Recognition::no;
}

constexpr std::uint16_t kPorts[] = {80, 8080, 8000, 8008, 8042, 8081, 8888, 631, 3128, 5357, 5985};

}  // namespace

extern constinit const Protocol kHttp{
    .name = "http",
    .transport = Transport::tcp,
    .ports = kPorts,
    .recognise = recognise,
    .make = []() -> std::unique_ptr<Parser> { return std::make_unique<HttpParser>(); },
};

}  // namespace asepsis
