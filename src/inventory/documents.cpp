#include "inventory/documents.hpp"

#include <algorithm>
#include <optional>
#include <set>

#include "base/text.hpp"
#include "inventory/care_area.hpp"
#include "inventory/changed_models.hpp"
#include "inventory/document_handles.hpp"
#include "inventory/document_settings.hpp"
#include "inventory/documents_kept.hpp"
#include "inventory/identify.hpp"
#include "inventory/unregistered.hpp"
#include "inventory/words.hpp"
#include "store/statement.hpp"

namespace asepsis {
namespace {

using Id = std::int64_t;

// How far a list is believed of what the wire does not show: people write it
// once, and devices are repaired and updated.
constexpr double kTrust = 0.9;

// What the wire shows is not contradicted where it is believed less than this.
constexpr double kSure = 0.5;

// What only a list knows, in the order of its claims.
constexpr std::string_view kKept[] = {"asset_number", "location", "owner_department",
                                      "life_supporting", "end_of_support"};

// "ICU" is short for Intensive Care Unit.
bool stands_for(std::string_view text, std::string_view whole) {
  std::string initials;
  for (const Word& word : words(whole)) initials += whole[word.begin];
  return initials.size() > 1 && compact(initials) == compact(text);
}

std::string without_version_word(std::string_view text) {
  std::string letters = compact(text);
  for (const std::string_view word : {"version", "firmware", "software", "rev", "sw", "fw", "v"})
    if (letters.starts_with(word) && letters.size() > word.size()) letters.erase(0, word.size());
  return letters;
}

// Whether two texts of an attribute are two ways to write one thing.
bool same_thing(std::string_view attribute, const std::string& heard, const std::string& said,
                const Knowledge& knowledge) {
  if (compact(heard) == compact(said)) return true;
  if (attribute == "firmware") return without_version_word(heard) == without_version_word(said);
  if (attribute == "serial") return false;
  if (attribute == "manufacturer") {
    const std::string maker = known_maker(knowledge, heard);
    if (!maker.empty() && maker == known_maker(knowledge, said)) return true;
  }
  if (attribute == "care_area" && (stands_for(heard, said) || stands_for(said, heard))) return true;
  return contains_words(heard, said) || contains_words(said, heard);
}

class DocumentDerivation {
 public:
  DocumentDerivation(SQLite::Database& sql, const Knowledge& knowledge)
      : sql_(sql),
        knowledge_(knowledge),
        settings_(sql),
        join_(sql,
              "INSERT INTO row_device (document_row, device, joined_by, why) VALUES (?, ?, ?, ?)"),
        value_(sql,
               "INSERT OR IGNORE INTO device_value (device, attribute, value, confidence, "
               "runner_up, runner_up_confidence, evidence, source) VALUES (?, ?, ?, ?, ?, ?, '[]', "
               "'document')"),
        outweigh_(sql,
                  "UPDATE device_value SET attribute = attribute || '.heard' WHERE device = ? AND "
                  "attribute = ? AND value <> ''"),
        evidence_(sql,
                  "INSERT INTO document_evidence (device, attribute, document_fact, rule, weight) "
                  "VALUES (?, ?, ?, ?, ?)"),
        conflict_(sql,
                  "INSERT INTO document_conflict (document_row, device, attribute, heard, said, "
                  "document_fact, joined) VALUES (?, ?, ?, ?, ?, ?, ?)") {}

  // The latest row first. Devices that are out there are passed over.
  void derive(std::vector<StoredRow> rows, std::vector<StoredDevice> devices) {
    rows_ = std::move(rows);
    devices_ = std::move(devices);
    std::erase_if(devices_, [](const StoredDevice& device) { return device.external; });
    const std::vector<Joined> joined = join();
    std::vector<std::vector<const StoredRow*>> about(devices_.size());
    for (std::size_t i = 0; i < rows_.size(); ++i) {
      write_join(rows_[i], joined[i]);
      if (joined[i].device) about[*joined[i].device].push_back(&rows_[i]);
    }
    for (std::size_t i = 0; i < devices_.size(); ++i)
      if (!about[i].empty()) describe(devices_[i], about[i]);
  }

  void write_settings() { settings_.write(); }

 private:
  std::vector<Joined> join() {
    std::vector<JoinDevice> devices;
    devices.reserve(devices_.size());
    for (const StoredDevice& device : devices_) devices.push_back(device.join);
    SQLite::Statement alias(sql_, "SELECT device FROM device_alias WHERE alias = ?");
    std::vector<JoinRow> rows;
    rows.reserve(rows_.size());
    for (const StoredRow& row : rows_) {
      JoinRow& out = rows.emplace_back();
      out = {.id = row.id,
             .document = row.document,
             .told = std::nullopt,
             .serial = row.value("serial"),
             .udi_di = row.value("udi_di"),
             .manufacturer = row.value("manufacturer"),
             .model = row.value("model"),
             .asset = row.value("asset_number"),
             .host_name = row.value("host_name"),
             .macs = {}};
      for (const RowFact& fact : row.facts)
        if (fact.current && fact.claim == "mac") out.macs.push_back(fact.value);
      if (row.told.empty()) continue;
      alias.bind(1, row.told);
      out.told = alias.executeStep() ? alias.getColumn(0).getInt64() : 0;
      alias.reset();
    }
    return join_rows(rows, devices, knowledge_);
  }

  void write_join(const StoredRow& row, const Joined& joined) {
    const auto device =
        joined.device ? std::optional(devices_[*joined.device].join.key) : std::nullopt;
    run(join_, row.id, device, joined.by, joined.why);
    for (const Joined::Contradiction& one : joined.contradictions) {
      const RowFact* fact = row.fact(one.attribute);
      if (fact != nullptr)
        run(conflict_, row.id, devices_[one.device].join.key, one.attribute, one.heard, one.said,
            fact->id, Id{0});
    }
  }

  // `rows`: the latest first; the first that says something counts.
  void describe(const StoredDevice& device, const std::vector<const StoredRow*>& rows) {
    std::set<std::string> told;
    for (const StoredRow* row : rows) {
      find_conflicts(device, *row);
      for (const std::string_view attribute : kKept)
        if (const RowFact* fact = row->fact(attribute); fact != nullptr && row->of_register)
          add(device, attribute, fact->value, *fact, kTrust, told);
      if (row->of_register) add_care_area(device, *row, told);
      add_identity(device, *row, told);
      settings_.add(device, *row);
    }
  }

  // Where a register has no column for it, the location is what it says.
  void add_care_area(const StoredDevice& device, const StoredRow& row,
                     std::set<std::string>& told) {
    const RowFact* fact = row.fact("care_area");
    if (fact == nullptr) fact = row.fact("location");
    if (fact != nullptr) add(device, "care_area", fact->value, *fact, kTrust, told);
  }

  void add(const StoredDevice& device, std::string_view attribute, const std::string& value,
           const RowFact& fact, double confidence, std::set<std::string>& told) {
    if (device.heard(attribute) != nullptr || !told.emplace(attribute).second) return;
    run(value_, device.join.key, attribute, value, confidence, std::string(), 0.0);
    run(evidence_, device.join.key, attribute, fact.id, "list", confidence);
  }

  // Manufacturer, model and what follows from them, weighed as what is heard.
  void add_identity(const StoredDevice& device, const StoredRow& row, std::set<std::string>& told) {
    struct Claim {
      std::string_view field, claim;
    };
    constexpr Claim kClaims[] = {{"manufacturer", "device.manufacturer"},
                                 {"model", "device.model"},
                                 {"firmware", "device.firmware"},
                                 {"serial", "device.serial"},
                                 {"udi_di", "device.udi_di"}};
    const std::string_view protocol = row.of_register ? "register" : "export";
    std::vector<Evidence> evidence;
    for (const Claim& one : kClaims)
      if (const RowFact* fact = row.fact(one.field))
        evidence.push_back({.fact_id = fact->id,
                            .claim = one.claim,
                            .value = fact->value,
                            .protocol = protocol,
                            .equipment = {}});
    const std::string named_class = class_of(row.value("device_type"));
    const RowFact* type = row.fact("device_type");
    if (type != nullptr && !named_class.empty())
      evidence.push_back({.fact_id = type->id,
                          .claim = "device.class",
                          .value = named_class,
                          .protocol = protocol,
                          .equipment = {}});
    const Identity identity = identify(evidence, {}, knowledge_);
    add_opinion(device, "class", identity.device_class, told);
    add_opinion(device, "manufacturer", identity.manufacturer, told);
    add_opinion(device, "model", identity.model, told);
    add_opinion(device, "firmware", identity.firmware, told);
    add_opinion(device, "serial", identity.serial, told);
    add_opinion(device, "udi_di", identity.udi_di, told);
    if (told.contains("manufacturer") && told.insert("maker").second)
      add_maker(device, identity.manufacturer.value);
  }

  // What the wire shows counts, unless it is believed less: it is then the runner-up.
  void add_opinion(const StoredDevice& device, std::string_view attribute, const Opinion& opinion,
                   std::set<std::string>& told) {
    if (opinion.value.empty()) return;
    const StoredDevice::Heard* heard = device.heard(attribute);
    if (heard != nullptr && !outweighed(attribute, *heard, opinion.value, opinion.confidence))
      return;
    if (!told.emplace(attribute).second) return;
    if (heard != nullptr) run(outweigh_, device.join.key, attribute);
    run(value_, device.join.key, attribute, opinion.value, opinion.confidence,
        heard == nullptr ? std::string() : heard->value,
        heard == nullptr ? 0.0 : heard->confidence);
    for (const Opinion::Support& support : opinion.support)
      run(evidence_, device.join.key, attribute, support.fact_id, support.rule, support.weight);
  }

  bool outweighed(std::string_view attribute, const StoredDevice::Heard& heard,
                  const std::string& said, double confidence) const {
    return heard.confidence < confidence && !same_thing(attribute, heard.value, said, knowledge_);
  }

  void add_maker(const StoredDevice& device, const std::string& manufacturer) {
    run(outweigh_, device.join.key, std::string_view("maker"));
    const std::string maker = known_maker(knowledge_, manufacturer);
    run(value_, device.join.key, "maker", maker.empty() ? manufacturer : maker, 1.0, std::string(),
        0.0);
  }

  // "Infusion pumps, volumetric" are of the class infusion-pump.
  std::string class_of(const std::string& type) const {
    if (type.empty()) return {};
    for (const ClassInfo& info : knowledge_.classes())
      if (compact(info.name) == compact(type) || compact(info.title) == compact(type))
        return info.name;
    for (const ClassInfo& info : knowledge_.classes())
      for (const std::string& name : {info.name, info.title, info.name + "s", info.title + "s"})
        if (contains_words(type, name)) return info.name;
    return {};
  }

  void find_conflicts(const StoredDevice& device, const StoredRow& row) {
    struct Compared {
      std::string_view attribute, field;
    };
    constexpr Compared kCompared[] = {{"manufacturer", "manufacturer"},
                                      {"model", "model"},
                                      {"firmware", "firmware"},
                                      {"serial", "serial"},
                                      {"care_area", "care_area"}};
    for (const Compared& one : kCompared) {
      const RowFact* fact = row.fact(one.field);
      if (fact == nullptr && one.attribute == "care_area") fact = row.fact("location");
      const StoredDevice::Heard* heard = device.heard(one.attribute);
      if (fact == nullptr || heard == nullptr || heard->confidence < kSure) continue;
      if (!same_thing(one.attribute, heard->value, fact->value, knowledge_))
        add_conflict(device, row, one.attribute, heard->value, *fact);
    }
    const RowFact* name = row.fact("host_name");
    if (name == nullptr || device.join.names.empty()) return;
    const auto same = [&](const std::string& heard) {
      return short_name(heard) == short_name(name->value);
    };
    if (std::ranges::none_of(device.join.names, same))
      add_conflict(device, row, "name", *device.join.names.begin(), *name);
  }

  void add_conflict(const StoredDevice& device, const StoredRow& row, std::string_view attribute,
                    const std::string& heard, const RowFact& fact) {
    run(conflict_, row.id, device.join.key, attribute, heard, fact.value, fact.id, Id{1});
  }

  SQLite::Database& sql_;
  const Knowledge& knowledge_;
  DocumentSettings settings_;
  std::vector<StoredRow> rows_;
  std::vector<StoredDevice> devices_;  // but for external ones
  SQLite::Statement join_, value_, outweigh_, evidence_, conflict_;
};

}  // namespace

std::vector<Id> documented_devices(SQLite::Database& sql) {
  std::vector<Id> devices;
  SQLite::Statement rows(sql, "SELECT DISTINCT device FROM row_device WHERE device IS NOT NULL");
  while (rows.executeStep()) devices.push_back(rows.getColumn(0).getInt64());
  return devices;
}

void remove_documents(SQLite::Database& sql) {
  forget_handles(sql);
  for (const char* table :
       {"row_device", "document_evidence", "document_conflict", "unregistered", "setting_document"})
    sql.exec(std::string("DELETE FROM ") + table);
  for (const char* table : {"device_value", "setting"})
    sql.exec(std::string("DELETE FROM ") + table + " WHERE source = 'document'");
  sql.exec("DELETE FROM setting_kind WHERE name GLOB 'export.*'");
  sql.exec(
      "UPDATE device_value SET attribute = replace(attribute, '.heard', '') "
      "WHERE attribute GLOB '*.heard'");
}

void add_documents(SQLite::Database& sql, const Knowledge& knowledge) {
  remove_documents(sql);
  DocumentDerivation derivation(sql, knowledge);
  std::vector<Id> sites;
  SQLite::Statement rows(sql, "SELECT DISTINCT site FROM document ORDER BY site");
  while (rows.executeStep()) sites.push_back(rows.getColumn(0).getInt64());
  rows.reset();
  for (const Id site : sites) {
    std::vector<StoredRow> documented = load_rows(sql, {.site = site});
    if (documented.empty()) continue;
    std::vector<StoredDevice> devices = load_devices(sql, {.site = site});
    write_handles(sql, site, documented, devices);
    derivation.derive(std::move(documented), std::move(devices));
    Unregistered(sql, knowledge, site).list({.site = site});
  }
  derivation.write_settings();
  find_evidence_of_conflicts(sql);
}

void join_registers(SQLite::Database& sql, const Knowledge& knowledge, std::vector<StoredRow> rows,
                    std::vector<StoredDevice> devices) {
  DocumentDerivation(sql, knowledge).derive(std::move(rows), std::move(devices));
}

Result<void> derive_documents(Database& database, const Knowledge& knowledge) {
  return guarded(database.path(), [&]() -> Result<void> {
    SQLite::Transaction transaction(database.sql(), SQLite::TransactionBehavior::IMMEDIATE);
    ChangedModels models(database.sql());
    models.before(documented_devices(database.sql()));
    forget_rules(database.sql());
    add_documents(database.sql(), knowledge);
    models.after(documented_devices(database.sql()));
    place_by_rules(database.sql());
    transaction.commit();
    return {};
  });
}

}  // namespace asepsis
