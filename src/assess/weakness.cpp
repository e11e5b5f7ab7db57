#include "assess/weakness.hpp"

#include <algorithm>
#include <iterator>

namespace asepsis {
namespace {

struct Weakness {
  std::string_view cwe, title;
};
constexpr Weakness kWeaknesses[] = {
    {"CWE-16", "Configuration"},
    {"CWE-200", "Exposure of sensitive information"},
    {"CWE-203", "Observable discrepancy"},
    {"CWE-262", "Not using password ageing"},
    {"CWE-284", "Improper access control"},
    {"CWE-287", "Improper authentication"},
    {"CWE-295", "Improper certificate validation"},
    {"CWE-298", "Improper validation of certificate expiration"},
    {"CWE-306", "Missing authentication for critical function"},
    {"CWE-307", "Improper restriction of excessive authentication attempts"},
    {"CWE-311", "Missing encryption of sensitive data"},
    {"CWE-319", "Cleartext transmission of sensitive information"},
    {"CWE-321", "Use of hard-coded cryptographic key"},
    {"CWE-322", "Key exchange without entity authentication"},
    {"CWE-326", "Inadequate encryption strength"},
    {"CWE-327", "Use of a broken or risky cryptographic algorithm"},
    {"CWE-328", "Use of weak hash"},
    {"CWE-345", "Insufficient verification of data authenticity"},
    {"CWE-353", "Missing support for integrity check"},
    {"CWE-359", "Exposure of private personal information"},
    {"CWE-400", "Uncontrolled resource consumption"},
    {"CWE-406", "Insufficient control of network message volume"},
    {"CWE-441", "Unintended proxy or intermediary"},
    {"CWE-477", "Use of obsolete function"},
    {"CWE-494", "Download of code without integrity check"},
    {"CWE-521", "Weak password requirements"},
    {"CWE-522", "Insufficiently protected credentials"},
    {"CWE-538", "Sensitive information in an externally accessible file"},
    {"CWE-668", "Exposure of resource to wrong sphere"},
    {"CWE-693", "Protection mechanism failure"},
    {"CWE-757", "Selection of less-secure algorithm during negotiation"},
    {"CWE-778", "Insufficient logging"},
    {"CWE-798", "Use of hard-coded credentials"},
    {"CWE-862", "Missing authorisation"},
    {"CWE-923", "Improper restriction of communication channel to intended endpoints"},
    {"CWE-940", "Improper verification of source of a communication channel"},
    {"CWE-1104", "Use of unmaintained third-party components"},
    {"CWE-1188", "Insecure default initialisation of resource"},
    {"CWE-1327", "Binding to an unrestricted IP address"},
    {"CWE-1391", "Use of weak credentials"},
    {"CWE-1392", "Use of default credentials"},
};

}  // namespace

std::string_view cwe_title(std::string_view cwe) {
  const auto* const found = std::ranges::find(kWeaknesses, cwe, &Weakness::cwe);
  return found == std::end(kWeaknesses) ? std::string_view() : found->title;
}

}  // namespace asepsis
