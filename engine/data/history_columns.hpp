// The columns of people whom the store does not know, made of histories that come from elsewhere.
//
// A platform has the histories of its people already: what it needs is the lists. Each person's
// columns are those that ColumnLoader would give of a store which had just these listens and likes.
#pragma once

#include <memory>
#include <string>
#include <vector>

#include "data/column_cache.hpp"
#include "data/listen_scan.hpp"
#include "data/user_columns.hpp"
#include "store/store.hpp"

namespace engine {

/// Tracks are named by the ids of the store whose catalogue is used.
struct History {
  std::string user, timezone = "UTC";
  ListenRows listens;  // by (ts, track_id, ms_played)
  std::vector<DatedLike> likes;
};

/// Keeps the store open, and one of its states in sight. Threads: one at a time; a forked process may
/// load too, as nothing is read any more once this is made.
class HistoryLoader {
 public:
  /// Of `options` the user does not matter. Throws what prepare_catalogue() throws.
  explicit HistoryLoader(const ColumnOptions& options);
  HistoryLoader(const HistoryLoader&) = delete;
  HistoryLoader& operator=(const HistoryLoader&) = delete;

  /// What the catalogue's columns were made from.
  [[nodiscard]] const std::string& catalogue_state() const { return catalogue_->catalogue_state; }
  /// Does the catalogue have a track of this id in the store?
  [[nodiscard]] bool has(std::int64_t track_id) const { return builder_.has_track(track_id); }
  [[nodiscard]] std::shared_ptr<const PreparedColumns> load(const History& history) const;

 private:
  std::shared_ptr<const PreparedColumns> catalogue_;
  Store store_;
  UserBuilder builder_;  // views the two
};

}  // namespace engine
