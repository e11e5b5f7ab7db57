// One finding, what people decide of it, and weakness classes.

#include <algorithm>

#include "assess/finding_store.hpp"
#include "base/text.hpp"
#include "web/device_rows.hpp"
#include "web/finding_rows.hpp"
#include "web/handlers.hpp"
#include "web/record.hpp"
#include "web/replies.hpp"

namespace asepsis {
namespace {

Result<Rows> detail_of(Database& database, const std::string& id) {
  return run_query(database,
                   "SELECT id, \"check\", title, pack, device, instance, rating, severity, "
                   "likelihood, reasoning, state, accepted_until, cwe, clauses, owner_role, "
                   "detail, harm, advice, first_seen, last_seen, evidence FROM findings "
                   "WHERE id = ?",
                   id, kFindingColumns);
}

Result<Rows> history_of(Database& database, const std::string& id) {
  return run_query(database,
                   "SELECT time, state, who, why FROM finding_history WHERE finding = ? "
                   "ORDER BY time DESC",
                   id, kFindingColumns);
}

Response finding_reply(const Asked& asked, Database& database, const std::string& id) {
  const auto rows = detail_of(database, id);
  const auto history = history_of(database, id);
  if (!rows || !history) return failed(rows ? history.error() : rows.error());
  if (rows->cells.empty()) return not_found("There is no such finding");
  const auto cell = [&](std::string_view name) {
    const auto at = std::ranges::find(rows->columns, name, &Column::name) - rows->columns.begin();
    return rows->cells.front()[static_cast<std::size_t>(at)].value_or("");
  };
  const Estate& estate = asked.data.estate();
  const std::uint32_t place = estate.place_of(cell("device"));
  std::string body = '{' + json_members(*rows, 0);
  for (const char* list : {"advice", "evidence"})
    if (cell(list) == "[]" || cell(list) == "{}" || cell(list).empty())
      body += ",\"" + std::string(list) + "\":" + (list[0] == 'a' ? "{}" : "[]");
  JsonObject more;
  if (place != kNobody) {
    const EstateDevice& device = estate.devices[place];
    more.text("class", estate.classes.text(device.kind));
    more.text("manufacturer", estate.manufacturers.text(device.manufacturer));
    more.text("model", estate.models.text(device.model));
    more.text("care_area", estate.care_areas.text(device.care_area));
    more.text("site", estate.sites.text(device.site));
  }
  more.raw("history", json_rows(*history)).raw("may_decide", flag_text(asked.who.may("decide")));
  return json_reply(body + ',' + more.raw("data", data_age(asked)).json().substr(1));
}

Result<void> decide(const Asked& asked, Database& database, const std::string& id) {
  if (asked.values.text("decision") == "accept")
    return accept_finding(database,
                          {.finding = id,
                           .until = asked.values.text("until"),
                           .who = asked.who.user,
                           .why = asked.values.text("reason")},
                          now_of_clock());
  return reopen_finding(
      database,
      {.finding = id, .until = {}, .who = asked.who.user, .why = asked.values.text("reason")},
      now_of_clock());
}

}  // namespace

Response get_finding(const Asked& asked) {
  const auto lent = asked.data.lend();
  const auto id = resolve_finding(*lent, asked.values.text("id"));
  if (!id) return not_found(id.error().message);
  return finding_reply(asked, *lent, *id);
}

Response decide_finding(const Asked& asked) {
  const bool accepts = asked.values.text("decision") == "accept";
  if (accepts && !asked.values.has("until"))
    return problem(400, "Accepting a risk takes the last day it is accepted for", "until");
  if (trimmed(asked.values.text("reason")).empty())
    return problem(400, "A decision takes a reason", "reason");
  auto database = Database::open(asked.service.options.database, Database::Mode::write);
  if (!database) return failed(database.error());
  const auto id = resolve_finding(*database, asked.values.text("id"));
  if (!id) return not_found(id.error().message);
  const auto decided = decide(asked, *database, *id);
  record(asked, asked.who.user, accepts ? "finding-accept" : "finding-reopen", *id,
         decided.has_value(), asked.values.text("reason"));
  if (!decided) return problem(409, decided.error().message);
  asked.service.keeper->look();
  return finding_reply(asked, *database, *id);
}

Response list_classes(const Asked& asked) {
  const auto rows = ask_rows(asked,
                             "SELECT json_quote(weakness) AS cwe, title, devices, findings, worst, "
                             "eliminated_by FROM (" +
                                 kClassQuestion + ")",
                             {}, kFindingColumns);
  if (!rows) return failed(rows.error());
  std::string items;
  for (std::size_t row = 0; row < rows->cells.size(); ++row) {
    items += (row > 0 ? ",{" : "{") + json_members(*rows, row);
    if (rows->cells[row].back() == "[]") items += ",\"eliminated_by\":[]";
    items += '}';
  }
  return json_reply(JsonObject().raw("items", '[' + items + ']').raw("data", data_age(asked)));
}

}  // namespace asepsis
