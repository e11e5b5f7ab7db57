// The evidence behind a statement, down to packet numbers.

#include <algorithm>

#include "base/text.hpp"
#include "web/device_rows.hpp"
#include "web/finding_rows.hpp"
#include "web/handlers.hpp"
#include "web/replies.hpp"

namespace asepsis {
namespace {

constexpr std::size_t kMostEvidence = 500;

const std::vector<Column> kText{
    {.name = "value"}, {.name = "heard"}, {.name = "said"}, {.name = "instance"}, {.name = "text"}};

// At most so many of what a question gives, and whether there was more.
struct Evidence {
  std::string json = "[]";
  bool any = false, truncated = false;
};

Result<Evidence> evidence(const Asked& asked, const std::string& question,
                          const std::string& device) {
  auto rows =
      ask_rows(asked, "SELECT * FROM (" + question + ") LIMIT " + std::to_string(kMostEvidence + 1),
               device, kText);
  if (!rows) return std::unexpected(rows.error());
  for (Column& column : rows->columns)
    if (column.name == "first_seen") column.name = "time";
  Evidence found{.any = !rows->cells.empty(), .truncated = rows->cells.size() > kMostEvidence};
  if (found.truncated) rows->cells.pop_back();
  found.json = json_rows(*rows);
  return found;
}

std::string list_or_none(const Result<Rows>& rows) { return rows ? json_rows(*rows) : "[]"; }

std::string conclusions(const Asked& asked, const std::string& device,
                        const std::string& attribute) {
  return list_or_none(
      ask_rows(asked,
               "SELECT attribute, nullif(value, '') AS value, round(confidence, 2) AS confidence, "
               "nullif(runner_up, '') AS runner_up, nullif(round(runner_up_confidence, 2), 0) AS "
               "runner_up_confidence, source FROM attributes WHERE device = ?1 AND attribute IN "
               "(SELECT attribute FROM evidence WHERE device = ?1)" +
                   only("attribute", attribute),
               device, kText));
}

// The + lets SQLite begin with the device: there are more of each setting than of each device.
std::string setting_conclusions(const Asked& asked, const std::string& device,
                                const std::string& setting, const std::string& instance) {
  return list_or_none(ask_rows(asked,
                               "SELECT setting AS attribute, coalesce(value, state) AS value, "
                               "source FROM settings WHERE device = ? AND +setting = " +
                                   quoted(setting) + only("instance", instance),
                               device, kText));
}

Response reply(const Asked& asked, const JsonObject& subject, const std::string& conclusion,
               const Evidence& found, const std::string& conflicts, const std::string& reason) {
  return json_reply(JsonObject()
                        .object("subject", subject)
                        .raw("conclusion", conclusion)
                        .text("reason", reason)
                        .raw("evidence", found.json)
                        .raw("truncated", flag_text(found.truncated))
                        .raw("conflicts", conflicts)
                        .raw("data", data_age(asked)));
}

Response why_finding(const Asked& asked) {
  const auto id = [&] {
    const auto lent = asked.data.lend();
    return resolve_finding(*lent, asked.values.text("finding"));
  }();
  if (!id) return not_found(id.error().message);
  auto said = ask_rows(asked,
                       "SELECT c.title, f.device AS device, f.reasoning, f.detail FROM finding f "
                       "JOIN applied_check c ON c.id = f.check_id WHERE f.id = ?",
                       *id, kText);
  const auto rows = ask_rows(asked,
                             "SELECT source, packet, " + time_sql("time") +
                                 " AS time, text FROM finding_evidence WHERE finding = ? ORDER BY "
                                 "finding_evidence.time, source, packet, text",
                             *id, kText);
  if (!said || !rows) return failed(said ? rows.error() : said.error());
  name_device(asked, *said);
  const auto& cells = said->cells.front();
  JsonObject subject;
  subject.text("finding", *id).text("title", cells[0].value_or(""));
  subject.text("device", cells[1].value_or("")).text("meaning", cells[3].value_or(""));
  return reply(asked, subject, "[]", {.json = json_rows(*rows), .any = true, .truncated = false},
               "[]", cells[2].value_or(""));
}

Response why_setting(const Asked& asked, const std::string& device, const std::string& setting) {
  const std::string& instance = asked.values.text("instance");
  const auto found = evidence(asked,
                              "SELECT * FROM (" + setting_evidence_question(setting) + ") WHERE 1" +
                                  only("instance", instance),
                              device);
  if (!found) return failed(found.error());
  const auto kind =
      ask_rows(asked, "SELECT title, meaning FROM setting_kind WHERE name = ?", setting, kText);
  JsonObject subject;
  subject.text("device", device).text("setting", setting).text("instance", instance);
  if (kind && !kind->cells.empty()) {
    subject.text("title", kind->cells[0][0].value_or(""));
    subject.text("meaning", kind->cells[0][1].value_or(""));
  }
  if (!found->any && (!kind || kind->cells.empty()))
    return not_found("There is no setting " + escaped(setting));
  return reply(asked, subject, setting_conclusions(asked, device, setting, instance), *found, "[]",
               {});
}

Response why_attribute(const Asked& asked, const std::string& device,
                       const std::string& attribute) {
  auto found = evidence(asked, evidence_question(attribute), device);
  if (found && !found->any) found = evidence(asked, fact_question(attribute), device);
  if (!found) return failed(found.error());
  if (!found->any && !attribute.empty())
    return not_found("Nothing that was heard says the " + escaped(attribute) + " of " + device);
  auto conflicts = ask_rows(asked,
                            "SELECT attribute, heard, said, source, line AS \"row\" FROM (" +
                                conflict_question(attribute) + ")",
                            device, kText);
  const auto reason = ask_rows(asked, "SELECT reason FROM device WHERE id = ?", device, kText);
  JsonObject subject;
  subject.text("device", device).text("attribute", attribute);
  return reply(asked, subject, conclusions(asked, device, attribute), *found,
               list_or_none(conflicts),
               reason && !reason->cells.empty() ? reason->cells[0][0].value_or("") : std::string());
}

}  // namespace

Response get_why(const Asked& asked) {
  if (asked.values.has("finding")) return why_finding(asked);
  if (!asked.values.has("device")) return problem(400, "Say of which device or finding", "device");
  const auto device = device_named(asked, asked.values.text("device"));
  if (!device) return device.error();
  if (asked.values.has("setting")) return why_setting(asked, *device, asked.values.text("setting"));
  return why_attribute(asked, *device, asked.values.text("attribute"));
}

}  // namespace asepsis
