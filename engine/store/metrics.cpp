#include "store/metrics.hpp"

#include <algorithm>
#include <cmath>
#include <iterator>

#include "core/json_text.hpp"

namespace engine {
namespace {

using Json = nlohmann::ordered_json;

constexpr const char* kOutcomeWords[] = {"done", "nothing", "skipped", "failed"};

constexpr const char* kSelect =
    "SELECT metric_id, user_id, pipeline, step, at, outcome, reason, figures, state, milliseconds "
    "FROM metrics WHERE user_id = ?1 ";

MetricsRow row_of(const Statement& select) {
  MetricsRow row{.id = select.integer(0),
                 .user_id = select.integer(1),
                 .pipeline = std::string(select.text(2)),
                 .step = std::string(select.text(3)),
                 .at = select.integer(4)};
  const auto word = std::find(std::begin(kOutcomeWords), std::end(kOutcomeWords), select.text(5));
  row.outcome = static_cast<Outcome>(word - std::begin(kOutcomeWords));
  row.reason = select.text(6);
  const Json figures = Json::parse(select.text(7));
  for (const auto& [name, figure] : figures.items()) row.figures[name] = figure.get<double>();
  row.state = select.text(8);
  row.milliseconds = select.integer(9);
  return row;
}

}  // namespace

const char* word_of(Outcome outcome) {
  return kOutcomeWords[static_cast<std::size_t>(outcome)];
}

void add_metrics(Store& store, const MetricsRow& row) {
  Json figures = Json::object();
  for (const auto& [name, figure] : row.figures)
    if (std::isfinite(figure)) figures[name] = figure;
  const std::string text = json_text(figures);
  store
      .prepare(
          "INSERT INTO metrics (user_id, pipeline, step, at, outcome, reason, figures, state, "
          "milliseconds) VALUES (?1, ?2, ?3, ?4, ?5, ?6, ?7, ?8, ?9)")
      .run(row.user_id, row.pipeline, row.step, row.at, word_of(row.outcome), row.reason, text,
           row.state, row.milliseconds);
}

std::vector<MetricsRow> list_metrics(const Store& store, std::int64_t user_id, std::int64_t now) {
  Statement select = store.prepare(std::string(kSelect) + "AND at <= ?2 ORDER BY at, metric_id");
  std::vector<MetricsRow> rows;
  for (select.start(user_id, now); select.step();) rows.push_back(row_of(select));
  return rows;
}

std::optional<MetricsRow> last_with_state(const Store& store, std::int64_t user_id,
                                          std::string_view pipeline, std::string_view step,
                                          std::int64_t now) {
  Statement select = store.prepare(std::string(kSelect) +
                                   "AND pipeline = ?2 AND step = ?3 AND at <= ?4 AND state <> '' "
                                   "ORDER BY at DESC, metric_id DESC LIMIT 1");
  select.start(user_id, pipeline, step, now);
  if (!select.step()) return std::nullopt;
  return row_of(select);
}

std::vector<MetricsRow> rows_with_state(const Store& store, std::int64_t user_id,
                                        std::string_view pipeline, std::string_view step,
                                        std::int64_t from, std::int64_t now) {
  Statement select = store.prepare(std::string(kSelect) +
                                   "AND pipeline = ?2 AND step = ?3 AND at BETWEEN ?4 AND ?5 AND "
                                   "state <> '' ORDER BY at, metric_id");
  std::vector<MetricsRow> rows;
  for (select.start(user_id, pipeline, step, from, now); select.step();)
    rows.push_back(row_of(select));
  return rows;
}

void thin_metrics(Store& store, std::int64_t user_id, std::string_view pipeline,
                  std::int64_t before) {
  store
      .prepare(
          "DELETE FROM metrics WHERE user_id = ?1 AND pipeline = ?2 AND at < ?3 AND metric_id NOT "
          "IN "
          "(SELECT metric_id FROM (SELECT metric_id, "
          "row_number() OVER (PARTITION BY step, at / 86400 "
          "ORDER BY state <> '' DESC, at DESC, metric_id DESC) AS to_go_on, "
          "row_number() OVER (PARTITION BY step, at / 86400 "
          "ORDER BY outcome = 'done' DESC, state <> '' DESC, at DESC, metric_id DESC) AS as_done "
          "FROM metrics WHERE user_id = ?1 AND pipeline = ?2 AND at < ?3) "
          "WHERE to_go_on = 1 OR as_done = 1)")
      .run(user_id, pipeline, before);
}

}  // namespace engine
