// TeamViewer on its own port (TCP 5938): that it is there. Not documented; the
// two bytes that every message begins with are known from watching it.

#include "proto/parser.hpp"

namespace asepsis {
namespace {

constexpr std::uint16_t kMagic = 0x1724;
constexpr std::uint16_t kLaterMagic = 0x1130;

bool is_magic(std::uint16_t first) { return first == kMagic || first == kLaterMagic; }

class TeamViewerParser final : public Parser {
 public:
  Frame frame(Side, Bytes bytes) override {
    Cursor in(bytes);
    const std::uint16_t first = in.be16();
    if (said_) return Frame::done();
    if (!in.ok()) return Frame::unknown();
    return is_magic(first) ? Frame::message(sizeof first) : Frame::foreign();
  }

  bool message(Side, Cursor, FactSink& out) override {
    said_ = true;
    out.say(Side::client, "remote.support"_claim, "TeamViewer");
    return true;
  }

 private:
  bool said_ = false;
};

Recognition recognise(const Opening& opening) {
  if (!opening.expected_port) return Recognition::no;
  Cursor in(opening.bytes);
  const std::uint16_t magic = in.be16();
  if (!in.ok()) return Recognition::more;
  return is_magic(magic) ? Recognition::yes : Recognition::no;
}

constexpr std::uint16_t kPorts[] = {5938};

}  // namespace

extern constinit const Protocol kTeamViewer{
    .name = "teamviewer",
    .transport = Transport::tcp,
    .ports = kPorts,
    .recognise = recognise,
    .make = []() -> std::unique_ptr<Parser> { return std::make_unique<TeamViewerParser>(); },
    .security = Security::other,
};

}  // namespace asepsis
