// The first page: three things to do today, what changed, what is not seen.

#include <algorithm>
#include <map>

#include "base/number_text.hpp"
#include "base/text.hpp"
#include "web/device_choice.hpp"
#include "web/finding_rows.hpp"
#include "web/handlers.hpp"
#include "web/models.hpp"
#include "web/replies.hpp"

namespace asepsis {
namespace {

constexpr std::int64_t kDay = std::int64_t{24} * 3600 * 1'000'000'000;
constexpr std::size_t kTasks = 3;
constexpr std::size_t kMostModels = 5;
constexpr std::size_t kMostAreas = 100;
constexpr std::uint8_t kLow = 34;  // per cent of what could have been seen

const std::vector<Column> kText{{.name = "was"}, {.name = "is"}, {.name = "instance"}};

// What is open, counted once over all findings.
struct Open {
  std::array<std::uint32_t, 6> by_rating{};
  std::map<std::uint32_t, Tally> by_owner, by_check;
  std::uint32_t total = 0, accepted = 0, fresh = 0;
};

Open count_open(const Estate& estate, std::int64_t since) {
  Open open;
  for (const EstateFinding& finding : estate.findings) {
    if (finding.state == FindingState::accepted) ++open.accepted;
    if (finding.state != FindingState::open) continue;
    ++open.total;
    open.fresh += finding.first_seen >= since ? 1 : 0;
    ++open.by_rating.at(std::min<std::size_t>(finding.rating, 5));
    open.by_owner[finding.owner_role].add(finding);
    open.by_check[finding.check].add(finding);
  }
  return open;
}

std::string plural(std::size_t count, const std::string& what) {
  return with_thousands(count) + ' ' + what + (count == 1 ? "" : "s");
}

// The worst of each check, the worst check first; of as bad ones that of more devices.
std::vector<std::uint32_t> worst_findings(const Estate& estate, const Open& open) {
  std::vector<std::uint32_t> checks;
  checks.reserve(open.by_check.size());
  for (const auto& [check, sum] : open.by_check) checks.push_back(check);
  std::ranges::stable_sort(checks, [&](std::uint32_t a, std::uint32_t b) {
    const Tally& one = open.by_check.at(a);
    const Tally& other = open.by_check.at(b);
    return one.worst != other.worst ? one.worst > other.worst : one.devices > other.devices;
  });
  checks.resize(std::min(checks.size(), kTasks));
  std::vector<std::uint32_t> places;
  for (const std::uint32_t check : checks) {
    const auto& order = estate.finding_orders.front();
    const auto first = std::ranges::find_if(order, [&](std::uint32_t place) {
      return estate.findings[place].check == check &&
             estate.findings[place].state == FindingState::open;
    });
    if (first != order.end()) places.push_back(*first);
  }
  return places;
}

std::string finding_task(const Estate& estate, const EstateFinding& finding, const Tally& sum) {
  const EstateCheck& check = estate.checks[finding.check];
  return JsonObject()
      .text("kind", "finding")
      .text("title", check.title + ": " + plural(sum.devices, "device"))
      .text("detail",
            "Ask who is accountable first; nothing is changed on a device while it may be in use.")
      .number("devices", sum.devices)
      .number("rating", sum.worst)
      .text("owner_role", estate.owner_roles.text(finding.owner_role))
      .text("check", check.id)
      .text("finding", id_of_finding(finding.id))
      .text("page", "findings")
      .object("filter", JsonObject().text("check", check.id))
      .json();
}

std::string drift_task(const ModelSummary& model) {
  return JsonObject()
      .text("kind", "drift")
      .text("title", plural(model.devices, "device") + " " + model.name +
                         ", configured in at least " + with_thousands(model.at_least) + " ways")
      .text("detail",
            "Compare them with the safest that already works, and plan the way there "
            "with clinical engineering.")
      .number("devices", model.devices)
      .text("model", model.id)
      .text("page", "models")
      .object("filter", JsonObject())
      .json();
}

std::string coverage_task(std::size_t devices) {
  return JsonObject()
      .text("kind", "coverage")
      .text("title", plural(devices, "device") + " of which little can be seen")
      .text("detail",
            "Bring in their exported configurations, or let the sensor hear their "
            "network: what is not seen is not known to be safe.")
      .number("devices", devices)
      .text("page", "devices")
      .object("filter", JsonObject().text("coverage", "low"))
      .json();
}

std::string setup_task() {
  return JsonObject()
      .text("kind", "setup")
      .text("title", "Bring in a capture")
      .text("detail",
            "Nothing was heard yet. A capture of a few minutes of one ward will do; "
            "asset registers can come after it.")
      .text("page", "bring-in")
      .object("filter", JsonObject())
      .json();
}

std::size_t hardly_seen(const Estate& estate) {
  return static_cast<std::size_t>(std::ranges::count_if(
      estate.devices,
      [&](const EstateDevice& one) { return one.kind != estate.external && one.coverage < kLow; }));
}

// The worst finding, what differs most, and then whatever is next.
std::string tasks(const Estate& estate, const Open& open, const std::vector<std::uint32_t>& worst,
                  const ModelList& models) {
  std::vector<std::string> found;
  std::size_t used = 0;
  const auto next_finding = [&] {
    if (used >= worst.size() || found.size() >= kTasks) return;
    const EstateFinding& finding = estate.findings[worst[used++]];
    found.push_back(finding_task(estate, finding, open.by_check.at(finding.check)));
  };
  if (estate.devices.empty()) found.push_back(setup_task());
  next_finding();
  if (!models.models.empty() && models.models.front().at_least > 1)
    found.push_back(drift_task(models.models.front()));
  next_finding();
  if (const std::size_t count = hardly_seen(estate); count > 0 && found.size() < kTasks)
    found.push_back(coverage_task(count));
  next_finding();
  return json_array(found, [](const std::string& task) { return task; });
}

std::string count_of(const std::string& what, std::uint64_t count, const std::string& text) {
  return JsonObject().text("what", what).number("count", count).text("text", text).json();
}

std::string not_seen(const Asked& asked) {
  const Estate& estate = asked.data.estate();
  std::vector<std::string> found;
  const auto add = [&](const std::string& what, std::uint64_t count, const std::string& text) {
    if (count > 0) found.push_back(count_of(what, count, text));
  };
  const auto number = [&](const std::string& sql) -> std::uint64_t {
    const auto rows = ask_rows(asked, sql);
    return rows && !rows->cells.empty()
               ? std::strtoull(rows->cells[0][0].value_or("0").c_str(), nullptr, 10)
               : 0;
  };
  add("coverage", hardly_seen(estate),
      "devices of which less than a third of what could have been seen was seen");
  add("unknown-class",
      static_cast<std::uint64_t>(std::ranges::count(estate.devices, 0U, &EstateDevice::kind)),
      "devices of which nobody knows what they are");
  add("dropped",
      number("SELECT coalesce(sum(count), 0) FROM loss WHERE name = 'packets dropped by the "
             "kernel'"),
      "packets that the sensor was too slow for");
  add("never-heard", number("SELECT count(*) FROM row_device WHERE device IS NULL"),
      "rows of registers about equipment that was never heard");
  return json_array(found, [](const std::string& one) { return one; });
}

std::string by_area(const Estate& estate) {
  struct Area {
    std::uint32_t devices = 0, findings = 0;
    std::uint8_t worst = 0;
  };
  std::map<std::uint32_t, Area> areas;
  for (const EstateDevice& device : estate.devices) {
    if (device.care_area == 0) continue;
    Area& area = areas[device.care_area];
    ++area.devices;
    area.findings += device.findings;
    area.worst = std::max(area.worst, device.rating);
  }
  std::vector<std::pair<std::uint32_t, Area>> sorted(areas.begin(), areas.end());
  std::ranges::sort(sorted, [](const auto& a, const auto& b) {
    return std::tuple(a.second.worst, a.second.findings) >
           std::tuple(b.second.worst, b.second.findings);
  });
  sorted.resize(std::min(sorted.size(), kMostAreas));
  return json_array(sorted, [&](const auto& one) {
    return JsonObject()
        .text("care_area", estate.care_areas.text(one.first))
        .number("devices", one.second.devices)
        .number("findings", one.second.findings)
        .number_if("worst", one.second.worst)
        .json();
  });
}

std::string by_owner(const Estate& estate, const Open& open) {
  return json_array(open.by_owner, [&](const auto& one) {
    return JsonObject()
        .text("owner_role", estate.owner_roles.text(one.first))
        .number("findings", one.second.findings)
        .number("devices", one.second.devices)
        .number("worst", one.second.worst)
        .json();
  });
}

std::string by_rating(const Open& open) {
  JsonObject ratings;
  for (std::size_t rating = 1; rating < open.by_rating.size(); ++rating)
    ratings.number(std::to_string(rating), open.by_rating.at(rating));
  return ratings.json();
}

std::string totals(const Asked& asked, const Open& open, const ModelList& models) {
  const Estate& estate = asked.data.estate();
  return JsonObject()
      .number("devices", estate.devices.size())
      .number("open_findings", open.total)
      .number("accepted_findings", open.accepted)
      .number("models", models.models.size())
      .number("drifting_models",
              static_cast<std::uint64_t>(std::ranges::count_if(
                  models.models, [](const ModelSummary& one) { return one.at_least > 1; })))
      .number("care_areas", estate.care_areas.size() - 1)
      .number("sites", estate.sites.size() - 1)
      .json();
}

// Settings that changed on devices that were known before; the latest.
Result<Rows> changes(const Asked& asked, const std::string& since) {
  return ask_rows(
      asked,
      "SELECT " + time_sql("s.first_seen") +
          " AS time, 'setting' AS kind, d.id AS device, k.name AS setting, nullif(s.instance, '') "
          "AS instance, b.value AS was, s.value AS \"is\", nullif(s.level, '') AS level, k.title "
          "|| ': ' || b.value || ' before, now ' || s.value AS text FROM setting s JOIN device d "
          "ON d.key = s.device JOIN setting_kind k ON k.id = s.kind JOIN setting b ON b.device = "
          "s.device AND b.kind = s.kind AND b.instance = s.instance AND b.current = 0 WHERE "
          "s.first_seen >= " +
          since + " AND d.first_seen < " + since +
          " AND s.current = 1 AND s.state = 'seen' AND s.value <> '' AND b.value <> '' AND "
          "b.first_seen < s.first_seen GROUP BY s.id ORDER BY s.first_seen DESC, s.id LIMIT 50",
      {}, kText);
}

std::uint64_t gone_since(const Asked& asked, const std::string& since) {
  const auto rows = ask_rows(asked,
                             "SELECT count(*) FROM finding f WHERE state = 'gone' AND "
                             "last_seen >= " +
                                 since);
  return rows ? std::strtoull(rows->cells[0][0].value_or("0").c_str(), nullptr, 10) : 0;
}

// What the database has to be asked for: once a version, as it takes long.
Result<std::string> changed_since(const Asked& asked, const std::string& since) {
  constexpr const char* kQuestion = "changes";
  if (const auto known = asked.data.remembered(kQuestion)) return known->body;
  const auto changed = changes(asked, since);
  if (!changed) return std::unexpected(changed.error());
  const Response part = json_reply(JsonObject()
                                       .raw("changes", json_rows(*changed))
                                       .number("changed_settings", changed->cells.size())
                                       .number("gone_findings", gone_since(asked, since))
                                       .raw("not_seen", not_seen(asked)));
  asked.data.keep(kQuestion, part);
  return part.body;
}

Response make(const Asked& asked, const ModelList& models) {
  const Estate& estate = asked.data.estate();
  const std::int64_t since = estate.last - kDay;
  const Open open = count_open(estate, since);
  const auto worst = worst_findings(estate, open);
  const auto worst_rows = finding_rows(asked, worst);
  const auto changed = changed_since(asked, std::to_string(since));
  if (!worst_rows || !changed) return failed(worst_rows ? changed.error() : worst_rows.error());
  std::vector<std::string> drift;
  for (const ModelSummary& model : models.models)
    if (model.at_least > 1 && drift.size() < kMostModels) drift.push_back(model.json);
  const auto fresh = std::ranges::count_if(
      estate.devices, [&](const EstateDevice& one) { return one.first_seen >= since; });
  JsonObject reply;
  reply.raw("data", data_age(asked)).raw("to_do", tasks(estate, open, worst, models));
  if (estate.last > 0) reply.text("since", time_text(since));
  reply.number("new_devices", static_cast<std::uint64_t>(fresh));
  reply.number("new_findings", open.fresh);
  reply.raw("worst", json_rows(*worst_rows));
  reply.raw("drift", json_array(drift, [](const std::string& one) { return one; }));
  reply.raw("totals", totals(asked, open, models));
  reply.raw("by_rating", by_rating(open)).raw("by_owner_role", by_owner(estate, open));
  const std::string whole = reply.raw("by_care_area", by_area(estate)).json();
  return json_reply(whole.substr(0, whole.size() - 1) + ',' + changed->substr(1));
}

}  // namespace

// Remembered until the data is newer or more is known of its models.
Response today_of(const Asked& asked, const ModelList& models) {
  const std::string question = "today " + models.version;
  if (auto known = asked.data.remembered(question)) return *std::move(known);
  Response response = make(asked, models);
  asked.data.keep(question, response);
  return response;
}

Response get_today(const Asked& asked) { return today_of(asked, *asked.service.models->list()); }

}  // namespace asepsis
