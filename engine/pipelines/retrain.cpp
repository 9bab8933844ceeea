#include "pipelines/retrain.hpp"

#include <algorithm>
#include <cmath>
#include <filesystem>
#include <set>

#include "app/date_models.hpp"
#include "app/train_request.hpp"
#include "core/calendar.hpp"
#include "core/duration.hpp"
#include "core/file_lock.hpp"
#include "core/shown_text.hpp"
#include "patterns/retrain_gate.hpp"
#include "pipelines/drift_look.hpp"
#include "pipelines/steps.hpp"

namespace engine::pipelines {
namespace {

using Json = nlohmann::ordered_json;

constexpr const char* kKind = "model.";
/// In the order in which they read each other.
constexpr const char* kUsual[] = {"model.moods", "model.next_mood", "model.session_start"};

std::string short_name(const std::string& model) {
  return model.starts_with(kKind) ? model.substr(6) : model;
}

std::string full_name(const std::string& model) {
  return model.starts_with(kKind) ? model : kKind + model;
}

/// Throws Error(kUsage) for one that no plugin offers.
std::vector<std::string> chosen(const RetrainOptions& options, const std::set<std::string>& all) {
  std::vector<std::string> models;
  for (const std::string& name : options.models) {
    const std::string model = full_name(name);
    if (!all.contains(model)) {
      const std::string near = nearest(model, {all.begin(), all.end()});
      throw Error(Exit::kUsage, "there is no model \"" + one_line(name) + "\"",
                  {"", "", "", near.empty() ? "see: engine models" : "did you mean " + near + "?"});
    }
    if (std::find(models.begin(), models.end(), model) == models.end()) models.push_back(model);
  }
  if (!models.empty()) return models;
  for (const char* model : kUsual)
    if (all.contains(model)) models.emplace_back(model);
  return models;
}

void add_numbers(const Json& card, std::map<std::string, double>& figures) {
  static const std::set<std::string> kEngines = {"as_of", "trained_at", "random_seed",
                                                 "retrain_days"};
  for (const auto& [name, value] : card.items())
    if (value.is_number() && !kEngines.contains(name)) figures[name] = value.get<double>();
}

/// What a model tells of itself: the numbers at its card's top, and where it says how several ways
/// fared, those of the one that serves.
std::map<std::string, double> card_figures(const std::string& text) {
  std::map<std::string, double> figures;
  const Json card = Json::parse(text);
  add_numbers(card, figures);
  if (card.contains("serves") && card.contains("ways") && card.at("serves").is_string()) {
    const auto& ways = card.at("ways");
    if (const auto serving = ways.find(card.at("serves").get<std::string>());
        ways.is_object() && serving != ways.end())
      add_numbers(*serving, figures);
  }
  return figures;
}

/// Another model that `version` read and that has a newer one by now; "" for none.
std::string renewed_model(Pass& pass, const ModelVersion& version) {
  const Json card = Json::parse(version.card);
  if (!card.contains("models")) return "";
  for (const auto& [name, mark] : card.at("models").items()) {
    if (name == version.name) continue;  // its own last one, for what stays as it was
    const ModelVersion* newest = pass.model(name);
    if (newest != nullptr && version_mark(*newest) != mark.get<std::string>()) return name;
  }
  return "";
}

class Retraining {
 public:
  Retraining(const app::Caller& caller, const RetrainOptions& options)
      : caller_(caller),
        options_(options),
        trainable_(app::trainable_models(caller)),
        models_(chosen(options, trainable_)) {}

  PipelineReport run() {
    PipelineReport report;
    for (const User& user : people_of(caller_)) {
      Pass pass(caller_, "retrain", user);
      drift_.reset();
      for (const std::string& model : models_)
        if (!shared_.contains(model)) step(pass, model);
      report.people.push_back({user.name, pass.rows()});
      if (report.worst == Exit::kDone) report.worst = pass.worst();
    }
    return report;
  }

 private:
  void step(Pass& pass, const std::string& model) {
    const Due due = decide(pass, model);
    if (!due.is_due) {
      pass.make(short_name(model), [&] {
        return StepResult{.outcome = Outcome::kSkipped,
                          .reason = due.reason,
                          .figures = {{"age_days", due.age_days}}};
      });
      return;
    }
    train(pass, model, due);
  }

  struct Due {
    bool is_due = false;
    std::string reason;
    double age_days = 0;
  };

  Due decide(Pass& pass, const std::string& model) {
    const ModelVersion* version = pass.model(model);
    const auto trained = version ? std::optional(version->as_of) : std::nullopt;
    const int most_days = most_days_of(version);
    // Nothing is looked at where the answer is plain.
    patterns::RetrainDecision decision =
        patterns::retrain_decision(trained, pass.now(), nullptr, most_days);
    if (options_.is_forced) return {true, "it was asked for", decision.age_days};
    if (!decision.is_due()) {
      if (const std::string read = renewed_model(pass, *version); !read.empty())
        return {true, read + ", which it reads, was trained since", decision.age_days};
      decision = patterns::retrain_decision(trained, pass.now(), drift(pass), most_days);
    }
    return {decision.is_due(), decision.reason(), decision.age_days};
  }

  [[nodiscard]] int most_days_of(const ModelVersion* version) const {
    if (version != nullptr) {
      const Json card = Json::parse(version->card);
      if (card.contains("retrain_days") && card.at("retrain_days").is_number_integer())
        return card.at("retrain_days").get<int>();
    }
    return static_cast<int>(caller_.home.settings().integer("retrain.days"));
  }

  /// Of the person whose pass it is; looked at once.
  const patterns::DriftReport* drift(Pass& pass) {
    if (!drift_) drift_.emplace(drift_look(pass.tables(), pass.models()));
    return *drift_ ? &**drift_ : nullptr;
  }

  void train(Pass& pass, const std::string& model, const Due& due) {
    const auto started = std::chrono::steady_clock::now();
    MetricsRow row = pass.row_of(short_name(model));
    row.figures["age_days"] = due.age_days;
    bool is_recorded = false;
    TrainReports reports;
    reports.progress = [&](const std::string& name, double fraction) {
      caller_.progress(std::to_string(std::lround(100 * fraction)) + " %  " + one_line(name));
    };
    reports.note = [&](const std::string& text) { caller_.note(text); };
    reports.adding = [&](Store& store, const ModelVersion& version) {
      if (version.name != model) return;  // one that it reads
      row.outcome = Outcome::kDone;
      row.reason = "trained, as " + due.reason;
      row.figures.merge(card_figures(version.card));
      row.milliseconds = std::lround(1000 * seconds_since(started));
      add_metrics(store, row);
      is_recorded = true;
    };
    reports.trained = [&](const TrainedModel& one) {
      caller_.progress("");
      if (one.version.name == model && one.version.user_id == 0) shared_.insert(model);
    };
    const auto recorded = [&] { return is_recorded; };
    pass.forget_models();
    pass.make_recording(row, recorded, [&] { return train_one(pass, model, reports); });
    pass.forget_models();
  }

  /// Also those that it reads and that the person has none of.
  StepResult train_one(Pass& pass, const std::string& model, const TrainReports& reports) {
    TrainRequest request = app::make_train_request(caller_);
    request.names = {model};
    request.as_of = pass.now();
    for (const std::string& other : trainable_)
      if (other != model && pass.model(other) == nullptr) request.if_read.insert(other);
    request.options.user = pass.user().name;
    request.columns = prepare_columns(request.options);
    pass.close_store();
    for (const TrainedModel& one : train_models(request, reports))
      if (one.version.name == model && !one.no_data.empty())
        return {.outcome = Outcome::kNothing, .reason = "nothing to learn from: " + one.no_data};
    return {};
  }

  const app::Caller& caller_;
  const RetrainOptions& options_;
  std::set<std::string> trainable_;
  std::vector<std::string> models_;
  std::set<std::string> shared_;                               // everybody's, that were trained
  std::optional<std::optional<patterns::DriftReport>> drift_;  // the person's, once looked at
};

}  // namespace

PipelineReport retrain(const app::Caller& caller, const RetrainOptions& options) {
  if (!std::filesystem::exists(caller.home.library_path()) || people_of(caller).empty())
    throw Error(Exit::kNothing, "nobody is in the library yet",
                {.where = caller.home.library_path(),
                 .source = {},
                 .why = "models learn from somebody's listening",
                 .fix = "import a listening history first, or try: engine demo"});
  const FileLock lock(caller.home.library_path() + ".retrain.lock", "retraining of this library");
  return Retraining(caller, options).run();
}

}  // namespace engine::pipelines
