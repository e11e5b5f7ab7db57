// A network interface of this machine, before it is listened to.

#pragma once

#include <array>
#include <cstdint>
#include <string>

#include "base/result.hpp"
#include "capture/byte_stream.hpp"

namespace asepsis {

struct Interface {
  std::string name;
  int index = 0;
  std::uint16_t link_type = 0;  // a LINKTYPE_ value (tcpdump.org/linktypes.html)
  bool loopback = false;        // shows what is sent a second time, as received
  bool up = false;
};

// Fails with a sentence if there is none of that name, or none whose frames we read.
Result<Interface> find_interface(const std::string& name);

// Its MAC; zeros if there is none of that name.
std::array<std::uint8_t, 6> hardware_address(const std::string& name);

// Asks later whether an interface is still there; opens its socket now, when
// that may still be done.
class InterfaceWatch {
 public:
  explicit InterfaceWatch(const Interface& interface);
  bool there() const;

 private:
  std::string name_;
  int index_;
  OpenFile socket_;
};

// Asks the network card to stamp every frame it receives. False if it does not
// offer that, or we may not ask.
bool stamp_in_hardware(const Interface& interface);

}  // namespace asepsis
