// Writes the pages of docs/ that say what the code says, so that they cannot
// say anything else:
//
//   make_docs protocols FRAME CASES    docs/protocols.md, from the protocol table
//   make_docs schema FRAME DATABASE    docs/schema.md, from the schema, the claims
//                                      and questions asked of the database
//
// FRAME is docs/NAME.in.md; its lines beginning with @ are replaced.

#include <algorithm>
#include <array>
#include <cstdio>
#include <filesystem>
#include <fstream>
#include <iostream>
#include <map>
#include <sstream>
#include <string>
#include <string_view>

#include "app/database_access.hpp"
#include "export/rows.hpp"
#include "fact/claim.hpp"
#include "proto/parser.hpp"
#include "store/database.hpp"

namespace asepsis {
namespace {

using Parts = std::map<std::string, std::string>;  // by the '@' word they replace

// The protocol of each case, by how stream.txt names it.
std::map<std::string, int> count_cases(const std::filesystem::path& folder) {
  std::map<std::string, int> counts;
  for (const auto& entry : std::filesystem::directory_iterator(folder)) {
    std::ifstream stream(entry.path() / "stream.txt");
    for (std::string line; std::getline(stream, line);)
      if (line.starts_with("protocol ")) ++counts[line.substr(std::size("protocol ") - 1)];
  }
  return counts;
}

std::string_view transport_name(Transport transport) {
  switch (transport) {
    case Transport::tcp: return "tcp";
    case Transport::udp: return "udp";
    case Transport::icmp6: return "icmpv6";
    case Transport::ip: return "ip";
    case Transport::frame: return "ethernet";
  }
  return {};
}

std::string_view security_name(Security security) {
  constexpr std::string_view kNames[] = {"clear", "tls", "dtls", "ssh", "quic", "ipsec", "other"};
  return kNames[static_cast<std::size_t>(security)];
}

// "104, 4242, 47808 to 47823"; EtherTypes as they are usually written.
std::string ports_of(const Protocol& protocol) {
  constexpr std::size_t kWorthARange = 3;
  std::string out;
  const auto ports = protocol.ports;
  for (std::size_t i = 0; i < ports.size();) {
    std::size_t end = i + 1;
    while (end < ports.size() && ports[end] == ports[end - 1] + 1) ++end;
    if (end - i < kWorthARange) end = i + 1;
    const auto text = [&](std::uint16_t port) {
      std::array<char, 8> digits{};
      const char* form = protocol.transport == Transport::frame ? "0x%04x" : "%u";
      std::snprintf(digits.data(), digits.size(), form, static_cast<unsigned>(port));
      return std::string(digits.data());
    };
    out += (out.empty() ? "" : ", ") + text(ports[i]);
    if (end > i + 1) out += " to " + text(ports[end - 1]);
    i = end;
  }
  return out;
}

std::string bytes_text(std::uint32_t size) {
  constexpr std::uint32_t kKibi = 1024;
  return size % kKibi == 0 ? std::to_string(size / kKibi) + " KiB" : std::to_string(size) + " B";
}

Parts protocols_parts(const std::filesystem::path& cases) {
  const auto counts = count_cases(cases);
  const auto count_of = [&](const std::string& name) {
    const auto found = counts.find(name);
    return found == counts.end() ? 0 : found->second;
  };
  std::vector<const Protocol*> rows(protocols().begin(), protocols().end());
  std::ranges::stable_sort(rows, {}, &Protocol::name);
  std::ostringstream out;
  out << "| protocol | over | usual ports | protection | largest message | cases |\n"
         "|---|---|---|---|---:|---:|\n";
  for (const Protocol* row : rows) {
    const std::string name(row->name);
    const bool named_alone = find_protocol(row->name) == row;
    const int cases_of_it = (named_alone ? count_of(name) : 0) +
                            (row->transport == Transport::tcp ? count_of(name + " tcp") : 0);
    out << "| " << name << " | " << transport_name(row->transport) << " | " << ports_of(*row)
        << " | " << security_name(row->security) << " | "
        << (row->transport == Transport::tcp ? bytes_text(row->max_message) : "") << " | "
        << cases_of_it << " |\n";
  }
  return {{"@protocols", out.str()}};
}

std::string claims_table() {
  std::ostringstream out;
  out << "| claim | of a | meaning |\n|---|---|---|\n";
  for (const ClaimRow& row : kClaims)
    out << "| `" << row.name << "` | " << (row.scope == Scope::device ? "device" : "service")
        << " | " << row.meaning << " |\n";
  return out.str();
}

struct Question {
  std::string_view words, sql;
};

constexpr Question kQuestions[] = {
    {"Which software versions do our infusion and syringe pumps run?",
     "SELECT manufacturer, model, firmware, count(*) AS devices\n"
     "FROM devices WHERE class IN ('infusion-pump', 'syringe-pump')\n"
     "GROUP BY 1, 2, 3 ORDER BY 1, 2, 3"},
    {"Which clinical devices have not told their serial number, and where are they?",
     "SELECT class, manufacturer, json_extract(ip, '$[0]') AS ip, json_extract(vlan, '$[0]') AS "
     "vlan\n"
     "FROM devices WHERE serial IS NULL AND class IN ('infusion-pump', 'syringe-pump',\n"
     "  'patient-monitor', 'ventilator', 'anaesthesia-machine', 'ct', 'mr', 'ultrasound', "
     "'x-ray')\n"
     "ORDER BY 1, 2, 3"},
    {"To which kinds of device do patients' data go in clear, and by which protocol?",
     "SELECT coalesce(d.class, 'unknown') AS class, f.protocol, count(DISTINCT d.id) AS devices\n"
     "FROM facts f JOIN devices d ON d.id = f.device\n"
     "WHERE f.claim = 'clear.patient_identity'\n"
     "GROUP BY 1, 2 ORDER BY 1, 2"},
    {"What talks to hosts outside the hospital, and is it protected?",
     "SELECT DISTINCT d.class, d.model, c.server_ip, c.port, c.application, c.security\n"
     "FROM conversations c JOIN devices d ON d.id = c.client JOIN devices x ON x.id = c.server\n"
     "WHERE x.class = 'external' AND c.state = 'seen' AND c.application IS NOT NULL\n"
     "ORDER BY 1, 2, 3, 4"},
    {"On what does the serial number of each ventilator rest?",
     "SELECT d.model, d.serial, e.protocol, e.claim, e.packet, round(e.weight, 2) AS weight\n"
     "FROM evidence e JOIN devices d ON d.id = e.device\n"
     "WHERE d.class = 'ventilator' AND e.attribute = 'serial'\n"
     "ORDER BY 1, 2, weight DESC, 3"},
};

Result<std::string> answers(const std::filesystem::path& path) {
  constexpr std::size_t kShown = 8;
  auto database = open_for_answers(path);
  if (!database) return std::unexpected(database.error());
  std::ostringstream out;
  for (const Question& question : kQuestions) {
    auto rows = run_query(*database, std::string(question.sql));
    if (!rows) return std::unexpected(rows.error());
    const std::size_t all = rows->cells.size();
    if (all == 0) return fail("nothing answers: " + std::string(question.words));
    rows->cells.resize(std::min(all, kShown));
    out << "### " << question.words << "\n\n```sql\n" << question.sql << "\n```\n\n```text\n";
    write_table(out, *rows, {.width = 0, .colour = false});
    if (all > kShown) out << "... and " << all - kShown << " more\n";
    out << "```\n\n";
  }
  return out.str();
}

Result<Parts> schema_parts(const std::filesystem::path& database) {
  const auto asked = answers(database);
  if (!asked) return std::unexpected(asked.error());
  std::string_view sql = schema_sql();
  sql.remove_prefix(1);  // the line break that opens the raw string
  return Parts{{"@claims", claims_table()},
               {"@questions", *asked},
               {"@version", "Version " + std::to_string(kSchemaVersion) +
                                " of the schema; a file carries it in `PRAGMA user_version`.\n"},
               {"@schema", "```sql\n" + std::string(sql) + "```\n"}};
}

Result<void> write_page(const std::filesystem::path& frame, const Parts& parts) {
  std::ifstream in(frame);
  if (!in) return fail(frame.string() + " cannot be read");
  for (std::string line; std::getline(in, line);) {
    const auto part = parts.find(line);
    if (part == parts.end() && line.starts_with('@')) return fail("there is no part " + line);
    std::cout << (part == parts.end() ? line + '\n' : part->second);
  }
  return {};
}

Result<void> make(std::string_view page, const std::filesystem::path& frame,
                  const std::filesystem::path& source) {
  if (page == "protocols") return write_page(frame, protocols_parts(source));
  const auto parts = schema_parts(source);
  if (!parts) return std::unexpected(parts.error());
  return write_page(frame, *parts);
}

}  // namespace
}  // namespace asepsis

int main(int argc, char** argv) {
  const std::string_view page = argc > 1 ? argv[1] : "";
  if (argc != 4 || (page != "protocols" && page != "schema")) {
    std::cerr << "make_docs: protocols|schema FRAME CASES|DATABASE\n";
    return 2;
  }
  const auto made = asepsis::make(page, argv[2], argv[3]);
  if (made) return 0;
  std::cerr << "make_docs: " << made.error().message << '\n';
  return 2;
}
