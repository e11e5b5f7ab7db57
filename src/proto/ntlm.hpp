// NTLM (MS-NLMP), which SMB, HTTP, LDAP and others carry: what the messages
// tell of the machines. Names of users and all proofs are left where they are.

#pragma once

#include <cstdint>
#include <string_view>

#include "base/cursor.hpp"
#include "fact/fact.hpp"

namespace asepsis {

enum class Ntlm : std::uint8_t {
  none,          // no NTLM in there
  negotiate,     // first message, of the client
  challenge,     // second, of the server
  authenticate,  // third, of the client, as some user
  anonymous,     // third, as nobody
};

// Reads the NTLM message in `token`, bare or wrapped in SPNEGO (RFC 4178),
// and says what it tells of its sender.
Ntlm say_ntlm(Side from, Bytes token, FactSink& out);

// The same of an HTTP header (MS-NTHT, RFC 4559): "NTLM" or "Negotiate" and the
// token in base64.
Ntlm say_ntlm_header(Side from, std::string_view value, FactSink& out);

}  // namespace asepsis
