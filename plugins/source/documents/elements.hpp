// The elements of this library, one per file; library.cpp lists them.
#pragma once

#include "playlist/plugin.hpp"

namespace source {

extern const playlist::Element kItunes;
extern const playlist::Element kWorkbook;
extern const playlist::Element kXspf;

}  // namespace source
