#include "assess/finding_store.hpp"

#include <openssl/evp.h>

#include <algorithm>
#include <map>
#include <optional>
#include <set>
#include <string_view>
#include <tuple>
#include <utility>

#include "base/json_text.hpp"
#include "base/text.hpp"
#include "store/appender.hpp"
#include "store/statement.hpp"

namespace asepsis {
namespace {

using Key = std::tuple<std::string, std::string, std::string>;  // device, check, instance

struct Stored {
  std::string id, state, accepted_until;
  std::int64_t first = 0;
  std::string said;  // what else is written of it, as one text
  bool met = false;
};

// What is written of a finding, beside what says which it is and how it stands.
std::string all_said(const Found& found) {
  std::string all = std::to_string(found.rating.level) + ' ' + std::to_string(found.last);
  for (const std::string& text :
       {std::string(found.rating.severity), std::string(found.rating.likelihood),
        found.rating.reasoning, found.owner_role, found.detail})
    all += '\x1f' + text;
  return all;
}

std::string day_of(Time time) { return to_rfc3339(time).substr(0, 10); }

std::string clauses_json(const Check& check) {
  std::string out;
  for (const auto& [set, values] : check.clauses)
    out += (out.empty() ? "" : ",") + json_string(set) + ':' + json_array(values);
  return '{' + out + '}';
}

std::string advice_json(const Check& check) {
  std::string out;
  for (std::size_t i = 0; i < kReaders.size(); ++i)
    if (!check.advice[i].empty())
      out +=
          (out.empty() ? "" : ",") + json_string(kReaders[i]) + ':' + json_string(check.advice[i]);
  return '{' + out + '}';
}

// The checks of a pack and of the packs it builds on.
std::vector<std::string> checks_of(const Pack& pack, const PackSet& packs) {
  std::vector<std::string> ids;
  for (const std::string& base : pack.builds_on)
    for (std::string& id : checks_of(*packs.find(base), packs)) ids.push_back(std::move(id));
  for (const Check& check : pack.checks) ids.push_back(check.id);
  return ids;
}

class Writer {
 public:
  Writer(SQLite::Database& sql, const PackSet& packs, Time now)
      : sql_(sql),
        packs_(packs),
        now_(now),
        finding_(sql, "INSERT OR REPLACE INTO finding", 14),
        evidence_(sql, "INSERT OR IGNORE INTO finding_evidence", 5),
        change_(sql, "INSERT INTO finding_change", 5),
        stored_evidence_(sql,
                         "SELECT source, packet, time, text FROM finding_evidence WHERE finding = "
                         "? ORDER BY time, source, packet, text") {}

  CheckOutcome write(const std::vector<Found>& found) {
    write_packs();
    SQLite::Statement all(sql_, std::string(kStored) + "FROM finding f " + kOfToday);
    load(all);
    write_all(pointers(found));
    let_go([&](const std::string& check) { return ours(check); });
    run("INSERT OR REPLACE INTO checked VALUES (1, ?, 0, 0)", nanoseconds_since_1970(now_));
    flush();
    return outcome_;
  }

  CheckOutcome write_of(const std::vector<Found>& found, const std::vector<std::string>& devices) {
    write_packs();
    SQLite::Statement some(sql_, std::string(kStored) + kFromSome + kOfToday);
    some.bind(1, json_array(devices));
    load(some);
    write_all(pointers(found));
    std::set<std::string> asked;
    for (const Pack& pack : packs_.packs())
      for (const Check& check : pack.checks)
        if (!check.of_estate) asked.insert(check.id);
    let_go([&](const std::string& check) { return asked.contains(check); });
    run("UPDATE checked SET estate = 1");
    flush();
    return outcome_;
  }

  CheckOutcome write_of_checks(const std::vector<const Check*>& checks,
                               const std::vector<Found>& found, const std::set<std::string>& but) {
    write_packs();
    std::map<std::string, bool> asked;  // with whether it is of the estate
    std::vector<std::string> ids;
    for (const Check* const check : checks) {
      asked.emplace(check->id, check->of_estate);
      ids.push_back(check->id);
    }
    SQLite::Statement theirs(sql_, std::string(kStored) + kFromChecks + kOfToday);
    theirs.bind(1, json_array(ids));
    load(theirs);
    const auto known_better = [&](const std::string& device, const std::string& check) {
      return !asked.at(check) && but.contains(device);
    };
    std::erase_if(stored_, [&](const auto& one) {
      return known_better(std::get<0>(one.first), std::get<1>(one.first));
    });
    std::vector<const Found*> others;
    for (const Found& one : found)
      if (!known_better(one.device, one.check->id)) others.push_back(&one);
    write_all(others);
    let_go([](const std::string&) { return true; });
    flush();
    return outcome_;
  }

 private:
  // Each text is prepared once: it is a literal, known by its place.
  template <class... Values>
  void run(const char* statement, const Values&... values) {
    SQLite::Statement& sql = statements_.try_emplace(statement, sql_, statement).first->second;
    asepsis::run(sql, values...);
  }

  void write_packs() {
    for (const Pack& pack : packs_.packs()) {
      run("INSERT OR REPLACE INTO applied_pack VALUES (?, ?, ?, ?, ?)", pack.id, pack.title,
          pack.version, json_array(pack.classes), json_array(checks_of(pack, packs_)));
      for (const Check& check : pack.checks)
        run("INSERT OR REPLACE INTO applied_check VALUES (?, ?, ?, ?, ?, ?, ?)", check.id, pack.id,
            check.title, check.harm, json_array(check.cwe), clauses_json(check),
            advice_json(check));
    }
  }

  // By the id that the device has today.
  static constexpr const char* kStored =
      "SELECT f.id, coalesce(d.id, f.device), f.check_id, f.instance, f.state, f.accepted_until, "
      "f.first_seen, f.rating || ' ' || f.last_seen || char(31) || f.severity || char(31) || "
      "f.likelihood || char(31) || f.reasoning || char(31) || f.owner_role || char(31) || "
      "f.detail, "
      "f.device ";
  static constexpr const char* kFromSome =
      "FROM (SELECT value AS id FROM json_each(?1) UNION SELECT o.alias FROM json_each(?1) j CROSS "
      "JOIN device n ON n.id = j.value CROSS JOIN device_alias o ON o.device = n.key) i CROSS JOIN "
      "finding f ON f.device = i.id ";
  static constexpr const char* kFromChecks =
      "FROM (SELECT * FROM finding WHERE check_id IN (SELECT value FROM json_each(?))) f ";
  static constexpr const char* kOfToday =
      "LEFT JOIN device_alias a ON a.alias = f.device LEFT JOIN device d ON d.key = a.device ORDER "
      "BY f.id";

  // Those that a check no longer makes.
  template <class Asked>
  void let_go(Asked asked) {
    for (auto& [key, stored] : stored_)
      if (!stored.met && stored.state != "gone" && asked(std::get<1>(key))) {
        change(stored.id, "gone");
        ++outcome_.gone;
      }
  }

  void load(SQLite::Statement& rows) {
    while (rows.executeStep())
      stored_.emplace(Key{rows.getColumn(1).getString(), rows.getColumn(2).getString(),
                          rows.getColumn(3).getString()},
                      Stored{.id = rows.getColumn(0).getString(),
                             .state = rows.getColumn(4).getString(),
                             .accepted_until = rows.getColumn(5).getString(),
                             .first = rows.getColumn(6).getInt64(),
                             // Under the id that the device had it is written anew.
                             .said = rows.getColumn(8).getString() == rows.getColumn(1).getString()
                                         ? rows.getColumn(7).getString()
                                         : std::string()});
  }

  bool ours(const std::string& check) const {
    return packs_.find(check.substr(0, check.find('.'))) != nullptr;
  }

  static std::vector<const Found*> pointers(const std::vector<Found>& found) {
    std::vector<const Found*> all;
    all.reserve(found.size());
    for (const Found& one : found) all.push_back(&one);
    return all;
  }

  // In the order of their ids, which is that of the tables.
  void write_all(const std::vector<const Found*>& found) {
    std::vector<std::pair<Stored*, const Found*>> all;
    all.reserve(found.size());
    for (const Found* const one : found) {
      Stored& stored = stored_[{one->device, one->check->id, one->instance}];
      if (stored.id.empty()) stored.id = finding_id(one->device, one->check->id, one->instance);
      all.emplace_back(&stored, one);
    }
    std::ranges::sort(all, {}, [](const auto& one) { return std::string_view(one.first->id); });
    for (const auto& [stored, one] : all) write(*stored, *one);
  }

  // What is stored already is not written again.
  void write(Stored& stored, const Found& found) {
    const bool known = !stored.state.empty();
    stored.met = true;
    const bool accepted = stored.state == "accepted-until" && stored.accepted_until >= day_of(now_);
    const std::string state = accepted ? stored.state : "open";
    const std::int64_t first = known ? std::min(stored.first, found.first) : found.first;
    if (state != stored.state || first != stored.first || all_said(found) != stored.said)
      finding_.add(stored.id, found.check->id, found.device, found.instance, found.rating.level,
                   found.rating.severity, found.rating.likelihood, found.rating.reasoning, state,
                   accepted ? stored.accepted_until : std::string(), found.owner_role, found.detail,
                   first, found.last);
    write_evidence(stored.id, known, found);
    if (state != stored.state) log(stored.id, state);
    outcome_.fresh += known ? 0 : 1;
    outcome_.back += stored.state == "gone" ? 1 : 0;
    if (accepted)
      ++outcome_.accepted;
    else
      ++outcome_.open[static_cast<std::size_t>(found.rating.level)];
  }

  void write_evidence(const std::string& id, bool known, const Found& found) {
    if (known) {
      if (has_evidence(id, found)) return;
      run("DELETE FROM finding_evidence WHERE finding = ?", id);
    }
    for (const Sighting& at : found.evidence)
      evidence_.add(id, at.source, at.packet, at.first, at.text);
  }

  bool has_evidence(const std::string& id, const Found& found) {
    using Row = std::tuple<std::int64_t, std::string, std::int64_t, std::string>;
    std::set<Row> rows;
    for (const Sighting& at : found.evidence) rows.emplace(at.first, at.source, at.packet, at.text);
    stored_evidence_.reset();
    stored_evidence_.bindNoCopy(1, id);
    auto row = rows.begin();
    for (; stored_evidence_.executeStep(); ++row)
      if (row == rows.end() || *row != Row{stored_evidence_.getColumn(2).getInt64(),
                                           stored_evidence_.getColumn(0).getString(),
                                           stored_evidence_.getColumn(1).getInt64(),
                                           stored_evidence_.getColumn(3).getString()})
        return false;
    return row == rows.end();
  }

  void change(const std::string& id, const char* state) {
    run("UPDATE finding SET state = ?, accepted_until = '' WHERE id = ?", state, id);
    log(id, state);
  }

  void log(const std::string& id, const std::string& state) {
    change_.add(id, nanoseconds_since_1970(now_), state, "", "");
  }

  void flush() {
    for (Appender* const rows : {&finding_, &evidence_, &change_}) rows->flush();
  }

  SQLite::Database& sql_;
  const PackSet& packs_;
  Time now_;
  Appender finding_, evidence_, change_;
  SQLite::Statement stored_evidence_;
  std::map<const char*, SQLite::Statement> statements_;
  std::map<Key, Stored> stored_;
  CheckOutcome outcome_;
};

}  // namespace

std::string finding_id(const std::string& device, const std::string& check,
                       const std::string& instance) {
  const std::string text = device + '\0' + check + '\0' + instance;
  std::array<unsigned char, EVP_MAX_MD_SIZE> digest{};
  unsigned size = 0;
  EVP_Digest(text.data(), text.size(), digest.data(), &size, EVP_sha256(), nullptr);
  constexpr std::size_t kBytes = 8;
  ShortText<2 * kBytes> hex;
  hex.hex(Bytes(digest).first(kBytes));
  return "f-" + std::string(hex.view());
}

namespace {

// `write` has the writer, within one transaction.
template <class Write>
Result<CheckOutcome> stored(Database& database, const PackSet& packs, Time now, Write write) {
  return guarded(database.path(), [&]() -> Result<CheckOutcome> {
    SQLite::Transaction transaction(database.sql(), SQLite::TransactionBehavior::IMMEDIATE);
    Writer writer(database.sql(), packs, now);
    const CheckOutcome outcome = write(writer);
    transaction.commit();
    return outcome;
  });
}

}  // namespace

Result<CheckOutcome> store_findings(Database& database, const PackSet& packs,
                                    const std::vector<Found>& found, Time now) {
  return stored(database, packs, now, [&](Writer& writer) { return writer.write(found); });
}

Result<CheckOutcome> store_findings_of(Database& database, const PackSet& packs,
                                       const std::vector<Found>& found,
                                       const std::vector<std::string>& devices, Time now) {
  return stored(database, packs, now,
                [&](Writer& writer) { return writer.write_of(found, devices); });
}

Result<CheckOutcome> store_findings_of_checks(Database& database, const PackSet& packs,
                                              const std::vector<const Check*>& checks,
                                              const std::vector<Found>& found,
                                              const std::set<std::string>& but, Time now) {
  return stored(database, packs, now,
                [&](Writer& writer) { return writer.write_of_checks(checks, found, but); });
}

Result<void> begin_asking(Database& database, Time began) {
  return guarded(database.path(), [&]() -> Result<void> {
    SQLite::Statement sql(database.sql(), "INSERT OR IGNORE INTO checked VALUES (1, ?, 1, 1)");
    run(sql, nanoseconds_since_1970(began));
    return {};
  });
}

Result<void> end_asking(Database& database, Time began, Behind behind) {
  return guarded(database.path(), [&]() -> Result<void> {
    SQLite::Statement sql(database.sql(), "UPDATE checked SET time = ?, estate = ?, whole = ?");
    run(sql, nanoseconds_since_1970(began), std::int64_t{behind.estate},
        std::int64_t{behind.whole});
    return {};
  });
}

}  // namespace asepsis
