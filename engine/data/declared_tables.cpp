#include "data/declared_tables.hpp"

#include <algorithm>
#include <array>
#include <iterator>
#include <limits>

#include "core/hash.hpp"
#include "data/as_of_view.hpp"
#include "data/listening_columns.hpp"
#include "data/mood_windows.hpp"
#include "data/owned_table.hpp"
#include "data/session_hours.hpp"
#include "data/sessions.hpp"
#include "data/track_genres.hpp"
#include "store/lyrics.hpp"

namespace engine {
namespace {

using Holds = ColumnHolds;
using Made = std::unique_ptr<OwnedTable>;

// ---- columns --------------------------------------------------------------------------------

constexpr DeclaredColumn text(const char* name, const char* help = "") {
  return {name, PLAYLIST_STRING, help};
}
constexpr DeclaredColumn real(const char* name, const char* help, double low = 0, double high = 1) {
  return {name, PLAYLIST_F32, help, Holds::kValues, low, high};
}
constexpr DeclaredColumn whole(const char* name, const char* help, double low, double high) {
  return {name, PLAYLIST_I32, help, Holds::kValues, low, high};
}
constexpr DeclaredColumn sure_whole(const char* name, const char* help, double low, double high) {
  return {name, PLAYLIST_I32, help, Holds::kValues, low, high, false};
}
constexpr DeclaredColumn count(const char* name, const char* help) {
  return {name, PLAYLIST_I32, help, Holds::kValues, 0, 50, false};
}
constexpr DeclaredColumn flag(const char* name, const char* help = "") {
  return {name, PLAYLIST_U8, help};
}
constexpr DeclaredColumn sure_flag(const char* name, const char* help = "") {
  return {name, PLAYLIST_U8, help, Holds::kValues, 0, 1, false};
}
constexpr DeclaredColumn number(const char* name, Holds holds, const char* help = "") {
  return {name, PLAYLIST_I32, help, holds, 0, 0, false};
}
constexpr DeclaredColumn number_if_known(const char* name, Holds holds, const char* help = "") {
  return {name, PLAYLIST_I32, help, holds, 0, 0, true};
}
constexpr DeclaredColumn id(const char* help) {
  return {"id", PLAYLIST_I64, help, Holds::kIds, 0, 0, false};
}
constexpr DeclaredColumn time(const char* name, const char* help = "") {
  return {name, PLAYLIST_I64, help, Holds::kTimes, 1.5e9, 1.79e9};
}

constexpr DeclaredColumn ended(const char* name) {
  return {name, PLAYLIST_I64, "", Holds::kEnds};
}

constexpr DeclaredColumn kTrack = number("track", Holds::kTracks);

constexpr DeclaredColumn kTrackColumns[] = {
    id("the track's number in the store"),
    text("title", "as it was imported"),
    number_if_known("artist", Holds::kArtists, "number of the first artist"),
    text("artist_name", "name of the first artist"),
    text("album", "title of the album"),
    text("version", "\"\" or live, remix ...; edition words are not a version"),
    number("song", Holds::kSongs, "the same number for every version of a song"),
    text("spotify_id", "22 letters and digits"),
    text("isrc", "international standard recording code"),
    text("mbid", "MusicBrainz recording id"),
    whole("duration_ms", "length in milliseconds", 30'000, 900'000),
    whole("year", "of release", 1955, 2026),
    real("popularity", "0..100", 0, 100),
    flag("explicit", "marked as explicit"),
    real("danceability", "0..1"),
    real("energy", "0 calm .. 1 wild"),
    real("loudness", "dB, about -60..0", -60, 0),
    real("speechiness", "0 music .. 1 speech"),
    real("acousticness", "0..1"),
    real("instrumentalness", "0 sung .. 1 instrumental"),
    real("liveness", "0 studio .. 1 audience"),
    real("valence", "0 sad .. 1 cheerful"),
    real("tempo", "beats per minute", 50, 210),
    real("danceability_or_artist",
         "danceability; where it is not known, the mean of the artist's tracks"),
    real("energy_or_artist", "energy; where it is not known, the mean of the artist's tracks"),
    real("speechiness_or_artist",
         "speechiness; where it is not known, the mean of the artist's tracks"),
    real("acousticness_or_artist",
         "acousticness; where it is not known, the mean of the artist's tracks"),
    real("instrumentalness_or_artist",
         "instrumentalness; where it is not known, the mean of the artist's tracks"),
    real("liveness_or_artist", "liveness; where it is not known, the mean of the artist's tracks"),
    real("valence_or_artist", "valence; where it is not known, the mean of the artist's tracks"),
    whole("key", "0 = C .. 11 = B", 0, 11),
    whole("mode", "0 minor, 1 major", 0, 1),
    whole("time_signature", "beats in a bar", 3, 5),
};

constexpr DeclaredColumn kTrackGenreColumns[] = {
    text("genre", "the strongest of its tags"),
    text("tags",
         "all of them, strongest first: \"trip hop, electronic\"; its own, or else the strong "
         "ones of its artist"),
};

constexpr DeclaredColumn kArtistColumns[] = {
    id("the artist's number in the store"),
    text("name"),
    real("popularity", "0..100", 0, 100),
    count("track_count", "tracks known by now"),
};

constexpr DeclaredColumn kTagColumns[] = {
    text("name", "lower case"),
    count("track_count", "tracks known by now"),
};

constexpr DeclaredColumn kTrackNumberColumns[] = {
    number_if_known("number", Holds::kTracks, "-1 where no track has the id")};
constexpr DeclaredColumn kArtistNumberColumns[] = {
    number_if_known("number", Holds::kArtists, "-1 where no artist has the id")};

constexpr DeclaredColumn kEngagementColumns[] = {
    kTrack,
    time("ts", "when it was told"),
    real("plays", "everybody's", 0, 5000),
    real("likes", "everybody's", 0, 500),
    real("comments", "everybody's", 0, 50),
    real("skip_rate", "0..1"),
    real("completion", "share of the track that is heard, 0..1"),
};

constexpr DeclaredColumn kCaptionColumns[] = {kTrack, time("ts"), text("text")};
constexpr DeclaredColumn kLyricsColumns[] = {kTrack, time("ts", "0: as long as the track"),
                                             text("text", "\"\" where nothing is sung")};
constexpr DeclaredColumn kPromptVectorColumns[] = {text("text", "its folded words"), time("ts")};

constexpr DeclaredColumn kListenColumns[] = {
    kTrack,
    time("ts", "start"),
    whole("ms_played", "milliseconds heard", 0, 400'000),
    flag("is_play", "long enough to count"),
    flag("is_skip", "255 not known"),
    flag("is_finished", "255 not known"),
    text("country", "two letters"),
};

constexpr DeclaredColumn kListenContextColumns[] = {
    flag("shuffle", "1: played in shuffled order; 255 not known"),
    text("start_reason", "what made it begin: \"trackdone\", \"fwdbtn\", \"clickrow\" ..."),
    text("end_reason", "likewise end"),
    text("device", "what it was played on, as far as an export told"),
    {"session", PLAYLIST_I32, "its row of the table \"sessions\"", Holds::kValues, 0, 50, false},
    {"position", PLAYLIST_I32, "in the session, from 0", Holds::kValues, 0, 50, false},
};

constexpr DeclaredColumn kLikeColumns[] = {kTrack, time("ts"), sure_flag("is_implicit")};
constexpr DeclaredColumn kTrackTimeColumns[] = {kTrack, time("ts")};
constexpr DeclaredColumn kPlaylistTrackColumns[] = {
    text("playlist", "its name"),
    kTrack,
    {"place", PLAYLIST_I32, "in the playlist, from 0", Holds::kValues, 0, 50, false},
    time("ts", "since when it is in it"),
};
constexpr DeclaredColumn kServedColumns[] = {kTrack, time("ts"), text("recipe")};
constexpr DeclaredColumn kBannedColumns[] = {
    kTrack,
    time("ts"),
    number_if_known("artist", Holds::kArtists, "missing: the track itself is banned"),
};
constexpr DeclaredColumn kFeedbackColumns[] = {
    number_if_known("track", Holds::kTracks, "missing: it is about something else"),
    number_if_known("artist", Holds::kArtists, "of an artist, or of an album of theirs"),
    real("rating", "1 to 5", 1, 5),
    real("propensity", "of having been drawn, where it was"),
    time("first", "of times that are forgotten"),
    time("last", "the first moment after them"),
    time("ts", "when it was said"),
    text("verdict", "approve, reject, later, love, ban, rate, forget, mood"),
    text("subject", "track, song, artist, album, playlist, times, text"),
    text("name", "of the album, of the playlist; a mood's words"),
    text("reason"),
    text("list", "which it is about; missing: all"),
    text("origin", "the way in, or the service that told it"),
    sure_flag("is_lasting", "it has no end"),
    sure_flag("is_here", "it is about this list, or all"),
};
constexpr DeclaredColumn kRejectedColumns[] = {
    kTrack,
    time("ts"),
    number_if_known("artist", Holds::kArtists, "the artist, or an album of theirs, was rejected"),
    text("verdict", "reject, later, ban"),
    text("reason"),
    text("list", "for which; missing: for all"),
};
constexpr DeclaredColumn kPromptColumns[] = {
    number_if_known("track", Holds::kTracks, "missing: of no track"),
    time("ts"),
    text("text"),
};
constexpr DeclaredColumn kRecommendationColumns[] = {
    kTrack,
    time("ts", "since when"),
    ended("ended"),
    text("service"),
    text("channel", "which of its lists"),
    real("score", "of one channel, higher is better"),
    number_if_known("seed", Holds::kTracks, "the track of theirs that led there"),
};
constexpr DeclaredColumn kSavedArtistColumns[] = {
    number("artist", Holds::kArtists), count("tracks", "liked or saved by them"),
    count("plays", "of their tracks"), time("ts", "since when"),
    sure_flag("is_implicit"),
};

constexpr DeclaredColumn kTrackStatisticColumns[] = {
    count("plays_30d", "your plays in the last 30 days"),
    count("plays", "your plays of it"),
    count("skips", "how often you skipped it"),
    count("finished", "how often you heard it to the end"),
    real("skip_rate", "skips per play, 0..1"),
    {"first_played", PLAYLIST_I64, "Unix seconds", Holds::kTimes, 1.5e9, 1.6e9},
    {"last_played", PLAYLIST_I64, "Unix seconds", Holds::kTimes, 1.6e9, 1.79e9},
    real("days_since_played", "days since you last played it", 0, 4000),
};

constexpr DeclaredColumn kSessionColumns[] = {
    time("start"),
    time("end", "of the listen that ended last"),
    count("plays", "listens that count as plays"),
    count("tracks", "different tracks"),
    count("skips", "listens that were skipped"),
    sure_whole("hour", "0..23 of its start, on the clock of your time zone", 0, 23),
    sure_whole("weekday", "of its start, 0 Monday .. 6 Sunday", 0, 6),
    real("shuffle_share", "of its listens of which that is told, how many were shuffled"),
    text("device", "what most of it was played on, as far as an export told"),
};
constexpr DeclaredColumn kSessionHourColumns[] = {
    time("ts", "the hour's beginning, Unix seconds"),
    flag("started", "1: a session began in it; 255: it is not over, or still to come"),
    sure_whole("hour", "0..23, on the clock of your time zone", 0, 23),
    sure_whole("weekday", "0 Monday .. 6 Sunday", 0, 6),
    sure_whole("day_of_month", "1..31", 1, 31),
    sure_flag("is_weekend", "Saturday or Sunday"),
    real("hour_sin", "sine of the hour, a day being a turn", -1, 1),
    real("hour_cos", "cosine of it", -1, 1),
    real("day_sin", "sine of the weekday, a week being a turn", -1, 1),
    real("day_cos", "cosine of it", -1, 1),
    real("rolling_listening_frequency_7d", "starts in this hour of the day, of the last 7 days", 0,
         7),
    real("rolling_listening_frequency_30d", "likewise of 30 days", 0, 30),
    real("time_since_last_session", "hours since a session began, at most 9999", 0, 500),
    real("avg_session_duration_last_7d", "mean minutes of sessions begun in the last 7 days", 0,
         300),
    real("total_tracks_last_7d", "listens that ended in the last 7 days", 0, 500),
    real("total_tracks_last_30d", "likewise 30 days", 0, 2000),
    real("same_hour_7d",
         "log odds of a start in this hour of the day; the past counts half after 7 days", -7, 7),
    real("same_hour_28d", "likewise 28 days", -7, 7),
    real("same_hour_90d", "likewise 90 days", -7, 7),
    real("same_hour_365d", "likewise 365 days", -7, 7),
    real("same_week_hour_14d", "log odds of a start in this hour of the week, half after 14 days",
         -7, 7),
    real("same_week_hour_56d", "likewise 56 days", -7, 7),
    real("same_week_hour_180d", "likewise 180 days", -7, 7),
    real("same_week_hour_730d", "likewise 730 days", -7, 7),
    real("near_hours_28d",
         "log odds of a start in this hour, with half of the one before and after", -7, 7),
    real("near_hours_90d", "likewise 90 days", -7, 7),
    real("start_rate_3d", "log odds of a start in any hour, half after 3 days", -9, 7),
    real("start_rate_14d", "likewise 14 days", -9, 7),
    real("start_rate_60d", "likewise 60 days", -9, 7),
    real("start_rate_365d", "likewise 365 days", -9, 7),
    real("log_hours_since_start", "ln(1 + hours since a session began), at most 30 days", 0, 7),
    real("log_hours_since_heard", "ln(1 + 10 minutes since anything ended), at most 30 days", 0, 9),
    count("starts_today", "hours with a start since 4 o'clock"),
    count("starts_24h", "hours with a start in the last 24"),
    count("starts_7d", "likewise in 7 days"),
    count("starts_30d", "likewise in 30 days"),
    sure_flag("is_listening", "something ended less than a session's gap ago"),
    sure_flag("started_1h_ago", "a session began in the hour before"),
    sure_flag("started_2h_ago", "likewise two hours before"),
    sure_flag("started_3h_ago", "likewise three hours before"),
    sure_flag("started_24h_ago", "likewise 24 hours before"),
    sure_flag("started_168h_ago", "likewise a week before"),
};

constexpr DeclaredColumn kMoodWindowColumns[] = {
    number_if_known("listen", Holds::kValues,
                    "row of \"listens\" that is to be told; -1 not heard yet"),
    number("track_0", Holds::kTracks, "the latest track before it"),
    number("track_1", Holds::kTracks, "the one before that"),
    number("track_2", Holds::kTracks, "the third"),
    count("own", "of these three, how many have features of their own"),
    count("known", "of these three, how many have their own or their artist's"),
    real("valence_mean", "mean of the three"),
    real("valence_std", "standard deviation of the three"),
    real("current_valence", "of the latest"),
    real("energy_mean", "mean of the three"),
    real("energy_std", "standard deviation of the three"),
    real("current_energy", "of the latest"),
    real("danceability_mean", "mean of the three"),
    real("danceability_std", "standard deviation of the three"),
    real("current_danceability", "of the latest"),
    real("acousticness_mean", "mean of the three"),
    real("acousticness_std", "standard deviation of the three"),
    real("current_acousticness", "of the latest"),
    real("instrumentalness_mean", "mean of the three"),
    real("instrumentalness_std", "standard deviation of the three"),
    real("current_instrumentalness", "of the latest"),
    real("tempo_norm_mean", "mean of the three; tempo / 250, at most 1"),
    real("tempo_norm_std", "standard deviation of the three"),
    real("current_tempo_norm", "of the latest"),
    time("ts", "start of the latest listen before it, Unix seconds"),
    real("hour_sin", "sine of the latest's hour, a day being a turn", -1, 1),
    real("hour_cos", "cosine of it", -1, 1),
    real("day_sin", "sine of the weekday, a week being a turn", -1, 1),
    real("day_cos", "cosine of it", -1, 1),
    real("time_since_session_start", "minutes from the session's start to the latest's", 0, 300),
    sure_flag("is_weekend", "Saturday or Sunday"),
    count("session_position", "of the latest in its session, from 0"),
};

constexpr DeclaredColumn kTrackSessionColumns[] = {
    count("sessions", "in how many of your listening sessions you heard it"),
};

constexpr DeclaredColumn kTrackFinishedColumns[] = {
    time("last_finished", "when you last heard it to the end, Unix seconds"),
};
constexpr DeclaredColumn kTrackBaseLevelColumns[] = {
    {"base_level", PLAYLIST_F32,
     "how present it is to you, by all of your plays of it and how long ago each was: -7 never "
     "played, about -4 once a few months ago, above 0 played in the last hour",
     Holds::kValues, -7, 1, false},
};
constexpr DeclaredColumn kTrackPlaysAtColumns[] = {
    count("plays_at",
          "your plays of it that began on this weekday in this part of the day (night 22-5, "
          "morning 5-12, afternoon 12-17, evening 17-22), by the clocks of your time zone"),
};
constexpr DeclaredColumn kTrackDaypartColumns[] = {
    count("plays_night", "your plays of it that began between 22 and 5 o'clock"),
    count("plays_morning", "between 5 and 12"),
    count("plays_afternoon", "between 12 and 17"),
    count("plays_evening", "between 17 and 22"),
    count("plays_workday", "from Monday to Friday"),
    count("plays_weekend", "on a Saturday or Sunday"),
};
constexpr DeclaredColumn kTrackArtistStatisticColumns[] = {
    count("artist_plays", "your plays of all tracks that its first artist is on"),
    whole("artist_rank",
          "of its first artist among yours: 1 the most played; missing: never played", 1, 200),
    time("artist_last_played", "when you last played its first artist, Unix seconds"),
};

constexpr DeclaredColumn kUserColumns[] = {id("the person's number in the store")};
constexpr DeclaredColumn kAudienceColumns[] = {
    id("the person's number in the store"),
    sure_flag("is_taught", "what they do next may be learned from"),
};
constexpr DeclaredColumn kUserListenColumns[] = {
    number("user", Holds::kUsers), kTrack,          time("ts", "start"),
    sure_flag("is_play"),          flag("is_skip"),
};
constexpr DeclaredColumn kUserListenContextColumns[] = {
    whole("ms_played", "milliseconds heard", 0, 400'000),
    flag("is_finished", "255 not known"),
    flag("shuffle", "1: played in shuffled order; 255 not known"),
    text("start_reason", "what made it begin"),
    text("end_reason", "likewise end"),
    count("session", "everybody's, in the order of the rows; from 0"),
};

// ---- tables ---------------------------------------------------------------------------------

/// The N of "implicit_likes:N"; 0 where it is no number above 0.
std::int64_t times_of(std::string_view name) {
  const std::string digits(name.substr(name.find(':') + 1));
  const bool is_number = !digits.empty() && digits.size() < 10 &&
                         digits.find_first_not_of("0123456789") == std::string::npos;
  return is_number ? std::stoll(digits) : 0;
}

constexpr DeclaredTable kDeclared[] = {
    {.name = "tracks",
     .owner = TableOwner::kCatalogue,
     .rows = TableRows::kTracks,
     .columns = kTrackColumns,
     .compute = [](const AsOfView& view, std::string_view) { return view.make_tracks(); }},
    {.name = "artists",
     .owner = TableOwner::kCatalogue,
     .rows = TableRows::kArtists,
     .columns = kArtistColumns,
     .compute = [](const AsOfView& view, std::string_view) { return view.make_artists(); }},
    {.name = "tags",
     .owner = TableOwner::kCatalogue,
     .rows = TableRows::kTags,
     .columns = kTagColumns,
     .compute = [](const AsOfView& view, std::string_view) { return view.make_tags(); }},
    {.name = "track_genres",
     .owner = TableOwner::kCatalogue,
     .rows = TableRows::kTracks,
     .columns = kTrackGenreColumns,
     .compute = [](const AsOfView& view, std::string_view) { return make_track_genres(view); }},
    {.name = "tracks_by_id",
     .owner = TableOwner::kCatalogue,
     .rows = TableRows::kIds,
     .columns = kTrackNumberColumns,
     .compute = [](const AsOfView& view,
                   std::string_view) { return view.make_numbers_by_id("tracks"); }},
    {.name = "artists_by_id",
     .owner = TableOwner::kCatalogue,
     .rows = TableRows::kIds,
     .columns = kArtistNumberColumns,
     .compute = [](const AsOfView& view,
                   std::string_view) { return view.make_numbers_by_id("artists"); }},
    // What was told of a track by now: it counts everybody's plays up to the day of the import.
    {.name = "engagement",
     .owner = TableOwner::kCatalogue,
     .rows = TableRows::kEvents,
     .columns = kEngagementColumns,
     .sql = "SELECT track_id, ts, plays, likes, comments, skip_rate, completion FROM engagement",
     .is_by_track = true},
    // What was said of a track, oldest first.
    {.name = "captions",
     .owner = TableOwner::kCatalogue,
     .rows = TableRows::kEvents,
     .columns = kCaptionColumns,
     .sql = "SELECT track_id, ifnull(ts, 0), text FROM prompts WHERE text <> '' "
            "ORDER BY ts, prompt_id",
     .is_by_track = true},
    // What is sung, of tracks of which somebody says it; "" where it is nothing.
    {.name = "lyrics",
     .owner = TableOwner::kCatalogue,
     .rows = TableRows::kEvents,
     .columns = kLyricsColumns,
     .sql = kCountingLyrics,
     .is_by_track = true},
    {.name = "prompt_vectors:",
     .owner = TableOwner::kCatalogue,
     .rows = TableRows::kTexts,
     .columns = kPromptVectorColumns,
     .compute = [](const AsOfView& view,
                   std::string_view name) { return view.make_prompt_vectors(name); }},

    {.name = "listens",
     .owner = TableOwner::kUser,
     .rows = TableRows::kEvents,
     .columns = kListenColumns,
     .compute = [](const AsOfView& view, std::string_view) { return view.make_listens(); }},
    // Of each row of "listens", beside it: few ask.
    {.name = "listen_contexts",
     .owner = TableOwner::kUser,
     .rows = TableRows::kEvents,
     .columns = kListenContextColumns,
     .beside = "listens",
     .compute = [](const AsOfView& view, std::string_view) { return view.make_listen_contexts(); }},
    {.name = "likes",
     .owner = TableOwner::kUser,
     .rows = TableRows::kEvents,
     .columns = kLikeColumns,
     .compute = [](const AsOfView& view, std::string_view) { return view.make_likes(); }},
    {.name = "implicit_likes:",
     .owner = TableOwner::kUser,
     .rows = TableRows::kEvents,
     .columns = kLikeColumns,
     .compute =
         [](const AsOfView& view, std::string_view name) {
           const std::int64_t times = times_of(name);
           return times > 0 ? view.make_implicit_likes(times) : nullptr;
         }},
    {.name = "library",
     .owner = TableOwner::kUser,
     .rows = TableRows::kEvents,
     .columns = kTrackTimeColumns,
     .compute = [](const AsOfView& view, std::string_view) { return view.make_library(); }},
    {.name = "playlist_tracks",
     .owner = TableOwner::kUser,
     .rows = TableRows::kEvents,
     .columns = kPlaylistTrackColumns,
     .compute = [](const AsOfView& view, std::string_view) { return view.make_playlist_tracks(); }},
    {.name = "saved_artists",
     .owner = TableOwner::kUser,
     .rows = TableRows::kEvents,
     .columns = kSavedArtistColumns,
     .compute = [](const AsOfView& view, std::string_view) { return view.make_saved_artists(); }},
    {.name = "implicit_saved_artists:",
     .owner = TableOwner::kUser,
     .rows = TableRows::kEvents,
     .columns = kSavedArtistColumns,
     .compute =
         [](const AsOfView& view, std::string_view name) {
           const std::int64_t times = times_of(name);
           return times > 0 ? view.make_implicit_saved_artists(times) : nullptr;
         }},
    {.name = "banned",
     .owner = TableOwner::kUser,
     .rows = TableRows::kEvents,
     .columns = kBannedColumns,
     .compute = [](const AsOfView& view, std::string_view) { return view.make_banned(); }},
    {.name = "feedback",
     .owner = TableOwner::kUser,
     .rows = TableRows::kEvents,
     .columns = kFeedbackColumns,
     .compute = [](const AsOfView& view, std::string_view) { return view.make_feedback(); }},
    {.name = "rejected",
     .owner = TableOwner::kUser,
     .rows = TableRows::kEvents,
     .columns = kRejectedColumns,
     .compute = [](const AsOfView& view, std::string_view) { return view.make_rejected(); }},
    {.name = "trials",
     .owner = TableOwner::kUser,
     .rows = TableRows::kEvents,
     .columns = kTrackTimeColumns,
     .compute = [](const AsOfView& view, std::string_view) { return view.make_trials(); }},
    {.name = "current",
     .owner = TableOwner::kUser,
     .rows = TableRows::kEvents,
     .columns = kTrackTimeColumns,
     .compute = [](const AsOfView& view, std::string_view) { return view.make_current(); }},
    {.name = "prompts",
     .owner = TableOwner::kUser,
     .rows = TableRows::kEvents,
     .columns = kPromptColumns,
     .sql = "SELECT track_id, ifnull(ts, 0), text FROM prompts WHERE user_id = ?1 "
            "ORDER BY ts, prompt_id"},
    // What services recommend to them by now; of one time and channel the best first.
    {.name = "recommendations",
     .owner = TableOwner::kUser,
     .rows = TableRows::kEvents,
     .columns = kRecommendationColumns,
     .sql = "SELECT track_id, ts, ended_at, service, channel, score, seed_id "
            "FROM recommendations WHERE user_id = ?1 "
            "ORDER BY ts, service, channel, score DESC, track_id"},
    {.name = "served",
     .owner = TableOwner::kUser,
     .rows = TableRows::kEvents,
     .columns = kServedColumns,
     .compute = [](const AsOfView& view, std::string_view) { return view.make_served(); }},
    {.name = "track_statistics",
     .owner = TableOwner::kUser,
     .rows = TableRows::kTracks,
     .columns = kTrackStatisticColumns,
     .compute = [](const AsOfView& view,
                   std::string_view) { return view.make_track_statistics(); }},

    {.name = "sessions",
     .owner = TableOwner::kUser,
     .rows = TableRows::kEvents,
     .columns = kSessionColumns,
     .compute = [](const AsOfView& view, std::string_view) { return view.make_sessions(); }},
    {.name = "session_hours",
     .owner = TableOwner::kUser,
     .rows = TableRows::kEvents,
     .columns = kSessionHourColumns,
     .compute =
         [](const AsOfView& view, std::string_view) {
           return make_session_hours(view.listen_columns(), view.session_gap_seconds(), view.now(),
                                     view.timezone());
         }},
    {.name = "mood_windows",
     .owner = TableOwner::kUser,
     .rows = TableRows::kEvents,
     .columns = kMoodWindowColumns,
     .compute =
         [](const AsOfView& view, std::string_view) {
           return make_mood_windows(view, view.listen_columns(), view.session_gap_seconds(),
                                    view.now(), view.timezone());
         }},
    {.name = "last_session",
     .owner = TableOwner::kUser,
     .rows = TableRows::kEvents,
     .columns = kTrackTimeColumns,
     .compute =
         [](const AsOfView& view, std::string_view) {
           return make_last_session(view.listen_columns(), view.session_gap_seconds(),
                                    static_cast<std::size_t>(view.track_count()));
         }},
    {.name = "track_sessions",
     .owner = TableOwner::kUser,
     .rows = TableRows::kTracks,
     .columns = kTrackSessionColumns,
     .compute =
         [](const AsOfView& view, std::string_view) {
           return make_track_sessions(view.listen_columns(), view.session_gap_seconds(),
                                      static_cast<std::size_t>(view.track_count()));
         }},

    {.name = "track_finished",
     .owner = TableOwner::kUser,
     .rows = TableRows::kTracks,
     .columns = kTrackFinishedColumns,
     .compute =
         [](const AsOfView& view, std::string_view) {
           return make_track_finished(view.listen_columns(),
                                      static_cast<std::size_t>(view.track_count()));
         }},
    {.name = "track_base_level",
     .owner = TableOwner::kUser,
     .rows = TableRows::kTracks,
     .columns = kTrackBaseLevelColumns,
     .compute =
         [](const AsOfView& view, std::string_view) {
           return make_track_base_level(view.listen_columns(),
                                        static_cast<std::size_t>(view.track_count()), view.now());
         }},
    {.name = "track_plays_at",
     .owner = TableOwner::kUser,
     .rows = TableRows::kTracks,
     .columns = kTrackPlaysAtColumns,
     .compute =
         [](const AsOfView& view, std::string_view) {
           return make_track_plays_at(view.listen_columns(),
                                      static_cast<std::size_t>(view.track_count()), view.now(),
                                      view.timezone());
         }},
    {.name = "track_dayparts",
     .owner = TableOwner::kUser,
     .rows = TableRows::kTracks,
     .columns = kTrackDaypartColumns,
     .compute =
         [](const AsOfView& view, std::string_view) {
           return make_track_dayparts(view.listen_columns(),
                                      static_cast<std::size_t>(view.track_count()), view.now(),
                                      view.timezone());
         }},
    {.name = "track_artist_statistics",
     .owner = TableOwner::kUser,
     .rows = TableRows::kTracks,
     .columns = kTrackArtistStatisticColumns,
     .compute = [](const AsOfView& view,
                   std::string_view) { return make_track_artist_statistics(view); }},

    // For models that count people, which tell by it which of them the user is.
    {.name = "user",
     .owner = TableOwner::kUser,
     .rows = TableRows::kEvents,
     .columns = kUserColumns,
     .compute =
         [](const AsOfView& view, std::string_view) {
           auto made = std::make_unique<OwnedTable>(view.user_id() > 0 ? 1 : 0);
           std::int64_t* const id = made->i64("id");
           if (view.user_id() > 0) *id = view.user_id();
           return made;
         }},

    {.name = "users",
     .owner = TableOwner::kEverybody,
     .rows = TableRows::kUsers,
     .columns = kUserColumns},
    {.name = "user_listens",
     .owner = TableOwner::kEverybody,
     .rows = TableRows::kEvents,
     .columns = kUserListenColumns},
    {.name = "user_listen_contexts",
     .owner = TableOwner::kEverybody,
     .rows = TableRows::kEvents,
     .columns = kUserListenContextColumns,
     .beside = "user_listens"},
    {.name = "audience",
     .owner = TableOwner::kEverybody,
     .rows = TableRows::kUsers,
     .columns = kAudienceColumns},
    {.name = "audience_listens",
     .owner = TableOwner::kEverybody,
     .rows = TableRows::kEvents,
     .columns = kUserListenColumns},
};

constexpr DeclaredSet kSets[] = {
    {"likes", "likes", SetKeeps::kFirst, "what they liked, with the times"},
    {"library", "library", SetKeeps::kFirst,
     "what they liked, saved or put into a playlist of their own"},
    {"listens", "listens", SetKeeps::kLast, "what they heard, each track once at its latest play"},
    {"history", nullptr, SetKeeps::kLast,
     "what they played, skipped or liked, with a score of how much they like it"},
    {"served", "served", SetKeeps::kFirst, "what earlier runs gave them"},
    {"banned", "banned", SetKeeps::kFirst,
     "what they want to be kept out: tracks, and all tracks of artists"},
    {"rejected", "rejected", SetKeeps::kFirst,
     "what they rejected, said not now to, or banned for a time or for this list"},
    {"recommended", "recommendations", SetKeeps::kFirst,
     "what services that they are connected to recommend to them"},
    {"trials", "trials", SetKeeps::kFirst,
     "what they approved and have given no other verdict on yet"},
    {"current", "current", SetKeeps::kFirst,
     "what is in the kept playlist that is refreshed, in its order; nothing in other runs"},
    {kSessionsSet, "listens", SetKeeps::kLast,
     "what they heard, each track once at its latest, with t.session (1: the latest run of listens "
     "without a pause of half an hour, 2: the one before it ...) and t.session_position in it (1: "
     "the first)"},
    {"last_session", "last_session", SetKeeps::kLast,
     "what they heard in the latest run of listens without a pause of half an hour"},
};

/// The column, all of its items missing.
void add_missing(OwnedTable& table, const DeclaredColumn& column, std::size_t rows) {
  switch (column.type) {
    case PLAYLIST_F32:
      std::fill_n(table.f32(column.name), rows, std::numeric_limits<float>::quiet_NaN());
      return;
    case PLAYLIST_I64:
      std::fill_n(table.i64(column.name), rows, std::numeric_limits<std::int64_t>::min());
      return;
    case PLAYLIST_U8:
      std::fill_n(table.u8(column.name), rows, std::uint8_t{255});
      return;
    case PLAYLIST_STRING:
      std::fill_n(table.texts(column.name, {}), rows, -1);
      return;
    default:
      std::fill_n(table.i32(column.name), rows, std::numeric_limits<std::int32_t>::min());
  }
}

}  // namespace

std::span<const DeclaredTable> declared_tables() {
  return kDeclared;
}

const DeclaredTable* find_declared(std::string_view table) {
  for (const DeclaredTable& declared : kDeclared) {
    const bool is_family = declared.name.back() == ':';
    if (is_family ? table.starts_with(declared.name) : table == declared.name) return &declared;
  }
  return nullptr;
}

const DeclaredTable* find_by_track(std::string_view column) {
  for (const DeclaredTable& declared : kDeclared) {
    if (declared.rows != TableRows::kTracks) continue;
    for (const DeclaredColumn& known : declared.columns)
      if (column == known.name) return &declared;
  }
  return nullptr;
}

std::string declared_hash(TableOwner owner) {
  std::string text;
  for (const DeclaredTable& table : kDeclared) {
    if (table.owner != owner || table.sql == nullptr) continue;
    text += std::string(table.name) + (table.is_by_track ? " by track\n" : "\n") + table.sql + '\n';
    for (const DeclaredColumn& column : table.columns)
      text += std::string(column.name) + ' ' + std::to_string(column.type) + ' ' +
              std::to_string(static_cast<int>(column.holds)) +
              (column.may_be_missing ? "?\n" : "\n");
  }
  return content_hash(text).substr(0, 8);
}

void add_missing_columns(OwnedTable& table, const DeclaredTable& declared) {
  std::vector<const DeclaredColumn*> missing;
  for (const DeclaredColumn& column : declared.columns)
    if (column.is_seen() && find_column(*table.table(), column.name) == nullptr)
      missing.push_back(&column);
  const auto rows = static_cast<std::size_t>(table.table()->rows);
  for (const DeclaredColumn* column : missing) add_missing(table, *column, rows);
}

std::string formula_name(std::string_view column, std::uint32_t type) {
  if (column == "artist" && type == PLAYLIST_I32) return "artist_number";
  return column == "artist_name" ? "artist" : std::string(column);
}

std::span<const DeclaredSet> declared_sets() {
  return kSets;
}

const DeclaredSet* find_declared_set(std::string_view name) {
  const auto* found = std::find_if(std::begin(kSets), std::end(kSets),
                                   [&](const DeclaredSet& set) { return name == set.name; });
  return found == std::end(kSets) ? nullptr : found;
}

std::string declared_set_names() {
  std::string names;
  for (const DeclaredSet& set : kSets) names += (names.empty() ? "" : ", ") + std::string(set.name);
  return names;
}

}  // namespace engine
