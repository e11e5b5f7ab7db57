#include "assess/finding_store.hpp"

#include <openssl/evp.h>

#include <algorithm>
#include <map>
#include <optional>
#include <tuple>

#include "base/json_text.hpp"
#include "base/text.hpp"
#include "store/statement.hpp"

namespace asepsis {
namespace {

using Key = std::tuple<std::string, std::string, std::string>;  // device, check, instance

struct Stored {
  std::string id, state, accepted_until;
  std::int64_t first = 0;
  bool met = false;
};

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
      : sql_(sql), packs_(packs), now_(now) {}

  CheckOutcome write(const std::vector<Found>& found) {
    write_packs();
    load();
    for (const Found& one : found) write(one);
    for (auto& [key, stored] : stored_)
      if (!stored.met && stored.state != "gone" && ours(std::get<1>(key))) {
        change(stored.id, "gone");
        ++outcome_.gone;
      }
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
  void load() {
    SQLite::Statement rows(sql_,
                           "SELECT f.id, coalesce(a.device, f.device), f.check_id, f.instance, "
                           "f.state, f.accepted_until, f.first_seen FROM finding f "
                           "LEFT JOIN aliases a ON a.alias = f.device ORDER BY f.id");
    while (rows.executeStep())
      stored_.emplace(Key{rows.getColumn(1).getString(), rows.getColumn(2).getString(),
                          rows.getColumn(3).getString()},
                      Stored{.id = rows.getColumn(0).getString(),
                             .state = rows.getColumn(4).getString(),
                             .accepted_until = rows.getColumn(5).getString(),
                             .first = rows.getColumn(6).getInt64()});
  }

  bool ours(const std::string& check) const {
    return packs_.find(check.substr(0, check.find('.'))) != nullptr;
  }

  void write(const Found& found) {
    Stored& stored = stored_[{found.device, found.check->id, found.instance}];
    const bool known = !stored.id.empty();
    stored.met = true;
    if (!known) stored.id = finding_id(found.device, found.check->id, found.instance);
    const bool accepted = stored.state == "accepted-until" && stored.accepted_until >= day_of(now_);
    const std::string state = accepted ? stored.state : "open";
    const std::int64_t first = known ? std::min(stored.first, found.first) : found.first;
    run("INSERT OR REPLACE INTO finding VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?)",
        stored.id, found.check->id, found.device, found.instance, found.rating.level,
        found.rating.severity, found.rating.likelihood, found.rating.reasoning, state,
        accepted ? stored.accepted_until : std::string(), found.owner_role, found.detail, first,
        found.last);
    write_evidence(stored.id, found);
    if (state != stored.state) log(stored.id, state, {}, {});
    outcome_.fresh += known ? 0 : 1;
    outcome_.back += stored.state == "gone" ? 1 : 0;
    if (accepted)
      ++outcome_.accepted;
    else
      ++outcome_.open[static_cast<std::size_t>(found.rating.level)];
  }

  void write_evidence(const std::string& id, const Found& found) {
    run("DELETE FROM finding_evidence WHERE finding = ?", id);
    for (const Sighting& at : found.evidence)
      run("INSERT OR IGNORE INTO finding_evidence VALUES (?, ?, ?, ?, ?)", id, at.source, at.packet,
          at.first, at.text);
  }

  void change(const std::string& id, const char* state) {
    run("UPDATE finding SET state = ?, accepted_until = '' WHERE id = ?", state, id);
    log(id, state, {}, {});
  }

  void log(const std::string& id, const std::string& state, const std::string& who,
           const std::string& why) {
    run("INSERT INTO finding_change VALUES (?, ?, ?, ?, ?)", id, nanoseconds_since_1970(now_),
        state, who, why);
  }

  SQLite::Database& sql_;
  const PackSet& packs_;
  Time now_;
  std::map<const char*, SQLite::Statement> statements_;
  std::map<Key, Stored> stored_;
  CheckOutcome outcome_;
};

bool is_day(const std::string& text) {
  const auto time = time_from_text(text + "T00:00:00Z");
  return text.size() == 10 && time && day_of(*time) == text;
}

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

Result<CheckOutcome> store_findings(Database& database, const PackSet& packs,
                                    const std::vector<Found>& found, Time now) {
  return guarded(database.path(), [&]() -> Result<CheckOutcome> {
    SQLite::Transaction transaction(database.sql(), SQLite::TransactionBehavior::IMMEDIATE);
    const CheckOutcome outcome = Writer(database.sql(), packs, now).write(found);
    transaction.commit();
    return outcome;
  });
}

namespace {

void add_change(SQLite::Database& sql, const Acceptance& decision, Time now,
                const std::string& state, const std::string& why) {
  SQLite::Statement log(sql, "INSERT INTO finding_change VALUES (?, ?, ?, ?, ?)");
  log.bind(1, decision.finding);
  log.bind(2, nanoseconds_since_1970(now));
  log.bind(3, state);
  log.bind(4, decision.who);
  log.bind(5, why);
  log.exec();
}

}  // namespace

Result<void> accept_finding(Database& database, const Acceptance& acceptance, Time now) {
  if (!is_day(acceptance.until))
    return fail(escaped(acceptance.until) + " is no day: write it as 2027-03-31");
  if (acceptance.until < day_of(now))
    return fail(acceptance.until + " is past: a risk is accepted until a day to come");
  return guarded(database.path(), [&]() -> Result<void> {
    SQLite::Transaction transaction(database.sql(), SQLite::TransactionBehavior::IMMEDIATE);
    SQLite::Statement update(database.sql(),
                             "UPDATE finding SET state = 'accepted-until', accepted_until = ? "
                             "WHERE id = ? AND state <> 'gone'");
    update.bind(1, acceptance.until);
    update.bind(2, acceptance.finding);
    if (update.exec() == 0)
      return fail("there is no finding " + escaped(acceptance.finding) +
                  " that is not gone: asepsis findings lists them");
    add_change(database.sql(), acceptance, now, "accepted-until",
               "until " + acceptance.until + ": " + acceptance.why);
    transaction.commit();
    return {};
  });
}

Result<void> reopen_finding(Database& database, const Acceptance& decision, Time now) {
  return guarded(database.path(), [&]() -> Result<void> {
    SQLite::Transaction transaction(database.sql(), SQLite::TransactionBehavior::IMMEDIATE);
    SQLite::Statement update(database.sql(),
                             "UPDATE finding SET state = 'open', accepted_until = '' "
                             "WHERE id = ? AND state = 'accepted-until'");
    update.bind(1, decision.finding);
    if (update.exec() == 0)
      return fail("the finding " + escaped(decision.finding) +
                  " is not accepted, so it cannot be opened again");
    add_change(database.sql(), decision, now, "open", decision.why);
    transaction.commit();
    return {};
  });
}

}  // namespace asepsis
