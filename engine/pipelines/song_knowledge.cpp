#include "pipelines/song_knowledge.hpp"

#include <algorithm>
#include <cmath>
#include <limits>
#include <unordered_map>

#include "app/library_tables.hpp"
#include "core/text_key.hpp"
#include "store/pushes.hpp"
#include "store/store.hpp"

namespace engine::pipelines {
namespace {

using players::HeardSong;
using players::QueueSong;
using players::SongHeard;
using players::Sound;

constexpr std::int64_t kMbid = 3;  // track_ids.kind

/// `share` of it was heard.
double skip_weight(double share) {
  return -(1 - std::clamp(share, 0.0, 1.0));
}

/// The listens of the person, row by row.
class Listens {
 public:
  explicit Listens(const AsOf& tables)
      : gap_(tables.session_gap_seconds()),
        table_(*tables.table("listens")),
        tracks_(column_of<std::int32_t>(table_, "track")),
        is_play_(column_of<std::uint8_t>(table_, "is_play")),
        is_skip_(column_of<std::uint8_t>(table_, "is_skip")),
        starts_(column_of<std::int64_t>(table_, "ts")),
        ms_(column_of<std::int32_t>(table_, "ms_played")),
        durations_(column_of<std::int32_t>(*tables.table("tracks"), "duration_ms")) {}

  [[nodiscard]] std::size_t size() const { return tracks_.size(); }
  [[nodiscard]] std::size_t track(std::size_t row) const {
    return static_cast<std::size_t>(tracks_[row]);
  }
  [[nodiscard]] bool is_heard_through(std::size_t row) const {
    return is_play_[row] == 1 && is_skip_[row] != 1;
  }
  [[nodiscard]] bool begins_session(std::size_t row) const {
    return row == 0 || starts_[row] - end(row - 1) > gap_;
  }
  [[nodiscard]] bool goes_on(std::int64_t now) const {
    return size() > 0 && now - end(size() - 1) <= gap_;
  }
  [[nodiscard]] double weight(std::size_t row) const {
    if (is_skip_[row] != 1) return is_play_[row] == 1 ? 1 : 0;
    const double duration = durations_[track(row)];
    return skip_weight(ms_[row] > 0 && duration > 0 ? ms_[row] / duration : 0);
  }

  [[nodiscard]] std::int64_t end(std::size_t row) const {
    return starts_[row] + std::max(ms_[row], 0) / 1000;
  }

 private:
  std::int64_t gap_;
  const playlist_table& table_;
  std::span<const std::int32_t> tracks_;
  std::span<const std::uint8_t> is_play_, is_skip_;
  std::span<const std::int64_t> starts_;
  std::span<const std::int32_t> ms_, durations_;
};

class StoreKnowledge final : public players::SongKnowledge {
 public:
  StoreKnowledge(const app::Caller& caller, std::string account)
      : library_(caller.home.library_path()),
        account_(std::move(account)),
        rule_(caller.home.play_rule()),
        tables_(app::library_tables(caller)),
        tracks_(*tables_->table("tracks")),
        artists_(column_of<std::int32_t>(tracks_, "artist")) {
    const auto ids = column_of<std::int64_t>(tracks_, "id");
    for (std::size_t track = 0; track < ids.size(); ++track)
      numbers_.emplace(ids[track], static_cast<std::int32_t>(track));
    const playlist_table& artists = *tables_->table("artists");
    const auto artist_ids = column_of<std::int64_t>(artists, "id");
    for (std::size_t artist = 0; artist < artist_ids.size(); ++artist)
      artist_numbers_.emplace(artist_ids[artist], static_cast<std::int32_t>(artist) + 1);
    next_stranger_ = static_cast<std::int32_t>(artists.rows) + 1;
    const Listens listens(*tables_);
    for (std::size_t row = 0; row < listens.size(); ++row)
      memory_.add(artist_of(listens.track(row)), listens.is_heard_through(row),
                  listens.begins_session(row));
    if (listens.goes_on(tables_->now())) take_session(listens);
  }

  void look_up(const std::vector<QueueSong*>& songs) override {
    const Store store = Store::open(library_, {.is_read_only = true});
    Statement by_id = store.prepare(
        "SELECT track_id FROM track_ids WHERE kind = " + std::to_string(kMbid) + " AND id = ?1");
    Statement by_key = store.prepare("SELECT min(track_id) FROM tracks WHERE key = ?1");
    Statement artist_by_key = store.prepare("SELECT artist_id FROM artists WHERE key = ?1");
    for (QueueSong* song : songs) {
      if (song->title.empty() && song->artist.empty()) continue;
      const TextKey key = text_key(song->artist, song->title);
      std::optional<std::int64_t> track;
      if (!song->mbid.empty()) track = by_id.find_integer(song->mbid);
      if (!track) track = by_key.find_integer(key.track_key());
      if (const auto number = track ? numbers_.find(*track) : numbers_.end();
          number != numbers_.end()) {
        song->artist_number = artist_of(static_cast<std::size_t>(number->second));
        song->sound = sound_of(static_cast<std::size_t>(number->second));
      }
      if (song->artist_number == 0)
        song->artist_number = artist_called(key.artist, artist_by_key.find_integer(key.artist));
    }
  }

  [[nodiscard]] std::vector<std::string> kept_lists() const override {
    const Store store = Store::open(library_, {.is_read_only = true});
    return kept_of_pushes(store, tables_->user_id(), account_);
  }

  [[nodiscard]] double weight(const HeardSong& song) const override {
    const auto ms = static_cast<std::int32_t>(
        std::min<std::int64_t>(song.ms_played, std::numeric_limits<std::int32_t>::max()));
    if (!song.is_skipped) return rule_.is_play(ms, song.duration_ms) ? 1 : 0;
    const auto duration = static_cast<double>(song.duration_ms);
    return skip_weight(duration > 0 ? static_cast<double>(song.ms_played) / duration : 0);
  }

  [[nodiscard]] players::HeardSession session() const override {
    return {session_, tables_->session_gap_seconds()};
  }

  [[nodiscard]] players::Acquaintance acquaintance(
      const std::vector<std::int32_t>& artists) const override {
    return memory_.of(artists);
  }

  void add(const SongHeard& song, bool begins_session) override {
    memory_.add(song.artist_number, song.weight > 0, begins_session);
  }

 private:
  void take_session(const Listens& listens) {
    const playlist_column& titles = *find_column(tracks_, "title");
    const playlist_column& names = *find_column(tracks_, "artist_name");
    const auto title = column_of<std::int32_t>(tracks_, "title");
    const auto name = column_of<std::int32_t>(tracks_, "artist_name");
    for (std::size_t row = listens.size(); row-- > 0;) {
      const std::size_t track = listens.track(row);
      if (const double weight = listens.weight(row); weight != 0)
        session_.push_back({std::string(text_of(titles, title[track])),
                            std::string(text_of(names, name[track])), artist_of(track),
                            sound_of(track), weight, listens.end(row)});
      if (listens.begins_session(row)) break;
    }
    std::reverse(session_.begin(), session_.end());
  }

  [[nodiscard]] std::int32_t artist_of(std::size_t track) const {
    return std::max(artists_[track], -1) + 1;
  }

  [[nodiscard]] std::optional<Sound> sound_of(std::size_t track) const {
    Sound sound{};
    std::size_t k = 0;
    for (const char* feature : {"energy", "valence", "danceability", "acousticness"}) {
      sound[k] = column_of<float>(tracks_, feature)[track];
      if (std::isnan(sound[k++])) return std::nullopt;
    }
    return sound;
  }

  std::int32_t artist_called(const std::string& key, std::optional<std::int64_t> id) {
    if (key.empty()) return 0;
    if (const auto known = id ? artist_numbers_.find(*id) : artist_numbers_.end();
        known != artist_numbers_.end())
      return known->second;
    const auto [stranger, is_new] = strangers_.try_emplace(key, next_stranger_);
    next_stranger_ += is_new;
    return stranger->second;
  }

  std::string library_, account_;
  PlayRule rule_;
  std::unique_ptr<AsOf> tables_;
  const playlist_table& tracks_;
  std::span<const std::int32_t> artists_;
  std::unordered_map<std::int64_t, std::int32_t> numbers_, artist_numbers_;  // by the store's ids
  std::unordered_map<std::string, std::int32_t> strangers_;                  // by their keys
  std::int32_t next_stranger_ = 1;
  players::ListeningMemory memory_;
  std::vector<SongHeard> session_;
};

}  // namespace

std::unique_ptr<players::SongKnowledge> song_knowledge(const app::Caller& caller,
                                                       const std::string& account) {
  return std::make_unique<StoreKnowledge>(caller, account);
}

}  // namespace engine::pipelines
