#include "proto/ipp.hpp"

#include <algorithm>

#include "proto/identity.hpp"

namespace asepsis {
namespace {

using Field = Identity::Field;

constexpr std::uint8_t kPrinterGroup = 0x04;  // RFC 8010, 3.5.1
constexpr std::uint8_t kEndOfAttributes = 0x03;
constexpr std::uint8_t kLastDelimiter = 0x0f;

struct Attribute {
  std::string_view name;
  Field field;
};
// RFC 8011 5.4, PWG 5100.13 and 5100.9. Of several values the first counts.
constexpr Attribute kAttributes[] = {
    {"printer-make-and-model", Field::description},
    {"printer-firmware-string-version", Field::firmware},
    {"printer-serial-number", Field::serial},
    {"printer-location", Field::location},
    {"printer-uuid", Field::uid},
    {"device-uuid", Field::uid},
};

struct Printer {
  Identity identity;
  bool queue_of_a_print_server = false;
};

// IEEE 1284 device id: "MFG:Zebra;MDL:ZD421;SN:D0751;CMD:...;"
void read_device_id(std::string_view text, Identity& identity) {
  while (!text.empty()) {
    const std::string_view pair = text.substr(0, text.find(';'));
    text.remove_prefix(std::min(text.size(), pair.size() + 1));
    const std::size_t colon = pair.find(':');
    if (colon == std::string_view::npos) continue;
    const std::string_view key = trimmed(pair.substr(0, colon));
    const std::string_view value = pair.substr(colon + 1);
    if (key == "MFG" || key == "MANUFACTURER") identity.set(Field::manufacturer, value);
    if (key == "MDL" || key == "MODEL") identity.set(Field::model, value);
    if (key == "SN" || key == "SERN" || key == "SERIALNUMBER") identity.set(Field::serial, value);
    if (key == "FWVER" || key == "FW") identity.set(Field::firmware, value);
  }
}

void read_attribute(std::string_view name, std::string_view value, Printer& printer) {
  if (name == "printer-device-id") return read_device_id(value, printer.identity);
  const auto* const known = std::ranges::find(kAttributes, name, &Attribute::name);
  if (known != std::end(kAttributes) && !printer.identity.has(known->field))
    printer.identity.set(known->field, value);
  if (name == "printer-uri-supported" && value.find("/printers/") != std::string_view::npos)
    printer.queue_of_a_print_server = true;
}

void say(const Printer& printer, FactSink& out) {
  const Identity& identity = printer.identity;
  if (identity.empty()) return;
  // A queue's printer is another machine; it can be told only by its serial.
  if (printer.queue_of_a_print_server) {
    if (identity.has(Field::serial)) identity.say_of(identity.equipment(), Side::server, out);
    return;
  }
  identity.say_of({}, Side::server, out);
  out.say(Side::server, "device.class"_claim, "printer");
}

}  // namespace

bool read_ipp_response(Bytes bytes, FactSink& out) {
  Cursor in(bytes);
  const std::uint8_t major = in.u8();
  in.skip(7);  // minor version, status, request id
  if (!in.ok() || major == 0 || major > 2) return false;
  Printer printer;
  std::uint8_t group = 0;
  std::string_view name;
  while (!in.done()) {
    const std::uint8_t tag = in.u8();
    if (tag == kEndOfAttributes) break;
    if (tag <= kLastDelimiter) {
      // Several printers in one answer are the queues of a print server.
      if (tag == kPrinterGroup && !printer.identity.empty()) printer.queue_of_a_print_server = true;
      group = tag;
      continue;
    }
    const std::string_view given = as_text(in.take(in.be16()));
    if (!given.empty()) name = given;  // none: one more value of the same attribute
    const std::string_view value = as_text(in.take(in.be16()));
    if (in.ok() && group == kPrinterGroup) read_attribute(name, value, printer);
  }
  if (printer.identity.contradicts_itself()) return true;
  say(printer, out);
  return true;
}

}  // namespace asepsis
