// DCE/RPC over TCP: which interfaces a server lets clients bind to, and how
// they prove themselves. C706, 12.6 (connection-oriented messages); MS-RPCE
// 2.2.2.11 (authentication). Calls themselves are skipped.

#include <array>

#include "proto/dcerpc_interfaces.hpp"
#include "proto/ntlm.hpp"
#include "proto/parser.hpp"

namespace asepsis {
namespace {

enum class Type : std::uint8_t {
  request = 0,
  response = 2,
  fault = 3,
  bind = 11,
  bind_ack = 12,
  bind_nak = 13,
  alter = 14,
  alter_response = 15,
  auth3 = 16,
  last = 19,
};

constexpr std::size_t kHeader = 16;
constexpr std::size_t kTrailer = 8;
constexpr std::size_t kUuid = 16;
constexpr std::size_t kMostContexts = 8;

struct Header {
  Type type = Type::last;
  std::size_t size = 0;       // of the whole message
  std::size_t auth_size = 0;  // of the token at its end
};

// Little-endian, as everybody is now; 12.6.3.1.
bool read_header(Cursor& in, Header& out) {
  constexpr std::uint32_t kLittleEndian = 0x10000000;
  const bool version = in.u8() == 5 && in.u8() <= 1;
  const std::uint8_t type = in.u8();
  in.skip(1);
  const bool order = in.be32() == kLittleEndian;
  out.size = in.le16();
  out.auth_size = in.le16();
  in.skip(4);  // call
  out.type = static_cast<Type>(type);
  return in.ok() && version && order && out.type <= Type::last && out.size >= kHeader &&
         out.auth_size < out.size;
}

std::string_view kind_of(std::uint8_t type) {
  switch (type) {
    case 9: return "negotiate";
    case 10: return "ntlm";
    case 14: return "schannel";
    case 16: return "kerberos";
    case 68: return "netlogon";
    default: return "other";
  }
}

std::string_view level_of(std::uint8_t level) {
  switch (level) {
    case 1: return "none";
    case 2: return "connect";
    case 3: return "call";
    case 4: return "packet";
    case 5: return "integrity";
    case 6: return "privacy";
    default: return "other";
  }
}

class DcerpcParser final : public Parser {
 public:
  Frame frame(Side from, Bytes bytes) override;
  bool message(Side from, Cursor in, FactSink& out) override;

 private:
  bool bind(Cursor in);
  bool answer(Cursor in, bool has_results, FactSink& out);
  void say_interface(std::size_t which, bool accepted, FactSink& out);
  void authentication(Side from, Cursor trailer, FactSink& out);

  // What the client asked for last, until the server answers.
  std::array<ShortText<40>, kMostContexts> asked_;
  std::size_t asked_count_ = 0;
  ShortText<32> authentication_;
  bool private_ = false;
};

Frame DcerpcParser::frame(Side, Bytes bytes) {
  Cursor in(bytes);
  Header header;
  if (bytes.size() < kHeader) return Frame::unknown();
  if (!read_header(in, header)) return Frame::foreign();
  const bool wanted = header.type >= Type::bind && header.type <= Type::auth3;
  return wanted ? Frame::message(header.size) : Frame::skip(header.size);
}

bool DcerpcParser::message(Side from, Cursor in, FactSink& out) {
  Header header;
  if (!read_header(in, header)) return false;
  const std::size_t after = header.auth_size > 0 ? header.auth_size + kTrailer : 0;
  if (in.rest().size() < after) return false;
  const Cursor body = in.sub(in.rest().size() - after);
  const bool asks = header.type == Type::bind || header.type == Type::alter;
  if (header.type == Type::bind) authentication_.clear();
  if (after > 0) authentication(from, in, out);
  if (asks) return bind(body);
  switch (header.type) {
    case Type::bind_ack:
    case Type::alter_response: return answer(body, true, out);
    case Type::bind_nak: return answer(body, false, out);
    default: return true;
  }
}

// MS-RPCE 2.2.2.11: type and level of protection, then the token.
void DcerpcParser::authentication(Side from, Cursor trailer, FactSink& out) {
  const std::uint8_t type = trailer.u8();
  const std::uint8_t level = trailer.u8();
  trailer.skip(kTrailer - 2);
  if (from == Side::client) {
    authentication_.clear();
    authentication_.add(kind_of(type)).add(' ').add(level_of(level));
    private_ = level == 6;
  }
  say_ntlm(from, trailer.rest(), out);
}

// 12.6.4.3: the contexts, each an interface and how its values may be written.
bool DcerpcParser::bind(Cursor in) {
  in.skip(8);  // sizes, group
  const std::size_t count = in.u8();
  in.skip(3);
  asked_count_ = 0;
  for (std::size_t i = 0; i < count && asked_count_ < kMostContexts; ++i) {
    in.skip(2);
    const std::size_t syntaxes = in.u8();
    in.skip(1);
    const Bytes uuid = in.take(kUuid);
    in.skip(4 + syntaxes * (kUuid + 4));
    if (!in.ok()) return false;
    asked_[asked_count_++] = dcerpc_interface_name(uuid);
  }
  return in.ok();
}

// 12.6.4.4 and 12.6.4.5. An interface is offered in more than one way of
// writing values; one that is taken will do.
bool DcerpcParser::answer(Cursor in, bool has_results, FactSink& out) {
  std::array<bool, kMostContexts> taken{};
  if (has_results) {
    in.skip(8);  // sizes, group
    const std::size_t address = in.le16();
    in.skip(address);
    in.skip((4 - (address + 2) % 4) % 4);
    const std::size_t count = in.u8();
    in.skip(3);
    for (std::size_t i = 0; i < count && i < asked_count_; ++i) {
      taken[i] = in.le16() == 0 && in.ok();
      in.skip(2 + kUuid + 4);
    }
    if (!in.ok()) return false;
  }
  for (std::size_t i = 0; i < asked_count_; ++i) {
    bool first = true;
    bool accepted = false;
    for (std::size_t j = 0; j < asked_count_; ++j) {
      if (asked_[j].view() != asked_[i].view()) continue;
      if (j < i) first = false;
      accepted |= taken[j];
    }
    if (first) say_interface(i, accepted, out);
  }
  asked_count_ = 0;
  return true;
}

void DcerpcParser::say_interface(std::size_t which, bool accepted, FactSink& out) {
  out.on_fact({Side::server, "dcerpc.interface"_claim, asked_[which], {}, !accepted});
  if (!accepted) return;
  if (authentication_.empty()) authentication_.add("none");
  out.say(Side::server, "dcerpc.authentication"_claim, authentication_);
  if (private_) out.on_application("dcerpc", Security::other);
}

Recognition recognise(const Opening& opening) {
  Cursor in(opening.bytes);
  Header header;
  if (opening.bytes.size() < kHeader)
    return opening.bytes.front() == 5 ? Recognition::more : Recognition::no;
  if (!read_header(in, header)) return Recognition::no;
  switch (header.type) {
    case Type::request:
      // Met in the middle: a call with nothing in it is too little to go by.
      if (header.size <= kHeader + kTrailer) return Recognition::no;
      return opening.from == Side::client ? Recognition::yes : Recognition::no;
    case Type::bind:
    case Type::alter: return opening.from == Side::client ? Recognition::yes : Recognition::no;
    case Type::bind_ack:
    case Type::bind_nak:
    case Type::response:
    case Type::fault: return opening.from == Side::server ? Recognition::yes : Recognition::no;
    default: return Recognition::no;
  }
}

constexpr std::uint16_t kPorts[] = {135};

}  // namespace

extern constinit const Protocol kDcerpc{
    .name = "dcerpc",
    .transport = Transport::tcp,
    .ports = kPorts,
    .recognise = recognise,
    .make = []() -> std::unique_ptr<Parser> { return std::make_unique<DcerpcParser>(); },
};

}  // namespace asepsis
