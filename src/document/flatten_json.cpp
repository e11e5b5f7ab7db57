// JSON (RFC 8259), read on demand: a value knows where it stands, so that each
// setting knows its line.

#include <simdjson.h>

#include <string>

#include "base/text.hpp"
#include "document/flatten.hpp"

namespace asepsis {
namespace {

namespace ondemand = simdjson::ondemand;
using simdjson::SUCCESS;

class JsonFlattener {
 public:
  JsonFlattener(std::string_view text, const Vocabulary& words)
      : begin_(text.data()), words_(words), out_(text) {}

  // False once something is malformed: nothing after it can be trusted.
  bool walk(ondemand::value value, int depth) {
    ondemand::json_type type{};
    if (value.type().get(type) != SUCCESS) return malformed();
    here_ = at(value);
    if (depth > kMostNesting) {
      out_.problem(here_, "is nested deeper than " + std::to_string(kMostNesting) + " levels");
      return true;  // it is passed over
    }
    switch (type) {
      case ondemand::json_type::object: {
        ondemand::object object;
        return value.get_object().get(object) == SUCCESS ? members(object, depth) : malformed();
      }
      case ondemand::json_type::array: {
        ondemand::array array;
        return value.get_array().get(array) == SUCCESS ? elements(array, depth) : malformed();
      }
      default: return scalar(value, type);
    }
  }

  bool malformed() {
    out_.problem(here_, "the JSON is malformed after this: the rest is left out");
    return false;
  }

  bool full() const { return out_.full(); }
  Flat finish() { return out_.finish(); }

 private:
  std::size_t at(ondemand::value& value) const {
    return static_cast<std::size_t>(value.raw_json_token().data() - begin_);
  }

  bool scalar(ondemand::value& value, ondemand::json_type type) {
    std::string_view text;
    bool yes = false;
    ondemand::number number;
    switch (type) {
      case ondemand::json_type::string:
        if (value.get_string().get(text) != SUCCESS) return malformed();
        break;
      case ondemand::json_type::boolean:
        if (value.get_bool().get(yes) != SUCCESS) return malformed();
        text = yes ? "true" : "false";
        break;
      case ondemand::json_type::number:
        text = trimmed(value.raw_json_token());
        if (value.get_number().get(number) != SUCCESS) return malformed();
        break;
      default: return true;  // null: nothing is set
    }
    if (!steps_.empty()) out_.add(steps_, text, here_);
    return true;
  }

  bool members(ondemand::object& object, int depth) {
    for (simdjson::simdjson_result<ondemand::field> result : object) {
      if (out_.full()) return out_.say_full(here_), true;
      ondemand::field field;
      std::string_view key;
      if (std::move(result).get(field) != SUCCESS || field.unescaped_key().get(key) != SUCCESS)
        return malformed();
      steps_.push_back(step_of(key));
      const bool fine = walk(field.value(), depth + 1);
      steps_.pop_back();
      if (!fine) return false;
    }
    return true;
  }

  bool elements(ondemand::array& array, int depth) {
    const std::string list = steps_.empty() ? std::string() : steps_.back();
    const bool by_number = words_.names_people(spoken(list)) || words_.names_patient(spoken(list));
    std::size_t number = 0;
    if (steps_.empty()) steps_.emplace_back();
    for (simdjson::simdjson_result<ondemand::value> result : array) {
      if (out_.full()) {
        out_.say_full(here_);
        break;
      }
      ondemand::value value;
      if (std::move(result).get(value) != SUCCESS) return malformed();
      steps_.back() = member_step(list, std::to_string(number));
      ++number;
      const std::size_t first = out_.leaves().size();
      if (!walk(value, depth + 1)) return false;
      if (!by_number) name_member(list, first);
    }
    steps_.back() = list;
    if (list.empty()) steps_.pop_back();
    return true;
  }

  // What was read of the last member, from leaf `first` on, by what it calls
  // itself.
  void name_member(const std::string& list, std::size_t first) {
    for (const std::string& key : words_.naming())
      for (std::size_t i = first; i < out_.leaves().size(); ++i) {
        const Leaf& leaf = out_.leaves()[i];
        if (leaf.steps.size() != steps_.size() + 1 || !same_letters(leaf.steps.back(), key))
          continue;
        if (leaf.value.empty()) continue;
        const std::string step = member_step(list, leaf.value);
        return out_.rename(first, steps_.size() - 1, step);
      }
  }

  const char* begin_;
  const Vocabulary& words_;
  LeafCollector out_;
  std::vector<std::string> steps_;
  std::size_t here_ = 0;
};

}  // namespace

Flat flatten_json(std::string_view text, const Vocabulary& words) {
  const simdjson::padded_string padded(text);
  JsonFlattener flattener({padded.data(), padded.size()}, words);
  ondemand::parser parser;
  ondemand::document document;
  ondemand::value root;
  const bool begun =
      parser.iterate(padded).get(document) == SUCCESS && document.get_value().get(root) == SUCCESS;
  // What is wrong inside has been said; something may stand after it, too.
  if (!begun || (flattener.walk(root, 0) && !flattener.full() &&
                 document.current_location().error() == SUCCESS))
    flattener.malformed();
  return flattener.finish();
}

}  // namespace asepsis
