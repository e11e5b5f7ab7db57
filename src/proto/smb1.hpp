// SMB 1, also called CIFS: what negotiation, session setup and the connection
// to a share tell. Framing is that of smb.cpp.

#pragma once

#include <cstdint>

#include "base/cursor.hpp"
#include "base/text.hpp"
#include "fact/fact.hpp"

namespace asepsis {

class Smb1 {
 public:
  static constexpr std::size_t kHeader = 32;

  // Whether a message with this command tells anything.
  static bool wants(std::uint8_t command);

  // One message from its header on. False if it is malformed.
  bool message(Side from, Bytes bytes, FactSink& out);

 private:
  bool negotiate_request(Side from, Cursor in, FactSink& out);
  bool negotiate_response(Side from, Bytes bytes, FactSink& out);
  bool session_request(Side from, Bytes bytes, FactSink& out);
  bool session_response(Side from, Bytes bytes, FactSink& out) const;
  bool tree_request(Bytes bytes, std::size_t at);

  ShortText<256> dialects_;  // offered, a NUL after each
  std::string_view share_;   // asked for, not yet granted
  bool plain_passwords_ = false;
  bool nobody_ = false;  // the client sets up a session without a name
};

}  // namespace asepsis
