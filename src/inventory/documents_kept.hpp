// What documents said of a few devices that are derived again: kept as it was, where nothing
// of them changed that documents are joined by or compared with. That is what most news
// are (a device seen again, a conversation), and joining all documents anew takes seconds on
// a large estate.

#pragma once

#include <cstdint>
#include <map>
#include <optional>
#include <string>
#include <vector>

#include <SQLiteCpp/SQLiteCpp.h>

namespace asepsis {

// May throw SQLite::Exception: use it within the transaction that derives.
class DocumentsKept {
 public:
  using Id = std::int64_t;

  // The devices by their keys, as they are before.
  DocumentsKept(SQLite::Database& sql, const std::vector<Id>& devices);

  // What was said of them is said again, of the same devices derived anew; false, and nothing
  // done, if they are others or something of them is.
  bool restore(const std::vector<Id>& devices);

 private:
  struct Value {
    Id device;
    std::string attribute, value;
    double confidence;
    std::string runner_up;
    double runner_up_confidence;
  };
  struct Outweighed {
    Id device;
    std::string attribute;
  };
  struct Setting {
    Id id, device, kind;
    std::string value;
    Id current;
    std::string level;
    Id first, last;
  };
  // What documents are joined by and compared with, as texts.
  using Looks = std::map<Id, std::vector<std::string>>;

  Looks look(const std::string& devices);
  void load_said(const std::string& devices);
  void restore_values();
  void restore_settings();

  SQLite::Database& sql_;
  Looks before_;
  std::vector<Value> values_;
  std::vector<Outweighed> outweighed_;
  std::vector<Setting> settings_;
};

// Care areas and names are what was said, not what was weighed: the evidence of a conflict is
// the first fact that said it. Of these devices, or of all. May throw SQLite::Exception.
void find_evidence_of_conflicts(SQLite::Database& sql,
                                const std::optional<std::vector<std::int64_t>>& devices = {});

}  // namespace asepsis
