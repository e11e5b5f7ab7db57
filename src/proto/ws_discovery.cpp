// WS-Discovery over UDP 3702: devices that announce themselves (Hello, Bye)
// or answer a search (ProbeMatches, ResolveMatches). OASIS WS-Discovery 1.1
// and the 2005 draft that Windows speaks; medical devices: IEEE 11073-20701
// section 9 and IHE DEV SDPi (scopes that tell location and key purpose).

#include <pugixml.hpp>

#include "proto/parser.hpp"
#include "proto/soap_metadata.hpp"

namespace asepsis {
namespace {

constexpr int kMostMatches = 8;
constexpr int kMostWords = 16;

template <class Use>
void each_word(std::string_view text, Use use) {
  constexpr std::string_view kSpace = " \t\r\n";
  for (int i = 0; i < kMostWords; ++i) {
    const std::size_t start = text.find_first_not_of(kSpace);
    if (start == std::string_view::npos) return;
    text.remove_prefix(start);
    const std::string_view word = text.substr(0, text.find_first_of(kSpace));
    use(word.substr(0, 192));
    text.remove_prefix(word.size());
  }
}

// One parameter of a location scope, without its percent signs.
ShortText<96> location_part(std::string_view query, std::string_view key) {
  ShortText<96> value;
  while (!query.empty()) {
    std::string_view pair = query.substr(0, query.find('&'));
    query.remove_prefix(std::min(query.size(), pair.size() + 1));
    if (pair.size() <= key.size() || !pair.starts_with(key) || pair[key.size()] != '=') continue;
    pair.remove_prefix(key.size() + 1);
    while (!pair.empty()) {
      std::uint8_t byte = 0;
      const bool coded =
          pair[0] == '%' && pair.size() >= 3 &&
          std::from_chars(pair.data() + 1, pair.data() + 3, byte, 16).ptr == pair.data() + 3;
      value.add(coded ? static_cast<char>(byte) : pair[0]);
      pair.remove_prefix(coded ? 3 : 1);
    }
    break;
  }
  return value;
}

// "sdc.ctxt.loc:/sdc.ctxt.loc.detail/HOSP1...?fac=HOSP1&poc=CU1&bed=Bed42".
void tell_location(Side from, std::string_view scope, FactSink& out) {
  const std::size_t question = scope.find('?');
  if (question == std::string_view::npos) return;
  const std::string_view query = scope.substr(question + 1);
  out.say(from, "device.care_area"_claim, location_part(query, "poc"));
  ShortText<192> place;
  for (const std::string_view key : {"fac", "bldng", "flr", "poc", "rm", "bed"}) {
    const auto part = location_part(query, key);
    if (!part.empty()) place.add(place.empty() ? "" : "/").add(part);
  }
  out.say(from, "device.location"_claim, place);
}

void tell_scope(Side from, std::string_view scope, FactSink& out) {
  // Patients, encounters and operators are contexts as well: not to be read.
  if (scope.starts_with("sdc.ctxt.") && !scope.starts_with("sdc.ctxt.loc:")) return;
  if (scope.starts_with("sdc.ctxt.loc:")) return tell_location(from, scope, out);
  out.say(from, "wsd.scope"_claim, scope);
}

void tell_target(Side from, const pugi::xml_node& target, FactSink& out) {
  out.say(from, "device.uid"_claim, xml_text(xml_child(target, "EndpointReference"), "Address"));
  each_word(xml_child(target, "Types").child_value(), [&](std::string_view type) {
    out.say(from, "wsd.types"_claim, local_name(type));
    if (local_name(type).starts_with("PrintDevice")) out.say(from, "device.class"_claim, "printer");
  });
  each_word(xml_child(target, "Scopes").child_value(),
            [&](std::string_view scope) { tell_scope(from, scope, out); });
  each_word(xml_child(target, "XAddrs").child_value(),
            [&](std::string_view address) { out.say(from, "wsd.address"_claim, address); });
}

class WsDiscoveryParser final : public Parser {
 public:
  bool message(Side from, Cursor in, FactSink& out) override {
    const std::string_view text = as_text(in.rest());
    pugi::xml_document document;
    if (!document.load_buffer(text.data(), text.size())) return false;
    const pugi::xml_node root = document.document_element();
    const pugi::xml_node body = xml_child(root, "Body");
    if (local_name(root.name()) != "Envelope" || body.empty()) return false;
    const pugi::xml_node content = body.first_child();
    const std::string_view kind = local_name(content.name());
    if (kind == "Hello" || kind == "Bye") {
      tell_target(from, content, out);
    } else if (kind == "Probe") {
      each_word(xml_child(content, "Types").child_value(),
                [&](std::string_view type) { out.say(from, "wsd.seeks"_claim, local_name(type)); });
    } else if (kind == "ProbeMatches" || kind == "ResolveMatches") {
      int matches = 0;
      for (const pugi::xml_node& match : content.children())
        if (++matches <= kMostMatches) tell_target(from, match, out);
    }
    return true;
  }
};

Recognition recognise(const Opening& opening) {
  const std::string_view text = trimmed(as_text(opening.bytes));
  const std::string_view start = text.substr(0, 256);
  return start.starts_with('<') && start.find("Envelope") != std::string_view::npos &&
                 (opening.expected_port || text.find("/discovery") != std::string_view::npos)
             ? Recognition::yes
             : Recognition::no;
}

constexpr std::uint16_t kPorts[] = {3702};

}  // namespace

extern constinit const Protocol kWsDiscovery{
    .name = "ws-discovery",
    .transport = Transport::udp,
    .ports = kPorts,
    .recognise = recognise,
    .make = []() -> std::unique_ptr<Parser> { return std::make_unique<WsDiscoveryParser>(); },
    .begins = FirstBytes::of({'<', ' ', '\t', '\r', '\n', '\0'}),
};

}  // namespace asepsis
