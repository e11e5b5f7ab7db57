#include "proto/patient_words.hpp"

#include <algorithm>
#include <span>

#include "base/text.hpp"

namespace asepsis {
namespace {

// Small letters and digits only.
constexpr std::string_view kPatient[] = {
    "patient",
    "patientid",
    "patientname",
    "patientidentifier",
    "patientnumber",
    "nhs",
    "nhsnumber",
    "nhsno",
    "mrn",
    "medicalrecordnumber",
    "hospitalno",
    "hospitalnumber",
    "hospitalid",
    "pid",
    "ssn",
    "chi",
    "chinumber",
    "patientdob",
    "patientbirthdate",
    "subjectname",
};
// A person: of a patient only beside a date of birth.
constexpr std::string_view kName[] = {"name",       "surname",  "lastname", "family",
                                      "familyname", "fullname", "given",    "forename"};
constexpr std::string_view kBirth[] = {"dob", "birthdate", "dateofbirth", "birthday"};

bool is_among(std::string_view word, std::span<const std::string_view> list) {
  return std::ranges::find(list, word) != list.end();
}

}  // namespace

void PatientWords::add(std::string_view field) {
  ShortText<24> letters;
  for (const char c : field)
    if (c != '_' && c != '-' && c != ' ') letters.add(lower(c));
  patient_ |= is_among(letters, kPatient);
  name_ |= is_among(letters, kName);
  birth_ |= is_among(letters, kBirth);
}

}  // namespace asepsis
