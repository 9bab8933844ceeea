// What a person said, as columns: read at every start of a run, with the words of user_columns.hpp.
//
// "feedback_spans"  a row for each row of the log that is no undo, by (ts, row of the log):
//                   verdict, subject, name, reason, list, origin  texts of store/feedback.hpp
//                   track, artist  numbers, INT32_MIN none     rating, propensity  f32, NaN none
//                   first, last, ts, expires, ended  i64: it holds in [ts, ended), ended by an
//                   undo or as it expires; ts INT64_MIN always, expires INT64_MAX never
#pragma once

#include <cstdint>
#include <functional>
#include <vector>

#include "data/column_file.hpp"
#include "data/numbering.hpp"
#include "data/text_column.hpp"
#include "store/store.hpp"

namespace engine {

class FeedbackColumns {
 public:
  struct Numbers {
    const IdMap &tracks, &artists;
  };
  /// `numbers` is asked for where there is anything. A row of a track or an artist that the
  /// catalogue does not have is left out.
  FeedbackColumns(const Store& store, std::int64_t user_id,
                  const std::function<Numbers()>& numbers);

  /// What the writer is told lives as long as this object.
  void describe(ColumnWriter& writer) const;

 private:
  TextColumn verdict_, subject_, name_, reason_, list_, origin_;
  std::vector<std::int32_t> track_, artist_;
  std::vector<float> rating_, propensity_;
  std::vector<std::int64_t> first_, last_, ts_, expires_, ended_;
};

}  // namespace engine
