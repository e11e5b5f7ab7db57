// Documents joined anew for a few devices that are derived again, where they and what shares
// something with them (document_handles.hpp) is little and of registers alone: what exports
// name are settings of the whole estate.

#pragma once

#include <cstdint>
#include <map>
#include <optional>
#include <set>
#include <string>
#include <vector>

#include <SQLiteCpp/SQLiteCpp.h>

#include "inventory/changed_models.hpp"
#include "inventory/document_handles.hpp"
#include "inventory/knowledge.hpp"

namespace asepsis {

// May throw SQLite::Exception: use it within the transaction that derives.
class DocumentsPart {
 public:
  using Id = std::int64_t;

  // The devices by their keys, as they are before.
  DocumentsPart(SQLite::Database& sql, const Knowledge& knowledge, const std::vector<Id>& devices);

  struct Joined {
    std::vector<Id> devices;  // those that were joined anew
    std::vector<Id> changed;  // those of which something else is said now
  };
  // The same devices derived anew, and those that came. Nothing, and nothing done, if they have to
  // do with too much. `models` is told of the others before.
  std::optional<Joined> join(const std::vector<Id>& devices, ChangedModels& models);

 private:
  struct Site {
    std::vector<StoredDevice> before, after;
    Related related;
  };

  bool relate();
  void join_site(Id id, const Site& site, std::vector<Id>& changed);
  void forget(const Related& related);

  SQLite::Database& sql_;
  const Knowledge& knowledge_;
  std::map<Id, Site> sites_;  // those of which there are documents
};

// What documents say of each device, or of some, as a number that is another when that is.
using SaidByDocuments = std::map<std::int64_t, std::uint64_t>;
SaidByDocuments said_by_documents(SQLite::Database& sql,
                                  const std::optional<std::vector<std::int64_t>>& devices = {});
// Those of which it is another.
std::vector<std::int64_t> differing(const SaidByDocuments& before, const SaidByDocuments& after);

}  // namespace asepsis
