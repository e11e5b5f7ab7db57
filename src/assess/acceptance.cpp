#include "assess/acceptance.hpp"

#include "base/text.hpp"

namespace asepsis {
namespace {

std::string day_of(Time time) { return to_rfc3339(time).substr(0, 10); }

bool is_day(const std::string& text) {
  const auto time = time_from_text(text + "T00:00:00Z");
  return text.size() == 10 && time && day_of(*time) == text;
}

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
