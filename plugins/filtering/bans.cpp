#include "bans.hpp"

Bans::Bans(playlist::FilteringCall& call, const Same& same, std::string_view guests)
    : same_(same),
      track_(call.track()),
      names_(call.table("artists")["name"].texts()),
      tracks_(call.table("banned").rows()),
      songs_(call.table("banned").rows()) {
  const playlist::Table banned = call.table("banned");
  const auto track = banned["track"].i32(), artist = banned["artist"].i32();
  const auto first_artist = call.table("tracks")["artist"].i32();
  for (std::size_t i = 0; i < track.size(); ++i) {
    const bool is_track = artist[i] == playlist::kMissingI32;
    if (!is_track && guests == "keep" &&
        first_artist[static_cast<std::size_t>(track[i])] != artist[i])
      continue;
    tracks_[track[i]].artist = artist[i];
    // A version of an artist's track by somebody else is no track of the artist.
    if (const std::int32_t song = same.of(track[i]); is_track && song >= 0)
      songs_[song].artist = artist[i];
  }
}

void Bans::drop(playlist::FilteringCall& call, std::size_t row) const {
  const std::int32_t track = track_[row];
  const Ban* ban = tracks_.get(track);
  if (ban != nullptr && ban->artist == playlist::kMissingI32) {
    call.drop(row, call.because("you banned it"));
  } else if (ban != nullptr) {
    call.drop(row, call.because("you banned ", names_[static_cast<std::size_t>(ban->artist)]));
  } else if (songs_.get(same_.of(track)) != nullptr) {
    call.drop(row, call.because("you banned another version of it"));
  }
}
