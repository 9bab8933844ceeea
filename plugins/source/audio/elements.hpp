// The elements of this library, one per file; library.cpp lists them.
#pragma once

#include "playlist/plugin.hpp"

namespace source {

extern const playlist::Element kAudioFeatures;
extern const playlist::Element kEncoder;

}  // namespace source
