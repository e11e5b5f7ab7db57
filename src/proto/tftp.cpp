// The trivial file transfer protocol: that a host reads or writes files without
// saying who it is. Of the file only the ending of its name is told. The answer
// comes from a port of its own. RFC 1350, section 5; options: RFC 2347.

#include "proto/lines.hpp"
#include "proto/parser.hpp"

namespace asepsis {
namespace {

enum class Operation : std::uint16_t { read = 1, write = 2, data = 3, error = 5, options = 6 };

struct Request {
  Operation operation;
  std::string_view file;
};

// Two texts that end with a zero: the file and the mode. Options may follow
// (RFC 2347).
std::optional<Request> read_request(Cursor in) {
  const auto operation = Operation{in.be16()};
  const std::string_view file = as_text(in.take_until(0));
  const std::string_view mode = as_text(in.take_until(0));
  if (!in.ok() || file.empty()) return std::nullopt;
  if (operation != Operation::read && operation != Operation::write) return std::nullopt;
  const bool known =
      same_letters(mode, "octet") || same_letters(mode, "netascii") || same_letters(mode, "mail");
  return known ? std::optional(Request{operation, file}) : std::nullopt;
}

// ".cfg" of a name; numbers are not an ending but part of a name.
std::string_view ending_of(std::string_view file) {
  constexpr std::size_t kMost = 6;
  const std::size_t dot = file.rfind('.');
  if (dot == std::string_view::npos) return {};
  const std::string_view ending = file.substr(dot);
  const auto letter = [](char c) { return lower(c) >= 'a' && lower(c) <= 'z'; };
  const bool plain = std::ranges::all_of(
      ending.substr(1), [&](char c) { return letter(c) || (c >= '0' && c <= '9'); });
  return plain && ending.size() > 1 && ending.size() <= kMost && letter(ending[1])
             ? ending
             : std::string_view{};
}

class TftpParser final : public Parser {
 public:
  bool message(Side from, Cursor in, FactSink& out) override {
    const auto operation = Operation{Cursor(in).be16()};
    const bool asks = operation == Operation::read || operation == Operation::write;
    if (!asks) return in.rest().size() >= 4;
    const auto request = read_request(in);
    if (!request) return false;
    out.on_related_flow("tftp", from, 0);  // the answer comes to where this was sent from
    ShortText<> text;
    text.add(operation == Operation::read ? "read" : "write");
    const std::string_view ending = ending_of(request->file);
    if (!ending.empty()) text.add(' ').add(ending);
    out.say(from, "tftp.file"_claim, text);
    return true;
  }
};

bool is_option(std::string_view name) {
  constexpr std::string_view kOptions[] = {"blksize", "tsize", "timeout", "windowsize"};
  return std::ranges::any_of(kOptions, [&](auto known) { return same_letters(name, known); });
}

// What an answer begins with: a first block of full size, options granted, or
// an error in words.
bool is_answer(Cursor in) {
  constexpr std::size_t kBlock = 512;
  constexpr std::uint16_t kLastError = 8;
  const auto operation = Operation{in.be16()};
  if (operation == Operation::options) return is_option(as_text(in.take_until(0))) && in.ok();
  const std::uint16_t number = in.be16();
  if (operation == Operation::data) return number == 1 && in.rest().size() == kBlock;
  if (operation != Operation::error || number > kLastError) return false;
  const Bytes text = in.take_until(0);
  return in.done() && in.ok() && text.size() >= 4 && readable(text);
}

Recognition recognise(const Opening& opening) {
  if (opening.from == Side::server && is_answer(Cursor(opening.bytes))) return Recognition::yes;
  const bool asks = opening.expected_port && opening.from == Side::client;
  return asks && read_request(Cursor(opening.bytes)) ? Recognition::yes : Recognition::no;
}

constexpr std::uint16_t kPorts[] = {69};

}  // namespace

extern constinit const Protocol kTftp{
    .name = "tftp",
    .transport = Transport::udp,
    .ports = kPorts,
    .recognise = recognise,
    .make = []() -> std::unique_ptr<Parser> { return std::make_unique<TftpParser>(); },
};

}  // namespace asepsis
