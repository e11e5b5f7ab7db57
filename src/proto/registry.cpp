// Every protocol we speak. To add one: write its file, name it twice here and
// once in CMakeLists.txt, and give it folders in tests/cases.

#include <algorithm>

#include "proto/parser.hpp"

namespace asepsis {

extern const Protocol kArp;
extern const Protocol kSmb;
extern const Protocol kSsh;
extern const Protocol kTls;

namespace {

// Recognition asks in this order; where two could claim the same bytes, the
// stricter stands first.
constexpr const Protocol* kProtocols[] = {
    &kArp,
    &kSsh,
    &kTls,
    &kSmb,
};

}  // namespace

std::span<const Protocol* const> protocols() { return kProtocols; }

const Protocol* find_protocol(std::string_view name) {
  const auto found = std::ranges::find(kProtocols, name, &Protocol::name);
  return found == std::end(kProtocols) ? nullptr : *found;
}

}  // namespace asepsis
