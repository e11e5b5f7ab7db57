#include "app/serve_command.hpp"

#include <unistd.h>

#include <algorithm>
#include <array>
#include <charconv>
#include <chrono>
#include <csignal>
#include <cstdlib>
#include <fstream>
#include <iostream>
#include <optional>

#include "account/roles.hpp"
#include "app/database_access.hpp"
#include "app/serve_certificate.hpp"
#include "base/address.hpp"
#include "base/text.hpp"
#include "export/query.hpp"
#include "web/server.hpp"

namespace asepsis {
namespace {

struct Place {
  std::string address;
  std::uint16_t port = 0;
  bool local = false;
};

Result<Place> place_of(const std::string& listen) {
  const std::size_t colon = listen.rfind(':');
  Place place;
  const char* end = listen.data() + listen.size();
  const char* digits = listen.data() + (colon == std::string::npos ? listen.size() : colon + 1);
  const bool number = digits < end && std::from_chars(digits, end, place.port).ptr == end;
  place.address = listen.substr(0, std::min(colon, listen.size()));
  if (place.address.starts_with('[') && place.address.ends_with(']'))
    place.address = place.address.substr(1, place.address.size() - 2);
  if (!number || !ip_from_text(place.address))
    return fail("--listen is written ADDRESS:PORT, as 127.0.0.1:8420 or [::1]:8420");
  place.local = place.address.starts_with("127.") || place.address == "::1";
  return place;
}

std::string in_url(const std::string& address) {
  return address.find(':') == std::string::npos ? address : '[' + address + ']';
}

// What the Host of a request may say: nothing else leads here on purpose.
std::vector<std::string> names_of(const ServeCommand& command, const Place& place) {
  std::vector<std::string> names = command.names;
  const bool any = place.address == "0.0.0.0" || place.address == "::";
  if (!any) names.push_back(place.address);
  if (place.local || any) names.insert(names.end(), {"localhost", "127.0.0.1", "::1"});
  std::array<char, 256> own{};
  if (!place.local && ::gethostname(own.data(), own.size() - 1) == 0 && own.front() != '\0')
    names.emplace_back(own.data());
  for (std::string& name : names) name = lowered(name);
  std::ranges::sort(names);
  names.erase(std::ranges::unique(names).begin(), names.end());
  return names;
}

std::vector<std::string> hosts_of(const std::vector<std::string>& names, std::uint16_t port,
                                  bool secure) {
  constexpr std::uint16_t kHttp = 80;
  constexpr std::uint16_t kHttps = 443;
  std::vector<std::string> hosts;
  for (const std::string& name : names) {
    hosts.push_back(in_url(name) + ':' + std::to_string(port));
    if (port == (secure ? kHttps : kHttp)) hosts.push_back(in_url(name));
  }
  return hosts;
}

Result<OidcOptions> oidc_of(const ServeCommand& command, const std::string& base) {
  OidcOptions oidc = command.oidc;
  if (!oidc.configured()) return oidc;
  if (oidc.client.empty()) return fail("--oidc-issuer takes --oidc-client too");
  while (oidc.issuer.ends_with('/')) oidc.issuer.pop_back();
  if (oidc.redirect.empty()) oidc.redirect = base + "/api/v1/session/oidc/callback";
  if (!command.oidc_secret.empty()) {
    std::ifstream in(command.oidc_secret);
    if (!std::getline(in, oidc.secret))
      return fail(escaped(command.oidc_secret.string()) + " cannot be read");
  }
  for (const std::string& one : command.oidc_roles) {
    const std::size_t equals = one.rfind('=');
    if (equals == std::string::npos || !is_role(one.substr(equals + 1)))
      return fail("--oidc-role is written VALUE=role, as 'Medical Engineering=biomedical'");
    oidc.roles.emplace_back(one.substr(0, equals), one.substr(equals + 1));
  }
  if (oidc.roles.empty()) return fail("--oidc-issuer takes an --oidc-role at least");
  return oidc;
}

// A folder for files on their way in; gone when the server ends.
class Uploads {
 public:
  static Result<Uploads> make() {
    std::string name = (std::filesystem::temp_directory_path() / "asepsis-XXXXXX").string();
    if (::mkdtemp(name.data()) == nullptr) return fail("there is no folder for temporary files");
    return Uploads(name);
  }
  Uploads(Uploads&& other) noexcept : path_(std::exchange(other.path_, {})) {}
  Uploads(const Uploads&) = delete;
  Uploads& operator=(const Uploads&) = delete;
  Uploads& operator=(Uploads&&) = delete;
  ~Uploads() {
    std::error_code ignored;
    if (!path_.empty()) std::filesystem::remove_all(path_, ignored);
  }
  const std::filesystem::path& path() const { return path_; }

 private:
  explicit Uploads(std::filesystem::path path) : path_(std::move(path)) {}
  std::filesystem::path path_;
};

void open_in_browser(const std::string& link) {
  if (::getenv("DISPLAY") == nullptr && ::getenv("WAYLAND_DISPLAY") == nullptr) return;
  const pid_t child = ::fork();
  if (child != 0) return;
  ::setsid();
  ::execlp("xdg-open", "xdg-open", link.c_str(), nullptr);
  ::_exit(1);
}

Result<Listening> prepare_tls(const ServeCommand& command, const Place& place,
                              const std::vector<std::string>& names) {
  Listening listening{
      .address = place.address, .port = place.port, .certificate = {}, .key = {}, .uploads = {}};
  if (command.certificate.empty() != command.key.empty())
    return fail("--certificate and --key go together");
  if (place.local && command.certificate.empty()) return listening;
  listening.certificate = command.certificate;
  listening.key = command.key;
  if (command.certificate.empty()) {
    listening.certificate = std::filesystem::path(command.database).replace_extension(".cert.pem");
    listening.key = std::filesystem::path(command.database).replace_extension(".key.pem");
    if (const auto made = ensure_certificate(listening.certificate, listening.key, names); !made)
      return std::unexpected(made.error());
  }
  const auto print = fingerprint_of(listening.certificate);
  if (!print) return std::unexpected(print.error());
  std::cout << "Certificate " << escaped(listening.certificate.string()) << ", SHA-256 " << *print
            << '\n';
  return listening;
}

// Beyond this computer nobody comes in by a link.
Result<bool> has_users(const std::filesystem::path& database) {
  auto access = AccessStore::open(access_path(database));
  if (!access) return std::unexpected(access.error());
  const auto users = access->users();
  if (!users) return std::unexpected(users.error());
  return !users->empty();
}

Result<void> make_database(const std::filesystem::path& path) {
  if (!std::filesystem::exists(path)) {
    const auto made = Database::open(path, Database::Mode::write);
    return made ? Result<void>() : std::unexpected(made.error());
  }
  // Brings a left-behind inventory up to date.
  const auto current = open_for_answers(path, say_on_stderr);
  return current ? Result<void>() : std::unexpected(current.error());
}

}  // namespace

Result<void> run(const ServeCommand& command, const std::string& version) {
  ::signal(SIGPIPE, SIG_IGN);
  const auto place = place_of(command.listen);
  if (!place) return std::unexpected(place.error());
  if (const auto made = make_database(command.database); !made) return made;
  const auto users = has_users(command.database);
  if (!users) return std::unexpected(users.error());
  if (!place->local && !*users && !command.oidc.configured())
    return fail(
        "others are served only if they log in: asepsis user add NAME --role administrator");
  const auto names = names_of(command, *place);
  auto listening = prepare_tls(command, *place, names);
  if (!listening) return std::unexpected(listening.error());
  const auto uploads = Uploads::make();
  if (!uploads) return std::unexpected(uploads.error());
  listening->uploads = uploads->path();
  const bool secure = !listening->certificate.empty();
  const std::string shown = command.names.empty() ? place->address : command.names.front();
  std::string base = (secure ? "https://" : "http://") + in_url(shown) + ':';
  auto oidc = oidc_of(command, base + std::to_string(place->port));
  if (!oidc) return std::unexpected(oidc.error());
  Service* serving = nullptr;
  const auto link = [&] {
    const std::string code = serving->first_visit->code();
    return base + (code.empty() ? "/" : "/log-in#code=" + code);
  };
  auto service = Service::make(
      {.database = command.database,
       .version = version,
       .hosts = {},
       .secure = secure,
       .first_visit = place->local && !*users,
       .idle = std::chrono::seconds(command.idle),
       .oidc = *std::move(oidc),
       .link_used = [&] { std::cout << "For another browser: " << link() << '\n'
                                    << std::flush; }});
  if (!service) return std::unexpected(service.error());
  serving = service->get();
  return serve(**service, *listening, [&](std::uint16_t port) {
    base += std::to_string(port);
    serving->options.hosts = hosts_of(names, port, secure);
    std::cout << "asepsis is at " << link() << "\nCtrl+C ends it.\n" << std::flush;
    if (command.open) open_in_browser(link());
  });
}

}  // namespace asepsis
