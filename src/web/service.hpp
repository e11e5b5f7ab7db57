// What answers a request: without sockets, so that tests can ask it directly.

#pragma once

#include <atomic>
#include <chrono>
#include <cstdint>
#include <filesystem>
#include <functional>
#include <memory>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "account/access_store.hpp"
#include "base/result.hpp"
#include "web/contract.hpp"
#include "web/data.hpp"
#include "web/events.hpp"
#include "web/imports.hpp"
#include "web/message.hpp"
#include "web/models.hpp"
#include "web/oidc.hpp"
#include "web/rate.hpp"
#include "web/sessions.hpp"
#include "web/static_files.hpp"

namespace asepsis {

struct ServiceOptions {
  std::filesystem::path database;
  std::string version;             // of the program
  std::vector<std::string> hosts;  // what Host may say
  bool secure = false;             // behind TLS
  bool first_visit = false;        // the printed link lets one in
  std::chrono::seconds idle = Sessions::kIdle;
  OidcOptions oidc = {};
  std::function<void()> link_used = [] {};
};

// Who asks. No name: nobody that is known.
struct Principal {
  std::string user = {}, name = {}, role = {};
  std::vector<std::string> scopes = {};
  std::string csrf = {}, key = {};
  std::optional<Time> expires = {};
  bool by_token = false, by_password = false;

  bool known() const { return !user.empty(); }
  bool may(std::string_view scope) const;
};

// Where a request is answered: what takes long must not keep others waiting.
enum class Lane : std::uint8_t {
  quick,
  slow,
  question,  // in SQL: of people
  log_in,    // whatever else is asked, people get in
};

class Service {
 public:
  static Result<std::unique_ptr<Service>> make(ServiceOptions options);
  Service() = default;
  Service(const Service&) = delete;
  Service& operator=(const Service&) = delete;
  ~Service();

  // Whatever is asked, there is an answer.
  Response answer(const Request& request);
  Lane lane_of(const Request& request) const;
  // Why the body, a file, is not taken.
  std::optional<Response> refuse_upload(const Request& request);
  static bool takes_upload(const Request& request);
  // Nothing more is answered, and what is being answered ends soon.
  void end() const;
  // Whether a stream of events may go on.
  bool may_listen(const Request& request);

  // The parts that handlers use.
  ServiceOptions options;
  Contract contract = Contract::load();
  std::unique_ptr<AccessStore> access;
  Sessions sessions;
  std::unique_ptr<FirstVisit> first_visit;
  std::unique_ptr<Events> events;
  std::unique_ptr<DataKeeper> keeper;
  std::unique_ptr<Models> models;
  std::unique_ptr<Imports> imports;
  std::unique_ptr<Oidc> oidc;
  RateLimits rates;
  StaticFiles files;
  struct {
    std::chrono::steady_clock::time_point since = std::chrono::steady_clock::now();
    std::atomic<std::uint64_t> requests = 0, refused = 0, connections = 0;
  } counts;

 private:
  void warm(Data& data);
  void warm_today(Data& data, const ModelList& compared);
  Principal principal_of(const Request& request, bool by_person);
  Response answer_api(const Request& request);
  std::optional<Response> refuse(const Request& request, const struct Route& route,
                                 const Principal& who);
  static Response finished(const Request& request, Response response);
};

Time now_of_clock();

}  // namespace asepsis
