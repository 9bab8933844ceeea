#include "models/training_tables.hpp"

#include <algorithm>
#include <map>
#include <mutex>
#include <optional>
#include <set>
#include <span>
#include <unordered_map>
#include <vector>

#include "data/forgotten.hpp"
#include "data/listen_judgement.hpp"
#include "data/listen_scan.hpp"
#include "data/numbering.hpp"
#include "data/owned_table.hpp"
#include "data/sessions.hpp"
#include "store/devices.hpp"
#include "store/feedback.hpp"
#include "store/listen_flags.hpp"
#include "store/users.hpp"

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

/// One listen that counts as of now.
struct Listen {
  std::int64_t user_id, ts;
  std::int32_t track, ms_played;  // INT32_MIN: untold
  Judgement judged;
  std::int64_t flags;  // store/listen_flags.hpp
};

/// What each person who asked for it wants forgotten, as of now.
class ForgottenByUser {
 public:
  ForgottenByUser(const Store& store, const Tables& catalogue, const IdMap& tracks,
                  std::int64_t now)
      : store_(store),
        tracks_(tracks),
        artists_(column_of<std::int64_t>(*catalogue.table("artists"), "id")),
        now_(now) {
    Statement users =
        store.prepare("SELECT DISTINCT user_id FROM feedback WHERE verdict = 'forget'");
    for (users.start(); users.step();) {
      const std::int64_t user = users.integer(0);
      Forgotten& forgotten = of_user_.try_emplace(user, catalogue).first->second;
      for (const FeedbackSpan& span : spans_of(feedback_of(store, user)))
        if (span.row.verdict == Verdict::kForget && span.holds(now)) add(span.row, forgotten);
    }
  }

  [[nodiscard]] bool has_listen(std::int64_t user, std::int32_t track, std::int64_t ts,
                                std::int64_t flags) const {
    const Forgotten* forgotten = find(user);
    return forgotten != nullptr && forgotten->has_listen(track, ts, device_of(flags));
  }
  [[nodiscard]] bool has_track(std::int64_t user, std::int32_t track) const {
    const Forgotten* forgotten = find(user);
    return forgotten != nullptr && forgotten->has_track(track);
  }

 private:
  [[nodiscard]] const Forgotten* find(std::int64_t user) const {
    if (of_user_.empty()) return nullptr;
    const auto found = of_user_.find(user);
    return found == of_user_.end() ? nullptr : &found->second;
  }

  void add(const FeedbackRow& row, Forgotten& forgotten) const {
    if (row.subject == FeedbackSubject::kTimes)
      return forgotten.add_times(row.first.value_or(0), row.last.value_or(0));
    if (row.subject == FeedbackSubject::kPlaylist) return add_playlist(row, forgotten);
    if (row.subject == FeedbackSubject::kDevice) return add_device(row, forgotten);
    if (row.artist) {
      const std::int32_t artist = artists_.number(*row.artist);
      if (artist < 0) return;
      if (row.subject == FeedbackSubject::kAlbum) return forgotten.add_album(artist, row.name);
      return forgotten.add_artist(artist);
    }
    const std::int32_t track = row.track ? tracks_.number(*row.track) : -1;
    if (track < 0) return;
    row.subject == FeedbackSubject::kSong ? forgotten.add_song(track) : forgotten.add_track(track);
  }

  void add_device(const FeedbackRow& row, Forgotten& forgotten) const {
    const std::vector<std::string> names = device_names(store_, row.user);
    const auto found = std::find(names.begin(), names.end(), row.name);
    if (found != names.end() && found != names.begin())
      forgotten.add_device(static_cast<std::int32_t>(found - names.begin()));
  }
  /// -1: none.
  static std::int32_t device_of(std::int64_t flags) {
    const auto device = static_cast<std::int32_t>(ListenFlags::device(flags));
    return device > 0 ? device : -1;
  }

  /// What is in it as of now.
  void add_playlist(const FeedbackRow& row, Forgotten& forgotten) const {
    Statement entries = store_.prepare(
        "SELECT t.track_id FROM playlists p JOIN playlist_tracks t USING (playlist_id) "
        "WHERE p.user_id = ?1 AND p.name = ?2 AND CASE t.ts WHEN 0 THEN p.ts ELSE t.ts END <= ?3 "
        "UNION SELECT id FROM holdings WHERE user_id = ?1 AND kind = 6 AND name = ?2 AND ts <= ?3 "
        "AND ended_at > ?3");
    for (entries.start(row.user, row.name, now_); entries.step();)
      if (const std::int32_t track = tracks_.number(entries.integer(0)); track >= 0)
        forgotten.add_track(track);
  }

  const Store& store_;
  const IdMap& tracks_;
  IdMap artists_;
  std::int64_t now_;
  std::unordered_map<std::int64_t, Forgotten> of_user_;
};

/// Everybody's listens of music that had ended by now outside private sessions. The primary key
/// keeps a user's together and in the order of their times, users in the order of their ids.
class VisibleListens {
 public:
  VisibleListens(const Store& store, const Tables& tables, const AsOfOptions& options,
                 const std::set<std::int64_t>& absent)
      : VisibleListens(store, tables, *tables.table("tracks"), options, absent) {}

  [[nodiscard]] std::span<const std::int64_t> track_ids() const { return track_ids_; }
  [[nodiscard]] const ForgottenByUser& forgotten() const { return forgotten_; }

  template <typename Take>
  void each(const Take& take) const {
    visit(0, [&](const Heard& heard) {
      if (is_of_show(heard.track)) return;
      take(Listen{heard.user_id, heard.ts, heard.track, heard.played,
                  judge(heard.played, durations_[heard.track], heard.flags, rule_), heard.flags});
    });
  }

 private:
  VisibleListens(const Store& store, const Tables& tables, const playlist_table& tracks,
                 const AsOfOptions& options, const std::set<std::int64_t>& absent)
      : store_(store),
        track_ids_(static_cast<const std::int64_t*>(find_column(tracks, "id")->data),
                   static_cast<std::size_t>(tracks.rows)),
        artists_(static_cast<const std::int32_t*>(find_column(tracks, "artist")->data)),
        durations_(static_cast<const std::int32_t*>(find_column(tracks, "duration_ms")->data)),
        rule_(options.rule),
        now_(options.now),
        absent_(absent),
        numbers_(track_ids_),
        forgotten_(store, tables, numbers_, now_) {
    find_shows();
  }

  struct Heard {
    std::int64_t user_id, ts, flags;
    std::int32_t track, played;
  };
  static constexpr std::int32_t kUntold = INT32_MIN;  // how long something was played
  static constexpr std::int32_t kStarted = 30'000, kLong = 600'000;  // milliseconds

  /// The listens of at least so many milliseconds; 0: those of untold length too.
  template <typename Take>
  void visit(std::int64_t least, const Take& take) const {
    Statement listens = store_.prepare(
        "SELECT user_id, ts, track_id, ms_played, flags FROM listens "
        "WHERE ?1 = 0 OR ms_played >= ?1");
    for (listens.start(least); listens.step();) {
      const std::int64_t milliseconds = listens.integer(3);
      const auto played =
          milliseconds < 0
              ? kUntold
              : static_cast<std::int32_t>(std::min<std::int64_t>(milliseconds, INT32_MAX));
      const std::int64_t flags = listens.integer(4);
      const std::int32_t track = numbers_.number(listens.integer(2));
      if (track < 0 || absent_.contains(listens.integer(0)) ||
          (flags & ListenFlags::kIncognito) != 0 ||
          end_of_listen(listens.integer(1), played) > now_ ||
          forgotten_.has_listen(listens.integer(0), track, listens.integer(1), flags))
        continue;
      take(Heard{listens.integer(0), listens.integer(1), flags, track, played});
    }
  }

  [[nodiscard]] bool is_of_show(std::int32_t track) const {
    const std::int32_t artist = artists_[track];
    return !is_show_.empty() && artist >= 0 && is_show_[static_cast<std::size_t>(artist)];
  }

  /// Account data names a podcast like an artist, and nothing else tells them apart: a show is an
  /// artist of whom no track's length is known and of whose listens that really started half went
  /// on for ten minutes.
  void find_shows() {
    const std::size_t tracks = track_ids_.size();
    const std::size_t artists =
        tracks == 0 ? 0
                    : static_cast<std::size_t>(
                          std::max(-1, *std::max_element(artists_, artists_ + tracks)) + 1);
    std::vector<std::int64_t> started(artists), went_on(artists);
    const auto count = [&](std::int32_t least, std::vector<std::int64_t>& counts) {
      visit(least, [&](const Heard& heard) {
        if (artists_[heard.track] >= 0) ++counts[static_cast<std::size_t>(artists_[heard.track])];
      });
    };
    count(kLong, went_on);
    for (std::size_t track = 0; track < tracks; ++track) {
      if (artists_[track] >= 0 && durations_[track] != INT32_MIN)
        went_on[static_cast<std::size_t>(artists_[track])] = 0;
    }
    if (std::all_of(went_on.begin(), went_on.end(), [](auto n) { return n == 0; })) return;
    count(kStarted, started);
    is_show_.resize(artists);
    for (std::size_t artist = 0; artist < artists; ++artist)
      is_show_[artist] = went_on[artist] > 0 && 2 * went_on[artist] >= started[artist];
  }

  const Store& store_;
  std::span<const std::int64_t> track_ids_;
  const std::int32_t* artists_;  // of each track its first artist, -1
  const std::int32_t* durations_;
  PlayRule rule_;
  std::int64_t now_;
  const std::set<std::int64_t>& absent_;
  IdMap numbers_;
  ForgottenByUser forgotten_;
  std::vector<bool> is_show_;  // by artist; empty: none is
};

std::set<std::int64_t> those_outside(const Store& store, const TaughtPeople& taught) {
  std::set<std::int64_t> ids;
  if (taught.is_everybody()) return ids;
  for (const User& user : list_users(store))
    if (!taught.contains(user.name)) ids.insert(user.id);
  return ids;
}

class TrainingTables final : public Tables {
 public:
  TrainingTables(const Store& store, std::shared_ptr<const PreparedColumns> columns,
                 const AsOfOptions& options, const TaughtPeople& taught)
      : store_(store),
        columns_(columns),
        options_(options),
        as_of_(load_as_of(std::move(columns), options)),
        absent_(those_outside(store, taught)),
        listens_(store, *as_of_, options, absent_) {
    read_likes(store, options.now);
    count_listens();
    users_.emplace(static_cast<std::int64_t>(ids_.size()));
    users_->copy("id", ids_);
    users_->table();
  }

  const playlist_table* table(std::string_view name) const override {
    if (name == "users") return users_->table();
    if (name == "user_listens") {
      std::call_once(is_read_, [this] { read_user_listens(); });
      return user_listens_->table();
    }
    if (name == "user_listen_contexts") {
      std::call_once(is_context_read_, [this] { read_user_listen_contexts(); });
      return user_listen_contexts_->table();
    }
    if (name == "audience_listens") return everybody().table("user_listens");
    if (name == "audience") {
      std::call_once(is_audience_made_, [this] { make_audience(); });
      return audience_->table();
    }
    return as_of_->table(name);
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

  void read_likes(const Store& store, std::int64_t now) {
    const IdMap numbers(listens_.track_ids());
    Statement likes = store.prepare(
        "SELECT DISTINCT user_id, id FROM holdings WHERE kind = 1 AND ts <= ?1 AND "
        "(ended_at IS NULL OR ended_at > ?1)");
    for (likes.start(now); likes.step();) {
      const std::int32_t track = numbers.number(likes.integer(1));
      if (track >= 0 && !absent_.contains(likes.integer(0)) &&
          !listens_.forgotten().has_track(likes.integer(0), track))
        likes_of_[likes.integer(0)].push_back(track);
    }
  }

  void count_listens() {
    Counts counts(listens_.track_ids().size());
    std::int64_t user = 0;
    listens_.each([&](const Listen& listen) {
      if (listen.user_id != user) {
        end_user(user, counts);
        user = listen.user_id;
      }
      counts.add(listen.track, listen.judged);
    });
    end_user(user, counts);
    end_likers_before(INT64_MAX);
  }

  void read_user_listens() const {
    std::vector<std::int32_t> users, tracks;
    std::vector<std::int64_t> times;
    std::vector<std::uint8_t> plays, skips;
    each_of_users([&](const Listen& listen, std::int32_t row) {
      users.push_back(row);
      tracks.push_back(listen.track);
      times.push_back(listen.ts);
      plays.push_back(listen.judged.is_play);
      skips.push_back(listen.judged.is_skip);
    });
    user_listens_.emplace(static_cast<std::int64_t>(users.size()));
    user_listens_->copy("user", users);
    user_listens_->copy("track", tracks);
    user_listens_->copy("ts", times);
    user_listens_->copy("is_play", plays);
    user_listens_->copy("is_skip", skips);
    user_listens_->table();
  }

  void read_user_listen_contexts() const {
    std::vector<std::int32_t> ms_played, starts, ends, sessions;
    std::vector<std::uint8_t> finished, shuffle;
    std::int32_t session = -1, user = -1;
    std::int64_t end = 0;  // of the session, as far as it has come
    each_of_users([&](const Listen& listen, std::int32_t row) {
      const bool is_new = row != user || listen.ts - end >= as_of_->session_gap_seconds();
      const std::int64_t over = end_of_listen(listen.ts, listen.ms_played);
      end = is_new ? over : std::max(end, over);
      user = row;
      session += is_new;
      ms_played.push_back(listen.ms_played);
      finished.push_back(listen.judged.is_finished);
      shuffle.push_back(ListenFlags::shuffle(listen.flags));
      starts.push_back(code_of(ListenFlags::start(listen.flags)));
      ends.push_back(code_of(ListenFlags::end(listen.flags)));
      sessions.push_back(session);
    });
    OwnedTable& made = user_listen_contexts_.emplace(static_cast<std::int64_t>(sessions.size()));
    made.copy("ms_played", ms_played);
    made.copy("is_finished", finished);
    made.copy("shuffle", shuffle);
    std::ranges::copy(starts, made.texts("start_reason", play_reason_words()));
    std::ranges::copy(ends, made.texts("end_reason", play_reason_words()));
    made.copy("session", sessions);
    made.table();
  }

  /// The listens of table "users", each with its row there.
  template <typename Take>
  void each_of_users(const Take& take) const {
    std::size_t row = 0;  // ids_ ascend, as the listens' users do
    listens_.each([&](const Listen& listen) {
      while (row < ids_.size() && ids_[row] < listen.user_id) ++row;
      // Listened to nothing that counts, or came after the users were read.
      if (row == ids_.size() || ids_[row] != listen.user_id) return;
      take(listen, static_cast<std::int32_t>(row));
    });
  }

  /// The same of all people, whoever is to be learned from.
  [[nodiscard]] const TrainingTables& everybody() const {
    if (absent_.empty()) return *this;
    std::call_once(is_everybody_read_, [this] {
      everybody_ = std::make_unique<TrainingTables>(store_, columns_, options_, TaughtPeople());
    });
    return *everybody_;
  }

  void make_audience() const {
    const std::vector<std::int64_t>& ids = everybody().ids_;
    audience_.emplace(static_cast<std::int64_t>(ids.size()));
    std::vector<std::uint8_t> is_taught;
    for (const std::int64_t id : ids) is_taught.push_back(!absent_.contains(id));
    audience_->copy("id", ids);
    audience_->copy("is_taught", is_taught);
    audience_->table();
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

  const Store& store_;
  std::shared_ptr<const PreparedColumns> columns_;
  AsOfOptions options_;
  std::unique_ptr<AsOf> as_of_;
  const std::set<std::int64_t> absent_;  // ids of users who do not learn
  VisibleListens listens_;
  LikesOf likes_of_;
  std::vector<std::int64_t> ids_;
  mutable std::optional<OwnedTable> users_, user_listens_, user_listen_contexts_, audience_;
  mutable std::unique_ptr<TrainingTables> everybody_;
  mutable std::once_flag is_read_, is_context_read_, is_everybody_read_, is_audience_made_;
  mutable GrowingLists plays_, likes_, skips_;
};

}  // namespace

std::unique_ptr<Tables> load_training_tables(const Store& store,
                                             std::shared_ptr<const PreparedColumns> columns,
                                             const AsOfOptions& options,
                                             const TaughtPeople& taught) {
  return std::make_unique<TrainingTables>(store, std::move(columns), options, taught);
}

}  // namespace engine
