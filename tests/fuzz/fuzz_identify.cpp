// What devices say of themselves comes from strangers: identify() must hold
// for any of it. One line of the input is one fact, "claim value".

#include <algorithm>
#include <cstdint>
#include <cstdlib>
#include <string_view>
#include <vector>

#include "base/text.hpp"
#include "inventory/identify.hpp"

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  using namespace asepsis;
  static const Result<Knowledge> knowledge = Knowledge::built_in();
  if (!knowledge) std::abort();
  std::vector<Evidence> evidence;
  for (std::string_view rest = as_text({data, size}); !rest.empty();) {
    const std::string_view line = rest.substr(0, rest.find('\n'));
    rest.remove_prefix(std::min(rest.size(), line.size() + 1));
    const std::size_t space = std::min(line.find(' '), line.size());
    Evidence one;
    one.claim = line.substr(0, space);
    one.value = line.substr(std::min(space + 1, line.size()));
    one.protocol = "fuzz";
    evidence.push_back(one);
  }
  static_cast<void>(identify(evidence, {}, *knowledge));
  return 0;
}
