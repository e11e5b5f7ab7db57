// Software that exchanges files with strangers and has no place in a clinical
// network: that it is there. BitTorrent (BEP 3), its hash table (BEP 5) and its
// search on the local network (BEP 14); Dropbox's announcement on the local
// network. Of what is exchanged nothing is read.

#include <array>

#include "base/text.hpp"
#include "proto/parser.hpp"

namespace asepsis {
namespace {

Recognition begins(Bytes bytes, std::string_view start) {
  const std::string_view text = as_text(bytes);
  const std::size_t shown = std::min(text.size(), start.size());
  if (text.substr(0, shown) != start.substr(0, shown)) return Recognition::no;
  return shown == start.size() ? Recognition::yes : Recognition::more;
}

constexpr std::string_view kHandshake =
    "\x13"
    "BitTorrent protocol";
// A question, an answer, and an answer that tells the asker's address first.
constexpr std::array<std::string_view, 3> kHashTable{"d1:ad2:id20:", "d1:rd2:id20:", "d2:ip6:"};
constexpr std::string_view kSearch = "BT-SEARCH * HTTP/1.";

class StreamParser final : public Parser {
 public:
  Frame frame(Side, Bytes) override { return Frame::done(); }
  bool message(Side, Cursor, FactSink&) override { return true; }
};

class DatagramParser final : public Parser {
 public:
  bool message(Side, Cursor, FactSink&) override { return true; }
};

Recognition recognise_stream(const Opening& opening) { return begins(opening.bytes, kHandshake); }

Recognition recognise_hash_table(const Opening& opening) {
  const std::string_view text = as_text(opening.bytes);
  const bool known = std::ranges::any_of(
      kHashTable, [&](std::string_view start) { return text.starts_with(start); });
  return known && text.ends_with('e') ? Recognition::yes : Recognition::no;
}

Recognition recognise_search(const Opening& opening) {
  const bool fits = begins(opening.bytes, kSearch) == Recognition::yes;
  return fits && opening.from == Side::client ? Recognition::yes : Recognition::no;
}

// A JSON object; the number that tells one installation from another is in it.
Recognition recognise_dropbox(const Opening& opening) {
  const std::string_view text = as_text(opening.bytes);
  const bool fits = opening.expected_port && opening.from == Side::client &&
                    text.starts_with("{\"") && text.ends_with('}') &&
                    text.find("\"host_int\": ") != std::string_view::npos;
  return fits ? Recognition::yes : Recognition::no;
}

std::unique_ptr<Parser> make_datagram_parser() { return std::make_unique<DatagramParser>(); }

constexpr std::uint16_t kDropboxPorts[] = {17500};
constexpr std::uint16_t kSearchPorts[] = {6771};

}  // namespace

extern constinit const Protocol kBitTorrent{
    .name = "bittorrent",
    .transport = Transport::tcp,
    .ports = {},
    .recognise = recognise_stream,
    .make = []() -> std::unique_ptr<Parser> { return std::make_unique<StreamParser>(); },
};

extern constinit const Protocol kBitTorrentHashTable{
    .name = "bittorrent-dht",
    .transport = Transport::udp,
    .ports = {},
    .recognise = recognise_hash_table,
    .make = make_datagram_parser,
    .begins = FirstBytes::of({'d'}),
};

extern constinit const Protocol kBitTorrentSearch{
    .name = "bittorrent-lsd",
    .transport = Transport::udp,
    .ports = kSearchPorts,
    .recognise = recognise_search,
    .make = make_datagram_parser,
    .begins = FirstBytes::of({'B'}),
};

extern constinit const Protocol kDropboxLanSync{
    .name = "dropbox-lan-sync",
    .transport = Transport::udp,
    .ports = kDropboxPorts,
    .recognise = recognise_dropbox,
    .make = make_datagram_parser,
    .begins = FirstBytes::of({'{'}),
    .only_on_ports = true,
};

}  // namespace asepsis
