// SMB 2 and 3: what negotiation, session setup and the connection to a share
// tell. Framing is that of smb.cpp.

#pragma once

#include <cstdint>
#include <string_view>

#include "base/cursor.hpp"
#include "fact/fact.hpp"

namespace asepsis {

class Smb2 {
 public:
  static constexpr std::size_t kHeader = 64;

  // Whether a message with this command tells anything.
  static bool wants(std::uint16_t command);

  // One or more messages, compounded. False if one is malformed.
  bool message(Side from, Bytes bytes, FactSink& out);

 private:
  bool one(Side from, Bytes bytes, FactSink& out);
  static bool negotiate_response(Side from, Bytes bytes, FactSink& out);
  static bool session_response(Side from, Bytes bytes, bool granted, FactSink& out);

  std::string_view share_;  // asked for, not yet granted
};

}  // namespace asepsis
