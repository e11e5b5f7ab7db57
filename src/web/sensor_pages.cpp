// About this sensor: what was heard and lost, limits, versions; and the words
// that pages show for names.

#include <algorithm>
#include <filesystem>
#include <fstream>

#include "assess/owner_roles.hpp"
#include "base/embedded.hpp"
#include "inventory/knowledge.hpp"
#include "store/losses.hpp"
#include "web/handlers.hpp"
#include "web/replies.hpp"
#include "web/server.hpp"

namespace asepsis {
namespace {

const std::vector<Column> kColumns{{.name = "losses", .kind = Column::Kind::json},
                                   {.name = "name"},
                                   {.name = "source"},
                                   {.name = "version"}};

std::string list(const Asked& asked, const std::string& sql, std::optional<Error>& error) {
  const auto rows = ask_rows(asked, sql, {}, kColumns);
  if (!rows) error = rows.error();
  return rows ? json_rows(*rows) : "[]";
}

std::string one(const Asked& asked, const std::string& sql, std::optional<Error>& error) {
  const std::string rows = list(asked, sql, error);
  return rows == "[]" ? "{}" : rows.substr(1, rows.size() - 2);
}

// Of each source what was heard and what was lost; those of no losses show so.
std::string sources(const Asked& asked, std::optional<Error>& error) {
  const auto rows = ask_rows(
      asked,
      "SELECT s.name AS source, s.site, s.packets, s.bytes, coalesce((SELECT l.count FROM loss l "
      "WHERE l.source = s.id AND l.name = 'packets dropped by the kernel'), 0) AS dropped, "
      "iif(s.complete, 'ended', 'listening, or interrupted') AS state, s.first_seen, s.last_seen, "
      "(SELECT round(s.packets * 1e9 / nullif(src.last_seen - src.first_seen, 0), 1) FROM source "
      "src WHERE src.id = s.id) AS rate, coalesce((SELECT json_group_object(l.name, l.count) FROM "
      "loss l WHERE l.source = s.id), '{}') AS losses FROM sources s ORDER BY s.last_seen DESC, "
      "s.name LIMIT 200",
      {}, kColumns);
  if (!rows) {
    error = rows.error();
    return "[]";
  }
  std::string out;
  for (std::size_t row = 0; row < rows->cells.size(); ++row) {
    out += (out.empty() ? "{" : ",{") + json_members(*rows, row);
    if (rows->cells[row].back() == "{}") out += ",\"losses\":{}";
    out += '}';
  }
  return '[' + out + ']';
}

std::string limit(std::string_view name, std::string_view value, std::string_view meaning) {
  return JsonObject().text("name", name).text("value", value).text("meaning", meaning).json();
}

std::string limits() {
  return json_array(
      std::vector{
          limit("connections", std::to_string(kMostConnections),
                "to this server at once; " + std::to_string(kMostOfOnePeer) + " of one address"),
          limit("upload", "8 GiB", "of one file that is brought in"),
          limit("body", "64 KiB", "of all else that is sent here"),
          limit("query", "5 s", "that a question in SQL may take; 10,000 rows"),
          limit("event streams", std::to_string(kMostEventStreams), "that are told of changes"),
          limit("listener", "--memory",
                "what asepsis watch may use; it drops and counts the rest")},
      [](const std::string& text) { return text; });
}

// Each listener tries it before its first packet, and does not begin if it fails: the
// latest that began is the latest that passed.
std::string passive_passed(const Asked& asked, std::optional<Error>& error) {
  return one(asked,
             "SELECT s.name AS name, " + time_sql("l.began") +
                 " AS at FROM listener l JOIN source s ON s.id = l.source "
                 "ORDER BY l.began DESC LIMIT 1",
             error);
}

JsonObject selftest(std::string_view name, std::string_view promise, std::string_view command) {
  return JsonObject().text("name", name).text("promise", promise).text("command", command);
}

std::string selftests(const Asked& asked, std::optional<Error>& error) {
  JsonObject passive =
      selftest("passive",
               "Nothing is ever sent on a network that is listened to: the listener gives up every "
               "way to before the first packet, and tries that.",
               "asepsis selftest --passive");
  if (const std::string passed = passive_passed(asked, error); passed != "{}")
    passive.raw("passed", passed);
  const JsonObject privacy =
      selftest("privacy",
               "No patient's identity becomes a fact; that it crossed the network in clear is one.",
               "asepsis query \"SELECT DISTINCT claim FROM facts\"");
  return '[' + passive.json() + ',' + privacy.json() + ']';
}

std::uint64_t memory_bytes() {
  std::ifstream in("/proc/self/statm");
  std::uint64_t total = 0;
  std::uint64_t resident = 0;
  in >> total >> resident;
  constexpr std::uint64_t kPage = 4'096;
  return resident * kPage;
}

std::string server_state(const Service& service) {
  const auto uptime = std::chrono::duration_cast<std::chrono::seconds>(
      std::chrono::steady_clock::now() - service.counts.since);
  return JsonObject()
      .number("uptime_s", static_cast<std::uint64_t>(uptime.count()))
      .number("requests", service.counts.requests)
      .number("refused", service.counts.refused)
      .number("connections", service.counts.connections)
      .number("memory_bytes", memory_bytes())
      .json();
}

// What is the same as long as the data is, and takes long to count.
Response counted(const Asked& asked) {
  std::optional<Error> error;
  JsonObject part;
  part.raw("sources", sources(asked, error));
  part.raw("selftests", selftests(asked, error));
  part.raw("losses", list(asked,
                          std::string("SELECT name AS what, sum(count) AS count FROM loss WHERE ") +
                              kIsLoss + " GROUP BY 1 ORDER BY 2 DESC, 1",
                          error));
  part.raw("coverage", json_array(asked.data.estate().settings, [](const EstateSetting& one) {
             return JsonObject()
                 .text("setting", one.name)
                 .text("title", one.title)
                 .number("seen", one.seen)
                 .number("refused", one.refused)
                 .number("unknown", one.unknown)
                 .json();
           }));
  part.raw("documents",
           list(asked, "SELECT name, kind, site, file, rows, dated FROM documents ORDER BY name",
                error));
  part.raw("packs", list(asked,
                         "SELECT id, title, version, json_array_length(checks) AS checks FROM "
                         "applied_pack ORDER BY id",
                         error));
  part.raw("totals",
           one(asked,
               "SELECT (SELECT count(*) FROM endpoint) AS endpoints, (SELECT count(*) FROM fact) "
               "AS facts, (SELECT count(*) FROM conversation) AS conversations, (SELECT count(*) "
               "FROM document) AS documents, (SELECT coalesce(sum(packets), 0) FROM source) AS "
               "packets, (SELECT count(*) FROM source) AS sources",
               error));
  const auto count = ask_rows(asked, "SELECT count(*) FROM source");
  if (count) part.raw("source_count", count->cells[0][0].value_or("0"));
  return error ? failed(*error) : json_reply(part);
}

}  // namespace

Response get_health(const Asked& asked) {
  return json_reply(JsonObject()
                        .text("status", asked.service.keeper->loading() ? "loading" : "ok")
                        .text("version", asked.service.options.version)
                        .raw("data", data_age(asked)));
}

Response get_openapi(const Asked& asked) { return {.fixed = asked.service.contract.document()}; }

Response get_sensor(const Asked& asked) {
  constexpr const char* kQuestion = "sensor";
  auto part = asked.data.remembered(kQuestion);
  if (!part) {
    part = counted(asked);
    asked.data.remember(kQuestion, *part);
  }
  if (part->status != 200) return *std::move(part);
  std::error_code ignored;
  const auto size = std::filesystem::file_size(asked.service.options.database, ignored);
  JsonObject reply;
  reply.raw("data", data_age(asked)).text("version", asked.service.options.version);
  reply.number("schema_version", kSchemaVersion);
  if (!ignored) reply.number("database_bytes", size);
  reply.raw("limits", limits());
  reply.raw("server", server_state(asked.service));
  const std::string whole = reply.json();
  return json_reply(whole.substr(0, whole.size() - 1) + ',' + part->body.substr(1));
}

Response get_vocabulary(const Asked& asked) {
  const auto knowledge = Knowledge::built_in();
  if (!knowledge) return failed(knowledge.error());
  const auto settings =
      ask_rows(asked, "SELECT name, title FROM setting_kind ORDER BY name", {}, kColumns);
  if (!settings) return failed(settings.error());
  constexpr std::array<std::string_view, 3> kLife{"no", "yes", "depends"};
  const auto owners = std::ranges::find(embedded_packs(), "owners.toml", &EmbeddedFile::name);
  const auto roles = OwnerRoles::read(owners->name, owners->text);
  if (!roles) return failed(roles.error());
  std::vector<std::string> owner_roles;
  const Estate& estate = asked.data.estate();
  for (std::uint32_t code = 1; code < estate.owner_roles.size(); ++code)
    owner_roles.push_back(estate.owner_roles.text(code));
  return json_reply(
      JsonObject()
          .raw("classes",
               json_array(knowledge->classes(),
                          [&](const ClassInfo& one) {
                            return JsonObject()
                                .text("name", one.name)
                                .text("title", one.title)
                                .raw("medical", flag_text(one.medical))
                                .text("life_supporting",
                                      kLife.at(static_cast<std::size_t>(one.life_supporting)))
                                .json();
                          }))
          .raw(
              "owner_roles",
              json_array(
                  owner_roles,
                  [&](const std::string& name) {
                    return JsonObject().text("name", name).text("title", roles->title(name)).json();
                  }))
          .raw("settings", json_rows(*settings))
          .raw("checks", json_array(estate.checks, [](const EstateCheck& check) {
                 return JsonObject().text("id", check.id).text("title", check.title).json();
               })));
}

Response listen_to_events(const Asked& asked) {
  Response response{.type = "text/event-stream", .events = true, .session = asked.who.key};
  response.headers.emplace_back("Cache-Control", "no-store");
  response.body = "retry: 5000\nevent: data\ndata: " + data_age(asked) + "\n\n";
  return response;
}

}  // namespace asepsis
