// Derives the part of one site that a change reaches. Part of update.

#pragma once

#include <cstdint>
#include <map>
#include <set>
#include <string>
#include <vector>

#include "inventory/device_rows.hpp"
#include "inventory/neighbourhood.hpp"
#include "inventory/settings_store.hpp"

namespace asepsis {

// May throw SQLite::Exception: use it within guarded() and a transaction.
class SiteUpdate {
 public:
  using Id = std::int64_t;

  SiteUpdate(SQLite::Database& sql, const Knowledge& knowledge, Id site,
             const DerivationMark& mark);

  Neighbourhood& neighbourhood() { return around_; }

  // False: the change reaches too far, and nothing was written.
  bool derive();
  void write();

  const std::set<std::string>& devices() const { return ids_; }
  const std::vector<Id>& keys() const { return written_; }
  // Of those that were there before.
  const std::set<Id>& old_keys() const { return around_.old_devices(); }

 private:
  // A device as it was derived before.
  struct Old {
    std::string id, role;
    bool takes_reports = false;
    std::set<std::string> aliases, ips;
  };

  void join_with_rest(Fusion part);
  std::vector<Id> rim_of(const Fusion& part) const;
  void add_talks(const Fusion& part, const std::vector<std::size_t>& core,
                 const std::map<Id, std::size_t>& rim);
  void leave_equipment(const std::map<Id, std::size_t>& rim);
  bool equipment_stays();
  bool speakers_stay();
  bool witnesses_stay();
  bool concerns_equipment(const std::vector<std::size_t>& changed, const std::set<Id>& gone);
  void identify_all();
  bool add_affected();
  bool looks_the_same(std::size_t device, const Old& old) const;
  const Old& old(Id key);
  bool is_core(std::size_t device) const { return rim_keys_[device] == 0; }
  void clear_old();
  void assign_keys();

  SQLite::Database& sql_;
  const Knowledge& knowledge_;
  Neighbourhood around_;
  Heard heard_;
  Fusion fusion_;                // of devices that are in, and of those at the other end of talks
  std::vector<Id> rim_keys_;     // of each of its devices; 0: it is in
  std::vector<bool> our_talks_;  // for each of Heard::talks
  SettingContext context_;
  std::vector<Identity> identities_;  // as the devices
  std::map<Id, Old> old_;
  DeviceRows::Keys keys_;
  std::set<std::string> ids_;
  std::vector<Id> written_;
};

}  // namespace asepsis
