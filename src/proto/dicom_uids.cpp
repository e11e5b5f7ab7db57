#include "proto/dicom_uids.hpp"

#include <algorithm>
#include <functional>

namespace asepsis {
namespace {

struct Row {
  std::string_view key;
  std::string_view name;
};

constexpr std::string_view kRoot = "1.2.840.10008.";

// What follows the root, in the order of text (not of numbers).
constexpr Row kClasses[] = {
    {"1.1", "Verification"},
    {"1.20.1", "Storage Commitment Push"},
    {"1.3.10", "Media Storage Directory"},
    {"1.40", "Procedural Event Logging"},
    {"1.42", "Substance Administration Logging"},
    {"1.9", "Basic Study Content Notification"},
    {"3.1.2.1.1", "Detached Patient Management"},
    {"3.1.2.3.1", "Detached Study Management"},
    {"3.1.2.3.3", "Modality Performed Procedure Step"},
    {"3.1.2.3.4", "Modality Performed Procedure Step Retrieve"},
    {"3.1.2.3.5", "Modality Performed Procedure Step Notification"},
    {"5.1.1.1", "Basic Film Session"},
    {"5.1.1.14", "Print Job"},
    {"5.1.1.16", "Printer"},
    {"5.1.1.18", "Basic Color Print Management"},
    {"5.1.1.2", "Basic Film Box"},
    {"5.1.1.23", "Presentation LUT"},
    {"5.1.1.33", "Media Creation Management"},
    {"5.1.1.4", "Basic Grayscale Image Box"},
    {"5.1.1.9", "Basic Grayscale Print Management"},
    {"5.1.4.1.1.1", "Computed Radiography Image Storage"},
    {"5.1.4.1.1.1.1", "Digital X-Ray Image Storage - For Presentation"},
    {"5.1.4.1.1.1.1.1", "Digital X-Ray Image Storage - For Processing"},
    {"5.1.4.1.1.1.2", "Digital Mammography X-Ray Image Storage - For Presentation"},
    {"5.1.4.1.1.1.2.1", "Digital Mammography X-Ray Image Storage - For Processing"},
    {"5.1.4.1.1.1.3", "Digital Intra-Oral X-Ray Image Storage - For Presentation"},
    {"5.1.4.1.1.1.3.1", "Digital Intra-Oral X-Ray Image Storage - For Processing"},
    {"5.1.4.1.1.104.1", "Encapsulated PDF Storage"},
    {"5.1.4.1.1.104.2", "Encapsulated CDA Storage"},
    {"5.1.4.1.1.104.3", "Encapsulated STL Storage"},
    {"5.1.4.1.1.11.1", "Grayscale Softcopy Presentation State Storage"},
    {"5.1.4.1.1.11.2", "Color Softcopy Presentation State Storage"},
    {"5.1.4.1.1.11.3", "Pseudo-Color Softcopy Presentation State Storage"},
    {"5.1.4.1.1.11.4", "Blending Softcopy Presentation State Storage"},
    {"5.1.4.1.1.12.1", "X-Ray Angiographic Image Storage"},
    {"5.1.4.1.1.12.1.1", "Enhanced XA Image Storage"},
    {"5.1.4.1.1.12.2", "X-Ray Radiofluoroscopic Image Storage"},
    {"5.1.4.1.1.12.2.1", "Enhanced XRF Image Storage"},
    {"5.1.4.1.1.128", "Positron Emission Tomography Image Storage"},
    {"5.1.4.1.1.13.1.1", "X-Ray 3D Angiographic Image Storage"},
    {"5.1.4.1.1.13.1.2", "X-Ray 3D Craniofacial Image Storage"},
    {"5.1.4.1.1.13.1.3", "Breast Tomosynthesis Image Storage"},
    {"5.1.4.1.1.130", "Enhanced PET Image Storage"},
    {"5.1.4.1.1.2", "CT Image Storage"},
    {"5.1.4.1.1.2.1", "Enhanced CT Image Storage"},
    {"5.1.4.1.1.2.2", "Legacy Converted Enhanced CT Image Storage"},
    {"5.1.4.1.1.20", "Nuclear Medicine Image Storage"},
    {"5.1.4.1.1.3.1", "Ultrasound Multi-frame Image Storage"},
    {"5.1.4.1.1.4", "MR Image Storage"},
    {"5.1.4.1.1.4.1", "Enhanced MR Image Storage"},
    {"5.1.4.1.1.4.2", "MR Spectroscopy Storage"},
    {"5.1.4.1.1.481.1", "RT Image Storage"},
    {"5.1.4.1.1.481.2", "RT Dose Storage"},
    {"5.1.4.1.1.481.3", "RT Structure Set Storage"},
    {"5.1.4.1.1.481.4", "RT Beams Treatment Record Storage"},
    {"5.1.4.1.1.481.5", "RT Plan Storage"},
    {"5.1.4.1.1.481.6", "RT Brachy Treatment Record Storage"},
    {"5.1.4.1.1.481.7", "RT Treatment Summary Record Storage"},
    {"5.1.4.1.1.481.8", "RT Ion Plan Storage"},
    {"5.1.4.1.1.481.9", "RT Ion Beams Treatment Record Storage"},
    {"5.1.4.1.1.6.1", "Ultrasound Image Storage"},
    {"5.1.4.1.1.6.2", "Enhanced US Volume Storage"},
    {"5.1.4.1.1.66", "Raw Data Storage"},
    {"5.1.4.1.1.66.1", "Spatial Registration Storage"},
    {"5.1.4.1.1.66.2", "Spatial Fiducials Storage"},
    {"5.1.4.1.1.66.3", "Deformable Spatial Registration Storage"},
    {"5.1.4.1.1.66.4", "Segmentation Storage"},
    {"5.1.4.1.1.66.5", "Surface Segmentation Storage"},
    {"5.1.4.1.1.67", "Real World Value Mapping Storage"},
    {"5.1.4.1.1.7", "Secondary Capture Image Storage"},
    {"5.1.4.1.1.7.1", "Multi-frame Single Bit Secondary Capture Image Storage"},
    {"5.1.4.1.1.7.2", "Multi-frame Grayscale Byte Secondary Capture Image Storage"},
    {"5.1.4.1.1.7.3", "Multi-frame Grayscale Word Secondary Capture Image Storage"},
    {"5.1.4.1.1.7.4", "Multi-frame True Color Secondary Capture Image Storage"},
    {"5.1.4.1.1.77.1", "VL Image Storage - Trial"},
    {"5.1.4.1.1.77.1.1", "VL Endoscopic Image Storage"},
    {"5.1.4.1.1.77.1.1.1", "Video Endoscopic Image Storage"},
    {"5.1.4.1.1.77.1.2", "VL Microscopic Image Storage"},
    {"5.1.4.1.1.77.1.2.1", "Video Microscopic Image Storage"},
    {"5.1.4.1.1.77.1.3", "VL Slide-Coordinates Microscopic Image Storage"},
    {"5.1.4.1.1.77.1.4", "VL Photographic Image Storage"},
    {"5.1.4.1.1.77.1.4.1", "Video Photographic Image Storage"},
    {"5.1.4.1.1.77.1.5.1", "Ophthalmic Photography 8 Bit Image Storage"},
    {"5.1.4.1.1.77.1.5.2", "Ophthalmic Photography 16 Bit Image Storage"},
    {"5.1.4.1.1.77.1.5.3", "Stereometric Relationship Storage"},
    {"5.1.4.1.1.77.1.5.4", "Ophthalmic Tomography Image Storage"},
    {"5.1.4.1.1.77.1.6", "VL Whole Slide Microscopy Image Storage"},
    {"5.1.4.1.1.77.2", "VL Multi-frame Image Storage - Trial"},
    {"5.1.4.1.1.78.1", "Lensometry Measurements Storage"},
    {"5.1.4.1.1.78.2", "Autorefraction Measurements Storage"},
    {"5.1.4.1.1.78.3", "Keratometry Measurements Storage"},
    {"5.1.4.1.1.78.4", "Subjective Refraction Measurements Storage"},
    {"5.1.4.1.1.78.5", "Visual Acuity Measurements Storage"},
    {"5.1.4.1.1.78.6", "Spectacle Prescription Report Storage"},
    {"5.1.4.1.1.78.7", "Ophthalmic Axial Measurements Storage"},
    {"5.1.4.1.1.78.8", "Intraocular Lens Calculations Storage"},
    {"5.1.4.1.1.79.1", "Macular Grid Thickness and Volume Report Storage"},
    {"5.1.4.1.1.8", "Standalone Overlay Storage"},
    {"5.1.4.1.1.80.1", "Ophthalmic Visual Field Static Perimetry Measurements Storage"},
    {"5.1.4.1.1.81.1", "Ophthalmic Thickness Map Storage"},
    {"5.1.4.1.1.88.11", "Basic Text SR Storage"},
    {"5.1.4.1.1.88.22", "Enhanced SR Storage"},
    {"5.1.4.1.1.88.33", "Comprehensive SR Storage"},
    {"5.1.4.1.1.88.34", "Comprehensive 3D SR Storage"},
    {"5.1.4.1.1.88.40", "Procedure Log Storage"},
    {"5.1.4.1.1.88.50", "Mammography CAD SR Storage"},
    {"5.1.4.1.1.88.59", "Key Object Selection Document Storage"},
    {"5.1.4.1.1.88.65", "Chest CAD SR Storage"},
    {"5.1.4.1.1.88.67", "X-Ray Radiation Dose SR Storage"},
    {"5.1.4.1.1.88.68", "Radiopharmaceutical Radiation Dose SR Storage"},
    {"5.1.4.1.1.88.69", "Colon CAD SR Storage"},
    {"5.1.4.1.1.88.70", "Implantation Plan SR Storage"},
    {"5.1.4.1.1.9", "Standalone Curve Storage"},
    {"5.1.4.1.1.9.1.1", "12-lead ECG Waveform Storage"},
    {"5.1.4.1.1.9.1.2", "General ECG Waveform Storage"},
    {"5.1.4.1.1.9.1.3", "Ambulatory ECG Waveform Storage"},
    {"5.1.4.1.1.9.2.1", "Hemodynamic Waveform Storage"},
    {"5.1.4.1.1.9.3.1", "Cardiac Electrophysiology Waveform Storage"},
    {"5.1.4.1.1.9.4.1", "Basic Voice Audio Waveform Storage"},
    {"5.1.4.1.1.9.4.2", "General Audio Waveform Storage"},
    {"5.1.4.1.1.9.5.1", "Arterial Pulse Waveform Storage"},
    {"5.1.4.1.1.9.6.1", "Respiratory Waveform Storage"},
    {"5.1.4.1.2.1.1", "Patient Root Query/Retrieve - FIND"},
    {"5.1.4.1.2.1.2", "Patient Root Query/Retrieve - MOVE"},
    {"5.1.4.1.2.1.3", "Patient Root Query/Retrieve - GET"},
    {"5.1.4.1.2.2.1", "Study Root Query/Retrieve - FIND"},
    {"5.1.4.1.2.2.2", "Study Root Query/Retrieve - MOVE"},
    {"5.1.4.1.2.2.3", "Study Root Query/Retrieve - GET"},
    {"5.1.4.1.2.3.1", "Patient/Study Only Query/Retrieve - FIND"},
    {"5.1.4.1.2.3.2", "Patient/Study Only Query/Retrieve - MOVE"},
    {"5.1.4.1.2.3.3", "Patient/Study Only Query/Retrieve - GET"},
    {"5.1.4.31", "Modality Worklist - FIND"},
    {"5.1.4.32", "General Purpose Worklist"},
    {"5.1.4.32.1", "General Purpose Worklist - FIND"},
    {"5.1.4.33", "Instance Availability Notification"},
    {"5.1.4.34.4.1", "Unified Procedure Step - Push (trial)"},
    {"5.1.4.34.6.1", "Unified Procedure Step - Push"},
    {"5.1.4.34.6.2", "Unified Procedure Step - Watch"},
    {"5.1.4.34.6.3", "Unified Procedure Step - Pull"},
    {"5.1.4.34.6.4", "Unified Procedure Step - Event"},
    {"5.1.4.34.7", "RT Beams Delivery Instruction Storage"},
    {"5.1.4.37.1", "General Relevant Patient Information Query"},
    {"5.1.4.38.2", "Hanging Protocol - FIND"},
    {"5.1.4.41", "Product Characteristics Query"},
    {"5.1.4.43.1", "Generic Implant Template Storage"},
    {"5.1.4.44.1", "Implant Assembly Template Storage"},
    {"5.1.4.45.1", "Implant Template Group Storage"},
};
static_assert(std::ranges::is_sorted(kClasses, std::less{}, &Row::key));

constexpr std::string_view kSyntaxRoot = "1.2.840.10008.1.2";

constexpr Row kSyntaxes[] = {
    {"", "Implicit VR Little Endian"},
    {".1", "Explicit VR Little Endian"},
    {".1.99", "Deflated Explicit VR Little Endian"},
    {".2", "Explicit VR Big Endian"},
    {".4.100", "MPEG2 Main Profile / Main Level"},
    {".4.102", "MPEG-4 AVC/H.264 High Profile / Level 4.1"},
    {".4.107", "HEVC/H.265 Main Profile / Level 5.1"},
    {".4.201", "High-Throughput JPEG 2000 (Lossless Only)"},
    {".4.203", "High-Throughput JPEG 2000"},
    {".4.50", "JPEG Baseline"},
    {".4.51", "JPEG Extended"},
    {".4.57", "JPEG Lossless"},
    {".4.70", "JPEG Lossless, First-Order Prediction"},
    {".4.80", "JPEG-LS Lossless"},
    {".4.81", "JPEG-LS Near-Lossless"},
    {".4.90", "JPEG 2000 (Lossless Only)"},
    {".4.91", "JPEG 2000"},
    {".4.94", "JPIP Referenced"},
    {".4.95", "JPIP Referenced Deflate"},
    {".5", "RLE Lossless"},
};
static_assert(std::ranges::is_sorted(kSyntaxes, std::less{}, &Row::key));

constexpr Row kModalities[] = {
    {"CR", "x-ray"},
    {"CT", "ct"},
    {"DX", "x-ray"},
    {"ECG", "ecg"},
    {"ES", "endoscopy"},
    {"IO", "x-ray"},
    {"IVUS", "ultrasound"},
    {"MG", "mammography"},
    {"MR", "mr"},
    {"NM", "nuclear-medicine"},
    {"PT", "nuclear-medicine"},
    {"PX", "x-ray"},
    {"RF", "angiography"},
    {"RG", "x-ray"},
    {"RTDOSE", "radiotherapy"},
    {"RTIMAGE", "radiotherapy"},
    {"RTPLAN", "radiotherapy"},
    {"RTRECORD", "radiotherapy"},
    {"RTSTRUCT", "radiotherapy"},
    {"US", "ultrasound"},
    {"XA", "angiography"},
};
static_assert(std::ranges::is_sorted(kModalities, std::less{}, &Row::key));

template <std::size_t kSize>
std::string_view find(const Row (&rows)[kSize], std::string_view key) {
  const Row* const found = std::ranges::lower_bound(rows, key, std::less{}, &Row::key);
  return found != std::end(rows) && found->key == key ? found->name : std::string_view();
}

}  // namespace

std::string_view dicom_class_name(std::string_view uid) {
  if (!uid.starts_with(kRoot)) return uid;
  const std::string_view name = find(kClasses, uid.substr(kRoot.size()));
  return name.empty() ? uid : name;
}

std::string_view dicom_syntax_name(std::string_view uid) {
  return uid.starts_with(kSyntaxRoot) ? find(kSyntaxes, uid.substr(kSyntaxRoot.size()))
                                      : std::string_view();
}

DicomSyntax dicom_syntax(std::string_view transfer_syntax_uid) {
  if (transfer_syntax_uid.empty()) return DicomSyntax::unknown;
  if (transfer_syntax_uid == "1.2.840.10008.1.2") return DicomSyntax::implicit_little;
  if (transfer_syntax_uid == "1.2.840.10008.1.2.2") return DicomSyntax::explicit_big;
  if (transfer_syntax_uid.starts_with("1.2.840.10008.1.2.1.99") ||
      transfer_syntax_uid == "1.2.840.10008.1.2.4.95")  // JPIP, deflated
    return DicomSyntax::deflated;
  // All others, the encapsulated ones among them (PS3.5 annex A.4).
  if (transfer_syntax_uid.starts_with("1.2.840.10008.1.2.")) return DicomSyntax::explicit_little;
  return DicomSyntax::unknown;  // private: look
}

std::string_view class_of_modality(std::string_view modality) {
  return find(kModalities, modality);
}

}  // namespace asepsis
