// The part of the schema that tells how who listens is doing. Of no use to the
// inventory: a row is replaced every second or so.

#include "store/schema.hpp"

namespace asepsis {

const std::string_view kListenerTables = R"sql(
-- How the last listener to a source is, or was, doing. Times are nanoseconds
-- since 1970 UTC by the clock of the machine; ended: 0 while it listens. Rates
-- are of the last seconds.
CREATE TABLE IF NOT EXISTS listener (
  source INTEGER PRIMARY KEY REFERENCES source,
  began INTEGER NOT NULL,
  written INTEGER NOT NULL,
  ended INTEGER NOT NULL,
  workers INTEGER NOT NULL,
  memory INTEGER NOT NULL,
  memory_limit INTEGER NOT NULL,
  running INTEGER NOT NULL,
  packet_rate REAL NOT NULL,
  byte_rate REAL NOT NULL,
  drop_rate REAL NOT NULL,
  write_seconds REAL NOT NULL,
  derive_seconds REAL NOT NULL
) STRICT;

)sql";

const std::string_view kListenerViews = R"sql(
-- Who listens, or listened: state is listening, ended or interrupted (nothing
-- has been written for longer than deriving takes). Memory is in bytes, running
-- the conversations that go on, rates a second.
CREATE VIEW listeners AS
SELECT l.source, s.name AS site, src.name,
  CASE WHEN l.ended THEN 'ended'
    WHEN unixepoch() - l.written / 1000000000 <= 60 + 5 * l.derive_seconds THEN 'listening'
    ELSE 'interrupted' END AS state,
  l.workers, l.memory, l.memory_limit, l.running, l.packet_rate, l.byte_rate, l.drop_rate,
  coalesce((SELECT count FROM loss WHERE source = l.source AND
    name = 'packets dropped by the kernel'), 0) AS dropped,
  src.packets, src.bytes, l.write_seconds, l.derive_seconds, l.began AS began_ns,
  l.written AS written_ns
FROM listener l JOIN source src ON src.id = l.source JOIN site s ON s.id = src.site;
)sql";

}  // namespace asepsis
