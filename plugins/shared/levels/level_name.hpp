// Names for what is compiled once for every x86-64 level: PLAYLIST_LEVEL_NAME(kAlsRows_) is
// kAlsRows_v3 where v3 is compiled.
#pragma once

#define PLAYLIST_JOIN_NAMES(name, level) name##level
#define PLAYLIST_JOIN_EXPANDED(name, level) PLAYLIST_JOIN_NAMES(name, level)
#define PLAYLIST_LEVEL_NAME(name) PLAYLIST_JOIN_EXPANDED(name, PLAYLIST_LEVEL)
