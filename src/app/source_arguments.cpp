#include "app/arguments.hpp"

namespace asepsis {
namespace {

// What hearing takes, from whatever source.
template <class Command>
void add_hearing(CLI::App& app, Command& hearing) {
  app.add_option("--db", hearing.database, "The database, made if missing")->capture_default_str();
  app.add_option("--filter", hearing.filter, "Only packets that match, as in tcpdump");
  app.add_option("--site", hearing.site, "Which site's network this is")->capture_default_str();
  app.add_option("--knowledge", hearing.knowledge,
                 "A folder of your own rules and names, in the form of knowledge/README.md");
  app.add_option("--workers", hearing.workers, "Threads; 0: one a processor")
      ->check(CLI::Range(0, 64))
      ->capture_default_str();
}

void add_progress(CLI::App& app, std::filesystem::path& file) {
  app.add_option("--progress", file,
                 "Keep a line in this file that says how far it is: the phase (reading, storing, "
                 "deriving), bytes read, bytes in all, packets");
}

void add_read(CLI::App& app, Arguments& arguments) {
  auto& read = *app.add_subcommand("read", "Read captures and logs into the database");
  read.add_option(
          "FILE", arguments.read.paths,
          "Captures (pcap, pcapng) and logs of Zeek and Suricata (EVE), plain or compressed; "
          "folders; - for standard input")
      ->required();
  add_hearing(read, arguments.read);
  read.add_flag("--json", arguments.read.json, "Then print the devices, as JSON lines");
  read.add_option("--eve", arguments.read.eve,
                  "Then write conversations and facts as EVE JSON lines; - for standard output");
  read.add_option("--zeek-out", arguments.read.zeek_out,
                  "Then write conn.log, software.log and known_devices.log into a folder");
  add_progress(read, arguments.read.progress);
  read.add_flag("--stats", arguments.read.stats, "Then print what was lost and what was malformed");
  read.footer(
      "Examples:\n"
      "  asepsis read ward.pcapng\n"
      "  asepsis read captures/ --site st-elsewhere --stats\n"
      "  tcpdump -i eth1 -w - -U | asepsis read -\n"
      "  asepsis read zeek/logs/ eve.json.gz\n"
      "  asepsis read ward.pcap --eve - | ship-to-siem\n"
      "  asepsis read ward.pcap.zst --filter 'vlan 220 or tcp port 104'");
}

void add_watch(CLI::App& app, Arguments& arguments) {
  auto& watch = *app.add_subcommand("watch", "Listen to network interfaces, until told to end");
  watch.add_option("IFACE", arguments.watch.interfaces, "Interfaces, as ip link names them");
  add_hearing(watch, arguments.watch);
  watch.add_option("--memory", arguments.watch.memory, "How much it may use: 512M, 4G")
      ->transform(CLI::AsSizeValue(false))
      ->default_str("1G");
  watch
      .add_option("--pack", arguments.watch.packs,
                  "A pack of checks of your own, or a folder of them, beside those built in and in "
                  "/etc/asepsis/packs.d")
      ->allow_extra_args(false);
  watch.add_option("--metrics", arguments.watch.metrics,
                   "Tell Prometheus at a local socket (a path) or port (127.0.0.1:9310)");
  auto* keep = watch.add_option("--keep-packets", arguments.watch.keep_packets,
                                "Keep packets on disk too, so many bytes of them: 2G");
  keep->transform(CLI::AsSizeValue(false));
  watch
      .add_option("--packets", arguments.watch.packets,
                  "The folder they are kept in; else beside the database")
      ->needs(keep);
  watch
      .add_option(
          "--keep-patients", arguments.watch.keep_patients,
          "Keep what may identify patients too; takes the sentence '" + std::string(kAllowed) + "'")
      ->needs(keep);
  watch.add_option("--replay", arguments.watch.replay,
                   "Instead of interfaces: captures, played as if they were heard now");
  watch
      .add_option("--speed", arguments.watch.speed,
                  "Of a replay: so many times as fast; 0: as fast as can be")
      ->check(CLI::Range(0.0, 1e6))
      ->capture_default_str();
  watch.footer(
      "It never sends: before the first packet it gives up every way to, and tries that.\n"
      "On SIGHUP it reads --knowledge and --pack anew; what is wrong leaves all as it was.\n"
      "Of packets that are kept, only those of protocols without a place for patients are whole;\n"
      "of all others the headers are kept. asepsis packets takes them out again.\n"
      "Examples:\n"
      "  asepsis watch eth1 --site st-elsewhere --db /var/lib/asepsis/asepsis.db\n"
      "  asepsis watch eth1 eth2 --filter 'not host 10.0.0.9'\n"
      "  asepsis watch --replay ward.pcapng --speed 60");
}

void add_selftest(CLI::App& app, Arguments& arguments) {
  auto& selftest = *app.add_subcommand("selftest", "Prove on this machine what it promises");
  selftest
      .add_flag("--passive", arguments.selftest.passive,
                "In a network namespace: everything is received, nothing is sent")
      ->required();
  selftest.footer("It needs root, or user namespaces.\nExample:\n  asepsis selftest --passive");
}

// How a document is read where it is not as usual.
void add_reading_of_documents(CLI::App& command, ImportCommand& import) {
  command.add_option("--as", import.as, "What the files are, if it is not recognised")
      ->check(CLI::IsMember({"register", "export"}));
  command.add_flag("--show-mapping", import.show_mapping,
                   "Show how columns are read, and import nothing");
  command
      .add_option("--map", import.columns,
                  "Read a column otherwise: 'COLUMN=field', 'COLUMN=-' to leave it out")
      ->allow_extra_args(false);
  command.add_option("--dates", import.dates, "How 03/04/2026 is meant where no cell decides it")
      ->check(CLI::IsMember({"day-first", "month-first"}))
      ->capture_default_str();
  command.add_option("--as-of", import.as_of,
                     "The day it is as of; else when the file was last changed");
}

void add_import(CLI::App& app, ImportCommand& import) {
  auto& command = *app.add_subcommand(
      "import", "Import asset registers and exported configurations into the database");
  command
      .add_option("FILE", import.paths,
                  "Registers (CSV) and configurations of one device each (JSON, XML, INI, CSV, "
                  "key=value); - for standard input")
      ->required();
  command.add_option("--db", import.database, "The database, made if missing")
      ->capture_default_str();
  command.add_option("--site", import.site, "Whose they are; else of the only site there is");
  command.add_option("--name", import.name,
                     "What the register is called, whatever its file is: a newer version replaces "
                     "an older one of the same name");
  command.add_option("--device", import.device, "What the configuration is of, if it does not say");
  add_reading_of_documents(command, import);
  command.add_option("--knowledge", import.knowledge,
                     "A folder of your own rules and names, as for read");
  add_progress(command, import.progress);
  command.add_flag("--json", import.json, "What was taken and what was not, as JSON lines");
  command.footer(
      "Rows and cells that are wrong are reported with file, line, column and reason, and the "
      "rest\n"
      "goes in. The exit status is 2 only if nothing of a file could be taken. Columns and values\n"
      "that name patients or persons are never kept; of secrets only a keyed hash is.\n"
      "Examples:\n"
      "  asepsis import assets.csv --show-mapping\n"
      "  asepsis import assets-2026.csv --name assets --map 'Ser.-Nr.=serial'\n"
      "  asepsis import pump*.json\n"
      "  asepsis import network.ini --device d-3f21ab90cc");
}

}  // namespace

void add_sources(CLI::App& app, Arguments& arguments) {
  add_read(app, arguments);
  add_watch(app, arguments);
  add_selftest(app, arguments);
  add_import(app, arguments.import);
}

}  // namespace asepsis
