// Laboratory instruments: CLSI LIS2-A2 records (ASTM E1394), in the frames of
// CLSI LIS1-A (ASTM E1381) or, as many do over TCP, bare. Read are the header
// record (section 6: H-5, who sends) and of results that they are there (R-14:
// the instrument). Of the patient record only that it is filled in.

#include <algorithm>
#include <array>

#include "proto/parser.hpp"

namespace asepsis {
namespace {

constexpr char kStx = 2;
constexpr char kEtx = 3;
constexpr char kEnq = 5;
constexpr char kEtb = 0x17;
constexpr std::size_t kLargestPiece = 4096;

constexpr bool digit(char c) { return c >= '0' && c <= '9'; }
constexpr bool letter(char c) { return lower(c) >= 'a' && lower(c) <= 'z'; }
constexpr bool punctuation(char c) { return c > 0x20 && c < 0x7f && !digit(c) && !letter(c); }
constexpr bool hexadecimal(char c) { return digit(c) || (lower(c) >= 'a' && lower(c) <= 'f'); }
constexpr int value_of(char c) { return digit(c) ? c - '0' : lower(c) - 'a' + 10; }

// A record, letter by letter, whatever frames it is cut into.
struct Record {
  char type = 0;
  std::size_t size = 0;
  unsigned field = 1;  // by the standard's count: the type is the first
  unsigned component = 1;
  bool identifies = false;   // a patient's record, filled in
  ShortText<512> header;     // of an H record
  ShortText<64> instrument;

  void clear() {
    type = 0;
    size = 0;
    field = component = 1;
    identifies = false;
    header.clear();
    instrument.clear();
  }
};

// Where one side is in its bytes.
struct Half {
  enum class Place : std::uint8_t { between, frame_number, text, checksum, missed };

  Place place = Place::between;
  int checksum_left = 0;
  std::uint8_t sum = 0;      // of the frame so far
  std::uint8_t claimed = 0;  // by the frame
  bool whole = false;        // its beginning was seen
  char field = '|';
  char component = '^';
  Record record;
  bool told_analyser = false;
  bool told_serial = false;
};

enum class Part : std::uint8_t { empty, version, serial, name };

// H-5 has components, but each maker orders them another way: a part is known
// by its looks. "5.13.1", "V1.26", "00-24" are versions; five to 24 letters
// and digits, three digits among them, are a serial number.
Part part_of(std::string_view text) {
  if (text.empty()) return Part::empty;
  const auto digits = std::ranges::count_if(text, digit);
  const std::string_view number = text.substr(lower(text[0]) == 'v' ? 1 : 0);
  const bool plain = std::ranges::all_of(
      text, [](char c) { return digit(c) || letter(c) || c == '.' || c == '-' || c == '_'; });
  const bool dotted = number.find_first_of(".-") != std::string_view::npos;
  if (plain && dotted && !number.empty() && digit(number[0])) return Part::version;
  if (plain && text.size() >= 5 && text.size() <= 24 && digits >= 3) return Part::serial;
  return std::ranges::any_of(text, letter) ? Part::name : Part::empty;
}

class AstmParser final : public Parser {
 public:
  Frame frame(Side, Bytes bytes) override {
    return Frame::message(std::min(bytes.size(), kLargestPiece));
  }
  bool message(Side from, Cursor in, FactSink& out) override {
    wrong_ = false;
    for (const std::uint8_t byte : in.rest()) read(from, static_cast<char>(byte), out);
    return !wrong_;
  }
  std::optional<std::size_t> resume(Side from, Bytes) override {
    half(from).record.clear();
    half(from).place = Half::Place::missed;
    half(from).whole = false;
    return 0;
  }

 private:
  Half& half(Side side) { return halves_[static_cast<std::size_t>(side)]; }
  void read(Side from, char c, FactSink& out);
  void read_text(Side from, char c, FactSink& out);
  static void add_to_record(Half& side, char c);
  static void add_to_sum(Half& side, char c);
  void end_record(Side from, FactSink& out);
  void read_header(Side from, FactSink& out);
  static void tell_sender(Side from, std::span<const std::string_view> parts, bool& told_serial,
                          FactSink& out);
  void tell_result(Side from, FactSink& out);

  std::array<Half, 2> halves_;
  bool wrong_ = false;  // a checksum did not fit
};

void AstmParser::read(Side from, char c, FactSink& out) {
  Half& side = half(from);
  if (side.place != Half::Place::checksum) add_to_sum(side, c);
  switch (side.place) {
    case Half::Place::between:
      if (c == kStx) {
        side.place = Half::Place::frame_number;
      } else if (letter(c)) {  // a bare record; ENQ, ACK, NAK, EOT, CR, LF say nothing
        side.place = Half::Place::text;
        side.record.clear();
        read_text(from, c, out);
      }
      return;
    case Half::Place::frame_number:
      side.place = Half::Place::text;
      if (!digit(c)) read_text(from, c, out);
      return;
    case Half::Place::text: read_text(from, c, out); return;
    case Half::Place::missed:  // until a record or a frame ends
      if (c == kStx) side.place = Half::Place::frame_number;
      if (c == '\r' || c == '\n') side.place = Half::Place::text;
      return;
    case Half::Place::checksum:
      if (hexadecimal(c) && side.checksum_left > 0) {
        side.claimed = static_cast<std::uint8_t>(side.claimed << 4 | value_of(c));
        if (--side.checksum_left == 0) wrong_ |= side.whole && side.claimed != side.sum;
      } else {
        side.place = Half::Place::between;
        if (c == kStx) side.place = Half::Place::frame_number;
      }
  }
}

// E1381, 6.3.3: of all characters after STX, up to ETX or ETB and with it.
void AstmParser::add_to_sum(Half& side, char c) {
  if (c == kStx) side.whole = true;
  side.sum = c == kStx ? std::uint8_t{0}
                       : static_cast<std::uint8_t>(side.sum + static_cast<std::uint8_t>(c));
}

void AstmParser::read_text(Side from, char c, FactSink& out) {
  Half& side = half(from);
  if (c == kEtx || c == kEtb) {
    if (c == kEtx) end_record(from, out);  // after ETB the record goes on
    side.place = Half::Place::checksum;
    side.checksum_left = 2;
    side.claimed = 0;
  } else if (c == '\r' || c == '\n') {
    end_record(from, out);
  } else if (c == kStx) {
    side.place = Half::Place::frame_number;
  } else if (static_cast<unsigned char>(c) >= 0x20) {
    add_to_record(side, c);
  } else if (c == kEnq || c == 4) {
    side.record.clear();
    side.place = Half::Place::between;
  }
}

void AstmParser::add_to_record(Half& side, char c) {
  Record& record = side.record;
  if (record.size++ == 0) {
    record.type = c;
    if (c == 'H') record.header.add(c);
    return;
  }
  if (record.type == 'H') {
    record.header.add(c);
    return;
  }
  if (c == side.field) {
    ++record.field;
    record.component = 1;
  } else if (c == side.component) {
    ++record.component;
  } else if (record.type == 'P') {
    // P-3 and P-5 identifiers, P-6 name.
    if ((record.field == 3 || record.field == 5 || record.field == 6) && record.component <= 2 &&
        c != ' ')
      record.identifies = true;
  } else if (record.type == 'R' && record.field == 14) {
    record.instrument.add(c);
  }
}

void AstmParser::end_record(Side from, FactSink& out) {
  Record& record = half(from).record;
  if (record.size == 0) return;
  if (record.type == 'H') read_header(from, out);
  if (record.type == 'R') tell_result(from, out);
  if (record.identifies) out.say(Side::server, "clear.patient_identity"_claim, "astm P record");
  record.clear();
}

void AstmParser::read_header(Side from, FactSink& out) {
  Half& side = half(from);
  std::string_view text = side.record.header;
  if (text.size() < 5 || !punctuation(text[1])) return;
  side.field = text[1];
  // H-2: repeat, component, escape. Some write the repeat delimiter twice.
  std::string_view marks = text.substr(2, text.substr(2).find(side.field));
  if (marks.size() > 3 && marks[0] == marks[1]) marks.remove_prefix(1);
  if (marks.size() >= 2) side.component = marks[1];

  for (int i = 0; i < 4; ++i) {
    const std::size_t found = text.find(side.field);
    if (found == std::string_view::npos) return;
    text.remove_prefix(found + 1);
  }
  text = trimmed(text.substr(0, text.find(side.field)));
  out.say(from, "device.description"_claim, text.substr(0, 128));

  std::array<std::string_view, 8> parts;
  std::size_t count = 0;
  for (bool more = true; more && count < parts.size();) {
    const std::size_t found = text.find(side.component);
    more = found != std::string_view::npos;
    parts[count++] = trimmed(text.substr(0, found));
    if (more) text.remove_prefix(found + 1);
  }
  if (count > 1) tell_sender(from, std::span(parts).first(count), side.told_serial, out);
}

// Model and version, or maker, model, version and serial; the maker may also
// come last.
void AstmParser::tell_sender(Side from, std::span<const std::string_view> parts, bool& told_serial,
                             FactSink& out) {
  std::string_view version;
  std::string_view serial;
  std::string_view late_name;
  const bool two_names = part_of(parts[1]) == Part::name;
  for (std::size_t i = 1; i < parts.size(); ++i) {
    const Part part = part_of(parts[i]);
    if (part == Part::version && version.empty()) version = parts[i];
    if (part == Part::serial && serial.empty()) serial = parts[i];
    if (part == Part::name && i > 1 && late_name.empty()) late_name = parts[i];
  }
  if (two_names) {
    // With all four they are maker and model. Else they may as well be site
    // and model, or model and maker: the description must do.
    if (!serial.empty()) out.say(from, "device.manufacturer"_claim, parts[0]);
    if (!serial.empty()) out.say(from, "device.model"_claim, parts[1]);
  } else {
    out.say(from, "device.model"_claim, parts[0]);
    out.say(from, "device.manufacturer"_claim, late_name);
  }
  out.say(from, "device.firmware"_claim, version);
  out.say(from, "device.serial"_claim, serial);
  if (!serial.empty()) told_serial = true;
}

void AstmParser::tell_result(Side from, FactSink& out) {
  Half& side = half(from);
  if (!side.told_analyser) {
    side.told_analyser = true;
    out.say(from, "device.class"_claim, "laboratory-analyser");
    out.say(other(from), "device.class"_claim, "laboratory-system");
  }
  const std::string_view instrument = trimmed(side.record.instrument);
  if (!side.told_serial && part_of(instrument) == Part::serial) {
    side.told_serial = true;
    out.say_of(instrument, from, "device.serial"_claim, instrument);
  }
}

// "H", a delimiter, two to four more, and the first again.
Recognition recognise_header(std::string_view text) {
  if (text.empty()) return Recognition::more;
  if (text[0] != 'H') return Recognition::no;
  if (text.size() < 2) return Recognition::more;
  if (!punctuation(text[1])) return Recognition::no;
  for (std::size_t i = 2; i < std::min<std::size_t>(text.size(), 7); ++i) {
    if (text[i] == text[1]) return i >= 4 ? Recognition::yes : Recognition::no;
    if (!punctuation(text[i])) return Recognition::no;
  }
  return text.size() < 7 ? Recognition::more : Recognition::no;
}

// Bids and answers of one byte (ENQ, EOT, ACK, NAK) come before any text.
Recognition recognise(const Opening& opening) {
  std::string_view text = as_text(opening.bytes);
  text.remove_prefix(std::min(text.size(), text.find_first_not_of("\4\5\6\x15\r\n")));
  if (text.empty()) return opening.bytes.size() < 16 ? Recognition::more : Recognition::no;
  if (text[0] != kStx) return recognise_header(text);
  text.remove_prefix(1);
  if (!text.empty() && !digit(text[0])) return Recognition::no;
  text.remove_prefix(std::min<std::size_t>(text.size(), 1));
  return recognise_header(text);
}

}  // namespace

extern constinit const Protocol kAstm{
    .name = "astm",
    .transport = Transport::tcp,
    .ports = {},
    .recognise = recognise,
    .make = []() -> std::unique_ptr<Parser> { return std::make_unique<AstmParser>(); },
};

}  // namespace asepsis
