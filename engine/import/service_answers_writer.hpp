// What services answer and recommend: the tables "questions" and "recommendations".
//
// Questions        what was asked is kept with its day and how much came, so that it is not asked
//                  again soon. new: something came; not_found: nothing did, which is kept, too;
//                  unmatched: there is no such artist or track any more. Ids that an artist
//                  has there are no answer
// Recommendations  new; updated: with another score or seed than before; duplicate; unmatched. What
//                  changes ends, and begins anew: as of a day before, it is as it was
#pragma once

#include <cstdint>
#include <map>
#include <span>
#include <utility>

#include "import/file_context.hpp"
#include "import/messages.hpp"
#include "import/record_buckets.hpp"
#include "store/store.hpp"

namespace engine::import {

class ServiceAnswersWriter {
 public:
  explicit ServiceAnswersWriter(Store& store);

  /// Rows of other tables may share a question's record: they are what came, and are written before.
  void write_questions(const TableView& table, std::span<const TableView> batch,
                       const FileContext& file, RecordBuckets& records);
  /// `tracks`: the track of each row, 0 none.
  void write_recommendations(const TableView& table, std::span<const std::int64_t> tracks,
                             const FileContext& file, RecordBuckets& records);
  /// The service told all that it recommends, or where the list's teller is another, all of the channel
  /// of that name: what it does not any more has ended. How many.
  std::int64_t end_unlisted_recommendations(const FileContext& file);

 private:
  Statement find_artist_, find_track_, put_artist_question_, put_track_question_, find_, end_, put_,
      tell_again_, end_unlisted_;
};

}  // namespace engine::import
