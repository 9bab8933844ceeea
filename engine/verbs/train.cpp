// engine train NAME...|all: learns models from everybody's history as of a date.
#include <algorithm>
#include <cstdio>
#include <filesystem>
#include <map>
#include <memory>
#include <optional>

#include "app/peoples_training.hpp"
#include "app/train_request.hpp"
#include "core/calendar.hpp"
#include "core/counted.hpp"
#include "core/shown_text.hpp"
#include "store/users.hpp"
#include "verbs/shared_parameters.hpp"
#include "verbs/verbs.hpp"

namespace engine::verbs {
namespace {

/// Whose models are trained: the one who was named, or everybody.
class TrainedPeople {
 public:
  TrainedPeople(const app::Caller& caller, const ColumnOptions& options) : options_(options) {
    names_ = {caller.asked.user};
    if (!caller.asked.user.empty() || !std::filesystem::exists(options.store)) return;
    names_.clear();
    for (const User& user :
         list_users(Store::open(options.store, {.is_read_only = true, .may_create = false})))
      names_.push_back(user.name);
    if (names_.empty()) names_ = {""};  // prepare_columns() tells
  }

  [[nodiscard]] app::People people() {
    return {names_.size(), [this](std::size_t person) { return columns(person); }};
  }
  [[nodiscard]] std::size_t count() const { return names_.size(); }

 private:
  /// The first one's beside the library, as a run of theirs would have them; of the others, of whom
  /// there may be many, in memory.
  std::shared_ptr<const PreparedColumns> columns(std::size_t person) {
    if (person == 0) {
      options_.user = names_.front();
      return prepare_columns(options_);
    }
    if (!loader_) loader_.emplace(options_);
    const std::vector<User>& users = loader_->users();
    const auto user = std::find_if(users.begin(), users.end(),
                                   [&](const User& one) { return one.name == names_[person]; });
    if (user == users.end()) throw Error(Exit::kInput, names_[person] + " is gone meanwhile");
    return loader_->load(*user);
  }

  ColumnOptions options_;
  std::vector<std::string> names_;
  std::optional<ColumnLoader> loader_;
};

/// Which task of a shared training this is, or that it puts the parts together.
std::optional<SharedTraining> shared_training(const app::Caller& caller,
                                              const Arguments& arguments) {
  const bool is_merge = arguments.has("merge");
  if (!is_merge && !arguments.has("shard")) return std::nullopt;
  if (!arguments.has("as-of") && !caller.asked.is_now_given) {
    throw Error(Exit::kUsage, "a training that is shared needs --as-of",
                {"", "", "its tasks begin at different times, and all have to learn from the same",
                 "give all of them, and --merge, the same --as-of or --now"});
  }
  SharedTraining shared;
  shared.is_merge = is_merge;
  if (!is_merge) shared.shard = asked_shard(caller, arguments.text("shard"));
  shared.folder = output_folder(arguments.text(is_merge ? "merge" : "into"),
                                caller.home.kept_files(), arguments.flag("make-folders"));
  shared.patience_seconds = caller.home.settings().number("train.patience_seconds");
  return shared;
}

TrainRequest train_request(const app::Caller& caller, const Arguments& arguments) {
  const std::string& as_of = arguments.text("as-of");
  TrainRequest request = app::make_train_request(caller);
  request.names = arguments.texts("models");
  request.set = caller.asked.set;
  request.shared = shared_training(caller, arguments);
  if (arguments.has("sample")) request.taught = TaughtPeople::sample(arguments.number("sample"));
  request.as_of = as_of.empty() ? caller.asked.now : parse_time(as_of);
  return request;
}

std::string progress_line(const std::string& model, double fraction) {
  char percent[16];
  std::snprintf(percent, sizeof percent, "%3.0f %%  ", 100 * fraction);
  return percent + one_line(model);
}

/// What came of the models, in both forms, as each of them is done.
struct Trained {
  std::optional<SharedTraining> shared;
  Json all = Json::array();
  std::string text;

  void add(const TrainedModel& model) {
    if (model.shared) return add_task(model);
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

  /// Of a task of a shared training, which makes no version.
  void add_task(const TrainedModel& model) {
    const SharedWork& work = *model.shared;
    all.push_back({{"name", model.version.name},
                   {"trained", false},
                   {"shared",
                    {{"shard", shared->shard.index},
                     {"shards", shared->shard.count},
                     {"steps", work.steps},
                     {"made", work.made},
                     {"for_others", work.for_others}}}});
    text += "shard " + shared->shard.text() + " of " + model.version.name + ": " +
            counted(work.steps, "step") + ", " + counted(work.made, "part") + " made here, " +
            std::to_string(work.for_others) + " of them for others\n";
  }

  /// How many people have versions of their own now, where several might.
  void add_counts(std::size_t people) {
    std::map<std::string, std::size_t> counts;
    for (const Json& model : all) {
      if (model.contains("user"))
        counts[model.at("name").get<std::string>()] += model.at("trained").get<bool>() ? 1 : 0;
    }
    for (const auto& [name, count] : counts) {
      text += name + ": of their own for " + std::to_string(count) + " of " +
              std::to_string(people) + (people == 1 ? " person\n" : " people\n");
    }
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
  trained.shared = request.shared;
  TrainReports reports;
  reports.progress = [&](const std::string& model, double fraction) {
    caller.progress(progress_line(model, fraction));
  };
  reports.note = [&](const std::string& text) { caller.note(text); };
  reports.trained = [&](const TrainedModel& model) {
    caller.progress("");
    trained.add(model);
  };
  TrainedPeople people(caller, request.options);
  app::People asked = people.people();
  if (request.shared)
    asked.count = std::min<std::size_t>(asked.count, 1);  // no model of one person's is
  const app::PeoplesModels made = app::train_for_people(caller, request, asked, reports);
  if (asked.count > 1) trained.add_counts(people.count());
  const bool is_any = std::any_of(made.models.begin(), made.models.end(),
                                  [](const TrainedModel& model) { return model.no_data.empty(); });
  if (request.shared && request.shared->is_merge && is_any)
    trained.text += request.shared->folder + " stays; the model does not need it any more\n";
  const Exit exit = made.worst != Exit::kDone ? made.worst : is_any ? Exit::kDone : Exit::kNothing;
  return {exit, {{"models", trained.all}}, trained.text};
}

Parameter with_into(Parameter shard) {
  shard.needs = "into";
  return shard;
}

}  // namespace

std::vector<Verb> train_verbs() {
  return {
      {.name = "train",
       .help = "Learn models from everybody's listening",
       .parameters =
           {{.name = "models",
             .value_name = "NAME",
             .help = "Models, e.g. item_cf (see: engine models), or all",
             .is_first = true,
             .is_required = true,
             .is_several = true},
            {.name = "as-of",
             .value_name = "TIME",
             .help = "Learn from nothing later than this [default: --now, or now]"},
            {.name = "sample",
             .type = Type::kNumber,
             .value_name = "SHARE",
             .help =
                 "Learn from this share of the people only, by a hash of their names; the others "
                 "are folded in [default: 1, all]",
             .least = 1e-6,
             .most = 1},
            with_into(shard_parameter(
                "Make the I-th of N parts of each step, for a training on several machines")),
            {.name = "into",
             .value_name = "DIR",
             .help = "With --shard: the folder of the parts, which all tasks see",
             .needs = "shard",
             .is_local = true},
            {.name = "merge",
             .value_name = "DIR",
             .help = "Make the version of the parts that all shards have made in this folder",
             .excludes = "shard",
             .is_local = true},
            make_folders_parameter()},
       .footer =
           "--set PARAMETER=VALUE sets a model's parameter, --set MODEL.PARAMETER=VALUE where "
           "several\n"
           "are trained (see: engine plugins info model.item_cf). A run uses the latest version "
           "that\n"
           "was trained as of its --now or before. What a model learns from one person's own "
           "history\n"
           "serves that person only; such a model is trained for everybody, or for --user alone.\n"
           "--shard, --into and --merge are for a cluster: engine help cluster.",
       .answer = train}};
}

}  // namespace engine::verbs
