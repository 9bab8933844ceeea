// The elements of this library, one .cpp each.
#pragma once

#include "playlist/plugin.hpp"

extern const playlist::Element kHeard;
extern const playlist::Element kBanned;
extern const playlist::Element kAllowed;
extern const playlist::Element kNotIn;
extern const playlist::Element kInSet;
extern const playlist::Element kServed;
extern const playlist::Element kPerArtist;
extern const playlist::Element kDuration;
extern const playlist::Element kRange;
extern const playlist::Element kExplicit;
extern const playlist::Element kTag;
extern const playlist::Element kTired;
