#include "benchmark/benchmark.hpp"

#include <algorithm>
#include <chrono>
#include <cstdio>
#include <filesystem>
#include <limits>
#include <optional>

#include <nlohmann/json.hpp>

#include "benchmark/blend.hpp"
#include "benchmark/contestants.hpp"
#include "benchmark/recommending.hpp"
#include "benchmark/sampled_users.hpp"
#include "benchmark/successive_halving.hpp"
#include "benchmark/validation.hpp"
#include "core/duration.hpp"
#include "core/error.hpp"
#include "core/json_text.hpp"
#include "core/temporary_folder.hpp"

namespace engine::benchmark {
namespace {

using Clock = std::chrono::steady_clock;
using Json = nlohmann::ordered_json;

constexpr const char* kBlend = "blend";
constexpr std::size_t kListLength = 500;  // of the lists that are blended

std::vector<std::int32_t> users_with(const ItemsOfUsers& wanted) {
  std::vector<std::int32_t> users;
  for (std::int32_t user = 0; user < wanted.users(); ++user) {
    if (!wanted.of(user).empty()) users.push_back(user);
  }
  return users;
}

Json json_of(const Arguments& arguments) {
  Json json = Json::object();
  for (const auto& [name, value] : arguments) {
    if (const auto* number = std::get_if<double>(&value)) json[name] = *number;
    if (const auto* text = std::get_if<std::string>(&value)) json[name] = *text;
    if (const auto* flag = std::get_if<bool>(&value)) json[name] = *flag;
  }
  return json;
}

/// With those of `instead` in the place of what they are called alike.
Arguments replaced(Arguments arguments, const Arguments& instead) {
  for (const auto& [name, value] : instead) {
    const auto found =
        std::find_if(arguments.begin(), arguments.end(),
                     [&, &wanted = name](const auto& one) { return one.first == wanted; });
    if (found != arguments.end()) found->second = value;
  }
  return arguments;
}

/// One contestant's way through the benchmark.
struct Entry {
  Contestant contestant;
  Setting chosen = {};
  HalvingChoice choice = {};
  double choosing = 0, seconds = 0;
  std::vector<RankedList> lists = {};  // of validation, then of the test users
};

/// What models are trained on, and what lists are made of: the same but where a sample teaches.
class Stages {
 public:
  Stages(const Request& request, const ItemsOfUsers& train, std::int32_t items)
      : sample_(sampled(train, request.train_share)),
        tables_(train, items),
        sample_tables_(sample_, items),
        all_{request, train, tables_},
        taught_{request, sample_, sample_tables_} {}
  Stages(const Stages&) = delete;
  Stages& operator=(const Stages&) = delete;

  [[nodiscard]] const Stage& all() const { return all_; }
  [[nodiscard]] const Stage& taught() const { return taught_; }

 private:
  const ItemsOfUsers sample_;
  const SplitTables tables_, sample_tables_;
  const Stage all_, taught_;
};

/// Judges a contestant's settings in validation.
class Trial {
 public:
  Trial(const Contestant& contestant, const Stages& stages, const Validation& validation,
        std::size_t limit)
      : contestant_(contestant), stages_(stages), validation_(validation), limit_(limit) {}

  struct Found {
    std::vector<std::int32_t> users;
    std::vector<RankedList> lists;  // parallel
  };
  Found find(std::size_t setting, std::size_t round) {
    const Setting& one = contestant_.settings[setting];
    const Round& by = contestant_.rounds[round];
    train_unless_alike(replaced(one.model, by.model));
    Found found{validation_.some(by.users), {}};
    found.lists = recommend(stages_.all(), contestant_.name, trained_.version, one.recall,
                            found.users, limit_)
                      .lists;
    return found;
  }

 private:
  void train_unless_alike(const Arguments& model) {
    std::string text = json_text(json_of(model));
    if (text == trained_as_) return;
    folder_.emplace();
    trained_ = train(stages_.taught(), contestant_.name, model, folder_->file("model"));
    trained_as_ = std::move(text);
  }

  const Contestant& contestant_;
  const Stages& stages_;
  const Validation& validation_;
  const std::size_t limit_;
  std::optional<TemporaryFolder> folder_;
  Training trained_;
  std::string trained_as_;
};

class Benchmark {
 public:
  Benchmark(const Split& split, const Request& request)
      : split_(split),
        request_(request),
        protocol_(protocol_of(request.protocol)),
        limit_(std::max(kListLength, protocol_.cuts.back())) {
    for (const std::string& name : request.models) {
      if (name != kBlend) entries_.push_back({contestant(name, split, request.random_seed)});
    }
    if (!request.chosen_by.empty()) protocol_.judged_by = request.chosen_by;
  }

  Result run() {
    choose();
    const std::vector<std::int32_t> users = judged_users();
    const Stages stages(request_, split_.train, split_.items);
    Result result{protocol_,
                  static_cast<std::size_t>(split_.train.users()),
                  static_cast<std::size_t>(split_.items),
                  split_.train.items.size(),
                  split_.test.items.size(),
                  static_cast<std::size_t>(stages.taught().train.users()),
                  users.size(),
                  {}};
    for (Entry& entry : entries_) {
      const std::string& name = entry.contestant.name;
      request_.note(name + ": training on " +
                    (request_.train_share < 1 ? "the sample of train" : "all of train"));
      const Arguments& arguments = entry.chosen.model;
      TemporaryFolder folder;
      const Training trained = train(stages.taught(), name, arguments, folder.file("model"));
      Recommended recommended =
          recommend(stages.all(), name, trained.version, entry.chosen.recall, users, limit_);
      entry.lists = std::move(recommended.lists);
      entry.seconds = trained.seconds + recommended.seconds;
      Json parameters = json_of(arguments);
      parameters.update(json_of(entry.chosen.recall));
      result.models.push_back({name, judged(entry.lists, users, split_.test), entry.seconds,
                               entry.choosing, compared(entry), entry.choice.is_cut_short,
                               json_text(parameters)});
      tell(name + ": ", result.models.back().metrics);
    }
    if (weights_) result.models.push_back(blend_result(users));
    in_order_asked(result);
    return result;
  }

 private:
  // ---- validation ----

  void choose() {
    const Validation validation = hold_out(split_);
    if (validation.users.empty()) return take_first();
    const Stages stages(request_, validation.train, split_.items);
    for (Entry& entry : entries_) {
      const auto started = Clock::now();
      choose_setting(entry, stages, validation);
      entry.choosing = seconds_since(started);
    }
    if (has_blend()) choose_weights(validation);
    for (Entry& entry : entries_) entry.lists.clear();
  }

  /// Nothing can be compared: every model's first setting, and equal weights.
  void take_first() {
    request_.note("no user has " + std::to_string(kFewestTrainItems) +
                  " items in train: settings cannot be compared, the first ones are taken");
    for (Entry& entry : entries_) entry.chosen = entry.contestant.settings.front();
    if (has_blend()) weights_.emplace(entries_.size(), 1.0);
  }

  [[nodiscard]] bool has_blend() const {
    return std::find(request_.models.begin(), request_.models.end(), kBlend) !=
           request_.models.end();
  }

  void choose_setting(Entry& entry, const Stages& stages, const Validation& validation) {
    const Contestant& contestant = entry.contestant;
    Trial trial(contestant, stages, validation, limit_);
    Best best;
    std::size_t left = contestant.settings.size(), done = 0, last_round = 0;
    const auto worth_in_round = [&](std::size_t setting, std::size_t round) {
      if (round != last_round) {
        left = settings_left(left);
        last_round = round;
        done = 0;
      }
      request_.note(contestant.name + ": round " + std::to_string(round + 1) + " of " +
                    std::to_string(contestant.rounds.size()) + ", comparing setting " +
                    std::to_string(++done) + " of " + std::to_string(left));
      Trial::Found found = trial.find(setting, round);
      const Metrics metrics = judged(found.lists, found.users, validation.wanted);
      tell(told(contestant, setting), metrics);
      if (round + 1 == contestant.rounds.size()) best.offer(worth(metrics), std::move(found.lists));
      return worth(metrics);
    };
    const auto started = Clock::now();
    entry.choice = successive_halving(
        contestant.settings.size(), contestant.rounds.size(), worth_in_round, [&] {
          return request_.search_seconds > 0 && seconds_since(started) > request_.search_seconds;
        });
    entry.chosen = contestant.settings[entry.choice.setting];
    if (entry.choice.is_cut_short) {
      request_.note(contestant.name + ": time is up in round " +
                    std::to_string(entry.choice.round + 1) +
                    ": the best of what was compared by then is taken, which may be another one on "
                    "another machine");
    }
    if (!has_blend()) return;
    if (best.lists.empty())
      best.lists = trial.find(entry.choice.setting, contestant.rounds.size() - 1).lists;
    entry.lists = std::move(best.lists);
  }

  /// The lists of the best of the last round.
  struct Best {
    double worth = -1;
    std::vector<RankedList> lists = {};

    void offer(double of, std::vector<RankedList> its) {
      if (!(of > worth)) return;
      worth = of;
      lists = std::move(its);
    }
  };

  static std::string told(const Contestant& contestant, std::size_t setting) {
    const Setting& one = contestant.settings[setting];
    return contestant.name + " " + json_text(json_of(one.model)) + json_text(json_of(one.recall)) +
           ": ";
  }

  static std::size_t compared(const Entry& entry) {
    return std::min(entry.choice.judged, entry.contestant.settings.size());
  }

  void choose_weights(const Validation& validation) {
    const auto started = Clock::now();
    request_.note("blend: comparing weights");
    weights_ = search_weights(entries_.size(), [&](const std::vector<double>& weights) {
      return worth(judged_blend(weights, validation.users, validation.wanted));
    });
    choosing_weights_ = seconds_since(started);
  }

  [[nodiscard]] double worth(const Metrics& metrics) const {
    double sum = 0;
    for (const std::string& name : protocol_.judged_by) sum += metrics.at(protocol_, name);
    return sum;
  }

  // ---- judging ----

  [[nodiscard]] std::vector<std::int32_t> judged_users() const {
    std::vector<std::int32_t> users = users_with(split_.test);
    std::erase_if(users,
                  [&](std::int32_t user) { return is_sampled(user, request_.judge_outside); });
    if (users.empty())
      throw Error(
          Exit::kInput, "nobody is left to be judged",
          {"", "", "all users with test items are in the sample", "judge outside of fewer"});
    return users;
  }

  [[nodiscard]] Metrics judged(const std::vector<RankedList>& lists,
                               const std::vector<std::int32_t>& users,
                               const ItemsOfUsers& wanted) const {
    std::vector<Metrics> all;
    for (std::size_t k = 0; k < users.size(); ++k)
      all.push_back(judge(protocol_, lists[k].tracks, wanted.of(users[k])));
    return mean(all);
  }

  [[nodiscard]] Metrics judged_blend(const std::vector<double>& weights,
                                     const std::vector<std::int32_t>& users,
                                     const ItemsOfUsers& wanted) const {
    std::vector<Metrics> all;
    for (std::size_t k = 0; k < users.size(); ++k) {
      std::vector<const RankedList*> lists;
      for (const Entry& entry : entries_) lists.push_back(&entry.lists[k]);
      all.push_back(
          judge(protocol_, blend(lists, weights, protocol_.cuts.back()), wanted.of(users[k])));
    }
    return mean(all);
  }

  [[nodiscard]] ModelResult blend_result(const std::vector<std::int32_t>& users) const {
    const auto started = Clock::now();
    Json weights = Json::object();
    double seconds = 0;
    for (std::size_t k = 0; k < entries_.size(); ++k) {
      weights[entries_[k].contestant.name] = (*weights_)[k];
      seconds += entries_[k].seconds;
    }
    const Metrics metrics = judged_blend(*weights_, users, split_.test);
    tell("blend: ", metrics);
    return {kBlend,
            metrics,
            seconds + seconds_since(started),
            choosing_weights_,
            0,
            false,
            json_text(Json{{"by", "calibrated"}, {"weights", weights}})};
  }

  void tell(const std::string& what, const Metrics& metrics) const {
    std::string text = what;
    for (const std::string& name : protocol_.judged_by) {
      char figure[32];
      std::snprintf(figure, sizeof figure, " %.4f", metrics.at(protocol_, name));
      text += name + figure + "  ";
    }
    request_.detail(text);
  }

  void in_order_asked(Result& result) const {
    const auto place = [&](const ModelResult& model) {
      return std::find(request_.models.begin(), request_.models.end(), model.name);
    };
    std::stable_sort(result.models.begin(), result.models.end(),
                     [&](const auto& a, const auto& b) { return place(a) < place(b); });
  }

  const Split& split_;
  const Request& request_;
  Protocol protocol_;
  const std::size_t limit_;
  std::vector<Entry> entries_;
  std::optional<std::vector<double>> weights_;
  double choosing_weights_ = 0;
};

void check_metrics(const Request& request) {
  const Protocol protocol = protocol_of(request.protocol);
  const std::vector<std::string> known = metric_names(protocol);
  std::string all;
  for (const std::string& name : known) all += (all.empty() ? "" : ", ") + name;
  for (const std::string& name : request.chosen_by) {
    if (std::find(known.begin(), known.end(), name) != known.end()) continue;
    const std::string near = nearest(name, known);
    throw Error(Exit::kUsage, "there is no metric \"" + name + "\" to choose by",
                {"", "", "they are " + all, near.empty() ? "" : "did you mean " + near + "?"});
  }
}

void check_models(const std::vector<std::string>& models) {
  std::vector<std::string> known = contestant_names();
  known.emplace_back(kBlend);
  std::string all;
  for (const std::string& name : known) all += (all.empty() ? "" : ", ") + name;
  for (const std::string& name : models) {
    if (std::count(models.begin(), models.end(), name) > 1)
      throw Error(Exit::kUsage, "--models names " + name + " twice");
    if (std::find(known.begin(), known.end(), name) != known.end()) continue;
    const std::string near = nearest(name, known);
    throw Error(Exit::kUsage, "there is no model \"" + name + "\" to benchmark",
                {"", "", "they are " + all, near.empty() ? "" : "did you mean " + near + "?"});
  }
  const bool has_blend = std::find(models.begin(), models.end(), kBlend) != models.end();
  if (has_blend && models.size() < 3) {
    throw Error(Exit::kUsage, "a blend needs two models or more",
                {"", "", "", "name them with it: --models item_cf,ease,blend"});
  }
}

}  // namespace

Result run_benchmark(const Split& split, const Request& request) {
  check_models(request.models);
  check_metrics(request);
  return Benchmark(split, request).run();
}

}  // namespace engine::benchmark
