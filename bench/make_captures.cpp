// Writes large captures to measure with: dicom, hl7 or mixed (traffic.hpp). The
// same arguments give the same file, byte for byte.
//
//   make_captures dicom big.pcap --mib 1024
//   make_captures mixed big.pcap --mib 1024 examples

#include <CLI/CLI.hpp>
#include <algorithm>
#include <iostream>
#include <string>
#include <string_view>
#include <vector>

#include "bench/traffic.hpp"
#include "capture/capture_paths.hpp"

namespace asepsis::bench {
namespace {

struct Order {
  std::string kind;
  std::string path;
  std::uint64_t mebibytes = 256;
  std::uint64_t seed = 1;
  std::vector<std::string> captures = {"examples"};
};

Result<std::unique_ptr<Traffic>> traffic_of(const Order& order) {
  if (order.kind == "dicom") return dicom_traffic();
  if (order.kind == "hl7") return hl7_traffic();
  const std::vector<std::string_view> named(order.captures.begin(), order.captures.end());
  const CapturePaths paths = capture_paths(named);
  for (const std::string& problem : paths.problems) std::cerr << problem << '\n';
  return mixed_traffic(paths.files);
}

// All conversations take turns; one that ends makes room for the next.
void write(Traffic& traffic, Random& random, CaptureWriter& out) {
  std::vector<std::unique_ptr<Conversation>> active(traffic.at_a_time());
  for (auto& conversation : active) conversation = traffic.start(random);
  while (!out.full()) {
    auto& conversation = active[below(random, static_cast<std::uint32_t>(active.size()))];
    if (!conversation->step(out)) conversation = traffic.start(random);
  }
}

int run(const Order& order) {
  auto traffic = traffic_of(order);
  if (!traffic) {
    std::cerr << traffic.error().message << '\n';
    return 2;
  }
  Random random(order.seed);
  CaptureWriter out(order.path, order.mebibytes << 20);
  write(**traffic, random, out);
  if (!out.close()) {
    std::cerr << order.path << " cannot be written\n";
    return 2;
  }
  std::cout << order.path << ": " << out.packets() << " packets, "
            << out.packet_bytes() / std::max<std::uint64_t>(out.packets(), 1) << " B a packet\n";
  return 0;
}

}  // namespace
}  // namespace asepsis::bench

int main(int argc, char** argv) {
  asepsis::bench::Order order;
  CLI::App app("Writes large captures to measure with");
  app.add_option("kind", order.kind, "What is in it")
      ->required()
      ->check(CLI::IsMember({"dicom", "hl7", "mixed"}));
  app.add_option("file", order.path, "Where to")->required();
  app.add_option("captures", order.captures, "What to mix: files or folders")
      ->capture_default_str();
  app.add_option("--mib", order.mebibytes, "Its size")->capture_default_str();
  app.add_option("--seed", order.seed, "Another seed gives another file")->capture_default_str();
  CLI11_PARSE(app, argc, argv);
  return asepsis::bench::run(order);
}
