// Flows that a conversation agreed on: the data of FTP and TFTP. They have its
// word for what they are, and what they carry (files) is not read.

#pragma once

#include <absl/container/flat_hash_map.h>

#include <cstdint>
#include <string_view>

#include "base/address.hpp"
#include "base/time.hpp"
#include "flow/flow.hpp"

namespace asepsis {

struct Agreement {
  Ip server;                       // of the conversation
  std::string_view application{};  // what was agreed on carries; a literal
  Time made;
};

class RelatedFlows {
 public:
  // The side of `flow` at that address waits for the other at `port`.
  void add(const Flow& flow, const Ip& listener, std::uint16_t port, const Agreement& agreement);

  // What a flow that begins was agreed on as; null if it was not.
  const Agreement* find(const Flow& flow) const;

 private:
  static constexpr std::size_t kMost = 65'536;  // then those that are over go
  void forget_before(Time time);

  absl::flat_hash_map<std::uint64_t, Agreement> agreements_;
};

}  // namespace asepsis
