#include "inventory/update.hpp"

#include <map>
#include <memory>
#include <optional>
#include <set>

#include "inventory/care_area.hpp"
#include "inventory/changed_models.hpp"
#include "inventory/derivation.hpp"
#include "inventory/derive.hpp"
#include "inventory/documents.hpp"
#include "inventory/documents_kept.hpp"
#include "inventory/documents_part.hpp"
#include "inventory/site_update.hpp"
#include "store/statement.hpp"

namespace asepsis {
namespace {

using Id = std::int64_t;

// More endpoints than this are not worth looking at one by one.
constexpr std::size_t kMostTouched = 3000;
// So many of those that were seen again, where the rest can wait.
constexpr Id kSomeAgain = 200;

struct Changes {
  std::map<Id, std::set<Id>> fresh, again;  // endpoints by site
  std::map<Id, std::set<Id>> devices;       // that had talks that went, by site
  std::size_t endpoints = 0;
};

class Update {
 public:
  Update(Database& database, const Knowledge& knowledge, Since since)
      : sql_(database.sql()), knowledge_(knowledge), since_(since) {}

  // Nothing: all is to be derived.
  std::optional<Updated> run() {
    const auto mark = derivation_mark(sql_);
    if (!mark || mark->knowledge != fingerprint_of(knowledge_)) return std::nullopt;
    if (!find_changes(*mark)) return std::nullopt;
    Updated updated;
    std::vector<std::unique_ptr<SiteUpdate>> parts;
    for (const Id site : sites()) {
      parts.push_back(std::make_unique<SiteUpdate>(sql_, knowledge_, site, *mark));
      if (!derive(*parts.back(), site)) return std::nullopt;
    }
    std::vector<Id> keys;
    for (const auto& part : parts)
      keys.insert(keys.end(), part->old_keys().begin(), part->old_keys().end());
    ChangedModels models(sql_);
    models.before(keys);
    DocumentsKept documents(sql_, keys);
    DocumentsPart documented(sql_, knowledge_, keys);
    keys.clear();
    for (const auto& part : parts) {
      part->write();
      keys.insert(keys.end(), part->keys().begin(), part->keys().end());
      updated.devices.insert(updated.devices.end(), part->devices().begin(), part->devices().end());
    }
    add_what_others_say(keys, documents, documented, models, updated);
    settle();
    updated.more = sql_.execAndGet("SELECT EXISTS (SELECT 1 FROM changed_endpoint)").getInt() != 0;
    return updated;
  }

 private:
  bool find_changes(const DerivationMark& mark) {
    struct New {
      const char* query;
      Id after;
    };
    for (const New& one :
         {New{"SELECT DISTINCT e.site, e.id FROM fact f CROSS JOIN endpoint e ON e.id = f.endpoint "
              "WHERE f.id > ?",
              mark.fact},
          New{"SELECT DISTINCT e.site, e.id FROM talk t CROSS JOIN endpoint e ON e.id = t.client "
              "WHERE t.id > ?",
              mark.talk},
          New{"SELECT DISTINCT e.site, e.id FROM talk t CROSS JOIN endpoint e ON e.id = t.server "
              "WHERE t.id > ?",
              mark.talk}}) {
      SQLite::Statement rows(sql_, one.query);
      rows.bind(1, one.after);
      if (!take(rows, changes_.fresh)) return false;
    }
    SQLite::Statement again(sql_,
                            "SELECT e.site, e.id FROM (SELECT endpoint FROM changed_endpoint LIMIT "
                            "?) c CROSS JOIN endpoint e ON e.id = c.endpoint");
    again.bind(1, most_again());
    SQLite::Statement gone(
        sql_,
        "SELECT d.site, d.key FROM (SELECT talk FROM gone_talk LIMIT ?) g CROSS "
        "JOIN conversation c ON c.talk = g.talk CROSS JOIN device d ON d.key IN (c.client, "
        "c.server)");
    gone.bind(1, most_again());
    while (gone.executeStep())
      changes_.devices[gone.getColumn(0).getInt64()].insert(gone.getColumn(1).getInt64());
    return take(again, changes_.again);
  }

  Id most_again() const { return since_ == Since::some ? kSomeAgain : INT64_MAX; }

  bool take(SQLite::Statement& rows, std::map<Id, std::set<Id>>& to) {
    while (rows.executeStep()) {
      to[rows.getColumn(0).getInt64()].insert(rows.getColumn(1).getInt64());
      if (++changes_.endpoints > kMostTouched) return false;
    }
    return true;
  }

  std::set<Id> sites() const {
    std::set<Id> all;
    for (const auto* const by_site : {&changes_.fresh, &changes_.again, &changes_.devices})
      for (const auto& [site, what] : *by_site) all.insert(site);
    return all;
  }

  bool derive(SiteUpdate& update, Id site) {
    for (const Id endpoint : changes_.again[site]) update.neighbourhood().touch(endpoint, true);
    for (const Id endpoint : changes_.fresh[site]) update.neighbourhood().touch(endpoint, false);
    for (const Id device : changes_.devices[site]) update.neighbourhood().add_device(device);
    return update.derive();
  }

  void settle() {
    for (const char* const query :
         {"DELETE FROM conversation WHERE talk IN (SELECT talk FROM gone_talk LIMIT ?)",
          "DELETE FROM gone_talk WHERE talk IN (SELECT talk FROM gone_talk LIMIT ?)",
          "DELETE FROM changed_endpoint WHERE endpoint IN (SELECT endpoint FROM changed_endpoint "
          "LIMIT ?)"}) {
      SQLite::Statement remove(sql_, query);
      ::asepsis::run(remove, most_again());
    }
    mark_derived_so_far(sql_);
  }

  // Rules of people are asked device by device. What documents said stays, or is found out
  // anew of what they have to do with, or of all.
  void add_what_others_say(std::vector<Id> keys, DocumentsKept& documents, DocumentsPart& part,
                           ChangedModels& models, Updated& updated) {
    if (documents.restore(keys)) {
      place_by_rules(sql_, keys);
    } else if (const auto joined = part.join(keys, models)) {
      add(joined->devices, keys);
      place_by_rules(sql_, keys);
      add_ids(joined->changed, updated);
    } else {
      join_all(keys, models, updated);
    }
    models.after(keys);
  }

  void join_all(std::vector<Id>& keys, ChangedModels& models, Updated& updated) {
    models.before(documented_devices(sql_));
    const SaidByDocuments before = said_by_documents(sql_);
    forget_rules(sql_);
    add_documents(sql_, knowledge_);
    place_by_rules(sql_);
    add(documented_devices(sql_), keys);
    add_ids(differing(before, said_by_documents(sql_)), updated);
  }

  static void add(const std::vector<Id>& more, std::vector<Id>& keys) {
    std::set<Id> all(keys.begin(), keys.end());
    all.insert(more.begin(), more.end());
    keys.assign(all.begin(), all.end());
  }

  // What is said of them may be something else now, so that checks have to be asked again.
  void add_ids(const std::vector<Id>& keys, Updated& updated) {
    std::set<std::string> ids(updated.devices.begin(), updated.devices.end());
    SQLite::Statement id(sql_, "SELECT id FROM device WHERE key = ?");
    for (const Id key : keys) {
      for (id.bind(1, key); id.executeStep();) ids.insert(id.getColumn(0).getString());
      id.reset();
    }
    updated.devices.assign(ids.begin(), ids.end());
  }

  SQLite::Database& sql_;
  const Knowledge& knowledge_;
  Since since_;
  Changes changes_;
};

}  // namespace

Result<Updated> update_inventory(Database& database, const Knowledge& knowledge, Since since) {
  return guarded(database.path(), [&]() -> Result<Updated> {
    SQLite::Transaction transaction(database.sql(), SQLite::TransactionBehavior::IMMEDIATE);
    auto updated = Update(database, knowledge, since).run();
    if (!updated) {
      derive_whole(database, knowledge);
      updated = Updated{.whole = true, .more = false, .devices = {}};
    }
    transaction.commit();
    return *updated;
  });
}

}  // namespace asepsis
