// The words of documents (knowledge/documents.toml): what columns are called,
// what is never kept, which settings differ by nature.

#pragma once

#include <cstdint>
#include <memory>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "base/result.hpp"

namespace asepsis {

// What a register may say of a piece of equipment.
enum class FieldType : std::uint8_t { text, mac, ip, udi, date, yes_no };
struct Field {
  std::string_view name;
  FieldType type = FieldType::text;
  bool several = false;   // more than one column, or value, may say it
  bool identity = false;  // a row may be joined to a device by it
};
const std::vector<Field>& document_fields();
const Field* find_field(std::string_view name);

// In small letters, words apart by one space: "nhsNumber" is "nhs number".
std::string spoken(std::string_view text);

class Vocabulary {
 public:
  static Result<Vocabulary> built_in();
  // `name` stands in messages.
  static Result<Vocabulary> read(std::string_view name, std::string_view text);

  Vocabulary(Vocabulary&&) noexcept;
  Vocabulary& operator=(Vocabulary&&) noexcept;
  ~Vocabulary();

  // The field that a column of that name holds. Guessed: its name only
  // contains what such columns are called.
  struct ColumnMatch {
    const Field* field;
    bool guessed;
  };
  std::optional<ColumnMatch> field_of(std::string_view column) const;
  // The field of the device itself that the last step of a path names, if any;
  // `above` is the step before it, as spoken() gives it.
  const Field* identity_of(std::string_view step, std::string_view above) const;

  std::optional<bool> yes_or_no(std::string_view cell) const;

  // All of these take names as spoken() gives them.
  bool names_patient(std::string_view step) const;
  bool names_person(std::string_view step) const;
  bool names_people(std::string_view step) const;
  // A list whose members stand under their own names.
  bool holds_named_people(std::string_view step) const;
  bool names_secret(std::string_view step) const;
  bool about_secret(std::string_view step) const;
  bool foreign(std::string_view path) const;
  bool differs_by_nature(std::string_view path) const;

  bool secret_value(std::string_view value) const;
  bool well_known(std::string_view secret) const;
  const std::vector<std::string>& naming() const;

  struct Said {
    std::string level, about;
  };
  Said said(std::string_view path, std::string_view value) const;

 private:
  struct Tables;
  explicit Vocabulary(std::unique_ptr<Tables> tables);
  std::unique_ptr<Tables> tables_;
};

}  // namespace asepsis
