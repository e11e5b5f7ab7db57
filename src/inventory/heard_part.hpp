// What was heard of a part of a site: of some addresses all, of others only
// what is asked for. Rows come in the order that they have in the whole.

#pragma once

#include <cstdint>
#include <map>
#include <string>
#include <unordered_map>
#include <unordered_set>
#include <vector>

#include <SQLiteCpp/SQLiteCpp.h>

#include "inventory/heard.hpp"

namespace asepsis {

// May throw SQLite::Exception: use it within guarded().
class HeardPart {
 public:
  using Id = std::int64_t;
  struct Fact {
    HeardFact fact;
    Id endpoint = 0;
  };
  struct Talk {
    HeardTalk talk;
    Id client = 0, server = 0;
  };

  HeardPart(SQLite::Database& sql, Id site);

  // All facts about it and all talks that it is an end of.
  void add_whole(Id endpoint);
  void add_fact(Id id);
  void add_talk(Id id);

  bool is_whole(Id endpoint) const { return whole_.contains(endpoint); }
  const HeardEndpoint& endpoint(Id id);
  // Of the site, by their ids.
  std::vector<Id> endpoints_of(const Ip& ip);
  std::vector<Id> endpoints_of(const Mac& mac);

  // In the order in which they were added: what is new stands at the end.
  const std::vector<Fact>& facts() const { return facts_; }
  const std::vector<Talk>& talks() const { return talks_; }

  // Borrows the texts of this.
  Heard heard();

 private:
  struct Known {
    HeardEndpoint row;
    std::string mac, ip;  // as they are sorted by
  };
  const Known& known(Id endpoint);
  void take_fact(SQLite::Statement& row);
  void take_talk(SQLite::Statement& row);
  std::vector<Id> ids(SQLite::Statement& rows) const;

  Id site_;
  std::string site_name_;
  std::unordered_map<Id, std::uint32_t> sources_;
  std::unordered_map<Id, Known> endpoints_;
  std::unordered_set<Id> whole_, fact_ids_, talk_ids_;
  std::vector<Fact> facts_;
  std::vector<Talk> talks_;
  Texts texts_;
  SQLite::Statement endpoint_, of_ip_, of_mac_, facts_of_, fact_, talks_from_, talks_to_, talk_;
};

}  // namespace asepsis
