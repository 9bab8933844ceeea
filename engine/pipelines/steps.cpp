#include "pipelines/steps.hpp"

#include <algorithm>
#include <chrono>
#include <cmath>

#include "app/default_user.hpp"
#include "app/library_tables.hpp"
#include "core/duration.hpp"
#include "core/json_text.hpp"
#include "core/shown_text.hpp"

namespace engine::pipelines {
namespace {

/// What ends the pass and not only the step.
bool ends_all(const Error& error) {
  return error.exit() == Exit::kInterrupted || error.exit() == Exit::kStore;
}

}  // namespace

Store& Pass::store() {
  if (!store_) store_ = Store::open(caller_.home.library_path(), {.may_create = false});
  return *store_;
}

const AsOf& Pass::tables() {
  if (!tables_) {
    app::Caller caller = caller_;
    caller.asked.user = user_.name;
    tables_ = app::library_tables(caller);
  }
  return *tables_;
}

const std::vector<ModelVersion>& Pass::models() {
  if (!models_) models_ = list_models(store());
  return *models_;
}

const ModelVersion* Pass::model(const std::string& name) {
  for (const ModelVersion& version : models())
    if (version.name == name && version.as_of <= now() && version.user_id == user_.id)
      return &version;
  for (const ModelVersion& version : models())
    if (version.name == name && version.as_of <= now() && version.user_id == 0) return &version;
  return nullptr;
}

std::int64_t Pass::last_import() {
  return store()
      .prepare("SELECT max(ingestion_id) FROM ingestions WHERE user_id = ?1 AND started_at <= ?2")
      .find_integer(user_.id, now())
      .value_or(0);
}

nlohmann::ordered_json Pass::state_of(const std::string& step) {
  const auto row = last_with_state(store(), user_.id, pipeline_, step, now());
  return row ? nlohmann::ordered_json::parse(row->state) : nlohmann::ordered_json();
}

MetricsRow Pass::row_of(const std::string& step) const {
  return {.user_id = user_.id, .pipeline = pipeline_, .step = step, .at = now()};
}

void Pass::make(const std::string& step, const std::function<StepResult()>& make) {
  MetricsRow row = row_of(step);
  make_recording(
      row, [] { return false; }, make);
}

void Pass::make_recording(MetricsRow& row, const std::function<bool()>& is_recorded,
                          const std::function<StepResult()>& make) {
  const auto started = std::chrono::steady_clock::now();
  StepResult result;
  try {
    result = make();
  } catch (const Error& error) {
    if (ends_all(error)) throw;
    caller_.error(Error(error.exit(), one_line(user_.name) + ", " + row.step + ": " + error.what(),
                        error.parts()));
    result = {.outcome = Outcome::kFailed, .reason = error.what(), .exit = error.exit()};
  }
  if (worst_ == Exit::kDone) worst_ = result.exit;
  if (!is_recorded()) {
    row.outcome = result.outcome;
    row.reason = std::move(result.reason);
    row.figures.merge(result.figures);
    std::erase_if(row.figures, [](const auto& figure) { return !std::isfinite(figure.second); });
    if (!result.state.is_null()) row.state = json_text(result.state);
    row.milliseconds = std::lround(1000 * seconds_since(started));
    Transaction transaction(store());
    add_metrics(store(), row);
    transaction.commit();
  }
  rows_.push_back(row);
}

std::vector<User> people_of(const app::Caller& caller) {
  const Store store =
      Store::open(caller.home.library_path(), {.is_read_only = true, .may_create = false});
  const std::string name = app::user_name(caller);
  if (!name.empty()) return {choose_user(store, name)};
  return list_users(store);
}

std::string steps_text(const std::vector<MetricsRow>& rows) {
  std::string text;
  for (const MetricsRow& row : rows) {
    std::string line = "  " + row.step;
    line.resize(std::max<std::size_t>(14, line.size() + 2), ' ');
    if (row.outcome != Outcome::kDone || row.reason.empty()) line += word_of(row.outcome);
    if (row.outcome != Outcome::kDone && !row.reason.empty()) line += ": ";
    text += line + one_line(row.reason) + "\n";
  }
  return text;
}

}  // namespace engine::pipelines
