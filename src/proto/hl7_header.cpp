#include "proto/hl7_header.hpp"

namespace asepsis {
namespace {

void tell_applications(Side from, const Hl7Segment& header, FactSink& out) {
  struct Row {
    std::size_t field;
    bool sender;
    Claim claim;
  };
  static constexpr Row kRows[] = {
      {3, true, "hl7.application"_claim},
      {4, true, "hl7.facility"_claim},
      {5, false, "hl7.application"_claim},
      {6, false, "hl7.facility"_claim},
  };
  for (const Row& row : kRows) {
    const std::string_view field = header.field(row.field);
    std::string_view name = header.component(field, 1);
    if (name.empty()) name = header.component(field, 2);
    out.say(row.sender ? from : other(from), row.claim, header.plain(name));
  }
}

struct Profile {
  std::string_view start;
  std::string_view name;
};

// As senders write them who give no OID.
constexpr Profile kProfiles[] = {
    {"IHE_PCD_ACM", "IHE PCD-04"},  {"IHE_PCD_PIV", "IHE PCD-03"},
    {"IHE_PCD_IDCO", "IHE PCD-09"}, {"IHE_PCD_IPEC", "IHE PCD-10"},
    {"IHE_PCD_001", "IHE PCD-01"},  {"IHE PCD ORU-R01", "IHE PCD-01"},
};

// IHE PCD transactions: 1.3.6.1.4.1.19376.1.6.1.N.x in the framework,
// ...1.6.4.N.x in supplements and real messages.
void tell_profile(Side from, const Hl7Segment& msh, std::string_view profile, FactSink& out) {
  constexpr std::string_view kPcd = "1.3.6.1.4.1.19376.1.6.";
  std::string_view oid = msh.component(profile, 3);
  ShortText<96> name;
  if (oid.starts_with(kPcd) && oid.size() > kPcd.size() + 2) {
    oid.remove_prefix(kPcd.size() + 2);
    const std::string_view transaction = oid.substr(0, oid.find('.'));
    name.add("IHE PCD-").add(transaction.size() == 1 ? "0" : "").add(transaction);
    return out.say(from, "hl7.profile"_claim, name);
  }
  name.add(msh.plain(msh.component(profile, 1)));
  for (const Profile& known : kProfiles)
    if (name.view().starts_with(known.start)) return out.say(from, "hl7.profile"_claim, known.name);
  out.say(from, "hl7.profile"_claim, name);
}

void tell_profiles(Side from, const Hl7Segment& msh, FactSink& out) {
  std::string_view profiles = msh.field(21);
  for (int i = 0; i < 4 && !profiles.empty(); ++i)
    tell_profile(from, msh, msh.take_repetition(profiles), out);
}

void tell_message(Side from, const Hl7Segment& header, FactSink& out) {
  const std::string_view type = header.field(9);
  ShortText<64> name;
  name.add(header.component(type, 1));
  if (!header.component(type, 2).empty()) name.add('^').add(header.component(type, 2));
  out.say(from, "hl7.sends"_claim, name);
  out.say(other(from), "hl7.receives"_claim, name);
  out.say(Side::server, "hl7.version"_claim, header.component(header.field(12), 1));
  if (!name.empty() && header.component(type, 1) != "ACK") {
    const bool enhanced = !header.field(15).empty() || !header.field(16).empty();
    out.say(from, "hl7.acknowledgement_mode"_claim, enhanced ? "enhanced" : "original");
  }
  tell_profiles(from, header, out);
}

}  // namespace

void tell_hl7_header(Side from, const Hl7Segment& header, FactSink& out) {
  tell_applications(from, header, out);
  if (header.id() == hl7_id("MSH")) tell_message(from, header, out);
}

void tell_hl7_software(Side from, const Hl7Segment& sft, FactSink& out) {
  ShortText<192> software;
  for (const std::size_t field : {1U, 3U, 2U}) {  // vendor, product, version
    const auto word = sft.plain(sft.component(sft.field(field), 1));
    if (!word.empty()) software.add(software.empty() ? "" : " ").add(word);
  }
  out.say(from, "hl7.software"_claim, software);
}

std::string_view ihe_transaction_of(const Hl7Segment& msh) {
  struct Row {
    std::string_view code, event, transaction;
  };
  static constexpr Row kRows[] = {
      {"ORU", "R01", "IHE PCD-01"},
      {"RGV", "O15", "IHE PCD-03"},
      {"ORU", "R40", "IHE PCD-04"},
      {"ORU", "R42", "IHE PCD-10"},
  };
  if (msh.id() != hl7_id("MSH") || !msh.field(21).empty()) return {};
  const Hl7Segment::Components type = msh.components(msh.field(9));
  for (const Row& row : kRows)
    if (type[0] == row.code && type[1] == row.event) return row.transaction;
  return {};
}

}  // namespace asepsis
