#include "inventory/document_handles.hpp"

#include <algorithm>
#include <iterator>
#include <string_view>
#include <utility>

#include "base/hash.hpp"
#include "base/text.hpp"
#include "inventory/description.hpp"
#include "inventory/row_join.hpp"
#include "inventory/words.hpp"
#include "store/appender.hpp"
#include "store/statement.hpp"

namespace asepsis {
namespace {

using Id = std::int64_t;
using Pairs = std::vector<std::pair<Id, Id>>;  // handle, row or device

constexpr std::size_t kMostRelated = 2000;  // rows and devices together

class Handles {
 public:
  explicit Handles(Id site) : site_(site) {}

  void add(std::string_view kind, const std::string& what) {
    if (what.empty()) return;
    all.push_back(static_cast<Id>(
        hash_bytes(as_bytes(what), hash_bytes(as_bytes(kind), static_cast<std::uint64_t>(site_)))));
  }
  void add_serial(const std::string& serial) {
    if (!placeholder(serial)) add("serial", compact(serial));
  }
  void add_name(const std::string& name) {
    if (const std::string brief = short_name(name); !generic_name(brief)) add("name", brief);
  }

  std::vector<Id> all;

 private:
  Id site_;
};

template <class Things, class IdOf>
Pairs pairs_of(Id site, const Things& things, const IdOf& id_of) {
  Pairs pairs;
  for (const auto& thing : things)
    for (const Id handle : handles_of(site, thing)) pairs.emplace_back(handle, id_of(thing));
  std::ranges::sort(pairs);
  const auto same = std::ranges::unique(pairs);
  pairs.erase(same.begin(), same.end());
  return pairs;
}

Id id_of_row(const StoredRow& row) { return row.id; }
Id key_of_device(const StoredDevice& device) { return device.join.key; }

// Follows handles until nothing new is met.
class Relations {
 public:
  Relations(SQLite::Database& sql, Id site)
      : sql_(sql),
        site_(site),
        rows_(sql, "SELECT document_row FROM row_handle WHERE handle = ?"),
        devices_(sql, "SELECT device FROM device_handle WHERE handle = ?") {}

  void add(const std::vector<Id>& handles) {
    std::ranges::copy_if(handles, std::back_inserter(next_),
                         [&](Id handle) { return known_.insert(handle).second; });
  }

  bool follow() {
    while (!next_.empty()) {
      std::vector<Id> rows;
      std::vector<Id> devices;
      for (const Id handle : std::exchange(next_, {})) {
        // What no row has joins nobody, however many devices share it.
        if (take(rows_, handle, found_.rows, rows)) take(devices_, handle, found_.devices, devices);
      }
      if (found_.rows.size() + found_.devices.size() > kMostRelated) return false;
      for (const StoredRow& row : load_rows(sql_, {.site = site_, .keys = rows}))
        add(handles_of(site_, row));
      for (const StoredDevice& device : load_devices(sql_, {.site = site_, .keys = devices}))
        add(handles_of(site_, device));
    }
    return true;
  }

  Related found() && { return std::move(found_); }

 private:
  // Whether there is anything, known or not.
  static bool take(SQLite::Statement& query, Id handle, std::set<Id>& known,
                   std::vector<Id>& fresh) {
    bool any = false;
    for (query.bind(1, handle); query.executeStep(); any = true)
      if (const Id id = query.getColumn(0).getInt64(); known.insert(id).second) fresh.push_back(id);
    query.reset();
    return any;
  }

  SQLite::Database& sql_;
  Id site_;
  SQLite::Statement rows_, devices_;
  std::set<Id> known_;  // handles
  std::vector<Id> next_;
  Related found_;
};

}  // namespace

std::vector<Id> handles_of(Id site, const StoredRow& row) {
  Handles handles(site);
  handles.add_serial(row.value("serial"));
  handles.add("asset", compact(row.value("asset_number")));
  handles.add_name(row.value("host_name"));
  for (const RowFact& fact : row.facts)
    if (fact.current && fact.claim == "mac") handles.add("mac", fact.value);
  handles.add("alias", row.told);
  return std::move(handles.all);
}

std::vector<Id> handles_of(Id site, const StoredDevice& device) {
  Handles handles(site);
  if (device.external) return {};
  handles.add_serial(device.join.serial);
  for (const std::string& asset : device.join.assets) handles.add("asset", compact(asset));
  for (const std::string& name : device.join.names) handles.add_name(name);
  for (const std::string& mac : device.join.macs) handles.add("mac", mac);
  for (const std::string& alias : device.aliases) handles.add("alias", alias);
  return std::move(handles.all);
}

void write_handles(SQLite::Database& sql, Id site, const std::vector<StoredRow>& rows,
                   const std::vector<StoredDevice>& devices) {
  Appender of_rows(sql, "INSERT INTO row_handle (handle, document_row)", 2);
  for (const auto& [handle, row] : pairs_of(site, rows, id_of_row)) of_rows.add(handle, row);
  of_rows.flush();
  Appender of_devices(sql, "INSERT INTO device_handle (handle, device)", 2);
  for (const auto& [handle, device] : pairs_of(site, devices, key_of_device))
    of_devices.add(handle, device);
  of_devices.flush();
}

void renew_handles(SQLite::Database& sql, Id site, const std::vector<StoredDevice>& before,
                   const std::vector<StoredDevice>& after) {
  SQLite::Statement remove(sql, "DELETE FROM device_handle WHERE handle = ? AND device = ?");
  for (const auto& [handle, device] : pairs_of(site, before, key_of_device))
    run(remove, handle, device);
  SQLite::Statement add(sql, "INSERT OR IGNORE INTO device_handle (handle, device) VALUES (?, ?)");
  for (const auto& [handle, device] : pairs_of(site, after, key_of_device))
    run(add, handle, device);
}

void forget_handles(SQLite::Database& sql) {
  sql.exec("DELETE FROM row_handle");
  sql.exec("DELETE FROM device_handle");
}

std::optional<Related> related_by(SQLite::Database& sql, Id site,
                                  const std::vector<StoredDevice>& devices) {
  Relations relations(sql, site);
  for (const StoredDevice& device : devices) relations.add(handles_of(site, device));
  if (!relations.follow()) return std::nullopt;
  return std::move(relations).found();
}

}  // namespace asepsis
