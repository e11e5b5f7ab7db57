// DCB0160: how bad a finding is for patients, from 1 to 5. Severity follows
// from what the device does for how many patients, likelihood from who can get
// at it with what; both by tables (knowledge/rating.toml). What is not known
// is assumed, and the sentence says so.

#pragma once

#include <memory>
#include <string>
#include <string_view>

#include "base/result.hpp"

namespace asepsis {

// From where the device was talked to in the way the finding is about.
enum class Reach : std::uint8_t { unknown, network, networks, outside };

struct RatingInputs {
  std::string device_class;       // empty: not known
  std::string care_area;          // empty: not known
  std::string care_area_by = {};  // who says so; empty: the device itself
  bool listed_life = false;       // the register says that it supports life
  bool depends = false;           // supports life on some days
  Reach reach = Reach::unknown;
  bool in_use = false;       // the weak thing was seen in use, not only offered
  std::string_view failure;  // of kFailures
  std::string_view needs;    // of kNeeds
};

struct Rating {
  int level = 0;
  std::string severity, likelihood;  // "major", "very high"
  std::string reasoning;             // one sentence
};

class RatingTables {
 public:
  // `name` stands in messages.
  static Result<RatingTables> read(std::string_view name, std::string_view text);

  RatingTables(RatingTables&&) noexcept;
  RatingTables& operator=(RatingTables&&) noexcept;
  ~RatingTables();

  Rating rate(const RatingInputs& inputs) const;

 private:
  struct Tables;
  explicit RatingTables(std::unique_ptr<Tables> tables);
  std::unique_ptr<Tables> tables_;
};

}  // namespace asepsis
