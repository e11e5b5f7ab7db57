#include "inventory/document_settings.hpp"

#include <algorithm>
#include <string_view>
#include <tuple>

#include "base/address.hpp"
#include "fact/document_fact.hpp"
#include "inventory/words.hpp"
#include "store/statement.hpp"

namespace asepsis {
namespace {

using Id = std::int64_t;

// What an export says is the maker's own words: nobody but these knows what is right there.
constexpr std::string_view kWhoSettlesExports =
    "with biomedical engineering and the manufacturer which of the two this device should have";

bool is(const std::string& own, const std::string& value) {
  return !own.empty() && compact(own) == compact(value);
}

// Two devices whose own names differ are configured alike: what stands for
// itself is said as such.
std::string without_own_names(const StoredDevice& device, const StoredRow& row,
                              const std::string& value) {
  if (const auto mac = mac_from_text(value); mac && device.join.macs.contains(to_text(*mac)))
    return "(its own MAC address)";
  if (is(device.join.serial, value) || is(row.value("serial"), value))
    return "(its own serial number)";
  if (device.ips.contains(value)) return "(its own address)";
  const auto named = [&](const std::string& name) { return is(name, value); };
  if (std::ranges::any_of(device.join.names, named) || is(row.value("host_name"), value))
    return "(its own name)";
  return value;
}

}  // namespace

void DocumentSettings::add(const StoredDevice& device, const StoredRow& row) {
  for (const RowFact& fact : row.facts) {
    if (!fact.claim.starts_with(kExportPrefix)) continue;
    Kind& kind = kinds_[fact.claim];
    kind.by_nature = kind.by_nature || fact.by_nature;
    if (kind.about.empty()) kind.about = fact.about;
    // What an earlier export says is the past where a later one says it too.
    const auto latest = latest_.try_emplace({device.join.key, fact.claim}, row.id).first;
    values_[fact.claim].push_back(
        {.device = device.join.key,
         .fact = fact.id,
         .value = fact.by_nature ? fact.value : without_own_names(device, row, fact.value),
         .level = fact.level,
         .current = fact.current && latest->second == row.id,
         .first = fact.first,
         .last = fact.last});
  }
}

std::map<std::string, Id> DocumentSettings::write_kinds() {
  SQLite::Statement add(
      sql_,
      "INSERT INTO setting_kind (id, name, title, meaning, instance, type, unit, \"order\", "
      "compare, differs_by_nature, shown_by, change, \"check\", eliminates, replaces, step, about) "
      "VALUES (?, ?, ?, ?, '', 'text', '', '[]', ?, ?, '[\"export\"]', '', ?, '', '[]', 5, ?)");
  Id id = sql_.execAndGet("SELECT coalesce(max(id), 0) FROM setting_kind").getInt64();
  std::map<std::string, Id> ids;
  for (const auto& [name, kind] : kinds_) {
    const std::string path = name.substr(kExportPrefix.size());
    const std::string about =
        kind.about.empty() ? std::string() : "; the wire shows it as " + kind.about;
    run(add, ++id, name, path, "as its exported configuration says" + about,
        kind.by_nature ? "never" : "same", Id{kind.by_nature}, kWhoSettlesExports, kind.about);
    ids.emplace(name, id);
  }
  return ids;
}

void DocumentSettings::write() {
  if (kinds_.empty()) return;
  const std::map<std::string, Id> kinds = write_kinds();
  SQLite::Statement add(sql_,
                        "INSERT INTO setting (id, device, kind, instance, value, state, source, "
                        "current, level, first_seen, last_seen, evidence) "
                        "VALUES (?, ?, ?, '', ?, 'seen', 'document', ?, ?, ?, ?, '[]')");
  SQLite::Statement evidence(sql_,
                             "INSERT INTO setting_document (setting, document_fact) VALUES (?, ?)");
  Id id = sql_.execAndGet("SELECT coalesce(max(id), 0) FROM setting").getInt64();
  for (auto& [name, values] : values_) {
    std::ranges::sort(values, {}, [](const Value& value) {
      return std::tuple(value.device, !value.current, value.first, value.value, value.fact);
    });
    for (const Value& value : values) {
      run(add, ++id, value.device, kinds.at(name), value.value, Id{value.current}, value.level,
          value.first, value.last);
      run(evidence, id, value.fact);
    }
  }
}

}  // namespace asepsis
