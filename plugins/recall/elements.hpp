// The elements of this library, one .cpp each.
#pragma once

#include "playlist/plugin.hpp"

extern const playlist::Element kSavedArtists;
extern const playlist::Element kGenre;
extern const playlist::Element kSimilarArtists;
extern const playlist::Element kCatalogue;
extern const playlist::Element kPopular;
extern const playlist::Element kItemCf;
extern const playlist::Element kContent;
extern const playlist::Element kAls;
extern const playlist::Element kEase;
extern const playlist::Element kGraphFilter;
extern const playlist::Element kPrompt;
extern const playlist::Element kRecommendations;
