// The estate, read from the database.

#include <algorithm>
#include <charconv>
#include <map>
#include <tuple>

#include "base/text.hpp"
#include "web/estate.hpp"

namespace asepsis {
namespace {

constexpr std::int64_t kSecond = 1'000'000'000;
constexpr unsigned kKindBits = 24;          // of a number that holds a device and a setting
using Places = std::vector<std::uint32_t>;  // of devices, by their key

std::int64_t number_of(const SQLite::Column& column) { return column.getInt64(); }

std::string_view text_of(const SQLite::Column& column) {
  return {column.getText(), static_cast<std::size_t>(column.getBytes())};
}

std::uint32_t place(const Places& places, std::int64_t key) {
  return key >= 0 && static_cast<std::size_t>(key) < places.size()
             ? places[static_cast<std::size_t>(key)]
             : kNobody;
}

class Loader {
 public:
  Loader(SQLite::Database& sql, Estate& estate) : sql_(sql), estate_(estate) {}

  void load() {
    load_devices();
    load_values();
    load_coverage();
    load_checks();
    load_packs();
    load_findings();
    load_facts();
    load_edges();
  }

 private:
  void load_devices();
  void load_values();
  void take_value(EstateDevice& device, std::string_view attribute, std::string_view value,
                  std::string& words);
  std::vector<std::uint64_t> known_settings();
  std::vector<bool> load_kinds(std::vector<EstateSetting>& kinds);
  void load_coverage();
  void load_packs();
  void load_facts();
  void load_checks();
  void load_findings();
  void give_findings();
  void load_edges();

  SQLite::Database& sql_;
  Estate& estate_;
  Places places_;
};

void Loader::load_devices() {
  SQLite::Statement rows(sql_,
                         "SELECT d.key, d.id, s.name, d.first_seen, d.last_seen FROM device d "
                         "JOIN site s ON s.id = d.site ORDER BY d.id");
  while (rows.executeStep()) {
    const auto key = static_cast<std::size_t>(number_of(rows.getColumn(0)));
    if (key >= places_.size()) places_.resize(key + 1, kNobody);
    places_[key] = static_cast<std::uint32_t>(estate_.devices.size());
    EstateDevice device;
    device.id = rows.getColumn(1).getString();
    device.site = estate_.sites.number(text_of(rows.getColumn(2)));
    device.first_seen = number_of(rows.getColumn(3));
    device.last_seen = number_of(rows.getColumn(4));
    estate_.devices.push_back(std::move(device));
  }
  SQLite::Statement span(sql_,
                         "SELECT min(first_seen), max(last_seen) FROM source "
                         "WHERE first_seen > 0");
  if (span.executeStep()) {
    estate_.first = number_of(span.getColumn(0));
    estate_.last = number_of(span.getColumn(1));
  }
  for (const EstateDevice& device : estate_.devices)
    estate_.last = std::max(estate_.last, device.last_seen);
}

void Loader::take_value(EstateDevice& device, std::string_view attribute, std::string_view value,
                        std::string& words) {
  if (attribute == "class") {
    device.kind = estate_.classes.number(value);
  } else if (attribute == "manufacturer") {
    device.manufacturer = estate_.manufacturers.number(value);
  } else if (attribute == "model") {
    device.model = estate_.models.number(value);
  } else if (attribute == "care_area") {
    device.care_area = estate_.care_areas.number(value);
  } else if (attribute == "vlan") {
    std::uint32_t vlan = 0;
    std::from_chars(value.data(), value.data() + value.size(), vlan);
    estate_.vlans.push_back(vlan);
    ++device.vlan_count;
    return;
  }
  constexpr std::array<std::string_view, 13> kSearched{
      "class", "manufacturer", "model", "care_area", "serial",       "mac",     "ip",
      "name",  "udi_di",       "os",    "location",  "asset_number", "firmware"};
  if (std::ranges::find(kSearched, attribute) == kSearched.end()) return;
  words.append(lowered(value)) += '\n';
}

// The rows come by device, so each device's words and VLANs stand together.
void Loader::load_values() {
  std::vector<std::string> words(estate_.devices.size());
  SQLite::Statement rows(sql_,
                         "SELECT device, attribute, value FROM device_value WHERE value <> '' "
                         "ORDER BY device");
  while (rows.executeStep()) {
    const std::uint32_t at = place(places_, number_of(rows.getColumn(0)));
    if (at == kNobody) continue;
    EstateDevice& device = estate_.devices[at];
    if (device.vlan_count == 0)
      device.first_vlan = static_cast<std::uint32_t>(estate_.vlans.size());
    take_value(device, text_of(rows.getColumn(1)), text_of(rows.getColumn(2)), words[at]);
  }
  for (std::size_t i = 0; i < words.size(); ++i) {
    estate_.begins.push_back(static_cast<std::uint32_t>(estate_.haystack.size()));
    estate_.haystack.append(estate_.devices[i].id).append("\n").append(words[i]);
    std::string().swap(words[i]);
  }
  estate_.begins.push_back(static_cast<std::uint32_t>(estate_.haystack.size()));
  estate_.external = estate_.classes.number("external");
}

// As the view `coverage` counts, without a row for each. Of each device and
// setting the best that is known: seen (2), refused (1), neither (0).
std::vector<std::uint64_t> Loader::known_settings() {
  std::vector<std::uint64_t> known;
  SQLite::Statement rows(
      sql_,
      "SELECT device, kind, (state = 'seen') * 2 + (state = 'refused') FROM setting WHERE current");
  while (rows.executeStep()) {
    const std::uint32_t at = place(places_, number_of(rows.getColumn(0)));
    if (at == kNobody) continue;
    const auto kind = static_cast<std::uint64_t>(number_of(rows.getColumn(1)));
    known.push_back((std::uint64_t{at} << kKindBits | kind) << 2 |
                    static_cast<std::uint64_t>(number_of(rows.getColumn(2))));
  }
  std::ranges::sort(known, std::greater());
  const auto rest = std::ranges::unique(known, {}, [](std::uint64_t one) { return one >> 2; });
  known.erase(rest.begin(), rest.end());
  return known;
}

// Kinds that may show whenever a device is heard; also fills the settings.
std::vector<bool> Loader::load_kinds(std::vector<EstateSetting>& kinds) {
  std::vector<bool> always;
  SQLite::Statement rows(sql_, "SELECT id, shown_by = '[]', name, title FROM setting_kind");
  while (rows.executeStep()) {
    const auto kind = static_cast<std::size_t>(number_of(rows.getColumn(0)));
    if (kind >= always.size()) {
      always.resize(kind + 1);
      kinds.resize(kind + 1);
    }
    always[kind] = rows.getColumn(1).getInt() != 0;
    kinds[kind].name = rows.getColumn(2).getString();
    kinds[kind].title = rows.getColumn(3).getString();
  }
  return always;
}

void Loader::load_coverage() {
  std::vector<EstateSetting> kinds;
  const std::vector<bool> always = load_kinds(kinds);
  struct Count {
    std::uint32_t known = 0, possible = 0;
  };
  const auto ever = static_cast<std::uint32_t>(std::ranges::count(always, true));
  std::vector<Count> counts(estate_.devices.size(), Count{.known = 0, .possible = ever});
  for (const std::uint64_t one : known_settings()) {
    Count& count = counts[static_cast<std::size_t>(one >> (kKindBits + 2))];
    const auto kind = static_cast<std::size_t>(one >> 2 & ((1U << kKindBits) - 1));
    if (kind >= kinds.size()) continue;
    count.known += (one & 3) != 0 ? 1 : 0;
    count.possible += always[kind] ? 0 : 1;
    ++((one & 3) == 2   ? kinds[kind].seen
       : (one & 3) == 1 ? kinds[kind].refused
                        : kinds[kind].unknown);
  }
  for (std::size_t i = 0; i < counts.size(); ++i)
    if (counts[i].possible > 0)
      estate_.devices[i].coverage =
          static_cast<std::uint8_t>(counts[i].known * 100 / counts[i].possible);
  // What may show of any device is not known of all the others.
  const auto devices = static_cast<std::uint32_t>(estate_.devices.size());
  for (std::size_t kind = 0; kind < kinds.size(); ++kind)
    if (always[kind] && kinds[kind].seen + kinds[kind].refused > 0)
      kinds[kind].unknown = devices - kinds[kind].seen - kinds[kind].refused;
  for (EstateSetting& kind : kinds)
    if (kind.seen + kind.refused + kind.unknown > 0 && !kind.name.starts_with("export."))
      estate_.settings.push_back(std::move(kind));
}

void Loader::load_packs() {
  std::unordered_map<std::string, std::size_t> checks;
  for (std::size_t i = 0; i < estate_.checks.size(); ++i) checks[estate_.checks[i].id] = i;
  SQLite::Statement rows(sql_, "SELECT id, title, classes, checks FROM applied_pack ORDER BY id");
  SQLite::Statement items(sql_, "SELECT value FROM json_each(?)");
  while (rows.executeStep()) {
    EstatePack pack{.id = rows.getColumn(0).getString(),
                    .title = rows.getColumn(1).getString(),
                    .classes = {},
                    .checks = std::vector<bool>(estate_.checks.size())};
    for (items.bind(1, rows.getColumn(2).getString()); items.executeStep();)
      pack.classes.push_back(estate_.classes.number(text_of(items.getColumn(0))));
    items.reset();
    for (items.bind(1, rows.getColumn(3).getString()); items.executeStep();)
      if (const auto check = checks.find(items.getColumn(0).getString()); check != checks.end())
        pack.checks[check->second] = true;
    items.reset();
    estate_.packs.push_back(std::move(pack));
  }
}

// Whose each fact is: its endpoint's owner's, but for those that say otherwise.
void Loader::load_facts() {
  std::vector<std::uint32_t> owners;  // places, by endpoint
  SQLite::Statement endpoints(sql_, "SELECT endpoint, device FROM endpoint_owner");
  while (endpoints.executeStep()) {
    const auto endpoint = static_cast<std::size_t>(number_of(endpoints.getColumn(0)));
    if (endpoint >= owners.size()) owners.resize(endpoint + 1, kNobody);
    owners[endpoint] = place(places_, number_of(endpoints.getColumn(1)));
  }
  std::unordered_map<std::int64_t, std::uint32_t> others;
  SQLite::Statement named(sql_, "SELECT fact, coalesce(device, -1) FROM device_fact");
  while (named.executeStep())
    others[number_of(named.getColumn(0))] = place(places_, number_of(named.getColumn(1)));
  std::vector<std::pair<std::uint32_t, std::uint32_t>> all;  // place, fact
  SQLite::Statement facts(sql_, "SELECT id, endpoint FROM fact");
  while (facts.executeStep()) {
    const std::int64_t fact = number_of(facts.getColumn(0));
    const auto endpoint = static_cast<std::size_t>(number_of(facts.getColumn(1)));
    const auto other = others.find(fact);
    const std::uint32_t owner = other != others.end()      ? other->second
                                : endpoint < owners.size() ? owners[endpoint]
                                                           : kNobody;
    if (owner != kNobody) all.emplace_back(owner, static_cast<std::uint32_t>(fact));
  }
  std::ranges::sort(all);
  estate_.fact_begins.assign(estate_.devices.size() + 1, 0);
  estate_.facts.reserve(all.size());
  for (const auto& [owner, fact] : all) {
    estate_.facts.push_back(fact);
    estate_.fact_begins[owner + 1] = static_cast<std::uint32_t>(estate_.facts.size());
  }
  for (std::size_t i = 1; i < estate_.fact_begins.size(); ++i)
    estate_.fact_begins[i] = std::max(estate_.fact_begins[i], estate_.fact_begins[i - 1]);
}

void Loader::load_checks() {
  SQLite::Statement rows(sql_,
                         "SELECT c.id, c.title, j.value FROM applied_check c LEFT JOIN "
                         "json_each(c.cwe) j ORDER BY c.id");
  while (rows.executeStep()) {
    const std::string_view id = text_of(rows.getColumn(0));
    if (estate_.checks.empty() || estate_.checks.back().id != id) {
      EstateCheck check{
          .id = std::string(id), .title = rows.getColumn(1).getString(), .cwe = {}, .text = {}};
      check.text = lowered(check.id + '\n' + check.title);
      estate_.checks.push_back(std::move(check));
    }
    if (!rows.getColumn(2).isNull())
      estate_.checks.back().cwe.push_back(estate_.cwes.number(text_of(rows.getColumn(2))));
  }
}

void Loader::load_findings() {
  std::unordered_map<std::string, std::uint32_t> checks;
  for (std::uint32_t i = 0; i < estate_.checks.size(); ++i) checks[estate_.checks[i].id] = i;
  SQLite::Statement rows(sql_,
                         "SELECT f.id, f.check_id, coalesce(a.device, -1), f.rating, f.state, "
                         "f.owner_role, f.first_seen, f.last_seen FROM finding f LEFT JOIN "
                         "device_alias a ON a.alias = f.device");
  while (rows.executeStep()) {
    EstateFinding finding;
    const std::string_view id = text_of(rows.getColumn(0));
    std::from_chars(id.data() + std::min<std::size_t>(2, id.size()), id.data() + id.size(),
                    finding.id, 16);
    finding.check = checks[rows.getColumn(1).getString()];
    finding.device = place(places_, number_of(rows.getColumn(2)));
    finding.rating = static_cast<std::uint8_t>(rows.getColumn(3).getInt());
    const std::string_view state = text_of(rows.getColumn(4));
    finding.state = state == "open"   ? FindingState::open
                    : state == "gone" ? FindingState::gone
                                      : FindingState::accepted;
    finding.owner_role =
        static_cast<std::uint8_t>(estate_.owner_roles.number(text_of(rows.getColumn(5))));
    finding.first_seen = number_of(rows.getColumn(6));
    finding.last_seen = number_of(rows.getColumn(7));
    estate_.findings.push_back(finding);
  }
  std::ranges::sort(estate_.findings, {}, [](const EstateFinding& finding) {
    return std::pair(finding.device, finding.id);
  });
  give_findings();
}

// To each device its own.
void Loader::give_findings() {
  auto& begins = estate_.finding_begins;
  begins.assign(estate_.devices.size() + 2, 0);
  for (const EstateFinding& finding : estate_.findings) {
    const auto state = static_cast<std::uint8_t>(finding.state);
    estate_.finding_keys.push_back(
        {.check = static_cast<std::uint16_t>(finding.check),
         .owner_role = finding.owner_role,
         .rating_and_state = static_cast<std::uint8_t>(finding.rating | state << 4)});
    const std::size_t device = std::min<std::size_t>(finding.device, estate_.devices.size());
    ++begins[device + 1];
    if (finding.device == kNobody || finding.state != FindingState::open) continue;
    ++estate_.devices[device].findings;
    estate_.devices[device].rating = std::max(estate_.devices[device].rating, finding.rating);
  }
  for (std::size_t i = 1; i < begins.size(); ++i) begins[i] += begins[i - 1];
}

Security security_of(std::string_view text) {
  if (text == "clear") return Security::clear;
  return text.empty() || text == "unknown" ? Security::unknown : Security::kept;
}

// One edge for all conversations of two devices that are of one application and as well protected.
void add_up(std::vector<EstateEdge>& edges) {
  const auto key = [](const EstateEdge& one) {
    return std::tuple(one.client, one.server, one.application, one.security);
  };
  std::ranges::sort(edges, {}, key);
  std::size_t kept = 0;
  for (const EstateEdge& edge : edges) {
    if (kept == 0 || key(edges[kept - 1]) != key(edge)) {
      edges[kept++] = edge;
      continue;
    }
    EstateEdge& sum = edges[kept - 1];
    sum.first = std::min(sum.first, edge.first);
    sum.last = std::max(sum.last, edge.last);
    sum.flows += edge.flows;
    sum.bytes += edge.bytes;
    ++sum.conversations;
  }
  edges.resize(kept);
  edges.shrink_to_fit();
}

void Loader::load_edges() {
  SQLite::Statement rows(sql_,
                         "SELECT c.client, c.server, coalesce(c.application, ''), c.security, "
                         "t.first_seen, t.last_seen, t.count, t.client_bytes + t.server_bytes "
                         "FROM conversation c JOIN talk t ON t.id = c.talk WHERE c.copy = 0 AND "
                         "c.client IS NOT NULL AND c.server IS NOT NULL AND t.protocol <> 0 AND "
                         "c.state NOT IN ('refused', 'unanswered')");
  while (rows.executeStep()) {
    EstateEdge edge;
    edge.client = place(places_, number_of(rows.getColumn(0)));
    edge.server = place(places_, number_of(rows.getColumn(1)));
    if (edge.client == kNobody || edge.server == kNobody) continue;
    edge.application = estate_.applications.number(text_of(rows.getColumn(2)));
    edge.security = security_of(text_of(rows.getColumn(3)));
    edge.first = static_cast<std::uint32_t>(number_of(rows.getColumn(4)) / kSecond);
    edge.last = static_cast<std::uint32_t>(number_of(rows.getColumn(5)) / kSecond);
    edge.flows = static_cast<std::uint32_t>(number_of(rows.getColumn(6)));
    edge.bytes = static_cast<std::uint64_t>(number_of(rows.getColumn(7)));
    edge.conversations = 1;
    estate_.edges.push_back(edge);
  }
  add_up(estate_.edges);
}

}  // namespace

Result<Estate> Estate::load(Database& database) {
  return guarded(database.path(), [&]() -> Result<Estate> {
    Estate estate;
    Loader(database.sql(), estate).load();
    estate.sort();
    return estate;
  });
}

}  // namespace asepsis
