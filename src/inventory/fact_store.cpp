#include "inventory/fact_store.hpp"

#include "inventory/derivation.hpp"
#include "inventory/derive.hpp"
#include "inventory/fact_rows.hpp"
#include "store/statement.hpp"

namespace asepsis {
namespace {

using Id = std::int64_t;

enum class Known : std::uint8_t { no, less, enough };

// How much of it the database holds already.
Known known(SQLite::Database& sql, Id site, const SourceInfo& source) {
  SQLite::Statement find(sql,
                         "SELECT packets, complete FROM source "
                         "WHERE site = ? AND identity = ? AND filter = ?");
  find.bind(1, site);
  find.bind(2, source.identity);
  find.bind(3, source.filter);
  if (!find.executeStep()) return Known::no;
  const Id packets = find.getColumn(0).getInt64();
  const bool complete = find.getColumn(1).getInt() != 0;
  const bool enough = packets != to_integer(source.packets) ? packets > to_integer(source.packets)
                                                            : complete || !source.complete;
  return enough ? Known::enough : Known::less;
}

// What was derived of it goes too, with all the rest.
void forget_source(SQLite::Database& sql, Id site, const SourceInfo& source) {
  empty_inventory(sql);
  for (const char* statement :
       {"DELETE FROM loss WHERE source IN", "DELETE FROM fact WHERE source IN",
        "DELETE FROM talk WHERE source IN", "DELETE FROM listener WHERE source IN",
        "DELETE FROM source WHERE id IN"}) {
    SQLite::Statement forget(
        sql, std::string(statement) +
                 " (SELECT id FROM source WHERE site = ? AND identity = ? AND filter = ?)");
    forget.bind(1, site);
    forget.bind(2, source.identity);
    forget.bind(3, source.filter);
    forget.exec();
  }
}

}  // namespace

std::string_view to_text(ConversationState state) {
  switch (state) {
    case ConversationState::open: return "seen";
    case ConversationState::refused: return "refused";
    case ConversationState::unanswered: return "unanswered";
  }
  return {};
}

std::string_view to_text(Security security) {
  switch (security) {
    case Security::clear: return "clear";
    case Security::tls: return "tls";
    case Security::dtls: return "dtls";
    case Security::ssh: return "ssh";
    case Security::quic: return "quic";
    case Security::ipsec: return "ipsec";
    case Security::other: return "other";
  }
  return {};
}

Result<bool> store_source(Database& database, const SourceInfo& source, const FactTable& facts) {
  return guarded(database.path(), [&]() -> Result<bool> {
    SQLite::Database& sql = database.sql();
    SQLite::Transaction transaction(sql, SQLite::TransactionBehavior::IMMEDIATE);
    const Id site = id_of_site(sql, source.site);
    const Known before = known(sql, site, source);
    if (before == Known::enough) {
      transaction.commit();
      return false;
    }
    if (before == Known::less) forget_source(sql, site, source);
    mark_behind(sql);
    const Id id = add_source(sql, site, source);
    store_losses(sql, id, source.losses);
    FactRows rows(sql, site, id);
    Id fact = last_fact(sql);
    Id talk = last_talk(sql);
    for (std::size_t i = 0; i < facts.facts().size(); ++i)
      rows.add(facts.facts()[i], facts.sightings()[i], ++fact);
    for (const ConversationRow& row : facts.conversations())
      rows.add(row, first_flows_of(row), ++talk);
    rows.flush();
    transaction.commit();
    return true;
  });
}

}  // namespace asepsis
