#include "assess/part.hpp"

#include "base/json_text.hpp"

namespace asepsis {
namespace {

// From the database that is attached as `whole`. Asked: the devices; server:
// whose services they use; near: whom they talk with. Rows of `whole` that are
// found by the few, not the few in all its rows: CROSS JOIN keeps that order.
constexpr const char* kCopies[] = {
    "CREATE TEMP TABLE asked (key INTEGER PRIMARY KEY)",
    "CREATE TEMP TABLE server (key INTEGER PRIMARY KEY)",
    "CREATE TEMP TABLE near (key INTEGER PRIMARY KEY)",
    "INSERT INTO asked SELECT d.key FROM json_each((SELECT ids FROM devices_asked)) j CROSS JOIN "
    "whole.device d ON d.id = j.value",
    "INSERT OR IGNORE INTO conversation SELECT c.* FROM asked CROSS JOIN whole.conversation c ON "
    "c.client = asked.key",
    "INSERT OR IGNORE INTO conversation SELECT c.* FROM asked CROSS JOIN whole.conversation c ON "
    "c.server = asked.key",
    "INSERT INTO server SELECT key FROM asked UNION SELECT server FROM conversation WHERE server "
    "IS NOT NULL AND client IN (SELECT key FROM asked)",
    "INSERT INTO near SELECT key FROM server UNION SELECT client FROM conversation WHERE client IS "
    "NOT NULL",
    "INSERT INTO site SELECT * FROM whole.site",
    "INSERT INTO source SELECT * FROM whole.source",
    "INSERT INTO setting_kind SELECT * FROM whole.setting_kind",
    "INSERT INTO grade SELECT * FROM whole.grade",
    "INSERT INTO device SELECT d.* FROM near CROSS JOIN whole.device d ON d.key = near.key",
    "INSERT INTO device_value SELECT v.* FROM near CROSS JOIN whole.device_value v ON v.device = "
    "near.key",
    "INSERT INTO device_alias SELECT a.* FROM asked CROSS JOIN whole.device_alias a ON a.device = "
    "asked.key",
    "INSERT INTO device_endpoint SELECT e.* FROM asked CROSS JOIN whole.device_endpoint e ON "
    "e.device = asked.key",
    "INSERT INTO endpoint_owner SELECT o.* FROM server CROSS JOIN whole.endpoint_owner o ON "
    "o.device = server.key",
    "INSERT INTO fact SELECT f.* FROM endpoint_owner o CROSS JOIN whole.fact f ON f.endpoint = "
    "o.endpoint",
    "INSERT INTO device_fact SELECT df.* FROM fact f CROSS JOIN whole.device_fact df ON df.fact = "
    "f.id",
    "INSERT OR IGNORE INTO device_fact SELECT df.* FROM server CROSS JOIN whole.device_fact df ON "
    "df.device = server.key",
    "INSERT OR IGNORE INTO fact SELECT f.* FROM device_fact df CROSS JOIN whole.fact f ON f.id = "
    "df.fact",
    "INSERT INTO talk SELECT t.* FROM conversation c CROSS JOIN whole.talk t ON t.id = c.talk",
    "INSERT OR IGNORE INTO endpoint SELECT e.* FROM (SELECT client AS id FROM talk UNION SELECT "
    "server FROM talk UNION SELECT endpoint FROM fact UNION SELECT endpoint FROM device_endpoint) "
    "i CROSS JOIN whole.endpoint e ON e.id = i.id",
    "INSERT INTO setting SELECT s.* FROM asked CROSS JOIN whole.setting s ON s.device = asked.key",
    "INSERT INTO setting_document SELECT d.* FROM setting s CROSS JOIN whole.setting_document d ON "
    "d.setting = s.id",
    "INSERT INTO row_device SELECT r.* FROM asked CROSS JOIN whole.row_device r ON r.device = "
    "asked.key",
    "INSERT INTO document_row SELECT r.* FROM row_device d CROSS JOIN whole.document_row r ON r.id "
    "= d.document_row",
    "INSERT INTO document_fact SELECT f.* FROM row_device d CROSS JOIN whole.document_fact f ON "
    "f.document_row = d.document_row",
    "INSERT INTO document SELECT * FROM whole.document WHERE id IN (SELECT document FROM "
    "document_row)",
    "INSERT INTO document_version SELECT * FROM whole.document_version WHERE document IN (SELECT "
    "id FROM document)",
    "INSERT INTO document_evidence SELECT e.* FROM asked CROSS JOIN whole.document_evidence e ON "
    "e.device = asked.key",
    "INSERT INTO document_conflict SELECT c.* FROM whole.document_conflict c WHERE c.device IN "
    "(SELECT key FROM asked)",
    "INSERT INTO unregistered SELECT u.* FROM asked CROSS JOIN whole.unregistered u ON u.device = "
    "asked.key"};

}  // namespace

Result<Database> copy_part(Database& database, const std::vector<std::string>& devices) {
  auto part = Database::open(":memory:", Database::Mode::write);
  if (!part) return part;
  return guarded(database.path(), [&]() -> Result<Database> {
    SQLite::Database& sql = part->sql();
    SQLite::Statement attach(sql, "ATTACH ? AS whole");
    attach.bind(1, database.path().string());
    attach.exec();
    sql.exec("CREATE TEMP TABLE devices_asked (ids TEXT)");
    SQLite::Statement ask(sql, "INSERT INTO devices_asked VALUES (?)");
    ask.bind(1, json_array(devices));
    ask.exec();
    SQLite::Transaction copying(sql);
    for (const char* const copy : kCopies) sql.exec(copy);
    copying.commit();
    sql.exec("DETACH whole");
    return *std::move(part);
  });
}

}  // namespace asepsis
