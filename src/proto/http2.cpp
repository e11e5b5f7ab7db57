// HTTP/2 without TLS and with prior knowledge (RFC 9113, 3.3 and 3.4): known
// by its preface, and not read.

#include "proto/parser.hpp"

namespace asepsis {
namespace {

class Http2Parser final : public Parser {
 public:
  bool message(Side, Cursor, FactSink&) override { return true; }
};

Recognition recognise(const Opening& opening) {
  constexpr std::string_view kPreface = "PRI * HTTP/2.0\r\n\r\nSM\r\n\r\n";
  const std::string_view text = as_text(opening.bytes);
  const std::size_t shown = std::min(text.size(), kPreface.size());
  if (text.substr(0, shown) != kPreface.substr(0, shown)) return Recognition::no;
  return shown == kPreface.size() ? Recognition::yes : Recognition::more;
}

constexpr std::uint16_t kPorts[] = {80, 8080};

}  // namespace

extern constinit const Protocol kHttp2{
    .name = "http2",
    .transport = Transport::tcp,
    .ports = kPorts,
    .recognise = recognise,
    .make = []() -> std::unique_ptr<Parser> { return std::make_unique<Http2Parser>(); },
};

}  // namespace asepsis
