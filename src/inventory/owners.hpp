// Whose an endpoint was, at a time, and why we say so. Part of fusion.

#pragma once

#include <cstddef>
#include <cstdint>
#include <optional>
#include <string_view>
#include <vector>

#include "inventory/anchors.hpp"
#include "inventory/binding.hpp"
#include "inventory/heard.hpp"

namespace asepsis {

struct Owner {
  std::size_t anchor = 0;
  std::string_view why;  // lives as long as the bindings
};

// Borrows what it is made of. Anchors that are added or joined later do not
// change what it says.
class Owners {
 public:
  Owners(const Heard& heard, const Bindings& bindings, const Anchors& anchors);

  // `endpoint`: index into Heard::endpoints; `time`: nanoseconds since 1970.
  std::optional<Owner> of(std::size_t endpoint, std::int64_t time) const;

 private:
  std::optional<Owner> find(const HeardEndpoint& endpoint, std::int64_t time) const;
  // Whether its address had several owners, one after the other.
  bool changed_hands(const HeardEndpoint& endpoint) const;

  const Heard& heard_;
  const Bindings& bindings_;
  const Anchors& anchors_;
  struct Known {
    bool at_any_time = false;
    std::optional<Owner> owner;
  };
  std::vector<Known> known_;  // for each of Heard::endpoints
};

}  // namespace asepsis
