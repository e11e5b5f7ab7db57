// The part of the schema that keeps what people say of networks. It survives
// when the inventory is derived again, as findings do.

#include "store/schema.hpp"

namespace asepsis {

const std::string_view kAreaTables = R"sql(
-- Decisions of people: which care area a VLAN or a network of a site serves.
-- One of the two is said; the other is 0 or ''. Source: the file and its line.
CREATE TABLE IF NOT EXISTS area_rule (
  site INTEGER NOT NULL REFERENCES site,
  vlan INTEGER NOT NULL,
  network TEXT NOT NULL,
  area TEXT NOT NULL,
  source TEXT NOT NULL,
  PRIMARY KEY (site, vlan, network)
) STRICT, WITHOUT ROWID;

)sql";

const std::string_view kAreaViews = R"sql(
-- The same in words, as evidence names them.
CREATE VIEW area_rule_text AS
SELECT site, vlan, network, area, source || ': ' ||
  CASE vlan WHEN 0 THEN network ELSE 'VLAN ' || vlan END || ' is ' || area AS rule
FROM area_rule;

-- Which care area a VLAN or a network serves, as people said it, and how many
-- devices have their care area from that.
CREATE VIEW areas AS
SELECT s.name AS site, r.area, nullif(r.vlan, 0) AS vlan, nullif(r.network, '') AS network, r.rule,
  coalesce(p.devices, 0) AS devices
FROM area_rule_text r JOIN site s ON s.id = r.site LEFT JOIN (
  SELECT d.site, e.value ->> 1 AS rule, count(*) AS devices FROM device_value v
  JOIN device d ON d.key = v.device JOIN json_each(v.evidence) e
  WHERE v.attribute = 'care_area' AND v.source = 'rule' AND e.value ->> 2 > 0 GROUP BY 1, 2) p
  ON p.site = r.site AND p.rule = r.rule;
)sql";

}  // namespace asepsis
