// What a service manager is told (sd_notify(3)): that we listen, that we live,
// that we are ending. Nothing is done where there is none.

#pragma once

#include <string_view>

#include "capture/byte_stream.hpp"

namespace asepsis {

class ServiceManager {
 public:
  // Of the environment: NOTIFY_SOCKET. To be made before sockets are forbidden.
  ServiceManager();
  // "READY=1", "WATCHDOG=1" ...
  void tell(std::string_view state) const;

 private:
  OpenFile socket_{-1};
};

}  // namespace asepsis
