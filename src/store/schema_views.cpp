// The views of the schema: what people, pages and checks query.

#include "store/schema.hpp"

namespace asepsis {

const std::string_view kViews = R"sql(-- Views: what people, pages and checks query.

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
  max(v.value) FILTER (WHERE v.attribute = 'care_area' AND v.value <> '') AS care_area,
  max(v.value) FILTER (WHERE v.attribute = 'location') AS location,
  max(v.value) FILTER (WHERE v.attribute = 'asset_number') AS asset_number,
  max(v.value) FILTER (WHERE v.attribute = 'owner_department') AS owner_department,
  max(v.value) FILTER (WHERE v.attribute = 'life_supporting') AS life_supporting,
  max(v.value) FILTER (WHERE v.attribute = 'end_of_support') AS end_of_support,
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
-- Source: wire or document.
CREATE VIEW attributes AS
SELECT d.id AS device, v.attribute, v.value, v.confidence, v.runner_up, v.runner_up_confidence,
  v.source
FROM device_value v JOIN device d ON d.key = v.device WHERE v.attribute NOT GLOB '*.heard';

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
  JOIN site s ON s.id = src.site LEFT JOIN endpoint_owner eo ON eo.endpoint = f.endpoint
  LEFT JOIN device_fact df ON df.fact = f.id
  LEFT JOIN device d ON d.key = CASE WHEN df.fact IS NULL THEN eo.device ELSE df.device END;

-- Packet: of a capture; row: the line of a document.
CREATE VIEW evidence AS
SELECT d.id AS device, replace(v.attribute, '.heard', '') AS attribute, e.value ->> 2 AS weight,
  e.value ->> 1 AS rule, f.claim, f.value, f.protocol, src.name AS source, f.packet, NULL AS "row",
  strftime('%Y-%m-%dT%H:%M:%S', f.first_seen / 1000000000, 'unixepoch') ||
    printf('.%06dZ', f.first_seen / 1000 % 1000000) AS first_seen,
  strftime('%Y-%m-%dT%H:%M:%S', f.last_seen / 1000000000, 'unixepoch') ||
    printf('.%06dZ', f.last_seen / 1000 % 1000000) AS last_seen, f.count
FROM device d JOIN device_value v ON v.device = d.key JOIN json_each(v.evidence) e
  LEFT JOIN fact f ON f.id = e.value ->> 0 LEFT JOIN source src ON src.id = f.source
UNION ALL
SELECT d.id, de.attribute, de.weight, de.rule, f.claim, f.value, o.kind, v.file, NULL, f.line,
  strftime('%Y-%m-%dT%H:%M:%S', f.first_seen / 1000000000, 'unixepoch') ||
    printf('.%06dZ', f.first_seen / 1000 % 1000000),
  strftime('%Y-%m-%dT%H:%M:%S', f.last_seen / 1000000000, 'unixepoch') ||
    printf('.%06dZ', f.last_seen / 1000 % 1000000), 1
FROM document_evidence de JOIN device d ON d.key = de.device
  JOIN document_fact f ON f.id = de.document_fact JOIN document_row r ON r.id = f.document_row
  JOIN document o ON o.id = r.document JOIN document_version v ON v.id = f.version;

-- One row a talk and source: what conversations adds up.
CREATE VIEW talks AS
SELECT t.id, s.name AS site, cd.id AS client, sd.id AS server, nullif(ce.ip, '') AS client_ip, nullif(se.ip, '') AS server_ip,
  nullif(ce.mac, '') AS client_mac, nullif(se.mac, '') AS server_mac, t.protocol AS ip_protocol,
  CASE t.protocol WHEN 0 THEN 'ethernet' WHEN 1 THEN 'icmp' WHEN 2 THEN 'igmp' WHEN 6 THEN 'tcp'
    WHEN 17 THEN 'udp' WHEN 47 THEN 'gre' WHEN 58 THEN 'icmpv6' WHEN 132 THEN 'sctp'
    ELSE 'ip-' || t.protocol END AS transport,
  t.port, c.application, c.security, c.state, t.client_bytes,
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

-- What devices give to others. Logs are never answered over UDP, and TFTP is
-- answered from another port each time; who announces itself to a group gives
-- the announcing service, though to nobody known. A connection on which nothing
-- was said is no second service of a port.
CREATE VIEW services AS
SELECT device, transport, port, application, security, state,
  json_group_array(DISTINCT client) FILTER (WHERE client IS NOT NULL) AS clients,
  min(first_seen) AS first_seen, max(last_seen) AS last_seen, sum(bytes) AS bytes,
  sum(flows) AS flows
FROM (
  SELECT server AS device, client, transport,
    CASE WHEN application = 'tftp' AND transport = 'udp' THEN 69 ELSE port END AS port,
    application, security, CASE state WHEN 'refused' THEN 'refused' ELSE 'seen' END AS state,
    max(application) FILTER (WHERE state <> 'refused')
      OVER (PARTITION BY server, transport, port) AS named,
    first_seen, last_seen, bytes, flows
  FROM conversations
  WHERE server IS NOT NULL AND transport IN ('tcp', 'udp', 'sctp') AND
    (state <> 'unanswered' OR (transport = 'udp' AND application IN ('syslog', 'tftp')))
  UNION ALL
  SELECT device, NULL, 'udp', CASE protocol WHEN 'mdns' THEN 5353 WHEN 'ssdp' THEN 1900 ELSE 3702 END,
    protocol, 'clear', 'seen', NULL, first_seen, last_seen, 0, 0
  FROM facts
  WHERE device IS NOT NULL AND protocol IN ('mdns', 'ssdp', 'ws-discovery') AND
    claim IN ('mdns.service', 'ssdp.type', 'wsd.types', 'wsd.address'))
WHERE application IS NOT NULL OR named IS NULL OR state = 'refused'
GROUP BY device, transport, port, application, security, state;

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

-- Every value of a setting that was ever known; what it was before is not
-- current. Level: open, weak or strong, where the value says how safe it is.
CREATE VIEW setting_history AS
SELECT s.id, d.id AS device, k.name AS setting, nullif(s.instance, '') AS instance,
  nullif(s.value, '') AS value, s.state, s.source, s.current, nullif(s.level, '') AS level,
  strftime('%Y-%m-%dT%H:%M:%S', s.first_seen / 1000000000, 'unixepoch') ||
    printf('.%06dZ', s.first_seen / 1000 % 1000000) AS first_seen,
  strftime('%Y-%m-%dT%H:%M:%S', s.last_seen / 1000000000, 'unixepoch') ||
    printf('.%06dZ', s.last_seen / 1000 % 1000000) AS last_seen
FROM setting s JOIN device d ON d.key = s.device JOIN setting_kind k ON k.id = s.kind;

-- How each device is configured, as far as it is known: one row a value.
-- Refused: it was seen to refuse this value, or the whole where there is none.
-- Unknown: it gives the service in which it would show, and did not show.
CREATE VIEW settings AS
SELECT id, device, setting, instance, value, state, source, level, first_seen, last_seen
FROM setting_history WHERE current = 1;

-- On what each setting rests, eight of each at most: a fact, a conversation (a
-- talk), or a row of a document. Fact and talk are ids in the views of these names,
-- document_fact in document_facts.
CREATE VIEW setting_evidence_rows AS
SELECT s.id AS setting_id, f.id AS fact, t.id AS talk, d.id AS device, k.name AS setting, nullif(s.instance, '') AS instance,
  nullif(s.value, '') AS value, s.state, coalesce(f.claim, 'conversation') AS claim,
  CASE WHEN f.id IS NOT NULL THEN f.value ELSE
    coalesce(nullif(ce.ip, ''), nullif(ce.mac, ''), 'somebody') || ' to ' ||
    coalesce(nullif(se.ip, ''), nullif(se.mac, ''), 'somebody') || ', port ' || t.port ||
    coalesce(', ' || c.application, '') || ', ' || c.state END AS text,
  coalesce(f.protocol, c.application) AS protocol, src.name AS source,
  coalesce(f.packet, t.packet) AS packet, NULL AS "row", coalesce(f.count, t.count) AS count,
  strftime('%Y-%m-%dT%H:%M:%S', coalesce(f.first_seen, t.first_seen) / 1000000000, 'unixepoch') ||
    printf('.%06dZ', coalesce(f.first_seen, t.first_seen) / 1000 % 1000000) AS first_seen,
  strftime('%Y-%m-%dT%H:%M:%S', coalesce(f.last_seen, t.last_seen) / 1000000000, 'unixepoch') ||
    printf('.%06dZ', coalesce(f.last_seen, t.last_seen) / 1000 % 1000000) AS last_seen, NULL AS document_fact
FROM device d JOIN setting s ON s.device = d.key JOIN setting_kind k ON k.id = s.kind
  JOIN json_each(s.evidence) e
  LEFT JOIN fact f ON f.id = e.value LEFT JOIN talk t ON t.id = -e.value
  LEFT JOIN conversation c ON c.talk = t.id
  LEFT JOIN endpoint ce ON ce.id = t.client LEFT JOIN endpoint se ON se.id = t.server
  JOIN source src ON src.id = coalesce(f.source, t.source)
UNION ALL
SELECT s.id, NULL, NULL, d.id, k.name, nullif(s.instance, ''), nullif(s.value, ''), s.state, f.claim, f.value,
  o.kind, v.file, NULL, f.line, 1,
  strftime('%Y-%m-%dT%H:%M:%S', f.first_seen / 1000000000, 'unixepoch') ||
    printf('.%06dZ', f.first_seen / 1000 % 1000000),
  strftime('%Y-%m-%dT%H:%M:%S', f.last_seen / 1000000000, 'unixepoch') ||
    printf('.%06dZ', f.last_seen / 1000 % 1000000), f.id
FROM setting_document e JOIN setting s ON s.id = e.setting JOIN setting_kind k ON k.id = s.kind
  JOIN device d ON d.key = s.device JOIN document_fact f ON f.id = e.document_fact
  JOIN document_row r ON r.id = f.document_row JOIN document o ON o.id = r.document
  JOIN document_version v ON v.id = f.version;

-- The registry of settings: what each means and how devices compare by it.
CREATE VIEW setting_kinds AS
SELECT name, title, meaning, nullif(instance, '') AS instance, type, nullif(unit, '') AS unit,
  "order", compare, differs_by_nature, shown_by, nullif(change, '') AS change,
  nullif("check", '') AS "check", nullif(eliminates, '') AS eliminates, nullif(about, '') AS about
FROM setting_kind;

-- What could have been seen of each device, and what was. Services may show
-- whenever a device is heard at all; what shows inside a service, only where
-- the device gives it. A setting that is not listed could not have been seen.
CREATE VIEW coverage AS
SELECT d.id AS device, k.name AS setting,
  CASE WHEN seen > 0 THEN 'seen' WHEN refused > 0 THEN 'refused' ELSE 'unknown' END AS state
FROM (
  SELECT device, kind, sum(state = 'seen') AS seen, sum(state = 'refused') AS refused
  FROM setting WHERE current = 1 GROUP BY device, kind
  UNION ALL
  SELECT d.key, k.id, 0, 0 FROM device d JOIN setting_kind k ON k.shown_by = '[]'
  WHERE NOT EXISTS (SELECT 1 FROM setting s WHERE s.device = d.key AND s.kind = k.id
    AND s.current = 1)) c
JOIN device d ON d.key = c.device JOIN setting_kind k ON k.id = c.kind;

CREATE VIEW sources AS
SELECT src.id, s.name AS site, src.name, src.packets, src.bytes, src.complete,
  nullif(src.filter, '') AS filter, nullif(src.ended_early, '') AS ended_early,
  strftime('%Y-%m-%dT%H:%M:%S', src.first_seen / 1000000000, 'unixepoch') ||
    printf('.%06dZ', src.first_seen / 1000 % 1000000) AS first_seen,
  strftime('%Y-%m-%dT%H:%M:%S', src.last_seen / 1000000000, 'unixepoch') ||
    printf('.%06dZ', src.last_seen / 1000 % 1000000) AS last_seen
FROM source src JOIN site s ON s.id = src.site;
)sql";

}  // namespace asepsis
