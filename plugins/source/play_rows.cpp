#include "play_rows.hpp"

#include "dates.hpp"
#include "elements.hpp"

namespace source {
namespace {

constexpr double kLongest = 24.0 * 3600 * 1000;

enum Column {
  kTs = 1,
  kPlayed,
  kTitle,
  kArtist,
  kCredit,
  kAlbum,
  kSpotify,
  kIsrc,
  kMbid,
  kArtistMbid,
  kReasonEnd,
  kDevice,
  kSkipped,
  kLoved,
  kPrecision,
  kStamp,
  kRepeat,
  kTeller,
  kDuration,
  kArtwork
};

bool has_identity(const Play& play) {
  return !play.spotify_id.empty() || !play.isrc.empty() || !play.mbid.empty() ||
         (!play.title.empty() && (!play.artist.empty() || !play.credit.empty()));
}

}  // namespace

PlayRows::PlayRows(playlist::SourceCall& call)
    : call_(call),
      listens_(call.rows("listens", {{"ts", PLAYLIST_I64, kAlways},
                                     {"ms_played", PLAYLIST_I32},
                                     {"title", PLAYLIST_STRING, kAlways},
                                     {"artist", PLAYLIST_STRING, kAlways},
                                     {"artist_credit", PLAYLIST_STRING},
                                     {"album", PLAYLIST_STRING},
                                     {"spotify_id", PLAYLIST_STRING},
                                     {"isrc", PLAYLIST_STRING},
                                     {"mbid", PLAYLIST_STRING},
                                     {"artist_mbid", PLAYLIST_STRING},
                                     {"reason_end", PLAYLIST_STRING},
                                     {"device", PLAYLIST_STRING},
                                     {"skipped", PLAYLIST_U8},
                                     {"loved", PLAYLIST_U8},
                                     {"precision", PLAYLIST_I32},
                                     {"stamp", PLAYLIST_U8},
                                     {"repeat", PLAYLIST_I32},
                                     {"teller", PLAYLIST_STRING},
                                     {"duration_ms", PLAYLIST_I32},
                                     {"artwork", PLAYLIST_STRING}})) {}

void PlayRows::put(const Play& play) {
  if (!has_identity(play)) return call_.bucket("empty", "neither title and artist nor an id");
  if (!play.ts) return call_.bucket("now_playing", "it has no time");
  if (!is_plausible(*play.ts)) {
    return call_.malformed(playlist::concat("no time from 2000 on: ", *play.ts));
  }
  listens_.row();
  listens_.set_i64(kTs, *play.ts);
  listens_.set_text(kTitle, play.title);
  listens_.set_text(kArtist, play.artist);
  listens_.set_text(kCredit, play.credit);
  listens_.set_text(kAlbum, play.album);
  listens_.set_text(kSpotify, play.spotify_id);
  listens_.set_text(kIsrc, play.isrc);
  listens_.set_text(kMbid, play.mbid);
  listens_.set_text(kArtistMbid, play.artist_mbid);
  listens_.set_text(kReasonEnd, play.reason_end);
  listens_.set_text(kDevice, play.device);
  listens_.set_text(kTeller, play.teller);
  if (!play.artwork.empty()) listens_.set_text(kArtwork, play.artwork);
  if (play.skipped) listens_.set_u8(kSkipped, *play.skipped ? 1 : 0);
  if (play.loved) listens_.set_u8(kLoved, *play.loved ? 1 : 0);
  if (play.stamp != 0) listens_.set_u8(kStamp, play.stamp);
  put_lengths(play);
}

void PlayRows::put_lengths(const Play& play) {
  const auto is_length = [](const std::optional<double>& ms) {
    return ms && *ms >= 0 && *ms <= kLongest;
  };
  if (is_length(play.ms_played)) {
    listens_.set_i32(kPlayed, static_cast<std::int32_t>(*play.ms_played));
  } else if (play.ms_played) {
    call_.notice("a time played that is not between 0 and 24 hours is left out");
  }
  if (is_length(play.duration_ms) && *play.duration_ms > 0) {
    listens_.set_i32(kDuration, static_cast<std::int32_t>(*play.duration_ms));
  }
  if (play.precision <= 1) return;
  listens_.set_i32(kPrecision, play.precision);
  const auto ms = static_cast<std::int64_t>(play.ms_played.value_or(-1));
  const std::string& artist = play.artist.empty() ? play.credit : play.artist;
  const std::int32_t repeat = repeats_.count(artist, play.title, *play.ts, ms);
  if (repeat > 0) listens_.set_i32(kRepeat, repeat);
}

}  // namespace source
