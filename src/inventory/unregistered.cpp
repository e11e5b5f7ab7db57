#include "inventory/unregistered.hpp"

#include "store/statement.hpp"

namespace asepsis {
namespace {

using Id = std::int64_t;

// Of a device d.
constexpr const char* kInRegister =
    "EXISTS (SELECT 1 FROM row_device rd JOIN document_row r ON r.id = rd.document_row JOIN "
    "document o ON o.id = r.document WHERE rd.device = d.key AND o.kind = 'register')";
// Of a value v: the class as the wire shows it, whatever documents say.
constexpr const char* kHeardClass =
    "v.attribute IN ('class', 'class.heard') AND v.source = 'wire' AND v.value <> ''";

}  // namespace

Unregistered::Unregistered(SQLite::Database& sql, const Knowledge& knowledge, Id site)
    : sql_(sql), knowledge_(knowledge), site_(site) {}

void Unregistered::list(const Chosen& chosen) {
  SQLite::Statement registers(sql_,
                              "SELECT EXISTS (SELECT 1 FROM document d JOIN document_row r ON "
                              "r.document = d.id WHERE d.site = ? AND d.kind = 'register' AND "
                              "r.current = 1)");
  registers.bind(1, site_);
  registers.executeStep();
  if (registers.getColumn(0).getInt() == 0) return;
  SQLite::Statement devices(
      sql_,
      "SELECT d.key, v.value FROM device d LEFT JOIN device_value v ON v.device = d.key AND " +
          std::string(kHeardClass) + " WHERE " + which_of(chosen, "d.key", "d.site") + " AND NOT " +
          kInRegister);
  bind_chosen(devices, chosen);
  SQLite::Statement add(sql_, "INSERT INTO unregistered (device, expected) VALUES (?, ?)");
  while (devices.executeStep())
    if (const std::string named = devices.getColumn(1).getString(); named != "external")
      run(add, devices.getColumn(0).getInt64(), Id{expected(named)});
}

bool Unregistered::expected(const std::string& device_class) {
  const ClassInfo* info = knowledge_.find_class(device_class);
  return (info != nullptr && info->medical) || held(device_class);
}

bool Unregistered::held(const std::string& device_class) {
  const auto [known, fresh] = held_.try_emplace(device_class, false);
  if (!fresh || device_class.empty()) return known->second;
  SQLite::Statement one(sql_,
                        "SELECT EXISTS (SELECT 1 FROM device_value v CROSS JOIN device d ON d.key "
                        "= v.device WHERE v.value = ? AND " +
                            std::string(kHeardClass) + " AND d.site = ? AND " + kInRegister + ')');
  bind_all(one, device_class, site_);
  one.executeStep();
  return known->second = one.getColumn(0).getInt() != 0;
}

std::vector<Id> Unregistered::expect_anew(const std::set<std::string>& classes) {
  std::vector<Id> changed;
  SQLite::Statement others(
      sql_,
      "SELECT u.device FROM device_value v CROSS JOIN unregistered u ON "
      "u.device = v.device JOIN device d ON d.key = u.device WHERE v.value = ? "
      "AND " +
          std::string(kHeardClass) + " AND d.site = ? AND u.expected <> ?");
  for (const std::string& one : classes) {
    const ClassInfo* info = knowledge_.find_class(one);
    if (one.empty() || (info != nullptr && info->medical)) continue;
    bind_all(others, one, site_, Id{expected(one)});
    while (others.executeStep()) changed.push_back(others.getColumn(0).getInt64());
    others.reset();
  }
  SQLite::Statement change(sql_,
                           "UPDATE unregistered SET expected = 1 - expected WHERE device = ?");
  for (const Id device : changed) run(change, device);
  return changed;
}

}  // namespace asepsis
