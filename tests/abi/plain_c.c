/* ranking.plain_c: a plugin in C99 without the C++ layer. rank = offset + track number. */
#include "playlist/plugin.h"

#include <stdlib.h>

struct plain {
  double offset;
};

static void* create(const playlist_host* host, const playlist_value* values) {
  struct plain* self = malloc(sizeof *self);
  if (self == NULL) {
    host->fail(host, PLAYLIST_ERROR, "out of memory");
    return NULL;
  }
  self->offset = values[0].number;
  return self;
}

static playlist_status run(void* self, const playlist_host* host, const playlist_io* io) {
  const struct plain* plain = self;
  const int32_t* track = io->in[0]->data;
  float* rank = io->out[0]->data;
  int64_t row;
  for (row = io->begin; row < io->end; ++row) {
    if (row % 10000 == 0 && host->cancelled(host)) return PLAYLIST_CANCELLED;
    rank[row] = (float)(plain->offset + track[row]);
  }
  return PLAYLIST_OK;
}

static const playlist_field kTrack = {
    sizeof(playlist_field), PLAYLIST_I32, "track", "its number", 0, 0};
static const playlist_field kRank = {
    sizeof(playlist_field), PLAYLIST_F32, "rank", "offset + track", 0, 0};
static const playlist_field* const kIn[] = {&kTrack, NULL};
static const playlist_field* const kOut[] = {&kRank, NULL};
static const playlist_param kOffset = {sizeof(playlist_param),
                                       PLAYLIST_PARAM_NUMBER,
                                       "offset",
                                       "added to every number",
                                       0.5,
                                       0,
                                       100,
                                       NULL,
                                       NULL,
                                       0,
                                       0};
static const playlist_param* const kParams[] = {&kOffset, NULL};

static const playlist_element kPlain = {sizeof(playlist_element),
                                        PLAYLIST_RANKING,
                                        PLAYLIST_ROWWISE,
                                        0,
                                        "ranking.plain_c",
                                        "Offset plus track number.",
                                        kIn,
                                        kOut,
                                        kParams,
                                        create,
                                        run,
                                        free,
                                        NULL,
                                        NULL};
static const playlist_element* const kElements[] = {&kPlain, NULL};
static const playlist_plugin kPlugin = {sizeof(playlist_plugin),
                                        0,
                                        "org.playlist-engine.test.plain-c",
                                        "1.0.0",
                                        "the tests",
                                        "MIT",
                                        kElements};

const playlist_abi playlist_plugin_abi = {PLAYLIST_ABI_MAGIC, PLAYLIST_ABI_MAJOR,
                                          PLAYLIST_ABI_MINOR, sizeof(playlist_plugin)};
const playlist_plugin* playlist_plugin_main(const playlist_host* host) {
  (void)host;
  return &kPlugin;
}
