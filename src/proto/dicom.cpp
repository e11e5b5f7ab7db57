// DICOM upper layer: who associates with whom, in which roles, and which
// equipment made what is sent. PS3.8 section 9.3 (PDUs); PS3.7 section 9.3
// (DIMSE).
//
// Nothing is held until it is whole: of an association one item, of a P-DATA
// the header of a fragment, then what has arrived of it. Pixels are skipped.

#include <algorithm>
#include <array>

#include "proto/dicom_association.hpp"
#include "proto/dicom_messages.hpp"
#include "proto/parser.hpp"

namespace asepsis {
namespace {

constexpr std::size_t kPduHeader = 6;       // type, reserved, length in four bytes
constexpr std::size_t kFragmentHeader = 6;  // length in four bytes, context, control
constexpr std::size_t kLargestItem = 1024;
constexpr std::size_t kLargestPiece = 4096;  // of a fragment, at once
constexpr std::string_view kPrinter = "1.2.840.10008.5.1.1.16";

namespace pdu {
constexpr std::uint8_t kAssociateRequest = 1;
constexpr std::uint8_t kAssociateAccept = 2;
constexpr std::uint8_t kAssociateReject = 3;
constexpr std::uint8_t kData = 4;
constexpr std::uint8_t kReleaseRequest = 5;
constexpr std::uint8_t kAbort = 7;
}  // namespace pdu

// PS3.8 table 9-21.
std::string_view rejection(std::uint8_t source, std::uint8_t reason) {
  if (source == 1 && reason == 2) return "application context not supported";
  if (source == 1 && reason == 3) return "calling AE title not recognized";
  if (source == 1 && reason == 7) return "called AE title not recognized";
  if (source == 2 && reason == 2) return "protocol version not supported";
  if (source == 3 && reason == 1) return "temporary congestion";
  if (source == 3 && reason == 2) return "local limit exceeded";
  return "no reason given";
}

// Where one side is in its bytes.
struct Half {
  enum class Place : std::uint8_t { pdu, association_head, items, fragments, piece, missed };

  Place place = Place::pdu;
  std::uint8_t pdu_type = 0;
  std::uint64_t pdu_left = 0;
  std::uint64_t fragment_left = 0;
  bool last_fragment = false;
  bool is_command = false;
  bool between_sets = true;  // the next fragment begins a command or data set
  bool in_step = false;      // a command was seen since bytes were last missed
  std::uint8_t context = 0;  // presentation context of the fragment
  DicomElementReader reader;
  DicomCommand command;
  DicomEquipment equipment;
  ShortText<64> told_sop_class;  // the operation last told of
  std::uint16_t told_field = 0;
};

class DicomParser final : public Parser {
 public:
  Frame frame(Side from, Bytes bytes) override;
  bool message(Side from, Cursor in, FactSink& out) override;
  std::optional<std::size_t> resume(Side from, Bytes bytes) override;

 private:
  using Place = Half::Place;

  Half& half(Side side) { return halves_[static_cast<std::size_t>(side)]; }
  static Frame pdu_frame(Half& side, Bytes bytes);
  static Frame item_frame(Half& side, Bytes bytes);
  static Frame piece_frame(Half& side, Bytes bytes);
  static Frame seek(Half& side, Bytes bytes);
  static void consume(Half& side, std::uint64_t size);

  bool read_pdu(Side from, Cursor in, FactSink& out);
  bool read_association_head(Side from, Cursor in, FactSink& out);
  bool read_item(Side from, Cursor in, FactSink& out);
  bool read_fragment_header(Side from, Cursor in);
  void begin_set(Side from);
  bool read_piece(Side from, Cursor in, FactSink& out);
  void tell_command(Side from, FactSink& out);
  std::string_view sop_class_of(Side from);

  std::array<Half, 2> halves_;
  DicomAssociation association_;
};

Frame DicomParser::frame(Side from, Bytes bytes) {
  Half& side = half(from);
  switch (side.place) {
    case Place::pdu: return pdu_frame(side, bytes);
    case Place::association_head: return Frame::message(DicomAssociation::kHead);
    case Place::items: return item_frame(side, bytes);
    case Place::fragments:
      if (side.pdu_left >= kFragmentHeader) return Frame::message(kFragmentHeader);
      side.place = Place::pdu;
      return Frame::skip(side.pdu_left);
    case Place::missed: return seek(side, bytes);
    case Place::piece: break;
  }
  return piece_frame(side, bytes);
}

Frame DicomParser::pdu_frame(Half& side, Bytes bytes) {
  Cursor in(bytes);
  const std::uint8_t type = in.u8();
  in.skip(1);
  const std::uint64_t length = in.be32();
  if (type < pdu::kAssociateRequest || type > pdu::kAbort) return Frame::foreign();
  if (!in.ok()) return Frame::unknown();
  if (type == pdu::kAssociateReject) {
    return length == 4 ? Frame::message(kPduHeader + 4) : Frame::foreign();
  }
  if (type >= pdu::kReleaseRequest) {
    side.between_sets = true;
    return Frame::skip(kPduHeader + length);
  }
  return Frame::message(kPduHeader);
}

Frame DicomParser::item_frame(Half& side, Bytes bytes) {
  Cursor in(bytes);
  const std::uint8_t type = in.u8();
  in.skip(1);
  const std::uint64_t length = in.be16();
  if (side.pdu_left < 4) {
    side.place = Place::pdu;
    return Frame::skip(side.pdu_left);
  }
  if (!in.ok()) return Frame::unknown();
  std::uint64_t size = DicomAssociation::piece_of_item(type, length);
  size = std::min(size, side.pdu_left);
  if (size <= kLargestItem || size == side.pdu_left)
    return Frame::message(std::min<std::uint64_t>(size, kLargestItem));
  consume(side, size);
  return Frame::skip(size);
}

// What has arrived of the fragment, or what may be left out of it. The last
// byte of a set is always shown, so that its end is noticed.
Frame DicomParser::piece_frame(Half& side, Bytes bytes) {
  std::uint64_t skip = side.reader.done() ? side.fragment_left : side.reader.skippable();
  skip = std::min(skip, side.fragment_left);
  if (side.last_fragment && skip == side.fragment_left) --skip;
  if (skip > 0) {
    if (!side.reader.done()) side.reader.skipped(skip);
    consume(side, skip);
    return Frame::skip(skip);
  }
  return Frame::message(std::min<std::uint64_t>({side.fragment_left, bytes.size(), kLargestPiece}));
}

void DicomParser::consume(Half& side, std::uint64_t size) {
  side.pdu_left -= std::min(size, side.pdu_left);
  if (side.place == Place::piece) {
    side.fragment_left -= std::min(size, side.fragment_left);
    if (side.fragment_left == 0) side.place = Place::fragments;
  }
  if (side.pdu_left == 0) side.place = Place::pdu;
}

bool DicomParser::message(Side from, Cursor in, FactSink& out) {
  switch (half(from).place) {
    case Place::pdu: return read_pdu(from, in, out);
    case Place::association_head: return read_association_head(from, in, out);
    case Place::items: return read_item(from, in, out);
    case Place::fragments: return read_fragment_header(from, in);
    case Place::missed:
    case Place::piece: break;
  }
  return read_piece(from, in, out);
}

bool DicomParser::read_pdu(Side from, Cursor in, FactSink& out) {
  Half& side = half(from);
  side.pdu_type = in.u8();
  in.skip(1);
  side.pdu_left = in.be32();
  if (side.pdu_type == pdu::kAssociateReject) {
    in.skip(2);  // reserved, result
    const std::uint8_t source = in.u8();
    const std::string_view why = rejection(source, in.u8());
    out.on_fact({.about = from, .claim = "dicom.rejects"_claim, .value = why, .refused = true});
    if (why.ends_with("AE title not recognized"))
      out.say(from, "dicom.allow_list"_claim, why.substr(0, why.find(' ')));
    return true;
  }
  if (side.pdu_type == pdu::kData) {
    side.place = side.pdu_left == 0 ? Place::pdu : Place::fragments;
    return side.pdu_left >= kFragmentHeader;
  }
  if (side.pdu_left >= DicomAssociation::kHead) side.place = Place::association_head;
  return side.place == Place::association_head;
}

bool DicomParser::read_association_head(Side from, Cursor in, FactSink& out) {
  Half& side = half(from);
  side.place = Place::items;
  side.between_sets = true;
  consume(side, DicomAssociation::kHead);
  return association_.read_head(from, side.pdu_type == pdu::kAssociateRequest, in, out);
}

bool DicomParser::read_item(Side from, Cursor in, FactSink& out) {
  Half& side = half(from);
  const bool request = side.pdu_type == pdu::kAssociateRequest;
  const bool good = association_.read_item(from, request, in, out);
  consume(side, in.rest().size());
  if (side.place == Place::pdu) association_.tell_contexts(from, request, out);
  return good;
}

bool DicomParser::read_fragment_header(Side from, Cursor in) {
  Half& side = half(from);
  const std::uint64_t length = in.be32();
  const std::uint8_t context = in.u8();
  const std::uint8_t control = in.u8();
  consume(side, kFragmentHeader);
  if (length < 2 || length - 2 > side.pdu_left || (control & ~3) != 0) {
    // Where the next fragment begins is not to be known: this PDU is lost.
    side.between_sets = true;
    side.fragment_left = side.pdu_left;
    side.last_fragment = false;
    side.reader.begin(DicomSyntax::deflated);
    if (side.pdu_left > 0) side.place = Place::piece;
    return false;
  }
  const bool is_command = (control & 1) != 0;
  if (side.between_sets || is_command != side.is_command || context != side.context) {
    side.is_command = is_command;
    side.context = context;
    begin_set(from);
  }
  side.last_fragment = (control & 2) != 0;
  side.between_sets = side.last_fragment;
  side.fragment_left = length - 2;
  if (side.fragment_left > 0) side.place = Place::piece;
  return true;
}

void DicomParser::begin_set(Side from) {
  Half& side = half(from);
  if (side.is_command) {
    side.command.clear();
    side.reader.begin(DicomSyntax::implicit_little);  // PS3.7 section 6.3.1
    side.in_step = true;
  } else if (!side.in_step) {
    side.equipment.forget();
    side.reader.begin(DicomSyntax::deflated);  // the middle of something: not to be read
  } else {
    side.equipment.begin(side.command.field(), association_.title(from),
                         sop_class_of(from) == kPrinter);
    side.reader.begin(association_.syntax(side.context));
  }
}

bool DicomParser::read_piece(Side from, Cursor in, FactSink& out) {
  Half& side = half(from);
  DicomElementSink& sink = side.is_command ? static_cast<DicomElementSink&>(side.command)
                                           : static_cast<DicomElementSink&>(side.equipment);
  side.reader.feed(in.rest(), sink);
  consume(side, in.rest().size());
  const bool ended = side.fragment_left == 0 && side.last_fragment;
  if (side.is_command && ended) tell_command(from, out);
  if (!side.is_command && (ended || side.reader.done())) side.equipment.tell(from, out);
  return true;
}

// A response may leave out what the request says.
std::string_view DicomParser::sop_class_of(Side from) {
  const std::string_view sop_class = half(from).command.sop_class();
  return sop_class.empty() ? half(other(from)).command.sop_class() : sop_class;
}

// Told again only when it changes: a study is a thousand C-STOREs.
void DicomParser::tell_command(Side from, FactSink& out) {
  Half& side = half(from);
  const DicomCommand& command = side.command;
  const std::string_view name = dimse_name(command.field());
  if (name.empty() || (command.response() && !command.succeeded())) return;
  const std::string_view sop_class = sop_class_of(from);
  if (side.told_field == command.field() && side.told_sop_class.view() == sop_class) return;
  side.told_field = command.field();
  side.told_sop_class.clear();
  side.told_sop_class.add(sop_class);
  ShortText<128> value;
  value.add(name).add(' ').add(dicom_class_name(sop_class));
  out.say(from, command.response() ? "dicom.answers"_claim : "dicom.requests"_claim, value);
}

// A PDU of data whose one fragment fills it (as all toolkits write them), or
// a new or ended association.
bool plausible_pdu(Bytes bytes) {
  Cursor in(bytes);
  const std::uint8_t type = in.u8();
  const std::uint8_t reserved = in.u8();
  const std::uint32_t length = in.be32();
  if (reserved != 0 || !in.ok()) return false;
  if (type == pdu::kData) {
    const std::uint32_t fragment = in.be32();
    const bool odd_context = (in.u8() & 1) != 0;
    return in.u8() <= 3 && in.ok() && odd_context && length > kFragmentHeader &&
           fragment == length - 4;
  }
  if (type == pdu::kAssociateRequest || type == pdu::kAssociateAccept) {
    const bool version_one = (in.be16() & 1) != 0;
    return version_one && in.be16() == 0 && in.ok() && length > DicomAssociation::kHead &&
           length < 1'000'000;
  }
  return type >= pdu::kAssociateReject && type <= pdu::kAbort && length == 4 && in.u8() == 0 &&
         in.ok();
}

std::optional<std::size_t> DicomParser::resume(Side from, Bytes) {
  Half& side = half(from);
  side.place = Place::missed;
  side.pdu_left = side.fragment_left = 0;
  side.between_sets = true;
  side.in_step = false;
  return 0;
}

// After a loss: passes over what comes before the next PDU that looks like one.
Frame DicomParser::seek(Half& side, Bytes bytes) {
  constexpr std::size_t kEnough = 12;
  for (std::size_t at = 0; at < bytes.size(); ++at) {
    const Bytes rest = bytes.subspan(at);
    if (plausible_pdu(rest)) {
      side.place = Place::pdu;
      return at == 0 ? pdu_frame(side, bytes) : Frame::skip(at);
    }
    const bool may_become = rest.size() < kEnough && rest[0] >= pdu::kAssociateRequest &&
                            rest[0] <= pdu::kAbort && (rest.size() == 1 || rest[1] == 0);
    if (may_become) return at == 0 ? Frame::unknown() : Frame::skip(at);
  }
  return Frame::skip(bytes.size());
}

bool plausible_title(Bytes title) {
  bool seen = false;
  for (const std::uint8_t byte : title) {
    if (byte != 0 && (byte < 0x20 || byte > 0x7e)) return false;
    seen |= byte > 0x20;
  }
  return seen;
}

Recognition recognise(const Opening& opening) {
  constexpr std::size_t kEnough = kPduHeader + 36;  // up to the second AE title
  Cursor in(opening.bytes);
  const std::uint8_t type = in.u8();
  const bool reserved = in.u8() != 0;
  if (type < pdu::kAssociateRequest || type > pdu::kData || reserved) return Recognition::no;
  if (opening.bytes.size() < kPduHeader + 6) {
    return type == pdu::kAssociateReject && opening.bytes.size() == kPduHeader + 4 &&
                   plausible_pdu(opening.bytes)
               ? Recognition::yes
               : Recognition::more;
  }
  if (!plausible_pdu(opening.bytes)) return Recognition::no;
  if (type >= pdu::kAssociateReject) return Recognition::yes;
  if (opening.bytes.size() < kEnough) return Recognition::more;
  return plausible_title(opening.bytes.subspan(10, 16)) &&
                 plausible_title(opening.bytes.subspan(26, 16))
             ? Recognition::yes
             : Recognition::no;
}

constexpr std::uint16_t kPorts[] = {104, 11112, 4242};

}  // namespace

extern constinit const Protocol kDicom{
    .name = "dicom",
    .transport = Transport::tcp,
    .ports = kPorts,
    .recognise = recognise,
    .make = []() -> std::unique_ptr<Parser> { return std::make_unique<DicomParser>(); },
};

}  // namespace asepsis
