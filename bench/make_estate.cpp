// Writes a database with the facts of a large estate, to measure deriving and
// checking with: the facts and talks of a small one over and over, each copy
// with other addresses, names, serial numbers and keys, some left out and some
// firmware another, day after day until there are enough. The same arguments
// give the same rows.
//
//   asepsis read examples --db small.db
//   make_estate small.db large.db --devices 100000 --facts 10000000

#include <CLI/CLI.hpp>
#include <algorithm>
#include <filesystem>
#include <iostream>
#include <map>
#include <set>
#include <string>
#include <string_view>
#include <tuple>
#include <vector>

#include "base/address.hpp"
#include "base/hash.hpp"
#include "store/appender.hpp"
#include "store/database.hpp"
#include "store/statement.hpp"

namespace asepsis::bench {
namespace {

using Id = std::int64_t;

struct Order {
  std::string small, large;
  Id devices = 100'000;
  Id facts = 10'000'000;  // facts and talks
  std::uint64_t seed = 1;
};

// What belongs to one device alone, and so is another in each copy.
constexpr std::string_view kIndividual[] = {
    "device.eui64",    "device.serial",   "device.uid",     "device.udi",
    "dhcp.client_id",  "hl7.application", "name.host",      "name.dns",
    "tls.certificate", "ssh.host_key",    "dicom.ae_title", "tls.subject",
    "wsd.endpoint",    "wsd.address",     "name.sni",       "device.other_serial"};
constexpr std::uint64_t kLeftOutOf1000 = 30;
constexpr std::uint64_t kOtherFirmwareOf1000 = 100;
constexpr Id kDay = Id{24} * 3600 * 1'000'000'000;

// Addresses of the small estate by their place, for others in the same pattern.
class Addresses {
 public:
  explicit Addresses(SQLite::Database& small) {
    std::set<std::string> macs;
    std::set<std::array<std::uint8_t, 3>> networks;
    SQLite::Statement rows(small, "SELECT mac, ip FROM endpoint");
    while (rows.executeStep()) {
      macs.insert(rows.getColumn(0).getString());
      if (const auto ip = ip_from_text(rows.getColumn(1).getText()); ip && inside(*ip))
        networks.insert(network_of(*ip));
    }
    for (const std::string& mac : macs) macs_.emplace(mac, macs_.size());
    for (const auto& network : networks) networks_.emplace(network, networks_.size());
  }

  // The first copy keeps its own.
  std::string mac(const std::string& text, Id copy) const {
    const auto mac = mac_from_text(text);
    const auto place = macs_.find(text);
    if (copy == 0 || !mac || mac->group() || place == macs_.end()) return text;
    // Not of the range of virtual routers.
    const std::uint64_t low =
        0x10000 + place->second + static_cast<std::uint64_t>(copy) * macs_.size();
    Mac other = *mac;
    other.bytes[3] = static_cast<std::uint8_t>(low >> 16);
    other.bytes[4] = static_cast<std::uint8_t>(low >> 8);
    other.bytes[5] = static_cast<std::uint8_t>(low);
    return to_text(other);
  }

  std::string ip(const std::string& text, Id copy) const {
    const auto ip = ip_from_text(text);
    if (copy == 0 || !ip || !ip->private_use() || !ip->names_a_host()) return text;
    Ip other = *ip;
    if (!ip->is_v4()) {
      // The low half of a link-local address is of the MAC; some other, any.
      for (const std::size_t at : {9U, 10U, 14U})
        other.bytes[at] = static_cast<std::uint8_t>(other.bytes[at] + (copy >> (8 * (at % 3))));
      return to_text(other);
    }
    const auto place = networks_.find(network_of(*ip));
    if (place == networks_.end()) return text;
    const std::uint64_t network =
        place->second + static_cast<std::uint64_t>(copy) * networks_.size();
    other.bytes[12] = 10;
    other.bytes[13] = static_cast<std::uint8_t>(network >> 8);
    other.bytes[14] = static_cast<std::uint8_t>(network);
    return to_text(other);
  }

 private:
  static bool inside(const Ip& ip) { return ip.is_v4() && ip.private_use() && ip.names_a_host(); }
  static std::array<std::uint8_t, 3> network_of(const Ip& ip) {
    return {ip.bytes[12], ip.bytes[13], ip.bytes[14]};
  }

  std::map<std::string, std::size_t> macs_;
  std::map<std::array<std::uint8_t, 3>, std::size_t> networks_;
};

// All rows of a query, as texts and numbers.
struct Row {
  std::vector<Id> numbers;
  std::vector<std::string> texts;
};
std::vector<Row> rows_of(SQLite::Database& sql, const char* query, int numbers, int texts) {
  std::vector<Row> out;
  SQLite::Statement rows(sql, query);
  while (rows.executeStep()) {
    Row& row = out.emplace_back();
    for (int i = 0; i < numbers; ++i) row.numbers.push_back(rows.getColumn(i).getInt64());
    for (int i = numbers; i < numbers + texts; ++i)
      row.texts.push_back(rows.getColumn(i).getString());
  }
  return out;
}

class Estate {
 public:
  Estate(SQLite::Database& small, SQLite::Database& large, const Order& order)
      : order_(order),
        addresses_(small),
        large_(large),
        devices_(std::max<Id>(small.execAndGet("SELECT count(*) FROM device").getInt64(), 1)),
        endpoints_(rows_of(small, "SELECT id, vlan, mac, ip FROM endpoint ORDER BY id", 2, 2)),
        facts_(rows_of(small,
                       "SELECT endpoint, port, refused, first_seen, last_seen, count, packet, "
                       "claim, value, protocol, equipment FROM fact ORDER BY id",
                       7, 4)),
        talks_(rows_of(small,
                       "SELECT client, server, protocol, port, client_bytes, server_bytes, "
                       "client_packets, server_packets, client_hops, server_hops, client_least, "
                       "client_most, server_least, server_most, interval, regular, first_seen, "
                       "last_seen, count, packet, state, security, application, client_ports, "
                       "shape, mark FROM talk ORDER BY id",
                       20, 6)) {
    for (const Row& row : endpoints_) last_endpoint_ = std::max(last_endpoint_, row.numbers[0]);
  }

  Id write() {
    const Id copies = (order_.devices + devices_ - 1) / devices_;
    write_endpoints(copies);
    Id written = 0;
    for (Id day = 0; written < order_.facts; ++day) {
      write_source(day + 1);
      for (Id copy = 0; copy < copies && written < order_.facts; ++copy)
        written += write_copy(copy, day);
    }
    return written;
  }

 private:
  void write_endpoints(Id copies) {
    large_.exec("INSERT INTO site (id, name) VALUES (1, 'estate')");
    Appender add(large_, "INSERT OR IGNORE INTO endpoint (id, site, vlan, mac, ip)", 5);
    for (Id copy = 0; copy < copies; ++copy)
      for (const Row& row : endpoints_) {
        const std::string mac = addresses_.mac(row.texts[0], copy);
        const std::string ip = addresses_.ip(row.texts[1], copy);
        const auto [known, fresh] =
            ids_.try_emplace({row.numbers[1], mac, ip}, id_of(row.numbers[0], copy));
        if (fresh) add.add(known->second, 1, row.numbers[1], mac, ip);
        if (!fresh) shared_.emplace(id_of(row.numbers[0], copy), known->second);
      }
    add.flush();
  }

  void write_source(Id day) {
    SQLite::Statement add(large_,
                          "INSERT INTO source (id, site, identity, filter, name, packets, bytes, "
                          "first_seen, last_seen, complete, ended_early) "
                          "VALUES (?, 1, ?, '', ?, 0, 0, 0, 0, 1, '')");
    const std::string name = "day " + std::to_string(day);
    run(add, day, name, name);
  }

  Id write_copy(Id copy, Id day) {
    Appender facts(large_,
                   "INSERT INTO fact (source, endpoint, claim, value, port, refused, protocol, "
                   "equipment, first_seen, last_seen, count, packet)",
                   12);
    Id written = 0;
    for (std::size_t i = 0; i < facts_.size(); ++i) {
      const Row& row = facts_[i];
      if (drawn(copy, i, "left out") < kLeftOutOf1000) continue;
      facts.add(day + 1, endpoint(row.numbers[0], copy), row.texts[0], value_of(row, copy, i),
                row.numbers[1], row.numbers[2], row.texts[2], renamed(row.texts[3], copy),
                row.numbers[3] + day * kDay, row.numbers[4] + day * kDay, row.numbers[5],
                row.numbers[6]);
      ++written;
    }
    facts.flush();
    return written + write_talks(copy, day);
  }

  Id write_talks(Id copy, Id day) {
    Appender talks(large_,
                   "INSERT INTO talk (source, client, server, protocol, port, client_bytes, "
                   "server_bytes, client_packets, server_packets, client_hops, server_hops, "
                   "client_least, client_most, server_least, server_most, interval, regular, "
                   "first_seen, last_seen, count, packet, state, security, application, "
                   "client_ports, shape, mark)",
                   27);
    for (const Row& row : talks_) {
      const auto& n = row.numbers;
      const auto& t = row.texts;
      talks.add(day + 1, endpoint(n[0], copy), endpoint(n[1], copy), n[2], n[3], n[4], n[5], n[6],
                n[7], n[8], n[9], n[10], n[11], n[12], n[13], n[14], n[15], n[16] + day * kDay,
                n[17] + day * kDay, n[18], n[19], t[0], t[1], t[2], t[3], t[4], t[5]);
    }
    talks.flush();
    return static_cast<Id>(talks_.size());
  }

  Id id_of(Id endpoint, Id copy) const { return endpoint + copy * last_endpoint_; }
  Id endpoint(Id number, Id copy) const {
    const Id id = id_of(number, copy);
    const auto shared = shared_.find(id);
    return shared == shared_.end() ? id : shared->second;
  }

  // 0 to 999, always the same for the same row of the same copy.
  std::uint64_t drawn(Id copy, std::size_t row, std::string_view what) const {
    constexpr std::uint64_t kOf = 1'000;
    return hash_bytes(as_bytes(what),
                      hash_mix(order_.seed, hash_mix(static_cast<std::uint64_t>(copy), row))) %
           kOf;
  }
  static Bytes as_bytes(std::string_view text) {
    return {reinterpret_cast<const std::uint8_t*>(text.data()), text.size()};
  }

  static std::string renamed(const std::string& text, Id copy) {
    return copy == 0 || text.empty() ? text : text + '-' + std::to_string(copy);
  }

  std::string value_of(const Row& row, Id copy, std::size_t number) const {
    const std::string& value = row.texts[1];
    if (std::ranges::find(kIndividual, row.texts[0]) != std::end(kIndividual))
      return renamed(value, copy);
    if (row.texts[0] == "device.firmware" && drawn(copy, number, "firmware") < kOtherFirmwareOf1000)
      return value + ".1";
    if (mac_from_text(value)) return addresses_.mac(value, copy);
    return ip_from_text(value) ? addresses_.ip(value, copy) : value;
  }

  const Order& order_;
  Addresses addresses_;
  SQLite::Database& large_;
  Id devices_;
  std::vector<Row> endpoints_, facts_, talks_;
  Id last_endpoint_ = 0;
  std::map<std::tuple<Id, std::string, std::string>, Id> ids_;
  std::map<Id, Id> shared_;  // endpoints that several copies have in common
};

Result<Id> write_estate(const Order& order) {
  auto small = Database::open(order.small, Database::Mode::read_only);
  if (!small) return std::unexpected(small.error());
  if (std::filesystem::exists(order.large)) return fail(order.large + " exists already");
  auto large = Database::open(order.large, Database::Mode::write);
  if (!large) return std::unexpected(large.error());
  return guarded(order.large, [&]() -> Result<Id> {
    SQLite::Transaction transaction(large->sql());
    const Id written = Estate(small->sql(), large->sql(), order).write();
    transaction.commit();
    return written;
  });
}

}  // namespace
}  // namespace asepsis::bench

int main(int argc, char** argv) {
  asepsis::bench::Order order;
  CLI::App app("Writes a database with the facts of a large estate");
  app.add_option("small", order.small, "What to repeat")->required();
  app.add_option("large", order.large, "Where to")->required();
  app.add_option("--devices", order.devices, "How many, about")->capture_default_str();
  app.add_option("--facts", order.facts, "How many, talks included")->capture_default_str();
  app.add_option("--seed", order.seed, "Another seed gives another estate")->capture_default_str();
  CLI11_PARSE(app, argc, argv);
  const auto written = asepsis::bench::write_estate(order);
  if (!written) {
    std::cerr << written.error().message << '\n';
    return 2;
  }
  std::cout << order.large << ": " << *written << " facts and talks\n";
  return 0;
}
