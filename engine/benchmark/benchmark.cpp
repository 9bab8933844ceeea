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

/// One contestant's way through the benchmark.
struct Entry {
  Contestant contestant;
  Setting chosen;
  double choosing = 0, seconds = 0;
  std::vector<RankedList> lists;  // of validation, then of the test users
};

class Benchmark {
 public:
  Benchmark(const Split& split, const Request& request)
      : split_(split),
        request_(request),
        protocol_(protocol_of(request.protocol)),
        limit_(std::max(kListLength, protocol_.cuts.back())) {
    for (const std::string& name : request.models) {
      if (name != kBlend) entries_.push_back({contestant(name, split.items), {}, 0, 0, {}});
    }
  }

  Result run() {
    choose();
    const std::vector<std::int32_t> users = users_with(split_.test);
    const SplitTables tables(split_.train, split_.items);
    const Stage stage{request_, split_.train, tables};
    Result result{protocol_,
                  static_cast<std::size_t>(split_.train.users()),
                  static_cast<std::size_t>(split_.items),
                  split_.train.items.size(),
                  split_.test.items.size(),
                  users.size(),
                  {}};
    for (Entry& entry : entries_) {
      const std::string& name = entry.contestant.name;
      request_.note(name + ": training on all of train");
      const Arguments& arguments = entry.chosen.model;
      TemporaryFolder folder;
      const Training trained = train(stage, name, arguments, folder.file("model"));
      Recommended recommended =
          recommend(stage, name, trained.version, entry.chosen.recall, users, limit_);
      entry.lists = std::move(recommended.lists);
      entry.seconds = trained.seconds + recommended.seconds;
      Json parameters = json_of(arguments);
      parameters.update(json_of(entry.chosen.recall));
      result.models.push_back({name, judged(entry.lists, users, split_.test), entry.seconds,
                               entry.choosing, json_text(parameters)});
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
    const SplitTables tables(validation.train, split_.items);
    const Stage stage{request_, validation.train, tables};
    for (Entry& entry : entries_) {
      const auto started = Clock::now();
      choose_setting(entry, stage, validation);
      entry.choosing = seconds_since(started);
    }
    if (has_blend()) choose_weights(validation);
    for (Entry& entry : entries_) entry.lists.clear();
  }

  /// Nothing can be compared: every model's first setting, and equal weights.
  void take_first() {
    request_.note("no user has " + std::to_string(kFewestTrainItems) +
                  " items in train: settings cannot be compared, the first ones are taken");
    for (Entry& entry : entries_) entry.chosen = entry.contestant.grid.front();
    if (has_blend()) weights_.emplace(entries_.size(), 1.0);
  }

  [[nodiscard]] bool has_blend() const {
    return std::find(request_.models.begin(), request_.models.end(), kBlend) !=
           request_.models.end();
  }

  void choose_setting(Entry& entry, const Stage& stage, const Validation& validation) {
    const std::string& name = entry.contestant.name;
    double best = -1;
    std::optional<TemporaryFolder> folder;
    Training trained;
    const Setting* before = nullptr;
    for (std::size_t k = 0; k < entry.contestant.grid.size(); ++k) {
      const Setting& setting = entry.contestant.grid[k];
      request_.note(name + ": comparing setting " + std::to_string(k + 1) + " of " +
                    std::to_string(entry.contestant.grid.size()));
      if (before == nullptr || json_of(before->model) != json_of(setting.model)) {
        folder.emplace();
        trained = train(stage, name, setting.model, folder->file("model"));
      }
      before = &setting;
      Recommended found =
          recommend(stage, name, trained.version, setting.recall, validation.users, limit_);
      const Metrics metrics = judged(found.lists, validation.users, validation.wanted);
      tell(name + " " + json_text(json_of(setting.model)) + json_text(json_of(setting.recall)) +
               ": ",
           metrics);
      if (!(worth(metrics) > best)) continue;
      best = worth(metrics);
      entry.chosen = setting;
      entry.lists = std::move(found.lists);
    }
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
    return {kBlend, metrics, seconds + seconds_since(started), choosing_weights_,
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
  const Protocol protocol_;
  const std::size_t limit_;
  std::vector<Entry> entries_;
  std::optional<std::vector<double>> weights_;
  double choosing_weights_ = 0;
};

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
  return Benchmark(split, request).run();
}

}  // namespace engine::benchmark
