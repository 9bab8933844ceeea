#include "models/training_tables.hpp"

#include <algorithm>
#include <map>
#include <optional>
#include <vector>

#include "data/listen_judgement.hpp"
#include "data/listen_scan.hpp"
#include "data/numbering.hpp"
#include "data/owned_table.hpp"
#include "store/listen_flags.hpp"

namespace engine {
namespace {

/// Lists that grow user by user.
class GrowingLists {
 public:
  void add(std::int32_t value) { values_.push_back(value); }
  void add(std::int32_t value, float weight) {
    values_.push_back(value);
    weights_.push_back(weight);
  }
  void end_row() { offsets_.push_back(values_.size()); }
  [[nodiscard]] bool is_row_empty() const { return values_.size() == offsets_.back(); }

  const playlist_lists* view() {
    view_ = {sizeof view_,
             0,
             static_cast<std::int64_t>(offsets_.size()) - 1,
             offsets_.data(),
             values_.data(),
             weights_.empty() ? nullptr : weights_.data()};
    return &view_;
  }

 private:
  std::vector<std::uint64_t> offsets_{0};
  std::vector<std::int32_t> values_;
  std::vector<float> weights_;
  playlist_lists view_{};
};

/// How often one user played and skipped each track.
class Counts {
 public:
  explicit Counts(std::size_t tracks) : plays_(tracks), skips_(tracks), is_touched_(tracks) {}

  void add(std::int32_t track, const Judgement& listen) {
    const auto at = static_cast<std::size_t>(track);
    if (!is_touched_[at]) touched_.push_back(track);
    is_touched_[at] = true;
    plays_[at] += listen.is_play == 1;
    skips_[at] += listen.is_skip == 1;
  }
  /// Appends the user's rows and forgets them.
  void take(GrowingLists& plays, GrowingLists& skips) {
    std::sort(touched_.begin(), touched_.end());
    for (const std::int32_t track : touched_) {
      const auto at = static_cast<std::size_t>(track);
      if (plays_[at] > 0) plays.add(track, static_cast<float>(plays_[at]));
      if (skips_[at] > 0) skips.add(track, static_cast<float>(skips_[at]));
      plays_[at] = skips_[at] = 0;
      is_touched_[at] = false;
    }
    touched_.clear();
  }

 private:
  std::vector<std::int32_t> plays_, skips_, touched_;
  std::vector<bool> is_touched_;
};

class TrainingTables final : public Tables {
 public:
  TrainingTables(const Store& store, std::shared_ptr<const PreparedColumns> columns,
                 const AsOfOptions& options)
      : as_of_(load_as_of(std::move(columns), options)) {
    const playlist_table& tracks = *as_of_->table("tracks");
    const auto rows = static_cast<std::size_t>(tracks.rows);
    const IdMap numbers(
        std::span(static_cast<const std::int64_t*>(find_column(tracks, "id")->data), rows));
    const auto* durations =
        static_cast<const std::int32_t*>(find_column(tracks, "duration_ms")->data);
    read_likes(store, numbers, options.now);
    read_listens(store, numbers, durations, Counts(rows), options);
    users_.emplace(static_cast<std::int64_t>(ids_.size()));
    users_->copy("id", ids_);
    users_->table();
  }

  const playlist_table* table(std::string_view name) const override {
    return name == "users" ? users_->table() : as_of_->table(name);
  }
  const playlist_lists* lists(std::string_view name) const override {
    if (name == "user_tracks") return plays_.view();
    if (name == "user_likes") return likes_.view();
    if (name == "user_skips") return skips_.view();
    return as_of_->lists(name);
  }
  const playlist_matrix* embedding(std::string_view space) const override {
    return as_of_->embedding(space);
  }
  [[nodiscard]] std::int64_t now() const override { return as_of_->now(); }

 private:
  using LikesOf = std::map<std::int64_t, std::vector<std::int32_t>>;

  void read_likes(const Store& store, const IdMap& numbers, std::int64_t now) {
    Statement likes = store.prepare("SELECT user_id, track_id FROM likes WHERE ts <= ?1");
    for (likes.start(now); likes.step();) {
      const std::int32_t track = numbers.number(likes.integer(1));
      if (track >= 0) likes_of_[likes.integer(0)].push_back(track);
    }
  }

  /// The primary key keeps a user's listens together, users in the order of their ids.
  void read_listens(const Store& store, const IdMap& numbers, const std::int32_t* durations,
                    Counts counts, const AsOfOptions& options) {
    Statement listens =
        store.prepare("SELECT user_id, ts, track_id, ms_played, flags FROM listens");
    std::int64_t user = 0;
    while (listens.step()) {
      if (listens.integer(0) != user) {
        end_user(user, counts);
        user = listens.integer(0);
      }
      const std::int64_t milliseconds = listens.integer(3);
      const auto played =
          milliseconds < 0
              ? INT32_MIN
              : static_cast<std::int32_t>(std::min<std::int64_t>(milliseconds, INT32_MAX));
      const auto flags = static_cast<std::int32_t>(listens.integer(4));
      const std::int32_t track = numbers.number(listens.integer(2));
      if (track < 0 || (flags & ListenFlags::kIncognito) != 0 ||
          end_of_listen(listens.integer(1), played) > options.now)
        continue;
      counts.add(track, judge(played, durations[track], flags, options.rule));
    }
    end_user(user, counts);
    end_likers_before(INT64_MAX);
  }

  void end_user(std::int64_t user, Counts& counts) {
    end_likers_before(user);
    counts.take(plays_, skips_);
    if (const auto liked = likes_of_.find(user); liked != likes_of_.end()) take_likes(liked);
    end_row(user);
  }

  /// Users who liked tracks and never played one.
  void end_likers_before(std::int64_t user) {
    while (!likes_of_.empty() && likes_of_.begin()->first < user) {
      const std::int64_t liker = likes_of_.begin()->first;
      take_likes(likes_of_.begin());
      end_row(liker);
    }
  }

  void take_likes(LikesOf::iterator liked) {
    std::sort(liked->second.begin(), liked->second.end());
    for (const std::int32_t track : liked->second) likes_.add(track);
    likes_of_.erase(liked);
  }

  /// A user without anything by now is not there yet.
  void end_row(std::int64_t user) {
    if (plays_.is_row_empty() && likes_.is_row_empty() && skips_.is_row_empty()) return;
    ids_.push_back(user);
    plays_.end_row();
    likes_.end_row();
    skips_.end_row();
  }

  std::unique_ptr<AsOf> as_of_;
  LikesOf likes_of_;
  std::vector<std::int64_t> ids_;
  mutable std::optional<OwnedTable> users_;
  mutable GrowingLists plays_, likes_, skips_;
};

}  // namespace

std::unique_ptr<Tables> load_training_tables(const Store& store,
                                             std::shared_ptr<const PreparedColumns> columns,
                                             const AsOfOptions& options) {
  return std::make_unique<TrainingTables>(store, std::move(columns), options);
}

}  // namespace engine
