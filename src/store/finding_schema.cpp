// The part of the schema that keeps findings. They outlive the inventory they
// were drawn from: evidence is copied, so that a finding that is gone can
// still say why it was one.

#include "store/schema.hpp"

namespace asepsis {

const std::string_view kFindingTables = R"sql(
-- Findings: what checks said, and what became of it. They survive when the
-- inventory is derived again, and when the derived part of an older file is
-- renewed. The id is a hash of device, check and instance.

CREATE TABLE IF NOT EXISTS applied_check (
  id TEXT PRIMARY KEY,
  pack TEXT NOT NULL,
  title TEXT NOT NULL,
  harm TEXT NOT NULL,
  cwe TEXT NOT NULL,
  clauses TEXT NOT NULL,
  advice TEXT NOT NULL
) STRICT, WITHOUT ROWID;

-- Packs as they were when last applied; classes and checks are JSON arrays.
CREATE TABLE IF NOT EXISTS applied_pack (
  id TEXT PRIMARY KEY,
  title TEXT NOT NULL,
  version TEXT NOT NULL,
  classes TEXT NOT NULL,
  checks TEXT NOT NULL
) STRICT, WITHOUT ROWID;

-- Device: the id it had; aliases lead to the one it has now. State: open, gone
-- or accepted-until.
CREATE TABLE IF NOT EXISTS finding (
  id TEXT PRIMARY KEY,
  check_id TEXT NOT NULL,
  device TEXT NOT NULL,
  instance TEXT NOT NULL,
  rating INTEGER NOT NULL,
  severity TEXT NOT NULL,
  likelihood TEXT NOT NULL,
  reasoning TEXT NOT NULL,
  state TEXT NOT NULL,
  accepted_until TEXT NOT NULL,
  owner_role TEXT NOT NULL,
  detail TEXT NOT NULL,
  first_seen INTEGER NOT NULL,
  last_seen INTEGER NOT NULL
) STRICT, WITHOUT ROWID;

-- Packet: of a log, the line; of a document the row, as a negative number. Time:
-- of the first sight.
CREATE TABLE IF NOT EXISTS finding_evidence (
  finding TEXT NOT NULL REFERENCES finding,
  source TEXT NOT NULL,
  packet INTEGER NOT NULL,
  time INTEGER NOT NULL,
  text TEXT NOT NULL,
  PRIMARY KEY (finding, time, source, packet, text)
) STRICT, WITHOUT ROWID;

-- When all checks were last asked. Estate: what follows from others (checks of
-- the reach of the estate) was asked before the last news. Whole: all of it was, as
-- everything was derived since.
CREATE TABLE IF NOT EXISTS checked (
  id INTEGER PRIMARY KEY,
  time INTEGER NOT NULL,
  estate INTEGER NOT NULL,
  whole INTEGER NOT NULL
) STRICT;

-- When a finding changed its state, and by whose decision.
CREATE TABLE IF NOT EXISTS finding_change (
  finding TEXT NOT NULL REFERENCES finding,
  time INTEGER NOT NULL,
  state TEXT NOT NULL,
  who TEXT NOT NULL,
  why TEXT NOT NULL
) STRICT;

CREATE INDEX IF NOT EXISTS finding_device ON finding (device);
CREATE INDEX IF NOT EXISTS finding_change_finding ON finding_change (finding);

)sql";

const std::string_view kFindingViews = R"sql(
-- What was found, the device by the id it has now; evidence, cwe, clauses and
-- advice are JSON. Evidence is in a packet of a capture, or a row of a document.
CREATE VIEW findings AS
SELECT f.id, f.check_id AS "check", c.pack, c.title, coalesce(a.device, f.device) AS device,
  nullif(f.instance, '') AS instance, f.rating, f.severity, f.likelihood, f.reasoning, f.state,
  nullif(f.accepted_until, '') AS accepted_until, f.owner_role, f.detail, c.harm, c.cwe, c.clauses,
  c.advice,
  strftime('%Y-%m-%dT%H:%M:%S', f.first_seen / 1000000000, 'unixepoch') ||
    printf('.%06dZ', f.first_seen / 1000 % 1000000) AS first_seen,
  strftime('%Y-%m-%dT%H:%M:%S', f.last_seen / 1000000000, 'unixepoch') ||
    printf('.%06dZ', f.last_seen / 1000 % 1000000) AS last_seen,
  (SELECT json_group_array(json_object('source', e.source, iif(e.packet < 0, 'row', 'packet'),
      abs(e.packet), 'time',
      strftime('%Y-%m-%dT%H:%M:%S', e.time / 1000000000, 'unixepoch') ||
      printf('.%06dZ', e.time / 1000 % 1000000), 'text', e.text))
    FROM (SELECT * FROM finding_evidence WHERE finding = f.id ORDER BY time, source, packet, text)
    e) AS evidence
FROM finding f JOIN applied_check c ON c.id = f.check_id LEFT JOIN aliases a ON a.alias = f.device;

CREATE VIEW finding_history AS
SELECT finding, state, nullif(who, '') AS who, nullif(why, '') AS why,
  strftime('%Y-%m-%dT%H:%M:%S', time / 1000000000, 'unixepoch') ||
    printf('.%06dZ', time / 1000 % 1000000) AS time
FROM finding_change;

-- When all checks were last asked, and of what findings are behind since: estate
-- (what follows from other devices) or everything; NULL: nothing.
CREATE VIEW checks_asked AS
SELECT strftime('%Y-%m-%dT%H:%M:%S', time / 1000000000, 'unixepoch') ||
    printf('.%06dZ', time / 1000 % 1000000) AS time,
  CASE WHEN whole THEN 'everything' WHEN estate THEN 'estate' END AS behind
FROM checked;
)sql";

}  // namespace asepsis
