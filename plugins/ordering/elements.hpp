// The elements of this library, one .cpp each.
#pragma once

#include "playlist/plugin.hpp"

extern const playlist::Element kArtistSpacing;
extern const playlist::Element kBy;
extern const playlist::Element kCurve;
extern const playlist::Element kKeepTogether;
extern const playlist::Element kShuffle;
extern const playlist::Element kTransitions;
