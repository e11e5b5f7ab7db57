// Exported configurations, whatever their form, as settings with paths:
// "network.interfaces[eth0].dhcp". Members of a list are told apart by a key
// that names them, where there is one, else by their number.

#pragma once

#include <cstdint>
#include <string>
#include <string_view>
#include <vector>

#include "document/csv.hpp"
#include "document/vocabulary.hpp"
#include "fact/document_fact.hpp"

namespace asepsis {

inline constexpr std::size_t kMostLeaves = 50'000;  // of one export
inline constexpr int kMostNesting = 64;

struct Leaf {
  std::vector<std::string> steps;
  std::string value;
  std::uint64_t line = 0;
};

struct Flat {
  std::vector<Leaf> leaves;
  std::vector<DocumentProblem> problems;
};

// What is malformed ends the reading; what stood before it is given.
Flat flatten_json(std::string_view text, const Vocabulary& words);
Flat flatten_xml(std::string_view text, const Vocabulary& words);
// Sections in brackets, `key = value` or `key: value`, comments by # ; or //.
Flat flatten_ini(std::string_view text);
// Two columns are names and values, three may begin with a section; else the
// first cell of a row names it and the header its settings.
Flat flatten_csv(const CsvTable& table);

// Gathers leaves within their limits. Part of the above.
class LeafCollector {
 public:
  explicit LeafCollector(std::string_view text) : text_(text) {}

  // `at`: where in the text; calls come in the order of the text.
  void add(const std::vector<std::string>& steps, std::string_view value, std::size_t at);
  void problem(std::size_t at, std::string reason);
  bool full() const { return flat_.leaves.size() >= kMostLeaves; }
  // Once it is full and there is more.
  void say_full(std::size_t at);
  const std::vector<Leaf>& leaves() const { return flat_.leaves; }
  // Gives step number `depth` of the leaves from `first` on another name.
  void rename(std::size_t first, std::size_t depth, const std::string& step);
  Flat finish();

 private:
  std::uint64_t line_at(std::size_t at);

  std::string_view text_;
  std::size_t counted_ = 0;
  std::uint64_t line_ = 1;
  bool said_full_ = false;
  Flat flat_;
};

// A step of a path: without controls, and no longer than paths should be.
std::string step_of(std::string_view key);
std::string member_step(const std::string& list, std::string_view name);

}  // namespace asepsis
