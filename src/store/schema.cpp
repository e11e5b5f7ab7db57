// The tables of the schema. Facts are the ground truth; what is derived from
// them is thrown away and built again. People query the views
// (schema_views.cpp): their columns keep their meaning, the tables may change.

#include "store/schema.hpp"

namespace asepsis {

const std::string_view kFactTables = R"sql(
-- Ground truth: what was heard, where.

CREATE TABLE site (
  id INTEGER PRIMARY KEY,
  name TEXT NOT NULL UNIQUE
) STRICT;

-- A capture or a log, known by its content: reading it twice counts once. Of a
-- log the packets are its lines.
CREATE TABLE source (
  id INTEGER PRIMARY KEY,
  site INTEGER NOT NULL REFERENCES site,
  identity TEXT NOT NULL,
  filter TEXT NOT NULL,
  name TEXT NOT NULL,
  packets INTEGER NOT NULL,
  bytes INTEGER NOT NULL,
  first_seen INTEGER NOT NULL,
  last_seen INTEGER NOT NULL,
  complete INTEGER NOT NULL,
  ended_early TEXT NOT NULL,
  UNIQUE (site, identity, filter)
) STRICT;

-- What could not be read, by kind.
CREATE TABLE loss (
  source INTEGER NOT NULL REFERENCES source,
  name TEXT NOT NULL,
  count INTEGER NOT NULL,
  PRIMARY KEY (source, name)
) STRICT, WITHOUT ROWID;

-- An address seen on a site; '' where a part is not known.
CREATE TABLE endpoint (
  id INTEGER PRIMARY KEY,
  site INTEGER NOT NULL REFERENCES site,
  vlan INTEGER NOT NULL,
  mac TEXT NOT NULL,
  ip TEXT NOT NULL,
  UNIQUE (site, mac, ip, vlan)
) STRICT;

-- Within one source each fact, and each talk below, is one row: the writer
-- replaces a source as a whole. Times are nanoseconds since 1970 UTC; packet
-- is the number of the first sight. A talk that is not recognised has a shape:
-- classes of its first bytes, never the bytes; and how many bytes the first
-- turn of each side had, 1024 at most. Interval: the median between its first
-- flows, in nanoseconds; 0 if not known.
CREATE TABLE fact (
  id INTEGER PRIMARY KEY,
  source INTEGER NOT NULL REFERENCES source,
  endpoint INTEGER NOT NULL REFERENCES endpoint,
  claim TEXT NOT NULL,
  value TEXT NOT NULL,
  port INTEGER NOT NULL,
  refused INTEGER NOT NULL,
  protocol TEXT NOT NULL,
  equipment TEXT NOT NULL,
  first_seen INTEGER NOT NULL,
  last_seen INTEGER NOT NULL,
  count INTEGER NOT NULL,
  packet INTEGER NOT NULL
) STRICT;

CREATE TABLE talk (
  id INTEGER PRIMARY KEY,
  source INTEGER NOT NULL REFERENCES source,
  client INTEGER NOT NULL REFERENCES endpoint,
  server INTEGER NOT NULL REFERENCES endpoint,
  protocol INTEGER NOT NULL,
  port INTEGER NOT NULL,
  state TEXT NOT NULL,
  security TEXT NOT NULL,
  application TEXT NOT NULL,
  client_bytes INTEGER NOT NULL,
  server_bytes INTEGER NOT NULL,
  client_packets INTEGER NOT NULL,
  server_packets INTEGER NOT NULL,
  client_hops INTEGER NOT NULL,
  server_hops INTEGER NOT NULL,
  client_ports TEXT NOT NULL,
  shape TEXT NOT NULL,
  mark TEXT NOT NULL,
  client_least INTEGER NOT NULL,
  client_most INTEGER NOT NULL,
  server_least INTEGER NOT NULL,
  server_most INTEGER NOT NULL,
  interval INTEGER NOT NULL,
  regular INTEGER NOT NULL,
  first_seen INTEGER NOT NULL,
  last_seen INTEGER NOT NULL,
  count INTEGER NOT NULL,
  packet INTEGER NOT NULL
) STRICT;

)sql";

const std::string_view kDerivedTables =
    R"sql(-- Derived: a deterministic function of the tables above, emptied and filled as
-- a whole, or for a few devices and their surroundings. A device's key means
-- nothing and changes; its id stays. Takes reports: it was seen to take
-- clinical data.

CREATE TABLE device (
  key INTEGER PRIMARY KEY,
  id TEXT NOT NULL UNIQUE,
  site INTEGER NOT NULL REFERENCES site,
  reason TEXT NOT NULL,
  first_seen INTEGER NOT NULL,
  last_seen INTEGER NOT NULL,
  takes_reports INTEGER NOT NULL
) STRICT;

-- Ids by which a device was or could have been known; one is its own.
CREATE TABLE device_alias (
  alias TEXT PRIMARY KEY,
  device INTEGER NOT NULL REFERENCES device,
  anchor TEXT NOT NULL
) STRICT, WITHOUT ROWID;

-- Which endpoint was the device's, and why.
CREATE TABLE device_endpoint (
  device INTEGER NOT NULL REFERENCES device,
  endpoint INTEGER NOT NULL REFERENCES endpoint,
  why TEXT NOT NULL,
  first_seen INTEGER NOT NULL,
  last_seen INTEGER NOT NULL,
  PRIMARY KEY (device, endpoint)
) STRICT, WITHOUT ROWID;

-- Several for mac, ip, name and vlan; at most one of the others. The maker is the
-- manufacturer by the one name that stands for all that devices tell it by.
-- Evidence: what facts were worth to it, a JSON array of [fact, rule, weight];
-- the fact is null where the MAC address itself is the evidence.
-- Source: wire or document. ATTRIBUTE.heard: what a document outweighs.
CREATE TABLE device_value (
  device INTEGER NOT NULL REFERENCES device,
  attribute TEXT NOT NULL,
  value TEXT NOT NULL,
  confidence REAL NOT NULL,
  runner_up TEXT NOT NULL,
  runner_up_confidence REAL NOT NULL,
  evidence TEXT NOT NULL,
  source TEXT NOT NULL DEFAULT 'wire',
  PRIMARY KEY (device, attribute, value)
) STRICT, WITHOUT ROWID;

-- Whose the facts about an endpoint are, and those that are not its owner's: said
-- of equipment, or when the address was another's. NULL, or no row in either: of
-- no device of the site.
CREATE TABLE endpoint_owner (
  endpoint INTEGER PRIMARY KEY REFERENCES endpoint,
  device INTEGER NOT NULL REFERENCES device
) STRICT;

CREATE TABLE device_fact (
  fact INTEGER PRIMARY KEY REFERENCES fact,
  device INTEGER REFERENCES device
) STRICT;

-- One row a talk: who it was between, and what it comes to once the other
-- direction, which a mirror may show on another VLAN, is known. NULL where an
-- end is no device (a multicast group, an address that nobody answered from), or
-- the application is not known.
CREATE TABLE conversation (
  talk INTEGER PRIMARY KEY REFERENCES talk,
  client INTEGER REFERENCES device,
  server INTEGER REFERENCES device,
  copy INTEGER NOT NULL,
  state TEXT NOT NULL,
  security TEXT NOT NULL,
  application TEXT
) STRICT;

-- The registry of settings (knowledge/settings.toml) that the settings below
-- were derived by. Lists are JSON arrays; rank is the order of the registry.
-- Settings of exports come after it; about: what the wire shows of the same.
CREATE TABLE setting_kind (
  id INTEGER PRIMARY KEY,
  name TEXT NOT NULL UNIQUE,
  title TEXT NOT NULL,
  meaning TEXT NOT NULL,
  instance TEXT NOT NULL,
  type TEXT NOT NULL,
  unit TEXT NOT NULL,
  "order" TEXT NOT NULL,
  compare TEXT NOT NULL,
  differs_by_nature INTEGER NOT NULL,
  shown_by TEXT NOT NULL,
  change TEXT NOT NULL,
  "check" TEXT NOT NULL,
  eliminates TEXT NOT NULL,
  replaces TEXT NOT NULL,
  step INTEGER NOT NULL,
  about TEXT NOT NULL DEFAULT ''
) STRICT;

-- What a configuration is called: the first, by id, of whose levels one of
-- "any" was seen and none of "none". The higher its safety, the safer.
CREATE TABLE grade (
  id INTEGER PRIMARY KEY,
  name TEXT NOT NULL,
  meaning TEXT NOT NULL,
  safety INTEGER NOT NULL,
  "any" TEXT NOT NULL,
  "none" TEXT NOT NULL
) STRICT;

-- One value of a setting of a device; '' where there is none. Level: open,
-- weak or strong; '' where the value says nothing about safety. Not current:
-- what it was before. Evidence: the first facts and talks that say so, a JSON array
-- of their ids, those of talks as negative numbers.
CREATE TABLE setting (
  id INTEGER PRIMARY KEY,
  device INTEGER NOT NULL REFERENCES device,
  kind INTEGER NOT NULL REFERENCES setting_kind,
  instance TEXT NOT NULL,
  value TEXT NOT NULL,
  state TEXT NOT NULL,
  source TEXT NOT NULL,
  current INTEGER NOT NULL,
  level TEXT NOT NULL,
  first_seen INTEGER NOT NULL,
  last_seen INTEGER NOT NULL,
  evidence TEXT NOT NULL
) STRICT;

CREATE INDEX device_value_value ON device_value (attribute, value);
CREATE INDEX conversation_application ON conversation (application);
CREATE INDEX conversation_client ON conversation (client);
CREATE INDEX conversation_server ON conversation (server);
CREATE INDEX setting_device ON setting (device);
CREATE INDEX setting_of_kind ON setting (kind);

)sql";

std::string_view schema_sql() {
  static const std::string kWhole =
      std::string(kFactTables) + std::string(kFactIndices) + std::string(kAreaTables) +
      std::string(kDerivedTables) + std::string(kDerivationTables) + std::string(kCohortTables) +
      std::string(kFindingTables) + std::string(kDocumentTables) +
      std::string(kDocumentDerivedTables) + std::string(kListenerTables) + std::string(kViews) +
      std::string(kCohortViews) + std::string(kAreaViews) + std::string(kFindingViews) +
      std::string(kDocumentViews) + std::string(kListenerViews);
  return kWhole;
}

}  // namespace asepsis
