// OPC UA over TCP: who a server is, which protection and which proofs of identity
// it offers, and which of them were used. OPC 10000-6, 5.2 (encoding), 6.7 (chunks,
// channels), 7.1 (Hello, Acknowledge); OPC 10000-4, 5.4 (endpoints), 5.6
// (sessions), 7.10, 7.40. Values are never read, nor names of users.

#include <algorithm>
#include <array>
#include <optional>
#include <utility>

#include "proto/parser.hpp"

namespace asepsis {
namespace {

constexpr std::size_t kHeader = 8;
constexpr std::size_t kMostMessage = 65'536;
constexpr std::size_t kSecureHeader = 16;  // channel, token, two numbers
constexpr std::size_t kMostText = 200;

namespace service {  // OPC 10000-6, A.3: numbers of the binary encodings
constexpr std::uint32_t kFault = 397;
constexpr std::uint32_t kEndpoints = 431;
constexpr std::uint32_t kSessionCreated = 464;
constexpr std::uint32_t kActivateSession = 467;
constexpr std::uint32_t kSessionActivated = 470;
}  // namespace service

struct WriteRow {
  std::uint32_t number;
  std::string_view name;
};
constexpr WriteRow kWrites[] = {
    {488, "add-nodes"}, {494, "add-references"}, {500, "delete-nodes"}, {506, "delete-references"},
    {673, "write"},     {700, "update-history"}, {712, "call"},
};

constexpr std::string_view kTokens[] = {"anonymous", "user name", "certificate", "issued token"};
constexpr std::string_view kModes[] = {"invalid", "none", "sign", "sign and encrypt"};

// 5.2.2.4: an empty one may have the length -1.
Bytes take_bytes(Cursor& in) {
  constexpr std::uint32_t kNone = 0xffffffff;
  const std::uint32_t size = in.le32();
  return size == kNone ? Bytes{} : in.take(size);
}
std::string_view take_text(Cursor& in) {
  const std::string_view text = as_text(take_bytes(in));
  return text.substr(0, kMostText);
}

// 5.2.2.9. The number if it is one of the standard's own, else 0.
std::uint32_t take_node(Cursor& in) {
  constexpr std::size_t kGuid = 16;
  const std::uint8_t kind = in.u8();
  switch (kind & 0x3f) {
    case 0: return in.u8();
    case 1: {
      const bool standard = in.u8() == 0;
      const std::uint32_t number = in.le16();
      return standard ? number : 0;
    }
    case 2: {
      const bool standard = in.le16() == 0;
      const std::uint32_t number = in.le32();
      return standard ? number : 0;
    }
    case 3:
    case 5:
      in.skip(2);
      take_bytes(in);
      return 0;
    case 4: in.skip(2 + kGuid); return 0;
    default: in.skip(in.rest().size() + 1); return 0;
  }
}

// 5.2.2.15: an object behind the number of its type; empty if it has none.
struct Extension {
  std::uint32_t type = 0;
  Cursor body{{}};
};
Extension take_extension(Cursor& in) {
  Extension extension;
  extension.type = take_node(in);
  if (in.u8() != 0) extension.body = Cursor(take_bytes(in));
  return extension;
}

void skip_texts(Cursor& in) {
  constexpr std::uint32_t kNone = 0xffffffff;
  const std::uint32_t count = in.le32();
  if (count == kNone) return;
  for (std::uint32_t i = 0; i < count && in.ok(); ++i) take_bytes(in);
}

// 5.2.2.14: perhaps a language, perhaps a text.
std::string_view take_localized(Cursor& in) {
  const std::uint8_t parts = in.u8();
  if ((parts & 1) != 0) take_bytes(in);
  return (parts & 2) != 0 ? take_text(in) : std::string_view{};
}

// OPC 10000-4, 7.33 and 7.34.
void skip_request_header(Cursor& in) {
  take_node(in);
  in.skip(16);  // when, which, what diagnostics
  take_bytes(in);
  in.skip(4);
  take_extension(in);
}
// Diagnostics are hardly ever there; then nothing behind them is read.
std::uint32_t take_response_header(Cursor& in) {
  in.skip(12);
  const std::uint32_t result = in.le32();
  if (in.u8() != 0) in.skip(in.rest().size() + 1);
  skip_texts(in);
  take_extension(in);
  return result;
}

// "http://opcfoundation.org/UA/SecurityPolicy#Basic256Sha256": what is behind the #.
std::string_view policy_name(std::string_view uri) {
  const std::size_t mark = uri.rfind('#');
  return mark == std::string_view::npos ? uri : uri.substr(mark + 1);
}

// OPC 10000-4, 7.2.
void read_application(Cursor& in, FactSink& out) {
  const std::string_view uri = take_text(in);
  const std::string_view product = take_text(in);
  const std::string_view name = take_localized(in);
  in.skip(4);
  take_bytes(in);
  take_bytes(in);
  skip_texts(in);
  if (!in.ok()) return;
  out.say(Side::server, "opcua.application"_claim, uri);
  out.say(Side::server, "opcua.product"_claim, product);
  out.say(Side::server, "device.description"_claim, name);
}

// OPC 10000-4, 7.14: an array of endpoints, each with the server's description,
// its certificate, mode, policy and the tokens it takes (7.41).
bool read_endpoints(Cursor& in, FactSink& out) {
  constexpr std::uint32_t kMostEndpoints = 64;
  const std::uint32_t count = in.le32();
  for (std::uint32_t i = 0; i < std::min(count, kMostEndpoints) && in.ok(); ++i) {
    out.say(Side::server, "opcua.endpoint"_claim, take_text(in));
    read_application(in, out);
    take_bytes(in);  // the certificate
    const std::uint32_t mode = in.le32();
    const std::string_view policy = policy_name(take_text(in));
    const std::uint32_t tokens = in.le32();
    if (!in.ok() || mode >= std::size(kModes)) return false;
    out.say(Side::server, "opcua.offers"_claim,
            ShortText<>().add(policy).add(", ").add(kModes[mode]));
    for (std::uint32_t token = 0; token < tokens && tokens != 0xffffffff && in.ok(); ++token) {
      take_bytes(in);
      const std::uint32_t kind = in.le32();
      for (int text = 0; text < 3; ++text) take_bytes(in);
      if (in.ok() && kind < std::size(kTokens))
        out.say(Side::server, "opcua.user_token"_claim, kTokens[kind]);
    }
    take_bytes(in);  // the profile
    in.skip(1);
  }
  return in.ok();
}

// OPC 10000-4, 5.6.2.2: two ids, a time-out, nonce and certificate, endpoints.
bool read_session(Cursor in, FactSink& out) {
  take_node(in);
  take_node(in);
  in.skip(8);
  take_bytes(in);
  take_bytes(in);
  return read_endpoints(in, out);
}

// OPC 10000-4, 7.40.
std::optional<std::size_t> token_of(std::uint32_t type) {
  switch (type) {
    case 321: return 0;
    case 324: return 1;
    case 327: return 2;
    case 940: return 3;
    default: return std::nullopt;
  }
}

// 7.40.4: user name and password; no name of an algorithm, no encryption.
bool password_in_clear(Cursor token) {
  take_bytes(token);
  take_bytes(token);
  const Bytes password = take_bytes(token);
  const Bytes algorithm = take_bytes(token);
  return token.ok() && !password.empty() && algorithm.empty();
}

class OpcUaParser final : public Parser {
 public:
  Frame frame(Side from, Bytes bytes) override;
  bool message(Side from, Cursor in, FactSink& out) override;
  std::optional<std::size_t> resume(Side from, Bytes bytes) override;

 private:
  bool open_channel(Side from, Cursor in, FactSink& out);
  bool read_service(Side from, Cursor in, FactSink& out);
  bool activate(Cursor in, FactSink& out);
  void activated(bool refused, FactSink& out);

  bool protected_ = false;            // services cannot be read
  std::array<bool, 2> in_chunks_{};   // only the first of a message is read
  std::array<bool, 2> searching_{};   // after a loss
  std::optional<std::size_t> token_;  // of the session that is being opened
};

// The type of a message, in three letters, and which piece of it this is.
constexpr std::string_view kTypes[] = {"HELF", "ACKF", "ERRF", "RHEF", "OPNF",
                                       "CLOF", "MSGF", "MSGC", "MSGA"};

bool begins_type(std::string_view letters) {
  return std::ranges::any_of(kTypes, [&](auto type) { return type.starts_with(letters); });
}

// After a loss: where the first header begins, or may yet begin.
std::size_t next_start(Bytes bytes) {
  for (std::size_t at = 0; at < bytes.size(); ++at) {
    Cursor in(bytes.subspan(at));
    if (begins_type(as_text(in.take(std::min<std::size_t>(4, in.rest().size()))))) return at;
  }
  return bytes.size();
}

Frame OpcUaParser::frame(Side from, Bytes bytes) {
  bool& searching = searching_[static_cast<std::size_t>(from)];
  if (searching) {
    const std::size_t start = next_start(bytes);
    if (start > 0) return Frame::skip(start);
  }
  Cursor in(bytes);
  const std::string_view type = as_text(in.take(4));
  const std::uint32_t size = in.le32();
  if (!in.ok()) return Frame::unknown();
  if (!begins_type(type) || size < kHeader) return Frame::foreign();
  searching = false;
  if (size > kMostMessage || type == "CLOF" || (protected_ && type.starts_with("MSG")))
    return Frame::skip(size);
  return Frame::message(size);
}

// OPC 10000-6, 7.1.2.
bool OpcUaParser::message(Side from, Cursor in, FactSink& out) {
  const std::string_view type = as_text(in.take(4));
  in.skip(4);
  if (type == "HELF") {
    in.skip(20);
    const std::string_view url = take_text(in);
    if (in.ok()) out.say(Side::server, "opcua.endpoint"_claim, url);
    return in.ok();
  }
  if (type == "OPNF") return open_channel(from, in, out);
  if (!type.starts_with("MSG")) return true;
  const bool later = std::exchange(in_chunks_[static_cast<std::size_t>(from)], type.back() == 'C');
  in.skip(kSecureHeader);
  return later || read_service(from, in, out);
}

std::optional<std::size_t> OpcUaParser::resume(Side from, Bytes) {
  in_chunks_[static_cast<std::size_t>(from)] = false;
  searching_[static_cast<std::size_t>(from)] = true;
  return 0;
}

// 6.7.2.3: the policy, certificates, numbers. All but "None" protects what follows.
bool OpcUaParser::open_channel(Side from, Cursor in, FactSink& out) {
  in.skip(4);
  const std::string_view policy = policy_name(take_text(in));
  take_bytes(in);
  take_bytes(in);
  in.skip(8);
  if (!in.ok()) return false;
  protected_ = policy != "None";
  if (protected_) out.on_application("opcua", Security::other);
  if (from == Side::server) out.say(from, "opcua.policy"_claim, policy);
  return true;
}

bool OpcUaParser::read_service(Side from, Cursor in, FactSink& out) {
  const std::uint32_t number = take_node(in);
  if (!in.ok()) return false;
  if (from == Side::client) {
    const auto write = std::ranges::find(kWrites, number, &WriteRow::number);
    if (write != std::end(kWrites)) out.say(from, "opcua.writes"_claim, write->name);
    return number != service::kActivateSession || activate(in, out);
  }
  const bool ours = number == service::kEndpoints || number == service::kSessionCreated ||
                    number == service::kSessionActivated || number == service::kFault;
  if (!ours) return true;
  const bool failed = (take_response_header(in) & 0x80000000U) != 0;
  if (!in.ok()) return false;
  switch (number) {
    case service::kEndpoints: return failed || read_endpoints(in, out);
    case service::kSessionCreated: return failed || read_session(in, out);
    default: activated(failed, out); return true;
  }
}

// OPC 10000-4, 5.6.3.2: signature, certificates, languages, then the token.
bool OpcUaParser::activate(Cursor in, FactSink& out) {
  constexpr std::uint32_t kNone = 0xffffffff;
  skip_request_header(in);
  take_bytes(in);
  take_bytes(in);
  const std::uint32_t certificates = in.le32();
  for (std::uint32_t i = 0; certificates != kNone && i < certificates && in.ok(); ++i) {
    take_bytes(in);
    take_bytes(in);
  }
  skip_texts(in);
  const Extension token = take_extension(in);
  if (!in.ok()) return false;
  token_ = token_of(token.type);
  if (token_ == 1 && password_in_clear(token.body))
    out.say(Side::server, "clear.credentials"_claim, "opcua user name");
  return true;
}

void OpcUaParser::activated(bool refused, FactSink& out) {
  if (token_)
    out.on_fact({Side::server, "opcua.authentication"_claim, kTokens[*token_], {}, refused});
  token_.reset();
}

// Hello, Acknowledge and reverse Hello have sizes and numbers of their own;
// met later, a message has the size that its header says.
Recognition recognise(const Opening& opening) {
  constexpr std::uint32_t kMostHello = 8192;
  constexpr std::uint32_t kAcknowledge = 28;
  Cursor in(opening.bytes);
  const Bytes letters = in.take(std::min<std::size_t>(4, opening.bytes.size()));
  const std::string_view type = as_text(letters);
  if (!begins_type(type)) return Recognition::no;
  const std::uint32_t size = in.le32();
  if (!in.ok()) return Recognition::more;
  if (type == "HELF" || type == "RHEF")
    return size > kHeader && size <= kMostHello ? Recognition::yes : Recognition::no;
  if (type == "ACKF") return size == kAcknowledge ? Recognition::yes : Recognition::no;
  const bool fits = size >= kHeader && size <= 0x1000000 && size >= opening.bytes.size();
  return fits && (opening.expected_port || size == opening.bytes.size()) ? Recognition::yes
                                                                         : Recognition::no;
}

constexpr std::uint16_t kPorts[] = {4840};

}  // namespace

extern constinit const Protocol kOpcUa{
    .name = "opcua",
    .transport = Transport::tcp,
    .ports = kPorts,
    .recognise = recognise,
    .make = []() -> std::unique_ptr<Parser> { return std::make_unique<OpcUaParser>(); },
    .max_message = kMostMessage,
};

}  // namespace asepsis
