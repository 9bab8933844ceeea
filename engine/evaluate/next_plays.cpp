#include "evaluate/next_plays.hpp"

#include <algorithm>
#include <string_view>
#include <utility>

#include "core/duration.hpp"
#include "core/random.hpp"
#include "data/listen_scan.hpp"
#include "data/tables.hpp"

namespace engine::evaluate {
namespace {

/// A person's listens and how each was played.
class PlayedRows {
 public:
  explicit PlayedRows(const AsOf& tables) {
    const playlist_table& listens = *tables.table("listens");
    track_ = column_of<std::int32_t>(listens, "track");
    ts_ = column_of<std::int64_t>(listens, "ts");
    ms_played_ = column_of<std::int32_t>(listens, "ms_played");
    is_play_ = column_of<std::uint8_t>(listens, "is_play");
    const playlist_table& contexts = *tables.table("listen_contexts");
    shuffle_ = column_of<std::uint8_t>(contexts, "shuffle");
    session_ = column_of<std::int32_t>(contexts, "session");
    start_ = find_column(contexts, "start_reason");
    end_ = find_column(contexts, "end_reason");
  }

  [[nodiscard]] std::size_t count() const { return ts_.size(); }
  [[nodiscard]] std::int64_t last() const { return ts_.empty() ? 0 : ts_.back(); }

  /// It follows another in its session, and had not ended when that one had.
  [[nodiscard]] bool has_one_before(std::size_t row) const {
    return row > 0 && session_[row] == session_[row - 1] && ended(row) > ended(row - 1);
  }
  /// When the one before had ended.
  [[nodiscard]] NextPlay after_one_before(std::size_t row) const {
    return {ended(row - 1), track_[row], session_[row], word(end_, row) == "trackdone"};
  }

  [[nodiscard]] bool is_shuffled_trial(std::size_t row) const {
    return shuffle_[row] == 1 && is_over_or_skipped(word(start_, row)) &&
           is_over_or_skipped(word(end_, row));
  }
  [[nodiscard]] bool is_chosen(std::size_t row) const {
    return shuffle_[row] != 1 && is_play_[row] == 1 && track_[row] != track_[row - 1];
  }

 private:
  [[nodiscard]] std::int64_t ended(std::size_t row) const {
    return end_of_listen(ts_[row], ms_played_[row]);
  }
  static bool is_over_or_skipped(std::string_view reason) {
    return reason == "trackdone" || reason == "fwdbtn";
  }
  static std::string_view word(const playlist_column* column, std::size_t row) {
    return text_of(*column, static_cast<const std::int32_t*>(column->data)[row]);
  }

  std::span<const std::int32_t> track_, ms_played_, session_;
  std::span<const std::int64_t> ts_;
  std::span<const std::uint8_t> is_play_, shuffle_;
  const playlist_column *start_ = nullptr, *end_ = nullptr;
};

/// At most so many of them, by lot, in their order.
void keep_some(std::vector<NextPlay>& plays, std::size_t most, Random& random) {
  if (plays.size() <= most) return;
  std::vector<NextPlay> kept;
  for (std::size_t k = 0; k < plays.size(); ++k) {
    const auto wanted = static_cast<double>(most - kept.size());
    if (random.uniform() * static_cast<double>(plays.size() - k) < wanted) kept.push_back(plays[k]);
  }
  plays = std::move(kept);
}

/// At most so many of them, whole sessions by lot but for the end of the last, in their order.
void keep_some_sessions(std::vector<NextPlay>& plays, std::size_t most, Random& random) {
  std::vector<std::size_t> begins;  // of sessions
  for (std::size_t k = 0; k < plays.size(); ++k)
    if (k == 0 || plays[k].session != plays[k - 1].session) begins.push_back(k);
  std::vector<std::pair<double, std::size_t>> drawn;
  for (std::size_t session = 0; session < begins.size(); ++session)
    drawn.emplace_back(random.uniform(), session);
  std::sort(drawn.begin(), drawn.end());
  std::vector<std::size_t> kept(begins.size());  // plays of each
  for (const auto& [place, session] : drawn) {
    const std::size_t end = session + 1 < begins.size() ? begins[session + 1] : plays.size();
    kept[session] = std::min(end - begins[session], most);
    most -= kept[session];
  }
  std::vector<NextPlay> some;
  for (std::size_t session = 0; session < begins.size(); ++session) {
    const auto begin = plays.begin() + static_cast<std::ptrdiff_t>(begins[session]);
    some.insert(some.end(), begin, begin + static_cast<std::ptrdiff_t>(kept[session]));
  }
  plays = std::move(some);
}

}  // namespace

NextPlays next_plays(const AsOf& tables, const NextPlaysOptions& options) {
  const PlayedRows rows(tables);
  const std::int64_t random_from = std::max(kRandomFrom, options.shuffled_from);
  const std::int64_t chosen_from = rows.last() - options.chosen_days * kDay;
  NextPlays plays;
  for (std::size_t row = 0; row < rows.count(); ++row) {
    if (!rows.has_one_before(row)) continue;
    const NextPlay play = rows.after_one_before(row);
    const bool is_random = play.now >= random_from && play.now < kRandomTo;
    if (is_random && rows.is_shuffled_trial(row)) plays.shuffled.push_back(play);
    if (play.now >= chosen_from && rows.is_chosen(row)) plays.chosen.push_back(play);
  }
  Random random(mix_seed(options.random_seed, "plays of " + tables.user_name()));
  keep_some_sessions(plays.shuffled, options.most_shuffled, random);
  keep_some(plays.chosen, options.most_chosen, random);
  return plays;
}

}  // namespace engine::evaluate
