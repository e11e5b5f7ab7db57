// Community ID v1: the name of a flow that Zeek, Suricata and we agree on, so
// that records of one join those of another.
// (github.com/corelight/community-id-spec, version 1, seed 0)

#pragma once

#include <cstdint>
#include <string>

#include "base/address.hpp"

namespace asepsis {

// Of protocols with ports (TCP, UDP, SCTP); others have ports of 0.
std::string community_id(std::uint8_t protocol, const Ip& client, std::uint16_t client_port,
                         const Ip& server, std::uint16_t server_port);

}  // namespace asepsis
