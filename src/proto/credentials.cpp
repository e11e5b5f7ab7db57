#include "proto/credentials.hpp"

#include <algorithm>
#include <array>

#include "base/text.hpp"
#include "proto/base64.hpp"

namespace asepsis {
namespace {

struct Pair {
  std::string_view user, password, name;
};

constexpr Pair kDefaults[] = {
    {"admin", "admin", "admin/admin"},
    {"admin", "password", "admin/password"},
    {"admin", "", "admin/(empty)"},
    {"admin", "1234", "admin/1234"},
    {"admin", "12345", "admin/12345"},
    {"admin", "123456", "admin/123456"},
    {"admin", "admin123", "admin/admin123"},
    {"admin", "changeme", "admin/changeme"},
    {"admin", "default", "admin/default"},
    {"admin", "system", "admin/system"},
    {"Admin", "Admin", "Admin/Admin"},
    {"ADMIN", "ADMIN", "ADMIN/ADMIN"},
    {"administrator", "administrator", "administrator/administrator"},
    {"administrator", "password", "administrator/password"},
    {"Administrator", "password", "Administrator/password"},
    {"Administrator", "", "Administrator/(empty)"},
    {"root", "root", "root/root"},
    {"root", "pass", "root/pass"},
    {"root", "password", "root/password"},
    {"root", "admin", "root/admin"},
    {"root", "12345", "root/12345"},
    {"root", "toor", "root/toor"},
    {"root", "calvin", "root/calvin"},
    {"root", "default", "root/default"},
    {"root", "", "root/(empty)"},
    {"user", "user", "user/user"},
    {"user", "password", "user/password"},
    {"user", "", "user/(empty)"},
    {"guest", "guest", "guest/guest"},
    {"guest", "", "guest/(empty)"},
    {"service", "service", "service/service"},
    {"support", "support", "support/support"},
    {"operator", "operator", "operator/operator"},
    {"supervisor", "supervisor", "supervisor/supervisor"},
    {"monitor", "monitor", "monitor/monitor"},
    {"manager", "manager", "manager/manager"},
    {"maintenance", "maintenance", "maintenance/maintenance"},
    {"biomed", "biomed", "biomed/biomed"},
    {"tech", "tech", "tech/tech"},
    {"technician", "technician", "technician/technician"},
    {"engineer", "engineer", "engineer/engineer"},
    {"test", "test", "test/test"},
    {"demo", "demo", "demo/demo"},
    {"default", "default", "default/default"},
    {"orthanc", "orthanc", "orthanc/orthanc"},
    {"tomcat", "tomcat", "tomcat/tomcat"},
    {"tomcat", "s3cret", "tomcat/s3cret"},
    {"cisco", "cisco", "cisco/cisco"},
    {"ubnt", "ubnt", "ubnt/ubnt"},
    {"apc", "apc", "apc/apc"},
    {"pi", "raspberry", "pi/raspberry"},
    {"USERID", "PASSW0RD", "USERID/PASSW0RD"},
};

// What every list of passwords begins with: whoever they belong to, anybody
// would try them first.
constexpr std::string_view kTrivial[] = {
    "0000",     "1111",     "1234",    "12345",   "123456", "1234567", "12345678", "123456789",
    "password", "Password", "passwd",  "pass",    "admin",  "root",    "user",     "guest",
    "default",  "changeme", "letmein", "welcome", "qwerty", "secret",  "test",     "service",
};

// Vendors' documents and every list of them name these.
constexpr std::string_view kCommunities[] = {
    "public", "private",    "community", "snmp",         "snmpd",       "SNMP_trap",
    "trap",   "admin",      "manager",   "monitor",      "read",        "write",
    "rmon",   "rmon_admin", "hp_admin",  "security",     "system",      "cisco",
    "ILMI",   "internal",   "agent",     "proxy",        "default",     "guest",
    "test",   "tivoli",     "openview",  "cable-docsis", "all private", "OrigEquipMfr",
    "ANYCOM", "netman",     "mngt",      "root",         "password",    "ubnt",
};

constexpr std::string_view kSchemes[] = {
    "Basic", "Digest", "Bearer", "Negotiate", "NTLM",          "Kerberos",     "Mutual",
    "HOBA",  "DPoP",   "GNAP",   "vapid",     "SCRAM-SHA-256", "SCRAM-SHA-1",  "AWS4-HMAC-SHA256",
    "OAuth", "Token",  "WSSE",   "Hawk",      "Concealed",     "PrivateToken",
};

}  // namespace

std::string_view default_credential(std::string_view user, std::string_view password) {
  const auto* const found = std::ranges::find_if(
      kDefaults, [&](const Pair& pair) { return pair.user == user && pair.password == password; });
  if (found != std::end(kDefaults)) return found->name;
  if (!user.empty() && user == password) return "password same as user name";
  const bool trivial = std::ranges::find(kTrivial, password) != std::end(kTrivial);
  return !user.empty() && trivial ? "a password that everybody tries first" : "";
}

std::string_view default_basic_credential(std::string_view base64) {
  std::array<std::uint8_t, 64> room;
  const std::string_view text = as_text(decode_base64(base64, room));
  const std::size_t colon = text.find(':');
  if (colon == std::string_view::npos) return {};
  return default_credential(text.substr(0, colon), text.substr(colon + 1));
}

std::string_view well_known_community(std::string_view community) {
  const auto* const found = std::ranges::find(kCommunities, community);
  return found == std::end(kCommunities) ? "" : *found;
}

std::string_view authentication_scheme(std::string_view header) {
  const std::string_view word = header.substr(0, header.find_first_of(" \t,"));
  const auto* const found = std::ranges::find_if(
      kSchemes, [&](std::string_view scheme) { return same_letters(scheme, word); });
  return found == std::end(kSchemes) ? "other" : *found;
}

}  // namespace asepsis
