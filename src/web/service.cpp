#include "web/service.hpp"

#include <algorithm>

#include "account/roles.hpp"
#include "account/secrets.hpp"
#include "base/text.hpp"
#include "export/json_object.hpp"
#include "web/handlers.hpp"
#include "web/query_string.hpp"

namespace asepsis {
namespace {

constexpr std::string_view kBearer = "Bearer ";

bool changes(const Route& route) { return route.method != "GET"; }

bool wants_csv(const Request& request, const Values& values) {
  return values.text("format") == "csv" || request.accept.starts_with("text/csv");
}

// The one place where a browser may have been sent by somebody else.
std::optional<Response> refuse_origin(const Request& request) {
  const std::string own = (request.secure ? "https://" : "http://") + request.host;
  if (request.origin.empty() || request.origin == own) return std::nullopt;
  return problem(403, "This was sent by a page of another server");
}

const Operation* operation_of(const Contract& contract, const Route& route) {
  const auto& all = contract.operations();
  const auto found = std::ranges::find(all, route.id, &Operation::id);
  return found == all.end() ? nullptr : &*found;
}

std::string tag_of(const Data& data, const Principal& who) {
  return '"' + data.version() + '-' + (who.role.empty() ? "token" : who.role) + '"';
}

Response not_modified(const std::string& tag) {
  return {.status = 304, .type = {}, .headers = {{"ETag", tag}}};
}

}  // namespace

bool Principal::may(std::string_view scope) const {
  return std::ranges::find(scopes, scope) != scopes.end();
}

Time now_of_clock() {
  return std::chrono::time_point_cast<std::chrono::nanoseconds>(std::chrono::system_clock::now());
}

Result<std::unique_ptr<Service>> Service::make(ServiceOptions options) {
  auto service = std::make_unique<Service>();
  service->options = std::move(options);
  service->sessions.end_idle_after(service->options.idle);
  auto access = AccessStore::open(access_path(service->options.database));
  if (!access) return std::unexpected(access.error());
  service->access = std::make_unique<AccessStore>(*std::move(access));
  std::string code;
  if (service->options.first_visit) {
    auto token = random_token();
    if (!token) return std::unexpected(token.error());
    code = *std::move(token);
  }
  service->first_visit = std::make_unique<FirstVisit>(std::move(code));
  service->events = std::make_unique<Events>();
  Service& self = *service;
  service->keeper = std::make_unique<DataKeeper>(
      service->options.database, [&self](Data& data) { self.warm(data); },
      [&self] { self.models->renew(); });
  service->models = std::make_unique<Models>(
      *service->keeper, *service->events,
      [&self](Data& data, const ModelList& models) { self.warm_today(data, models); });
  service->imports = std::make_unique<Imports>(service->options.database, *service->events,
                                               [&self] { self.keeper->look(); });
  service->oidc = std::make_unique<Oidc>(service->options.oidc);
  if (const auto started = service->keeper->start(); !started)
    return std::unexpected(started.error());
  service->models->renew();
  return service;
}

// The keeper tells those that are made from it, which go before it.
Service::~Service() { end(); }

void Service::end() const {
  if (imports) imports->stop();
  if (keeper) keeper->stop();
}

// What everybody asks for first, before anybody does.
void Service::warm(Data& data) {
  const Principal nobody;
  for (const Route& route : routes()) {
    const bool first =
        route.keep == Keep::shared || route.id == "getToday" || route.id == "getSensor";
    if (!first || route.path.find('{') != std::string_view::npos || route.id == "getWhy") continue;
    Request request;
    request.method = "GET";
    request.path = std::string(kApi) + std::string(route.path);
    const auto values = checked(*operation_of(contract, route), request, {});
    if (!values) continue;
    const Response response = route.answer({*this, request, *values, nobody, data, false});
    if (route.keep == Keep::shared) data.keep(request.path + '?', response);
  }
}

void Service::warm_today(Data& data, const ModelList& compared) {
  const Principal nobody;
  const Request request;
  const Values values;
  today_of({*this, request, values, nobody, data, false}, compared);
}

Principal Service::principal_of(const Request& request, bool by_person) {
  const Time now = now_of_clock();
  if (request.authorization.starts_with(kBearer)) {
    const std::string hash = token_hash(trimmed(request.authorization).substr(kBearer.size()));
    const auto token = access->use_token(hash, now);
    if (!token || !*token) return {};
    const auto user = access->user((*token)->user);
    const std::string role = user && *user ? (*user)->role : "administrator";
    Principal who{.user = (*token)->user, .key = "token " + hash, .by_token = true};
    if (user && !*user && who.user != "local") return {};
    const auto most = scopes_of(role);
    for (const std::string& scope : (*token)->scopes)
      if (std::ranges::find(most, scope) != most.end()) who.scopes.push_back(scope);
    return who;
  }
  const std::string_view key = cookie_named(request.cookie, "asepsis");
  const auto session = sessions.find(key, now, by_person);
  if (!session) return {};
  return {.user = session->user,
          .name = session->name,
          .role = session->role,
          .scopes = scopes_of(session->role),
          .csrf = session->csrf,
          .key = std::string(key),
          .expires = session->expires,
          .by_password = session->by_password};
}

bool Service::may_listen(const Request& request) {
  return principal_of(request, false).may("read");
}

std::optional<Response> Service::refuse(const Request& request, const Route& route,
                                        const Principal& who) {
  if (auto foreign = refuse_origin(request); foreign && changes(route)) return foreign;
  if (route.scope == nullptr) return std::nullopt;
  if (!who.known()) {
    Response response = problem(401, "Log in first; the session may have ended");
    response.headers.emplace_back("WWW-Authenticate", "Bearer");
    return response;
  }
  const std::string_view scope = route.scope;
  if ((scope.empty() && who.by_token) || (!scope.empty() && !who.may(scope)))
    return problem(403, scope.empty() ? "A token cannot do that: log in"
                                      : "You may not do that: it takes the right to " +
                                            std::string(scope) + "; an administrator can give it");
  if (changes(route) && !who.by_token && !same_secret(request.csrf, who.csrf))
    return problem(403, "X-CSRF-Token is missing or old: load the page again");
  if (changes(route) || route.id == "ask") {
    const auto& limit = route.id == "ask" ? RateLimits::kQueries : RateLimits::kChanges;
    if (!rates.take(who.user, route.id == "ask" ? "ask" : "change", limit, now_of_clock()))
      return problem(429, "That is too often: wait a moment");
  }
  return std::nullopt;
}

Response Service::answer_api(const Request& request) {
  const Match found = match(request.method, std::string_view(request.path).substr(kApi.size()));
  if (found.route == nullptr) {
    if (found.allow.empty()) return problem(404, "There is nothing here: /api/v1/openapi.json");
    Response response = problem(405, "Not by " + escaped(request.method.substr(0, 20)));
    response.headers.emplace_back("Allow", found.allow);
    return response;
  }
  const Route& route = *found.route;
  // A browser opens a stream anew by itself whenever it breaks.
  const bool by_person = !request.unattended && route.id != "listenToEvents";
  const Principal who = principal_of(request, by_person);
  if (auto refused = refuse(request, route, who)) return *std::move(refused);
  const auto data = keeper->now();
  const Operation* operation = operation_of(contract, route);
  if (operation == nullptr) return problem(500, "This is a bug: the contract does not say it");
  const auto values = checked(*operation, request, found.values);
  if (!values) return values.error();
  const bool csv = operation->gives_csv && wants_csv(request, *values);
  const std::string tag = tag_of(*data, who);
  const bool versioned = route.keep != Keep::no;
  if (versioned && request.if_none_match.find(tag) != std::string::npos) return not_modified(tag);
  const Asked asked{*this, request, *values, who, *data, csv};
  const std::string question =
      std::string(request.path) + '?' + request.query + (csv ? " csv" : "");
  Response response = route.keep == Keep::shared
                          ? data->answer(question, [&] { return route.answer(asked); })
                          : route.answer(asked);
  if (versioned && response.status == 200) response.headers.emplace_back("ETag", tag);
  return response;
}

// What every answer says to the browser.
Response Service::finished(const Request& request, Response response) {
  constexpr std::string_view kPolicy =
      "default-src 'self'; base-uri 'none'; form-action 'self'; frame-ancestors 'none'; "
      "object-src 'none'";
  auto& headers = response.headers;
  headers.emplace_back("Content-Security-Policy", kPolicy);
  headers.emplace_back("X-Content-Type-Options", "nosniff");
  headers.emplace_back("X-Frame-Options", "DENY");
  headers.emplace_back("Referrer-Policy", "no-referrer");
  headers.emplace_back("Cross-Origin-Opener-Policy", "same-origin");
  headers.emplace_back("Cross-Origin-Resource-Policy", "same-origin");
  headers.emplace_back("Permissions-Policy", "camera=(), geolocation=(), microphone=()");
  if (request.secure) headers.emplace_back("Strict-Transport-Security", "max-age=31536000");
  const bool said = std::ranges::any_of(
      headers, [](const auto& header) { return header.first == "Cache-Control"; });
  if (!said) {
    const bool tagged =
        std::ranges::any_of(headers, [](const auto& header) { return header.first == "ETag"; });
    headers.emplace_back("Cache-Control", tagged ? "private, no-cache" : "no-store");
    if (tagged) headers.emplace_back("Vary", "Cookie, Authorization, Accept");
  }
  return response;
}

Response Service::answer(const Request& request) {
  ++counts.requests;
  if (keeper->ending()) return finished(request, problem(503, "The server is being ended"));
  if (std::ranges::find(options.hosts, lowered(request.host)) == options.hosts.end()) {
    ++counts.refused;
    return finished(request, problem(421, "This server has another name: use its own address"));
  }
  Response response;
  if (request.path == kApi || request.path.starts_with(std::string(kApi) + '/')) {
    response = answer_api(request);
  } else if (request.path.starts_with("/api/")) {
    response = problem(404, "There is nothing here: /api/v1/openapi.json");
  } else {
    response = files.answer(request);
  }
  if (response.status == 429 || response.status == 401 || response.status == 403) ++counts.refused;
  return finished(request, std::move(response));
}

Lane Service::lane_of(const Request& request) const {
  if (!request.path.starts_with(kApi)) return Lane::quick;
  const Match found = match(request.method, std::string_view(request.path).substr(kApi.size()));
  if (found.route == nullptr) return Lane::quick;
  // Whole exports take long, whatever they are of.
  const bool csv = request.accept.starts_with("text/csv") ||
                   request.query.find("format=csv") != std::string::npos;
  if (csv && found.route->lane == Lane::quick) return Lane::slow;
  // What was found out in the background is there at once.
  const auto id = std::ranges::find(found.values, "id", &PathValues::value_type::first);
  const bool model = found.route->id == "getModel" || found.route->id == "getModelPlan";
  const auto list = models->list();
  const ModelSummary* known = model && id != found.values.end() ? list->named(id->second) : nullptr;
  return known != nullptr && known->answers ? Lane::quick : found.route->lane;
}

bool Service::takes_upload(const Request& request) {
  if (!request.path.starts_with(kApi)) return false;
  const Match found = match(request.method, std::string_view(request.path).substr(kApi.size()));
  return found.route != nullptr && found.route->id == "createImport";
}

// Before a byte of the file is taken.
std::optional<Response> Service::refuse_upload(const Request& request) {
  if (std::ranges::find(options.hosts, lowered(request.host)) == options.hosts.end())
    return finished(request, problem(421, "This server has another name: use its own address"));
  const Match found = match(request.method, std::string_view(request.path).substr(kApi.size()));
  const Principal who = principal_of(request, true);
  auto refused = refuse(request, *found.route, who);
  return refused ? std::optional(finished(request, *std::move(refused))) : std::nullopt;
}

}  // namespace asepsis
