// The message format that DNS, multicast DNS, LLMNR and the NetBIOS name
// service share: RFC 1035, section 4 (RFC 6762, 18; RFC 4795, 2.1; RFC 1002,
// 4.2). Read in place; names are put together on the stack.

#pragma once

#include <cstddef>
#include <cstdint>
#include <optional>

#include "base/address.hpp"
#include "base/text.hpp"
#include "proto/parser.hpp"

namespace asepsis {

namespace dns_type {
constexpr std::uint16_t kA = 1;
constexpr std::uint16_t kCname = 5;
constexpr std::uint16_t kPtr = 12;
constexpr std::uint16_t kHinfo = 13;
constexpr std::uint16_t kTxt = 16;
constexpr std::uint16_t kAaaa = 28;
constexpr std::uint16_t kNetBios = 32;
constexpr std::uint16_t kSrv = 33;
constexpr std::uint16_t kNetBiosStatus = 33;  // within the NetBIOS name service
constexpr std::uint16_t kOpt = 41;
}  // namespace dns_type

// A name as text: its labels, raw, with dots between. The first label is kept
// apart because a label may hold dots itself (RFC 6763, 4.1.1).
struct DnsName {
  ShortText<256> text;
  std::size_t first_label = 0;  // its length

  std::string_view view() const { return text.view(); }
  std::string_view first() const { return view().substr(0, first_label); }
  std::string_view parent() const {
    return view().substr(std::min(view().size(), first_label + 1));
  }
};

struct DnsQuestion {
  DnsName name;
  std::uint16_t type = 0;
  std::uint16_t record_class = 0;
};

enum class DnsSection : std::uint8_t { answer, authority, additional };

struct DnsRecord {
  DnsSection section = DnsSection::answer;
  DnsName name;
  std::uint16_t type = 0;
  std::uint16_t record_class = 0;  // as sent: mDNS keeps a flag in the top bit
  std::uint32_t ttl = 0;
  Bytes data;

  // The address of an A or AAAA record of the right size that a host may have
  // (not unspecified, loopback or multicast).
  std::optional<Ip> address() const;
};

// Reads front to back: the header, then every question, then every record.
// Ends early at the first fault; ok() tells.
class DnsMessage {
 public:
  explicit DnsMessage(Bytes message);

  bool ok() const { return in_.ok() && ok_; }
  bool response() const { return (flags_ & 0x8000) != 0; }
  std::uint8_t opcode() const { return (flags_ >> 11) & 0xf; }
  std::uint8_t response_code() const { return flags_ & 0xf; }
  std::uint16_t questions() const { return counts_[0]; }
  std::uint16_t answers() const { return counts_[1]; }
  std::uint16_t authorities() const { return counts_[2]; }
  std::uint16_t additionals() const { return counts_[3]; }

  std::optional<DnsQuestion> next_question();
  // Steps over the questions that were not asked for.
  std::optional<DnsRecord> next_record();
  // The name that a record's data holds from `offset` on.
  std::optional<DnsName> name_in(const DnsRecord& record, std::size_t offset = 0) const;

 private:
  std::optional<DnsName> read_name(Cursor& in) const;

  Bytes whole_;
  Cursor in_;
  std::uint16_t flags_ = 0;
  std::array<std::uint16_t, 4> counts_{};
  std::array<std::uint16_t, 4> left_{};
  bool ok_ = true;
};

// The address that a name under in-addr.arpa or ip6.arpa stands for
// (RFC 1035, 3.5; RFC 3596, 2.5).
std::optional<Ip> address_in_reverse_name(std::string_view name);

// Whether the counts of the header can be true of `size` bytes, and the
// first question or record, as far as `opening` shows it, is well formed.
Recognition plausible_dns(Bytes opening);

}  // namespace asepsis
