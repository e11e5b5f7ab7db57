#include "inventory/care_area.hpp"

#include <algorithm>
#include <cstdint>
#include <functional>
#include <map>
#include <optional>
#include <set>
#include <string_view>
#include <tuple>
#include <utility>

#include "base/json_text.hpp"
#include "store/statement.hpp"

namespace asepsis {
namespace {

using Id = std::int64_t;

constexpr std::size_t kMostEvidence = 20;  // for what is decided, and as much against it

// What one kind of witness says of a device.
struct Opinion {
  struct Word {
    std::string area;
    Id fact = 0;  // 0: none, a rule
    std::string rule;
  };
  std::vector<Word> words;
  std::string area;  // what they come to; empty: undecided

  // Each word and what it weighs, as device_value keeps evidence: [fact, rule, weight].
  std::vector<std::string> evidence(bool decides) const {
    std::vector<std::string> pro;
    std::vector<std::string> contra;
    for (const Word& one : words) {
      const bool counts = decides && one.area == area;
      std::vector<std::string>& list = counts ? pro : contra;
      if (list.size() < kMostEvidence)
        list.push_back('[' + (one.fact == 0 ? "null" : std::to_string(one.fact)) + ',' +
                       json_string(one.rule) + (counts ? ",1.0]" : ",0.0]"));
    }
    pro.insert(pro.end(), contra.begin(), contra.end());
    return pro;
  }
};
using Opinions = std::map<Id, Opinion>;  // by device

std::string joined(const std::vector<std::string>& items) {
  return json_array(items, [](const std::string& item) { return item; });
}

// Keeps what rules come to, unless somebody stronger has spoken: it is then
// evidence of weight 0.
class Recorder {
 public:
  explicit Recorder(SQLite::Database& sql)
      : outranked_(sql,
                   "UPDATE device_value SET evidence = (SELECT json_group_array(json(value)) FROM "
                   "(SELECT value FROM json_each(evidence) UNION ALL SELECT value FROM "
                   "json_each(?))) WHERE device = ? AND attribute = 'care_area' AND value <> ''"),
        value_(sql,
               "INSERT INTO device_value (device, attribute, value, confidence, runner_up, "
               "runner_up_confidence, evidence, source) "
               "VALUES (?, 'care_area', ?, 1, '', 0, ?, 'rule')") {}

  void record(Id device, const Opinion& opinion) {
    if (run(outranked_, joined(opinion.evidence(false)), device) > 0) return;
    run(value_, device, opinion.area, joined(opinion.evidence(!opinion.area.empty())));
  }

 private:
  SQLite::Statement outranked_, value_;
};

// The rules of one site, to be asked by address.
class Rules {
 public:
  struct Rule {
    std::string area;
    std::string text;
  };

  void add(int vlan, const std::optional<Network>& network, Rule rule) {
    if (network)
      networks_[network->bits].emplace(network->first, std::move(rule));
    else
      vlans_.emplace(vlan, std::move(rule));
  }

  // The smallest network around the address.
  const Rule* of_network(const std::optional<Ip>& ip) const {
    if (!ip) return nullptr;
    for (const auto& [bits, rules] : networks_)
      if (const auto found = rules.find(network_of(*ip, bits).first); found != rules.end())
        return &found->second;
    return nullptr;
  }
  const Rule* of_vlan(int vlan) const {
    const auto found = vlans_.find(vlan);
    return found == vlans_.end() ? nullptr : &found->second;
  }

 private:
  std::map<unsigned, std::map<Ip, Rule>, std::greater<>> networks_;  // by bits
  std::map<int, Rule> vlans_;
};

std::map<Id, Rules> load_rules(SQLite::Database& sql) {
  std::map<Id, Rules> by_site;
  SQLite::Statement rows(sql, "SELECT site, vlan, network, area, rule FROM area_rule_text");
  while (rows.executeStep())
    by_site[rows.getColumn(0).getInt64()].add(
        rows.getColumn(1).getInt(), network_from_text(rows.getColumn(2).getString()),
        {.area = rows.getColumn(3).getString(), .text = rows.getColumn(4).getString()});
  return by_site;
}

// Where a device was heard, and what the rules say of that.
struct Place {
  int vlan;
  std::int64_t first, last;
  const Rules::Rule* of_network;
  const Rules::Rule* of_vlan;
};

struct Stay {
  std::int64_t first, last;
  std::set<std::string> rules;
};
using Stays = std::map<std::string, Stay>;  // by area

// A network is more than the VLAN it is in: there the rule of the VLAN holds
// for nothing else of the device either.
Stays stays_of(const std::vector<Place>& places) {
  std::set<int> ruled;
  for (const Place& place : places)
    if (place.of_network != nullptr) ruled.insert(place.vlan);
  Stays stays;
  for (const Place& place : places) {
    const Rules::Rule* rule = place.of_network;
    if (rule == nullptr && !ruled.contains(place.vlan)) rule = place.of_vlan;
    if (rule == nullptr) continue;
    Stay& stay = stays.try_emplace(rule->area, Stay{place.first, place.last, {}}).first->second;
    stay.first = std::min(stay.first, place.first);
    stay.last = std::max(stay.last, place.last);
    stay.rules.insert(rule->text);
  }
  return stays;
}

// REQUIRES: it was heard in an area. Who was heard in several areas has moved to the last, unless
// it was in another meanwhile: then it is in both (a server, a gateway) and so in none.
Opinion conclude(const Stays& stays) {
  Opinion opinion;
  const auto latest =
      std::ranges::max_element(stays, {}, [](const auto& one) { return one.second.last; });
  const bool apart = std::ranges::all_of(stays, [&](const auto& one) {
    return one.first == latest->first || one.second.last < latest->second.first;
  });
  if (apart) opinion.area = latest->first;
  for (const auto& [area, stay] : stays)
    for (const std::string& rule : stay.rules)
      opinion.words.push_back({.area = area, .rule = rule});
  return opinion;
}

// A VLAN is a device's own where it sent frames under its own MAC: behind a
// router they have the VLAN of whom it talks to, and a lease that a relay asked
// for is heard on the VLAN of the DHCP server.
constexpr const char* kPlaces =
    "SELECT de.device, d.site, e.vlan * (EXISTS (SELECT 1 FROM device_value v WHERE "
    "v.device = de.device AND v.attribute = 'mac' AND v.value = e.mac) AND (de.why IN ('arp', "
    "'nd') OR e.id IN (SELECT client FROM talk WHERE client_packets > 0 UNION ALL SELECT server "
    "FROM talk WHERE server_packets > 0))), e.ip, de.first_seen, de.last_seen "
    "FROM device_endpoint de JOIN device d ON d.key = de.device "
    "JOIN endpoint e ON e.id = de.endpoint";
constexpr const char* kPlacesOfSome =
    "SELECT de.device, d.site, e.vlan * (EXISTS (SELECT 1 FROM device_value v WHERE "
    "v.device = de.device AND v.attribute = 'mac' AND v.value = e.mac) AND (de.why IN ('arp', "
    "'nd') OR EXISTS (SELECT 1 FROM talk WHERE client = e.id AND client_packets > 0) OR EXISTS "
    "(SELECT 1 FROM talk WHERE server = e.id AND server_packets > 0))), e.ip, de.first_seen, "
    "de.last_seen FROM device_endpoint de JOIN device d ON d.key = de.device "
    "JOIN endpoint e ON e.id = de.endpoint WHERE de.device IN (SELECT value FROM json_each(?))";

Opinions opinions_by_rules(SQLite::Database& sql, SQLite::Statement& rows) {
  Opinions opinions;
  const std::map<Id, Rules> by_site = load_rules(sql);
  if (by_site.empty()) return opinions;
  std::map<Id, std::vector<Place>> places;
  while (rows.executeStep()) {
    const auto rules = by_site.find(rows.getColumn(1).getInt64());
    if (rules == by_site.end()) continue;
    const int vlan = rows.getColumn(2).getInt();
    places[rows.getColumn(0).getInt64()].push_back(
        {.vlan = vlan,
         .first = rows.getColumn(4).getInt64(),
         .last = rows.getColumn(5).getInt64(),
         .of_network = rules->second.of_network(ip_from_text(rows.getColumn(3).getText())),
         .of_vlan = rules->second.of_vlan(vlan)});
  }
  for (const auto& [device, heard] : places)
    if (const Stays stays = stays_of(heard); !stays.empty())
      opinions.emplace(device, conclude(stays));
  return opinions;
}

constexpr const char* kForgetPlaces =
    "DELETE FROM device_value WHERE attribute = 'care_area' AND source = 'rule'";
constexpr const char* kForgetEvidence =
    "UPDATE device_value SET evidence = (SELECT json_group_array(json(value)) FROM "
    "json_each(evidence) WHERE value ->> 0 IS NOT NULL) WHERE attribute = 'care_area' AND "
    "evidence GLOB '*[[]null,*'";

}  // namespace

void keep_area_rules(SQLite::Database& sql, const std::string& site,
                     const std::vector<AreaRule>& rules) {
  SQLite::Statement known(sql, "INSERT OR IGNORE INTO site (name) VALUES (?)");
  run(known, site);
  SQLite::Statement forget(sql,
                           "DELETE FROM area_rule WHERE site = (SELECT id FROM site WHERE name = "
                           "?)");
  run(forget, site);
  SQLite::Statement add(sql,
                        "INSERT INTO area_rule (site, area, vlan, network, source) SELECT id, ?, "
                        "?, ?, ? FROM site WHERE name = ?");
  for (const AreaRule& rule : rules) {
    const std::string network = rule.vlan != 0 ? std::string() : to_text(rule.network);
    run(add, rule.area, rule.vlan, network, rule.where, site);
  }
}

CareAreaSaid care_area_said(const Heard& heard, const FusedDevice& device) {
  std::vector<const HeardFact*> facts;
  for (const std::size_t index : device.facts) {
    const HeardFact& fact = heard.facts[index];
    if (fact.claim == "device.care_area" && !fact.refused && !fact.value.empty())
      facts.push_back(&fact);
  }
  if (facts.empty()) return {};
  std::ranges::sort(facts, [](const HeardFact* a, const HeardFact* b) {
    return std::tie(b->count, a->value, a->first, a->id) <
           std::tie(a->count, b->value, b->first, b->id);
  });
  Opinion opinion;
  std::map<std::string_view, std::uint64_t> counts;
  for (const HeardFact* fact : facts) {
    counts[fact->value] += fact->count;
    opinion.words.push_back(
        {.area = std::string(fact->value.view()), .fact = fact->id, .rule = "said by the device"});
  }
  // Of as many the first by the alphabet.
  opinion.area =
      std::ranges::max_element(counts, {}, [](const auto& one) { return one.second; })->first;
  return {opinion.area, joined(opinion.evidence(true))};
}

void forget_rules(SQLite::Database& sql) {
  sql.exec(kForgetPlaces);
  sql.exec(kForgetEvidence);
}

void forget_rules(SQLite::Database& sql, const std::vector<std::int64_t>& devices) {
  const std::string keys =
      json_array(devices, [](std::int64_t key) { return std::to_string(key); });
  for (const char* const query : {kForgetPlaces, kForgetEvidence}) {
    SQLite::Statement forget(
        sql, std::string(query) + " AND device IN (SELECT value FROM json_each(?))");
    run(forget, keys);
  }
}

void place_by_rules(SQLite::Database& sql) {
  forget_rules(sql);
  Recorder recorder(sql);
  SQLite::Statement places(sql, kPlaces);
  for (const auto& [device, opinion] : opinions_by_rules(sql, places))
    recorder.record(device, opinion);
}

void place_by_rules(SQLite::Database& sql, const std::vector<std::int64_t>& devices) {
  Recorder recorder(sql);
  SQLite::Statement places(sql, kPlacesOfSome);
  places.bind(1, json_array(devices, [](std::int64_t key) { return std::to_string(key); }));
  for (const auto& [device, opinion] : opinions_by_rules(sql, places))
    recorder.record(device, opinion);
}

}  // namespace asepsis
