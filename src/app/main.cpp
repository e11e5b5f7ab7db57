// The command line. Exit status: 0 done, 2 could not.

#include <CLI/CLI.hpp>

#include <iostream>
#include <string>

#include "app/commands.hpp"
#include "app/drift_command.hpp"
#include "app/read_command.hpp"
#include "app/settings_command.hpp"
#include "base/text.hpp"

namespace asepsis {
namespace {

constexpr int kCouldNot = 2;

struct Arguments {
  ReadCommand read;
  AnswerOptions answer;
  DriftCommand drift;
  bool json = false, csv = false;
  std::string id, attribute, sql;
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

void add_devices(CLI::App& app, Arguments& arguments) {
  auto& devices = *app.add_subcommand("devices", "List the devices: what each is, and where");
  add_form(devices, arguments);
  devices.footer("Examples:\n  asepsis devices\n  asepsis devices --csv > devices.csv");
  auto& device = *app.add_subcommand("device", "Show one device");
  device.add_option("ID", arguments.id, "Its id, or enough of the beginning")->required();
  add_form(device, arguments);
  device.footer("Example:\n  asepsis device d-3f21ab90cc");
  auto& why = *app.add_subcommand("why", "Show the evidence behind what is said of a device");
  why.add_option("ID", arguments.id, "Its id, or enough of the beginning")->required();
  why.add_option("CLAIM", arguments.attribute,
                 "class, manufacturer, model, firmware, serial ...; a setting such as telnet; or a "
                 "claim such as http.server");
  add_form(why, arguments);
  why.footer("Examples:\n  asepsis why d-3f21ab90cc\n  asepsis why d-3f21ab90cc model");
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
  app.add_subcommand("schema", "Print the tables and views");
  app.add_subcommand("version", "Print the version");
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
  if (name == "devices") return show_devices(answer);
  if (name == "device") return show_device(answer, arguments.id);
  if (name == "why") return show_why(answer, arguments.id, arguments.attribute);
  if (name == "services") return show_services(answer);
  if (name == "drift") return show_drift(answer, arguments.drift);
  if (name == "settings") return show_settings(answer, arguments.id);
  if (name == "conversations") return show_conversations(answer);
  if (name == "unknown") return show_unknown(answer);
  if (name == "query") return show_query(answer, arguments.sql);
  if (name == "schema") {
    show_schema();
    return {};
  }
  std::cout << "asepsis " ASEPSIS_VERSION "\n";
  return {};
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
  add_devices(app, arguments);
  add_answers(app, arguments);
  add_drift(app, arguments);
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
  const auto done = run_command(app.get_subcommands().front()->get_name(), arguments);
  std::cout.flush();
  if (done && std::cout) return 0;
  std::cerr << "asepsis: "
            << (done ? std::string("the output could not be written")
                     : escaped(done.error().message))
            << '\n';
  return kCouldNot;
}

}  // namespace
}  // namespace asepsis

int main(int argc, char** argv) { return asepsis::run_program(argc, argv); }
