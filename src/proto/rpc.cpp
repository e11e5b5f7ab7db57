// ONC RPC: which of a host's programs others call (port mapper, mount, NFS ...)
// and how the callers prove who they are. RFC 5531, sections 9 (messages), 11
// (records over TCP), 8.2 and appendix A (AUTH_SYS: the machine says its own
// name, and is believed); RFC 1813, appendix I (mount). Numbers of users are not
// read, and of a directory only the parts that every system has.

#include <array>
#include <utility>

#include "proto/parser.hpp"

namespace asepsis {
namespace {

constexpr std::size_t kMostOpaque = 400;  // of credentials, 8.2
constexpr std::uint32_t kMostRecord = 0x200000;
constexpr std::size_t kMostHeld = 1024;  // of a record: the rest is files
constexpr int kMostCalls = 64;           // of a connection: what comes later says the same

constexpr std::uint32_t kMostVersion = 255;  // scanners ask for what no program has
constexpr std::uint32_t kMount = 100005;

struct Program {
  std::uint32_t number;
  std::string_view name;
};

// IANA, "RPC Program Numbers"; 395183: VXI-11, for instruments.
constexpr Program kPrograms[] = {
    {100000, "portmap"},  {100001, "rstat"},  {100002, "rusers"},     {100003, "nfs"},
    {100004, "ypserv"},   {kMount, "mount"},  {100007, "ypbind"},     {100008, "wall"},
    {100009, "yppasswd"}, {100011, "rquota"}, {100012, "spray"},      {100021, "nlockmgr"},
    {100024, "status"},   {100068, "cmsd"},   {100083, "ttdbserver"}, {100227, "nfs_acl"},
    {100232, "sadmind"},  {150001, "pcnfsd"}, {395183, "vxi11"},      {395184, "vxi11-async"},
};

std::string_view flavour_name(std::uint32_t flavour) {
  switch (flavour) {
    case 0: return "none";
    case 1: return "sys";
    case 2: return "short";
    case 3: return "des";
    case 6: return "gss";
    case 7: return "tls";
    default: return {};
  }
}

// XDR (RFC 4506, 4.10): a length, the bytes, padding to four.
Bytes take_opaque(Cursor& in, std::size_t most) {
  const std::size_t size = in.be32();
  if (size > most) in.skip(in.rest().size() + 1);
  const Bytes bytes = in.take(size);
  in.skip(std::min((4 - size % 4) % 4, in.rest().size()));
  return bytes;
}

// A call up to the arguments of its procedure, which are left in `in`.
struct Call {
  std::uint32_t program, version, procedure, flavour;
  Bytes credentials;
  bool valid;

  explicit Call(Cursor& in) {
    in.skip(4);
    const bool call = in.be32() == 0 && in.be32() == 2;
    program = in.be32();
    version = in.be32();
    procedure = in.be32();
    flavour = in.be32();
    credentials = take_opaque(in, kMostOpaque);
    const std::uint32_t verifier = in.be32();
    take_opaque(in, kMostOpaque);
    valid = in.ok() && call && program != 0 && version <= kMostVersion &&
            !flavour_name(flavour).empty() && !flavour_name(verifier).empty();
  }
};

// "/home/somebody/scans" becomes "/home/+/+".
ShortText<200> path_shape(std::string_view path) {
  constexpr std::string_view kKnown[] = {
      "home", "export", "exports", "nfs",     "srv",  "data",    "mnt",    "media",   "vol",
      "var",  "opt",    "usr",     "share",   "pub",  "public",  "shared", "images",  "backup",
      "tmp",  "etc",    "dicom",   "archive", "pacs", "storage", "boot",   "tftpboot"};
  constexpr std::size_t kDeepest = 8;
  ShortText<200> shape;
  for (std::size_t depth = 0; !path.empty() && depth < kDeepest; ++depth) {
    path.remove_prefix(path.starts_with('/') ? 1 : 0);
    const std::string_view part = path.substr(0, path.find('/'));
    path.remove_prefix(part.size());
    const bool known = part.empty() || std::ranges::find(kKnown, part) != std::end(kKnown);
    shape.add('/').add(known ? part : "+");
  }
  return shape;
}

void say_program(const Call& call, FactSink& out) {
  const auto* known = std::ranges::find(kPrograms, call.program, &Program::number);
  ShortText<> text;
  if (known != std::end(kPrograms)) {
    out.on_application(known->name, Security::clear);
    text.add(known->name);
  } else {
    text.number(call.program);
  }
  out.say(Side::server, "rpc.program"_claim, text.add(' ').number(call.version));
}

bool read_call(Cursor in, FactSink& out) {
  constexpr std::uint32_t kSys = 1;
  constexpr std::size_t kMostName = 255;
  const Call call(in);
  if (!call.valid) return false;
  say_program(call, out);
  out.say(Side::server, "rpc.authentication"_claim, flavour_name(call.flavour));
  if (call.flavour == kSys) {
    Cursor credentials(call.credentials);
    credentials.skip(4);
    const std::string_view name = as_text(take_opaque(credentials, kMostName));
    if (name != "localhost") out.say(Side::client, "name.host"_claim, name);
  }
  if (call.program != kMount || call.procedure != 1) return true;
  constexpr std::size_t kMostPath = 1024;
  out.say(Side::server, "nfs.export"_claim, path_shape(as_text(take_opaque(in, kMostPath))));
  return in.ok();
}

// RFC 5531, section 9: a reply may deny the call, for its credentials.
bool read_reply(Cursor in, FactSink& out) {
  constexpr std::uint32_t kDenied = 1;
  constexpr std::uint32_t kCredentials = 1;
  in.skip(4);
  const std::uint32_t type = in.be32();
  const std::uint32_t state = in.be32();
  const std::uint32_t detail = in.be32();
  if (!in.ok() || type != 1 || state > kDenied) return false;
  if (state == kDenied && detail == kCredentials)
    out.on_fact({Side::server, "rpc.authentication"_claim, "credentials", {}, true});
  return true;
}

bool read(Side from, Cursor in, FactSink& out) {
  return from == Side::client ? read_call(in, out) : read_reply(in, out);
}

class RpcDatagramParser final : public Parser {
 public:
  bool message(Side from, Cursor in, FactSink& out) override { return read(from, in, out); }
};

class RpcStreamParser final : public Parser {
 public:
  Frame frame(Side from, Bytes bytes) override {
    std::uint64_t& rest = rest_[static_cast<std::size_t>(from)];
    if (calls_ > kMostCalls) return Frame::done();
    if (rest > 0) return Frame::skip(std::exchange(rest, 0));
    Cursor in(bytes);
    const std::uint32_t mark = in.be32();
    if (!in.ok()) return Frame::unknown();
    const std::uint32_t size = mark & 0x7fffffff;
    if (size == 0 || size > kMostRecord) return Frame::foreign();
    // A record in pieces is long: a file.
    bool& in_pieces = in_pieces_[static_cast<std::size_t>(from)];
    const bool last = (mark >> 31) != 0;
    if (std::exchange(in_pieces, !last) || !last) return Frame::skip(std::uint64_t{4} + size);
    return Frame::message(4 + std::min<std::size_t>(size, kMostHeld));
  }

  bool message(Side from, Cursor in, FactSink& out) override {
    const std::size_t size = in.be32() & 0x7fffffff;
    rest_[static_cast<std::size_t>(from)] = size - std::min(size, in.rest().size());
    if (from == Side::client) ++calls_;
    return read(from, in, out);
  }

 private:
  std::array<std::uint64_t, 2> rest_{};  // of a record whose beginning was read
  std::array<bool, 2> in_pieces_{};
  int calls_ = 0;
};

// Calls are told by their content. An answer says so little that it counts
// only from the ports that never change.
Recognition recognise_datagram(const Opening& opening) {
  Cursor in(opening.bytes);
  if (opening.from == Side::client) return Call(in).valid ? Recognition::yes : Recognition::no;
  in.skip(4);
  const bool reply = in.be32() == 1 && in.be32() <= 1 && in.be32() <= 7;
  return opening.expected_port && in.ok() && reply ? Recognition::yes : Recognition::no;
}

Recognition recognise_stream(const Opening& opening) {
  constexpr std::size_t kLeast = 44;  // a call without arguments or credentials
  if (opening.from == Side::server) return Recognition::no;
  Cursor in(opening.bytes);
  const std::uint8_t first = in.u8();
  if (first != 0x80) return Recognition::no;
  in = Cursor(opening.bytes);
  const std::uint32_t size = in.be32() & 0x7fffffff;
  Cursor start = in;
  start.skip(4);
  const std::uint64_t type_and_version = start.be64();
  if (!start.ok()) return Recognition::more;
  if (size < kLeast - 4 || size > kMostRecord || type_and_version != 2) return Recognition::no;
  if (Call(in).valid) return Recognition::yes;
  return opening.bytes.size() < kLeast + 2 * kMostOpaque && opening.bytes.size() < 4 + size
             ? Recognition::more
             : Recognition::no;
}

constexpr std::uint16_t kPorts[] = {111, 2049};

}  // namespace

extern constinit const Protocol kRpcDatagrams{
    .name = "rpc",
    .transport = Transport::udp,
    .ports = kPorts,
    .recognise = recognise_datagram,
    .make = []() -> std::unique_ptr<Parser> { return std::make_unique<RpcDatagramParser>(); },
};

extern constinit const Protocol kRpcStream{
    .name = "rpc",
    .transport = Transport::tcp,
    .ports = kPorts,
    .recognise = recognise_stream,
    .make = []() -> std::unique_ptr<Parser> { return std::make_unique<RpcStreamParser>(); },
};

}  // namespace asepsis
