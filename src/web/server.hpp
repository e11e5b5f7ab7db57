// The sockets of the pages and the API. All of Boost stays behind this.

#pragma once

#include <cstdint>
#include <filesystem>
#include <functional>
#include <string>

#include "base/result.hpp"
#include "web/service.hpp"

namespace asepsis {

struct Listening {
  std::string address = "127.0.0.1";
  std::uint16_t port = 8420;
  std::filesystem::path certificate, key;  // empty: no TLS
  std::filesystem::path uploads;           // where files are put on the way in
};

// Limits of one server; what is beyond is refused and counted.
inline constexpr std::size_t kMostConnections = 600;
inline constexpr std::size_t kMostOfOnePeer = 300;
inline constexpr std::size_t kMostEventStreams = 100;
inline constexpr std::size_t kMostStreamsOfOne = 20;  // of one session or token
inline constexpr std::size_t kMostHeader = 16'384;
inline constexpr std::size_t kMostBody = 65'536;
inline constexpr std::uint64_t kMostUpload = std::uint64_t{8} << 30;
inline constexpr std::size_t kMostWaiting = 1'000;  // in the quick lane
inline constexpr std::size_t kMostSlowWaiting = 32;

// Serves until SIGINT or SIGTERM. `ready` is called once it listens.
Result<void> serve(Service& service, const Listening& listening,
                   const std::function<void(std::uint16_t port)>& ready);

}  // namespace asepsis
