// The discovery of UPnP: UPnP Device Architecture 2.0, section 1. HTTP headers
// in a datagram; a device announces itself, answers a search, or searches.

#include "proto/parser.hpp"

namespace asepsis {
namespace {

constexpr std::string_view kNotify = "NOTIFY * HTTP/1.";
constexpr std::string_view kSearch = "M-SEARCH * HTTP/1.";
constexpr std::string_view kAnswer = "HTTP/1.";
constexpr std::size_t kMostHeaders = 64;

std::string_view take_line(Cursor& in) { return trimmed(as_text(in.take_until('\n'))); }

// 1.1.4: "uuid:...", alone or before "::" and the type.
void say_unique_name(Side from, std::string_view name, FactSink& out) {
  constexpr std::string_view kPrefix = "uuid:";
  if (!same_letters(name.substr(0, kPrefix.size()), kPrefix)) return;
  out.say(from, "device.uid"_claim, name.substr(0, name.find("::")));
}

void say_type(Side from, std::string_view type, FactSink& out) {
  constexpr std::string_view kNamed = "urn:";
  if (same_letters(type.substr(0, kNamed.size()), kNamed)) out.say(from, "ssdp.type"_claim, type);
}

// A search names the type sought (ST), which says nothing of the searcher.
void say_header(Side from, bool search, std::string_view name, std::string_view value,
                FactSink& out) {
  if (same_letters(name, "USER-AGENT")) return out.say(from, "http.user_agent"_claim, value);
  if (search) return;
  if (same_letters(name, "SERVER")) return out.say(from, "device.description"_claim, value);
  if (same_letters(name, "USN")) return say_unique_name(from, trimmed(value), out);
  if (same_letters(name, "NT") || same_letters(name, "ST"))
    return say_type(from, trimmed(value), out);
}

class SsdpParser final : public Parser {
 public:
  bool message(Side from, Cursor in, FactSink& out) override {
    const std::string_view start = take_line(in);
    const bool search = start.starts_with(kSearch);
    if (!search && !start.starts_with(kNotify) && !start.starts_with(kAnswer)) return false;
    for (std::size_t i = 0; i < kMostHeaders && !in.done(); ++i) {
      const std::string_view line = take_line(in);
      if (line.empty()) return true;
      const std::size_t colon = line.find(':');
      if (colon == std::string_view::npos) return false;
      say_header(from, search, trimmed(line.substr(0, colon)), line.substr(colon + 1), out);
    }
    return in.done();
  }
};

// An answer may go to and from any port; its USN or ST tells it from other
// uses of HTTP over UDP.
Recognition recognise(const Opening& opening) {
  const std::string_view text = as_text(opening.bytes);
  if (text.starts_with(kNotify) || text.starts_with(kSearch)) return Recognition::yes;
  if (!text.starts_with(kAnswer)) return Recognition::no;
  if (opening.from != Side::server) return Recognition::no;
  if (opening.expected_port) return Recognition::yes;
  for (Cursor in(opening.bytes); !in.done();) {
    const std::string_view line = take_line(in);
    const std::string_view name = line.substr(0, line.find(':'));
    if (same_letters(name, "USN") || same_letters(name, "ST")) return Recognition::yes;
  }
  return Recognition::no;
}

constexpr std::uint16_t kPorts[] = {1900};

}  // namespace

extern constinit const Protocol kSsdp{
    .name = "ssdp",
    .transport = Transport::udp,
    .ports = kPorts,
    .recognise = recognise,
    .make = []() -> std::unique_ptr<Parser> { return std::make_unique<SsdpParser>(); },
    .begins = FirstBytes::of({'N', 'M', 'H'}),
};

}  // namespace asepsis
