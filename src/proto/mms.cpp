// MMS, the language of substations, energy meters and some controllers, which ICCP speaks
// too: the maker and model a server says it is, and who changes what. ISO 9506-2 (the
// messages, 8.3 identify) over presentation (X.226, 8.2: normal mode) and session
// (X.225, 8.3.1 CONNECT, 8.3.11 DATA TRANSFER) over TPKT.

#include <algorithm>
#include <array>

#include "proto/ber.hpp"
#include "proto/parser.hpp"
#include "proto/tpkt.hpp"

namespace asepsis {
namespace {

constexpr std::uint8_t kConnect = 0x0d;
constexpr std::uint8_t kAccept = 0x0e;
constexpr std::uint8_t kPresentationData = 0x61;
constexpr Bytes::value_type kDataTransfer[] = {0x01, 0x00, 0x01, 0x00};

struct ServiceRow {
  unsigned number;
  bool writes;
  std::string_view name;
};

// ISO 9506-2, clause 7: the choices of ConfirmedServiceRequest.
constexpr ServiceRow kServices[] = {
    {0, false, "status"},
    {1, false, "get-name-list"},
    {2, false, "identify"},
    {3, true, "rename"},
    {4, false, "read"},
    {5, true, "write"},
    {6, false, "get-variable-access-attributes"},
    {7, true, "define-named-variable"},
    {11, true, "define-named-variable-list"},
    {12, false, "get-named-variable-list-attributes"},
    {13, true, "delete-named-variable-list"},
    {26, true, "initiate-download"},
    {27, true, "download-segment"},
    {28, true, "terminate-download"},
    {29, false, "initiate-upload"},
    {36, true, "delete-domain"},
    {37, false, "get-domain-attributes"},
    {38, true, "create-program-invocation"},
    {39, true, "delete-program-invocation"},
    {40, true, "start"},
    {41, true, "stop"},
    {42, true, "resume"},
    {43, true, "reset"},
    {44, true, "kill"},
    {46, true, "obtain-file"},
    {72, false, "file-open"},
    {75, true, "file-rename"},
    {76, true, "file-delete"},
    {77, false, "file-directory"},
};

const ServiceRow* find_service(unsigned number) {
  const auto found = std::ranges::find(kServices, number, &ServiceRow::number);
  return found == std::end(kServices) ? nullptr : found;
}

// The number of the next choice, and its content: numbers above 30 follow the
// tag in bytes of their own (X.690, 8.1.2.4).
struct Choice {
  unsigned number = 0;
  Bytes content;
};
Choice take_choice(Cursor& in) {
  constexpr std::uint8_t kLongForm = 0x1f;
  Choice choice;
  choice.number = in.u8() & kLongForm;
  if (choice.number == kLongForm) choice.number = in.u8();
  choice.content = in.take(ber::take_length(in));
  return choice;
}

// Through the wrapping of a data transfer to the MMS message. A failed cursor
// where it is none.
Cursor message_in(Cursor in) {
  constexpr std::uint8_t kSingleValue = ber::context(0);
  in = ber::enter(in, kPresentationData);
  in = ber::enter(in, ber::kSequence);
  const ber::Item context = ber::take(in);
  if (context.tag != ber::kInteger) in.skip(in.rest().size() + 1);
  return ber::enter(in, kSingleValue);
}

bool starts_with_transfer(Bytes bytes) {
  return bytes.size() >= std::size(kDataTransfer) &&
         std::ranges::equal(bytes.first(std::size(kDataTransfer)), kDataTransfer);
}

// Some leave session and presentation out: then the message fills the packet.
bool bare_message(Bytes bytes) {
  constexpr std::uint8_t kKinds[] = {ber::context(0), ber::context(1), ber::context(8),
                                     ber::context(9)};
  Cursor in(bytes);
  const std::uint8_t tag = in.u8();
  const std::size_t length = ber::take_length(in);
  return in.ok() && std::ranges::find(kKinds, tag) != std::end(kKinds) && length > 0 &&
         length == in.rest().size();
}

// ISO 9506-2, 8.3.2.
void read_identify(Cursor in, FactSink& out) {
  const auto text = [&](unsigned number) {
    return as_text(ber::find(in, static_cast<std::uint8_t>(0x80 | number)).content);
  };
  out.say(Side::server, "device.manufacturer"_claim, text(0).substr(0, 200));
  out.say(Side::server, "device.model"_claim, text(1).substr(0, 200));
  out.say(Side::server, "device.firmware"_claim, text(2).substr(0, 200));
}

class MmsParser final : public Parser {
 public:
  Frame frame(Side from, Bytes bytes) override { return framing_.frame(from, bytes); }

  bool message(Side from, Cursor in, FactSink& out) override {
    if (!tpkt_start(in.rest()).data()) return true;
    in.skip(kTpktHeader + kTpduHeader);
    const bool wrapped = starts_with_transfer(in.rest());
    if (wrapped) {
      in.skip(std::size(kDataTransfer));
      in = message_in(in);
    } else if (!bare_message(in.rest())) {
      return true;  // a connection, or what ends one
    }
    const ber::Item item = ber::take(in);
    switch (item.tag) {
      case ber::context(0): return from == Side::server || read_request(item.in(), out);
      case ber::context(1): return from == Side::client || read_answer(item.in(), out);
      default: return in.ok();
    }
  }

  std::optional<std::size_t> resume(Side from, Bytes) override { return framing_.resume(from); }

 private:
  static bool read_request(Cursor in, FactSink& out) {
    ber::take(in);  // invoke id
    Cursor ahead = in;
    const bool modifier = (ahead.u8() & 0x3f) == 0x30;
    if (modifier) ber::take(in);
    const ServiceRow* row = find_service(take_choice(in).number);
    if (in.ok() && row != nullptr && row->writes)
      out.say(Side::client, "mms.writes"_claim, row->name);
    return in.ok();
  }

  static bool read_answer(Cursor in, FactSink& out) {
    constexpr unsigned kIdentify = 2;
    ber::take(in);  // invoke id
    const Choice choice = take_choice(in);
    if (!in.ok()) return false;
    if (const ServiceRow* row = find_service(choice.number))
      out.say(Side::server, "mms.accepts"_claim, row->name);
    if (choice.number == kIdentify) read_identify(Cursor(choice.content), out);
    return true;
  }

  TpktFraming framing_;
};

// A session connection, a data transfer that holds presentation data, or on
// the port a message without either.
Recognition recognise(const Opening& opening) {
  constexpr std::size_t kLongest = 400;
  const TpktStart start = tpkt_start(opening.bytes);
  if (start.kind == TpktStart::Kind::more) return Recognition::more;
  if (start.kind == TpktStart::Kind::no || !start.data()) return Recognition::no;
  if (start.size < kTpktHeader + kTpduHeader + 5) return Recognition::no;
  if (opening.bytes.size() < std::min(start.size, kLongest)) return Recognition::more;
  Cursor in(opening.bytes.first(std::min(start.size, opening.bytes.size())));
  in.skip(kTpktHeader + kTpduHeader);
  const Bytes content = in.rest();
  if (starts_with_transfer(content))
    return content.subspan(std::size(kDataTransfer)).front() == kPresentationData ? Recognition::yes
                                                                                  : Recognition::no;
  // X.225, 8.3.1.3: the length of the session header is that of the rest.
  const std::uint8_t kind = in.u8();
  const std::size_t length = in.u8();
  const bool connects = kind == kConnect || kind == kAccept;
  if (!opening.expected_port) return Recognition::no;
  if (connects && start.size == kTpktHeader + kTpduHeader + 2 + length) return Recognition::yes;
  return bare_message(content) ? Recognition::yes : Recognition::no;
}

constexpr std::uint16_t kPorts[] = {102};

}  // namespace

extern constinit const Protocol kMms{
    .name = "mms",
    .transport = Transport::tcp,
    .ports = kPorts,
    .recognise = recognise,
    .make = []() -> std::unique_ptr<Parser> { return std::make_unique<MmsParser>(); },
};

}  // namespace asepsis
