// PostgreSQL's front end and back end protocol 3 (its manual, "Message Flow"
// and "Message Formats"): the start of a session, and whether an answer holds
// patients, by the names of its columns. Names of users and databases,
// passwords, queries and rows are not read.

#include <algorithm>
#include <array>

#include "proto/parser.hpp"
#include "proto/patient_words.hpp"

namespace asepsis {
namespace {

constexpr std::uint32_t kVersion3 = 0x0003;  // the upper half
constexpr std::uint32_t kCancel = 80877102;
constexpr std::uint32_t kTlsRequest = 80877103;
constexpr std::uint32_t kGssRequest = 80877104;
constexpr std::size_t kMaxStartup = 10000;  // the server's own limit
constexpr std::size_t kMaxMessage = 16384;
constexpr int kMostAnswers = 64;  // of a session that are looked at

class PostgresqlParser final : public Parser {
 public:
  Frame frame(Side from, Bytes bytes) override {
    if (ended_[static_cast<std::size_t>(from)]) return Frame::done();
    if (tls_follows_) return Frame::again();
    return from == Side::client ? client_frame(bytes) : server_frame(bytes);
  }
  bool message(Side from, Cursor in, FactSink& out) override {
    return from == Side::client ? client_message(in, out) : server_message(in, out);
  }

 private:
  Frame client_frame(Bytes bytes);
  Frame server_frame(Bytes bytes) const;
  bool client_message(Cursor in, FactSink& out);
  bool server_message(Cursor in, FactSink& out);
  void authentication(Cursor in, FactSink& out);
  void columns(Cursor in);
  void row(FactSink& out);

  std::array<bool, 2> ended_{};
  bool asked_tls_ = false;  // its one-byte answer has not come yet
  bool tls_follows_ = false;
  bool started_ = false;
  bool clear_password_ = false;  // asked for
  bool patients_ = false;        // the columns of this answer name one
  int answers_ = 0;
};

Frame PostgresqlParser::client_frame(Bytes bytes) {
  Cursor in(bytes);
  const std::uint8_t type = started_ ? in.u8() : std::uint8_t{0};
  const std::uint64_t length = in.be32();
  if (!in.ok()) return Frame::unknown();
  if (!started_)
    return length >= 8 && length <= kMaxStartup ? Frame::message(length) : Frame::foreign();
  if (length < 4) return Frame::foreign();
  if (type != 'p') ended_[0] = true;  // the first query: nothing more to learn
  return type == 'p' && length < kMaxMessage ? Frame::message(1 + length) : Frame::done();
}

Frame PostgresqlParser::server_frame(Bytes bytes) const {
  if (asked_tls_) {
    const bool answer = bytes[0] == 'S' || bytes[0] == 'N' || bytes[0] == 'G';
    if (answer) return Frame::message(1);
  }
  Cursor in(bytes);
  const std::uint8_t type = in.u8();
  const std::uint64_t length = in.be32();
  if (!in.ok()) return Frame::unknown();
  if (length < 4) return Frame::foreign();
  if (type == 'D' && patients_) return Frame::message(5);  // who reads it stops there
  const bool wanted = type == 'R' || type == 'S' || type == 'T';
  return wanted && length < kMaxMessage ? Frame::message(1 + length) : Frame::skip(1 + length);
}

bool PostgresqlParser::client_message(Cursor in, FactSink& out) {
  if (started_) {
    if (clear_password_) out.say(Side::server, "clear.credentials"_claim, "postgresql password");
    ended_[0] = true;
    return true;
  }
  in.skip(4);
  const std::uint32_t code = in.be32();
  asked_tls_ = code == kTlsRequest || code == kGssRequest;
  if (asked_tls_) return true;
  if (code == kCancel) {
    ended_ = {true, true};
    return true;
  }
  started_ = true;
  return code >> 16 == kVersion3;
}

void PostgresqlParser::authentication(Cursor in, FactSink& out) {
  constexpr Claim kClaim = "database.authentication"_claim;
  switch (in.be32()) {
    case 0: return;  // granted
    case 3:
      clear_password_ = true;
      out.say(Side::server, kClaim, "clear text password");
      return;
    case 5: out.say(Side::server, kClaim, "md5"); return;
    case 7: out.say(Side::server, kClaim, "gssapi"); return;
    case 9: out.say(Side::server, kClaim, "sspi"); return;
    case 10: out.say(Side::server, kClaim, as_text(in.take_until(0)).substr(0, 64)); return;
    default: return;
  }
}

// The description of an answer's rows.
void PostgresqlParser::columns(Cursor in) {
  constexpr std::size_t kAfterName = 18;  // table, column, type, size, modifier, format
  PatientWords words;
  for (std::uint16_t left = in.be16(); left > 0 && in.ok(); --left) {
    words.add(as_text(in.take_until(0)));
    in.skip(kAfterName);
  }
  patients_ = words.identify();
  if (++answers_ >= kMostAnswers && !patients_) ended_[1] = true;
}

// There is at least one: said once a session.
void PostgresqlParser::row(FactSink& out) {
  out.say(Side::server, "clear.patient_identity"_claim, "postgresql rows");
  ended_[1] = true;
}

bool PostgresqlParser::server_message(Cursor in, FactSink& out) {
  const std::uint8_t type = in.u8();
  if (in.done()) {
    asked_tls_ = false;
    tls_follows_ = type == 'S';
    if (tls_follows_) out.on_application("postgresql", Security::tls);
    return true;
  }
  in.skip(4);
  if (type == 'R') authentication(in, out);
  if (type == 'T') columns(in);
  if (type == 'D') row(out);
  if (type == 'S' && as_text(in.take_until(0)) == "server_version") {
    ShortText<200> text;
    text.add("PostgreSQL ").add(as_text(in.take_until(0)));
    out.say(Side::server, "database.version"_claim, text);
  }
  return in.ok();
}

Recognition recognise(const Opening& opening) {
  Cursor in(opening.bytes);
  const std::uint32_t length = in.be32();
  const std::uint32_t code = in.be32();
  if (opening.from == Side::server) return Recognition::no;
  if (opening.bytes[0] != 0) return Recognition::no;
  if (!in.ok()) return Recognition::more;
  if (length == 8 && (code == kTlsRequest || code == kGssRequest)) return Recognition::yes;
  if (length == 16 && code == kCancel) return Recognition::yes;
  const bool version = code >> 16 == kVersion3 && (code & 0xffff) <= 2;
  if (!version || length < 9 || length > kMaxStartup) return Recognition::no;
  if (in.rest().size() < 4) return Recognition::more;
  const bool letter = in.u8() >= 'a';
  return letter ? Recognition::yes : Recognition::no;
}

constexpr std::uint16_t kPorts[] = {5432};

}  // namespace

extern constinit const Protocol kPostgresql{
    .name = "postgresql",
    .transport = Transport::tcp,
    .ports = kPorts,
    .recognise = recognise,
    .make = []() -> std::unique_ptr<Parser> { return std::make_unique<PostgresqlParser>(); },
};

}  // namespace asepsis
