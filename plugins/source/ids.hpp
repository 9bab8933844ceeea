// Identifiers of tracks, artists and albums, out of the forms in which exports hold them.
#pragma once

#include <optional>
#include <string>
#include <string_view>

namespace source {

/// The 22 letters and digits of a Spotify id, out of a bare id, "spotify:track:ID" or an
/// open.spotify.com address; "" when it is none of these or of another `kind`.
std::string_view spotify_id(std::string_view text, std::string_view kind = "track");
bool is_spotify_id(std::string_view text);
/// A lower-case UUID out of a bare one, in any case, or an address ending in one; "" otherwise.
std::string mbid(std::string_view text);
/// A file of the listener's own, which Spotify knows by what its tags said.
struct LocalFile {
  std::string artist, album, title;  // "" where the tags were silent
  int seconds = 0;                   // 0: not told
  /// Artist and title are there: enough to be a track.
  [[nodiscard]] bool has_names() const { return !artist.empty() && !title.empty(); }
  /// "Artist - Title", for telling what was left out.
  [[nodiscard]] std::string text() const;
};
/// "spotify:local:ARTIST:ALBUM:TITLE:SECONDS" with '+' and %XX as in addresses; nothing for other
/// texts.
std::optional<LocalFile> local_file(std::string_view uri);
/// Upper case, without '-' and blanks; "" when it is no ISRC.
std::string isrc(std::string_view text);

}  // namespace source
