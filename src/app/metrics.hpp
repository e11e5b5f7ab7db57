// How a listener is doing, for Prometheus and its like, on this machine alone:
// GET /metrics on a local socket or port.

#pragma once

#include <filesystem>
#include <string>

#include "app/recorder.hpp"
#include "base/result.hpp"
#include "capture/byte_stream.hpp"

namespace asepsis {

// The text exposition format, version 0.0.4.
// `behind`: as in LiveFindings.
std::string metrics_text(const LiveStatus& status, int behind);

class MetricsServer {
 public:
  // `where`: the path of a socket, or 127.0.0.1:PORT or [::1]:PORT; "" for
  // none. To be made before sockets are forbidden. Other addresses are refused:
  // a listener answers nobody on the network.
  static Result<MetricsServer> open(const std::string& where);

  // Readable when somebody asks; -1 if there is none.
  int descriptor() const { return socket_.descriptor(); }
  // Answers one who asks; waits for a slow one, but not for long.
  void answer(const LiveStatus& status, int behind) const;

 private:
  explicit MetricsServer(OpenFile socket) : socket_(std::move(socket)) {}
  OpenFile socket_;
};

}  // namespace asepsis
