// What a packet costs to decode and to share out, on warm data. Not part of
// the default build: cmake --build --preset release --target net_benchmark

#include <benchmark/benchmark.h>

#include <vector>

#include "../tests/unit/frames.hpp"
#include "net/decoded.hpp"

namespace asepsis {
namespace {

using namespace test;

class Count final : public DecodeSink {
 public:
  void on_decoded(const Decoded& packet) override { bytes_ += packet.payload.size(); }
  std::uint64_t bytes() const { return bytes_; }

 private:
  std::uint64_t bytes_ = 0;
};

const Frame kPayload(512);
const Frame kTcp = ethernet(0x0800, ipv4(6, tcp(40000, 104, kPayload)));
const Frame kTaggedTcp = ethernet(0x8100, tag(7, 0x0800, ipv4(6, tcp(40000, 104, kPayload))));
const Frame kUdp = ethernet(0x0800, ipv4(17, udp(40000, 161, kPayload)));
const Frame kIpv6 = ethernet(0x86dd, ipv6(6, tcp(40000, 104, kPayload)));
const Frame kArp = ethernet(0x0806, Frame(46));
const Frame kVxlan =
    ethernet(0x0800, ipv4(17, udp(999, 4789,
                                  hex("08 00 00 00 00 00 7b 00") +
                                      inner_ethernet(0x0800, inner_ipv4(6, tcp(1, 2, kPayload))))));

void decoding(benchmark::State& state, const std::vector<Frame>& frames) {
  Count out;
  for (auto _ : state)
    for (const Frame& frame : frames)
      decode(1, frame, static_cast<std::uint32_t>(frame.size()), out);
  benchmark::DoNotOptimize(out.bytes());
  state.SetItemsProcessed(state.iterations() * static_cast<std::int64_t>(frames.size()));
}

const std::vector<Frame> kMixed{kTcp, kTaggedTcp, kUdp, kTcp, kIpv6, kTaggedTcp, kArp, kUdp};

BENCHMARK_CAPTURE(decoding, ipv4_tcp, {kTcp});
BENCHMARK_CAPTURE(decoding, tagged_ipv4_tcp, {kTaggedTcp});
BENCHMARK_CAPTURE(decoding, ipv4_udp, {kUdp});
BENCHMARK_CAPTURE(decoding, ipv6_tcp, {kIpv6});
BENCHMARK_CAPTURE(decoding, vxlan, {kVxlan});
BENCHMARK_CAPTURE(decoding, mixed, kMixed);

}  // namespace
}  // namespace asepsis

BENCHMARK_MAIN();
