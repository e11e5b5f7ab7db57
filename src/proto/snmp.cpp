// SNMP versions 1, 2c and 3: what an agent says it is, and how its answers are
// guarded. RFC 1157 and RFC 3416 (PDUs), RFC 1901 (communities), RFC 3412,
// section 6 (version 3) and RFC 3414, section 2.4 (user-based security).
// Objects: SNMPv2-MIB (RFC 3418), ENTITY-MIB (RFC 6933), Printer-MIB (RFC 3805),
// UPS-MIB (RFC 1628), BRIDGE-MIB (RFC 4188).
//
// sysContact names a person and is never read. Communities are passwords: only
// those that everybody knows are told.

#include <algorithm>
#include <array>
#include <initializer_list>
#include <limits>

#include "proto/ber.hpp"
#include "proto/credentials.hpp"
#include "proto/parser.hpp"

namespace asepsis {
namespace {

constexpr std::uint8_t kObjectId = 0x06;
constexpr std::size_t kMostVariables = 512;

enum class Pdu : std::uint8_t {
  get = 0xa0,
  get_next = 0xa1,
  response = 0xa2,
  set = 0xa3,
  trap_v1 = 0xa4,
  get_bulk = 0xa5,
  inform = 0xa6,
  trap = 0xa7,
  report = 0xa8,
};

bool is_pdu(std::uint8_t tag) {
  return tag >= static_cast<std::uint8_t>(Pdu::get) &&
         tag <= static_cast<std::uint8_t>(Pdu::report);
}

bool is_trap(Pdu pdu) { return pdu == Pdu::trap_v1 || pdu == Pdu::trap || pdu == Pdu::inform; }

// A constructed item that may have been cut with the capture: what is left of
// it is read. The cursor fails if the tag is another.
class Enclosed {
 public:
  Enclosed(Cursor& outer, std::uint8_t tag) : in_(Bytes{}) {
    const bool right = outer.u8() == tag && outer.ok();
    const std::size_t length = ber::take_length(outer);
    cut_ = !right || !outer.ok() || length > outer.rest().size();
    if (right && outer.ok()) in_ = outer.sub(std::min(length, outer.rest().size()));
  }

  Cursor& in() { return in_; }
  bool cut() const { return cut_; }

 private:
  Cursor in_;
  bool cut_;
};

// What follows 1.3.6.1.2.1 (mib-2) in an object's name; all are single bytes.
struct Branch {
  std::array<std::uint8_t, 8> arcs{};
  std::size_t size = 0;

  constexpr Branch(std::initializer_list<std::uint8_t> its_arcs) : size(its_arcs.size()) {
    std::ranges::copy(its_arcs, arcs.begin());
  }
  Bytes bytes() const { return Bytes(arcs).first(size); }
};

constexpr std::uint8_t kEnterprises[] = {0x2b, 6, 1, 4, 1};
constexpr std::uint8_t kMib2[] = {0x2b, 6, 1, 2, 1};

struct Object {
  Branch name;
  Claim claim;
};

constexpr Object kObjects[] = {
    {{1, 1, 0}, "device.description"_claim},          // sysDescr
    {{1, 5, 0}, "name.host"_claim},                   // sysName
    {{1, 6, 0}, "device.location"_claim},             // sysLocation
    {{43, 5, 1, 1, 17, 1}, "device.serial"_claim},    // prtGeneralSerialNumber
    {{33, 1, 1, 1, 0}, "device.manufacturer"_claim},  // upsIdentManufacturer
    {{33, 1, 1, 2, 0}, "device.model"_claim},         // upsIdentModel
    {{33, 1, 1, 3, 0}, "device.firmware"_claim},      // upsIdentUPSSoftwareVersion
};
constexpr Branch kSystemObjectId = {1, 2, 0};
constexpr Branch kBridgeAddress = {17, 1, 1, 0};
constexpr Branch kEntity = {47, 1, 1, 1, 1};  // then the column and the row

// Columns of entPhysicalTable from 8 on.
constexpr Claim kEntityClaims[] = {
    "device.hardware"_claim, "device.firmware"_claim,     "device.firmware"_claim,
    "device.serial"_claim,   "device.manufacturer"_claim, "device.model"_claim,
};
constexpr std::uint32_t kFirstColumn = 8;
constexpr std::size_t kFirmwareColumn = 1;
constexpr std::size_t kSoftwareColumn = 2;

bool starts_with(Bytes bytes, Bytes beginning) {
  return bytes.size() >= beginning.size() &&
         std::ranges::equal(bytes.first(beginning.size()), beginning);
}

// One arc in base 128 (X.690, 8.19.2). The cursor fails where it is cut off or
// does not fit 32 bits.
std::uint32_t take_arc(Cursor& in) {
  std::uint64_t arc = 0;
  std::uint8_t byte = 0;
  do {
    byte = in.u8();
    arc = arc << 7 | (byte & 0x7fU);
    if (arc > std::numeric_limits<std::uint32_t>::max()) in.skip(in.rest().size() + 1);
  } while (in.ok() && (byte & 0x80) != 0);
  return in.ok() ? static_cast<std::uint32_t>(arc) : 0;
}

// 1.3.6.1.4.1.9.1.1208, of at most that many arcs; empty if it is malformed.
ShortText<> object_id_text(Bytes name, std::size_t most_arcs = 20) {
  Cursor in(name);
  const std::uint32_t first = take_arc(in);
  const std::uint32_t root = std::min(first / 40, 2U);
  ShortText<> text;
  text.number(root).add('.').number(first - root * 40);
  for (std::size_t arcs = 2; arcs < most_arcs && !in.done(); ++arcs)
    text.add('.').number(take_arc(in));
  if (!in.ok()) text.clear();
  return text;
}

std::string_view short_text(Bytes bytes) { return as_text(bytes).substr(0, 200); }

void say_mac(Side from, Bytes bytes, FactSink& out) {
  if (bytes.size() != 6) return;
  const Mac mac = Mac::from(bytes);
  if (!mac.empty() && !mac.group()) out.say(from, "address.other_mac"_claim, to_text(mac));
}

// The variables of one answer. Rows of the entity table wait for its end.
class Variables {
 public:
  Variables(Side from, FactSink& out) : from_(from), out_(out) {}

  bool read(Cursor& pdu) {
    Enclosed list(pdu, ber::kSequence);
    for (std::size_t i = 0; i < kMostVariables && !list.in().done(); ++i) {
      Cursor variable = ber::take(list.in()).in();
      const ber::Item name = ber::take(variable);
      const ber::Item value = ber::take(variable);
      if (name.tag != kObjectId) return false;
      if (starts_with(name.content, kMib2))
        read_object(name.content.subspan(std::size(kMib2)), value);
    }
    return !list.cut();
  }

  void finish() {
    if (!entity_[kSoftwareColumn].empty()) entity_[kFirmwareColumn] = {};
    for (std::size_t i = 0; i < entity_.size(); ++i) out_.say(from_, kEntityClaims[i], entity_[i]);
  }

 private:
  void read_object(Bytes name, const ber::Item& value) {
    if (value.tag == kObjectId && std::ranges::equal(name, kSystemObjectId.bytes()))
      out_.say(from_, "snmp.object_id"_claim, object_id_text(value.content));
    if (value.tag != ber::kOctets) return;
    for (const Object& object : kObjects)
      if (std::ranges::equal(name, object.name.bytes()))
        return out_.say(from_, object.claim, short_text(value.content));
    if (std::ranges::equal(name, kBridgeAddress.bytes()))
      return say_mac(from_, value.content, out_);
    if (starts_with(name, kEntity.bytes())) read_entity(name.subspan(kEntity.size), value.content);
  }

  // Every module and transceiver has a row. A walk brings them in many answers,
  // so the chassis must be known by its number: 1, and 1001 for the first
  // member where 1 is a stack; the lowest that an answer has.
  void read_entity(Bytes index, Bytes value) {
    constexpr std::uint32_t kFirstRow = 1;
    constexpr std::uint32_t kFirstMember = 1001;
    Cursor in(index);
    const std::uint32_t column = take_arc(in) - kFirstColumn;
    const std::uint32_t row = take_arc(in);
    if (!in.ok() || !in.done() || column >= entity_.size()) return;
    if (row != kFirstRow && row != kFirstMember) return;
    const std::string_view text = trimmed(short_text(value));
    if (!text.empty() && (row == kFirstRow || entity_[column].empty())) entity_[column] = text;
  }

  Side from_;
  FactSink& out_;
  std::array<std::string_view, std::size(kEntityClaims)> entity_;
};

// RFC 1157, 4.1.6. The kinds below "enterprise specific" come from the agent
// itself, and the enterprise is its sysObjectID.
bool read_trap_head(Side from, Cursor& in, FactSink& out) {
  constexpr std::int32_t kEnterpriseSpecific = 6;
  const ber::Item enterprise = ber::take(in);
  ber::take(in);  // the agent's address
  const std::int32_t generic = ber::integer(ber::take(in));
  ber::take(in);  // the specific kind
  ber::take(in);  // the time
  if (!in.ok() || enterprise.tag != kObjectId) return false;
  if (generic >= 0 && generic < kEnterpriseSpecific &&
      starts_with(enterprise.content, kEnterprises))
    out.say(from, "snmp.object_id"_claim, object_id_text(enterprise.content));
  return true;
}

// The branch alone (1.3.6.1.2.1.1, 1.3.6.1.4.1.9): what was set may be secret.
bool read_set(Side from, Cursor& in, FactSink& out) {
  constexpr std::size_t kBranchArcs = 7;
  Enclosed list(in, ber::kSequence);
  Cursor variable = ber::take(list.in()).in();
  const ber::Item name = ber::take(variable);
  if (name.tag != kObjectId) return false;
  out.say(other(from), "snmp.writes"_claim, object_id_text(name.content, kBranchArcs));
  return !list.cut();
}

bool read_pdu(Side from, Cursor& outer, Pdu pdu, FactSink& out) {
  Enclosed whole(outer, static_cast<std::uint8_t>(pdu));
  Cursor& in = whole.in();
  bool failed = false;
  if (pdu == Pdu::trap_v1) {
    if (!read_trap_head(from, in, out)) return false;
  } else {
    ber::take(in);  // request id
    failed = ber::integer(ber::take(in)) != 0;
    ber::take(in);  // error index
    if (!in.ok()) return false;
  }
  if (pdu == Pdu::set) return read_set(from, in, out) && !whole.cut();
  if (pdu != Pdu::response && !is_trap(pdu)) return !whole.cut();
  if (failed) return !whole.cut();  // the variables are the question's
  Variables variables(from, out);
  const bool good = variables.read(in);
  variables.finish();
  return good && !whole.cut();
}

// A question proves nothing but that the community crossed in clear; an agent
// that does not accept it stays silent (RFC 1157, 4.1).
void say_community(Side from, Pdu pdu, std::string_view community, FactSink& out) {
  const std::string_view known = well_known_community(community);
  const Side agent = pdu == Pdu::response ? from : other(from);
  out.say(agent, "clear.credentials"_claim, "snmp community");
  out.say(agent, "snmp.community"_claim, known.empty() ? "not a well-known one" : known);
  if (!known.empty() && pdu == Pdu::response)
    out.say(agent, "credentials.default"_claim, ShortText<>().add("snmp community ").add(known));
}

bool answers(Pdu pdu) { return pdu == Pdu::response || pdu == Pdu::report || is_trap(pdu); }

bool read_community_message(Side from, std::string_view version, Cursor& in, FactSink& out) {
  const ber::Item community = ber::take(in);
  if (community.tag != ber::kOctets || in.done() || !is_pdu(in.rest().front())) return false;
  const auto pdu = static_cast<Pdu>(in.rest().front());
  if (answers(pdu)) out.say(from, "snmp.version"_claim, version);
  say_community(from, pdu, as_text(community.content), out);
  return read_pdu(from, in, pdu, out);
}

// RFC 3411, SnmpEngineID: an enterprise with the top bit set, then the format
// of the rest; 3 is a MAC.
void say_engine(Side agent, Bytes engine, FactSink& out) {
  constexpr std::uint8_t kMacFormat = 3;
  if (engine.size() < 5 || engine.size() > 32) return;
  out.say(agent, "snmp.engine_id"_claim, ShortText<>().hex(engine));
  if ((engine[0] & 0x80) != 0 && engine[4] == kMacFormat) say_mac(agent, engine.subspan(5), out);
}

// Whether this is the discovery of an engine, which is never secured (RFC 3414,
// 4), or a report, which tells that something else was not (RFC 3412, 7.6).
bool discovers(Bytes engine, Bytes user, Cursor scoped_pdu) {
  Cursor scoped = ber::enter(scoped_pdu, ber::kSequence);
  ber::take(scoped);
  ber::take(scoped);
  const bool report =
      !scoped.done() && scoped.rest().front() == static_cast<std::uint8_t>(Pdu::report);
  return engine.empty() || user.empty() || report;
}

void say_security(Side agent, std::uint8_t flags, FactSink& out) {
  constexpr std::uint8_t kAuthenticated = 1;
  constexpr std::uint8_t kPrivate = 2;
  out.say(agent, "snmp.security"_claim,
          (flags & kPrivate) != 0         ? "authPriv"
          : (flags & kAuthenticated) != 0 ? "authNoPriv"
                                          : "noAuthNoPriv");
}

bool read_scoped_pdu(Side from, Cursor& in, FactSink& out) {
  Enclosed scoped(in, ber::kSequence);
  ber::take(scoped.in());  // context engine
  ber::take(scoped.in());  // context name
  if (scoped.in().done() || !is_pdu(scoped.in().rest().front())) return false;
  const auto pdu = static_cast<Pdu>(scoped.in().rest().front());
  return read_pdu(from, scoped.in(), pdu, out) && !scoped.cut();
}

// RFC 3412, 6. Who is reportable asks the engine named (RFC 3414, 3.1); what
// is not is an answer or a trap of that engine itself.
bool read_version_3(Side from, Cursor& in, FactSink& out) {
  constexpr std::uint8_t kEncrypted = 2;
  constexpr std::uint8_t kReportable = 4;
  constexpr std::int32_t kUserBased = 3;
  Cursor header = ber::enter(in, ber::kSequence);
  ber::take(in);
  ber::take(header);  // message id
  ber::take(header);  // largest message
  const ber::Item flags = ber::take(header);
  const std::int32_t model = ber::integer(ber::take(header));
  const ber::Item parameters = ber::take(in);
  if (!header.ok() || flags.content.size() != 1 || parameters.tag != ber::kOctets) return false;
  const std::uint8_t flag = flags.content.front();
  const Side agent = (flag & kReportable) != 0 ? other(from) : from;
  if (agent == from) out.say(agent, "snmp.version"_claim, "v3");
  if (model == kUserBased) {
    Cursor user = ber::enter(parameters.in(), ber::kSequence);
    const ber::Item engine = ber::take(user);
    ber::take(user);  // boots
    ber::take(user);  // time
    const ber::Item name = ber::take(user);
    if (!user.ok()) return false;
    say_engine(agent, engine.content, out);
    if (!discovers(engine.content, name.content, in)) say_security(agent, flag, out);
  }
  if ((flag & kEncrypted) != 0) return ber::take(in).tag == ber::kOctets;
  return read_scoped_pdu(from, in, out);
}

class SnmpParser final : public Parser {
 public:
  bool message(Side from, Cursor in, FactSink& out) override {
    Enclosed whole(in, ber::kSequence);
    const ber::Item version = ber::take(whole.in());
    if (version.tag != ber::kInteger) return false;
    switch (ber::integer(version)) {
      case 0: return read_community_message(from, "v1", whole.in(), out) && !whole.cut();
      case 1: return read_community_message(from, "v2c", whole.in(), out) && !whole.cut();
      case 3: return read_version_3(from, whole.in(), out) && !whole.cut();
      default: return false;
    }
  }
};

// A version, and what must follow it.
Recognition recognise(const Opening& opening) {
  Cursor in(opening.bytes);
  Enclosed whole(in, ber::kSequence);
  const ber::Item version = ber::take(whole.in());
  if (version.tag != ber::kInteger || version.content.size() != 1) return Recognition::no;
  const std::int32_t number = ber::integer(version);
  const std::uint8_t tag = ber::take(whole.in()).tag;
  if (number == 3) {
    const bool parameters = ber::take(whole.in()).tag == ber::kOctets;
    return tag == ber::kSequence && parameters ? Recognition::yes : Recognition::no;
  }
  if ((number != 0 && number != 1) || tag != ber::kOctets) return Recognition::no;
  return !whole.in().done() && is_pdu(whole.in().rest().front()) ? Recognition::yes
                                                                 : Recognition::no;
}

constexpr std::uint16_t kPorts[] = {161, 162};

}  // namespace

extern constinit const Protocol kSnmp{
    .name = "snmp",
    .transport = Transport::udp,
    .ports = kPorts,
    .recognise = recognise,
    .make = []() -> std::unique_ptr<Parser> { return std::make_unique<SnmpParser>(); },
    .begins = FirstBytes::of({ber::kSequence}),
};

}  // namespace asepsis
