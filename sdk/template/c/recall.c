/* recall.@NAME@: tracks that came out in a span of years, the newest first.
 *
 * score = year of release; equal years by track number. */
#include "playlist/plugin.h"

#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

struct element {
  int64_t from, to, limit;
};

static void* create(const playlist_host* host, const playlist_value* values) {
  struct element* self = malloc(sizeof *self);
  if (self == NULL) {
    host->fail(host, PLAYLIST_ERROR, "out of memory");
    return NULL;
  }
  self->from = values[0].integer; /* as declared in kParams, checked by the engine */
  self->to = values[1].integer;
  self->limit = values[2].integer;
  if (self->from > self->to) {
    host->fail(host, PLAYLIST_BAD_PARAM, "`from` is a later year than `to`");
    free(self);
    return NULL;
  }
  return self;
}

static const int32_t* years(const playlist_table* tracks) {
  uint32_t k;
  for (k = 0; tracks != NULL && k < tracks->column_count; ++k) {
    if (strcmp(tracks->columns[k]->name, "year") == 0) return tracks->columns[k]->data;
  }
  return NULL;
}

static playlist_status give(const playlist_host* host, const playlist_candidates* candidates,
                            int64_t track, int64_t year) {
  const int32_t number = (int32_t)track;
  const float score = (float)year;
  char words[32];
  int32_t explanation;
  sprintf(words, "released in %d", (int)year);
  explanation = host->text(host, words, strlen(words));
  return candidates->append(host, &number, &score, &explanation, NULL, 1);
}

static playlist_status run(void* self, const playlist_host* host, const playlist_io* io) {
  const struct element* element = self;
  const playlist_tables* tables = host->service(host, PLAYLIST_SERVICE_TABLES);
  const playlist_candidates* candidates = host->service(host, PLAYLIST_SERVICE_CANDIDATES);
  const playlist_table* tracks = tables->table(host, "tracks");
  const int32_t* year = years(tracks);
  int64_t left = element->limit, wanted, track;
  (void)io;
  if (year == NULL || tracks->rows == 0) {
    host->fail(host, PLAYLIST_NO_DATA, "the library has no tracks");
    return PLAYLIST_NO_DATA;
  }
  for (wanted = element->to; wanted >= element->from && left > 0; --wanted) {
    for (track = 0; track < tracks->rows && left > 0; ++track) {
      if (track % 10000 == 0 && host->cancelled(host)) return PLAYLIST_CANCELLED;
      if (year[track] != wanted) continue;
      if (give(host, candidates, track, wanted) != PLAYLIST_OK) return PLAYLIST_ERROR;
      --left;
    }
  }
  return PLAYLIST_OK;
}

static const playlist_param kFrom = {sizeof(playlist_param),
                                     PLAYLIST_PARAM_INTEGER,
                                     "from",
                                     "first year of release",
                                     1990,
                                     1900,
                                     2100,
                                     NULL,
                                     NULL,
                                     0,
                                     0};
static const playlist_param kTo = {sizeof(playlist_param),
                                   PLAYLIST_PARAM_INTEGER,
                                   "to",
                                   "last year of release",
                                   2100,
                                   1900,
                                   2100,
                                   NULL,
                                   NULL,
                                   0,
                                   0};
static const playlist_param kLimit = {sizeof(playlist_param),
                                      PLAYLIST_PARAM_INTEGER,
                                      "limit",
                                      "candidates to return",
                                      200,
                                      1,
                                      100000,
                                      NULL,
                                      NULL,
                                      0,
                                      0};
static const playlist_param* const kParams[] = {&kFrom, &kTo, &kLimit, NULL};

static const playlist_element kElement = {
    sizeof(playlist_element),
    PLAYLIST_RECALL,
    0,
    0,
    "recall.@NAME@",
    "Tracks that came out in a span of years, the newest first.",
    NULL,
    NULL,
    kParams,
    create,
    run,
    free,
    NULL,
    NULL};
static const playlist_element* const kElements[] = {&kElement, NULL};
static const playlist_plugin kPlugin = {
    sizeof(playlist_plugin), 0, "org.example.@NAME@", "1.0.0", "", "", kElements};

const playlist_abi playlist_plugin_abi = {PLAYLIST_ABI_MAGIC, PLAYLIST_ABI_MAJOR,
                                          PLAYLIST_ABI_MINOR, sizeof(playlist_plugin)};
const playlist_plugin* playlist_plugin_main(const playlist_host* host) {
  (void)host;
  return &kPlugin;
}
