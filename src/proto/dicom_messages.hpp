// What is read of DIMSE messages: of the command its kind and SOP class
// (PS3.7 section 9 and annex E), of the data set the equipment that made it
// (PS3.3 sections C.7.5.1 General Equipment, C.4.14 Performed Procedure Step).
// Of group 0010, the patient, only that it is there.

#pragma once

#include <array>
#include <cstdint>

#include "fact/fact.hpp"
#include "proto/dicom_elements.hpp"

namespace asepsis {

namespace dimse {
inline constexpr std::uint16_t kResponse = 0x8000;
inline constexpr std::uint16_t kStore = 0x0001;
inline constexpr std::uint16_t kFind = 0x0020;
inline constexpr std::uint16_t kGet = 0x0110;
inline constexpr std::uint16_t kSet = 0x0120;
inline constexpr std::uint16_t kCreate = 0x0140;
}  // namespace dimse

// "C-STORE" for a request or a response; empty if there is no such command.
std::string_view dimse_name(std::uint16_t command_field);

class DicomCommand final : public DicomElementSink {
 public:
  void clear();
  Want element(const DicomElement& element) override;
  void value(const DicomElement& element, Bytes value) override;

  std::string_view sop_class() const { return sop_class_; }
  std::uint16_t field() const { return field_; }
  bool response() const { return (field_ & dimse::kResponse) != 0; }
  // The answerer did it or is at it: success, pending, warning (annex C).
  bool succeeded() const;

 private:
  ShortText<64> sop_class_;
  std::uint16_t field_ = 0;
  std::uint16_t status_ = 0;
};

// The identity of the equipment in one data set.
class DicomEquipment final : public DicomElementSink {
 public:
  // `command` is the command field of the message, `application` the sender's AE
  // title, or nothing; `printer` if it is about the Printer SOP class.
  void begin(std::uint16_t command, std::string_view application, bool printer);
  Want element(const DicomElement& element) override;
  void value(const DicomElement& element, Bytes value) override;

  // Once for each data set, when it has been read far enough.
  void tell(Side from, FactSink& out);
  // What was gathered is not to be told: its end was missed.
  void forget() { told_ = true; }

 private:
  enum Field : std::uint8_t {
    modality,
    manufacturer,
    institution,
    department,
    station,
    model,
    serial,
    asset,
    uid,
    udi,
    software,
    application_title,
    kFields,
  };
  struct Tag;
  static const Tag* find(const DicomElement& element);

  bool tells_equipment() const;
  void tell_equipment(Side from, FactSink& out);
  void tell_printer(Side from, FactSink& out);
  std::string_view name() const;
  std::string_view text(Field field) const { return trimmed(fields_[field]); }

  std::array<ShortText<128>, kFields> fields_;
  ShortText<16> sender_;
  std::uint16_t command_ = 0;
  bool printer_ = false;
  bool patient_ = false;
  bool told_ = true;
};

}  // namespace asepsis
