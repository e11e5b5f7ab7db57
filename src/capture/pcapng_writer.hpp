// Blocks of pcapng (draft-ietf-opsawg-pcapng), in our byte order, times in
// nanoseconds.

#pragma once

#include <cstdint>
#include <string>

#include "capture/capture_file.hpp"

namespace asepsis {

void append_section(std::string& out);
// The first of a section is interface 0, and so on.
void append_interface(std::string& out, std::uint16_t link_type);
// `kept`: the beginning of the packet that goes into the file.
void append_packet(std::string& out, std::uint32_t interface, const Packet& packet, Bytes kept);

}  // namespace asepsis
