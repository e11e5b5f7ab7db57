#include "export/finding_files.hpp"

#include <simdjson.h>

namespace asepsis {
namespace {

using simdjson::dom::element;

std::string text_of(element value) {
  std::string_view text;
  return value.get(text) == simdjson::SUCCESS ? std::string(text) : std::string();
}

// What our own views wrote: it can be read, or is empty.
class Parsed {
 public:
  explicit Parsed(const std::string& json)
      : ok_(parser_.parse(json).get(root_) == simdjson::SUCCESS) {}

  std::vector<std::string> texts() const { return ok_ ? texts_of(root_) : Texts(); }

  // {"mds2":["SAHD-9"],"ward":"..."}: each key with each of its texts.
  std::vector<std::pair<std::string, std::string>> pairs() const {
    std::vector<std::pair<std::string, std::string>> pairs;
    simdjson::dom::object object;
    if (!ok_ || root_.get(object) != simdjson::SUCCESS) return pairs;
    for (const auto [key, value] : object)
      for (std::string& text : texts_of(value)) pairs.emplace_back(key, std::move(text));
    return pairs;
  }

  std::vector<ToldFinding::Evidence> evidence() const {
    std::vector<ToldFinding::Evidence> all;
    simdjson::dom::array array;
    if (!ok_ || root_.get(array) != simdjson::SUCCESS) return all;
    for (const element item : array) {
      std::uint64_t packet = 0;
      std::uint64_t row = 0;
      if (item["packet"].get(packet) != simdjson::SUCCESS) packet = 0;
      if (item["row"].get(row) != simdjson::SUCCESS) row = 0;
      all.push_back({.source = member(item, "source"),
                     .time = member(item, "time"),
                     .text = member(item, "text"),
                     .packet = packet,
                     .row = row});
    }
    return all;
  }

 private:
  using Texts = std::vector<std::string>;

  static Texts texts_of(element value) {
    Texts texts;
    simdjson::dom::array array;
    if (value.get(array) != simdjson::SUCCESS) return {text_of(value)};
    for (const element item : array) texts.push_back(text_of(item));
    return texts;
  }
  static std::string member(element object, std::string_view key) {
    element value;
    return object[key].get(value) == simdjson::SUCCESS ? text_of(value) : std::string();
  }

  simdjson::dom::parser parser_;
  element root_;
  bool ok_;
};

ToldFinding finding_of(SQLite::Statement& row) {
  const auto text = [&](const char* column) { return row.getColumn(column).getString(); };
  ToldFinding finding{.id = text("id"),
                      .check = text("check"),
                      .title = text("title"),
                      .device = text("device"),
                      .device_class = text("class"),
                      .model = text("model"),
                      .instance = text("instance"),
                      .detail = text("detail"),
                      .harm = text("harm"),
                      .reasoning = text("reasoning"),
                      .state = text("state"),
                      .accepted_until = text("accepted_until"),
                      .owner_role = text("owner_role"),
                      .first_seen = text("first_seen"),
                      .last_seen = text("last_seen"),
                      .rating = row.getColumn("rating").getInt(),
                      .cwe = Parsed(text("cwe")).texts(),
                      .clauses = Parsed(text("clauses")).pairs(),
                      .advice = Parsed(text("advice")).pairs(),
                      .evidence = Parsed(text("evidence")).evidence()};
  return finding;
}

}  // namespace

Result<std::vector<ToldFinding>> load_findings(Database& database) {
  return guarded(database.path(), [&]() -> Result<std::vector<ToldFinding>> {
    std::vector<ToldFinding> findings;
    SQLite::Statement rows(
        database.sql(),
        "SELECT f.*, d.class, trim(coalesce(d.manufacturer, '') || ' ' || coalesce(d.model, '')) "
        "AS model FROM findings f LEFT JOIN devices d ON d.id = f.device "
        "ORDER BY f.rating DESC, f.\"check\", f.device, f.id");
    while (rows.executeStep()) findings.push_back(finding_of(rows));
    return findings;
  });
}

}  // namespace asepsis
