// The identity of one piece of equipment, gathered from a page, a JSON object
// or an attribute group before any of it is said: how much of it is there
// decides whether it is an identity at all.

#pragma once

#include <array>
#include <cstdint>
#include <string_view>

#include "base/text.hpp"
#include "fact/fact.hpp"

namespace asepsis {

class Identity {
 public:
  enum class Field : std::uint8_t {
    manufacturer,
    model,
    serial,
    firmware,
    hardware,
    part,
    udi,
    udi_di,
    eui64,
    uid,
    asset,
    location,
    host,
    description,
    none,
  };

  // The first value of a field stands. A second, different one shows that
  // more than one piece of equipment is spoken of. No more than 200 bytes.
  void set(Field field, std::string_view value);

  bool has(Field field) const { return !value(field).empty(); }
  std::string_view value(Field field) const { return values_[static_cast<std::size_t>(field)]; }
  bool empty() const;
  bool contradicts_itself() const { return contradicts_itself_; }

  // Enough in one place to be about a device and not about a file, a shop or
  // a statistical model: a serial number and one thing more, or maker and model.
  bool credible() const;

  // The strongest identifier: serial number, else EUI-64, else UDI.
  std::string_view equipment() const;

  // Says everything of the equipment that `about` speaks of.
  void say_of(std::string_view equipment, const Subject& about, FactSink& out) const;

 private:
  void keep(Field field, std::string_view value);

  std::array<ShortText<200>, static_cast<std::size_t>(Field::none)> values_;
  bool contradicts_itself_ = false;
};

// Which field a label of a page or a key of a document names, if any; letters
// count, their case, spaces and punctuation do not ("Serial No.:", "serial_no").
Identity::Field identity_field(std::string_view label);

}  // namespace asepsis
