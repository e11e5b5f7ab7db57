// The part of the schema that keeps how devices of one model differ. It is derived from
// devices and their settings, model by model, after them: to compare thousands of devices
// takes longer than anybody who asks, or listens, would wait.

#include "store/schema.hpp"

namespace asepsis {

const std::string_view kCohortTables = R"sql(
-- Models of which anything was derived anew since they were compared, by their
-- letters and digits; '': all of them.
CREATE TABLE changed_model (
  model TEXT PRIMARY KEY
) STRICT, WITHOUT ROWID;

-- Two devices or more of one model, by letters and digits of its name and of its
-- maker's. At least: how many ways of configuring them explain what is known.
-- Content: a hash of all that was compared.
CREATE TABLE cohort (
  id INTEGER PRIMARY KEY,
  name TEXT NOT NULL,
  maker TEXT NOT NULL,
  manufacturer TEXT NOT NULL,
  model TEXT NOT NULL,
  at_least INTEGER NOT NULL,
  content TEXT NOT NULL,
  UNIQUE (name, maker)
) STRICT;

-- The ways in which they are configured, the safest first; safety 0: not known.
CREATE TABLE cohort_variant (
  cohort INTEGER NOT NULL REFERENCES cohort,
  place INTEGER NOT NULL,
  name TEXT NOT NULL,
  grade TEXT NOT NULL,
  safety INTEGER NOT NULL,
  PRIMARY KEY (cohort, place)
) STRICT, WITHOUT ROWID;

-- Devices by their ids. Assumed: what is known of it fits another variant as well.
CREATE TABLE cohort_device (
  cohort INTEGER NOT NULL REFERENCES cohort,
  place INTEGER NOT NULL,
  device TEXT NOT NULL,
  assumed INTEGER NOT NULL,
  PRIMARY KEY (cohort, place, device)
) STRICT, WITHOUT ROWID;

-- Settings by which variants differ; proven: known of two, and different.
CREATE TABLE cohort_setting (
  id INTEGER PRIMARY KEY,
  cohort INTEGER NOT NULL REFERENCES cohort,
  setting TEXT NOT NULL,
  instance TEXT NOT NULL,
  proven INTEGER NOT NULL
) STRICT;

-- What is known of such a setting in a variant. Level: the worst of its values.
CREATE TABLE cohort_value (
  setting INTEGER NOT NULL REFERENCES cohort_setting,
  place INTEGER NOT NULL,
  value TEXT NOT NULL,
  level TEXT NOT NULL,
  PRIMARY KEY (setting, place)
) STRICT, WITHOUT ROWID;

CREATE INDEX cohort_device_device ON cohort_device (device);
CREATE INDEX cohort_setting_cohort ON cohort_setting (cohort);

)sql";

const std::string_view kCohortViews = R"sql(
-- How differently the devices of each model are configured, where there are two or
-- more: in at least so many ways, and shown here as so many variants. Differ_in: the
-- settings that are proven to differ, a JSON array. Behind: something of the model
-- was heard since they were compared; asepsis drift compares them again.
CREATE VIEW cohorts AS
SELECT c.id, nullif(c.manufacturer, '') AS manufacturer, c.model,
  (SELECT count(*) FROM cohort_device d WHERE d.cohort = c.id) AS devices, c.at_least,
  (SELECT count(*) FROM cohort_variant v WHERE v.cohort = c.id) AS variants,
  (SELECT json_group_array(setting) FROM (SELECT DISTINCT setting FROM cohort_setting s
    WHERE s.cohort = c.id AND s.proven ORDER BY 1)) AS differ_in,
  EXISTS (SELECT 1 FROM changed_model m WHERE m.model IN ('', c.name)) AS behind
FROM cohort c;

-- The variants of each cohort, the safest first (rank), and how many devices are in
-- them; assumed: those of which what is known fits another as well.
CREATE VIEW variants AS
SELECT v.cohort, nullif(c.manufacturer, '') AS manufacturer, c.model, v.name AS variant,
  v.place + 1 AS rank, nullif(v.grade, '') AS grade, nullif(v.safety, 0) AS safety,
  count(d.device) AS devices, coalesce(sum(d.assumed), 0) AS assumed
FROM cohort_variant v JOIN cohort c ON c.id = v.cohort
  LEFT JOIN cohort_device d ON d.cohort = v.cohort AND d.place = v.place
GROUP BY v.cohort, v.place;

-- Which variant each device is of.
CREATE VIEW variant_devices AS
SELECT d.device, d.cohort, nullif(c.manufacturer, '') AS manufacturer, c.model, v.name AS variant,
  nullif(v.grade, '') AS grade, d.assumed
FROM cohort_device d JOIN cohort c ON c.id = d.cohort
  JOIN cohort_variant v ON v.cohort = d.cohort AND v.place = d.place;

-- What sets variants apart: of each such setting a row for each variant of which it is
-- known. Proven: it is known of two variants, and differs; else it is seen of all of one and
-- not known of another.
CREATE VIEW separating_settings AS
SELECT s.cohort, nullif(c.manufacturer, '') AS manufacturer, c.model, s.setting,
  nullif(s.instance, '') AS instance, s.proven, v.name AS variant, w.value,
  nullif(w.level, '') AS level
FROM cohort_setting s JOIN cohort c ON c.id = s.cohort JOIN cohort_value w ON w.setting = s.id
  JOIN cohort_variant v ON v.cohort = s.cohort AND v.place = w.place;
)sql";

}  // namespace asepsis
