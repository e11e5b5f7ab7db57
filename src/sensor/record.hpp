// One line of a log: named values, whatever form it was written in. A list is
// a name with several values; what is not set is not there. Members of JSON
// objects have dotted names: "tls.ja3.hash".

#pragma once

#include <cstddef>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

namespace asepsis {

class Record {
 public:
  static constexpr std::size_t kMostFields = 512;
  static constexpr std::size_t kMostText = 1024;

  void clear() { fields_.clear(); }

  void add(std::string_view name, std::string_view text) {
    if (fields_.size() < kMostFields && !text.empty())
      fields_.emplace_back(name, text.substr(0, kMostText));
  }

  // The first value of that name; empty if there is none.
  std::string_view operator[](std::string_view name) const {
    for (const auto& [its_name, text] : fields_)
      if (its_name == name) return text;
    return {};
  }

  bool has(std::string_view name) const { return !(*this)[name].empty(); }

  // visit(value) for every value of that name.
  template <class Visit>
  void each(std::string_view name, Visit visit) const {
    for (const auto& [its_name, text] : fields_)
      if (its_name == name) visit(std::string_view(text));
  }

 private:
  std::vector<std::pair<std::string, std::string>> fields_;
};

}  // namespace asepsis
