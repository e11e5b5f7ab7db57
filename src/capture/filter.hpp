// Filter expressions as tcpdump knows them (pcap-filter(7)): "tcp port 104".

#pragma once

#include <cstdint>
#include <memory>
#include <string_view>

#include "base/result.hpp"
#include "capture/capture_file.hpp"

struct bpf_program;  // NOLINT(readability-identifier-naming): libpcap names it

namespace asepsis {

// Of one link type, because where a field lies depends on it.
class PacketFilter {
 public:
  // Names of hosts are looked up in files only: compiling asks no name server.
  // An empty expression lets everything through.
  static Result<PacketFilter> compile(std::string_view expression, std::uint16_t link_type);

  // Safe to call from many threads. REQUIRES: the packet's link type is that
  // of the filter.
  bool matches(const Packet& packet) const;

 private:
  struct Free {
    void operator()(bpf_program* program) const;
  };
  using Program = std::unique_ptr<bpf_program, Free>;

  explicit PacketFilter(Program program) : program_(std::move(program)) {}

  Program program_;
};

}  // namespace asepsis
