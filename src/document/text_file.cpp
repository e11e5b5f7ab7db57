#include "document/text_file.hpp"

#include <iconv.h>

#include <algorithm>
#include <array>
#include <cerrno>
#include <cstdint>
#include <string_view>

#include "base/character.hpp"
#include "base/text.hpp"

namespace asepsis {
namespace {

bool well_formed_utf8(std::string_view text) {
  while (!text.empty()) {
    const Character character = first_character(text);
    if (!character.well_formed) return false;
    text.remove_prefix(character.size);
  }
  return true;
}

// UTF-16 without a mark: every other byte of western text is zero.
const char* unmarked_utf16(Bytes bytes) {
  constexpr std::size_t kLooked = 512;
  const std::size_t pairs = std::min(bytes.size(), kLooked) / 2;
  std::array<std::size_t, 2> zeros{};
  for (std::size_t i = 0; i < pairs * 2; ++i) zeros[i % 2] += bytes[i] == 0 ? 1 : 0;
  if (pairs < 2) return nullptr;
  if (zeros[1] * 4 > pairs * 3 && zeros[0] == 0) return "UTF-16LE";
  if (zeros[0] * 4 > pairs * 3 && zeros[1] == 0) return "UTF-16BE";
  return nullptr;
}

// What has no meaning in the encoding becomes U+FFFD.
Result<std::string> converted(Bytes bytes, const char* from) {
  auto* converter = iconv_open("UTF-8", from);
  if (reinterpret_cast<std::intptr_t>(converter) == -1)
    return fail(std::string("is in ") + from + ", which this computer cannot read");
  std::string out;
  std::array<char, 4096> block{};
  char* in = const_cast<char*>(as_text(bytes).data());  // NOLINT: iconv only reads it
  std::size_t left = bytes.size();
  while (left > 0) {
    char* to = block.data();
    std::size_t room = block.size();
    const std::size_t done = iconv(converter, &in, &left, &to, &room);
    const int why = errno;
    out.append(block.data(), block.size() - room);
    if (done != static_cast<std::size_t>(-1) || why == E2BIG) continue;
    out += "\xef\xbf\xbd";
    const std::size_t unit = std::string_view(from).starts_with("UTF-16") ? 2 : 1;
    const std::size_t over = std::min(left, unit);
    in += over;
    left -= over;
  }
  iconv_close(converter);
  return out;
}

Result<DocumentText> converted_text(Bytes bytes, const char* from) {
  auto text = converted(bytes, from);
  if (!text) return std::unexpected(text.error());
  return DocumentText{.text = *std::move(text), .encoding = from};
}

}  // namespace

Result<DocumentText> document_text(Bytes bytes) {
  constexpr std::string_view kMark = "\xef\xbb\xbf";
  const std::string_view text = as_text(bytes);
  if (text.empty()) return fail("is empty");
  if (text.size() > kMostDocumentBytes)
    return fail("is larger than " + std::to_string(kMostDocumentBytes >> 20) +
                " MiB: no register or export that asepsis reads is");
  if (text.starts_with("\xff\xfe")) return converted_text(bytes.subspan(2), "UTF-16LE");
  if (text.starts_with("\xfe\xff")) return converted_text(bytes.subspan(2), "UTF-16BE");
  if (text.starts_with(kMark) && well_formed_utf8(text))
    return DocumentText{.text = std::string(text.substr(kMark.size())), .encoding = "UTF-8"};
  if (const char* utf16 = unmarked_utf16(bytes)) return converted_text(bytes, utf16);
  if (text.find('\0') != std::string_view::npos) return fail("is no text");
  if (well_formed_utf8(text)) return DocumentText{.text = std::string(text), .encoding = "UTF-8"};
  return converted_text(bytes, "WINDOWS-1252");
}

}  // namespace asepsis
