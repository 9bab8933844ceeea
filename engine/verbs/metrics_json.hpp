// A row of the table "metrics" as data.
#pragma once

#include "store/metrics.hpp"
#include "verbs/json_values.hpp"

namespace engine::verbs {

inline Json metrics_json(const MetricsRow& row) {
  Json figures = Json::object();
  for (const auto& [name, figure] : row.figures) figures[name] = figure;
  return {{"step", row.step},
          {"outcome", word_of(row.outcome)},
          {"reason", text_or_null(row.reason)},
          {"figures", figures},
          {"milliseconds", row.milliseconds}};
}

}  // namespace engine::verbs
