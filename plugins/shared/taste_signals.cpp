#include "taste_signals.hpp"

#include <algorithm>
#include <cmath>
#include <optional>
#include <string_view>

namespace shared {
namespace {

constexpr double kSecondsOfDay = 86'400;
constexpr std::int64_t kMonth = 28 * 86'400, kHalfYear = 180 * 86'400;
constexpr double kDaysOfUnplayed = 3'650;  // as long ago as if it was never played
// As the column of the same name has them (engine/data/listening_columns.cpp).
constexpr double kLevelOfNever = 0.001;  // as a play of a century ago
constexpr std::int64_t kSoonest = 60;    // since a play

float log_count(double value) {
  return static_cast<float>(std::log1p(value));
}

float log_days_between(std::int64_t from, std::int64_t to) {
  return log_count(std::max(0.0, static_cast<double>(to - from) / kSecondsOfDay));
}

}  // namespace

std::span<const SignalFeature, kTasteFeatures> taste_features() {
  static constexpr SignalFeature kFeatures[kTasteFeatures] = {
      {"plays", "how often you played it"},
      {"plays_lately", "how often you played it in the last four weeks"},
      {"base_level", "how present it is to you"},
      {"days_since_played", "how long ago you played it"},
      {"days_known", "how long you have known it"},
      {"skip_rate", "how much of it you skipped"},
      {"skips", "how often you skipped it"},
      {"skip_rate_lately", "how much of it you skipped in the last half year"},
      {"fraction_heard", "how much of it you hear"},
      {"best_playlist", "that it is in your best playlist"},
      {"liked", "that you liked it"},
      {"rating", "how you rated it"},
      {"approved", "what you said when it was suggested"},
      {"artist_plays", "how often you played its artist"},
      {"artist_plays_lately", "how often you played its artist in the last four weeks"},
      {"artist_days_since_played", "how long ago you played its artist"},
      {"artist_skip_rate", "how much of its artist you skipped"},
      {"artist_likes", "how many of its artist's songs you liked"},
      {"likeness", "how much it is like what you play"},
  };
  return kFeatures;
}

bool is_of_skips(std::size_t feature) {
  return feature == 5 || feature == 6 || feature == 7 || feature == 16;
}

std::string taste_feature_names() {
  return feature_names(taste_features());
}

// ---- what a call tells --------------------------------------------------------------------------

void each_taste_listen(const playlist::Call& call,
                       const std::function<void(const TasteListen&)>& take) {
  const playlist::Table listens = call.table("listens");
  const auto track = listens["track"].i32(), ms_played = listens["ms_played"].i32();
  const auto duration = call.table("tracks")["duration_ms"].i32();
  const auto ts = listens["ts"].i64();
  const auto is_play = listens["is_play"].u8(), is_skip = listens["is_skip"].u8();
  for (std::size_t row = 0; row < track.size(); ++row) {
    if (row % 65'536 == 0) call.checkpoint();
    const std::int32_t length = duration[static_cast<std::size_t>(track[row])];
    const bool is_timed = !playlist::is_missing(ms_played[row]) && length > 0;
    take({ts[row], end_of_play(ts[row], ms_played[row]), track[row], 0,
          is_timed ? std::clamp(static_cast<float>(ms_played[row]) / static_cast<float>(length),
                                0.0F, 1.0F)
                   : TasteListen::kUntold,
          is_play[row] == 1, is_skip[row] == 1, !playlist::is_missing(is_skip[row])});
  }
}

std::vector<TasteListen> taste_listens(const playlist::Call& call) {
  std::vector<TasteListen> made;
  made.reserve(call.table("listens").rows());
  each_taste_listen(call, [&](const TasteListen& listen) { made.push_back(listen); });
  const auto session = call.table("listen_contexts")["session"].i32();
  for (std::size_t row = 0; row < made.size(); ++row) made[row].session = session[row];
  return made;
}

namespace {

using Verdicts = std::vector<Verdict>;

void add_all(const playlist::Table& table, Verdict::Kind kind, Verdicts& to) {
  const auto track = table["track"].i32();
  const auto ts = table["ts"].i64();
  for (std::size_t row = 0; row < track.size(); ++row) to.push_back({ts[row], track[row], kind});
}

void add_playlist(const playlist::Call& call, const std::string& name, Verdicts& to) {
  const playlist::Table table = call.table("playlist_tracks");
  const playlist::Strings names = table["playlist"].texts();
  const auto track = table["track"].i32();
  const auto ts = table["ts"].i64();
  for (std::size_t row = 0; row < track.size(); ++row)
    if (names[row] == name) to.push_back({ts[row], track[row], Verdict::Kind::kBestPlaylist});
}

std::optional<Verdict::Kind> kind_of(std::string_view verdict) {
  if (verdict == "approve" || verdict == "love") return Verdict::Kind::kApproved;
  if (verdict == "reject") return Verdict::Kind::kRejected;
  if (verdict == "rate") return Verdict::Kind::kRated;
  return std::nullopt;  // bans are a table of their own
}

void add_feedback(const playlist::Call& call, Verdicts& to) {
  const playlist::Table table = call.table("feedback");
  const auto track = table["track"].i32(), song_of = call.table("tracks")["song"].i32();
  const auto ts = table["ts"].i64();
  const auto rating = table["rating"].f32();
  const auto is_lasting = table["is_lasting"].u8();
  const playlist::Strings verdicts = table["verdict"].texts(), subjects = table["subject"].texts(),
                          lists = table["list"].texts();
  for (std::size_t row = 0; row < track.size(); ++row) {
    const auto kind = kind_of(verdicts[row]);
    if (!kind || is_lasting[row] != 1 || !lists[row].empty() || track[row] < 0) continue;
    const float stars = *kind == Verdict::Kind::kRated ? rating[row] : 0;
    if (subjects[row] == "track") to.push_back({ts[row], track[row], *kind, stars});
    if (subjects[row] != "song") continue;
    const std::int32_t song = song_of[static_cast<std::size_t>(track[row])];
    for (std::size_t one = 0; one < song_of.size(); ++one)
      if (song_of[one] == song)
        to.push_back({ts[row], static_cast<std::int32_t>(one), *kind, stars});
  }
}

}  // namespace

std::vector<Verdict> verdicts_of(const playlist::Call& call, const std::string& best_playlist) {
  Verdicts made;
  add_all(call.table("likes"), Verdict::Kind::kLiked, made);
  add_all(call.table("banned"), Verdict::Kind::kBanned, made);
  if (!best_playlist.empty()) add_playlist(call, best_playlist, made);
  add_feedback(call, made);
  std::stable_sort(made.begin(), made.end(),
                   [](const Verdict& a, const Verdict& b) { return a.ts < b.ts; });
  return made;
}

// ---- the past -----------------------------------------------------------------------------------

TastePast::TastePast(std::span<const std::int32_t> artist, std::size_t artists,
                     const TrackVectors& vectors)
    : artist_(artist),
      vectors_(vectors),
      tracks_(artist.size()),
      artists_(artists),
      heart_(vectors.dim) {}

void TastePast::only_at(std::int64_t now) {
  now_ = now;
  is_only_moment_ = true;
}

void TastePast::hear(const TasteListen& listen) {
  if (!is_only_moment_) {
    open_.push_back(listen);
  } else if (is_over(listen)) {
    take(listen);
  }
}

void TastePast::say(const Verdict& verdict) {
  if (!is_only_moment_) {
    verdicts_.push_back(verdict);
  } else if (verdict.ts <= now_) {
    take(verdict);
  }
}

void TastePast::at(std::int64_t now) {
  now_ = now;
  for (const TasteListen& listen : open_)
    if (is_over(listen)) take(listen);
  std::erase_if(open_, [&](const TasteListen& listen) { return is_over(listen); });
  for (; said_ < verdicts_.size() && verdicts_[said_].ts <= now; ++said_) take(verdicts_[said_]);
  forget_old();
}

/// What lies too far back for a window is taken out of it by forget_old(), but of the only moment
/// not even put in.
void TastePast::take(const TasteListen& listen) {
  TrackPast& track = past(listen.track);
  track.plays += listen.is_play;
  track.judged += listen.is_judged;
  if (!is_only_moment_) taken_.push_back(listen);
  if (listen.is_skip) {
    ++track.ever.skips;
    track.half_year.skips += !is_only_moment_ || listen.ts >= now_ - kHalfYear;
    if (ArtistPast* const artist = artist_of(listen.track)) ++artist->ever.skips;
  } else if (listen.is_play) {
    take_play(listen, track);
  }
}

void TastePast::take_play(const TasteListen& listen, TrackPast& track) {
  const bool is_lately = !is_only_moment_ || listen.ts >= now_ - kMonth;
  if (track.ever.gladly == 0) track.first_played = listen.ts;
  track.last_played = listen.ts;
  ++track.ever.gladly;
  track.half_year.gladly += !is_only_moment_ || listen.ts >= now_ - kHalfYear;
  track.plays_lately += is_lately;
  if (listen.fraction == listen.fraction) {
    track.fraction += listen.fraction;
    ++track.fractions;
  }
  if (is_only_moment_) {
    track.level += level_of(listen.ts);
  } else {
    play_.push_back({listen.ts, track.last_play});
    track.last_play = static_cast<std::int32_t>(play_.size()) - 1;
  }
  if (ArtistPast* const artist = artist_of(listen.track)) {
    ++artist->ever.gladly;
    artist->plays_lately += is_lately;
    artist->last_played = listen.ts;
  }
  take_vector(listen.track);
}

void TastePast::take(const Verdict& verdict) {
  TrackPast& track = past(verdict.track);
  switch (verdict.kind) {
    case Verdict::Kind::kBestPlaylist:
      track.in_best_playlist = true;
      break;
    case Verdict::Kind::kLiked:
      if (ArtistPast* const artist = artist_of(verdict.track); artist && !track.is_liked)
        ++artist->likes;
      track.is_liked = true;
      break;
    case Verdict::Kind::kBanned:
      track.is_banned = true;
      break;
    case Verdict::Kind::kRated:
      track.rating = verdict.rating;
      break;
    case Verdict::Kind::kApproved:
      track.approved = 1;
      break;
    case Verdict::Kind::kRejected:
      track.approved = -1;
  }
}

void TastePast::take_vector(std::int32_t track) {
  const float* const vector = vectors_.of(track);
  if (vector == nullptr) return;
  for (std::size_t k = 0; k < heart_.size(); ++k) heart_[k] += vector[k];
}

/// What is no longer of the last four weeks, or of the last half year.
void TastePast::forget_old() {
  const auto is_glad = [](const TasteListen& listen) { return listen.is_play && !listen.is_skip; };
  for (; month_begin_ < taken_.size() && taken_[month_begin_].ts < now_ - kMonth; ++month_begin_) {
    const TasteListen& listen = taken_[month_begin_];
    if (!is_glad(listen)) continue;
    --past(listen.track).plays_lately;
    if (ArtistPast* const artist = artist_of(listen.track)) --artist->plays_lately;
  }
  for (; half_year_begin_ < taken_.size() && taken_[half_year_begin_].ts < now_ - kHalfYear;
       ++half_year_begin_) {
    const TasteListen& listen = taken_[half_year_begin_];
    past(listen.track).half_year.skips -= listen.is_skip;
    past(listen.track).half_year.gladly -= is_glad(listen);
  }
}

PreferenceSignals TastePast::signals(std::int32_t track) const {
  const TrackPast& known = tracks_[static_cast<std::size_t>(track)];
  PreferenceSignals signals;
  signals.in_best_playlist = known.in_best_playlist;
  signals.is_liked = known.is_liked;
  signals.is_banned = known.is_banned;
  if (known.rating > 0) signals.rating = known.rating;
  signals.plays = known.plays;
  if (known.judged > 0)
    signals.skip_rate = static_cast<double>(known.ever.skips) / static_cast<double>(known.judged);
  return signals;
}

/// What a play adds now.
double TastePast::level_of(std::int64_t ts) const {
  return 1 / std::sqrt(static_cast<double>(std::max(kSoonest, now_ - ts)) / 3600);
}

float TastePast::base_level(const TrackPast& track) const {
  double sum = kLevelOfNever + track.level;
  for (std::int32_t at = track.last_play; at >= 0;) {
    const Play& play = play_[static_cast<std::size_t>(at)];
    sum += level_of(play.ts);
    at = play.before;
  }
  return static_cast<float>(std::log(sum));
}

/// The cosine of the vector and the sum of those of all plays; NaN where either says nothing.
float TastePast::likeness(const float* vector) const {
  if (vector == nullptr) return playlist::kMissingF32;
  double product = 0, own = 0, all = 0;
  for (std::size_t k = 0; k < heart_.size(); ++k) {
    product += heart_[k] * vector[k];
    own += double{vector[k]} * vector[k];
    all += heart_[k] * heart_[k];
  }
  const double lengths = std::sqrt(own * all);
  return lengths > 0 ? static_cast<float>(product / lengths) : playlist::kMissingF32;
}

void TastePast::features(std::int32_t track, std::span<float> out) const {
  static constexpr ArtistPast kNobody;
  const TrackPast& known = tracks_[static_cast<std::size_t>(track)];
  const std::int32_t number = artist_[static_cast<std::size_t>(track)];
  const ArtistPast& artist = number < 0 ? kNobody : artists_[static_cast<std::size_t>(number)];
  const bool is_played = known.ever.gladly > 0;
  const float* const vector = vectors_.of(track);
  float* to = out.data();
  *to++ = log_count(known.ever.gladly);
  *to++ = log_count(known.plays_lately);
  *to++ = base_level(known);
  *to++ = is_played ? log_days_between(known.last_played, now_) : log_count(kDaysOfUnplayed);
  *to++ = is_played ? log_days_between(known.first_played, now_) : 0;
  *to++ = known.ever.skip_rate();
  *to++ = log_count(known.ever.skips);
  *to++ = known.half_year.skip_rate();
  *to++ = known.fractions > 0 ? known.fraction / static_cast<float>(known.fractions)
                              : playlist::kMissingF32;
  *to++ = known.in_best_playlist ? 1 : 0;
  *to++ = known.is_liked ? 1 : 0;
  *to++ = known.rating > 0 ? known.rating - 3 : 0;
  *to++ = known.approved;
  *to++ = log_count(artist.ever.gladly);
  *to++ = log_count(artist.plays_lately);
  *to++ = artist.ever.gladly > 0 ? log_days_between(artist.last_played, now_)
                                 : log_count(kDaysOfUnplayed);
  *to++ = artist.ever.skip_rate();
  *to++ = log_count(artist.likes);
  *to++ = likeness(vector);
  for (std::size_t k = 0; k < vectors_.dim; ++k)
    *to++ = vector != nullptr ? vector[k] : playlist::kMissingF32;
}

}  // namespace shared
