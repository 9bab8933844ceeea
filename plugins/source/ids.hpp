// Identifiers of tracks, artists and albums, out of the forms in which exports hold them.
#pragma once

#include <string>
#include <string_view>

namespace source {

/// The 22 letters and digits of a Spotify id, out of a bare id, "spotify:track:ID" or an
/// open.spotify.com address; "" when it is none of these or of another `kind`.
std::string_view spotify_id(std::string_view text, std::string_view kind = "track");
bool is_spotify_id(std::string_view text);
/// A lower-case UUID out of a bare one, in any case, or an address ending in one; "" otherwise.
std::string mbid(std::string_view text);
/// Upper case, without '-' and blanks; "" when it is no ISRC.
std::string isrc(std::string_view text);

}  // namespace source
