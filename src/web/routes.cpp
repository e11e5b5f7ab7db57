#include "web/routes.hpp"

#include <algorithm>
#include <array>

#include "web/handlers.hpp"
#include "web/query_string.hpp"

namespace asepsis {
namespace {

constexpr auto kQuick = Lane::quick;
constexpr auto kSlow = Lane::slow;
constexpr auto kLogIn = Lane::log_in;

constexpr std::array kRoutes = std::to_array<Route>({
    {"GET", "/health", "getHealth", nullptr, kQuick, Keep::no, get_health},
    {"GET", "/openapi.json", "getOpenapi", nullptr, kQuick, Keep::no, get_openapi},
    {"GET", "/session", "getSession", nullptr, kQuick, Keep::no, get_session},
    {"POST", "/session", "logIn", nullptr, kLogIn, Keep::no, log_in},
    {"DELETE", "/session", "logOut", "", kQuick, Keep::no, log_out},
    {"PUT", "/session/password", "changeOwnPassword", "", kLogIn, Keep::no, change_own_password},
    {"GET", "/session/oidc", "beginOidc", nullptr, kLogIn, Keep::no, begin_oidc},
    {"GET", "/session/oidc/callback", "endOidc", nullptr, kLogIn, Keep::no, end_oidc},
    {"GET", "/today", "getToday", "read", kQuick, Keep::no, get_today},
    {"GET", "/vocabulary", "getVocabulary", "read", kQuick, Keep::shared, get_vocabulary},
    {"GET", "/devices", "listDevices", "read", kQuick, Keep::shared, list_devices},
    {"GET", "/devices/facets", "getDeviceFacets", "read", kQuick, Keep::shared, get_device_facets},
    {"GET", "/devices/{id}", "getDevice", "read", kQuick, Keep::shared, get_device},
    {"GET", "/devices/{id}/settings", "listDeviceSettings", "read", kQuick, Keep::shared,
     list_device_settings},
    {"GET", "/devices/{id}/conversations", "listDeviceConversations", "read", kQuick, Keep::shared,
     list_device_conversations},
    {"GET", "/devices/{id}/services", "listDeviceServices", "read", kQuick, Keep::shared,
     list_device_services},
    {"GET", "/devices/{id}/findings", "listDeviceFindings", "read", kQuick, Keep::shared,
     list_device_findings},
    {"GET", "/devices/{id}/history", "listDeviceHistory", "read", kQuick, Keep::shared,
     list_device_history},
    {"GET", "/why", "getWhy", "read", kQuick, Keep::shared, get_why},
    {"GET", "/models", "listModels", "read", kQuick, Keep::no, list_models},
    {"GET", "/models/{id}", "getModel", "read", kSlow, Keep::no, get_model},
    {"GET", "/models/{id}/plan", "getModelPlan", "read", kSlow, Keep::no, get_model_plan},
    {"GET", "/findings", "listFindings", "read", kQuick, Keep::shared, list_findings},
    {"GET", "/findings/facets", "getFindingFacets", "read", kQuick, Keep::shared,
     get_finding_facets},
    {"GET", "/findings/{id}", "getFinding", "read", kQuick, Keep::versioned, get_finding},
    {"POST", "/findings/{id}/decision", "decideFinding", "decide", kSlow, Keep::no, decide_finding},
    {"GET", "/classes", "listClasses", "read", kQuick, Keep::shared, list_classes},
    {"GET", "/map", "getMap", "read", kQuick, Keep::shared, get_map},
    {"POST", "/query", "ask", "query", Lane::question, Keep::no, ask},
    {"GET", "/views", "listViews", "query", kQuick, Keep::shared, list_views},
    {"GET", "/saved-views", "listSavedViews", "read", kQuick, Keep::no, list_saved_views},
    {"POST", "/saved-views", "createSavedView", "save", kQuick, Keep::no, create_saved_view},
    {"DELETE", "/saved-views/{id}", "deleteSavedView", "save", kQuick, Keep::no, delete_saved_view},
    {"GET", "/imports", "listImports", "import", kQuick, Keep::no, list_imports},
    {"POST", "/imports", "createImport", "import", kQuick, Keep::no, create_import},
    {"GET", "/imports/{id}", "getImport", "import", kQuick, Keep::no, get_import},
    {"DELETE", "/imports/{id}", "cancelImport", "import", kQuick, Keep::no, cancel_import},
    {"GET", "/sensor", "getSensor", "read", kQuick, Keep::no, get_sensor},
    {"GET", "/events", "listenToEvents", "read", kQuick, Keep::no, listen_to_events},
    {"GET", "/users", "listUsers", "administer", kQuick, Keep::no, list_users},
    {"POST", "/users", "createUser", "administer", kSlow, Keep::no, create_user},
    {"PATCH", "/users/{id}", "changeUser", "administer", kSlow, Keep::no, change_user},
    {"DELETE", "/users/{id}", "deleteUser", "administer", kQuick, Keep::no, delete_user},
    {"GET", "/tokens", "listTokens", "", kQuick, Keep::no, list_tokens},
    {"POST", "/tokens", "createToken", "", kQuick, Keep::no, create_token},
    {"DELETE", "/tokens/{id}", "deleteToken", "", kQuick, Keep::no, delete_token},
    {"GET", "/audit", "listAudit", "administer", kQuick, Keep::no, list_audit},
});

// The next part of a path, which is then shorter.
std::string_view next_part(std::string_view& path) {
  path.remove_prefix(path.starts_with('/') ? 1 : 0);
  const std::string_view part = path.substr(0, path.find('/'));
  path.remove_prefix(part.size());
  return part;
}

std::optional<PathValues> fit(std::string_view pattern, std::string_view path) {
  PathValues values;
  while (!pattern.empty() && !path.empty()) {
    const std::string_view wanted = next_part(pattern);
    const std::string_view part = next_part(path);
    if (!wanted.starts_with('{')) {
      if (wanted != part) return std::nullopt;
      continue;
    }
    auto value = decoded(part, false);
    if (!value || value->empty()) return std::nullopt;
    values.emplace_back(wanted.substr(1, wanted.size() - 2), *std::move(value));
  }
  return pattern.empty() && path.empty() ? std::optional(std::move(values)) : std::nullopt;
}

}  // namespace

std::span<const Route> routes() { return kRoutes; }

Match match(std::string_view method, std::string_view path) {
  Match found;
  const std::string_view wanted = method == "HEAD" ? "GET" : method;
  for (const Route& route : kRoutes) {
    auto values = fit(route.path, path);
    if (!values) continue;
    found.allow.append(found.allow.empty() ? "" : ", ").append(route.method);
    if (route.method == "GET") found.allow += ", HEAD";
    if (route.method == wanted && found.route == nullptr) {
      found.route = &route;
      found.values = *std::move(values);
    }
  }
  return found;
}

}  // namespace asepsis
