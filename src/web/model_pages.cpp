// Models: the list, the variants of one, and the way to the safest.

#include <functional>
#include <optional>
#include <string>

#include "web/handlers.hpp"
#include "web/lists.hpp"
#include "web/model_answers.hpp"
#include "web/models.hpp"
#include "web/replies.hpp"

namespace asepsis {
namespace {

// Of the data that the models were compared in.
std::string age_of(const Asked& asked, const ModelList& list) {
  const bool older = list.version != asked.data.version();
  JsonObject age;
  age.text("version", older && !list.version.empty() ? list.version : asked.data.version());
  const std::int64_t last = older && list.last > 0 ? list.last : asked.data.estate().last;
  if (last > 0) age.text("as_of", time_text(last));
  age.raw("loading", flag_text(older || asked.service.keeper->loading()));
  return age.json();
}

// What is said of a model by its answers; none: that is no cursor of it.
using Part = std::function<std::optional<std::string>(const ModelAnswers&)>;

Response reply_with(const ModelAnswers& answers, const Part& part, const std::string& age) {
  const auto said = part(answers);
  if (!said) return no_cursor();
  return json_reply('{' + *said + ",\"data\":" + age + '}');
}

// As it was found out in the background; else found out now.
Response model_reply(const Asked& asked, const Part& part) {
  const std::string& id = asked.values.text("id");
  const auto list = asked.service.models->list();
  if (const ModelSummary* known = list->named(id); known != nullptr && known->answers)
    return reply_with(*known->answers, part, age_of(asked, *list));
  const auto drift = drift_named(asked.data, id);
  if (!drift) return not_found(drift.error().message);
  const auto answers = model_answers(asked.data, *drift);
  if (!answers) return failed(answers.error());
  return reply_with(*answers, part, data_age(asked));
}

}  // namespace

Response list_models(const Asked& asked) {
  const auto list = asked.service.models->list();
  return json_reply(
      JsonObject()
          .raw("items",
               json_array(list->models, [](const ModelSummary& model) { return model.json; }))
          .raw("data", age_of(asked, *list)));
}

Response get_model(const Asked& asked) {
  return model_reply(asked, [](const ModelAnswers& answers) { return answers.variants; });
}

Response get_model_plan(const Asked& asked) {
  const auto limit = static_cast<std::size_t>(asked.values.number("limit"));
  return model_reply(asked, [&](const ModelAnswers& answers) {
    return answers.plan_page(asked.values.text("cursor"), limit);
  });
}

}  // namespace asepsis
