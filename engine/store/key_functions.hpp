// SQL functions that compute the keys of names, for migrations that bring the stored ones up to
// date.
#pragma once

#include <sqlite3.h>

namespace engine {

/// track_key(ARTIST, TITLE, ALBUM), song_key(ARTIST, TITLE, ALBUM) and title_version(TITLE) as in
/// core/text_key.hpp, ARTIST being a name or an artist's key, ALBUM a name or NULL; nfc(TEXT).
void install_key_functions(sqlite3* database);

}  // namespace engine
