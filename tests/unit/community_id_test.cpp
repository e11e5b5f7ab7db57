// The flows that the Community ID specification publishes with their ids
// (github.com/corelight/community-id-spec, baseline of version 1, seed 0).

#include "export/community_id.hpp"

#include <gtest/gtest.h>

namespace asepsis {
namespace {

struct Vector {
  const char* client;
  const char* server;
  const char* id;
  std::uint16_t client_port, server_port;
  std::uint8_t protocol;
};

constexpr Vector kVectors[] = {
    {"128.232.110.120", "66.35.250.204", "1:LQU9qZlK+B5F3KDmev6m5PMibrg=", 34855, 80, 6},
    {"192.168.1.52", "8.8.8.8", "1:d/FP5EW3wiY1vCndhwleRRKHowQ=", 54585, 53, 17},
    {"192.168.170.8", "192.168.170.56", "1:jQgCxbku+pNGw8WPbEc/TS/uTpQ=", 7, 80, 132},
    {"2001:470:e5bf:dead:4957:2174:e82c:4887", "2607:f8b0:400c:c03::1a",
     "1:/qFaeAR+gFe1KYjMzVDsMv+wgU4=", 63943, 25, 6},
};

Ip ip_of(const char* text) { return ip_from_text(text).value_or(Ip{}); }

TEST(CommunityId, IsWhatTheSpecificationPublishes) {
  for (const Vector& flow : kVectors) {
    const Ip one = ip_of(flow.client);
    const Ip other = ip_of(flow.server);
    EXPECT_EQ(community_id(flow.protocol, one, flow.client_port, other, flow.server_port), flow.id);
    // Whoever is called the client.
    EXPECT_EQ(community_id(flow.protocol, other, flow.server_port, one, flow.client_port), flow.id);
  }
}

TEST(CommunityId, LeavesPortsOutWhereTheProtocolHasNone) {
  constexpr std::uint8_t kGre = 47;
  const Ip a = ip_of("10.0.0.1");
  const Ip b = ip_of("10.0.0.2");
  EXPECT_EQ(community_id(kGre, a, 0, b, 0), community_id(kGre, b, 7, a, 9));
}

}  // namespace
}  // namespace asepsis
