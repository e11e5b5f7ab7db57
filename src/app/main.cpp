// The command line. Exit status: 0 done, 2 could not; of check --fail-on, 1
// when findings reach it.

#include <CLI/CLI.hpp>

#include <algorithm>
#include <iostream>
#include <string>
#include <string_view>

#include "app/arguments.hpp"
#include "app/register_command.hpp"
#include "app/settings_command.hpp"
#include "base/text.hpp"

namespace asepsis {
namespace {

constexpr int kReached = 1;
constexpr int kCouldNot = 2;

Result<void> run_pack(const CLI::App& pack, const Arguments& arguments) {
  PackOptions options = arguments.pack;
  options.form = arguments.json ? Form::json : arguments.csv ? Form::csv : Form::table;
  const std::string name = pack.get_subcommands().front()->get_name();
  if (name == "list") return list_packs(options);
  if (name == "classes") return list_classes(options);
  if (name == "check") return check_packs(options);
  if (name == "test") return try_packs(options);
  return new_pack(options);
}

Result<void> run_user(const CLI::App& user, const UserCommand& command) {
  const std::string name = user.get_subcommands().front()->get_name();
  if (name == "add") return add_user(command);
  if (name == "list") return list_users(command);
  if (name == "remove") return remove_user(command);
  return set_password(command);
}

Result<void> run_command(const std::string& name, const Arguments& arguments) {
  AnswerOptions answer = arguments.answer;
  answer.form = arguments.json ? Form::json : arguments.csv ? Form::csv : Form::table;
  if (name == "read") return run(arguments.read);
  if (name == "watch") return run(arguments.watch);
  if (name == "selftest") return run(arguments.selftest);
  if (name == "serve") return run(arguments.serve, ASEPSIS_VERSION);
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
  if (name == "packets") return run(arguments.packets);
  if (name == "top") return run(arguments.top);
  if (name == "status") return show_status(answer);
  if (name == "answer") return run(arguments.question);
  if (name == "query") return show_query(answer, arguments.sql);
  if (name == "schema") {
    show_schema();
    return {};
  }
  std::cout << "asepsis " ASEPSIS_VERSION "\n";
  return {};
}

// Names in a message are escaped where it is made: their backslashes stay.
std::string safe(std::string_view message) {
  std::string out;
  for (std::size_t begin = 0; begin <= message.size();) {
    const std::size_t end = std::min(message.find('\\', begin), message.size());
    out += escaped(message.substr(begin, end - begin));
    if (end < message.size()) out += '\\';
    begin = end + 1;
  }
  return out;
}

// The exit status.
int run_chosen(const CLI::App& command, const Arguments& arguments) {
  const bool checks = command.get_name() == "check";
  Result<bool> reached = checks ? run(arguments.check) : Result<bool>(false);
  if (!checks) {
    const std::string& name = command.get_name();
    const auto done = name == "pack"   ? run_pack(command, arguments)
                      : name == "user" ? run_user(command, arguments.user)
                                       : run_command(name, arguments);
    if (!done) reached = std::unexpected(done.error());
  }
  std::cout.flush();
  if (reached && std::cout) return *reached ? kReached : 0;
  std::cerr << "asepsis: "
            << (reached ? std::string("the output could not be written")
                        : safe(reached.error().message))
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
  add_sources(app, arguments);
  add_questions(app, arguments);
  add_serving(app, arguments);
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