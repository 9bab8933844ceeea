// The elements of this library, one .cpp each.
#pragma once

#include "playlist/plugin.hpp"

extern const playlist::Element kTasteModel, kSessionStartModel, kNextMoodModel;
