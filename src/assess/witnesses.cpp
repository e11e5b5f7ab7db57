#include "assess/witnesses.hpp"

#include <string>

namespace asepsis {
namespace {

std::string text(SQLite::Statement& row, int column) { return row.getColumn(column).getString(); }
std::string times(SQLite::Statement& row, int column) {
  const std::string count = text(row, column);
  return count == "1" ? "once" : count + " times";
}
Sighting sighting(SQLite::Statement& row, std::int64_t id, Sighting::Of of) {
  return {.id = id,
          .of = of,
          .source = text(row, 0),
          .packet = row.getColumn(1).getInt64(),
          .first = row.getColumn(2).getInt64(),
          .last = row.getColumn(3).getInt64(),
          .text = {}};
}

}  // namespace

Witnesses::Witnesses(SQLite::Database& sql, const Surroundings& around)
    : around_(around),
      fact_(sql,
            "SELECT src.name, f.packet, f.first_seen, f.last_seen, CASE WHEN df.fact IS "
            "NULL THEN eo.device ELSE df.device END, f.claim, f.value, "
            "f.port, f.refused, f.protocol, f.count FROM fact f JOIN source src ON src.id = "
            "f.source LEFT JOIN endpoint_owner eo ON eo.endpoint = f.endpoint LEFT JOIN "
            "device_fact df ON df.fact = f.id WHERE f.id = ?"),
      talk_(sql,
            "SELECT source, packet, first_ns, last_ns, client, server, client_ip, server_ip, "
            "transport, coalesce(port, 0), application, security, state, flows FROM talks "
            "WHERE id = ?"),
      document_(sql,
                "SELECT v.file, -f.line, f.first_seen, f.last_seen, coalesce(rd.device, 0), "
                "f.claim, f.value, d.kind FROM document_fact f JOIN document_row r ON r.id = "
                "f.document_row JOIN document d ON d.id = r.document JOIN document_version v ON "
                "v.id = f.version LEFT JOIN row_device rd ON rd.document_row = r.id WHERE f.id = "
                "?") {}

std::optional<Told> Witnesses::fact(std::int64_t id) {
  fact_.reset();
  fact_.bind(1, id);
  if (!fact_.executeStep()) return std::nullopt;
  Told told{.sighting = sighting(fact_, id, Sighting::Of::fact)};
  told.client = told.server = around_.device(fact_.getColumn(4).getInt64());
  told.port = fact_.getColumn(7).getInt64();
  told.sighting.text = text(fact_, 5) + (fact_.getColumn(8).getInt() != 0 ? " refused: " : ": ") +
                       text(fact_, 6) +
                       (told.port != 0 ? ", port " + std::to_string(told.port) : "") + " (" +
                       text(fact_, 9) + ", " + times(fact_, 10) + ')';
  const Exposure exposure = told.server == nullptr ? Exposure{} : told.server->exposure(told.port);
  told.reach = exposure.reach;
  told.in_use = exposure.last_seen != 0;
  return told;
}

std::optional<Told> Witnesses::talk(std::int64_t id) {
  talk_.reset();
  talk_.bind(1, id);
  if (!talk_.executeStep()) return std::nullopt;
  Told told{.sighting = sighting(talk_, id, Sighting::Of::talk),
            .client = around_.device(text(talk_, 4)),
            .server = around_.device(text(talk_, 5))};
  told.port = talk_.getColumn(9).getInt64();
  const std::string application = text(talk_, 10);
  told.sighting.text = text(talk_, 6) + " to " + text(talk_, 7) + ' ' + text(talk_, 8) +
                       (told.port != 0 ? " port " + std::to_string(told.port) : "") + ": " +
                       (application.empty() ? "not recognised" : application) + ", " +
                       text(talk_, 11) + ", " + text(talk_, 12) + " (" + times(talk_, 13) + ')';
  const auto outside = [](const DeviceContext* device) {
    return device != nullptr && device->external;
  };
  told.reach = reach_of(outside(told.client) || outside(told.server), ip_from_text(text(talk_, 6)),
                        ip_from_text(text(talk_, 7)));
  told.in_use = true;
  return told;
}

std::optional<Told> Witnesses::document(std::int64_t id) {
  document_.reset();
  document_.bind(1, id);
  if (!document_.executeStep()) return std::nullopt;
  Told told{.sighting = sighting(document_, id, Sighting::Of::document)};
  told.client = told.server = around_.device(document_.getColumn(4).getInt64());
  told.sighting.text =
      text(document_, 5) + ": " + text(document_, 6) + " (said by its " + text(document_, 7) + ')';
  return told;
}

}  // namespace asepsis
