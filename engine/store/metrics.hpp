// What the steps of the pipelines (pipelines/update.hpp, pipelines/retrain.hpp) came to: a row for
// each step of each pass. Updates keep few of those that are older than three months (thin_metrics).
//
// As of    A row is of the `now` that its step was made as of; who asks as of an earlier time does
//          not see it.
// Going on A step leaves in its row what the next pass goes on from (`state`), and the row is added
//          in the transaction of what the step writes, where it writes anything else. So a step that
//          was killed never was, and the next pass does it; one that was done is not done again.
#pragma once

#include <cstdint>
#include <map>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "store/store.hpp"

namespace engine {

enum class Outcome {
  kDone,
  kNothing,  // there was nothing to do
  kSkipped,  // there may be, and what it needs is not there, or its time has not come
  kFailed,
};
const char* word_of(Outcome outcome);  // "done", "nothing", "skipped", "failed"

struct MetricsRow {
  std::int64_t id = 0;
  std::int64_t user_id = 0;
  std::string pipeline = {}, step = {};  // "update", "ingest"
  std::int64_t at = 0;                   // Unix seconds
  Outcome outcome = Outcome::kDone;
  std::string reason = {};  // one sentence without a full stop; "" where it is plain
  std::map<std::string, double> figures = {};  // finite, by name
  std::string state = {};                      // JSON; "" for none
  std::int64_t milliseconds = 0;
};

/// To be called inside a transaction.
void add_metrics(Store& store, const MetricsRow& row);

/// A person's rows as of `now`, in the order in which they were made.
std::vector<MetricsRow> list_metrics(const Store& store, std::int64_t user_id, std::int64_t now);

/// The last row of a step as of `now` that left a state.
std::optional<MetricsRow> last_with_state(const Store& store, std::int64_t user_id,
                                          std::string_view pipeline, std::string_view step,
                                          std::int64_t now);
/// All that left one since `from`, the oldest first.
std::vector<MetricsRow> rows_with_state(const Store& store, std::int64_t user_id,
                                        std::string_view pipeline, std::string_view step,
                                        std::int64_t from, std::int64_t now);

/// Of each step and day (UTC) before `before` two rows at most are kept: the last that left a state, by
/// which a step goes on, and the last that was done, which has its figures; of a day without either
/// the last row. The others go.
void thin_metrics(Store& store, std::int64_t user_id, std::string_view pipeline,
                  std::int64_t before);

}  // namespace engine
