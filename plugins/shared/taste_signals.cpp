#include "taste_signals.hpp"

#include <algorithm>
#include <cmath>
#include <optional>
#include <string_view>

namespace shared {
namespace {

constexpr double kSecondsOfDay = 86'400;
constexpr double kDaysOfUnplayed = 3'650;  // as long ago as if it was never played
// As the column of the same name has them (engine/data/listening_columns.cpp).
constexpr double kLevelOfNever = 0.001;  // as a play of a century ago

float log_above_1(double value) {
  return static_cast<float>(std::log1p(value));
}

/// Most counts are small: looked up, they take a tenth of the time.
float log_count(std::int32_t count) {
  static const std::vector<float> kSmall = [] {
    std::vector<float> logs;
    for (int k = 0; k < 1'024; ++k) logs.push_back(log_above_1(k));
    return logs;
  }();
  const auto at = static_cast<std::size_t>(count);
  return at < kSmall.size() ? kSmall[at] : log_above_1(count);
}

float log_days_between(std::int64_t from, std::int64_t to) {
  return log_above_1(std::max(0.0, static_cast<double>(to - from) / kSecondsOfDay));
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

std::vector<TasteListen> taste_listens(const playlist::Call& call) {
  const playlist::Table listens = call.table("listens");
  const auto track = listens["track"].i32(), ms_played = listens["ms_played"].i32(),
             session = call.table("listen_contexts")["session"].i32(),
             duration = call.table("tracks")["duration_ms"].i32();
  const auto ts = listens["ts"].i64();
  const auto is_play = listens["is_play"].u8(), is_skip = listens["is_skip"].u8();
  std::vector<TasteListen> made;
  made.reserve(track.size());
  for (std::size_t row = 0; row < track.size(); ++row) {
    if (row % 65'536 == 0) call.checkpoint();
    made.push_back({ts[row], end_of_play(ts[row], ms_played[row]), track[row], session[row],
                    fraction_heard(ms_played[row], duration[static_cast<std::size_t>(track[row])]),
                    is_play[row] == 1, is_skip[row] == 1, !playlist::is_missing(is_skip[row])});
  }
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

// ---- features -----------------------------------------------------------------------------------

void SaidOfTrack::take(const Verdict& verdict) {
  switch (verdict.kind) {
    case Verdict::Kind::kBestPlaylist:
      in_best_playlist = true;
      break;
    case Verdict::Kind::kLiked:
      is_liked = true;
      break;
    case Verdict::Kind::kBanned:
      is_banned = true;
      break;
    case Verdict::Kind::kRated:
      rating = verdict.rating;
      break;
    case Verdict::Kind::kApproved:
      approved = 1;
      break;
    case Verdict::Kind::kRejected:
      approved = -1;
  }
}

double taste_level(std::int64_t age) {
  return 1 / std::sqrt(static_cast<double>(std::max(kSoonestLevel, age)) / 3600);
}

void write_track_features(const TrackPast& track, double level, const SaidOfTrack& said,
                          std::int64_t now, float* to) {
  const bool is_played = track.ever.gladly > 0;
  static const float kUnplayed = log_above_1(kDaysOfUnplayed), kNever = std::log(kLevelOfNever);
  *to++ = log_count(track.ever.gladly);
  *to++ = log_count(track.plays_lately);
  *to++ = is_played ? static_cast<float>(std::log(kLevelOfNever + level)) : kNever;
  *to++ = is_played ? log_days_between(track.last_played, now) : kUnplayed;
  *to++ = is_played ? log_days_between(track.first_played, now) : 0;
  *to++ = track.ever.skip_rate();
  *to++ = log_count(track.ever.skips);
  *to++ = track.half_year.skip_rate();
  *to++ = track.fractions > 0 ? track.fraction / static_cast<float>(track.fractions)
                              : playlist::kMissingF32;
  *to++ = said.in_best_playlist ? 1 : 0;
  *to++ = said.is_liked ? 1 : 0;
  *to++ = said.rating > 0 ? said.rating - 3 : 0;
  *to++ = said.approved;
}

void write_artist_features(const ArtistPast& artist, std::int64_t now, float* to) {
  *to++ = log_count(artist.ever.gladly);
  *to++ = log_count(artist.plays_lately);
  *to++ = artist.ever.gladly > 0 ? log_days_between(artist.last_played, now)
                                 : log_above_1(kDaysOfUnplayed);
  *to++ = artist.ever.skip_rate();
  *to++ = log_count(artist.likes);
}

float taste_likeness(std::span<const float> places, std::span<const double> heart,
                     double heart_length) {
  double product = 0, own = 0;
  for (std::size_t k = 0; k < places.size(); ++k) {
    product += heart[k] * places[k];
    own += double{places[k]} * places[k];
  }
  const double lengths = std::sqrt(own) * heart_length;
  return lengths > 0 ? static_cast<float>(product / lengths) : playlist::kMissingF32;
}

// ---- the past -----------------------------------------------------------------------------------

TastePast::TastePast(std::span<const std::int32_t> artist, std::size_t artists,
                     const TrackVectors& vectors)
    : artist_(artist),
      vectors_(vectors),
      tracks_(artist.size()),
      artists_(artists),
      heart_(vectors.dim) {}

void TastePast::hear(const TasteListen& listen) {
  open_.push_back(listen);
}

void TastePast::say(const Verdict& verdict) {
  verdicts_.push_back(verdict);
}

void TastePast::at(std::int64_t now) {
  now_ = now;
  for (const TasteListen& listen : open_)
    if (is_over(listen.end, now_)) take(listen);
  std::erase_if(open_, [&](const TasteListen& listen) { return is_over(listen.end, now_); });
  for (; said_ < verdicts_.size() && verdicts_[said_].ts <= now; ++said_) take(verdicts_[said_]);
  forget_old();
}

/// What lies too far back for a window is taken out of it by forget_old().
void TastePast::take(const TasteListen& listen) {
  Track& track = known(listen.track);
  track.plays += listen.is_play;
  track.judged += listen.is_judged;
  taken_.push_back(listen);
  if (listen.is_skip) {
    ++track.past.ever.skips;
    ++track.past.half_year.skips;
    if (ArtistPast* const artist = artist_of(listen.track)) ++artist->ever.skips;
  } else if (listen.is_play) {
    take_play(listen, track);
  }
}

void TastePast::take_play(const TasteListen& listen, Track& track) {
  TrackPast& past = track.past;
  if (past.ever.gladly == 0) past.first_played = listen.ts;
  past.last_played = listen.ts;
  ++past.ever.gladly;
  ++past.half_year.gladly;
  ++past.plays_lately;
  if (listen.fraction == listen.fraction) {
    past.fraction += listen.fraction;
    ++past.fractions;
  }
  play_.push_back({listen.ts, track.last_play});
  track.last_play = static_cast<std::int32_t>(play_.size()) - 1;
  if (ArtistPast* const artist = artist_of(listen.track)) {
    ++artist->ever.gladly;
    ++artist->plays_lately;
    artist->last_played = listen.ts;
  }
  take_vector(listen.track);
}

void TastePast::take(const Verdict& verdict) {
  SaidOfTrack& said = known(verdict.track).said;
  ArtistPast* const artist = artist_of(verdict.track);
  if (verdict.kind == Verdict::Kind::kLiked && artist != nullptr && !said.is_liked) ++artist->likes;
  said.take(verdict);
}

void TastePast::take_vector(std::int32_t track) {
  const float* const vector = vectors_.of(track);
  if (vector == nullptr) return;
  for (std::size_t k = 0; k < heart_.size(); ++k) heart_[k] += vector[k];
}

/// What is no longer of the last four weeks, or of the last half year.
void TastePast::forget_old() {
  const auto is_glad = [](const TasteListen& listen) { return listen.is_play && !listen.is_skip; };
  for (; month_begin_ < taken_.size() && taken_[month_begin_].ts < now_ - TrackPast::kMonth;
       ++month_begin_) {
    const TasteListen& listen = taken_[month_begin_];
    if (!is_glad(listen)) continue;
    --known(listen.track).past.plays_lately;
    if (ArtistPast* const artist = artist_of(listen.track)) --artist->plays_lately;
  }
  for (; half_year_begin_ < taken_.size() &&
         taken_[half_year_begin_].ts < now_ - TrackPast::kHalfYear;
       ++half_year_begin_) {
    const TasteListen& listen = taken_[half_year_begin_];
    known(listen.track).past.half_year.skips -= listen.is_skip;
    known(listen.track).past.half_year.gladly -= is_glad(listen);
  }
}

PreferenceSignals TastePast::signals(std::int32_t track) const {
  const Track& known = tracks_[static_cast<std::size_t>(track)];
  PreferenceSignals signals;
  signals.in_best_playlist = known.said.in_best_playlist;
  signals.is_liked = known.said.is_liked;
  signals.is_banned = known.said.is_banned;
  if (known.said.rating > 0) signals.rating = known.said.rating;
  signals.plays = known.plays;
  if (known.judged > 0)
    signals.skip_rate =
        static_cast<double>(known.past.ever.skips) / static_cast<double>(known.judged);
  return signals;
}

/// Of its plays, the latest first.
double TastePast::level(const Track& track) const {
  double sum = 0;
  for (std::int32_t at = track.last_play; at >= 0;) {
    const Play& play = play_[static_cast<std::size_t>(at)];
    sum += taste_level(now_ - play.ts);
    at = play.before;
  }
  return sum;
}

void TastePast::features(std::int32_t track, std::span<float> out) const {
  static constexpr ArtistPast kNobody;
  const Track& known = tracks_[static_cast<std::size_t>(track)];
  const std::int32_t artist = artist_[static_cast<std::size_t>(track)];
  const float* const vector = vectors_.of(track);
  write_track_features(known.past, level(known), known.said, now_, out.data());
  write_artist_features(artist < 0 ? kNobody : artists_[static_cast<std::size_t>(artist)], now_,
                        out.data() + kOfTrack);
  float* const places = out.data() + kTasteFeatures;
  for (std::size_t k = 0; k < vectors_.dim; ++k)
    places[k] = vector != nullptr ? vector[k] : playlist::kMissingF32;
  double squares = 0;
  for (const double value : heart_) squares += value * value;
  out[kOfTrack + kOfArtist] = taste_likeness({places, vectors_.dim}, heart_, std::sqrt(squares));
}

}  // namespace shared
