#include "data/feedback_columns.hpp"

#include <algorithm>
#include <limits>
#include <optional>

#include "store/feedback.hpp"

namespace engine {
namespace {

std::int32_t number_of(const IdMap& numbers, const std::optional<std::int64_t>& id) {
  return id ? numbers.number(*id) : INT32_MIN;
}

float real_of(const std::optional<double>& value) {
  return value ? static_cast<float>(*value) : std::numeric_limits<float>::quiet_NaN();
}

}  // namespace

FeedbackColumns::FeedbackColumns(const Store& store, std::int64_t user_id,
                                 const std::function<Numbers()>& numbers) {
  std::vector<FeedbackSpan> spans = spans_of(feedback_of(store, user_id));
  std::erase_if(spans, [](const FeedbackSpan& span) { return span.since >= span.ended; });
  if (spans.empty()) return;
  std::ranges::stable_sort(spans, {}, &FeedbackSpan::since);
  const Numbers numbered = numbers();
  for (const FeedbackSpan& span : spans) {
    const FeedbackRow& row = span.row;
    const std::int32_t track = number_of(numbered.tracks, row.track);
    const std::int32_t artist = number_of(numbered.artists, row.artist);
    if (track == -1 || artist == -1) continue;
    verdict_.add(word_of(row.verdict));
    subject_.add(word_of(row.subject));
    track_.push_back(track);
    artist_.push_back(artist);
    name_.add(row.name);
    first_.push_back(row.first.value_or(INT64_MIN));
    last_.push_back(row.last.value_or(INT64_MIN));
    rating_.push_back(real_of(row.rating));
    reason_.add(row.reason);
    list_.add(row.list);
    origin_.add(row.origin);
    propensity_.push_back(real_of(row.propensity));
    ts_.push_back(span.since);
    expires_.push_back(row.expires.value_or(INT64_MAX));
    ended_.push_back(span.ended);
  }
}

void FeedbackColumns::describe(ColumnWriter& writer) const {
  writer.table("feedback_spans", ts_.size());
  for (const auto& [name, texts] :
       {std::pair("verdict", &verdict_), std::pair("subject", &subject_), std::pair("name", &name_),
        std::pair("reason", &reason_), std::pair("list", &list_), std::pair("origin", &origin_)})
    writer.column(name, texts->codes, texts->texts);
  writer.column("track", track_);
  writer.column("artist", artist_);
  writer.column("rating", rating_);
  writer.column("propensity", propensity_);
  writer.column("first", first_);
  writer.column("last", last_);
  writer.column("ts", ts_);
  writer.column("expires", expires_);
  writer.column("ended", ended_);
}

}  // namespace engine
