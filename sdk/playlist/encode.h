/* clang-format off */
/* playlist/encode.h: vectors of texts, by the encoder that the user brought for a space of vectors (`engine import --files
 * --encoder FILE`). Part of the binary contract since ABI 1.3, under the rules of playlist/plugin.h, which it includes.
 *
 * The tracks' vectors of the space are embedding(space) of playlist.tables/1; a text's is a unit vector of the same length.
 * It is there for recalls, rankings, filters and orderings of a run, and for no others.
 */
#ifndef PLAYLIST_ENCODE_H
#define PLAYLIST_ENCODE_H

#include "playlist/plugin.h"

#ifdef __cplusplus
extern "C" {
#endif

#define PLAYLIST_SERVICE_ENCODE "playlist.encode/1"
typedef struct playlist_encode {
  uint32_t size, reserved;
  /* The vector of `text`; `values` is valid as long as the call. NO_DATA where there is none: `why` is "" when the space has no
   * encoder, and says in words for a person what is wrong with the one it has. The first text of a run may take seconds, as
   * the encoder is read then. */
  playlist_status (*text)(const playlist_host *, const char *space, const char *text, const float **values,
                          uint64_t *length, const char **why);                              /* [stage] */
} playlist_encode;

#ifdef __cplusplus
}
#endif
#endif
