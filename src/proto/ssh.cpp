// SSH before it turns encrypted: identification strings (RFC 4253, 4.2), the
// lists of KEXINIT (7.1) and the host key in the answer to the key exchange
// (8; elliptic curves RFC 5656, 4; group exchange RFC 4419, 3; RSA RFC 4432, 4).

#include <algorithm>
#include <array>
#include <string_view>

#include "proto/digest.hpp"
#include "proto/parser.hpp"

namespace asepsis {
namespace {

namespace packet {
constexpr std::uint8_t kKexInit = 20;
constexpr std::uint8_t kNewKeys = 21;
constexpr std::uint8_t kRsaPublicKey = 30;
constexpr std::uint8_t kKexReply = 31;  // also the group of a group exchange
constexpr std::uint8_t kGroupExchangeReply = 33;
constexpr std::size_t kLengthSize = 4;
constexpr std::size_t kMaxLength = 35000;  // RFC 4253, 6.1
}  // namespace packet

constexpr std::string_view kIdentification = "SSH-";
constexpr std::size_t kMaxLine = 1024;       // the standard allows 255
constexpr std::size_t kMaxGreeting = 16384;  // lines before a server's identification
constexpr std::size_t kMaxListed = 40;       // names of one list that become facts

class SshParser final : public Parser {
 public:
  Frame frame(Side from, Bytes bytes) override;
  bool message(Side from, Cursor in, FactSink& out) override;
  // Packets have no mark to find them by.
  std::optional<std::size_t> resume(Side from, Bytes) override {
    half(from).ended = true;
    return 0;
  }

 private:
  struct Half {
    bool identified = false;
    bool ended = false;
    std::uint16_t greeting = 0;
  };

  Half& half(Side side) { return halves_[static_cast<std::size_t>(side)]; }
  Frame line_frame(Side from, Bytes bytes);
  bool identification(Side from, std::string_view line, FactSink& out);

  std::array<Half, 2> halves_;
};

Frame SshParser::line_frame(Side from, Bytes bytes) {
  const Bytes head = bytes.first(std::min(bytes.size(), kMaxLine));
  const auto end = std::ranges::find(head, '\n');
  if (end == head.end()) return head.size() < kMaxLine ? Frame::unknown() : Frame::foreign();
  const auto size = static_cast<std::size_t>(end - head.begin()) + 1;
  if (as_text(head).starts_with(kIdentification)) return Frame::message(size);
  // A server may greet before it identifies itself.
  half(from).greeting = static_cast<std::uint16_t>(half(from).greeting + size);
  if (from == Side::client || half(from).greeting > kMaxGreeting) return Frame::foreign();
  return Frame::skip(size);
}

Frame SshParser::frame(Side from, Bytes bytes) {
  Half& side = half(from);
  if (side.ended) return Frame::done();
  if (!side.identified) return line_frame(from, bytes);
  Cursor in(bytes);
  const std::size_t length = in.be32();
  if (in.ok() && (length < 2 || length > packet::kMaxLength)) {
    side.ended = true;
    return Frame::done();
  }
  in.skip(1);
  const std::uint8_t type = in.u8();
  if (!in.ok()) return Frame::unknown();
  const bool wanted =
      type == packet::kKexInit || type == packet::kNewKeys ||
      (from == Side::server && (type == packet::kRsaPublicKey || type == packet::kKexReply ||
                                type == packet::kGroupExchangeReply));
  const std::size_t size = packet::kLengthSize + length;
  return wanted ? Frame::message(size) : Frame::skip(size);
}

bool SshParser::identification(Side from, std::string_view line, FactSink& out) {
  Half& side = half(from);
  side.identified = true;
  line = trimmed(line).substr(0, 255);
  if (from == Side::server) {
    out.say(from, "ssh.banner"_claim, line);
  } else {
    out.say(from, "ssh.client"_claim, line);
  }
  // Version 1 has other packets (RFC 4253, 5.1); 1.99 speaks both.
  const bool version1 = line.starts_with("SSH-1.");
  if (version1 && from == Side::server) out.say(from, "ssh.weakness"_claim, "version 1");
  side.ended = !line.starts_with("SSH-2.0-") && !line.starts_with("SSH-1.99-");
  return true;
}

// RFC 4253, 7.1. Views of the message.
struct KexInit {
  std::array<std::string_view, 8> lists;

  std::string_view key_exchange() const { return lists[0]; }
  std::string_view host_keys() const { return lists[1]; }
  // Of the direction in which `from` sends.
  std::string_view encryption(Side from) const { return lists[from == Side::client ? 2 : 3]; }
  std::string_view mac(Side from) const { return lists[from == Side::client ? 4 : 5]; }
  std::string_view compression(Side from) const { return lists[from == Side::client ? 6 : 7]; }
};

// Algorithms that should not be offered any more: RFC 8758 (RC4), RFC 9142
// (SHA-1, groups below 2048 bits), RFC 8332 (ssh-rsa signs with SHA-1), and
// what has 64-bit blocks, no CBC mode that resists (CVE-2008-5161), short tags.
bool is_weak(Claim claim, std::string_view name) {
  constexpr std::string_view kKeyExchange[] = {"diffie-hellman-group1-sha1",
                                               "diffie-hellman-group14-sha1",
                                               "diffie-hellman-group-exchange-sha1",
                                               "rsa1024-sha1",
                                               "gss-group1-sha1-",
                                               "gss-gex-sha1-"};
  constexpr std::string_view kKeys[] = {"ssh-rsa", "ssh-dss"};
  constexpr std::string_view kCiphers[] = {"none",      "arcfour",  "des-",  "3des-",
                                           "blowfish-", "cast128-", "idea-", "rijndael-cbc"};
  constexpr std::string_view kMacs[] = {"none", "hmac-md5", "hmac-sha1-96", "umac-64"};
  const auto begins = [name](std::string_view start) { return name.starts_with(start); };
  if (claim == "ssh.key_exchange"_claim) return std::ranges::any_of(kKeyExchange, begins);
  if (claim == "ssh.mac"_claim) return std::ranges::any_of(kMacs, begins);
  if (claim == "ssh.encryption"_claim)
    return std::ranges::any_of(kCiphers, begins) || name.ends_with("-cbc");
  return std::ranges::find(kKeys, name) != std::end(kKeys);
}

void say_each(std::string_view list, Side about, Claim claim, std::string_view what,
              FactSink& out) {
  for (std::size_t count = 0; !list.empty() && count < kMaxListed; ++count) {
    const std::string_view name = list.substr(0, list.find(','));
    out.say(about, claim, name.substr(0, 128));
    if (is_weak(claim, name))
      out.say(about, "ssh.weakness"_claim, ShortText<>().add(what).add(' ').add(name));
    list.remove_prefix(std::min(name.size() + 1, list.size()));
  }
}

bool key_exchange_lists(Side from, Cursor in, FactSink& out) {
  KexInit init;
  in.skip(16);  // cookie
  for (std::string_view& list : init.lists) list = as_text(in.take(in.be32()));
  if (!in.ok()) return false;

  // HASSH and HASSHServer as published by Salesforce.
  const Md5 hassh = Md5Text()
                        .add(init.key_exchange())
                        .add(';')
                        .add(init.encryption(from))
                        .add(';')
                        .add(init.mac(from))
                        .add(';')
                        .add(init.compression(from))
                        .finish();
  if (from == Side::client) {
    out.say(from, "ssh.hassh"_claim, hex_of(hassh));
    return true;
  }
  out.say(from, "ssh.hassh_server"_claim, hex_of(hassh));
  say_each(init.key_exchange(), from, "ssh.key_exchange"_claim, "key exchange", out);
  say_each(init.host_keys(), from, "ssh.host_key_types"_claim, "host key", out);
  say_each(init.encryption(from), from, "ssh.encryption"_claim, "cipher", out);
  say_each(init.mac(from), from, "ssh.mac"_claim, "mac", out);
  return true;
}

// "SHA256:" and the hash in base64 without padding, as OpenSSH shows it.
ShortText<64> fingerprint_of(Bytes key) {
  constexpr std::string_view kLetters =
      "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789+/";
  const Sha256 hash = sha256_of(key);
  ShortText<64> text;
  text.add("SHA256:");
  std::uint32_t bits = 0;
  unsigned held = 0;
  for (const std::uint8_t byte : hash) {
    bits = bits << 8 | byte;
    for (held += 8; held >= 6; held -= 6) text.add(kLetters[bits >> (held - 6) & 63]);
  }
  if (held > 0) text.add(kLetters[bits << (6 - held) & 63]);
  return text;
}

// The key begins with its type (RFC 4253, 6.6); the group of a group exchange,
// which shares the number 31, begins with a prime.
bool host_key(Cursor in, FactSink& out) {
  const Bytes key = in.take(in.be32());
  if (!in.ok()) return false;
  Cursor inner(key);
  const std::size_t size = inner.be32();
  const std::string_view type = as_text(inner.take(size));
  const bool is_type = inner.ok() && size >= 4 && size <= 128 &&
                       std::ranges::all_of(type, [](char c) { return c > ' ' && c < 0x7f; });
  if (is_type) out.say(Side::server, "ssh.host_key"_claim, fingerprint_of(key));
  return true;
}

bool SshParser::message(Side from, Cursor in, FactSink& out) {
  Half& side = half(from);
  if (!side.identified) return identification(from, as_text(in.rest()), out);
  in.skip(packet::kLengthSize);
  const std::size_t padding = in.u8();
  const std::uint8_t type = in.u8();
  if (!in.ok() || padding > in.rest().size()) return false;
  const Cursor content = in.sub(in.rest().size() - padding);
  switch (type) {
    case packet::kKexInit: return key_exchange_lists(from, content, out);
    case packet::kNewKeys: side.ended = true; return true;
    default: return host_key(content, out);
  }
}

// A server that greets first is recognised where one is expected: in letters, however
// its bytes come.
Recognition recognise(const Opening& opening) {
  const std::string_view text = as_text(opening.bytes);
  const std::string_view head = text.substr(0, kIdentification.size());
  if (head == kIdentification.substr(0, head.size())) {
    if (text.size() < kIdentification.size() + 2) return Recognition::more;
    const bool version = (text[4] == '1' || text[4] == '2') && text[5] == '.';
    return version ? Recognition::yes : Recognition::no;
  }
  if (!opening.expected_port || opening.from != Side::server) return Recognition::no;
  const std::size_t identification = text.find("\nSSH-2.0-");
  const bool printable = std::ranges::all_of(text.substr(0, identification), [](char c) {
    return static_cast<unsigned char>(c) >= ' ' || c == '\r' || c == '\n' || c == '\t';
  });
  if (!printable) return Recognition::no;
  return identification == std::string_view::npos ? Recognition::more : Recognition::yes;
}

constexpr std::uint16_t kPorts[] = {22, 2222};

}  // namespace

extern constinit const Protocol kSsh{
    .name = "ssh",
    .transport = Transport::tcp,
    .ports = kPorts,
    .recognise = recognise,
    .make = []() -> std::unique_ptr<Parser> { return std::make_unique<SshParser>(); },
    .security = Security::ssh,
    .max_message = packet::kLengthSize + packet::kMaxLength,
};

}  // namespace asepsis
