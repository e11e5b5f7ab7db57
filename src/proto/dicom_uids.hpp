// The DICOM names that tell what a node is: SOP classes, transfer syntaxes
// and modalities. PS3.6 annex A; modalities: PS3.3 section C.7.3.1.1.1.

#pragma once

#include <cstdint>
#include <string_view>

namespace asepsis {

// How the elements of a data set are written (PS3.5 section 10).
enum class DicomSyntax : std::uint8_t {
  unknown,  // the negotiation was not seen: the first element tells
  implicit_little,
  explicit_little,
  explicit_big,
  deflated,
};

// A short name ("CT Image Storage"), or the UID itself if we know none.
std::string_view dicom_class_name(std::string_view uid);

// The name of a transfer syntax; empty if it is private or we know none.
std::string_view dicom_syntax_name(std::string_view uid);

DicomSyntax dicom_syntax(std::string_view transfer_syntax_uid);

// The device.class of the equipment that produces a modality; empty where the
// modality does not tell (OT, SC, SR).
std::string_view class_of_modality(std::string_view modality);

}  // namespace asepsis
