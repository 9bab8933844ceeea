// The elements of this library, one .cpp each.
#pragma once

#include "playlist/plugin.hpp"

extern const playlist::Element kAls;
extern const playlist::Element kChoice;
extern const playlist::Element kClusters;
extern const playlist::Element kContent;
extern const playlist::Element kDin;
extern const playlist::Element kDiscovery;
extern const playlist::Element kEase;
extern const playlist::Element kEmbedding;
extern const playlist::Element kGraphFilter;
extern const playlist::Element kItemCf;
extern const playlist::Element kMoods;
extern const playlist::Element kNeighbours;
extern const playlist::Element kQuality;
extern const playlist::Element kPrompt;
