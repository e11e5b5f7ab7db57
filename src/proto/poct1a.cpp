// POCT1-A (CLSI POCT01-A2, device messaging layer): point-of-care analysers
// greet their data manager with HEL.R01, which says what they are. Each
// message is an XML document; only HEL.R01 is read. Of observations it is
// noticed that they name a patient; operator lists are passed over.

#include <algorithm>
#include <array>
#include <pugixml.hpp>

#include "base/eui64.hpp"
#include "proto/parser.hpp"

namespace asepsis {
namespace {

constexpr std::string_view kHello = "<HEL.R01";
constexpr std::string_view kHelloEnd = "</HEL.R01>";
constexpr std::string_view kPatient = "<PT.patient_id V=\"";
constexpr std::string_view kPatientName = "<PT.name V=\"";
constexpr std::size_t kLargestHello = 12'000;

struct Row {
  std::string_view element;
  Claim claim;
};

constexpr Row kDevice[] = {
    {"DEV.manufacturer_name", "device.manufacturer"_claim},
    {"DEV.model_id", "device.model"_claim},
    {"DEV.serial_id", "device.serial"_claim},
    {"DEV.hw_version", "device.hardware"_claim},
    {"DEV.sw_version", "device.firmware"_claim},
    {"DEV.device_name", "device.description"_claim},
};

class Poct1aParser final : public Parser {
 public:
  Frame frame(Side from, Bytes bytes) override;
  bool message(Side from, Cursor in, FactSink& out) override;
  std::optional<std::size_t> resume(Side from, Bytes) override {
    looked_[static_cast<std::size_t>(from)] = 0;
    return 0;
  }

 private:
  std::array<std::size_t, 2> looked_{};  // bytes of a hello that hold no end
};

// From tag to tag; what is no tag of interest is passed over.
Frame Poct1aParser::frame(Side from, Bytes bytes) {
  const std::string_view text = as_text(bytes);
  const std::size_t tag = text.find('<');
  if (tag != 0) return Frame::skip(std::min(tag, text.size()));
  for (const std::string_view patient : {kPatient, kPatientName}) {
    if (text.starts_with(patient) && text.size() > patient.size())
      return Frame::message(patient.size() + 1);
    if (patient.starts_with(text)) return Frame::unknown();
  }
  if (kHello.starts_with(text)) return Frame::unknown();
  if (!text.starts_with(kHello)) return Frame::skip(1);

  std::size_t& looked = looked_[static_cast<std::size_t>(from)];
  const std::size_t end = text.find(kHelloEnd, std::min(looked, text.size()));
  if (end == std::string_view::npos && text.size() < kLargestHello) {
    looked = text.size() - std::min(text.size(), kHelloEnd.size());
    return Frame::unknown();
  }
  looked = 0;
  if (end == std::string_view::npos) return Frame::skip(1);
  return Frame::message(end + kHelloEnd.size());
}

// What it can send beside results, as codes: "OP_LST", "DTV".
void tell_topics(Side from, const pugi::xml_node& capabilities, FactSink& out) {
  constexpr std::size_t kLongestCode = 16;
  for (const pugi::xml_node& topic : capabilities.children("DSC.topics_supported_cd")) {
    const std::string_view code = topic.attribute("V").value();
    const bool plain = std::ranges::all_of(
        code, [](char c) { return (c >= 'A' && c <= 'Z') || c == '_' || (c >= '0' && c <= '9'); });
    if (plain && code.size() <= kLongestCode) out.say(from, "poct1a.topic"_claim, code);
  }
}

void tell_device(Side from, const pugi::xml_node& device, FactSink& out) {
  const auto value = [&](std::string_view name) -> std::string_view {
    for (const pugi::xml_node& child : device.children())
      if (child.name() == name) return child.attribute("V").value();
    return {};
  };
  out.say(from, "device.class"_claim, "point-of-care-analyser");
  for (const Row& row : kDevice) out.say(from, row.claim, value(row.element).substr(0, 192));
  if (value("DEV.manufacturer_name").empty())
    out.say(from, "device.manufacturer"_claim, value("DEV.vendor_id").substr(0, 192));
  const std::string_view id = value("DEV.device_id").substr(0, 192);
  if (const auto eui64 = eui64_from_text(id)) {
    out.say(from, "device.eui64"_claim, eui64->text());
  } else if (const auto mac = mac_from_text(id)) {
    out.say(from, "address.other_mac"_claim, to_text(*mac));
  } else {
    out.say(from, "device.uid"_claim, id);
  }
}

bool Poct1aParser::message(Side from, Cursor in, FactSink& out) {
  const std::string_view text = as_text(in.rest());
  if (text.starts_with("<PT.")) {
    if (text.back() != '"')
      out.say(Side::server, "clear.patient_identity"_claim,
              text.starts_with(kPatient) ? "poct1a patient id" : "poct1a patient name");
    return true;
  }
  pugi::xml_document document;
  if (!document.load_buffer(text.data(), text.size(), pugi::parse_default, pugi::encoding_utf8))
    return false;
  const pugi::xml_node device = document.child("HEL.R01").child("DEV");
  if (device.empty()) return false;
  tell_device(from, device, out);
  tell_topics(from, device.child("DSC"), out);
  tell_topics(from, document.child("HEL.R01").child("DSC"), out);
  return true;
}

Recognition recognise(const Opening& opening) {
  const std::string_view text = as_text(opening.bytes);
  const std::size_t start = text.find_first_not_of(" \r\n\t");
  if (start == std::string_view::npos) return Recognition::more;
  if (text[start] != '<') return Recognition::no;
  // Every message type is three capitals and ".R0n".
  for (std::size_t at = start; at != std::string_view::npos; at = text.find('<', at + 1)) {
    const std::string_view tag = text.substr(at + 1, 7);
    if (tag.size() < 7) return Recognition::more;
    if (tag.substr(3, 3) == ".R0" &&
        std::ranges::all_of(tag.substr(0, 3), [](char c) { return c >= 'A' && c <= 'Z'; }))
      return Recognition::yes;
    if (tag[0] != '?' && tag[0] != '!') return Recognition::no;
  }
  return text.size() < 256 ? Recognition::more : Recognition::no;
}

constexpr std::uint16_t kPorts[] = {3001};

}  // namespace

extern constinit const Protocol kPoct1a{
    .name = "poct1a",
    .transport = Transport::tcp,
    .ports = kPorts,
    .recognise = recognise,
    .make = []() -> std::unique_ptr<Parser> { return std::make_unique<Poct1aParser>(); },
};

}  // namespace asepsis
