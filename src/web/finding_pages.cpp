// One finding, what people decide of it, and weakness classes.

#include <algorithm>
#include <map>
#include <tuple>

#include "assess/acceptance.hpp"
#include "assess/finding_store.hpp"
#include "assess/weakness.hpp"
#include "base/text.hpp"
#include "web/device_rows.hpp"
#include "web/finding_rows.hpp"
#include "web/handlers.hpp"
#include "web/record.hpp"
#include "web/replies.hpp"

namespace asepsis {
namespace {

// As the view says it, but that the view looks through all aliases for one.
Result<Rows> detail_of(const Asked& asked, Database& database, const std::string& id) {
  auto rows = run_query(
      database,
      "SELECT f.id, f.check_id AS \"check\", c.title, c.pack, f.device, nullif(f.instance, '') AS "
      "instance, f.rating, f.severity, f.likelihood, f.reasoning, f.state, nullif("
      "f.accepted_until, '') AS accepted_until, c.cwe, c.clauses, f.owner_role, f.detail, c.harm, "
      "c.advice, " +
          time_sql("f.first_seen") + " AS first_seen, " + time_sql("f.last_seen") +
          " AS last_seen, (SELECT json_group_array(json_object('source', e.source, iif("
          "e.packet < 0, 'row', 'packet'), abs(e.packet), 'time', " +
          time_sql("e.time") +
          ", 'text', e.text)) FROM (SELECT * FROM finding_evidence WHERE finding = f.id ORDER BY "
          "time, source, packet, text) e) AS evidence FROM finding f JOIN applied_check c ON c.id "
          "= f.check_id WHERE f.id = ?",
      id, kFindingColumns);
  if (rows) name_device(asked, *rows);
  return rows;
}

Result<Rows> history_of(Database& database, const std::string& id) {
  return run_query(database,
                   "SELECT time, state, who, why FROM finding_history WHERE finding = ? "
                   "ORDER BY time DESC",
                   id, kFindingColumns);
}

Response finding_reply(const Asked& asked, Database& database, const std::string& id) {
  const auto rows = detail_of(asked, database, id);
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

// Of the devices that a pack is a baseline for, the findings of its checks.
bool would_end(const Estate& estate, const EstatePack& pack, const EstateFinding& finding) {
  if (!pack.checks[finding.check]) return false;
  if (pack.classes.empty()) return true;
  return finding.device != kNobody &&
         std::ranges::find(pack.classes, estate.devices[finding.device].kind) != pack.classes.end();
}

struct WeaknessClass {
  Tally all;
  std::vector<Tally> ended;  // by each pack
};

std::string json_class(const Estate& estate, const std::string& cwe, const WeaknessClass& one) {
  std::vector<std::pair<std::size_t, Tally>> packs;
  for (std::size_t pack = 0; pack < one.ended.size(); ++pack)
    if (one.ended[pack].findings > 0) packs.emplace_back(pack, one.ended[pack]);
  std::ranges::stable_sort(packs, std::greater(),
                           [](const auto& pack) { return pack.second.findings; });
  const auto json_pack = [&](const auto& ended) {
    const EstatePack& pack = estate.packs[ended.first];
    return JsonObject()
        .text("pack", pack.id)
        .text("title", pack.title)
        .number("devices", ended.second.devices)
        .number("findings", ended.second.findings)
        .json();
  };
  return JsonObject()
      .text("cwe", cwe)
      .text("title", cwe_title(cwe))
      .number("devices", one.all.devices)
      .number("findings", one.all.findings)
      .number("worst", one.all.worst)
      .raw("eliminated_by", json_array(packs, json_pack))
      .json();
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

// Counted over the estate: by SQL it takes minutes where there are many.
Response list_classes(const Asked& asked) {
  const Estate& estate = asked.data.estate();
  std::map<std::uint32_t, WeaknessClass> classes;
  for (const EstateFinding& finding : estate.findings) {
    if (finding.state != FindingState::open) continue;
    for (const std::uint32_t cwe : estate.checks[finding.check].cwe) {
      WeaknessClass& one = classes[cwe];
      one.all.add(finding);
      one.ended.resize(estate.packs.size());
      for (std::size_t pack = 0; pack < estate.packs.size(); ++pack)
        if (would_end(estate, estate.packs[pack], finding)) one.ended[pack].add(finding);
    }
  }
  std::vector<std::pair<std::string, const WeaknessClass*>> sorted;
  sorted.reserve(classes.size());
  for (const auto& [cwe, one] : classes) sorted.emplace_back(estate.cwes.text(cwe), &one);
  std::ranges::sort(sorted, [](const auto& a, const auto& b) {
    return std::tuple(b.second->all.devices, b.second->all.worst, a.first) <
           std::tuple(a.second->all.devices, a.second->all.worst, b.first);
  });
  const auto json = [&](const auto& one) { return json_class(estate, one.first, *one.second); };
  return json_reply(
      JsonObject().raw("items", json_array(sorted, json)).raw("data", data_age(asked)));
}

}  // namespace asepsis
