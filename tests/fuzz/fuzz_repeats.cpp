// HL7 messages that nearly repeat themselves: what a listener with a memory of
// messages hears is what one without hears. Three bytes say where the second
// message differs from the first, and in what; the first is all that follows.

#include <cstdlib>
#include <string>

#include "../remembering.hpp"

namespace asepsis::test {
namespace {

void play(Cursor in) {
  const std::size_t place = in.be16();
  const std::uint8_t other = in.u8();
  const std::string first(as_text(in.rest()));
  if (first.empty()) return;
  std::string second = first;
  second[place % second.size()] = static_cast<char>(other);
  Hl7Stream remembering(true);
  Hl7Stream forgetful(false);
  for (const bool again : {false, true, false, true}) {
    const Bytes bytes = as_bytes(again ? second : first);
    if (remembering.hear(bytes, Side::client) != forgetful.hear(bytes, Side::client)) std::abort();
  }
}

}  // namespace
}  // namespace asepsis::test

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  asepsis::test::play(asepsis::Cursor({data, size}));
  return 0;
}
