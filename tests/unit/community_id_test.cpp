// The flows that the Community ID specification publishes with their ids
// (github.com/corelight/community-id-spec, baseline of version 1, seed 0).

#include "export/community_id.hpp"

#include <gtest/gtest.h>

namespace asepsis {
namespace {

struct Vector {
  std::uint8_t protocol;
  const char* client;
  std::uint16_t client_port;
  const char* server;
  std::uint16_t server_port;
  const char* id;
};

constexpr Vector kVectors[] = {
    {6, "128.232.110.120", 34855, "66.35.250.204", 80, "1:LQU9qZlK+B5F3KDmev6m5PMibrg="},
    {17, "192.168.1.52", 54585, "8.8.8.8", 53, "1:d/FP5EW3wiY1vCndhwleRRKHowQ="},
    {132, "192.168.170.8", 7, "192.168.170.56", 80, "1:jQgCxbku+pNGw8WPbEc/TS/uTpQ="},
    {6, "2001:470:e5bf:dead:4957:2174:e82c:4887", 63943, "2607:f8b0:400c:c03::1a", 25,
     "1:/qFaeAR+gFe1KYjMzVDsMv+wgU4="},
};

TEST(CommunityId, IsWhatTheSpecificationPublishes) {
  for (const Vector& flow : kVectors) {
    const Ip client = *ip_from_text(flow.client);
    const Ip server = *ip_from_text(flow.server);
    EXPECT_EQ(community_id(flow.protocol, client, flow.client_port, server, flow.server_port),
              flow.id);
    // Whoever is called the client.
    EXPECT_EQ(community_id(flow.protocol, server, flow.server_port, client, flow.client_port),
              flow.id);
  }
}

TEST(CommunityId, LeavesPortsOutWhereTheProtocolHasNone) {
  constexpr std::uint8_t kGre = 47;
  const Ip a = *ip_from_text("10.0.0.1");
  const Ip b = *ip_from_text("10.0.0.2");
  EXPECT_EQ(community_id(kGre, a, 0, b, 0), community_id(kGre, b, 7, a, 9));
}

}  // namespace
}  // namespace asepsis
