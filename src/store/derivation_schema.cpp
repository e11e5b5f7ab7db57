// The part of the schema that tells how far what is derived follows what was
// heard, so that a little that is new need not be derived with all the rest;
// and the indices by which the surroundings of a little are found.

#include "store/schema.hpp"

namespace asepsis {

const std::string_view kDerivationTables = R"sql(
-- How far what is derived follows the facts: their last ids then, and what the
-- knowledge was that it was derived by. Behind: more was stored since, by
-- somebody who meant to derive it and did not come to it. No row: all is to
-- be derived.
CREATE TABLE derivation (
  id INTEGER PRIMARY KEY,
  fact INTEGER NOT NULL,
  talk INTEGER NOT NULL,
  knowledge TEXT NOT NULL,
  behind INTEGER NOT NULL
) STRICT;

-- Of what rows changed since, and talks that went. New rows tell themselves.
CREATE TABLE changed_endpoint (
  endpoint INTEGER PRIMARY KEY REFERENCES endpoint
) STRICT;

CREATE TABLE gone_talk (
  talk INTEGER PRIMARY KEY
) STRICT;

-- What equipment that others speak of is known by: its name, serial numbers
-- and MAC addresses. Whoever gets one of them may be that equipment.
CREATE TABLE equipment_key (
  site INTEGER NOT NULL REFERENCES site,
  key TEXT NOT NULL,
  PRIMARY KEY (site, key)
) STRICT, WITHOUT ROWID;

CREATE INDEX device_alias_device ON device_alias (device);
CREATE INDEX endpoint_owner_device ON endpoint_owner (device);
CREATE INDEX device_fact_device ON device_fact (device);

)sql";

const std::string_view kFactIndices = R"sql(
CREATE INDEX IF NOT EXISTS fact_claim ON fact (claim);
CREATE INDEX IF NOT EXISTS fact_endpoint ON fact (endpoint);
CREATE INDEX IF NOT EXISTS talk_client ON talk (client);
CREATE INDEX IF NOT EXISTS talk_server ON talk (server);
CREATE INDEX IF NOT EXISTS endpoint_ip ON endpoint (ip);

-- By what one device is known at several addresses. Of a list (IN) SQLite makes a
-- table for each row that it writes.
DROP INDEX IF EXISTS fact_joining;
CREATE INDEX fact_joining ON fact (claim, value COLLATE NOCASE)
  WHERE claim = 'device.serial' OR claim = 'device.uid' OR claim = 'dhcp.client_id'
  OR claim = 'ssh.host_key' OR claim = 'tls.certificate' OR claim = 'address.other_mac';

)sql";

}  // namespace asepsis
