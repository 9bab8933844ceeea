// The elements of this library, one .cpp each.
#pragma once

#include "playlist/plugin.hpp"

extern const playlist::Element kChoice;
extern const playlist::Element kClusters;
extern const playlist::Element kDin;
extern const playlist::Element kListeningStatistics;
extern const playlist::Element kTaste;
extern const playlist::Element kLlm;
extern const playlist::Element kMood;
extern const playlist::Element kPreference;
extern const playlist::Element kMoodNow;
extern const playlist::Element kNextMood;
extern const playlist::Element kQuality;
extern const playlist::Element kPrompt;
extern const playlist::Element kSessions;
