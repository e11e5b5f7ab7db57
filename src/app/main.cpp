// The command line. Exit status: 0 done, 2 could not; of check --fail-on, 1
// when findings reach it.

#include <CLI/CLI.hpp>

#include <iostream>
#include <string>

#include "app/areas_command.hpp"
#include "app/check_command.hpp"
#include "app/commands.hpp"
#include "app/drift_command.hpp"
#include "app/import_command.hpp"
#include "app/pack_command.hpp"
#include "app/read_command.hpp"
#include "app/register_command.hpp"
#include "app/selftest_command.hpp"
#include "app/settings_command.hpp"
#include "app/watch_command.hpp"
#include "base/text.hpp"

namespace asepsis {
namespace {

constexpr int kReached = 1;
constexpr int kCouldNot = 2;

struct Arguments {
  ReadCommand read;
  ImportCommand import;
  WatchCommand watch;
  SelftestCommand selftest;
  AnswerOptions answer;
  CheckCommand check;
  FindingsOptions findings;
  AcceptCommand accept;
  AreasCommand areas;
  PackOptions pack;
  DriftCommand drift;
  bool json = false, csv = false;
  std::string id, attribute, sql, only;
};

void add_form(CLI::App& command, Arguments& arguments) {
  command.add_option("--db", arguments.answer.database, "The database")->capture_default_str();
  auto* json = command.add_flag("--json", arguments.json, "JSON lines, for programs");
  command.add_flag("--csv", arguments.csv, "CSV, for spreadsheets")->excludes(json);
}

void add_read(CLI::App& app, Arguments& arguments) {
  auto& read = *app.add_subcommand("read", "Read captures and logs into the database");
  read.add_option(
          "FILE", arguments.read.paths,
          "Captures (pcap, pcapng) and logs of Zeek and Suricata (EVE), plain or compressed; "
          "folders; - for standard input")
      ->required();
  read.add_option("--db", arguments.read.database, "The database, made if missing")
      ->capture_default_str();
  read.add_option("--filter", arguments.read.filter, "Only packets that match, as in tcpdump");
  read.add_option("--site", arguments.read.site, "Which site's network this is")
      ->capture_default_str();
  read.add_option("--knowledge", arguments.read.knowledge,
                  "A folder of your own rules and names, in the form of knowledge/README.md");
  read.add_option("--workers", arguments.read.workers, "Threads; 0: one a processor")
      ->check(CLI::Range(0, 64))
      ->capture_default_str();
  read.add_flag("--json", arguments.read.json, "Then print the devices, as JSON lines");
  read.add_option("--eve", arguments.read.eve,
                  "Then write conversations and facts as EVE JSON lines; - for standard output");
  read.add_option("--zeek-out", arguments.read.zeek_out,
                  "Then write conn.log, software.log and known_devices.log into a folder");
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
  watch.add_option("--db", arguments.watch.database, "The database, made if missing")
      ->capture_default_str();
  watch.add_option("--filter", arguments.watch.filter, "Only packets that match, as in tcpdump");
  watch.add_option("--site", arguments.watch.site, "Which site's network this is")
      ->capture_default_str();
  watch.add_option("--knowledge", arguments.watch.knowledge,
                   "A folder of your own rules and names, in the form of knowledge/README.md");
  watch.add_option("--workers", arguments.watch.workers, "Threads; 0: one a processor")
      ->check(CLI::Range(0, 64))
      ->capture_default_str();
  watch.add_option("--memory", arguments.watch.memory, "How much it may use: 512M, 4G")
      ->transform(CLI::AsSizeValue(false))
      ->default_str("1G");
  watch.add_option("--metrics", arguments.watch.metrics,
                   "Tell Prometheus at a local socket (a path) or port (127.0.0.1:9310)");
  watch.add_option("--replay", arguments.watch.replay,
                   "Instead of interfaces: captures, played as if they were heard now");
  watch
      .add_option("--speed", arguments.watch.speed,
                  "Of a replay: so many times as fast; 0: as fast as can be")
      ->check(CLI::Range(0.0, 1e6))
      ->capture_default_str();
  watch.footer(
      "It never sends: before the first packet it gives up every way to, and tries that.\n"
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

void add_register(CLI::App& app, Arguments& arguments) {
  auto& command = *app.add_subcommand(
      "register", "Compare the asset registers with what was heard: what differs, what is missing");
  command
      .add_option("--only", arguments.only,
                  "conflicts, never-heard (listed only), unlisted (heard only) or joined")
      ->check(CLI::IsMember({"conflicts", "never-heard", "unlisted", "joined"}));
  add_form(command, arguments);
  command.footer(
      "Examples:\n  asepsis register\n  asepsis register --only never-heard --csv > missing.csv");
}

void add_devices(CLI::App& app, Arguments& arguments) {
  auto& devices = *app.add_subcommand("devices", "List the devices: what each is, and where");
  add_form(devices, arguments);
  devices.footer("Examples:\n  asepsis devices\n  asepsis devices --csv > devices.csv");
  auto& device = *app.add_subcommand("device", "Show one device");
  device.add_option("ID", arguments.id, "Its id, or enough of the beginning")->required();
  add_form(device, arguments);
  device.footer("Example:\n  asepsis device d-3f21ab90cc");
  auto& why =
      *app.add_subcommand("why", "Show the evidence behind a finding or what is said of a device");
  why.add_option("ID", arguments.id, "Id of a device or a finding, or enough of its beginning")
      ->required();
  why.add_option("CLAIM", arguments.attribute,
                 "class, manufacturer, model, firmware, serial ...; a setting such as telnet; or a "
                 "claim such as http.server");
  add_form(why, arguments);
  why.footer(
      "Examples:\n  asepsis why d-3f21ab90cc\n  asepsis why d-3f21ab90cc model\n"
      "  asepsis why f-0c1d2e3f4a5b6c7d");
}

void add_answers(CLI::App& app, Arguments& arguments) {
  auto& services = *app.add_subcommand("services", "List the services that devices give");
  add_form(services, arguments);
  services.footer("Examples:\n  asepsis services\n  asepsis services --json | grep refused");
  auto& settings = *app.add_subcommand("settings", "List how devices are configured");
  settings.add_option("ID", arguments.id, "One device: its id, or enough of the beginning");
  add_form(settings, arguments);
  settings.footer(
      "A setting is seen, refused or unknown; what nobody asked for is unknown, never safe.\n"
      "Examples:\n  asepsis settings d-3f21ab90cc\n  asepsis settings --csv > settings.csv");
  auto& talks = *app.add_subcommand("conversations", "List who talks to whom");
  add_form(talks, arguments);
  talks.footer("Example:\n  asepsis conversations --json    with Community IDs");
  auto& unknown = *app.add_subcommand("unknown", "List what nothing recognises, grouped");
  add_form(unknown, arguments);
  unknown.footer(
      "Shapes tell kinds of bytes, never the bytes. A [[service]] of knowledge/ gives one a name.\n"
      "Example:\n  asepsis unknown --json | grep 9876");
}

void add_questions(CLI::App& app, Arguments& arguments) {
  auto& query = *app.add_subcommand("query", "Ask in SQL; nothing can be changed");
  query.add_option("SQL", arguments.sql, "One statement over the views of `asepsis schema`")
      ->required();
  add_form(query, arguments);
  query.footer(
      "Example:\n  asepsis query 'SELECT manufacturer, model, count(*) FROM devices GROUP BY 1, "
      "2'");
  auto& status = *app.add_subcommand("status", "Show what was heard, how far, and what was lost");
  add_form(status, arguments);
  status.footer("Example:\n  asepsis status --db /var/lib/asepsis/eth1/asepsis.db");
  app.add_subcommand("schema", "Print the tables and views");
  app.add_subcommand("version", "Print the version");
}

void add_areas(CLI::App& app, Arguments& arguments) {
  auto& areas = *app.add_subcommand("areas", "Say which care area a VLAN or network serves");
  areas.add_option("FILE", arguments.areas.file,
                   "Rules in TOML, from now on the site's only ones; left out: list the rules");
  areas.add_option("--site", arguments.areas.site, "Whose rules the file holds")
      ->capture_default_str();
  add_form(areas, arguments);
  areas.footer(
      "What a device says of itself counts more. The file:\n"
      "  [[area]]\n"
      "  name = \"Theatres\"\n"
      "  vlans = [120, 121]\n"
      "  networks = [\"10.1.2.0/24\"]\n"
      "Examples:\n  asepsis areas areas.toml --site st-elsewhere\n  asepsis areas");
}

void add_checks(CLI::App& app, Arguments& arguments) {
  auto& check = *app.add_subcommand("check", "Check the devices against packs of checks");
  check.add_option("--db", arguments.check.database, "The database")->capture_default_str();
  check
      .add_option("--pack", arguments.check.packs,
                  "A pack of your own, beside those built in and in /etc/asepsis/packs.d")
      ->allow_extra_args(false);
  check
      .add_option("--fail-on", arguments.check.fail_on,
                  "Exit with 1 if an open finding has this rating or worse")
      ->check(CLI::Range(1, 5));
  check.footer("Examples:\n  asepsis check\n  asepsis check --pack ours.toml --fail-on 4");
  auto& findings = *app.add_subcommand("findings", "List what was found, the worst first");
  findings.add_option("--by", arguments.findings.by,
                      "Count them by device, check, model, class or owner-role");
  findings.add_flag("--all", arguments.findings.all,
                    "In the table also those that are accepted or gone");
  auto* sarif = findings.add_flag("--sarif", arguments.findings.sarif, "SARIF 2.1");
  auto* oscal =
      findings.add_flag("--oscal", arguments.findings.oscal, "OSCAL assessment results 1.1.2");
  oscal->excludes(sarif);
  findings.add_option("--html", arguments.findings.html,
                      "Write a printable report into a folder, a page an audience");
  add_form(findings, arguments);
  findings.footer(
      "Examples:\n  asepsis findings\n  asepsis findings --by owner-role\n"
      "  asepsis findings --json | grep infusion\n  asepsis findings --html report/");
  auto& classes = *app.add_subcommand(
      "classes", "List weakness classes (CWE) by devices, and what each baseline would end");
  add_form(classes, arguments);
  classes.footer("Example:\n  asepsis classes    where to begin");
}

void add_accept(CLI::App& app, Arguments& arguments) {
  auto& accept = *app.add_subcommand("accept", "Accept the risk of a finding until a day");
  accept.add_option("FINDING", arguments.accept.finding, "Its id")->required();
  accept.add_option("--until", arguments.accept.until, "The last day, as 2027-03-31")->required();
  accept.add_option("--by", arguments.accept.who, "Who takes the risk")->required();
  accept.add_option("--why", arguments.accept.why, "Why, and what controls it meanwhile")
      ->required();
  accept.add_option("--db", arguments.accept.database, "The database")->capture_default_str();
  accept.footer(
      "Example:\n  asepsis accept f-0c1d2e3f4a5b6c7d --until 2027-03-31 --by 'A. Lead' \\\n"
      "    --why 'replaced in March; own network until then'");
}

void add_packs(CLI::App& app, Arguments& arguments) {
  auto& pack = *app.add_subcommand("pack", "Packs of checks: list, check, test, new");
  pack.require_subcommand(1);
  auto& list = *pack.add_subcommand("list", "List the packs; of one, its checks");
  list.add_option("PACK", arguments.pack.id, "Its id");
  list.add_option("--pack", arguments.pack.files, "A pack of your own")->allow_extra_args(false);
  auto* json = list.add_flag("--json", arguments.json, "JSON lines, for programs");
  list.add_flag("--csv", arguments.csv, "CSV, for spreadsheets")->excludes(json);
  auto& check = *pack.add_subcommand("check", "Say whether packs are well formed");
  check.add_option("FILE", arguments.pack.files, "Packs of your own; else those built in");
  auto& test = *pack.add_subcommand("test", "Try every check on its fixtures");
  test.add_option("FILE", arguments.pack.files, "Packs of your own; else those built in");
  auto& fresh = *pack.add_subcommand("new", "Print a pack to begin with");
  fresh.add_option("ID", arguments.pack.id, "Its id, as our-pumps")->required();
  pack.footer(
      "Examples:\n  asepsis pack list infusion\n  asepsis pack new our-pumps > our-pumps.toml\n"
      "  asepsis pack test our-pumps.toml");
}

Result<void> run_pack(const CLI::App& pack, const Arguments& arguments) {
  PackOptions options = arguments.pack;
  options.form = arguments.json ? Form::json : arguments.csv ? Form::csv : Form::table;
  const std::string name = pack.get_subcommands().front()->get_name();
  if (name == "list") return list_packs(options);
  if (name == "check") return check_packs(options);
  if (name == "test") return try_packs(options);
  return new_pack(options);
}

void add_drift(CLI::App& app, Arguments& arguments) {
  auto& drift = *app.add_subcommand("drift", "Show where devices of one model differ");
  drift.add_option("MODEL", arguments.drift.model, "One model: settings by variants");
  drift
      .add_option("--split", arguments.drift.split,
                  "Compare only within a site, care-area or firmware")
      ->check(CLI::IsMember({"site", "care-area", "firmware"}));
  drift.add_option("--where", arguments.drift.where,
                   "Only devices of which this holds, in SQL: \"care_area = 'ICU'\"");
  auto* since = drift.add_option("--since", arguments.drift.since,
                                 "Instead: which settings changed since, and when");
  drift
      .add_flag("--plan", arguments.drift.plan,
                "Then what to change on each device to reach the safest that works")
      ->excludes(since);
  add_form(drift, arguments);
  drift.footer(
      "\"At least\" counts only what is known: what nobody has seen puts no two devices apart.\n"
      "Examples:\n"
      "  asepsis drift                               all models\n"
      "  asepsis drift 'Spectrum IQ'                 what differs, and who\n"
      "  asepsis drift 'Spectrum IQ' --plan          the way to the safest variant\n"
      "  asepsis drift --since 2026-03-03T02:00:00Z  what changed");
}

Result<void> run_command(const std::string& name, const Arguments& arguments) {
  AnswerOptions answer = arguments.answer;
  answer.form = arguments.json ? Form::json : arguments.csv ? Form::csv : Form::table;
  if (name == "read") return run(arguments.read);
  if (name == "watch") return run(arguments.watch);
  if (name == "selftest") return run(arguments.selftest);
  if (name == "import") return run(arguments.import);
  if (name == "register") return show_register(answer, arguments.only);
  if (name == "devices") return show_devices(answer);
  if (name == "device") return show_device(answer, arguments.id);
  if (name == "why" && arguments.id.starts_with("f-")) return show_finding(answer, arguments.id);
  if (name == "why") return show_why(answer, arguments.id, arguments.attribute);
  if (name == "findings") {
    FindingsOptions findings = arguments.findings;
    findings.answer = answer;
    return show_findings(findings);
  }
  if (name == "classes") return show_classes(answer);
  if (name == "accept") return run(arguments.accept);
  if (name == "services") return show_services(answer);
  if (name == "areas") {
    AreasCommand areas = arguments.areas;
    areas.answer = answer;
    return run(areas);
  }
  if (name == "drift") return show_drift(answer, arguments.drift);
  if (name == "settings") return show_settings(answer, arguments.id);
  if (name == "conversations") return show_conversations(answer);
  if (name == "unknown") return show_unknown(answer);
  if (name == "status") return show_status(answer);
  if (name == "query") return show_query(answer, arguments.sql);
  if (name == "schema") {
    show_schema();
    return {};
  }
  std::cout << "asepsis " ASEPSIS_VERSION "\n";
  return {};
}

// The exit status.
int run_chosen(const CLI::App& command, const Arguments& arguments) {
  const bool checks = command.get_name() == "check";
  Result<bool> reached = checks ? run(arguments.check) : Result<bool>(false);
  if (!checks) {
    const auto done = command.get_name() == "pack" ? run_pack(command, arguments)
                                                   : run_command(command.get_name(), arguments);
    if (!done) reached = std::unexpected(done.error());
  }
  std::cout.flush();
  if (reached && std::cout) return *reached ? kReached : 0;
  std::cerr << "asepsis: "
            << (reached ? std::string("the output could not be written")
                        : escaped(reached.error().message))
            << '\n';
  return kCouldNot;
}

int run_program(int argc, char** argv) {
  CLI::App app(
      "asepsis: which devices are on a hospital network, and why we think so.\n"
      "It reads captures and never transmits.",
      "asepsis");
  app.set_version_flag("--version", "asepsis " ASEPSIS_VERSION);
  app.require_subcommand(1);
  Arguments arguments;
  add_read(app, arguments);
  add_watch(app, arguments);
  add_selftest(app, arguments);
  add_import(app, arguments.import);
  add_devices(app, arguments);
  add_answers(app, arguments);
  add_register(app, arguments);
  add_drift(app, arguments);
  add_areas(app, arguments);
  add_checks(app, arguments);
  add_accept(app, arguments);
  add_packs(app, arguments);
  add_questions(app, arguments);
  // After the commands, which would else take it for their own.
  app.footer(
      "Examples:\n"
      "  asepsis read ward.pcapng          a capture in\n"
      "  asepsis devices                   the inventory out\n"
      "  asepsis why d-3f21ab90cc model    the evidence, down to packet numbers");
  try {
    app.parse(argc, argv);
  } catch (const CLI::ParseError& error) {
    if (error.get_exit_code() == static_cast<int>(CLI::ExitCodes::RequiredError) &&
        app.get_subcommands().empty()) {
      std::cerr << "asepsis: "
                << (argc > 1 ? "there is no command '" + escaped(argv[1]) + "'" : "name a command")
                << ": asepsis --help lists them\n";
      return kCouldNot;
    }
    const int status = app.exit(error);
    return status == 0 ? 0 : kCouldNot;
  }
  return run_chosen(*app.get_subcommands().front(), arguments);
}

}  // namespace
}  // namespace asepsis

int main(int argc, char** argv) { return asepsis::run_program(argc, argv); }
