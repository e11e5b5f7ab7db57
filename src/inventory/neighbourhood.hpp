// How far a change reaches: the addresses that could belong to the same things
// as those that it touches, and whatever was heard of them. Within these the
// fusion comes out as it does for the whole site.
//
// An address is in ("core") with all that was heard of it. Others are loaded
// as far as they decide something about it: whether a MAC is a router's, who is
// at the other end of a talk.

#pragma once

#include <cstdint>
#include <set>
#include <string>
#include <string_view>
#include <unordered_map>
#include <utility>
#include <vector>

#include "inventory/binding.hpp"
#include "inventory/derivation.hpp"
#include "inventory/fusion.hpp"
#include "inventory/heard_part.hpp"

namespace asepsis {

// What one talk came to when it was last derived.
struct StoredTalk {
  std::int64_t client = 0, server = 0;  // keys of devices; 0: none
  bool copy = false;
  std::string state, security, application;
};

// May throw SQLite::Exception: use it within guarded().
class Neighbourhood {
 public:
  using Id = std::int64_t;

  Neighbourhood(SQLite::Database& sql, Id site, DerivationMark mark);

  // Something new was heard of the endpoint; or again, or is no longer so.
  void touch(Id endpoint, bool again);
  // A device as it was derived, with all of its addresses.
  void add_device(Id key);

  // Takes in what the addresses that are in lead to. False: that is too much,
  // or it cannot be told from a part.
  bool load();
  // The same for what the fusion shows of them. True if there was any: load again.
  bool grow(const Bindings& bindings, const Fusion& fusion);

  Heard heard() { return part_.heard(); }
  Elsewhere elsewhere();

  bool is_core(const HeardEndpoint& endpoint) const;
  bool is_core(const FusedDevice& device) const;
  bool is_fresh(const HeardTalk& talk) const { return talk.id > mark_.talk; }
  bool is_touched(Id endpoint) const { return touched_.contains(endpoint); }
  const std::set<Id>& old_devices() const { return devices_; }
  // Whether equipment that others speak of is known by this.
  bool is_equipment_key(std::string_view key);
  // The key of the device that a fact was of; 0: of none, or not derived yet.
  Id owner_before(std::int64_t fact, Id endpoint);
  // Of a talk that was derived before.
  const StoredTalk* stored(Id talk) const;
  // Whose each fact that names equipment was; 0: nobody's.
  const std::unordered_map<Id, Id>& equipment() const { return equipment_; }

 private:
  bool load_addresses();
  bool take_rows();
  void load_of_nobody(Id endpoint);
  void load_ip(const Ip& ip);
  bool load_mac(const Mac& mac);
  bool load_role(const Mac& mac);
  bool find_witnesses(const std::vector<Id>& endpoints);
  bool is_witness(Id endpoint);
  bool take_fact(const HeardPart::Fact& one);
  bool take_fresh(const HeardPart::Fact& one);
  void take_equipment(const HeardPart::Fact& one);
  const HeardPart::Fact* spoken_of_before(const HeardPart::Fact& one) const;
  void take_talk(const HeardPart::Talk& one);
  void take_ends(const HeardPart::Talk& one, const StoredTalk& stored);
  void find_sharers(const Shared& shared, std::string_view value);
  void find_who_names(const Mac& mac);
  Id old_device(const std::string& anchor);
  void add(const Ip& ip);
  void add(const Mac& mac);
  void add_address(const HeardEndpoint& endpoint);
  void load_device(Id key);
  Id owner_of(const HeardPart::Fact& one) { return owner_before(one.fact.id, one.endpoint); }

  SQLite::Database& sql_;
  Id site_;
  std::string site_name_;
  DerivationMark mark_;
  HeardPart part_;
  std::set<Ip> ips_;
  std::set<Mac> macs_, roles_;  // roles: of whom it is known whether they are routers
  std::set<Id> devices_, touched_, again_;
  std::vector<Ip> new_ips_;
  std::vector<Mac> new_macs_;
  std::vector<Id> new_devices_;
  std::set<Mac> new_roles_;
  bool grown_ = false;  // since the rows were last looked through
  std::unordered_map<Id, Id> owners_;
  std::unordered_map<Id, StoredTalk> stored_;
  std::unordered_map<Id, Id> equipment_;
  std::set<std::pair<std::string, std::string>> common_, asked_;
  bool speaks_of_equipment_ = false, fresh_system_ = false;
  SQLite::Statement old_, values_, endpoint_owner_, fact_owner_, placed_, conversation_, key_;
};

}  // namespace asepsis
