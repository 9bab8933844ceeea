// The elements of this library, one per file; plugin.cpp lists them.
#pragma once

#include "playlist/plugin.hpp"

namespace source {

extern const playlist::Element kDeezerApi;
extern const playlist::Element kLastfm;
extern const playlist::Element kListenbrainzApi;
extern const playlist::Element kLrclib;
extern const playlist::Element kMusicBrainz;
extern const playlist::Element kReccoBeats;
extern const playlist::Element kSpotify;
extern const playlist::Element kSubsonic;

}  // namespace source
