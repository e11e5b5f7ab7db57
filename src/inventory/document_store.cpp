#include "inventory/document_store.hpp"

#include <openssl/rand.h>

#include <optional>
#include <set>
#include <tuple>

#include "base/text.hpp"
#include "inventory/fact_rows.hpp"
#include "store/statement.hpp"

namespace asepsis {
namespace {

using Id = std::int64_t;

// What tells an export of one device from that of another: the strongest thing
// that it says of its own.
std::string subject_of(const DocumentInfo& info, const Document& document) {
  if (document.kind == DocumentKind::asset_register) return {};
  if (!info.device.empty()) return "device " + info.device;
  for (const std::string_view field : {"serial", "mac", "asset_number", "host_name"})
    for (const DocumentRow& row : document.rows)
      if (const auto value = row.value(field); !value.empty())
        return std::string(field) + ' ' + std::string(value);
  return {};
}

class DocumentWriter {
 public:
  DocumentWriter(SQLite::Database& sql, const DocumentInfo& info, const Document& document)
      : sql_(sql), info_(info), read_(document), dated_(nanoseconds_since_1970(info.dated)) {}

  StoredDocument write() {
    site_ = id_of_site(sql_, info_.site);
    StoredDocument stored;
    find_document();
    if (latest_ && std::get<1>(*latest_) == info_.identity) {
      stored.as = StoredDocument::As::known;
      stored.same = read_.rows.size();
      return stored;
    }
    if (latest_ && std::get<2>(*latest_) > dated_) {
      stored.as = StoredDocument::As::older;
      stored.dated = to_rfc3339(time_from_nanoseconds(std::get<2>(*latest_)));
      return stored;
    }
    if (latest_) stored.as = StoredDocument::As::renewed;
    // The same bytes read in another way correct what was said: no history.
    if (latest_ && std::get<0>(*latest_) == info_.content) forget_rows();
    add_version();
    write_rows(stored);
    if (stored.as == StoredDocument::As::fresh) stored.like_it = register_like_it();
    sql_.exec("DELETE FROM row_device");  // the inventory is now stale
    return stored;
  }

 private:
  void find_document() {
    const std::string subject = subject_of(info_, read_);
    SQLite::Statement add(
        sql_,
        "INSERT INTO document (site, kind, name, subject, format, encoding) "
        "VALUES (?, ?, ?, ?, ?, ?) ON CONFLICT DO UPDATE SET format = excluded.format, "
        "encoding = excluded.encoding RETURNING id");
    bind_all(add, site_, to_text(read_.kind), info_.name, subject, read_.format, read_.encoding);
    add.executeStep();
    document_ = add.getColumn(0).getInt64();
    add.reset();
    SQLite::Statement find(sql_,
                           "SELECT content, identity, dated FROM document_version WHERE document "
                           "= ? ORDER BY dated DESC, id DESC LIMIT 1");
    find.bind(1, document_);
    if (find.executeStep())
      latest_ = {find.getColumn(0).getString(), find.getColumn(1).getString(),
                 find.getColumn(2).getInt64()};
  }

  void forget_rows() {
    for (const char* text : {"DELETE FROM document_fact WHERE document_row IN "
                             "(SELECT id FROM document_row WHERE document = ?)",
                             "DELETE FROM document_row WHERE document = ?",
                             "DELETE FROM document_version WHERE document = ?"}) {
      SQLite::Statement forget(sql_, text);
      run(forget, document_);
    }
  }

  void add_version() {
    SQLite::Statement add(sql_,
                          "INSERT INTO document_version (document, content, identity, file, dated) "
                          "VALUES (?, ?, ?, ?, ?)");
    run(add, document_, info_.content, info_.identity, to_utf8(info_.file), dated_);
    version_ = sql_.getLastInsertRowid();
  }

  void write_rows(StoredDocument& stored) {
    SQLite::Statement find(sql_, "SELECT id FROM document_row WHERE document = ? AND key = ?");
    SQLite::Statement renew(sql_, "UPDATE document_row SET line = ?, current = 1 WHERE id = ?");
    SQLite::Statement add(
        sql_, "INSERT INTO document_row (document, key, line, current) VALUES (?, ?, ?, 1)");
    const Id gone_before =
        count("SELECT count(*) FROM document_row WHERE document = ? AND current");
    SQLite::Statement past(sql_, "UPDATE document_row SET current = 0 WHERE document = ?");
    run(past, document_);
    Id still = 0;
    for (const DocumentRow& row : read_.rows) {
      bind_all(find, document_, row.key);
      const bool known = find.executeStep();
      Id id = known ? find.getColumn(0).getInt64() : 0;
      find.reset();
      if (known) {
        run(renew, static_cast<Id>(row.line), id);
        ++still;
      } else {
        run(add, document_, row.key, static_cast<Id>(row.line));
        id = sql_.getLastInsertRowid();
      }
      const bool changed = write_facts(id, row);
      ++(!known ? stored.fresh : changed ? stored.changed : stored.same);
    }
    stored.gone = static_cast<std::size_t>(std::max<Id>(gone_before - still, 0));
    SQLite::Statement end(sql_,
                          "UPDATE document_fact SET current = 0 WHERE document_row IN "
                          "(SELECT id FROM document_row WHERE document = ? AND NOT current)");
    run(end, document_);
  }

  // Whether the row says something else than before.
  bool write_facts(Id row, const DocumentRow& read) {
    if (!put_fact_) {
      put_fact_.emplace(
          sql_,
          "INSERT INTO document_fact (document_row, version, line, claim, value, by_nature, level, "
          "about, current, first_seen, last_seen) VALUES (?, ?, ?, ?, ?, ?, ?, ?, 1, ?, ?) "
          "ON CONFLICT DO UPDATE SET version = excluded.version, line = excluded.line, "
          "by_nature = excluded.by_nature, level = excluded.level, about = excluded.about, "
          "current = 1, last_seen = excluded.last_seen");
      old_facts_.emplace(sql_,
                         "SELECT claim, value FROM document_fact WHERE document_row = ? AND "
                         "current = 1 ORDER BY claim, value");
      end_facts_.emplace(sql_, "UPDATE document_fact SET current = 0 WHERE document_row = ?");
    }
    std::set<std::pair<std::string, std::string>> before;
    std::set<std::pair<std::string, std::string>> now;
    old_facts_->bind(1, row);
    while (old_facts_->executeStep())
      before.emplace(old_facts_->getColumn(0).getString(), old_facts_->getColumn(1).getString());
    old_facts_->reset();
    run(*end_facts_, row);
    for (const DocumentFact& fact : read.facts) {
      run(*put_fact_, row, version_, static_cast<Id>(fact.line), fact.claim, fact.value,
          Id{fact.by_nature}, fact.level, fact.about, dated_, dated_);
      now.emplace(fact.claim, fact.value);
    }
    return before != now;
  }

  // A newer version of a register under another name would be a second one.
  std::string register_like_it() {
    if (read_.kind != DocumentKind::asset_register || read_.rows.empty()) return {};
    SQLite::Statement find(
        sql_,
        "SELECT d.name FROM document d JOIN document_row r ON r.document = d.id JOIN document_row "
        "mine ON mine.key = r.key AND mine.document = ?1 WHERE d.site = ?2 AND d.kind = 'register' "
        "AND d.id <> ?1 GROUP BY d.id HAVING count(*) * 2 > ?3 ORDER BY count(*) DESC, d.name");
    bind_all(find, document_, site_, static_cast<Id>(read_.rows.size()));
    return find.executeStep() ? find.getColumn(0).getString() : std::string();
  }

  Id count(const char* text) {
    SQLite::Statement statement(sql_, text);
    statement.bind(1, document_);
    statement.executeStep();
    return statement.getColumn(0).getInt64();
  }

  SQLite::Database& sql_;
  const DocumentInfo& info_;
  const Document& read_;
  Id dated_ = 0;
  Id site_ = 0, document_ = 0, version_ = 0;
  std::optional<std::tuple<std::string, std::string, Id>> latest_;  // content, identity, dated
  std::optional<SQLite::Statement> put_fact_, old_facts_, end_facts_;
};

}  // namespace

Result<StoredDocument> store_document(Database& database, const DocumentInfo& info,
                                      const Document& document) {
  return guarded(database.path(), [&]() -> Result<StoredDocument> {
    SQLite::Transaction transaction(database.sql(), SQLite::TransactionBehavior::IMMEDIATE);
    StoredDocument stored = DocumentWriter(database.sql(), info, document).write();
    transaction.commit();
    return stored;
  });
}

Result<std::string> sealing_key(Database& database) {
  return guarded(database.path(), [&]() -> Result<std::string> {
    constexpr int kKeyBytes = 32;
    std::string key(kKeyBytes, '\0');
    if (RAND_bytes(reinterpret_cast<unsigned char*>(key.data()), kKeyBytes) != 1)
      return fail("this computer gives no random numbers to seal secrets with");
    SQLite::Statement add(database.sql(),
                          "INSERT OR IGNORE INTO sealing_key (id, key) VALUES (1, ?)");
    add.bind(1, key.data(), kKeyBytes);
    add.exec();
    return database.sql().execAndGet("SELECT key FROM sealing_key WHERE id = 1").getString();
  });
}

}  // namespace asepsis
