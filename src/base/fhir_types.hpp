// The resource types of HL7 FHIR, DSTU2 to R5. Any other word of a path or a
// document may be anything, a patient's name too.

#pragma once

#include <string_view>

namespace asepsis {

// The same name, as a constant; empty if it is no resource type.
std::string_view fhir_type(std::string_view name);

}  // namespace asepsis
