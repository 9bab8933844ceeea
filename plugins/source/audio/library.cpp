// The library of the sources that listen to music files. What they listen with (FFmpeg's libraries,
// aubio, libebur128, libtorch) is loaded when it is first needed: together they bring a hundred others along.
#include "elements.hpp"

PLAYLIST_LIBRARY("org.playlist-engine.audio", "1.0.0", source::kAudioFeatures, source::kEncoder);
