// Which of the tracks of a service or player is ours: by what both call it.
//
// The same MusicBrainz recording or ISRC is the same track. Else title and artist must be the same
// words (case, accents and punctuation apart, what stands behind "feat." apart), and so must what
// the title says of the version: a live take is not the studio's. Of several the one of our album
// goes first, then the one whose length is nearest; lengths more than 15 s apart are another track.
#pragma once

#include <cstddef>
#include <optional>
#include <string>
#include <vector>

namespace shared {

struct TrackNames {
  std::string title, artist;  // any of several artists, joined by "; " or as they are written
  std::string album, mbid, isrc;
  int seconds = 0;  // 0: not known
  std::string spotify_id = {};
};

struct TrackMatch {
  std::optional<std::size_t> found;    // in what was offered
  std::optional<std::size_t> nearest;  // where none is it
  std::string why;  // then: "of that name only with another length (3:10, ours is 4:02)"
};

/// Of `offered`, which a search for our title or artist has found.
TrackMatch matched_track(const TrackNames& ours, const std::vector<TrackNames>& offered);

/// What of a title names the song, for a search: "Song" of "Song (Live) [2011]" and "Song - Remix".
std::string song_of_title(const std::string& title);

/// "Title by Artist (Album)".
std::string shown_track(const TrackNames& track);

}  // namespace shared
