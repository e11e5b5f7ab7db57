// The schema, version 1. Facts are the ground truth; what is derived from
// them is thrown away and built again. People query the views: their columns
// keep their meaning, the tables may change.

#include "store/database.hpp"

namespace asepsis {

std::string_view schema_sql() {
  return R"sql(
-- Ground truth: what was heard, where.

CREATE TABLE site (
  id INTEGER PRIMARY KEY,
  name TEXT NOT NULL UNIQUE
) STRICT;

-- A capture, known by its content: reading it twice counts once.
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
  source INTEGER NOT NULL REFERENCES source ON DELETE CASCADE,
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

-- Times are nanoseconds since 1970 UTC; packet is the number of the first sight.
CREATE TABLE fact (
  id INTEGER PRIMARY KEY,
  source INTEGER NOT NULL REFERENCES source ON DELETE CASCADE,
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
  packet INTEGER NOT NULL,
  UNIQUE (source, endpoint, claim, value, port, refused, protocol, equipment)
) STRICT;

CREATE TABLE talk (
  id INTEGER PRIMARY KEY,
  source INTEGER NOT NULL REFERENCES source ON DELETE CASCADE,
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
  first_seen INTEGER NOT NULL,
  last_seen INTEGER NOT NULL,
  count INTEGER NOT NULL,
  packet INTEGER NOT NULL,
  UNIQUE (source, client, server, protocol, port, state, security, application)
) STRICT;

-- Derived: a deterministic function of the tables above.

CREATE TABLE device (
  id TEXT PRIMARY KEY,
  site INTEGER NOT NULL REFERENCES site,
  reason TEXT NOT NULL,
  first_seen INTEGER NOT NULL,
  last_seen INTEGER NOT NULL
) STRICT, WITHOUT ROWID;

-- Ids by which a device was or could have been known; one is its own.
CREATE TABLE device_alias (
  alias TEXT PRIMARY KEY,
  device TEXT NOT NULL REFERENCES device ON DELETE CASCADE,
  anchor TEXT NOT NULL
) STRICT, WITHOUT ROWID;

-- Which endpoint was the device's, and why.
CREATE TABLE device_endpoint (
  device TEXT NOT NULL REFERENCES device ON DELETE CASCADE,
  endpoint INTEGER NOT NULL REFERENCES endpoint,
  why TEXT NOT NULL,
  first_seen INTEGER NOT NULL,
  last_seen INTEGER NOT NULL,
  PRIMARY KEY (device, endpoint)
) STRICT, WITHOUT ROWID;

-- Several for mac, ip, name and vlan; at most one of the others.
CREATE TABLE device_value (
  device TEXT NOT NULL REFERENCES device ON DELETE CASCADE,
  attribute TEXT NOT NULL,
  value TEXT NOT NULL,
  confidence REAL NOT NULL,
  runner_up TEXT NOT NULL,
  runner_up_confidence REAL NOT NULL,
  PRIMARY KEY (device, attribute, value)
) STRICT, WITHOUT ROWID;

-- The facts about a device, and what each was worth to which attribute.
CREATE TABLE device_fact (
  device TEXT NOT NULL REFERENCES device ON DELETE CASCADE,
  fact INTEGER NOT NULL REFERENCES fact,
  PRIMARY KEY (device, fact)
) STRICT, WITHOUT ROWID;

CREATE TABLE device_evidence (
  device TEXT NOT NULL REFERENCES device ON DELETE CASCADE,
  attribute TEXT NOT NULL,
  fact INTEGER NOT NULL REFERENCES fact,
  rule TEXT NOT NULL,
  weight REAL NOT NULL,
  PRIMARY KEY (device, attribute, fact, rule)
) STRICT, WITHOUT ROWID;

-- One row a talk: who it was between. NULL where the other end is no device
-- (a multicast group, an address that nobody answered from).
CREATE TABLE conversation (
  talk INTEGER PRIMARY KEY REFERENCES talk ON DELETE CASCADE,
  client TEXT REFERENCES device,
  server TEXT REFERENCES device,
  copy INTEGER NOT NULL
) STRICT;

CREATE INDEX fact_endpoint ON fact (endpoint);
CREATE INDEX talk_client ON talk (client);
CREATE INDEX talk_server ON talk (server);
CREATE INDEX conversation_client ON conversation (client);
CREATE INDEX conversation_server ON conversation (server);

-- Views: what people, pages and checks query.

CREATE VIEW devices AS
SELECT d.id, s.name AS site,
  max(CASE v.attribute WHEN 'class' THEN v.value END) AS class,
  max(CASE v.attribute WHEN 'manufacturer' THEN v.value END) AS manufacturer,
  max(CASE v.attribute WHEN 'model' THEN v.value END) AS model,
  max(CASE v.attribute WHEN 'firmware' THEN v.value END) AS firmware,
  max(CASE v.attribute WHEN 'serial' THEN v.value END) AS serial,
  max(CASE v.attribute WHEN 'udi_di' THEN v.value END) AS udi_di,
  max(CASE v.attribute WHEN 'os' THEN v.value END) AS os,
  max(CASE v.attribute WHEN 'care_area' THEN v.value END) AS care_area,
  group_concat(CASE v.attribute WHEN 'mac' THEN v.value END) AS mac,
  group_concat(CASE v.attribute WHEN 'ip' THEN v.value END) AS ip,
  group_concat(CASE v.attribute WHEN 'name' THEN v.value END) AS name,
  group_concat(CASE v.attribute WHEN 'vlan' THEN v.value END) AS vlan,
  strftime('%Y-%m-%dT%H:%M:%S', d.first_seen / 1000000000, 'unixepoch') ||
    printf('.%06dZ', d.first_seen / 1000 % 1000000) AS first_seen,
  strftime('%Y-%m-%dT%H:%M:%S', d.last_seen / 1000000000, 'unixepoch') ||
    printf('.%06dZ', d.last_seen / 1000 % 1000000) AS last_seen
FROM device d JOIN site s ON s.id = d.site LEFT JOIN device_value v ON v.device = d.id
GROUP BY d.id;

CREATE VIEW facts AS
SELECT f.id, df.device, s.name AS site, e.mac, e.ip, e.vlan, f.claim, f.value,
  nullif(f.port, 0) AS port, CASE f.refused WHEN 1 THEN 'refused' ELSE 'seen' END AS state,
  f.protocol, nullif(f.equipment, '') AS equipment,
  strftime('%Y-%m-%dT%H:%M:%S', f.first_seen / 1000000000, 'unixepoch') ||
    printf('.%06dZ', f.first_seen / 1000 % 1000000) AS first_seen,
  strftime('%Y-%m-%dT%H:%M:%S', f.last_seen / 1000000000, 'unixepoch') ||
    printf('.%06dZ', f.last_seen / 1000 % 1000000) AS last_seen,
  f.count, src.name AS source, f.packet
FROM fact f JOIN endpoint e ON e.id = f.endpoint JOIN source src ON src.id = f.source
  JOIN site s ON s.id = src.site LEFT JOIN device_fact df ON df.fact = f.id;

CREATE VIEW evidence AS
SELECT de.device, de.attribute, de.weight, de.rule, f.claim, f.value, f.protocol, f.source,
  f.packet, f.first_seen, f.last_seen, f.count
FROM device_evidence de JOIN facts f ON f.id = de.fact AND f.device IS de.device;

CREATE VIEW conversations AS
SELECT c.client, c.server, ce.ip AS client_ip, se.ip AS server_ip,
  CASE t.protocol WHEN 0 THEN 'ethernet' WHEN 1 THEN 'icmp' WHEN 2 THEN 'igmp' WHEN 6 THEN 'tcp'
    WHEN 17 THEN 'udp' WHEN 47 THEN 'gre' WHEN 58 THEN 'icmpv6' WHEN 132 THEN 'sctp'
    ELSE 'ip-' || t.protocol END AS transport,
  t.port, nullif(t.application, '') AS application, t.security, t.state,
  t.client_bytes + t.server_bytes AS bytes, t.client_packets + t.server_packets AS packets,
  t.count AS flows, t.client_ports,
  strftime('%Y-%m-%dT%H:%M:%S', t.first_seen / 1000000000, 'unixepoch') ||
    printf('.%06dZ', t.first_seen / 1000 % 1000000) AS first_seen,
  strftime('%Y-%m-%dT%H:%M:%S', t.last_seen / 1000000000, 'unixepoch') ||
    printf('.%06dZ', t.last_seen / 1000 % 1000000) AS last_seen,
  src.name AS source, t.packet, t.id AS talk
FROM conversation c JOIN talk t ON t.id = c.talk JOIN endpoint ce ON ce.id = t.client
  JOIN endpoint se ON se.id = t.server JOIN source src ON src.id = t.source
WHERE c.copy = 0;

CREATE VIEW services AS
SELECT server AS device, transport, port, application, security,
  CASE state WHEN 'refused' THEN 'refused' ELSE 'seen' END AS state,
  group_concat(DISTINCT client) AS clients, min(first_seen) AS first_seen,
  max(last_seen) AS last_seen, sum(bytes) AS bytes, sum(flows) AS flows
FROM conversations
WHERE server IS NOT NULL AND state <> 'unanswered' AND transport IN ('tcp', 'udp', 'sctp')
GROUP BY server, transport, port, application, security, 6;

CREATE VIEW sources AS
SELECT src.id, s.name AS site, src.name, src.packets, src.bytes, src.complete,
  nullif(src.filter, '') AS filter, nullif(src.ended_early, '') AS ended_early,
  strftime('%Y-%m-%dT%H:%M:%S', src.first_seen / 1000000000, 'unixepoch') ||
    printf('.%06dZ', src.first_seen / 1000 % 1000000) AS first_seen,
  strftime('%Y-%m-%dT%H:%M:%S', src.last_seen / 1000000000, 'unixepoch') ||
    printf('.%06dZ', src.last_seen / 1000 % 1000000) AS last_seen
FROM source src JOIN site s ON s.id = src.site;
)sql";
}

}  // namespace asepsis
