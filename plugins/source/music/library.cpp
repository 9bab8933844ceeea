// The library of the source that reads music files. It is linked with TagLib: where that is
// missing, this library does not load and all others do.
#include "elements.hpp"

PLAYLIST_LIBRARY("org.playlist-engine.music", "1.0.0", source::kMusicFile);
