#include "assess/fixture_settings.hpp"

#include <map>
#include <optional>
#include <utility>

#include "inventory/documents.hpp"
#include "inventory/fusion.hpp"
#include "inventory/heard.hpp"
#include "inventory/settings.hpp"
#include "inventory/settings_store.hpp"

namespace asepsis {
namespace {

using Id = std::int64_t;

// Whose each fact is, and between whom each talk was: a fixture says so itself,
// where a capture has to be understood.
Fusion told_by_the_fixture(SQLite::Database& sql, const Heard& heard) {
  Fusion fusion;
  fusion.devices.resize(sql.execAndGet("SELECT count(*) FROM device").getUInt());
  std::map<Id, Id> owners;  // by endpoint
  SQLite::Statement of_endpoints(sql, "SELECT endpoint, device FROM endpoint_owner");
  while (of_endpoints.executeStep())
    owners.emplace(of_endpoints.getColumn(0).getInt64(), of_endpoints.getColumn(1).getInt64());
  for (std::size_t i = 0; i < heard.facts.size(); ++i)
    if (const auto owner = owners.find(heard.endpoints[heard.facts[i].endpoint].id);
        owner != owners.end())
      fusion.devices[static_cast<std::size_t>(owner->second - 1)].facts.push_back(i);
  std::map<Id, std::pair<Id, Id>> ends;  // client, server; 0: no device
  SQLite::Statement talks(
      sql, "SELECT talk, coalesce(client, 0), coalesce(server, 0) FROM conversation");
  while (talks.executeStep())
    ends.emplace(talks.getColumn(0).getInt64(),
                 std::pair(talks.getColumn(1).getInt64(), talks.getColumn(2).getInt64()));
  const auto device = [](Id key) {
    return key == 0 ? std::nullopt : std::optional(static_cast<std::uint32_t>(key - 1));
  };
  for (const HeardTalk& talk : heard.talks)
    fusion.talks.push_back({.client = device(ends.at(talk.id).first),
                            .server = device(ends.at(talk.id).second),
                            .state = talk.state,
                            .security = talk.security,
                            .application = talk.application});
  return fusion;
}

}  // namespace

void add_fixture_settings(Database& database, const Knowledge& knowledge) {
  SQLite::Database& sql = database.sql();
  const Heard heard = std::move(load_heard(database).front());
  const Fusion fusion = told_by_the_fixture(sql, heard);
  SettingContext context = make_setting_context(heard, fusion, knowledge);
  SQLite::Statement classes(sql,
                            "SELECT device, value FROM device_value WHERE attribute = 'class'");
  while (classes.executeStep())
    context.devices[classes.getColumn(0).getUInt() - 1].role = classes.getColumn(1).getString();
  empty_settings(sql);
  write_setting_registry(sql, knowledge);
  SettingsWriter writer(sql);
  for (std::size_t i = 0; i < fusion.devices.size(); ++i)
    writer.write(static_cast<Id>(i) + 1, settings_of(i, heard, fusion, context, knowledge));
  writer.flush();
  add_documents(sql, knowledge);
}

}  // namespace asepsis
