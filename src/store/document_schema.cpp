// The part of the schema that keeps what documents say: asset registers and
// exported configurations. They are ground truth as facts are, and survive
// when the inventory is derived again; which device a row is about is derived.

#include "store/schema.hpp"

namespace asepsis {

const std::string_view kDocumentTables = R"sql(
-- Documents: what people keep on equipment. A register has a name; an export
-- the device it is of, as far as it says so (subject). They survive when the
-- derived part of an older file is renewed.

CREATE TABLE IF NOT EXISTS document (
  id INTEGER PRIMARY KEY,
  site INTEGER NOT NULL REFERENCES site,
  kind TEXT NOT NULL,
  name TEXT NOT NULL,
  subject TEXT NOT NULL,
  format TEXT NOT NULL,
  encoding TEXT NOT NULL,
  UNIQUE (site, kind, name, subject)
) STRICT;

-- Each content of it that was imported; identity: with how it was read. Dated:
-- when the file was last changed, or what it was said to be as of.
CREATE TABLE IF NOT EXISTS document_version (
  id INTEGER PRIMARY KEY,
  document INTEGER NOT NULL REFERENCES document,
  content TEXT NOT NULL,
  identity TEXT NOT NULL,
  file TEXT NOT NULL,
  dated INTEGER NOT NULL
) STRICT;

-- A row of a register, by what it is known by in every version; of an export
-- one. Not current: the latest version has it no more.
CREATE TABLE IF NOT EXISTS document_row (
  id INTEGER PRIMARY KEY,
  document INTEGER NOT NULL REFERENCES document,
  key TEXT NOT NULL,
  line INTEGER NOT NULL,
  current INTEGER NOT NULL,
  UNIQUE (document, key)
) STRICT;

-- What it says, and what it said before. Version: the last that said so, and
-- the line there. Claim: a field of registers, or export.PATH.
CREATE TABLE IF NOT EXISTS document_fact (
  id INTEGER PRIMARY KEY,
  document_row INTEGER NOT NULL REFERENCES document_row,
  version INTEGER NOT NULL REFERENCES document_version,
  line INTEGER NOT NULL,
  claim TEXT NOT NULL,
  value TEXT NOT NULL,
  by_nature INTEGER NOT NULL,
  level TEXT NOT NULL,
  about TEXT NOT NULL,
  current INTEGER NOT NULL,
  first_seen INTEGER NOT NULL,
  last_seen INTEGER NOT NULL,
  UNIQUE (document_row, claim, value)
) STRICT;

-- What secrets of exports are hashed with. No query may read it.
CREATE TABLE IF NOT EXISTS sealing_key (
  id INTEGER PRIMARY KEY,
  key BLOB NOT NULL
) STRICT;

)sql";

const std::string_view kDocumentDerivedTables = R"sql(
-- Derived from documents, once the devices are known.

-- Which device a current row is about, and by what; NULL: none, and why not.
CREATE TABLE row_device (
  document_row INTEGER PRIMARY KEY REFERENCES document_row,
  device INTEGER REFERENCES device,
  joined_by TEXT NOT NULL,
  why TEXT NOT NULL
) STRICT;

-- What a document was worth to an attribute of a device.
CREATE TABLE document_evidence (
  device INTEGER NOT NULL REFERENCES device,
  attribute TEXT NOT NULL,
  document_fact INTEGER NOT NULL REFERENCES document_fact,
  rule TEXT NOT NULL,
  weight REAL NOT NULL
) STRICT;

-- Where a document and the network say different things of one device. Not
-- joined: the difference is why the row is not taken to be about the device.
CREATE TABLE document_conflict (
  document_row INTEGER NOT NULL REFERENCES document_row,
  device INTEGER NOT NULL REFERENCES device,
  attribute TEXT NOT NULL,
  heard TEXT NOT NULL,
  said TEXT NOT NULL,
  document_fact INTEGER NOT NULL REFERENCES document_fact,
  joined INTEGER NOT NULL,
  heard_fact INTEGER REFERENCES fact
) STRICT;

CREATE TABLE setting_document (
  setting INTEGER NOT NULL REFERENCES setting,
  document_fact INTEGER NOT NULL REFERENCES document_fact
) STRICT;

-- Devices that no register of their site has. Expected: of a kind that
-- registers of medical equipment hold, or that this one does.
CREATE TABLE unregistered (
  device INTEGER PRIMARY KEY REFERENCES device,
  expected INTEGER NOT NULL
) STRICT;

-- What rows and devices can be joined by, as numbers: what shares none has nothing
-- to do with each other.
CREATE TABLE row_handle (
  handle INTEGER NOT NULL,
  document_row INTEGER NOT NULL REFERENCES document_row,
  PRIMARY KEY (handle, document_row)
) STRICT, WITHOUT ROWID;

CREATE TABLE device_handle (
  handle INTEGER NOT NULL,
  device INTEGER NOT NULL REFERENCES device,
  PRIMARY KEY (handle, device)
) STRICT, WITHOUT ROWID;

CREATE INDEX row_device_device ON row_device (device);
CREATE INDEX document_evidence_device ON document_evidence (device);
CREATE INDEX document_conflict_device ON document_conflict (device);
CREATE INDEX setting_document_setting ON setting_document (setting);

)sql";

const std::string_view kDocumentViews = R"sql(
CREATE VIEW documents AS
SELECT d.id, s.name AS site, d.kind, d.name, nullif(d.subject, '') AS subject, d.format, d.encoding,
  v.file, v.content AS sha256,
  (SELECT count(*) FROM document_row r WHERE r.document = d.id AND r.current = 1) AS "rows",
  strftime('%Y-%m-%dT%H:%M:%S', v.dated / 1000000000, 'unixepoch') ||
    printf('.%06dZ', v.dated / 1000 % 1000000) AS dated
FROM document d JOIN site s ON s.id = d.site JOIN document_version v ON v.id =
  (SELECT id FROM document_version WHERE document = d.id ORDER BY dated DESC, id DESC LIMIT 1);

-- What documents say, and what they said before (current = 0).
CREATE VIEW document_facts AS
SELECT f.id, dev.id AS device, d.kind, d.name AS document, f.claim, f.value, f.current, v.file,
  f.line AS "row",
  strftime('%Y-%m-%dT%H:%M:%S', f.first_seen / 1000000000, 'unixepoch') ||
    printf('.%06dZ', f.first_seen / 1000 % 1000000) AS first_seen,
  strftime('%Y-%m-%dT%H:%M:%S', f.last_seen / 1000000000, 'unixepoch') ||
    printf('.%06dZ', f.last_seen / 1000 % 1000000) AS last_seen
FROM document_fact f JOIN document_row r ON r.id = f.document_row JOIN document d ON d.id = r.document
  JOIN document_version v ON v.id = f.version LEFT JOIN row_device rd ON rd.document_row = r.id
  LEFT JOIN device dev ON dev.key = rd.device;

-- The current rows of registers, and the device that each is about, if any.
CREATE VIEW register_rows AS
SELECT r.id, s.name AS site, d.name AS register, v.file, r.line AS "row",
  max(f.value) FILTER (WHERE f.claim = 'asset_number') AS asset_number,
  max(f.value) FILTER (WHERE f.claim = 'manufacturer') AS manufacturer,
  max(f.value) FILTER (WHERE f.claim = 'model') AS model,
  max(f.value) FILTER (WHERE f.claim = 'device_type') AS device_type,
  max(f.value) FILTER (WHERE f.claim = 'serial') AS serial,
  max(f.value) FILTER (WHERE f.claim = 'firmware') AS firmware,
  max(f.value) FILTER (WHERE f.claim = 'host_name') AS host_name,
  max(f.value) FILTER (WHERE f.claim = 'udi_di') AS udi_di,
  json_group_array(f.value) FILTER (WHERE f.claim = 'mac') AS mac,
  json_group_array(f.value) FILTER (WHERE f.claim = 'ip') AS ip,
  max(f.value) FILTER (WHERE f.claim = 'care_area') AS care_area,
  max(f.value) FILTER (WHERE f.claim = 'location') AS location,
  max(f.value) FILTER (WHERE f.claim = 'owner_department') AS owner_department,
  max(f.value) FILTER (WHERE f.claim = 'life_supporting') AS life_supporting,
  max(f.value) FILTER (WHERE f.claim = 'end_of_support') AS end_of_support,
  max(f.value) FILTER (WHERE f.claim = 'in_service') AS in_service,
  dev.id AS device, nullif(rd.joined_by, '') AS joined_by, nullif(rd.why, '') AS why
FROM document_row r JOIN document d ON d.id = r.document AND d.kind = 'register'
  JOIN site s ON s.id = d.site JOIN document_fact f ON f.document_row = r.id AND f.current = 1
  JOIN document_version v ON v.id = f.version LEFT JOIN row_device rd ON rd.document_row = r.id
  LEFT JOIN device dev ON dev.key = rd.device
WHERE r.current = 1 GROUP BY r.id;

-- Where documents and the network differ; the evidence of what was heard is
-- that of the device's attribute.
CREATE VIEW document_conflicts AS
SELECT dev.id AS device, c.attribute, c.heard, c.said, d.kind, d.name AS document, v.file,
  f.line AS "row", c.joined,
  coalesce((SELECT e.source FROM evidence e WHERE e.device = dev.id AND e.attribute = c.attribute
    AND e.packet IS NOT NULL ORDER BY e.weight DESC, e.first_seen, e.source LIMIT 1), h.name) AS heard_in,
  coalesce((SELECT e.packet FROM evidence e WHERE e.device = dev.id AND e.attribute = c.attribute
    AND e.packet IS NOT NULL ORDER BY e.weight DESC, e.first_seen, e.source LIMIT 1), h.packet) AS packet
FROM document_conflict c JOIN device dev ON dev.key = c.device
  JOIN document_fact f ON f.id = c.document_fact JOIN document_row r ON r.id = c.document_row
  JOIN document d ON d.id = r.document JOIN document_version v ON v.id = f.version
  LEFT JOIN (SELECT f.id, f.packet, src.name FROM fact f JOIN source src ON src.id = f.source) h
    ON h.id = c.heard_fact;

-- What an export says of something that the wire shows too. Differ: it says
-- that this is safe, and it was seen to be weak; or the other way round. Said_id
-- and seen_id are ids of settings.
CREATE VIEW said_and_seen AS
SELECT said.device, said.setting AS said_setting, said.value AS said, k.about AS seen_setting,
  seen.instance, coalesce(seen.value, seen.state) AS seen, said.level AS said_level,
  seen.level AS seen_level, seen.state AS seen_state,
  said.id AS said_id, seen.id AS seen_id,
  coalesce((said.level = 'strong' AND seen.level IN ('open', 'weak')) OR
    (said.level IN ('open', 'weak') AND seen.state = 'refused' AND seen.value IS NULL), 0) AS differ
FROM settings said JOIN setting_kind k ON k.name = said.setting AND k.about <> ''
  JOIN settings seen ON seen.device = said.device AND seen.setting = k.about
    AND seen.source = 'wire' AND seen.state <> 'unknown'
WHERE said.source = 'document';
)sql";

}  // namespace asepsis
