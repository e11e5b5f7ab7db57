#include "proto/dns_message.hpp"

#include <charconv>

namespace asepsis {
namespace {

constexpr std::size_t kHeaderSize = 12;
constexpr std::size_t kLongestName = 255;  // RFC 1035, 2.3.4
constexpr std::size_t kMostJumps = 16;
constexpr std::size_t kSmallestQuestion = 5;
constexpr std::size_t kSmallestRecord = 11;

// The part of `name` after its last dot, which is taken off.
std::string_view take_last_label(std::string_view& name) {
  const std::size_t dot = name.rfind('.');
  const std::string_view label = dot == std::string_view::npos ? name : name.substr(dot + 1);
  name = dot == std::string_view::npos ? std::string_view() : name.substr(0, dot);
  return label;
}

bool take_suffix(std::string_view& name, std::string_view suffix) {
  if (name.size() < suffix.size()) return false;
  if (!same_letters(name.substr(name.size() - suffix.size()), suffix)) return false;
  name.remove_suffix(suffix.size());
  return true;
}

template <std::size_t kParts>
std::optional<std::array<std::uint8_t, kParts>> numbers(std::string_view name, int base) {
  std::array<std::uint8_t, kParts> parts{};
  for (std::uint8_t& part : parts) {
    const std::string_view label = take_last_label(name);
    const auto [end, fault] =
        std::from_chars(label.data(), label.data() + label.size(), part, base);
    if (fault != std::errc() || end != label.data() + label.size()) return std::nullopt;
  }
  if (!name.empty()) return std::nullopt;
  return parts;
}

}  // namespace

std::optional<Ip> DnsRecord::address() const {
  Ip ip;
  if (type == dns_type::kA && data.size() == 4) {
    ip = Ip::v4(data);
  } else if (type == dns_type::kAaaa && data.size() == 16) {
    ip = Ip::v6(data);
  } else {
    return std::nullopt;
  }
  if (ip.unspecified() || ip.loopback() || ip.multicast()) return std::nullopt;
  return ip;
}

DnsMessage::DnsMessage(Bytes message) : whole_(message), in_(message) {
  in_.skip(2);
  flags_ = in_.be16();
  for (std::uint16_t& count : counts_) count = in_.be16();
  left_ = counts_;
  const std::size_t records = std::size_t{counts_[1]} + counts_[2] + counts_[3];
  if (in_.rest().size() < counts_[0] * kSmallestQuestion + records * kSmallestRecord) ok_ = false;
}

// A pointer must point before the labels it ends, so it cannot loop; jumps
// are counted so that a chain of them cannot make a message expensive.
std::optional<DnsName> DnsMessage::read_name(Cursor& in) const {
  DnsName name;
  Cursor at = in;
  bool jumped = false;
  std::size_t limit = whole_.size() - in.rest().size();
  std::size_t wire_size = 1;
  for (std::size_t jumps = 0; jumps <= kMostJumps;) {
    const std::uint8_t length = at.u8();
    if (!at.ok()) return std::nullopt;
    if (length >= 0xc0) {
      const std::size_t target = static_cast<std::size_t>(length & 0x3f) << 8 | at.u8();
      if (!at.ok() || target >= limit || target < kHeaderSize) return std::nullopt;
      if (!jumped) in = at;
      jumped = true;
      ++jumps;
      limit = target;
      at = Cursor(whole_.subspan(target));
      continue;
    }
    if (length > 63) return std::nullopt;
    if (length == 0) {
      if (!jumped) in = at;
      return name;
    }
    const std::string_view label = as_text(at.take(length));
    wire_size += 1 + std::size_t{length};
    if (!at.ok() || wire_size > kLongestName) return std::nullopt;
    if (name.text.empty()) {
      name.first_label = label.size();
    } else {
      name.text.add('.');
    }
    name.text.add(label);
  }
  return std::nullopt;
}

std::optional<DnsQuestion> DnsMessage::next_question() {
  if (!ok() || left_[0] == 0) return std::nullopt;
  --left_[0];
  auto name = read_name(in_);
  if (!name) {
    ok_ = false;
    return std::nullopt;
  }
  DnsQuestion question{*name, in_.be16(), in_.be16()};
  if (!in_.ok()) return std::nullopt;
  return question;
}

std::optional<DnsRecord> DnsMessage::next_record() {
  while (left_[0] > 0)
    if (!next_question()) return std::nullopt;
  std::size_t section = 1;
  while (section < left_.size() && left_[section] == 0) ++section;
  if (!ok() || section == left_.size()) return std::nullopt;
  --left_[section];
  auto name = read_name(in_);
  if (!name) {
    ok_ = false;
    return std::nullopt;
  }
  DnsRecord record{
      static_cast<DnsSection>(section - 1), *name, in_.be16(), in_.be16(), in_.be32(), {}};
  record.data = in_.take(in_.be16());
  if (!in_.ok()) return std::nullopt;
  return record;
}

std::optional<DnsName> DnsMessage::name_in(const DnsRecord& record, std::size_t offset) const {
  if (offset >= record.data.size()) return std::nullopt;
  // The data lies within the message: read on in the message, for pointers
  // are counted from its beginning.
  const auto start = static_cast<std::size_t>(record.data.data() - whole_.data()) + offset;
  Cursor in(whole_.subspan(start));
  return read_name(in);
}

std::optional<Ip> address_in_reverse_name(std::string_view name) {
  if (take_suffix(name, ".in-addr.arpa")) {
    const auto bytes = numbers<4>(name, 10);
    if (!bytes) return std::nullopt;
    return Ip::v4(*bytes);
  }
  if (!take_suffix(name, ".ip6.arpa")) return std::nullopt;
  const auto nibbles = numbers<32>(name, 16);
  if (!nibbles || std::ranges::any_of(*nibbles, [](auto nibble) { return nibble > 15; }))
    return std::nullopt;
  Ip ip;
  for (std::size_t i = 0; i < ip.bytes.size(); ++i)
    ip.bytes[i] = static_cast<std::uint8_t>((*nibbles)[2 * i] << 4 | (*nibbles)[2 * i + 1]);
  return ip;
}

Recognition plausible_dns(Bytes opening) {
  Cursor in(opening);
  in.skip(4);
  std::size_t total = 0;
  for (int section = 0; section < 4; ++section) total += in.be16();
  if (!in.ok() || total == 0) return Recognition::no;
  // More things than the largest message holds.
  if (total * kSmallestQuestion > 0xffff) return Recognition::no;
  // The first name stands uncompressed, right behind the header, and ends
  // before the opening does: it has 255 bytes at most.
  std::size_t size = 0;
  for (std::uint8_t length = in.u8(); length != 0; length = in.u8()) {
    size += 1 + std::size_t{length};
    if (length > 63 || size >= kLongestName) return Recognition::no;
    in.skip(length);
  }
  in.skip(4);
  return in.ok() ? Recognition::yes : Recognition::no;
}

}  // namespace asepsis
