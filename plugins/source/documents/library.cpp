// The library of sources that read documents of XML, alone or packed into a workbook.
#include "elements.hpp"

PLAYLIST_LIBRARY("org.playlist-engine.documents", "1.0.0", source::kItunes, source::kWorkbook,
                 source::kXspf);
