// Unique Device Identifiers as printed and sent: which part of one names the
// model (UDI-DI) and which the single device (serial number). Forms of the
// three issuing agencies: GS1 General Specifications section 3, HIBCC ANSI/HIBC
// 2.6, ICCBBA ISBT 128 ST-017.

#pragma once

#include <optional>
#include <string_view>

namespace asepsis {

// Views of the text given. A donation number of ICCBBA leads to a person and
// is not read.
struct Udi {
  std::string_view device_identifier;
  std::string_view serial;
  std::string_view software_version;  // GS1 (8012)
};

// Nothing if the text is not a UDI. Brackets around GS1 application
// identifiers may be missing, with or without FNC1 (as 1D, or "]d2", "]C1").
std::optional<Udi> udi_from_text(std::string_view text);

// Whether the whole text names nothing but the device: ICCBBA's may hold a
// donation number, which leads to a person.
constexpr bool udi_is_of_device(std::string_view text) {
  return !text.starts_with('=') && !text.starts_with('&');
}

// Fourteen digits with a correct check digit, GTIN-14.
bool gtin14(std::string_view text);

}  // namespace asepsis
