// Names of fields in which people say who a patient is: keys of JSON objects,
// columns of a query's answer. The names tell it; the values are not looked at.

#pragma once

#include <string_view>

namespace asepsis {

// The fields of one record.
class PatientWords {
 public:
  void add(std::string_view field);

  // That a record with these fields is one of a patient.
  bool identify() const { return patient_ || (name_ && birth_); }

 private:
  bool patient_ = false, name_ = false, birth_ = false;
};

}  // namespace asepsis
