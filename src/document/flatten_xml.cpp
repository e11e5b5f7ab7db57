// XML by pugixml, which expands no entities of a document's own and reads no
// other files: what a bomb or an XXE would need is not there.

#include <pugixml.hpp>

#include <algorithm>
#include <map>
#include <string>

#include "base/text.hpp"
#include "document/flatten.hpp"

namespace asepsis {
namespace {

std::string_view without_prefix(std::string_view name) {
  return name.substr(name.find(':') == std::string_view::npos ? 0 : name.find(':') + 1);
}

bool is_value(std::string_view name) {
  return same_letters(name, "value") || same_letters(name, "val") || same_letters(name, "v");
}

class XmlFlattener {
 public:
  XmlFlattener(std::string_view text, const Vocabulary& words) : words_(words), out_(text) {}

  void walk(const pugi::xml_node& element, int depth) {
    const auto at = static_cast<std::size_t>(std::max<std::ptrdiff_t>(element.offset_debug(), 0));
    if (out_.full()) return out_.say_full(at);
    if (depth > kMostNesting)
      return out_.problem(at, "is nested deeper than " + std::to_string(kMostNesting) + " levels");
    attributes(element, at);
    const std::string_view text = trimmed(element.child_value());
    if (!text.empty()) out_.add(steps_, text, at);
    children(element, depth);
  }

  // The outermost element holds the whole: its name says nothing.
  void root(const pugi::xml_node& element) {
    steps_.clear();
    children(element, 0);
  }

  LeafCollector& out() { return out_; }

 private:
  void attributes(const pugi::xml_node& element, std::size_t at) {
    const std::string_view naming = named_ ? naming_key(element) : std::string_view();
    for (const pugi::xml_attribute attribute : element.attributes()) {
      const std::string_view name = attribute.name();
      if (name.starts_with("xmlns") || name.starts_with("xsi:") || name == naming) continue;
      // <parameter name="telnet" value="off"/> is one setting.
      const bool whole = is_value(name);
      if (!whole) steps_.push_back(step_of(without_prefix(name)));
      out_.add(steps_, attribute.value(), at);
      if (!whole) steps_.pop_back();
    }
  }

  // Of several children of one name each is told apart.
  void children(const pugi::xml_node& element, int depth) {
    std::map<std::string, std::size_t> counts;
    for (const pugi::xml_node child : element.children())
      if (child.type() == pugi::node_element) ++counts[child.name()];
    std::map<std::string, std::size_t> numbers;
    for (const pugi::xml_node child : element.children()) {
      if (child.type() != pugi::node_element) continue;
      const std::string tag = step_of(without_prefix(child.name()));
      const bool people = words_.names_people(spoken(tag)) || words_.names_patient(spoken(tag)) ||
                          (!steps_.empty() && words_.names_people(spoken(steps_.back())));
      const std::string_view key = people ? std::string_view() : naming_key(child);
      const bool outer = std::exchange(named_, !key.empty());
      if (!key.empty()) {
        steps_.push_back(member_step(tag, child.attribute(key.data()).value()));
      } else if (counts[child.name()] > 1) {
        steps_.push_back(member_step(tag, std::to_string(numbers[child.name()]++)));
      } else {
        steps_.push_back(tag);
      }
      walk(child, depth + 1);
      steps_.pop_back();
      named_ = outer;
    }
  }

  // The attribute by which an element is named; empty if there is none. It
  // ends with a zero, as a whole text of the vocabulary.
  std::string_view naming_key(const pugi::xml_node& element) const {
    for (const std::string& key : words_.naming())
      if (const auto attribute = element.attribute(key.c_str());
          !attribute.empty() && *attribute.value() != '\0')
        return key;
    return {};
  }

  const Vocabulary& words_;
  LeafCollector out_;
  std::vector<std::string> steps_;
  bool named_ = false;  // the last step holds what the element calls itself
};

}  // namespace

Flat flatten_xml(std::string_view text, const Vocabulary& words) {
  XmlFlattener flattener(text, words);
  pugi::xml_document document;
  const pugi::xml_parse_result parsed =
      document.load_buffer(text.data(), text.size(), pugi::parse_default, pugi::encoding_utf8);
  for (const pugi::xml_node node : document.children())
    if (node.type() == pugi::node_element) flattener.root(node);
  if (!parsed)
    flattener.out().problem(static_cast<std::size_t>(std::max<std::ptrdiff_t>(parsed.offset, 0)),
                            std::string("the XML is malformed here (") + parsed.description() +
                                "): the rest is left out");
  return flattener.out().finish();
}

}  // namespace asepsis
