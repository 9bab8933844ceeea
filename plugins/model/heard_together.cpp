#include "heard_together.hpp"

#include <algorithm>
#include <vector>

#include "shared/co_listening.hpp"

namespace model {
namespace {

/// Rows of one session or person after the other.
class TogetherLists {
 public:
  TogetherLists(std::span<const std::int32_t> row_of_track, std::int32_t rows)
      : row_of_track_(row_of_track) {
    matrix_.columns = rows;
  }
  void add(std::int32_t track) {
    const std::int32_t row = row_of_track_[static_cast<std::size_t>(track)];
    if (row >= 0) open_.push_back(row);
  }
  void end() {
    std::sort(open_.begin(), open_.end());
    open_.erase(std::unique(open_.begin(), open_.end()), open_.end());
    if (open_.size() > 1) {
      matrix_.indices.insert(matrix_.indices.end(), open_.begin(), open_.end());
      matrix_.values.resize(matrix_.indices.size(), 1.0f);
      matrix_.offsets.push_back(static_cast<std::int64_t>(matrix_.indices.size()));
    }
    open_.clear();
  }
  [[nodiscard]] SparseMatrix take() { return std::move(matrix_); }

 private:
  std::span<const std::int32_t> row_of_track_;
  SparseMatrix matrix_;
  std::vector<std::int32_t> open_;
};

SparseMatrix by_sessions(playlist::ModelCall& call, TogetherLists lists) {
  const playlist::Table listens = call.table("user_listens");
  const auto users = listens["user"].i32(), tracks = listens["track"].i32();
  const auto ts = listens["ts"].i64();
  const auto is_play = listens["is_play"].u8();
  for (std::size_t row = 0; row < users.size(); ++row) {
    if (row % 65'536 == 0) call.checkpoint();
    const bool goes_on = row > 0 && users[row] == users[row - 1] &&
                         ts[row] - ts[row - 1] <= shared::kSessionGapSeconds;
    if (!goes_on) lists.end();
    if (is_play[row] == 1) lists.add(tracks[row]);
  }
  lists.end();
  return lists.take();
}

SparseMatrix by_people(playlist::ModelCall& call, TogetherLists lists) {
  const playlist::Lists plays = call.lists("user_tracks");
  for (std::size_t user = 0; user < plays.rows(); ++user) {
    if (user % 1024 == 0) call.checkpoint();
    for (const std::int32_t track : plays[static_cast<std::int64_t>(user)]) lists.add(track);
    lists.end();
  }
  return lists.take();
}

}  // namespace

HeardTogether heard_together(playlist::ModelCall& call, std::span<const std::int32_t> row_of_track,
                             std::int32_t rows) {
  HeardTogether heard{by_sessions(call, {row_of_track, rows}), "sessions"};
  if (heard.rows.entries() == 0) heard = {by_people(call, {row_of_track, rows}), "users"};
  return heard;
}

}  // namespace model
