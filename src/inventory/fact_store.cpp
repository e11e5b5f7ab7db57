#include "inventory/fact_store.hpp"

#include "inventory/derive.hpp"
#include "inventory/fact_rows.hpp"
#include "store/statement.hpp"

namespace asepsis {
namespace {

using Id = std::int64_t;

// Whether the database holds as much of it already.
bool known_better(SQLite::Database& sql, Id site, const SourceInfo& source) {
  SQLite::Statement find(sql,
                         "SELECT packets, complete FROM source "
                         "WHERE site = ? AND identity = ? AND filter = ?");
  find.bind(1, site);
  find.bind(2, source.identity);
  find.bind(3, source.filter);
  if (!find.executeStep()) return false;
  const Id packets = find.getColumn(0).getInt64();
  const bool complete = find.getColumn(1).getInt() != 0;
  if (packets != to_integer(source.packets)) return packets > to_integer(source.packets);
  return complete || !source.complete;
}

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
    if (known_better(sql, site, source)) {
      transaction.commit();
      return false;
    }
    forget_source(sql, site, source);
    const Id id = add_source(sql, site, source);
    store_losses(sql, id, source.losses);
    FactRows rows(sql, site, id);
    for (std::size_t i = 0; i < facts.facts().size(); ++i)
      rows.add(facts.facts()[i], facts.sightings()[i]);
    for (const ConversationRow& row : facts.conversations()) rows.add(row, first_flows_of(row));
    rows.flush();
    transaction.commit();
    return true;
  });
}

}  // namespace asepsis
