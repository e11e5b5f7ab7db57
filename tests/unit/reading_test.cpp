// A capture gives the same rows however many workers read it, also where the
// packets of one conversation are carried by different tunnels, in fragments,
// or out of the order of time.

#include "app/reading.hpp"

#include <gtest/gtest.h>
#include <unistd.h>

#include <filesystem>
#include <fstream>
#include <map>
#include <set>

#include "frames.hpp"

namespace asepsis::test {
namespace {

namespace fs = std::filesystem;

constexpr std::uint16_t kIpv4 = 0x0800;
constexpr std::uint8_t kUdp = 17;
constexpr std::uint8_t kGre = 47;

// Written as it is put together: Ethernet, times in seconds.
class Capture {
 public:
  Capture() : path_(fs::temp_directory_path() / ("asepsis-reading-" + std::to_string(getpid()))) {
    add_words({0xa1b2c3d4, 2 | 4U << 16, 0, 0, 262'144, 1});
  }
  ~Capture() { fs::remove(path_); }
  Capture(const Capture&) = delete;
  Capture& operator=(const Capture&) = delete;

  void add(std::uint32_t second, const Frame& frame) {
    const auto size = static_cast<std::uint32_t>(frame.size());
    add_words({second, 0, size, size});
    bytes_.append(frame.begin(), frame.end());
  }

  // Everything that the inventory is made of, and what was counted.
  std::multiset<std::string> rows(std::size_t workers) const {
    std::ofstream(path_, std::ios::binary) << bytes_;
    const auto reading = read_source(path_, {.workers = workers}).value();
    std::multiset<std::string> rows;
    for (const auto& row : reading.facts.conversations()) rows.insert(line(row));
    for (std::size_t i = 0; i < reading.facts.facts().size(); ++i) {
      const FactRow& row = reading.facts.facts()[i];
      rows.insert(std::string(row.claim.name()) + " of " + line(row.about) + ": " + row.value +
                  line(reading.facts.sightings()[i]));
    }
    for (const auto& [name, count] : reading.counters)
      rows.insert(name + ": " + std::to_string(count));
    rows.insert("packets: " + std::to_string(reading.counts.packets));
    return rows;
  }

 private:
  void add_words(std::initializer_list<std::uint32_t> words) {
    for (const std::uint32_t word : words)
      bytes_.append(reinterpret_cast<const char*>(&word), sizeof word);
  }

  static std::string line(const Endpoint& endpoint) {
    return std::string(to_text(endpoint.mac)) + " " + std::string(to_text(endpoint.ip));
  }
  static std::string line(const Seen& seen) {
    return " " + std::to_string(seen.count) + " from " +
           std::to_string(nanoseconds_since_1970(seen.first)) + " to " +
           std::to_string(nanoseconds_since_1970(seen.last)) + " at " + std::to_string(seen.packet);
  }
  static std::string line(const ConversationRow& row) {
    return line(row.client) + " > " + line(row.server) + " " + std::to_string(row.port) + " " +
           std::string(row.application) + " " + std::to_string(row.client_packets) + "+" +
           std::to_string(row.server_packets) + line(row.seen);
  }

  fs::path path_;
  std::string bytes_;
};

// Between 10.0.`net`.1 and 10.0.`net`.2.
Frame tunnel(std::uint8_t net, std::uint8_t protocol, const Frame& inner,
             std::uint16_t fragment = 0) {
  Frame packet = ipv4(protocol, inner, fragment);
  packet[14] = packet[18] = net;
  return ethernet(kIpv4, packet);
}

void expect_same_rows(const Capture& capture, std::string_view of_alone) {
  const auto alone = capture.rows(1);
  EXPECT_TRUE(std::ranges::any_of(alone, [&](const auto& row) { return row.contains(of_alone); }));
  for (const std::size_t workers : {2UZ, 3UZ, 4UZ, 7UZ})
    EXPECT_EQ(capture.rows(workers), alone) << workers;
}

const Frame kSyslog = udp(50000, 514, text("<13>Nov 22 07:00:00 pump-7 infused: 1"));

TEST(Reading, ConversationInManyTunnels) {
  Capture capture;
  for (std::uint8_t net = 0; net < 16; ++net)
    capture.add(net, tunnel(net, kGre, hex("00 00 08 00") + inner_ipv4(kUdp, kSyslog)));
  expect_same_rows(capture, "192.168.1.1");
}

TEST(Reading, ConversationMirroredAndSeen) {
  Capture capture;
  const Frame seen = inner_ethernet(kIpv4, inner_ipv4(kUdp, kSyslog));
  for (std::uint8_t net = 0; net < 16; ++net) {
    capture.add(net, seen);
    capture.add(net, tunnel(net, kGre, hex("00 00 65 58") + seen));
  }
  expect_same_rows(capture, " 514 syslog 32+0");
}

TEST(Reading, ConversationInFragmentsOfTunnels) {
  Capture capture;
  const Frame whole = hex("00 00 08 00") + inner_ipv4(kUdp, kSyslog);
  const Frame first(whole.begin(), whole.begin() + 48);
  const Frame rest(whole.begin() + 48, whole.end());
  for (std::uint8_t net = 0; net < 16; ++net) {
    capture.add(net, tunnel(net, kGre, first, 0x2000));
    capture.add(net, tunnel(net, kGre, rest, 6));
    capture.add(net, inner_ethernet(kIpv4, inner_ipv4(kUdp, kSyslog)));
  }
  expect_same_rows(capture, "syslog");
}

TEST(Reading, TimeThatGoesBack) {
  Capture capture;
  // Two captures in one file, the younger first, and each with pauses that end
  // a conversation.
  for (const std::uint32_t start : {1'000'000U, 1'000U})
    for (std::uint32_t second = 0; second < 1'000; second += 100)
      for (std::uint8_t net = 0; net < 16; ++net)
        if (second % 300 != net % 3 * 100U) capture.add(start + second, tunnel(net, kUdp, kSyslog));
  expect_same_rows(capture, "10.0.15.2");
}

}  // namespace
}  // namespace asepsis::test
