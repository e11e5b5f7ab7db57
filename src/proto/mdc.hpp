// The nomenclature of medical devices that HL7, IntelliVue and SDC share: ISO
// IEEE 11073-10101 ("MDC"). A code of partition 1 is 65536 plus the term code.

#pragma once

#include <cstdint>
#include <string_view>

namespace asepsis {

// A kind of device that a code stands for.
struct MdcDevice {
  std::string_view device_class;  // empty if it is no kind of device that we know
  bool whole = false;             // a device (MDS), not a module of one (VMD)
};

// By code and, where the code is unknown or local, by reference identifier
// (MDC_DEV_...).
MdcDevice mdc_device(std::uint32_t code, std::string_view reference);

}  // namespace asepsis
