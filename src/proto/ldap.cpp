// LDAP (RFC 4511): how clients bind, what the root entry says of the server
// (RFC 4512, 5.1) and StartTLS. Names of entries, which are often people, and
// passwords are not read; results of searches pass unbuffered.

#include <algorithm>

#include "proto/ber.hpp"
#include "proto/ntlm.hpp"
#include "proto/parser.hpp"

namespace asepsis {
namespace {

namespace operation {
constexpr std::uint8_t kBindRequest = 0x60;
constexpr std::uint8_t kBindResponse = 0x61;
constexpr std::uint8_t kUnbindRequest = 0x42;
constexpr std::uint8_t kSearchRequest = 0x63;
constexpr std::uint8_t kSearchEntry = 0x64;
constexpr std::uint8_t kSearchDone = 0x65;
constexpr std::uint8_t kExtendedRequest = 0x77;
constexpr std::uint8_t kExtendedResponse = 0x78;
}  // namespace operation

constexpr std::string_view kStartTls = "1.3.6.1.4.1.1466.20037";
constexpr std::size_t kMaxMessage = 65536;

// What is in sight at the start of a message.
struct Head {
  bool whole = false;      // all of the below could be read
  std::uint64_t size = 0;  // of the message
  std::uint8_t operation = 0;
  bool root = false;     // its first item is the empty name
  Cursor body{Bytes()};  // of the operation, as much as is there
};

Head head_of(Bytes bytes) {
  Head head;
  Cursor in(bytes);
  in.skip(1);
  const std::size_t length = ber::take_length(in);
  head.size = bytes.size() - in.rest().size() + length;
  ber::take(in);  // message id
  head.operation = in.u8();
  ber::take_length(in);
  head.body = in;
  Cursor first = in;
  head.root = first.u8() == ber::kOctets && first.u8() == 0 && first.ok();
  // An unbind has no body.
  head.whole = in.ok() && (head.operation == operation::kUnbindRequest || in.rest().size() >= 2);
  return head;
}

class LdapParser final : public Parser {
 public:
  Frame frame(Side from, Bytes bytes) override;
  bool message(Side from, Cursor in, FactSink& out) override;

 private:
  bool asked_tls_ = false;
  bool tls_follows_ = false;
};

Frame LdapParser::frame(Side, Bytes bytes) {
  constexpr std::size_t kMaxHead = 24;
  if (tls_follows_) return Frame::again();
  // After a SASL bind with protection comes a length and ciphertext.
  if (bytes[0] != ber::kSequence) return bytes[0] == 0 ? Frame::done() : Frame::foreign();
  const Head head = head_of(bytes);
  if (!head.whole) return bytes.size() < kMaxHead ? Frame::unknown() : Frame::foreign();
  const bool wanted = head.operation == operation::kBindRequest ||
                      head.operation == operation::kBindResponse ||
                      head.operation == operation::kExtendedRequest ||
                      head.operation == operation::kExtendedResponse ||
                      (head.operation == operation::kSearchEntry && head.root);
  return wanted && head.size <= kMaxMessage ? Frame::message(head.size) : Frame::skip(head.size);
}

// RFC 4511, 4.2. The choice says how: [0] simple, [3] SASL.
bool bind_request(Cursor in, FactSink& out) {
  constexpr std::uint8_t kSimple = 0x80;
  constexpr std::uint8_t kSasl = 0xa3;
  const bool version = ber::take(in).tag == ber::kInteger;
  const bool anonymous = ber::take(in).content.empty();
  const ber::Item choice = ber::take(in);
  if (!version || choice.tag == 0) return false;
  if (choice.tag == kSasl) {
    Cursor sasl = choice.in();
    const ber::Item mechanism = ber::take(sasl);
    ShortText<48> text;
    text.add("sasl ").add(as_text(mechanism.content));
    out.say(Side::server, "ldap.bind"_claim, text);
    if (as_text(mechanism.content) == "PLAIN")
      out.say(Side::server, "clear.credentials"_claim, "ldap sasl plain");
    say_ntlm(Side::client, ber::take(sasl).content, out);
  } else if (choice.tag == kSimple) {
    const bool empty = choice.content.empty();
    out.say(Side::server, "ldap.bind"_claim, anonymous || empty ? "anonymous" : "simple");
    if (!empty) out.say(Side::server, "clear.credentials"_claim, "ldap simple bind");
  } else if (choice.tag == 0x8a) {  // MS-ADTS 5.1.1.1.3: NTLM in the choice itself
    out.say(Side::server, "ldap.bind"_claim, "sicily");
    say_ntlm(Side::client, choice.content, out);
  }
  return true;
}

void say_attribute(std::string_view type, std::string_view value, FactSink& out) {
  value = value.substr(0, 200);
  if (same_letters(type, "vendorName")) out.say(Side::server, "ldap.software"_claim, value);
  if (same_letters(type, "vendorVersion")) out.say(Side::server, "ldap.version"_claim, value);
  if (same_letters(type, "dnsHostName")) out.say(Side::server, "name.host"_claim, value);
  // Only Active Directory has it (MS-ADTS 3.1.1.3.2.25).
  if (same_letters(type, "domainControllerFunctionality")) {
    out.say(Side::server, "ldap.software"_claim, "Active Directory");
    out.say(Side::server, "ldap.version"_claim,
            ShortText<48>().add("functional level ").add(value));
  }
}

// The entry with the empty name: the server itself.
bool root_entry(Cursor in, FactSink& out) {
  constexpr int kMaxAttributes = 64;
  ber::take(in);
  Cursor list = ber::enter(in, ber::kSequence);
  for (int count = 0; !list.done() && count < kMaxAttributes; ++count) {
    Cursor attribute = ber::take(list).in();
    const ber::Item type = ber::take(attribute);
    Cursor values = ber::take(attribute).in();
    say_attribute(as_text(type.content), as_text(ber::take(values).content), out);
  }
  return list.ok();
}

bool LdapParser::message(Side, Cursor in, FactSink& out) {
  Cursor message = ber::enter(in, ber::kSequence);
  ber::take(message);
  const ber::Item operation = ber::take(message);
  Cursor body = operation.in();
  switch (operation.tag) {
    case operation::kBindRequest: return bind_request(body, out);
    case operation::kBindResponse: say_ntlm(Side::server, operation.content, out); return true;
    case operation::kSearchEntry: return root_entry(body, out);
    case operation::kExtendedRequest:
      asked_tls_ = as_text(ber::take(body).content) == kStartTls;
      return true;
    case operation::kExtendedResponse:
      tls_follows_ = asked_tls_ && ber::integer(ber::take(body)) == 0;
      if (tls_follows_) out.on_application("ldap", Security::tls);
      return true;
    default: return false;
  }
}

Recognition recognise(const Opening& opening) {
  constexpr std::size_t kMaxHead = 24;
  if (opening.bytes[0] != ber::kSequence) return Recognition::no;
  const Head head = head_of(opening.bytes);
  if (!head.whole) return opening.bytes.size() < kMaxHead ? Recognition::more : Recognition::no;
  Cursor outer(opening.bytes.subspan(1));
  ber::take_length(outer);
  if (outer.u8() != ber::kInteger) return Recognition::no;
  Cursor body = head.body;
  const std::uint8_t first = body.u8();
  switch (head.operation) {
    case operation::kBindRequest: {  // version 2 or 3, then a name
      const bool version = first == ber::kInteger && body.u8() == 1 && (body.u8() | 1) == 3;
      if (!body.ok()) return Recognition::more;
      return version ? Recognition::yes : Recognition::no;
    }
    case operation::kExtendedRequest: return first == 0x80 ? Recognition::yes : Recognition::no;
    case operation::kSearchRequest:
      return first == ber::kOctets && opening.expected_port ? Recognition::yes : Recognition::no;
    case operation::kBindResponse:
    case operation::kSearchDone:
    case operation::kExtendedResponse:
      return first == ber::kEnumerated && opening.expected_port ? Recognition::yes
                                                                : Recognition::no;
    case operation::kSearchEntry:
      return first == ber::kOctets && opening.expected_port ? Recognition::yes : Recognition::no;
    default: return Recognition::no;
  }
}

constexpr std::uint16_t kPorts[] = {389, 3268};

}  // namespace

extern constinit const Protocol kLdap{
    .name = "ldap",
    .transport = Transport::tcp,
    .ports = kPorts,
    .recognise = recognise,
    .make = []() -> std::unique_ptr<Parser> { return std::make_unique<LdapParser>(); },
    .max_message = kMaxMessage,
};

}  // namespace asepsis
