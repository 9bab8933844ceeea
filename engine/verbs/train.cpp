// engine train NAME...|all: learns models from everybody's history as of a date.
#include <algorithm>
#include <cstdio>
#include <filesystem>

#include "app/train_request.hpp"
#include "core/calendar.hpp"
#include "core/shown_text.hpp"
#include "store/users.hpp"
#include "verbs/verbs.hpp"

namespace engine::verbs {
namespace {

/// For a model that learns from everybody it does not matter in whose name the catalogue is read;
/// what one learns from a person's own is that person's.
std::string any_user(const app::Caller& caller) {
  if (!caller.asked.user.empty() || !std::filesystem::exists(caller.home.library_path()))
    return caller.asked.user;
  const std::vector<User> users = list_users(
      Store::open(caller.home.library_path(), {.is_read_only = true, .may_create = false}));
  return users.empty() ? "" : users.front().name;
}

TrainRequest train_request(const app::Caller& caller, const Arguments& arguments) {
  const std::string& as_of = arguments.text("as-of");
  TrainRequest request = app::make_train_request(caller);
  request.names = arguments.texts("models");
  request.set = caller.asked.set;
  request.as_of = as_of.empty() ? caller.asked.now : parse_time(as_of);
  request.options.user = any_user(caller);
  request.columns = prepare_columns(request.options);
  return request;
}

std::string progress_line(const std::string& model, double fraction) {
  char percent[16];
  std::snprintf(percent, sizeof percent, "%3.0f %%  ", 100 * fraction);
  return percent + one_line(model);
}

/// What came of the models, in both forms, as each of them is done.
struct Trained {
  Json all = Json::array();
  std::string text;

  void add(const TrainedModel& model) {
    Json json = {{"name", model.version.name}, {"trained", model.no_data.empty()}};
    std::string whose;
    if (model.version.user_id != 0) {
      json["user"] = model.version.user;
      whose = " of " + one_line(model.version.user);
    }
    if (!model.no_data.empty()) {
      json["why"] = model.no_data;
      all.push_back(std::move(json));
      text += model.version.name + whose + ": nothing to learn from: " + model.no_data + "\n";
      return;
    }
    const Json card = Json::parse(model.version.card);
    json["card"] = card;
    all.push_back(std::move(json));
    char seconds[32];
    std::snprintf(seconds, sizeof seconds, "%.2f s", card.at("seconds").get<double>());
    text += model.version.name + whose + ": trained as of " + format_time(model.version.as_of) +
            " in " + seconds + "\n";
  }
};

Answer train(const app::Caller& caller, const Arguments& arguments) {
  const TrainRequest request = train_request(caller, arguments);
  if (request.as_of > caller.asked.now) {
    throw Error(
        Exit::kUsage,
        "--as-of " + arguments.text("as-of") + " lies after now, " + format_time(caller.asked.now),
        {"", "", "no run could use the model before that time", "take an earlier --as-of"});
  }
  Trained trained;
  TrainReports reports;
  reports.progress = [&](const std::string& model, double fraction) {
    caller.progress(progress_line(model, fraction));
  };
  reports.note = [&](const std::string& text) { caller.note(text); };
  reports.trained = [&](const TrainedModel& model) {
    caller.progress("");
    trained.add(model);
  };
  const std::vector<TrainedModel> models = train_models(request, reports);
  const bool is_any = std::any_of(models.begin(), models.end(),
                                  [](const TrainedModel& model) { return model.no_data.empty(); });
  return {is_any ? Exit::kDone : Exit::kNothing, {{"models", trained.all}}, trained.text};
}

}  // namespace

std::vector<Verb> train_verbs() {
  return {
      {.name = "train",
       .help = "Learn models from everybody's listening",
       .parameters = {{.name = "models",
                       .value_name = "NAME",
                       .help = "Models, e.g. item_cf (see: engine models), or all",
                       .is_first = true,
                       .is_required = true,
                       .is_several = true},
                      {.name = "as-of",
                       .value_name = "TIME",
                       .help = "Learn from nothing later than this [default: --now, or now]"}},
       .footer =
           "--set PARAMETER=VALUE sets a model's parameter, --set MODEL.PARAMETER=VALUE where "
           "several\n"
           "are trained (see: engine plugins info model.item_cf). A run uses the latest version "
           "that\n"
           "was trained as of its --now or before. What a model learns from one person's own "
           "history\n"
           "(of --user) serves that person only.",
       .answer = train}};
}

}  // namespace engine::verbs
