#include "export/zeek_logs.hpp"

#include <algorithm>
#include <array>
#include <fstream>
#include <initializer_list>
#include <system_error>

#include "base/text.hpp"
#include "export/rows.hpp"
#include "export/sensor_talks.hpp"

namespace asepsis {
namespace {

namespace fs = std::filesystem;

struct Field {
  std::string_view name, type;
};

// A cell that no reader takes for what is not set, for two, or for a heading.
std::string cell(std::string_view value) {
  if (value.empty()) return "-";
  if (value == "-") return "\\x2d";
  if (value == "(empty)") return "\\x28empty)";
  return escaped(value);
}

// Of a list: a comma would end its item.
std::string item(std::string_view value) {
  std::string out;
  for (const char c : cell(value)) {
    if (c == ',') {
      out += "\\x2c";
    } else {
      out += c;
    }
  }
  return out;
}

std::string list(const std::vector<std::string>& values) {
  if (values.empty()) return "-";
  std::string out;
  for (const std::string& value : values) out.append(out.empty() ? "" : ",").append(item(value));
  return out;
}

// Seconds since 1970 with six digits behind the point.
std::string seconds(std::int64_t nanoseconds) {
  const std::int64_t microseconds = nanoseconds / 1000;
  std::string text = std::to_string(std::max<std::int64_t>(microseconds, 0));
  if (text.size() < 7) text.insert(0, 7 - text.size(), '0');
  return text.insert(text.size() - 6, ".");
}
std::string seconds(Time time) { return seconds(nanoseconds_since_1970(time)); }

class Log {
 public:
  Log(const fs::path& folder, std::string_view name, std::initializer_list<Field> fields)
      : path_(folder / (std::string(name) + ".log")), out_(path_, std::ios::binary) {
    out_ << "#separator \\x09\n#set_separator\t,\n#empty_field\t(empty)\n#unset_field\t-\n#path\t"
         << name << "\n#fields";
    for (const Field& field : fields) out_ << '\t' << field.name;
    out_ << "\n#types";
    for (const Field& field : fields) out_ << '\t' << field.type;
    out_ << '\n';
  }

  void line(std::initializer_list<std::string> cells) {
    const char* between = "";
    for (const std::string& text : cells) {
      out_ << between << text;
      between = "\t";
    }
    out_ << '\n';
  }

  Result<void> done() {
    out_.close();
    if (out_) return {};
    return fail(escaped(path_.native()) + " cannot be written");
  }

 private:
  fs::path path_;
  std::ofstream out_;
};

std::string_view state_of(const ToldTalk& talk) {
  if (talk.state == "unanswered") return "S0";
  return talk.state == "refused" ? "REJ" : "SF";
}

// Zeek names what carries first: "ssl,http".
std::string service_of(const ToldTalk& talk) {
  if (talk.application == "tls") return "ssl";
  if (talk.security == "tls") return "ssl," + talk.application;
  return talk.application.empty() ? "-" : talk.application;
}

// Zeek counts IP headers, we do not.
std::string ip_bytes(std::uint64_t bytes, std::uint64_t packets, const ToldTalk& talk) {
  const std::uint64_t header = talk.client_ip.find(':') == std::string::npos ? 20 : 40;
  return std::to_string(bytes + packets * header);
}

Result<void> write_conn(const fs::path& folder, Database& database) {
  Log log(folder, "conn",
          {{"ts", "time"},
           {"uid", "string"},
           {"id.orig_h", "addr"},
           {"id.orig_p", "port"},
           {"id.resp_h", "addr"},
           {"id.resp_p", "port"},
           {"proto", "enum"},
           {"service", "string"},
           {"duration", "interval"},
           {"conn_state", "string"},
           {"orig_pkts", "count"},
           {"orig_ip_bytes", "count"},
           {"resp_pkts", "count"},
           {"resp_ip_bytes", "count"},
           {"orig_l2_addr", "string"},
           {"resp_l2_addr", "string"},
           {"community_id", "string"},
           {"flows", "count"}});
  const auto told = each_talk(database, [&](const ToldTalk& talk) {
    if (talk.client_ip.empty() || talk.server_ip.empty()) return;  // conn.log is of IP
    const auto ids = talk.community_ids();
    const std::uint16_t client_port = talk.client_ports.empty() ? 0 : talk.client_ports.front();
    const std::string proto = talk.transport == "icmpv6" ? "icmp" : talk.transport;
    log.line({seconds(talk.first), "-", cell(talk.client_ip), std::to_string(client_port),
              cell(talk.server_ip), std::to_string(talk.port), cell(proto), service_of(talk),
              seconds((talk.last - talk.first).count()), std::string(state_of(talk)),
              std::to_string(talk.client_packets),
              ip_bytes(talk.client_bytes, talk.client_packets, talk),
              std::to_string(talk.server_packets),
              ip_bytes(talk.server_bytes, talk.server_packets, talk), cell(talk.client_mac),
              cell(talk.server_mac), cell(ids.empty() ? "" : ids.front()),
              std::to_string(talk.flows)});
  });
  if (!told) return told;
  return log.done();
}

struct Software {
  std::string_view claim, type;
};

constexpr Software kSoftware[] = {
    {"http.server", "HTTP::SERVER"}, {"http.user_agent", "HTTP::BROWSER"},
    {"ssh.banner", "SSH::SERVER"},   {"ssh.client", "SSH::CLIENT"},
    {"ftp.banner", "FTP::SERVER"},   {"database.version", "DATABASE::SERVER"},
    {"device.os", "OS::OTHER"},      {"device.firmware", "DEVICE::FIRMWARE"},
    {"dns.version", "DNS::SERVER"},  {"ntp.software", "NTP::SERVER"},
};

Result<void> write_software(const fs::path& folder, Database& database) {
  Log log(folder, "software",
          {{"ts", "time"},
           {"host", "addr"},
           {"host_p", "port"},
           {"software_type", "enum"},
           {"unparsed_version", "string"},
           {"device", "string"}});
  const auto told = each_fact(database, [&](const ToldFact& fact) {
    const auto* const row = std::ranges::find(kSoftware, fact.claim, &Software::claim);
    if (row == std::end(kSoftware) || fact.ip.empty() || fact.state != "seen") return;
    const auto time = time_from_text(fact.first_seen);
    log.line({seconds(time.value_or(Time())), cell(fact.ip),
              fact.port == 0 ? "-" : std::to_string(fact.port), std::string(row->type),
              cell(fact.value), cell(fact.device)});
  });
  if (!told) return told;
  return log.done();
}

Result<void> write_devices(const fs::path& folder, Database& database) {
  Log log(folder, "known_devices",
          {{"ts", "time"},
           {"mac", "string"},
           {"device", "string"},
           {"class", "string"},
           {"manufacturer", "string"},
           {"model", "string"},
           {"firmware", "string"},
           {"serial", "string"},
           {"host_ips", "set[addr]"},
           {"host_names", "set[string]"}});
  const auto told = guarded(database.path(), [&]() -> Result<void> {
    SQLite::Statement rows(
        database.sql(),
        "SELECT d.first_seen, m.value, d.id, class, manufacturer, model, firmware, "
        "serial, d.ip, d.name FROM devices d LEFT JOIN json_each(d.mac) m "
        "ORDER BY d.first_seen, d.id, m.value");
    while (rows.executeStep()) {
      const auto text = [&](int column) { return rows.getColumn(column).getString(); };
      const auto time = time_from_text(text(0));
      log.line({seconds(time.value_or(Time())), cell(text(1)), cell(text(2)), cell(text(3)),
                cell(text(4)), cell(text(5)), cell(text(6)), cell(text(7)),
                list(json_items(text(8))), list(json_items(text(9)))});
    }
    return {};
  });
  if (!told) return told;
  return log.done();
}

}  // namespace

Result<void> write_zeek_logs(const fs::path& folder, Database& database) {
  std::error_code error;
  fs::create_directories(folder, error);
  if (error) return fail(escaped(folder.native()) + " cannot be made: " + error.message());
  for (const auto write : {write_conn, write_software, write_devices})
    if (const auto written = write(folder, database); !written) return written;
  return {};
}

}  // namespace asepsis
