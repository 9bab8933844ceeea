// The elements of this library, one .cpp each.
#pragma once

#include "playlist/plugin.hpp"

extern const playlist::Element kFamiliar;
extern const playlist::Element kFresh;
extern const playlist::Element kArtistCf;
extern const playlist::Element kSessionNeighbours;
extern const playlist::Element kDiscovery;
