#include "assess/fixture_file.hpp"

#include <algorithm>
#include <array>
#include <iterator>
#include <ranges>
#include <string_view>
#include <vector>

#include "base/spelling.hpp"
#include "fact/claim.hpp"

namespace asepsis {
namespace {

constexpr std::string_view kOurs = "it";      // the device a fixture is about
constexpr std::string_view kOther = "other";  // who talks to it
constexpr std::array<std::string_view, 2> kTransports{"tcp", "udp"};
constexpr std::array<std::string_view, 2> kStates{"seen", "refused"};
constexpr std::array<std::string_view, 3> kTalkStates{"seen", "refused", "unanswered"};
constexpr std::array<std::string_view, 7> kSecurities{"clear", "tls",   "dtls", "ssh",
                                                      "quic",  "ipsec", "other"};
constexpr std::array<std::string_view, 3> kLevels{"open", "weak", "strong"};
constexpr std::int64_t kMostHours = 24L * 366 * 10;

using Names = std::vector<std::string>;  // of the devices of a fixture

// A name of a device, of those the fixture has.
std::string read_name(TomlTable& in, std::string_view key, std::string_view otherwise,
                      const Names& names) {
  std::string name = in.text_or(key, otherwise);
  if (std::ranges::find(names, name) == names.end())
    in.wrong(key,
             "is '" + name + "', which no row of devices has as its name" + meant_by(name, names));
  return name;
}

Fixture::Device read_device(TomlTable& in, const Knowledge& knowledge, const Fixture& fixture) {
  Fixture::Device device{.name = in.text("name"),
                         .device_class = in.text_or("class"),
                         .manufacturer = in.text_or("manufacturer"),
                         .model = in.text_or("model"),
                         .firmware = in.text_or("firmware"),
                         .os = in.text_or("os"),
                         .ip = in.text_or("ip"),
                         .care_area = in.text_or("care_area"),
                         .vlan = in.number("vlan", 0, 0, 4095)};
  if (std::ranges::find(fixture.devices, device.name, &Fixture::Device::name) !=
      fixture.devices.end())
    in.wrong("name", "is '" + device.name + "', as of another row");
  if (const std::string why = fault_of_class(device.device_class, knowledge);
      !device.device_class.empty() && !why.empty())
    in.wrong("class", "is '" + device.device_class + "', " + why);
  return device;
}

Fixture::Fact read_fact(TomlTable& in, const Names& names) {
  Fixture::Fact fact{.device = read_name(in, "device", kOurs, names),
                     .claim = in.text("claim"),
                     .value = in.text("value"),
                     .state = in.word("state", kStates, "seen"),
                     .protocol = in.text_or("protocol", "fixture"),
                     .equipment = in.text_or("equipment"),
                     .port = in.number("port", 0, 0, 65'535),
                     .hour = in.number("hour", 0, 0, kMostHours),
                     .count = in.number("count", 1, 1, 1'000'000)};
  const auto* const known = std::ranges::find(kClaims, fact.claim, &ClaimRow::name);
  if (known == std::end(kClaims)) {
    in.wrong("claim", "is '" + fact.claim + "', which is no claim (docs/schema.md lists them)" +
                          meant_by(fact.claim, kClaims | std::views::transform(&ClaimRow::name)));
  } else if (known->scope == Scope::service && fact.port == 0) {
    in.wrong("port", "is missing: " + fact.claim + " is said of a service");
  }
  return fact;
}

Fixture::Talk read_talk(TomlTable& in, const Names& names) {
  return {.client = read_name(in, "client", kOther, names),
          .server = read_name(in, "server", kOurs, names),
          .transport = in.word("transport", kTransports, "tcp"),
          .application = in.text_or("application"),
          .security = in.word("security", kSecurities, "clear"),
          .state = in.word("state", kTalkStates, "seen"),
          .port = in.number("port", 0, 0, 65'535),
          .hour = in.number("hour", 0, 0, kMostHours)};
}

Fixture::Said read_said(TomlTable& in, const Names& names) {
  Fixture::Said said{.device = read_name(in, "device", kOurs, names),
                     .setting = in.text("setting"),
                     .value = in.text("value"),
                     .about = in.text_or("about"),
                     .level = {}};
  if (!said.setting.starts_with("export."))
    in.wrong("setting", "is '" + said.setting + "': what an export says is export.PATH");
  if (in.take("level", false) != nullptr) said.level = in.word("level", kLevels);
  return said;
}

Names names_of(const Fixture& fixture) {
  Names names(kUsualDevices.begin(), kUsualDevices.end());
  for (const Fixture::Device& device : fixture.devices) names.push_back(device.name);
  return names;
}

}  // namespace

std::string fault_of_class(const std::string& name, const Knowledge& knowledge) {
  if (knowledge.find_class(name) != nullptr) return {};
  std::vector<std::string> names;
  std::ranges::transform(knowledge.classes(), std::back_inserter(names), &ClassInfo::name);
  return "which is no class (asepsis pack classes lists them)" + meant_by_a_word(name, names);
}

Fixture read_fixture(TomlTable& in, const Knowledge& knowledge, bool fails) {
  Fixture fixture;
  fixture.where = in.where();
  fixture.about = in.text_or("about");
  in.tables("devices", [&](TomlTable& row) {
    fixture.devices.push_back(read_device(row, knowledge, fixture));
  });
  const Names names = names_of(fixture);
  in.tables("facts", [&](TomlTable& row) { fixture.facts.push_back(read_fact(row, names)); });
  in.tables("talks", [&](TomlTable& row) { fixture.talks.push_back(read_talk(row, names)); });
  in.tables("said", [&](TomlTable& row) { fixture.said.push_back(read_said(row, names)); });
  if (fixture.facts.empty() && fixture.talks.empty() && fixture.said.empty())
    in.wrong("facts", "is missing, and so are talks and said: a fixture needs rows");
  if (!fails) return fixture;
  fixture.found = in.texts("found", false, [&](const std::string& name) {
    return std::ranges::find(names, name) != names.end()
               ? ""
               : "which no row of devices has as its name" + meant_by(name, names);
  });
  if (fixture.found.empty()) fixture.found.emplace_back(kOurs);
  return fixture;
}

}  // namespace asepsis
