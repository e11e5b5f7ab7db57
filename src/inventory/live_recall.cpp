// What a source has said before a restart. Part of live_store.

#include <algorithm>
#include <array>

#include "base/text.hpp"
#include "inventory/derivation.hpp"
#include "inventory/live_store.hpp"

namespace asepsis {
namespace {

constexpr std::array kStates{ConversationState::open, ConversationState::refused,
                             ConversationState::unanswered};
constexpr std::array kSecurities{Security::clear, Security::tls,   Security::dtls, Security::ssh,
                                 Security::quic,  Security::ipsec, Security::other};

// The value whose text it is; the first if a later version wrote another.
template <class Value, std::size_t kSize>
Value named(const std::array<Value, kSize>& values, const std::string& text) {
  const auto found =
      std::ranges::find(values, text, [](Value value) { return std::string(to_text(value)); });
  return found == values.end() ? values.front() : *found;
}

// Reads the columns of a row one after the other.
class Columns {
 public:
  explicit Columns(SQLite::Statement& row) : row_(row) {}
  std::int64_t integer() { return row_.getColumn(at_++).getInt64(); }
  std::uint64_t count() { return static_cast<std::uint64_t>(integer()); }
  template <class Number>
  Number number() {
    return static_cast<Number>(integer());
  }
  std::string text() { return row_.getColumn(at_++).getString(); }
  Endpoint endpoint() {
    Endpoint endpoint{.vlan = number<std::uint16_t>()};
    endpoint.mac = mac_from_text(text()).value_or(Mac{});
    endpoint.ip = ip_from_text(text()).value_or(Ip{});
    return endpoint;
  }
  Seen seen() {
    return {.first = time_from_nanoseconds(integer()),
            .last = time_from_nanoseconds(integer()),
            .count = count(),
            .packet = count()};
  }

 private:
  SQLite::Statement& row_;
  int at_ = 0;
};

}  // namespace

Result<void> LiveStore::recall() {
  return guarded(database_->path(), [&]() -> Result<void> {
    recall_source();
    if (source_id_ == 0) return {};
    recall_facts();
    recall_talks();
    return {};
  });
}

void LiveStore::recall_source() {
  SQLite::Statement find(database_->sql(),
                         "SELECT s.site, s.id, s.packets, s.bytes, s.first_seen, s.last_seen "
                         "FROM source s JOIN site ON site.id = s.site "
                         "WHERE site.name = ? AND s.identity = ? AND s.filter = ?");
  bind_all(find, source_.site, source_.identity, source_.filter);
  if (!find.executeStep()) return;
  Columns columns(find);
  site_ = columns.integer();
  source_id_ = columns.integer();
  source_.packets = columns.count();
  source_.bytes = columns.count();
  source_.first = time_from_nanoseconds(columns.integer());
  source_.last = time_from_nanoseconds(columns.integer());
  SQLite::Statement losses(database_->sql(), "SELECT name, count FROM loss WHERE source = ?");
  losses.bind(1, source_id_);
  while (losses.executeStep())
    source_.losses[losses.getColumn(0).getString()] =
        static_cast<std::uint64_t>(losses.getColumn(1).getInt64());
}

void LiveStore::recall_facts() {
  SQLite::Statement rows(database_->sql(),
                         "SELECT f.id, e.vlan, e.mac, e.ip, f.claim, f.port, f.refused, "
                         "f.protocol, f.value, f.equipment, f.first_seen, f.last_seen, f.count, "
                         "f.packet FROM fact f JOIN endpoint e ON e.id = f.endpoint "
                         "WHERE f.source = ?");
  rows.bind(1, source_id_);
  while (rows.executeStep()) {
    Columns columns(rows);
    const RowId id = columns.integer();
    const Endpoint about = columns.endpoint();
    const std::string claim = columns.text();
    const auto found = std::ranges::find(kClaims, std::string_view(claim), &ClaimRow::name);
    if (found == std::end(kClaims)) continue;  // of a later version
    const auto port = columns.number<std::uint16_t>();
    const bool refused = columns.integer() != 0;
    const std::string protocol = columns.text();
    const std::string value = columns.text();
    const std::string equipment = columns.text();
    const Seen seen = columns.seen();
    const FactHash hash =
        hash_of({.about = about,
                 .claim = {static_cast<std::uint16_t>(found - std::begin(kClaims))},
                 .port = port,
                 .refused = refused,
                 .protocol = protocol,
                 .value = value,
                 .equipment = equipment},
                seed_);
    fact_index_.emplace(hash.whole, static_cast<std::uint32_t>(facts_.size()));
    ++values_[hash.of_claim];
    facts_.push_back(again_ == Again::adds ? KnownFact{.id = id, .seen = seen}
                                           : KnownFact{.id = id, .seen = {}, .stored = seen.count});
  }
}

void LiveStore::recall_talks() {
  SQLite::Statement rows(
      database_->sql(),
      "SELECT t.id, c.vlan, c.mac, c.ip, s.vlan, s.mac, s.ip, t.protocol, t.port, t.state, "
      "t.security, t.application, t.client_bytes, t.server_bytes, t.client_packets, "
      "t.server_packets, t.client_hops, t.server_hops, t.client_ports, t.shape, t.mark, "
      "t.client_least, t.client_most, t.server_least, t.server_most, t.interval, t.regular, "
      "t.first_seen, t.last_seen, t.count, t.packet "
      "FROM talk t JOIN endpoint c ON c.id = t.client JOIN endpoint s ON s.id = t.server "
      "WHERE t.source = ?");
  rows.bind(1, source_id_);
  while (rows.executeStep()) {
    Columns columns(rows);
    const RowId id = columns.integer();
    ConversationRow row;
    row.client = columns.endpoint();
    row.server = columns.endpoint();
    row.protocol = columns.number<std::uint8_t>();
    row.port = columns.number<std::uint16_t>();
    row.state = named(kStates, columns.text());
    row.security = named(kSecurities, columns.text());
    row.application = literal(columns.text());
    row.client_bytes = columns.count();
    row.server_bytes = columns.count();
    row.client_packets = columns.count();
    row.server_packets = columns.count();
    row.client_hops = columns.number<std::uint8_t>();
    row.server_hops = columns.number<std::uint8_t>();
    auto flows =
        std::make_unique<FirstFlows>(FirstFlows{.client_ports = columns.text(), .pace = {}});
    row.shape = columns.text();
    row.mark = columns.text();
    row.marks_differ = !row.shape.empty() && row.mark.empty();
    row.client_turn.least = columns.number<std::uint16_t>();
    row.client_turn.most = columns.number<std::uint16_t>();
    row.server_turn.least = columns.number<std::uint16_t>();
    row.server_turn.most = columns.number<std::uint16_t>();
    flows->pace.interval = columns.integer();
    flows->pace.regular = columns.integer() != 0;
    row.seen = columns.seen();
    recall_talk(id, std::move(row), std::move(flows));
  }
}

void LiveStore::recall_talk(RowId id, ConversationRow row, std::unique_ptr<FirstFlows> flows) {
  meet(row);
  const std::uint32_t index = find_or_add_talk(row);
  if (index == kNone) return;
  KnownTalk& known = talks_[index];
  known.id = id;
  if (again_ == Again::repeats) {
    known.stored = sum_of(row);
    return;
  }
  known.first_flows = std::move(flows);
  known.row = std::move(row);
}

// Rows view names of protocols as literals; these live as long.
std::string_view LiveStore::literal(const std::string& text) {
  return *literals_.insert(text).first;
}

Result<void> LiveStore::complete(const SourceInfo& now) {
  if (source_.packets > now.packets) return {};  // more of it is stored
  return guarded(database_->path(), [&]() -> Result<void> {
    SQLite::Database& sql = database_->sql();
    SQLite::Transaction transaction(sql, SQLite::TransactionBehavior::IMMEDIATE);
    int forgotten = 0;
    SQLite::Statement forget_fact(sql, "DELETE FROM fact WHERE id = ?");
    SQLite::Statement forget_talk(sql, "DELETE FROM talk WHERE id = ?");
    for (const KnownFact& known : facts_)
      if (known.seen.count == 0) forgotten += run(forget_fact, known.id);
    for (const KnownTalk& known : talks_)
      if (known.id != 0 && known.row.seen.count == 0) forgotten += run(forget_talk, known.id);
    if (forgotten > 0) forget_derivation(sql);
    transaction.commit();
    return {};
  });
}

}  // namespace asepsis
