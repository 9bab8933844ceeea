// The library of the source that listens to music files. What it listens with (FFmpeg's libraries,
// aubio, libebur128) is loaded when it is first needed: together they bring a hundred others along.
#include "elements.hpp"

PLAYLIST_LIBRARY("org.playlist-engine.audio", "1.0.0", source::kAudioFeatures);
