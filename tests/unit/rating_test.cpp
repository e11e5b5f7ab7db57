// DCB0160's lookup, and who is accountable.

#include <gtest/gtest.h>

#include "assess/pack_set.hpp"
#include "built_in.hpp"
#include "inventory/knowledge.hpp"

namespace asepsis {
namespace {

TEST(Rating, IsThatOfTheMatrix) {
  const struct {
    const char *device_class, *area, *failure, *needs;
    Reach reach;
    const char *severity, *likelihood;
    int level;
  } kRows[] = {
      // One patient's death is major, several patients' catastrophic.
      {"infusion-pump", "", "takeover", "nothing", Reach::networks, "major", "high", 4},
      {"infusion-pump", "", "takeover", "the-path", Reach::networks, "major", "medium", 3},
      {"infusion-pump", "", "takeover", "nothing", Reach::outside, "major", "very high", 5},
      {"infusion-pump", "", "weakening", "effort", Reach::network, "minor", "low", 1},
      {"ventilator", "", "takeover", "effort", Reach::networks, "major", "low", 3},
      {"central-station", "", "loss", "nothing", Reach::networks, "major", "high", 4},
      {"printer", "", "tampering", "the-path", Reach::networks, "significant", "medium", 2},
      // What is read for a while is of several patients.
      {"patient-monitor", "", "disclosure", "the-path", Reach::networks, "considerable", "medium",
       3},
      {"patient-monitor", "", "disclosure", "the-path", Reach::outside, "considerable", "very high",
       4},
      // A syringe pump in intensive care is taken to keep somebody alive.
      {"syringe-pump", "ward 7", "loss", "nothing", Reach::networks, "significant", "high", 3},
      {"syringe-pump", "ICU bed 3", "loss", "nothing", Reach::networks, "considerable", "high", 3},
      {"", "", "takeover", "nothing", Reach::unknown, "significant", "high", 3},
  };
  for (const auto& row : kRows) {
    const ClassInfo* known = knowledge().find_class(row.device_class);
    const Rating rating = packs().ratings().rate(
        {.device_class = row.device_class,
         .care_area = row.area,
         .depends = known != nullptr && known->life_supporting == LifeSupporting::depends,
         .reach = row.reach,
         .in_use = true,
         .failure = row.failure,
         .needs = row.needs});
    EXPECT_EQ(rating.severity, row.severity) << row.device_class << ' ' << row.failure;
    EXPECT_EQ(rating.likelihood, row.likelihood) << row.device_class << ' ' << row.needs;
    EXPECT_EQ(rating.level, row.level) << row.device_class << ' ' << row.failure;
  }
}

TEST(Rating, StatesWhatItAssumes) {
  const Rating rating = packs().ratings().rate({.device_class = "",
                                                .care_area = "",
                                                .depends = false,
                                                .reach = Reach::unknown,
                                                .in_use = false,
                                                .failure = "takeover",
                                                .needs = "nothing"});
  for (const char* assumption :
       {"its kind is not known", "care area not known, clinical use assumed",
        "who can reach it was not seen, so other networks are assumed", "use was not seen"})
    EXPECT_NE(rating.reasoning.find(assumption), std::string::npos) << rating.reasoning;
}

TEST(Rating, SaysByWhichRuleTheCareAreaIsKnown) {
  for (const std::string by : {"", "areas.toml: line 2: VLAN 120 is ICU"}) {
    const Rating rating = packs().ratings().rate({.device_class = "ventilator",
                                                  .care_area = "ICU",
                                                  .care_area_by = by,
                                                  .depends = false,
                                                  .reach = Reach::network,
                                                  .in_use = false,
                                                  .failure = "takeover",
                                                  .needs = "nothing"});
    const std::string said = "care area ICU" + (by.empty() ? "" : ", by " + by) + ")";
    EXPECT_NE(rating.reasoning.find(said), std::string::npos) << rating.reasoning;
  }
}

TEST(Owner, IsOneRole) {
  const struct {
    const char *role, *device_class, *owner;
  } kRows[] = {
      {"device-lead", "infusion-pump", "ebme-device-lead"},
      {"device-lead", "ct", "ebme-device-lead"},
      {"device-lead", "pacs", "clinical-systems-lead"},
      {"device-lead", "camera", "estates-lead"},
      {"device-lead", "switch", "network-lead"},
      {"device-lead", "workstation", "it-service-lead"},
      {"device-lead", "", "network-lead"},
      {"ig-lead", "infusion-pump", "ig-lead"},
  };
  for (const auto& row : kRows)
    EXPECT_EQ(packs().owners().resolve(row.role, row.device_class, knowledge()), row.owner)
        << row.device_class;
}

}  // namespace
}  // namespace asepsis
