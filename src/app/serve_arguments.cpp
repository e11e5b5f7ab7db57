#include "account/roles.hpp"
#include "app/arguments.hpp"

namespace asepsis {
namespace {

void add_oidc(CLI::App& serve, ServeCommand& command) {
  serve.add_option("--oidc-issuer", command.oidc.issuer,
                   "The organisation's log-in service (OpenID Connect): https://login.example.org");
  serve.add_option("--oidc-client", command.oidc.client, "What this server is called there");
  serve.add_option("--oidc-secret-file", command.oidc_secret,
                   "A file with the client's secret; none: PKCE alone");
  serve
      .add_option("--oidc-role", command.oidc_roles,
                  "Who gets which role: 'VALUE=role', VALUE standing in the claim of --oidc-claim")
      ->allow_extra_args(false);
  serve.add_option("--oidc-claim", command.oidc.role_claim, "The claim that holds roles or groups")
      ->capture_default_str();
  serve.add_option("--oidc-redirect", command.oidc.redirect,
                   "Where it sends browsers back to, if not to this server's first name");
  serve.add_option("--oidc-authority", command.oidc.authority,
                   "A file of certificates to trust with it; else the system's");
}

void add_serve(CLI::App& app, ServeCommand& command) {
  auto& serve = *app.add_subcommand("serve", "Show the pages, and answer programs (API)");
  serve.add_option("--db", command.database, "The database, made if missing")
      ->capture_default_str();
  serve.add_option("--listen", command.listen, "ADDRESS:PORT; beyond this computer by TLS alone")
      ->capture_default_str();
  serve.add_flag("--open", command.open, "Open it in the browser of this desktop");
  serve.add_option("--certificate", command.certificate,
                   "TLS: the certificate and its chain (PEM); else one is made");
  serve.add_option("--key", command.key, "Its key (PEM)");
  serve.add_option("--name", command.names, "A host name that others reach it by")
      ->allow_extra_args(false);
  add_oidc(serve, command);
  constexpr std::uint32_t kMostIdle = Sessions::kLongest.count();
  serve.add_option("--idle", command.idle, "Log out who did nothing for so long, as 15min")
      ->transform(CLI::AsNumberWithUnit(
          std::map<std::string, std::uint32_t>{{"s", 1}, {"min", 60}, {"h", 3600}},
          CLI::AsNumberWithUnit::DEFAULT, "TIME"))
      ->check(CLI::Range(std::uint32_t{1}, kMostIdle))
      ->option_text("TIME [4h]");
  serve.footer(
      "On this computer it prints a link that lets one in once; with users it asks for a "
      "password.\n"
      "Examples:\n"
      "  asepsis serve --open\n"
      "  asepsis user add anna --role administrator\n"
      "  asepsis serve --listen 0.0.0.0:8443 --name asepsis.example.org");
}

void add_user_name(CLI::App& command, UserCommand& user) {
  command.add_option("NAME", user.name, "For log-ins: small letters, digits and . _ @ -")
      ->required();
  command.add_option("--db", user.database, "The database")->capture_default_str();
}

void add_users(CLI::App& app, UserCommand& command) {
  auto& user = *app.add_subcommand("user", "Who may log in: add, list, remove, password");
  user.require_subcommand(1);
  auto& add = *user.add_subcommand("add", "Let somebody log in; asks for a password");
  add_user_name(add, command);
  std::vector<std::string> roles;
  roles.reserve(kRoles.size());
  for (const Role& role : kRoles) roles.emplace_back(role.name);
  add.add_option("--role", command.role, "What they may do")
      ->required()
      ->check(CLI::IsMember(roles));
  add.add_option("--full-name", command.full_name, "For people");
  auto& list = *user.add_subcommand("list", "List who may log in");
  list.add_option("--db", command.database, "The database")->capture_default_str();
  add_user_name(*user.add_subcommand("remove", "Let somebody in no longer"), command);
  add_user_name(*user.add_subcommand("password", "Give somebody another password"), command);
  user.footer(
      "Passwords are read from the terminal, or from standard input.\n"
      "Examples:\n  asepsis user add anna --role biomedical\n  asepsis user list");
}

}  // namespace

void add_serving(CLI::App& app, Arguments& arguments) {
  add_serve(app, arguments.serve);
  add_users(app, arguments.user);
}

}  // namespace asepsis
