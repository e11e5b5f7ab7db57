// HL7 v2 over MLLP: who exchanges which messages, and the equipment they
// speak of. HL7 v2.8.2 sections 2.14.9 (MSH), 2.14.12 (SFT), 2.14.8 (MSA).
//
// A message that came whole is taken as one, so that those which say nothing
// new need not be read; of others segments are handed out one by one. Those that are not needed
// pass by without being held; of those that say who the patient is (PID, NK1, GT1, IN1, MRG) it is
// only noticed that an identifying field is not empty.

#include <algorithm>
#include <cassert>

#include "base/eui64.hpp"
#include "base/hash.hpp"
#include "base/scan.hpp"
#include "proto/hl7_equipment.hpp"
#include "proto/hl7_header.hpp"
#include "proto/hl7_identity.hpp"
#include "proto/hl7_message_key.hpp"
#include "proto/hl7_mllp.hpp"
#include "proto/hl7_segment.hpp"
#include "proto/parser.hpp"

namespace asepsis {
namespace {

using mllp::between_segments;
using mllp::ends_segment;

constexpr std::size_t kLongestSegment = 8'192;  // a longer one holds a document

std::size_t end_of_segment(Bytes bytes) {
  std::size_t at = find_control(bytes);
  while (at < bytes.size() && !ends_segment(bytes[at]))
    at += 1 + find_control(bytes.subspan(at + 1));
  return at;
}

bool is_read(Hl7Id id) {
  switch (id) {
    case hl7_id("MSH"):
    case hl7_id("BHS"):
    case hl7_id("FHS"):
    case hl7_id("MSA"):
    case hl7_id("SFT"):
    case hl7_id("PV1"):
    case hl7_id("OBR"):
    case hl7_id("OBX"):
    case hl7_id("PRT"):
    case hl7_id("EQU"): return true;
    default: return false;
  }
}

// What is gathered of equipment is large, and needed from the segment that
// speaks of it to the end of the message: most flows wait between messages, so
// a worker needs one.
std::unique_ptr<Hl7Equipment>& spare() {
  thread_local std::unique_ptr<Hl7Equipment> kept;
  return kept;
}

std::unique_ptr<Hl7Equipment> take_equipment() {
  if (!spare()) return std::make_unique_for_overwrite<Hl7Equipment>();
  return std::move(spare());
}

// Where one side is in its bytes.
struct Half {
  Hl7Delimiters delimiters;
  bool in_step = false;     // a header segment told the delimiters
  bool in_message = false;  // a header was read, and no end of its message
  bool passing = false;     // inside a segment that is not wanted
  bool missed = false;      // bytes are missing: looking for the next message
  bool after_end = true;    // while looking: the byte before ended a segment
  std::size_t looked = 0;   // bytes of the segment at hand that hold no end
  Hl7Identity identity;     // noticed in the message

  std::unique_ptr<Hl7Equipment> equipment;  // of a message that speaks of any
  ShortText<64> ward;                       // PV1-3.1
  ShortText<64> sender_eui64;               // MSH-3, as facts carry it
  std::string_view transaction;             // of IHE, if the message has no profile: a literal
};

class Hl7Parser final : public Parser {
 public:
  Frame frame(Side from, Bytes bytes) override;
  bool message(Side from, Cursor in, FactSink& out) override;
  std::optional<std::size_t> resume(Side from, Bytes bytes) override;

 private:
  Half& half(Side side) { return halves_[static_cast<std::size_t>(side)]; }
  static std::size_t pass(Half& side, Bytes bytes);
  static Frame segment_frame(Half& side, Bytes bytes);
  static Frame seek(Half& side, Bytes bytes);
  void read_whole(Side from, Bytes message, FactSink& out);
  bool read_header(Side from, std::string_view text, FactSink& out);
  void begin_message(Side from, const Hl7Segment& header, FactSink& out);
  void end_message(Side from, FactSink& out);
  void note_sender(Side from, const Hl7Segment& header);
  void read_segment(Side from, const Hl7Segment& segment, FactSink& out);

  std::array<Half, 2> halves_;
};

// How many bytes belong to the segment that is let by.
std::size_t Hl7Parser::pass(Half& side, Bytes bytes) {
  const std::size_t size = end_of_segment(bytes);
  side.identity.look(as_text(bytes.first(size)), side.delimiters);
  if (size < bytes.size()) {
    side.passing = false;
    side.identity.end_segment();
  }
  return size;
}

Frame Hl7Parser::frame(Side from, Bytes bytes) {
  constexpr std::ptrdiff_t kUsualGap = 4;
  Half& side = half(from);
  if (side.missed) return seek(side, bytes);
  if (side.passing) {
    const std::size_t size = pass(side, bytes);
    if (size > 0) return Frame::skip(size);
  }
  const auto gap = std::ranges::find_if_not(bytes, between_segments) - bytes.begin();
  const Bytes rest = bytes.subspan(static_cast<std::size_t>(gap));
  if (rest.empty() || gap > kUsualGap) return Frame::skip(static_cast<std::uint64_t>(gap));
  const std::size_t whole = side.in_message ? 0 : hl7_message_size(rest);
  // What is between goes with what follows: one frame less.
  Frame frame = whole > 0                    ? Frame::message(whole)
                : rest[0] == mllp::kEndBlock ? Frame::message(1)
                                             : segment_frame(side, rest);
  if (frame.kind != Frame::Kind::unknown) frame.size += static_cast<std::uint64_t>(gap);
  return frame;
}

Frame Hl7Parser::segment_frame(Half& side, Bytes bytes) {
  const auto letters = bytes.first(std::min<std::size_t>(bytes.size(), 3));
  const auto end = std::ranges::find_if(letters, ends_segment);
  if (end != letters.end()) return Frame::skip(static_cast<std::uint64_t>(end - letters.begin()));
  if (bytes.size() < 4) return Frame::unknown();
  const std::string_view text = as_text(bytes);
  const Hl7Id id = hl7_id(text);
  const bool wanted =
      is_read(id) && (is_hl7_header(id) || (side.in_step && text[3] == side.delimiters.field));
  if (wanted) {
    const std::size_t looked = std::min(side.looked, bytes.size());
    const std::size_t size = looked + end_of_segment(bytes.subspan(looked));
    side.looked = 0;
    if (size < bytes.size()) return Frame::message(size);
    if (size < kLongestSegment) {
      side.looked = size;
      return Frame::unknown();
    }
  }
  side.looked = 0;
  side.passing = true;
  side.identity.begin(id);
  return Frame::skip(3 + pass(side, bytes.subspan(3)));
}

bool Hl7Parser::message(Side from, Cursor in, FactSink& out) {
  const Half& side = half(from);
  const auto gap = std::ranges::find_if_not(in.rest(), between_segments) - in.rest().begin();
  const std::string_view text = as_text(in.rest().subspan(static_cast<std::size_t>(gap)));
  if (text.size() < 3) {
    end_message(from, out);
    return true;
  }
  if (text.back() == static_cast<char>(mllp::kEndBlock)) {
    read_whole(from, as_bytes(text), out);
    return true;
  }
  if (is_hl7_header(hl7_id(text))) return read_header(from, text, out);
  read_segment(from, Hl7Segment(text, side.delimiters), out);
  return true;
}

// False if it is none.
bool Hl7Parser::read_header(Side from, std::string_view text, FactSink& out) {
  Half& side = half(from);
  end_message(from, out);
  const auto delimiters = hl7_delimiters(text);
  if (!delimiters) return false;
  side.delimiters = *delimiters;
  side.in_step = side.in_message = true;
  begin_message(from, Hl7Segment(text, side.delimiters), out);
  return true;
}

// From its header to its end block. Most say what the one before did.
void Hl7Parser::read_whole(Side from, Bytes message, FactSink& out) {
  Half& side = half(from);
  side.delimiters = *hl7_delimiters(as_text(message));
  side.in_step = true;
  side.looked = 0;         // at the header, while it was all there was
  end_message(from, out);  // what segments before it said is no part of it
  const auto key = hl7_message_key(message, side.delimiters);
  if (key && out.said_before(hash_mix(*key, from == Side::client ? 5 : 6))) return;
  const std::size_t header = end_of_segment(message);
  read_header(from, as_text(message.first(header)), out);
  message = message.subspan(header);
  while (!message.empty()) {
    const Frame frame = this->frame(from, message);
    assert(frame.size > 0);  // as every segment ends
    const Bytes piece = message.first(frame.size);
    if (frame.kind == Frame::Kind::message) this->message(from, Cursor(piece), out);
    message = message.subspan(piece.size());
  }
  if (key) out.said_all();
}

void Hl7Parser::begin_message(Side from, const Hl7Segment& header, FactSink& out) {
  note_sender(from, header);
  half(from).transaction = ihe_transaction_of(header);
  // Time (7) and control id (10) apart, headers of one sender are alike.
  constexpr std::size_t kAll = Hl7Segment::kMostFields;
  std::uint64_t key = hash_bytes(as_bytes(header.fields(1, 6)), from == Side::client ? 1 : 2);
  key = hash_bytes(as_bytes(header.fields(8, 9)), key);
  key = hash_bytes(as_bytes(header.fields(11, kAll)), key);
  if (out.said_before(key)) return;
  tell_hl7_header(from, header, out);
  out.said_all();
}

// The EUI-64 that MSH-3 may carry, kept until the equipment is known.
void Hl7Parser::note_sender(Side from, const Hl7Segment& header) {
  const std::string_view sender = header.field(3);
  if (sender.size() < kEui64Digits) return;
  for (const std::size_t place : {2U, 1U}) {
    const auto eui64 = eui64_from_text(header.component(sender, place));
    if (!eui64 || eui64->nameless()) continue;
    half(from).sender_eui64.clear();
    half(from).sender_eui64.add(eui64->text());
    break;
  }
}

void Hl7Parser::read_segment(Side from, const Hl7Segment& segment, FactSink& out) {
  Half& side = half(from);
  switch (segment.id()) {
    case hl7_id("MSA"):
      return out.say(from, "hl7.acknowledges"_claim, segment.field(1).substr(0, 2));
    case hl7_id("SFT"): return tell_hl7_software(from, segment, out);
    case hl7_id("PV1"):
      // The point of care is a place; room and bed (and all after) are not read.
      side.ward.clear();
      side.ward.add(segment.plain(segment.component(segment.field(3), 1)));
      return;
    default: break;
  }
  if (!side.equipment) side.equipment = take_equipment();
  Hl7Equipment& equipment = *side.equipment;
  switch (segment.id()) {
    case hl7_id("OBR"): return equipment.read_report(segment);
    case hl7_id("OBX"):
      if (equipment.begins_another(segment)) equipment.tell(from, side.ward, out);
      return equipment.read_observation(segment);
    case hl7_id("PRT"): return equipment.read_participation(segment);
    default: return equipment.read_equipment(segment);  // EQU: all that is_read() lets in is read
  }
}

void Hl7Parser::end_message(Side from, FactSink& out) {
  Half& side = half(from);
  // The sender named in MSH-3 may be a gateway, or the device itself.
  if (!side.equipment || side.sender_eui64.view() != side.equipment->eui64())
    out.say_of(side.sender_eui64, from, "device.eui64"_claim, side.sender_eui64);
  if (side.equipment) {
    if (side.equipment->speaks_mdc()) out.say(from, "hl7.profile"_claim, side.transaction);
    side.equipment->tell(from, side.ward, out);
    side.equipment->clear();
    spare() = std::move(side.equipment);
  }
  side.transaction = {};
  side.identity.tell(out);
  side.identity.clear();
  side.in_message = false;
  side.ward.clear();
  side.sender_eui64.clear();
}

std::optional<std::size_t> Hl7Parser::resume(Side from, Bytes) {
  Half& side = half(from);
  side.passing = side.in_step = side.in_message = false;
  side.missed = side.after_end = true;
  side.identity.clear();
  side.looked = 0;
  side.ward.clear();
  side.sender_eui64.clear();
  side.transaction = {};
  side.equipment.reset();
  return 0;
}

// After a loss: passes over what comes before the next MSH, which begins a
// segment and defines delimiters.
Frame Hl7Parser::seek(Half& side, Bytes bytes) {
  constexpr std::size_t kEnough = 10;
  constexpr std::string_view kHeader = "MSH";
  for (std::size_t at = 0; at < bytes.size(); ++at) {
    const std::string_view text = as_text(bytes.subspan(at));
    const bool begins = side.after_end && text.substr(0, 3) == kHeader.substr(0, text.size());
    if (begins && text.size() < kEnough) {
      return at == 0 ? Frame::unknown() : Frame::skip(at);
    }
    if (begins && hl7_delimiters(text)) {
      side.missed = false;
      return at == 0 ? segment_frame(side, bytes) : Frame::skip(at);
    }
    side.after_end = ends_segment(bytes[at]);
  }
  return Frame::skip(bytes.size());
}

Recognition recognise(const Opening& opening) {
  const auto start = std::ranges::find_if_not(opening.bytes, between_segments);
  const std::string_view text =
      as_text(opening.bytes.subspan(static_cast<std::size_t>(start - opening.bytes.begin())));
  const std::string_view id = text.substr(0, 3);
  for (const std::string_view header : {"MSH", "FHS", "BHS"}) {
    if (!header.starts_with(id)) continue;
    if (text.size() < 10 && text.find('\r') == std::string_view::npos) return Recognition::more;
    return hl7_delimiters(text) ? Recognition::yes : Recognition::no;
  }
  return Recognition::no;
}

constexpr std::uint16_t kPorts[] = {2575, 6000, 6660, 6661, 6662, 6663};

}  // namespace

extern constinit const Protocol kHl7{
    .name = "hl7",
    .transport = Transport::tcp,
    .ports = kPorts,
    .recognise = recognise,
    .make = []() -> std::unique_ptr<Parser> { return std::make_unique_for_overwrite<Hl7Parser>(); },
};

}  // namespace asepsis
