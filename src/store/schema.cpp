// The schema, version 1. Facts are the ground truth; what is derived from
// them is thrown away and built again. People query the views: their columns
// keep their meaning, the tables may change.

#include <string>

#include "store/database.hpp"
#include "store/finding_schema.hpp"

namespace asepsis {
namespace {

std::string_view inventory_schema_sql() {  // NOLINT(readability-function-size): one string
  return R"sql(
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

-- Derived: a deterministic function of the tables above, emptied and filled as
-- a whole. A device's key means nothing and changes; its id stays.

CREATE TABLE device (
  key INTEGER PRIMARY KEY,
  id TEXT NOT NULL UNIQUE,
  site INTEGER NOT NULL REFERENCES site,
  reason TEXT NOT NULL,
  first_seen INTEGER NOT NULL,
  last_seen INTEGER NOT NULL
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

-- Several for mac, ip, name and vlan; at most one of the others.
CREATE TABLE device_value (
  device INTEGER NOT NULL REFERENCES device,
  attribute TEXT NOT NULL,
  value TEXT NOT NULL,
  confidence REAL NOT NULL,
  runner_up TEXT NOT NULL,
  runner_up_confidence REAL NOT NULL,
  PRIMARY KEY (device, attribute, value)
) STRICT, WITHOUT ROWID;

-- Whose each fact is. Facts about no device of the site have no row.
CREATE TABLE device_fact (
  fact INTEGER PRIMARY KEY REFERENCES fact,
  device INTEGER NOT NULL REFERENCES device
) STRICT;

-- What a fact was worth to an attribute. No fact: the MAC address itself is
-- the evidence.
CREATE TABLE device_evidence (
  device INTEGER NOT NULL REFERENCES device,
  attribute TEXT NOT NULL,
  fact INTEGER REFERENCES fact,
  rule TEXT NOT NULL,
  weight REAL NOT NULL
) STRICT;

-- One row a talk: who it was between, and what it comes to once the other
-- direction, which a mirror may show on another VLAN, is known. NULL where an
-- end is no device (a multicast group, an address that nobody answered from).
CREATE TABLE conversation (
  talk INTEGER PRIMARY KEY REFERENCES talk,
  client INTEGER REFERENCES device,
  server INTEGER REFERENCES device,
  copy INTEGER NOT NULL,
  state TEXT NOT NULL,
  security TEXT NOT NULL,
  application TEXT NOT NULL
) STRICT;

CREATE INDEX device_evidence_device ON device_evidence (device);
CREATE INDEX device_fact_device ON device_fact (device);
CREATE INDEX fact_claim ON fact (claim);

-- Views: what people, pages and checks query.

-- Columns that can hold several are JSON arrays.
CREATE VIEW devices AS
SELECT d.id, s.name AS site,
  max(v.value) FILTER (WHERE v.attribute = 'class' AND v.value <> '') AS class,
  max(v.value) FILTER (WHERE v.attribute = 'manufacturer' AND v.value <> '') AS manufacturer,
  max(v.value) FILTER (WHERE v.attribute = 'model' AND v.value <> '') AS model,
  max(v.value) FILTER (WHERE v.attribute = 'firmware' AND v.value <> '') AS firmware,
  max(v.value) FILTER (WHERE v.attribute = 'serial' AND v.value <> '') AS serial,
  max(v.value) FILTER (WHERE v.attribute = 'udi_di' AND v.value <> '') AS udi_di,
  max(v.value) FILTER (WHERE v.attribute = 'hardware' AND v.value <> '') AS hardware,
  max(v.value) FILTER (WHERE v.attribute = 'os' AND v.value <> '') AS os,
  json_group_array(v.value) FILTER (WHERE v.attribute = 'mac') AS mac,
  json_group_array(v.value) FILTER (WHERE v.attribute = 'ip') AS ip,
  json_group_array(v.value) FILTER (WHERE v.attribute = 'name') AS name,
  max(v.value) FILTER (WHERE v.attribute = 'care_area') AS care_area,
  json_group_array(CAST(v.value AS INTEGER)) FILTER (WHERE v.attribute = 'vlan') AS vlan,
  strftime('%Y-%m-%dT%H:%M:%S', d.first_seen / 1000000000, 'unixepoch') ||
    printf('.%06dZ', d.first_seen / 1000 % 1000000) AS first_seen,
  strftime('%Y-%m-%dT%H:%M:%S', d.last_seen / 1000000000, 'unixepoch') ||
    printf('.%06dZ', d.last_seen / 1000 % 1000000) AS last_seen,
  json_group_object(v.attribute, round(v.confidence, 2)) FILTER (WHERE v.value <> '' AND
    v.attribute IN ('class', 'manufacturer', 'model', 'firmware', 'serial')) AS confidence
FROM device d JOIN site s ON s.id = d.site LEFT JOIN device_value v ON v.device = d.key
GROUP BY d.id;

-- What is believed of a device, a row each; '' where nothing is, but might be.
CREATE VIEW attributes AS
SELECT d.id AS device, v.attribute, v.value, v.confidence, v.runner_up, v.runner_up_confidence
FROM device_value v JOIN device d ON d.key = v.device;

CREATE VIEW aliases AS
SELECT a.alias, d.id AS device, a.anchor FROM device_alias a JOIN device d ON d.key = a.device;

-- Where a device was heard, and why we believe that it was this one.
CREATE VIEW addresses AS
SELECT d.id AS device, nullif(e.mac, '') AS mac, nullif(e.ip, '') AS ip, nullif(e.vlan, 0) AS vlan,
  de.why, de.first_seen AS first_ns, de.last_seen AS last_ns
FROM device_endpoint de JOIN device d ON d.key = de.device JOIN endpoint e ON e.id = de.endpoint;

CREATE VIEW facts AS
SELECT f.id, d.id AS device, s.name AS site, e.mac, e.ip, e.vlan, f.claim, f.value,
  nullif(f.port, 0) AS port, CASE f.refused WHEN 1 THEN 'refused' ELSE 'seen' END AS state,
  f.protocol, nullif(f.equipment, '') AS equipment,
  strftime('%Y-%m-%dT%H:%M:%S', f.first_seen / 1000000000, 'unixepoch') ||
    printf('.%06dZ', f.first_seen / 1000 % 1000000) AS first_seen,
  strftime('%Y-%m-%dT%H:%M:%S', f.last_seen / 1000000000, 'unixepoch') ||
    printf('.%06dZ', f.last_seen / 1000 % 1000000) AS last_seen,
  f.count, src.name AS source, f.packet
FROM fact f JOIN endpoint e ON e.id = f.endpoint JOIN source src ON src.id = f.source
  JOIN site s ON s.id = src.site LEFT JOIN device_fact df ON df.fact = f.id
  LEFT JOIN device d ON d.key = df.device;

CREATE VIEW evidence AS
SELECT d.id AS device, de.attribute, de.weight, de.rule, f.claim, f.value, f.protocol, f.source,
  f.packet, f.first_seen, f.last_seen, f.count
FROM device_evidence de JOIN device d ON d.key = de.device LEFT JOIN facts f ON f.id = de.fact;

-- One row a talk and source: what conversations adds up.
CREATE VIEW talks AS
SELECT t.id, s.name AS site, cd.id AS client, sd.id AS server, nullif(ce.ip, '') AS client_ip, nullif(se.ip, '') AS server_ip,
  nullif(ce.mac, '') AS client_mac, nullif(se.mac, '') AS server_mac, t.protocol AS ip_protocol,
  CASE t.protocol WHEN 0 THEN 'ethernet' WHEN 1 THEN 'icmp' WHEN 2 THEN 'igmp' WHEN 6 THEN 'tcp'
    WHEN 17 THEN 'udp' WHEN 47 THEN 'gre' WHEN 58 THEN 'icmpv6' WHEN 132 THEN 'sctp'
    ELSE 'ip-' || t.protocol END AS transport,
  t.port, nullif(c.application, '') AS application, c.security, c.state, t.client_bytes,
  t.server_bytes, t.client_packets, t.server_packets, t.count AS flows, t.client_ports,
  nullif(t.shape, '') AS shape, nullif(t.mark, '') AS mark,
  t.client_least, t.client_most, t.server_least, t.server_most, nullif(t.interval, 0) AS interval_ns, t.regular,
  t.first_seen AS first_ns, t.last_seen AS last_ns, src.name AS source, t.packet
FROM conversation c JOIN talk t ON t.id = c.talk JOIN endpoint ce ON ce.id = t.client
  JOIN endpoint se ON se.id = t.server JOIN source src ON src.id = t.source
  JOIN site s ON s.id = src.site
  LEFT JOIN device cd ON cd.key = c.client LEFT JOIN device sd ON sd.key = c.server
WHERE c.copy = 0;

CREATE VIEW conversations AS
SELECT client, server, client_ip, server_ip, transport, ip_protocol, port, application, security,
  state, sum(client_bytes + server_bytes) AS bytes, sum(client_packets + server_packets) AS packets,
  sum(flows) AS flows,
  strftime('%Y-%m-%dT%H:%M:%S', min(first_ns) / 1000000000, 'unixepoch') ||
    printf('.%06dZ', min(first_ns) / 1000 % 1000000) AS first_seen,
  strftime('%Y-%m-%dT%H:%M:%S', max(last_ns) / 1000000000, 'unixepoch') ||
    printf('.%06dZ', max(last_ns) / 1000 % 1000000) AS last_seen,
  first_ports AS client_ports
FROM (SELECT *, first_value(client_ports) OVER (PARTITION BY client, server, client_ip, server_ip,
    ip_protocol, port, application, security, state ORDER BY first_ns, source) AS first_ports
  FROM talks)
GROUP BY client, server, client_ip, server_ip, ip_protocol, port, application, security, state;

CREATE VIEW services AS
SELECT server AS device, transport, port, application, security,
  CASE state WHEN 'refused' THEN 'refused' ELSE 'seen' END AS state,
  json_group_array(DISTINCT client) FILTER (WHERE client IS NOT NULL) AS clients,
  min(first_seen) AS first_seen, max(last_seen) AS last_seen, sum(bytes) AS bytes,
  sum(flows) AS flows
FROM conversations
WHERE server IS NOT NULL AND state <> 'unanswered' AND transport IN ('tcp', 'udp', 'sctp')
GROUP BY server, transport, port, application, security, 6;

-- What nothing recognises, grouped by port and shape; without connections begun
-- before the capture to what is known from others. Who is no device stands by
-- address. Sizes are bytes of the first turns. Port is NULL where one client uses three ports or more and
-- hardly any twice: they were agreed on the way, as for transfers of files and
-- calls. Interval, in seconds, is that of the median
-- pair; regular: most pairs with four flows or more came back evenly.
CREATE VIEW unknown_protocols AS
WITH known AS (
  SELECT DISTINCT site, transport, server_ip, port, 1 AS is_known FROM talks
  WHERE application IS NOT NULL AND server_ip IS NOT NULL),
heard AS (
  SELECT *, coalesce(client, client_ip, client_mac) AS who, coalesce(server, server_ip, server_mac) AS whom,
    coalesce(interval_ns, CASE WHEN transport = 'udp' AND client_packets > 1
      THEN nullif((last_ns - first_ns) / (client_packets - 1), 0) END) AS pace
  FROM talks LEFT JOIN known USING (site, transport, server_ip, port)
  WHERE application IS NULL AND shape IS NOT NULL AND NOT (shape = 'mid-stream' AND is_known IS NOT NULL)),
roaming AS (
  SELECT site, transport, who, shape FROM heard GROUP BY 1, 2, 3, 4
  HAVING count(DISTINCT port) >= 3 AND count(DISTINCT port) * 2 > sum(flows)),
placed AS (
  SELECT heard.*, CASE WHEN roaming.who IS NULL THEN port END AS at
  FROM heard LEFT JOIN roaming USING (site, transport, who, shape)),
ranked AS (
  SELECT *, count(pace) OVER (PARTITION BY site, transport, at, shape) AS paces,
    row_number() OVER (PARTITION BY site, transport, at, shape ORDER BY pace IS NULL, pace) AS rank
  FROM placed)
SELECT site, transport, at AS port, json_group_array(DISTINCT port) AS ports, shape,
  CASE WHEN min(mark) = max(mark) AND count(mark) = count(*) THEN min(mark) END AS mark,
  CASE WHEN max(client_most) > 0 THEN min(client_least) || '-' || max(client_most) END AS client_sizes,
  CASE WHEN max(server_most) > 0 THEN min(server_least) || '-' || max(server_most) END AS server_sizes,
  json_group_array(DISTINCT who) AS clients, json_group_array(DISTINCT whom) AS servers,
  sum(flows) AS flows, sum(client_bytes + server_bytes) AS bytes,
  round(max(pace) FILTER (WHERE rank = (paces + 1) / 2) / 1e9, 3) AS interval,
  CASE WHEN count(*) FILTER (WHERE flows > 3) > 0
    THEN sum(regular) * 2 > count(*) FILTER (WHERE flows > 3) END AS regular,
  strftime('%Y-%m-%dT%H:%M:%S', min(first_ns) / 1000000000, 'unixepoch') ||
    printf('.%06dZ', min(first_ns) / 1000 % 1000000) AS first_seen,
  strftime('%Y-%m-%dT%H:%M:%S', max(last_ns) / 1000000000, 'unixepoch') ||
    printf('.%06dZ', max(last_ns) / 1000 % 1000000) AS last_seen
FROM (SELECT * FROM ranked ORDER BY site, transport, at, shape, port, who, whom)
GROUP BY site, transport, at, shape;

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

}  // namespace

std::string_view schema_sql() {
  static const std::string kSchema =
      std::string(inventory_schema_sql()) + std::string(finding_schema_sql());
  return kSchema;
}

}  // namespace asepsis
