#include "app/arguments.hpp"

namespace asepsis {
namespace {

void add_form(CLI::App& command, Arguments& arguments) {
  command.add_option("--db", arguments.answer.database, "The database")->capture_default_str();
  auto* json = command.add_flag("--json", arguments.json, "JSON lines, for programs");
  command.add_flag("--csv", arguments.csv, "CSV, for spreadsheets")->excludes(json);
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

void add_top(CLI::App& app, Arguments& arguments) {
  auto& top = *app.add_subcommand("top", "Watch a listener: rates, drops, memory, what is new");
  top.add_option("--db", arguments.top.database, "The database")->capture_default_str();
  top.add_flag("--once", arguments.top.once, "Print it once, as where there is no terminal");
  top.add_option("--every", arguments.top.every, "Seconds from one look to the next")
      ->check(CLI::Range(0.1, 3600.0))
      ->capture_default_str();
  top.footer(
      "q quits, space pauses, left and right choose a list, up and down scroll it.\n"
      "Examples:\n  asepsis top --db /var/lib/asepsis/eth1/asepsis.db\n  asepsis top --once");
}

void add_packets(CLI::App& app, Arguments& arguments) {
  auto& packets =
      *app.add_subcommand("packets", "Take kept packets out: of a finding, device, fact");
  packets
      .add_option("--around", arguments.packets.around, "The id of a finding, a device or a fact")
      ->required();
  packets.add_option("-o,--out", arguments.packets.out, "The capture to write (pcapng)")
      ->required();
  packets
      .add_option("--seconds", arguments.packets.seconds,
                  "Of a finding or a fact: how long before and after it was seen")
      ->check(CLI::Range(0.0, 1e9))
      ->capture_default_str();
  packets.add_option("--db", arguments.packets.database, "The database")->capture_default_str();
  packets.add_option("--packets", arguments.packets.folder,
                     "The folder they are kept in; else beside the database");
  packets.footer("Example:\n  asepsis packets --around f-0c1d2e3f4a5b6c7d -o finding.pcapng");
}

void add_query_and_schema(CLI::App& app, Arguments& arguments) {
  auto& query = *app.add_subcommand("query", "Ask in SQL; nothing can be changed");
  query.add_option("SQL", arguments.sql, "One statement over the views of `asepsis schema`")
      ->required();
  add_form(query, arguments);
  query.footer(
      "Example:\n  asepsis query 'SELECT manufacturer, model, count(*) FROM devices GROUP BY 1, "
      "2'");
  // What the server asks itself: for nobody to type, and in no help.
  auto& answer = *app.add_subcommand("answer", "Answer a question of a page")->group("");
  answer.add_option("--db", arguments.question.database, "The database")->required();
  answer.add_option("--limit", arguments.question.limit, "Rows at most");
  answer.add_flag("--csv", arguments.question.csv, "CSV");
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
                  "A pack of your own, or a folder of them, beside those built in and in "
                  "/etc/asepsis/packs.d")
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
  auto& pack = *app.add_subcommand("pack", "Packs of checks: list, check, test, new, classes");
  pack.require_subcommand(1);
  auto& list = *pack.add_subcommand("list", "List the packs; of one, its checks");
  list.add_option("PACK", arguments.pack.id, "Its id");
  list.add_option("--pack", arguments.pack.files, "A pack of your own")->allow_extra_args(false);
  auto& classes = *pack.add_subcommand("classes", "List the classes of devices a check may name");
  for (CLI::App* const lists : {&list, &classes}) {
    auto* json = lists->add_flag("--json", arguments.json, "JSON lines, for programs");
    lists->add_flag("--csv", arguments.csv, "CSV, for spreadsheets")->excludes(json);
  }
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

}  // namespace

void add_questions(CLI::App& app, Arguments& arguments) {
  add_devices(app, arguments);
  add_answers(app, arguments);
  add_register(app, arguments);
  add_drift(app, arguments);
  add_areas(app, arguments);
  add_checks(app, arguments);
  add_accept(app, arguments);
  add_packs(app, arguments);
  add_top(app, arguments);
  add_packets(app, arguments);
  add_query_and_schema(app, arguments);
}

}  // namespace asepsis
