// What the path of a music file says of its track, where its tags say nothing.
//
// A number in front is the track's: "03 Title", "03. Title", "1-03 Title", "03 - Title"; without a
// zero in front and with only a blank behind it, it may be a name ("50 Cent") and is one of a track
// below a folder only. '_' is a blank where there is no other.
//   Artist - Title.mp3             artist, title; also "03 - Artist - Title", "Artist - 03 - Title"
//   Artist - Album - 03 Title.mp3  artist, album, title
//   Artist/Album/03 Title.flac     artist, album, title; folders of discs ("CD1") are passed over
//   Artist - Album/03 Title.flac   likewise
//   Title.mp3                      a title alone
// Years of albums ("2004 - Album", "Album (2004)") are no part of their names.
#pragma once

#include <string>
#include <string_view>

namespace source {

struct PathNames {
  std::string artist, album, title;  // "" where it does not say
};

/// `path` begins below the folder that the user named.
PathNames names_of_path(std::string_view path);

}  // namespace source
