#include "support/element_library.hpp"

#include "playlist/folded_words.hpp"

#include <algorithm>
#include <charconv>
#include <limits>

#include "data/declared_tables.hpp"
#include "data/listen_scan.hpp"
#include "data/mood_windows.hpp"
#include "data/session_hours.hpp"
#include "data/sessions.hpp"
#include "data/tables.hpp"
#include "store/engagement.hpp"
#include "store/play_rule.hpp"

namespace support {
namespace {

constexpr std::int32_t kNoInt = std::numeric_limits<std::int32_t>::min();
constexpr std::int64_t kNoLong = std::numeric_limits<std::int64_t>::min();
constexpr float kNoFloat = std::numeric_limits<float>::quiet_NaN();
constexpr std::int64_t kMonth = 30 * 86'400;

std::int32_t number_of(const std::string& name, std::vector<std::string>& names,
                       std::map<std::string, std::int32_t>& numbers) {
  const auto [place, is_new] = numbers.emplace(name, static_cast<std::int32_t>(names.size()));
  if (is_new) names.push_back(name);
  return place->second;
}

/// A text column with a code per different text; "" is missing.
void put_texts(engine::OwnedTable& table, const std::string& name,
               const std::vector<std::string>& texts) {
  std::vector<std::string> dictionary;
  std::map<std::string, std::int32_t> codes;
  std::vector<std::int32_t> rows;
  for (const std::string& text : texts) {
    rows.push_back(text.empty() ? -1 : number_of(text, dictionary, codes));
  }
  std::copy(rows.begin(), rows.end(), table.texts(name, dictionary));
}

/// The N of PREFIX:N, 0 for another name.
std::int32_t number_after(const std::string& name, const std::string& prefix) {
  if (name.rfind(prefix, 0) != 0) return 0;
  std::int32_t number = 0;
  std::from_chars(name.data() + prefix.size(), name.data() + name.size(), number);
  return number;
}

/// What models of moods read of them; hours are those of UTC.
std::unique_ptr<engine::OwnedTable> make_sessions(const engine::ListenColumns& listens,
                                                  std::int64_t gap) {
  const std::vector<engine::Session> spans = engine::session_spans(listens, gap);
  auto made = std::make_unique<engine::OwnedTable>(static_cast<std::int64_t>(spans.size()));
  std::int64_t *const start = made->i64("start"), *const end = made->i64("end");
  std::int32_t* const hour = made->i32("hour");
  for (std::size_t k = 0; k < spans.size(); ++k) {
    start[k] = spans[k].start;
    end[k] = spans[k].end;
    hour[k] = static_cast<std::int32_t>(spans[k].start / 3600 % 24);
  }
  return made;
}

}  // namespace

std::int32_t TinyLibrary::add(const TinyTrack& track) {
  for (const std::string& name : track.artists) artist(name);
  for (const std::string& name : track.tags) tag(name);
  tracks_.push_back(track);
  return static_cast<std::int32_t>(tracks_.size()) - 1;
}
std::int32_t TinyLibrary::artist(const std::string& name) {
  return number_of(name, artists_, artist_numbers_);
}
std::int32_t TinyLibrary::tag(const std::string& name) {
  return number_of(name, tags_, tag_numbers_);
}
void TinyLibrary::tag_artist(const std::string& artist_name, const std::string& tag_name,
                             float weight) {
  artist_tags_[artist(artist_name)][tag(tag_name)] = weight;
}
void TinyLibrary::relate(const std::string& from, const std::string& to, float weight) {
  const std::int32_t number = artist(from);
  relations_[number][artist(to)] = weight;
}
void TinyLibrary::user_plays(std::int32_t user, const std::vector<std::string>& artists) {
  for (const std::string& name : artists) artist_users_[artist(name)].insert(user);
}
void TinyLibrary::user_track(std::int32_t user, std::int32_t track, float plays) {
  user_tracks_[user][track] += plays;
  user_count_ = std::max(user_count_, static_cast<std::size_t>(user) + 1);
}
void TinyLibrary::user_like(std::int32_t user, std::int32_t track) {
  user_likes_[user][track] = 1;
  user_count_ = std::max(user_count_, static_cast<std::size_t>(user) + 1);
}
void TinyLibrary::user_skip(std::int32_t user, std::int32_t track, float skips) {
  user_skips_[user][track] += skips;
  user_count_ = std::max(user_count_, static_cast<std::size_t>(user) + 1);
}
void TinyLibrary::user_listen(std::int32_t user, std::int32_t track, double days_ago, bool is_play,
                              bool is_skip, const TinyContext& context) {
  user_listens_[user].push_back({before_now(days_ago), track, is_play, is_skip, context});
  user_count_ = std::max(user_count_, static_cast<std::size_t>(user) + 1);
}
void TinyLibrary::embed(const std::string& space, std::int32_t track,
                        const std::vector<float>& vector) {
  embeddings_[space][track] = vector;
}
void TinyLibrary::prompt(const std::string& text, double days_ago, std::int32_t track) {
  prompts_.push_back({track, before_now(days_ago), text});
  if (track >= 0) captions_.push_back(prompts_.back());
}
void TinyLibrary::caption(std::int32_t track, const std::string& text, double days_ago) {
  captions_.push_back({track, before_now(days_ago), text});
}
void TinyLibrary::embed_text(const std::string& space, const std::string& text,
                             const std::vector<float>& vector) {
  TextVectors& vectors = text_vectors_["prompt_vectors:" + space];
  vectors.texts.push_back({-1, 0, playlist::folded_words(text)});
  vectors.values.insert(vectors.values.end(), vector.begin(), vector.end());
}
void TinyLibrary::playlist(const std::vector<std::string>& artists) {
  for (const std::string& name : artists) artist_playlists_[artist(name)].insert(playlists_);
  ++playlists_;
}
void TinyLibrary::like(std::int32_t track, double days_ago) {
  likes_.push_back({before_now(days_ago), track});
  own(track, days_ago);
}
void TinyLibrary::own(std::int32_t track, double days_ago) {
  library_.push_back({before_now(days_ago), track});
}
void TinyLibrary::save_artist(const std::string& name) {
  saved_artists_.insert(artist(name));
}
void TinyLibrary::listen(std::int32_t track, double days_ago, bool is_play, bool is_skip,
                         const TinyContext& context) {
  listens_.push_back({before_now(days_ago), track, is_play, is_skip, context});
}
void TinyLibrary::listen_in(bool is_shuffled, std::int32_t track, double days_ago) {
  listen(track, days_ago, true, false, {.shuffle = is_shuffled});
}
void TinyLibrary::ban(std::int32_t track, double days_ago) {
  bans_.push_back({before_now(days_ago), track, kNoInt});
}
void TinyLibrary::ban_artist(const std::string& name, double days_ago) {
  for (std::size_t i = 0; i < tracks_.size(); ++i) {
    const std::vector<std::string>& artists = tracks_[i].artists;
    if (std::find(artists.begin(), artists.end(), name) != artists.end())
      bans_.push_back({before_now(days_ago), static_cast<std::int32_t>(i), artist(name)});
  }
}
void TinyLibrary::serve(std::int32_t track, double days_ago) {
  served_.push_back({before_now(days_ago), track});
}

std::int32_t TinyLibrary::artist_of(std::int32_t number) const {
  const TinyTrack& of = track(number);
  return of.artists.empty() ? kNoInt : artist_numbers_.at(of.artists[0]);
}

const playlist_table* TinyLibrary::table(std::string_view name) const {
  auto found = made_.find(name);
  if (found == made_.end()) {
    const engine::DeclaredTable* declared = engine::find_declared(name);
    if (declared == nullptr) return nullptr;
    Made made = make(std::string(name));
    if (!made) {
      const bool is_by_track = declared->rows == engine::TableRows::kTracks;
      made = std::make_unique<engine::OwnedTable>(is_by_track ? tracks_.size()
                                                  : declared->beside.empty()
                                                      ? 0
                                                      : table(declared->beside)->rows);
    }
    engine::add_missing_columns(*made, *declared);
    found = made_.emplace(std::string(name), std::move(made)).first;
  }
  return found->second->table();
}

TinyLibrary::Made TinyLibrary::make(const std::string& name) const {
  if (name == "tracks") return make_tracks();
  if (name == "artists") return make_named(artists_);
  if (name == "tags") return make_named(tags_);
  if (name == "listens") return make_listens();
  if (name == "session_hours" || name == "mood_windows" || name == "sessions")
    return make_pattern_table(name);
  if (name == "users" || name == "audience") return make_users();
  if (name == "engagement") return make_engagement();
  if (name == "user_listens" || name == "audience_listens") return make_user_listens();
  if (name == "user_listen_contexts") return make_contexts(sorted_user_listens());
  if (name == "listen_contexts") {
    std::vector<std::pair<std::int32_t, Listen>> listens;
    for (const Listen& listen : sorted_listens()) listens.emplace_back(0, listen);
    return make_contexts(listens);
  }
  if (name == "prompts") {
    std::vector<Prompt> rows = prompts_;
    std::stable_sort(rows.begin(), rows.end(),
                     [](const Prompt& a, const Prompt& b) { return a.ts < b.ts; });
    return make_texts(rows, true);
  }
  if (name == "captions") {
    std::vector<Prompt> rows = captions_;
    std::stable_sort(rows.begin(), rows.end(), [](const Prompt& a, const Prompt& b) {
      return a.track != b.track ? a.track < b.track : a.ts < b.ts;
    });
    return make_texts(rows, true);
  }
  if (name == "lyrics") {
    std::vector<Prompt> rows = lyrics_;
    std::stable_sort(rows.begin(), rows.end(),
                     [](const Prompt& a, const Prompt& b) { return a.track < b.track; });
    return make_texts(rows, true);
  }
  if (name.starts_with("prompt_vectors:")) {
    const auto found = text_vectors_.find(name);
    return make_texts(found == text_vectors_.end() ? std::vector<Prompt>() : found->second.texts,
                      false);
  }
  if (name == "likes") return make_dated(likes_, 0);
  if (name == "library") return make_dated(library_, -1);
  if (name == "served") return make_dated(served_, -1);
  if (name == "banned") return make_banned();
  if (name == "rejected") return make_rejected();
  if (name == "recommendations") return make_recommendations();
  if (name == "track_statistics") return make_statistics();
  if (name == "saved_artists") return make_saved_artists(0);
  if (const auto plays = number_after(name, "implicit_saved_artists:"))
    return make_saved_artists(plays);
  return nullptr;
}

TinyLibrary::Made TinyLibrary::make_tracks() const {
  auto made = std::make_unique<engine::OwnedTable>(static_cast<std::int64_t>(tracks_.size()));
  std::int64_t* id = made->i64("id");
  for (std::size_t i = 0; i < tracks_.size(); ++i) id[i] = static_cast<std::int64_t>(i) + 1;
  const auto put = [&](const std::string& name, auto&& value_of) {
    std::vector<std::decay_t<decltype(value_of(tracks_[0]))>> values;
    for (const TinyTrack& track : tracks_) values.push_back(value_of(track));
    if constexpr (std::is_same_v<decltype(values), std::vector<std::string>>) {
      put_texts(*made, name, values);
    } else {
      made->copy(name, values);
    }
  };
  using Track = const TinyTrack&;
  std::int32_t own_song = static_cast<std::int32_t>(tracks_.size());
  for (const TinyTrack& track : tracks_) own_song = std::max(own_song, track.song + 1);
  put("title", [](Track t) { return t.title; });
  put("artist",
      [&](Track t) { return t.artists.empty() ? kNoInt : artist_numbers_.at(t.artists[0]); });
  put("artist_name", [](Track t) { return t.artists.empty() ? std::string() : t.artists[0]; });
  put("album", [](Track t) { return t.album; });
  put("song", [&](Track t) { return t.song >= 0 ? t.song : own_song++; });
  put("spotify_id", [](Track t) { return t.spotify_id; });
  put("isrc", [](Track t) { return t.isrc; });
  put("mbid", [](Track t) { return t.mbid; });
  put("duration_ms", [](Track t) { return t.duration_ms; });
  put("year", [](Track t) { return t.year; });
  put("popularity", [](Track t) { return t.popularity; });
  put("explicit", [](Track t) { return t.is_explicit; });
  put("energy", [](Track t) { return t.energy; });
  put("valence", [](Track t) { return t.valence; });
  put("loudness", [](Track t) { return t.loudness; });
  put("tempo", [](Track t) { return t.tempo; });
  for (const char* end : {"", "_or_artist"}) {
    const std::string known = end;
    put("danceability" + known, [](Track t) { return t.danceability; });
    put("acousticness" + known, [](Track t) { return t.acousticness; });
    put("instrumentalness" + known, [](Track t) { return t.instrumentalness; });
  }
  put("key", [](Track) { return kNoInt; });
  put("mode", [](Track) { return kNoInt; });
  put("energy_or_artist", [](Track t) { return t.energy; });
  put("valence_or_artist", [](Track t) { return t.valence; });
  return made;
}

TinyLibrary::Made TinyLibrary::make_named(const std::vector<std::string>& names) const {
  auto made = std::make_unique<engine::OwnedTable>(static_cast<std::int64_t>(names.size()));
  std::int64_t* id = made->i64("id");
  for (std::size_t i = 0; i < names.size(); ++i) id[i] = static_cast<std::int64_t>(i) + 1;
  put_texts(*made, "name", names);
  return made;
}

TinyLibrary::Made TinyLibrary::make_texts(std::vector<Prompt> rows, bool has_tracks) {
  auto made = std::make_unique<engine::OwnedTable>(static_cast<std::int64_t>(rows.size()));
  std::int64_t* ts = made->i64("ts");
  std::int32_t* track = has_tracks ? made->i32("track") : nullptr;
  std::vector<std::string> texts;
  for (std::size_t row = 0; row < rows.size(); ++row) {
    ts[row] = rows[row].ts;
    if (has_tracks) track[row] = rows[row].track < 0 ? kNoInt : rows[row].track;
    texts.push_back(rows[row].text);
  }
  put_texts(*made, "text", texts);
  return made;
}

TinyLibrary::Made TinyLibrary::make_users() const {
  auto made = std::make_unique<engine::OwnedTable>(static_cast<std::int64_t>(user_count_));
  std::int64_t* id = made->i64("id");
  for (std::size_t user = 0; user < user_count_; ++user)
    id[user] = static_cast<std::int64_t>(user) + 1;
  made->copy("is_taught", std::vector<std::uint8_t>(user_count_, 1));  // of "audience"
  return made;
}

TinyLibrary::Made TinyLibrary::make_engagement() const {
  auto made = std::make_unique<engine::OwnedTable>(static_cast<std::int64_t>(engagement_.size()));
  std::int32_t* track = made->i32("track");
  std::int64_t* ts = made->i64("ts");
  std::array<float*, 5> values{};
  for (std::size_t k = 0; k < values.size(); ++k)
    values[k] = made->f32(engine::kEngagementColumns[k]);
  std::size_t row = 0;
  for (const auto& [number, told] : engagement_) {
    track[row] = number;
    ts[row] = kNow;
    for (std::size_t k = 0; k < values.size(); ++k) values[k][row] = told[k];
    ++row;
  }
  return made;
}

std::vector<std::pair<std::int32_t, TinyLibrary::Listen>> TinyLibrary::sorted_user_listens() const {
  std::vector<std::pair<std::int32_t, Listen>> sorted;
  for (auto [user, listens] : user_listens_) {
    std::stable_sort(listens.begin(), listens.end(),
                     [](const Listen& a, const Listen& b) { return a.ts < b.ts; });
    for (const Listen& listen : listens) sorted.emplace_back(user, listen);
  }
  return sorted;
}

std::vector<TinyLibrary::Listen> TinyLibrary::sorted_listens() const {
  std::vector<Listen> sorted = listens_;
  std::stable_sort(sorted.begin(), sorted.end(),
                   [](const Listen& a, const Listen& b) { return a.ts < b.ts; });
  return sorted;
}

TinyLibrary::Made TinyLibrary::make_contexts(
    const std::vector<std::pair<std::int32_t, Listen>>& listens) {
  auto made = std::make_unique<engine::OwnedTable>(static_cast<std::int64_t>(listens.size()));
  std::vector<std::string> starts, ends;
  std::vector<std::int32_t> ms_played, sessions, positions;
  std::vector<std::uint8_t> shuffle, finished;
  std::int64_t over = 0;
  for (std::size_t k = 0; k < listens.size(); ++k) {
    const auto& [user, listen] = listens[k];
    const TinyContext& context = listen.context;
    const bool is_new = k == 0 || user != listens[k - 1].first ||
                        listen.ts - over >= engine::PlayRule().session_gap_seconds;
    const std::int64_t end = engine::end_of_listen(listen.ts, context.ms_played);
    over = is_new ? end : std::max(over, end);
    sessions.push_back(k == 0 ? 0 : sessions.back() + is_new);
    positions.push_back(is_new ? 0 : positions.back() + 1);
    starts.push_back(context.start);
    ends.push_back(context.end);
    ms_played.push_back(context.ms_played);
    shuffle.push_back(context.shuffle);
    finished.push_back(context.end.empty() ? 255 : context.end == "trackdone");
  }
  put_texts(*made, "start_reason", starts);
  put_texts(*made, "end_reason", ends);
  made->copy("ms_played", ms_played);
  made->copy("session", sessions);
  made->copy("position", positions);
  made->copy("shuffle", shuffle);
  made->copy("is_finished", finished);
  return made;
}

TinyLibrary::Made TinyLibrary::make_user_listens() const {
  std::vector<std::int32_t> users, tracks;
  std::vector<std::int64_t> times;
  std::vector<std::uint8_t> plays, skips;
  for (const auto& [user, listen] : sorted_user_listens()) {
    users.push_back(user);
    tracks.push_back(listen.track);
    times.push_back(listen.ts);
    plays.push_back(listen.is_play);
    skips.push_back(listen.is_skip);
  }
  auto made = std::make_unique<engine::OwnedTable>(static_cast<std::int64_t>(users.size()));
  made->copy("user", users);
  made->copy("track", tracks);
  made->copy("ts", times);
  made->copy("is_play", plays);
  made->copy("is_skip", skips);
  return made;
}

TinyLibrary::Made TinyLibrary::make_listens() const {
  const std::vector<Listen> sorted = sorted_listens();
  auto made = std::make_unique<engine::OwnedTable>(static_cast<std::int64_t>(sorted.size()));
  std::int64_t* ts = made->i64("ts");
  std::int32_t* track = made->i32("track");
  std::int32_t* ms_played = made->i32("ms_played");
  std::uint8_t *is_play = made->u8("is_play"), *is_skip = made->u8("is_skip"),
               *is_finished = made->u8("is_finished");
  for (std::size_t i = 0; i < sorted.size(); ++i) {
    ts[i] = sorted[i].ts;
    track[i] = sorted[i].track;
    is_play[i] = sorted[i].is_play;
    is_skip[i] = sorted[i].is_skip;
    ms_played[i] = sorted[i].context.ms_played;
    const std::string& end = sorted[i].context.end;
    is_finished[i] = end.empty() ? 255 : end == "trackdone";
  }
  return made;
}

TinyLibrary::Made TinyLibrary::make_pattern_table(const std::string& name) const {
  const playlist_table& listens = *table("listens");
  const engine::ListenColumns columns{
      engine::column_of<std::int32_t>(listens, "track").data(),
      engine::column_of<std::int64_t>(listens, "ts").data(),
      engine::column_of<std::int32_t>(listens, "ms_played").data(),
      engine::column_of<std::uint8_t>(listens, "is_play").data(),
      engine::column_of<std::uint8_t>(listens, "is_skip").data(),
      engine::column_of<std::uint8_t>(listens, "is_finished").data(),
      static_cast<std::size_t>(listens.rows)};
  const std::int64_t gap = engine::PlayRule().session_gap_seconds;
  if (name == "sessions") return make_sessions(columns, gap);
  if (name == "session_hours") return engine::make_session_hours(columns, gap, now(), "UTC");
  return engine::make_mood_windows(*this, columns, gap, now(), "UTC");
}

TinyLibrary::Made TinyLibrary::make_dated(std::vector<Dated> rows, int is_implicit) const {
  std::stable_sort(rows.begin(), rows.end(),
                   [](const Dated& a, const Dated& b) { return a.ts < b.ts; });
  auto made = std::make_unique<engine::OwnedTable>(static_cast<std::int64_t>(rows.size()));
  std::int32_t* track = made->i32("track");
  std::int64_t* ts = made->i64("ts");
  for (std::size_t i = 0; i < rows.size(); ++i) {
    track[i] = rows[i].track;
    ts[i] = rows[i].ts;
  }
  if (is_implicit >= 0) {
    std::fill_n(made->u8("is_implicit"), rows.size(), static_cast<std::uint8_t>(is_implicit));
  }
  return made;
}

std::vector<std::int32_t> TinyLibrary::plays_per_track() const {
  std::vector<std::int32_t> plays(tracks_.size());
  for (const Listen& listen : listens_) {
    if (listen.is_play == 1) ++plays[static_cast<std::size_t>(listen.track)];
  }
  return plays;
}

TinyLibrary::Made TinyLibrary::make_statistics() const {
  const std::vector<std::int32_t> plays = plays_per_track();
  std::vector<std::int32_t> lately(tracks_.size()), skips(tracks_.size()), told(tracks_.size());
  std::vector<std::int64_t> last(tracks_.size(), kNoLong);
  for (const Listen& listen : listens_) {
    const auto at = static_cast<std::size_t>(listen.track);
    skips[at] += listen.is_skip;
    ++told[at];
    if (listen.is_play != 1) continue;
    lately[at] += listen.ts >= kNow - kMonth;
    last[at] = std::max(last[at], listen.ts);
  }
  std::vector<float> skip_rate, days;
  for (std::size_t i = 0; i < tracks_.size(); ++i) {
    skip_rate.push_back(told[i] == 0 ? kNoFloat
                                     : static_cast<float>(skips[i]) / static_cast<float>(told[i]));
    days.push_back(last[i] == kNoLong ? kNoFloat : static_cast<float>(kNow - last[i]) / 86'400);
  }
  auto made = std::make_unique<engine::OwnedTable>(static_cast<std::int64_t>(tracks_.size()));
  made->copy("plays", plays);
  made->copy("plays_30d", lately);
  made->copy("skip_rate", skip_rate);
  made->copy("last_played", last);
  made->copy("days_since_played", days);
  return made;
}

TinyLibrary::Made TinyLibrary::make_banned() const {
  auto made = std::make_unique<engine::OwnedTable>(static_cast<std::int64_t>(bans_.size()));
  std::int32_t *track = made->i32("track"), *artist = made->i32("artist");
  std::int64_t* ts = made->i64("ts");
  for (std::size_t row = 0; row < bans_.size(); ++row) {
    track[row] = bans_[row].track;
    artist[row] = bans_[row].artist;
    ts[row] = bans_[row].ts;
  }
  return made;
}

TinyLibrary::Made TinyLibrary::make_rejected() const {
  auto made = std::make_unique<engine::OwnedTable>(static_cast<std::int64_t>(rejections_.size()));
  std::int32_t *track = made->i32("track"), *artist = made->i32("artist");
  std::int64_t* ts = made->i64("ts");
  std::vector<std::string> verdicts, reasons, lists;
  for (std::size_t row = 0; row < rejections_.size(); ++row) {
    const Rejection& rejection = rejections_[row];
    track[row] = rejection.track;
    artist[row] = rejection.artist.empty() ? kNoInt : artist_numbers_.at(rejection.artist);
    ts[row] = static_cast<std::int64_t>(row);
    verdicts.push_back(rejection.verdict);
    reasons.push_back(rejection.reason);
    lists.push_back(rejection.list);
  }
  put_texts(*made, "verdict", verdicts);
  put_texts(*made, "reason", reasons);
  put_texts(*made, "list", lists);
  return made;
}

TinyLibrary::Made TinyLibrary::make_recommendations() const {
  auto made =
      std::make_unique<engine::OwnedTable>(static_cast<std::int64_t>(recommendations_.size()));
  std::int32_t *track = made->i32("track"), *seed = made->i32("seed");
  std::int64_t* ts = made->i64("ts");
  float* score = made->f32("score");
  std::vector<std::string> services, channels;
  for (std::size_t row = 0; row < recommendations_.size(); ++row) {
    const Recommendation& one = recommendations_[row];
    track[row] = one.track;
    seed[row] = one.seed;
    ts[row] = static_cast<std::int64_t>(row);
    score[row] = one.score;
    services.push_back(one.service);
    channels.push_back(one.channel);
  }
  put_texts(*made, "service", services);
  put_texts(*made, "channel", channels);
  return made;
}

TinyLibrary::Made TinyLibrary::make_saved_artists(std::int32_t implicit_plays) const {
  const std::vector<std::int32_t> plays = plays_per_track();
  std::set<std::int32_t> artists;
  if (implicit_plays == 0) {
    artists = saved_artists_;
  } else {
    for (std::size_t i = 0; i < plays.size(); ++i) {
      if (plays[i] < implicit_plays) continue;
      for (const std::string& name : tracks_[i].artists) artists.insert(artist_numbers_.at(name));
    }
  }
  std::map<std::int32_t, std::int32_t> plays_of;
  for (std::size_t i = 0; i < plays.size(); ++i) {
    for (const std::string& name : tracks_[i].artists)
      plays_of[artist_numbers_.at(name)] += plays[i];
  }
  auto made = std::make_unique<engine::OwnedTable>(static_cast<std::int64_t>(artists.size()));
  std::int32_t *artist = made->i32("artist"), *count = made->i32("plays");
  std::uint8_t* is_implicit = made->u8("is_implicit");
  std::size_t row = 0;
  for (const std::int32_t number : artists) {
    artist[row] = number;
    count[row] = plays_of[number];
    is_implicit[row++] = implicit_plays > 0;
  }
  return made;
}

TinyLibrary::Rows TinyLibrary::rows_of(const std::string& name) const {
  const auto from = [](const auto& sets, std::size_t count) {
    Rows rows(count);
    for (const auto& [row, values] : sets) {
      for (const auto& value : values) {
        if constexpr (std::is_same_v<std::decay_t<decltype(value)>, std::int32_t>) {
          rows[static_cast<std::size_t>(row)].emplace_back(value, 1.0f);
        } else {
          rows[static_cast<std::size_t>(row)].emplace_back(value.first, value.second);
        }
      }
    }
    return rows;
  };
  if (name == "artist_tags") return from(artist_tags_, artists_.size());
  if (name == "artist_relations") return from(relations_, artists_.size());
  if (name == "artist_users") return from(artist_users_, artists_.size());
  if (name == "artist_playlists") return from(artist_playlists_, artists_.size());
  if (name == "user_tracks") return from(user_tracks_, user_count_);
  if (name == "user_likes") return from(user_likes_, user_count_);
  if (name == "user_skips") return from(user_skips_, user_count_);

  const bool is_by_track = name == "track_artists" || name == "track_tags";
  const bool is_of_tags = name == "track_tags" || name == "tag_tracks";
  Rows rows(is_by_track ? tracks_.size() : is_of_tags ? tags_.size() : artists_.size());
  for (std::size_t i = 0; i < tracks_.size(); ++i) {
    for (const std::string& text : is_of_tags ? tracks_[i].tags : tracks_[i].artists) {
      const std::int32_t number = is_of_tags ? tag_numbers_.at(text) : artist_numbers_.at(text);
      const auto track = static_cast<std::int32_t>(i);
      rows[static_cast<std::size_t>(is_by_track ? track : number)].emplace_back(
          is_by_track ? number : track, 1.0f);
    }
  }
  return rows;
}

const playlist_matrix* TinyLibrary::embedding(std::string_view space) const {
  if (const auto found = text_vectors_.find(space); found != text_vectors_.end()) {
    TextVectors& texts = found->second;
    const std::size_t rows = texts.texts.size();
    texts.view = {sizeof texts.view, static_cast<std::uint32_t>(texts.values.size() / rows),
                  static_cast<std::int64_t>(rows), texts.values.data()};
    return &texts.view;
  }
  const auto vectors = embeddings_.find(space);
  if (vectors == embeddings_.end()) return nullptr;
  MadeMatrix& made = made_matrices_[std::string(space)];
  const std::size_t dim = vectors->second.begin()->second.size();
  made.values.assign(tracks_.size() * dim, TinyTrack::kUnknown);
  for (const auto& [track, vector] : vectors->second)
    std::copy(vector.begin(), vector.end(),
              made.values.begin() + static_cast<std::ptrdiff_t>(track) * static_cast<int>(dim));
  made.view = {sizeof made.view, static_cast<std::uint32_t>(dim),
               static_cast<std::int64_t>(tracks_.size()), made.values.data()};
  return &made.view;
}

const playlist_lists* TinyLibrary::lists(std::string_view name) const {
  constexpr std::string_view kNames[] = {"track_artists", "artist_tracks",    "track_tags",
                                         "tag_tracks",    "artist_tags",      "artist_relations",
                                         "artist_users",  "artist_playlists", "user_tracks",
                                         "user_likes",    "user_skips"};
  if (std::find(std::begin(kNames), std::end(kNames), name) == std::end(kNames)) return nullptr;
  auto found = made_lists_.find(name);
  if (found == made_lists_.end()) {
    auto made = std::make_unique<MadeLists>();
    made->offsets.push_back(0);
    for (const auto& row : rows_of(std::string(name))) {
      for (const auto& [value, weight] : row) {
        made->values.push_back(value);
        made->weights.push_back(weight);
      }
      made->offsets.push_back(made->values.size());
    }
    const bool is_weighted = name == "artist_tags" || name == "artist_relations" ||
                             name == "user_tracks" || name == "user_skips";
    made->view = {sizeof(playlist_lists),
                  0,
                  static_cast<std::int64_t>(made->offsets.size()) - 1,
                  made->offsets.data(),
                  made->values.data(),
                  is_weighted ? made->weights.data() : nullptr};
    found = made_lists_.emplace(std::string(name), std::move(made)).first;
  }
  return &found->second->view;
}

}  // namespace support
