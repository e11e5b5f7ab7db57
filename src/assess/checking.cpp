// A query gives a row a piece of evidence: `device`, `instance`, `detail`, and
// `fact`, `talk` or `document_fact`, the id in the view of that name (the last in
// document_facts). Rows of the same device
// and instance are one finding; its detail is the first in the order of time.

#include "assess/checking.hpp"

#include <algorithm>
#include <atomic>
#include <iterator>
#include <map>
#include <optional>
#include <set>
#include <string_view>
#include <thread>
#include <utility>

#include "assess/part.hpp"
#include "assess/query_fault.hpp"
#include "assess/surroundings.hpp"
#include "assess/witnesses.hpp"
#include "base/text.hpp"
#include "store/time_limit.hpp"

namespace asepsis {
namespace {

constexpr std::size_t kMostFindings = 1'000'000;  // of one check

// The columns of a query, by name.
struct Columns {
  int device = -1, instance = -1, detail = -1, fact = -1, talk = -1, document_fact = -1;
};

using Column = std::pair<std::string_view, int Columns::*>;
constexpr Column kColumns[] = {
    {"device", &Columns::device}, {"instance", &Columns::instance},
    {"detail", &Columns::detail}, {"fact", &Columns::fact},
    {"talk", &Columns::talk},     {"document_fact", &Columns::document_fact}};

Result<Columns> columns_of(SQLite::Statement& statement) {
  Columns columns;
  for (int i = 0; i < statement.getColumnCount(); ++i) {
    const std::string name = statement.getColumnName(i);
    const auto* const known = std::ranges::find(kColumns, name, &Column::first);
    if (known == std::end(kColumns))
      return fail("query gives a column '" + name +
                  "': it may give device, instance, detail, fact, talk and document_fact");
    if (columns.*known->second >= 0) return fail("query gives two columns '" + name + "'");
    columns.*known->second = i;
  }
  if (columns.device < 0 || columns.detail < 0 ||
      (columns.fact < 0 && columns.talk < 0 && columns.document_fact < 0))
    return fail("query must give device, detail, and fact, talk or document_fact (the evidence)");
  return columns;
}

std::string in_words(std::chrono::milliseconds time) {
  using std::chrono::seconds, std::chrono::duration_cast;
  if (time < seconds(1)) return std::to_string(time.count()) + " ms";
  return std::to_string(duration_cast<seconds>(time).count()) + " s";
}

class Checking {
 public:
  // May throw SQLite::Exception.
  Checking(Database& database, const PackSet& packs, const Surroundings& around,
           std::chrono::milliseconds most)
      : database_(database),
        packs_(packs),
        around_(around),
        most_(most),
        witnesses_(database.sql(), around_) {}

  // What is wrong is said with the check's file and line.
  Result<void> run(const Check& check, std::vector<Found>& all) {
    const std::string where = place_of_query(check);
    const TimeLimit limit(database_, most_);
    const auto done = guarded(where, [&] { return ask(check, all); });
    if (done) return done;
    if (limit.passed())
      return fail(where + ": query takes longer than " + in_words(most_) +
                  ": does every WITH RECURSIVE end, and is every table joined by something?");
    if (auto fault = fault_of_query(database_, check)) return Failure(std::move(*fault));
    return done.error().message.starts_with(where) ? done : fail(done.error(), where);
  }

 private:
  struct Gathered {
    std::vector<std::pair<Sighting, std::string>> rows;  // with its detail
    Reach reach = Reach::unknown;
    bool in_use = false;
    bool about_it = false;
  };

  Result<void> ask(const Check& check, std::vector<Found>& all) {
    std::map<std::pair<std::string, std::string>, Gathered> gathered;
    const OnlyReads guard(database_);
    SQLite::Statement statement(database_.sql(), check.query);
    // SQLite would ask the first statement and say nothing of what follows it.
    const std::size_t asked = statement.getExpandedSQL().size();
    if (asked < check.query.size() && !trimmed(check.query.substr(asked)).empty())
      return fail("query goes on after its ';': it must be one SELECT");
    if (statement.getBindParameterCount() > 0)
      return fail("query has a parameter (?, :name, @name, $name), to which nobody gives a value");
    const auto columns = columns_of(statement);
    if (!columns) return std::unexpected(columns.error());
    while (statement.executeStep())
      if (const auto row = take(check, statement, *columns, gathered); !row) return row;
    for (auto& [key, one] : gathered) {
      if (!one.about_it)
        return fail("query names '" + key.first + "' by evidence that is about others only");
      all.push_back(conclude(check, key.first, key.second, one));
    }
    return {};
  }

  static bool applies(const Check& check, const DeviceContext& device) {
    if (check.classes.empty()) return !device.external;
    return std::ranges::find(check.classes, device.device_class) != check.classes.end();
  }

  Result<void> take(const Check& check, SQLite::Statement& row, const Columns& columns,
                    std::map<std::pair<std::string, std::string>, Gathered>& gathered) {
    const auto given = [&](int column) { return column >= 0 && !row.getColumn(column).isNull(); };
    if (!given(columns.device)) return {};  // heard, but of no device
    const std::string device = row.getColumn(columns.device).getString();
    const DeviceContext* context = around_.device(device);
    if (context == nullptr) return fail("query names '" + device + "', which is no device");
    if (!applies(check, *context)) return {};
    const auto id = [&](int column) { return row.getColumn(column).getInt64(); };
    const auto told = given(columns.fact)   ? witnesses_.fact(id(columns.fact))
                      : given(columns.talk) ? witnesses_.talk(id(columns.talk))
                      : given(columns.document_fact)
                          ? witnesses_.document(id(columns.document_fact))
                          : std::nullopt;
    if (!told)
      return fail("query names '" + device +
                  "' without evidence: a finding never rests on what is unknown (fact, talk or "
                  "document_fact is the id of a row that shows it)");
    if (told->server != nullptr && told->server->closed(told->port)) return {};
    Gathered& one =
        gathered[{device, given(columns.instance) ? row.getColumn(columns.instance).getString()
                                                  : std::string()}];
    // What no check expects (a conversation without addresses) must not silence all of them.
    one.rows.emplace_back(told->sighting, given(columns.detail)
                                              ? row.getColumn(columns.detail).getString()
                                              : check.title);
    one.reach = std::max(one.reach, told->reach);
    one.in_use = one.in_use || told->in_use;
    one.about_it = one.about_it || told->client == context || told->server == context;
    if (gathered.size() > kMostFindings)
      return fail("query finds more than " + std::to_string(kMostFindings) + " things");
    return {};
  }

  Found conclude(const Check& check, const std::string& device, const std::string& instance,
                 Gathered& gathered) const {
    const auto order = [](const auto& row) {
      const Sighting& at = row.first;
      return std::tie(at.first, at.source, at.packet, at.text, row.second);
    };
    std::ranges::sort(gathered.rows, {}, order);
    const DeviceContext& context = *around_.device(device);
    const ClassInfo* known = packs_.knowledge().find_class(context.device_class);
    Found found{.check = &check,
                .device = device,
                .instance = instance,
                .detail = gathered.rows.front().second,
                .owner_role = std::string(packs_.owners().resolve(
                    check.owner_role, context.device_class, packs_.knowledge()))};
    found.rating = packs_.ratings().rate(
        {.device_class = context.device_class,
         .care_area = context.care_area,
         .care_area_by = context.care_area_by,
         .listed_life = context.listed_life,
         .depends = known != nullptr && known->life_supporting == LifeSupporting::depends,
         .reach = gathered.reach,
         .in_use = gathered.in_use,
         .failure = check.failure,
         .needs = check.needs});
    found.first = gathered.rows.front().first.first;
    for (const auto& [sighting, detail] : gathered.rows) {
      found.last = std::max(found.last, sighting.last);
      if (found.evidence.size() < kMostEvidence) found.evidence.push_back(sighting);
    }
    return found;
  }

  Database& database_;
  const PackSet& packs_;
  const Surroundings& around_;
  std::chrono::milliseconds most_;
  Witnesses witnesses_;
};

std::vector<const Check*> checks_of(const PackSet& packs) {
  std::vector<const Check*> checks;
  for (const Pack& pack : packs.packs())
    for (const Check& check : pack.checks)
      if (check.document.empty()) checks.push_back(&check);
  return checks;
}

// One after the other, in one connection.
class FewDevices {
 public:
  FewDevices(Database& whole, Database& part, const PackSet& packs,
             const std::vector<std::string>& devices)
      : devices_(devices.begin(), devices.end()),
        around_(whole.sql(), devices),
        checking_(part, packs, around_, kMostOfFew) {}

  Result<std::vector<Found>> run(const std::vector<const Check*>& checks) {
    std::vector<Found> all;
    for (const Check* const check : checks) {
      if (check->of_estate) continue;
      std::vector<Found> found;
      if (const auto done = checking_.run(*check, found); !done)
        return std::unexpected(done.error());
      std::ranges::copy_if(found, std::back_inserter(all),
                           [&](const Found& one) { return devices_.contains(one.device); });
    }
    return all;
  }

 private:
  std::set<std::string> devices_;
  const Surroundings around_;
  Checking checking_;
};

// Checks shared out to threads, each with a connection of its own.
class SharedChecking {
 public:
  SharedChecking(Database& database, const PackSet& packs, std::chrono::milliseconds most)
      : packs_(packs),
        most_(most),
        around_(database.sql()),
        checks_(checks_of(packs)),
        found_(checks_.size()),
        outcome_(checks_.size()) {}

  // Takes the next check, and the next, until there is none.
  Result<void> work(Database& database) {
    return guarded(database.path(), [&]() -> Result<void> {
      Checking checking(database, packs_, around_, most_);
      for (std::size_t i = next_++; i < checks_.size(); i = next_++)
        outcome_[i] = checking.run(*checks_[i], found_[i]);
      return {};
    });
  }

  // In the order of the packs, whoever asked them.
  Result<std::vector<Found>> found() {
    std::vector<Found> all;
    for (std::size_t i = 0; i < checks_.size(); ++i) {
      if (!outcome_[i]) return std::unexpected(outcome_[i].error());
      std::ranges::move(found_[i], std::back_inserter(all));
    }
    return all;
  }

 private:
  const PackSet& packs_;
  std::chrono::milliseconds most_;  // of each
  const Surroundings around_;
  const std::vector<const Check*> checks_;
  std::vector<std::vector<Found>> found_;
  std::vector<Result<void>> outcome_;
  std::atomic<std::size_t> next_ = 0;
};

std::vector<Database> connections_beside(const Database& database) {
  constexpr unsigned kMost = 8;
  std::vector<Database> others;
  for (unsigned i = 1; i < std::min(std::thread::hardware_concurrency(), kMost); ++i)
    if (auto other = database.second_connection()) others.push_back(std::move(*other));
  return others;
}

}  // namespace

Result<std::vector<Found>> run_checks(Database& database, const PackSet& packs,
                                      std::chrono::milliseconds most) {
  return guarded(database.path(), [&]() -> Result<std::vector<Found>> {
    const AmpleMemory ample(database);
    SharedChecking shared(database, packs, most);
    std::vector<Database> others = connections_beside(database);
    std::vector<Result<void>> outcomes(others.size());
    std::vector<std::jthread> threads;
    threads.reserve(others.size());
    for (std::size_t i = 0; i < others.size(); ++i)
      threads.emplace_back([&, i] { outcomes[i] = shared.work(others[i]); });
    const auto done = shared.work(database);
    threads.clear();  // waits for them
    if (!done) return std::unexpected(done.error());
    for (const auto& outcome : outcomes)
      if (!outcome) return std::unexpected(outcome.error());
    return shared.found();
  });
}

Result<std::vector<Found>> run_checks_of(Database& database, const PackSet& packs,
                                         const std::vector<std::string>& devices) {
  auto part = copy_part(database, devices);
  if (!part) return std::unexpected(part.error());
  return guarded(database.path(),
                 [&] { return FewDevices(database, *part, packs, devices).run(checks_of(packs)); });
}

Result<void> run_checks_in_turn(Database& database, const PackSet& packs, Which which,
                                const TakeFound& take) {
  return guarded(database.path(), [&]() -> Result<void> {
    const SQLite::Transaction moment(database.sql());
    const Surroundings around(database.sql());
    Checking checking(database, packs, around, kMostOfEstate);
    for (const Check* const check : checks_of(packs)) {
      if (which == Which::of_estate && !check->of_estate) continue;
      std::vector<Found> found;
      if (const auto done = checking.run(*check, found); !done) return done;
      if (!take(*check, std::move(found))) break;
    }
    return {};
  });
}

Result<std::vector<Found>> run_check(Database& database, const PackSet& packs, const Check& check) {
  return guarded(database.path(), [&]() -> Result<std::vector<Found>> {
    const Surroundings around(database.sql());
    std::vector<Found> found;
    if (const auto done = Checking(database, packs, around, kMostOfFew).run(check, found); !done)
      return std::unexpected(done.error());
    return found;
  });
}

}  // namespace asepsis
