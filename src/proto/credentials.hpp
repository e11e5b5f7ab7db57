// Credentials that crossed in clear are compared with the few that everybody
// knows, and forgotten: a secret of the site never becomes a fact.

#pragma once

#include <cstdint>
#include <string_view>

#include "fact/fact.hpp"

namespace asepsis {

// The name of a well-known default pair ("admin/admin"), a literal; for other
// names, whether the password is the same or one that everybody tries first;
// else empty.
std::string_view default_credential(std::string_view user, std::string_view password);

// The same, from "user:password" in base64 (RFC 7617).
std::string_view default_basic_credential(std::string_view base64);

// An SNMP community that everybody knows, a literal; else empty.
std::string_view well_known_community(std::string_view community);

// The authentication scheme that a header names, from those registered with
// IANA; "other" for anything else, which might be a secret.
std::string_view authentication_scheme(std::string_view header);

// That a default credential was accepted or refused by the server.
inline void say_default_credential(std::string_view name, bool refused, FactSink& out) {
  if (!name.empty()) out.on_fact({Side::server, "credentials.default"_claim, name, {}, refused});
}

}  // namespace asepsis
