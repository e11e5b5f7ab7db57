// What the first bytes of a file say it is.

#pragma once

#include <string>

#include "base/cursor.hpp"

namespace asepsis {

constexpr std::size_t kMagicSize = 16;  // what the functions below look at, if there is so much

bool begins_as_gzip(Bytes bytes);
bool begins_as_zstd(Bytes bytes);
bool begins_as_pcap(Bytes bytes);
bool begins_as_pcapng(Bytes bytes);

// For the sentence that refuses a file: "a zip archive", "the text \"To whom\"".
std::string beginning(Bytes bytes);

}  // namespace asepsis
