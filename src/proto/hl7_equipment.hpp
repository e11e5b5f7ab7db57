// The equipment that an HL7 v2 message speaks of, gathered from its segments
// until all is known. IHE PCD TF-2 appendix B (OBX-3, OBX-4, OBX-18 with
// 11073 nomenclature; PRT with UDI); HL7 v2.8.2 sections 7.4.2 (OBX), 7.4.4
// (PRT) and 13.4.1 (EQU).

#pragma once

#include <array>
#include <cstdint>

#include "fact/fact.hpp"
#include "proto/hl7_segment.hpp"
#include "proto/mdc.hpp"

namespace asepsis {

class Hl7Equipment {
 public:
  Hl7Equipment() { clear(); }

  void read_observation(const Hl7Segment& obx);
  void read_report(const Hl7Segment& obr);  // OBR-4 may name a kind of device
  void read_participation(const Hl7Segment& prt);
  void read_equipment(const Hl7Segment& equ);

  // True if this OBX begins another device than the one gathered: tell() first.
  bool begins_another(const Hl7Segment& obx) const;

  // Says all of it under one name, then forgets it. `ward` is where the
  // patient of the message lies; only used if a device is spoken of.
  void tell(Side from, std::string_view ward, FactSink& out);
  void clear();

  // Whether the value (OBX-5) of an observation is read, by its code (OBX-3): of
  // all others it is about a patient.
  static bool reads_value_of(std::string_view code);

  bool speaks_mdc() const { return speaks_mdc_; }
  // EUI-64 as facts carry it; empty if none was met.
  std::string_view eui64() const { return fields_[eui]; }

 private:
  enum Field : std::uint8_t {
    manufacturer,
    model,
    serial,
    part,
    hardware,
    software,
    firmware,
    eui,
    uid,
    udi,
    udi_di,
    drug_library,
    care_area,
    other_mac,
    alarm,
    local_name,   // OBX-18 as the site calls it
    description,  // the same, where it reads like a name of a product
    kFields,
  };

  struct Attribute {
    std::uint32_t code;
    Field field;
  };
  static const Attribute* attribute_of(std::uint32_t code);

  void keep(Field field, std::string_view text);
  void read_device_code(const Hl7Segment::Components& code);
  void read_alarm(std::string_view flags, const Hl7Segment& obx);
  void read_attribute(const Hl7Segment& obx, std::uint32_t code);
  void read_pairs(const Hl7Segment& obx, std::string_view pairs);
  void read_instance(const Hl7Segment& segment, std::string_view instance);
  bool read_unique_identifier(std::string_view text);
  std::string_view name() const;

  std::array<ShortText<128>, kFields> fields_;
  ShortText<128> device_instance_;  // OBX-18 of the MDS, whole
  ShortText<192> last_instance_;    // OBX-18 as last read: most observations repeat it
  std::string_view class_;
  bool class_of_whole_;
  bool speaks_mdc_;
  bool in_alarm_;
  bool spoken_of_;  // something was read since clear()
};

}  // namespace asepsis
