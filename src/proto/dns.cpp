// DNS: which name the site's resolver gives an address. RFC 1035 (messages in
// section 4, over TCP with their length in front: 4.2.2), RFC 3596 (AAAA).
//
// Only responses say something. Names are told in lower case: DNS compares
// them so (RFC 4343), and some resolvers send the letters in random case.

#include "proto/dns_message.hpp"
#include "proto/parser.hpp"

namespace asepsis {
namespace {

constexpr std::uint16_t kInternet = 1;
constexpr std::uint16_t kChaos = 3;
constexpr std::uint8_t kUpdate = 5;
constexpr int kMostAliases = 8;

// The name that the chain of aliases from `asked` ends at. Answers that stand
// in any order are read once more for each alias; longer chains stay unread.
DnsName end_of_aliases(const DnsMessage& message, const DnsName& asked) {
  DnsName name = asked;
  for (int alias = 0; alias < kMostAliases; ++alias) {
    bool found = false;
    DnsMessage again = message;
    while (const auto record = again.next_record()) {
      if (record->section != DnsSection::answer) break;
      if (record->type != dns_type::kCname || !same_letters(record->name.view(), name.view()))
        continue;
      const auto target = message.name_in(*record);
      if (!target) return name;
      name = *target;
      found = true;
    }
    if (!found) return name;
  }
  return name;
}

void say_name(const Ip& ip, std::string_view name, FactSink& out) {
  ShortText<256> text;
  for (const char c : name) text.add(lower(c));
  out.say({Mac{}, ip}, "name.dns"_claim, text);
}

// RFC 4892 (1): servers tell their software under this name.
void say_version(Side from, const DnsRecord& record, FactSink& out) {
  if (record.type != dns_type::kTxt || !same_letters(record.name.view(), "version.bind")) return;
  Cursor text(record.data);
  out.say(from, "dns.version"_claim, as_text(text.take(text.u8())));
}

bool read_response(DnsMessage message, Side from, FactSink& out) {
  const auto question = message.next_question();
  DnsName canonical;
  if (question) canonical = end_of_aliases(message, question->name);
  while (const auto record = message.next_record()) {
    if (record->record_class == kChaos) say_version(from, *record, out);
    if (record->record_class != kInternet) continue;
    if (const auto ip = record->address()) {
      const bool asked = question && same_letters(record->name.view(), canonical.view());
      say_name(*ip, asked ? question->name.view() : record->name.view(), out);
    } else if (record->type == dns_type::kPtr) {
      const auto named = address_in_reverse_name(record->name.view());
      const auto name = message.name_in(*record);
      if (named && name) say_name(*named, name->view(), out);
    }
  }
  return message.ok();
}

// RFC 2136: a client registers its own names; the records to add stand in what
// is else the authority section.
bool read_update(DnsMessage message, FactSink& out) {
  while (const auto record = message.next_record()) {
    if (record->section != DnsSection::authority || record->record_class != kInternet) continue;
    if (const auto ip = record->address())
      out.say({Mac{}, *ip}, "name.host"_claim, record->name.view());
  }
  return message.ok();
}

bool read_message(Side from, Bytes bytes, FactSink& out) {
  DnsMessage message(bytes);
  if (!message.ok()) return false;
  if (message.response() && message.opcode() == 0) return read_response(message, from, out);
  if (!message.response() && message.opcode() == kUpdate) return read_update(message, out);
  while (message.next_record()) {
  }
  return message.ok();
}

class DnsParser final : public Parser {
 public:
  bool message(Side from, Cursor in, FactSink& out) override {
    return read_message(from, in.rest(), out);
  }
};

class DnsTcpParser final : public Parser {
 public:
  Frame frame(Side, Bytes bytes) override {
    Cursor in(bytes);
    const std::uint64_t size = in.be16();
    if (!in.ok()) return Frame::unknown();
    return Frame::message(2 + size);
  }
  bool message(Side from, Cursor in, FactSink& out) override {
    in.skip(2);
    return read_message(from, in.rest(), out);
  }
};

// Opcodes of RFC 6895 (2.2); the bit that must be zero is; one question, as
// every query has; a client asks and a server answers.
bool plausible_header(Bytes bytes, Side from) {
  Cursor in(bytes);
  in.skip(2);
  const std::uint16_t flags = in.be16();
  const std::uint16_t questions = in.be16();
  const std::uint16_t answers = in.be16();
  const bool response = (flags & 0x8000) != 0;
  const int opcode = flags >> 11 & 0xf;
  if (!in.ok() || (flags & 0x0040) != 0 || questions != 1) return false;
  if (opcode > 6 || opcode == 1 || opcode == 3) return false;
  if (opcode == 0 && !response && answers != 0) return false;
  return response == (from == Side::server);
}

// On another port the first question must be one that is really asked.
Recognition recognise_dns(const Opening& opening) {
  if (opening.expected_port) {
    Cursor header(opening.bytes);
    header.skip(2);
    const bool response = (header.u8() & 0x80) != 0;
    return response == (opening.from == Side::server) ? plausible_dns(opening.bytes)
                                                      : Recognition::no;
  }
  if (!plausible_header(opening.bytes, opening.from)) return Recognition::no;
  if (plausible_dns(opening.bytes) != Recognition::yes) return Recognition::no;
  constexpr std::uint16_t kLastType = 260;
  Cursor in(opening.bytes);
  in.skip(12);
  for (std::uint8_t length = in.u8(); length != 0; length = in.u8())
    for (const std::uint8_t c : in.take(length))
      if (c <= ' ' || c >= 0x7f) return Recognition::no;
  const std::uint16_t type = in.be16();
  const bool asked = in.be16() == kInternet && type != 0 && type <= kLastType;
  return asked ? Recognition::yes : Recognition::no;
}

Recognition recognise_dns_tcp(const Opening& opening) {
  constexpr std::size_t kHeader = 12;
  constexpr std::size_t kEnough = 200;  // for all but the longest names
  Cursor in(opening.bytes);
  const std::uint16_t size = in.be16();
  if (!in.ok()) return Recognition::more;
  if (size < kHeader + 5) return Recognition::no;
  const Bytes message = in.rest().first(std::min<std::size_t>(size, in.rest().size()));
  if (message.size() < kHeader) return Recognition::more;
  if (!plausible_header(message, opening.from)) return Recognition::no;
  const Recognition seen = recognise_dns({opening.from, message, opening.expected_port});
  const bool short_of_it = message.size() < std::min<std::size_t>(size, kEnough);
  return seen == Recognition::no && short_of_it ? Recognition::more : seen;
}

constexpr std::uint16_t kPorts[] = {53};

}  // namespace

extern constinit const Protocol kDns{
    .name = "dns",
    .transport = Transport::udp,
    .ports = kPorts,
    .recognise = recognise_dns,
    .make = []() -> std::unique_ptr<Parser> { return std::make_unique<DnsParser>(); },
};

extern constinit const Protocol kDnsTcp{
    .name = "dns",
    .transport = Transport::tcp,
    .ports = kPorts,
    .recognise = recognise_dns_tcp,
    .make = []() -> std::unique_ptr<Parser> { return std::make_unique<DnsTcpParser>(); },
    .max_message = 65'537,
};

}  // namespace asepsis
