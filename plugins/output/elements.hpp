// The elements of this library, one .cpp each.
#pragma once

#include "playlist/plugin.hpp"

extern const playlist::Element kM3u8;
extern const playlist::Element kM3u;
extern const playlist::Element kPls;
extern const playlist::Element kRekordbox;
extern const playlist::Element kXspf;
extern const playlist::Element kJspf;
extern const playlist::Element kJson;
extern const playlist::Element kCsv;
extern const playlist::Element kUris;
