// How the devices of each model differ, found out in the background for each
// version of the data: a large estate takes longer than anybody waits.

#pragma once

#include <condition_variable>
#include <functional>
#include <memory>
#include <mutex>
#include <optional>
#include <string>
#include <string_view>
#include <thread>
#include <vector>

#include "assess/drift.hpp"
#include "base/result.hpp"
#include "web/data.hpp"
#include "web/events.hpp"
#include "web/model_answers.hpp"

namespace asepsis {

struct ModelSummary {
  std::string json;  // as the contract says it
  std::size_t at_least = 0, at_risk = 0, devices = 0, variants = 0;
  std::string id, name;
  // What its own page shows; none where all of them would take too much memory.
  std::optional<ModelAnswers> answers = {};
};

struct ModelList {
  std::string version;               // of the data
  std::int64_t last = 0;             // the latest that was heard then, ns
  std::vector<ModelSummary> models;  // the more ways, the sooner

  const ModelSummary* named(std::string_view id) const;
};

class Models {
 public:
  // Called before a newer list is shown: what takes long is made of it then.
  using Prepare = std::function<void(Data&, const ModelList&)>;

  Models(DataKeeper& keeper, Events& events, Prepare prepare);
  Models(const Models&) = delete;
  Models& operator=(const Models&) = delete;
  ~Models();

  // There is a newer version of the data.
  void renew();
  // The latest that is known; may be of an older version.
  std::shared_ptr<const ModelList> list() const;

 private:
  void work(const std::stop_token& stop);
  static std::shared_ptr<const ModelList> assess(Data& data, const std::stop_token& stop);

  DataKeeper& keeper_;
  Events& events_;
  Prepare prepare_;
  mutable std::mutex mutex_;
  std::condition_variable_any wake_;
  bool asked_ = false;
  std::shared_ptr<const ModelList> list_ = std::make_shared<ModelList>();
  std::jthread thread_;
};

// "baxter~spectrumiq".
std::string model_id(const Cohort& cohort);
// Of the models that are written so, the one of that id.
Result<std::vector<Drift>> drift_of(Database& database, const std::string& model);
// Fails if there is none.
Result<Drift> drift_named(Data& data, const std::string& id);
// What most of its devices are.
std::string class_of(const Estate& estate, const Cohort& cohort);

}  // namespace asepsis
