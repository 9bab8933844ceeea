// A pipeline is steps that are made one after the other for one person; what each came to is a row of
// the table "metrics" (store/metrics.hpp).
//
// A step that fails costs itself: the others are made all the same. Ctrl-C and a store that cannot be
// written end the pass.
#pragma once

#include <functional>
#include <memory>
#include <optional>
#include <string>

#include <nlohmann/json.hpp>

#include "app/caller.hpp"
#include "data/as_of.hpp"
#include "models/models.hpp"
#include "store/metrics.hpp"
#include "store/users.hpp"

namespace engine::pipelines {

/// What a step came to.
struct StepResult {
  Outcome outcome = Outcome::kDone;
  std::string reason = {};                     // one sentence without a full stop
  std::map<std::string, double> figures = {};  // those that are finite are kept
  nlohmann::ordered_json state = nullptr;      // null: the state of before holds
  Exit exit = Exit::kDone;                     // of what failed in it and was told
};

/// What the steps of one person's pass share.
class Pass {
 public:
  /// `user` as the store has them.
  Pass(const app::Caller& caller, std::string pipeline, User user)
      : caller_(caller), pipeline_(std::move(pipeline)), user_(std::move(user)) {}

  [[nodiscard]] const app::Caller& caller() const { return caller_; }
  [[nodiscard]] const User& user() const { return user_; }
  [[nodiscard]] std::int64_t now() const { return caller_.asked.now; }
  /// Opened at first use; closed before what forks, which must not carry it over.
  [[nodiscard]] Store& store();
  void close_store() { store_.reset(); }
  /// The library as the person sees it; loaded at first use.
  [[nodiscard]] const AsOf& tables();
  /// Every version of a model, as list_models() has them; read at first use.
  [[nodiscard]] const std::vector<ModelVersion>& models();
  /// The person's version of a model as of now; nullptr for none.
  [[nodiscard]] const ModelVersion* model(const std::string& name);
  /// The number of the person's last import by now; 0: none.
  [[nodiscard]] std::int64_t last_import();
  /// What a step left to go on from; null for none.
  [[nodiscard]] nlohmann::ordered_json state_of(const std::string& step);

  /// Makes a step and records it.
  void make(const std::string& step, const std::function<StepResult()>& make);
  /// The same of a step that records itself as done, in the transaction of what it writes: then
  /// `is_recorded` says so, and `row` is what it wrote.
  void make_recording(MetricsRow& row, const std::function<bool()>& is_recorded,
                      const std::function<StepResult()>& make);
  /// A row of a step, still without what came of it.
  [[nodiscard]] MetricsRow row_of(const std::string& step) const;
  /// Some have been trained.
  void forget_models() { models_.reset(); }

  [[nodiscard]] const std::vector<MetricsRow>& rows() const { return rows_; }
  /// Of what failed; each was told.
  [[nodiscard]] Exit worst() const { return worst_; }

 private:
  const app::Caller& caller_;
  std::string pipeline_;
  User user_;
  std::optional<Store> store_;
  std::unique_ptr<AsOf> tables_;
  std::optional<std::vector<ModelVersion>> models_;
  std::vector<MetricsRow> rows_;
  Exit worst_ = Exit::kDone;
};

/// Those whom a pipeline is made for: who was asked for, or everybody, by id.
std::vector<User> people_of(const app::Caller& caller);

/// What each of a person's steps came to, for people: a line each.
std::string steps_text(const std::vector<MetricsRow>& rows);

}  // namespace engine::pipelines
