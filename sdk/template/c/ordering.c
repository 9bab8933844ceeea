/* ordering.@NAME@: by duration; unknown durations last, equal ones by track number. */
#include "playlist/plugin.h"

#include <stdint.h>
#include <stdlib.h>
#include <string.h>

struct element {
  int is_down;
};

struct place {
  int64_t key;
  int32_t track, row;
};

static void* create(const playlist_host* host, const playlist_value* values) {
  struct element* self = malloc(sizeof *self);
  if (self == NULL) {
    host->fail(host, PLAYLIST_ERROR, "out of memory");
    return NULL;
  }
  self->is_down =
      strcmp(values[0].text, "down") == 0; /* one of kDirections, checked by the engine */
  return self;
}

static int compare(const void* a, const void* b) {
  const struct place *first = a, *second = b;
  if (first->key != second->key) return first->key < second->key ? -1 : 1;
  return (first->track > second->track) - (first->track < second->track);
}

static const int32_t* track_column(const playlist_table* candidates) {
  uint32_t k;
  for (k = 0; k < candidates->column_count; ++k) {
    if (strcmp(candidates->columns[k]->name, "track") == 0) return candidates->columns[k]->data;
  }
  return NULL;
}

static playlist_status run(void* self, const playlist_host* host, const playlist_io* io) {
  const struct element* element = self;
  const int64_t rows = io->candidates->rows;
  const int32_t *duration = io->in[0]->data, *track = track_column(io->candidates);
  struct place* places = malloc((size_t)(rows + 1) * sizeof *places);
  int64_t row;
  if (places == NULL) {
    host->fail(host, PLAYLIST_ERROR, "out of memory");
    return PLAYLIST_ERROR;
  }
  for (row = 0; row < rows; ++row) {
    const int64_t key = element->is_down ? -(int64_t)duration[row] : duration[row];
    places[row].key = duration[row] == INT32_MIN ? INT64_MAX : key;
    places[row].track = track[row];
    places[row].row = (int32_t)row;
  }
  if (host->cancelled(host)) {
    free(places);
    return PLAYLIST_CANCELLED;
  }
  qsort(places, (size_t)rows, sizeof *places, compare);
  for (row = 0; row < rows; ++row) io->order[row] = places[row].row;
  *io->order_count = rows;
  free(places);
  return PLAYLIST_OK;
}

static const char* const kDirections[] = {"up", "down", NULL};
static const playlist_param kDirection = {sizeof(playlist_param),
                                          PLAYLIST_PARAM_CHOICE,
                                          "direction",
                                          "up: the shortest track first",
                                          0,
                                          0,
                                          0,
                                          "up",
                                          kDirections,
                                          0,
                                          0};
static const playlist_param* const kParams[] = {&kDirection, NULL};
static const playlist_field kDuration = {
    sizeof(playlist_field), PLAYLIST_I32, "duration_ms", "milliseconds", 0, 0};
static const playlist_field* const kInputs[] = {&kDuration, NULL};

static const playlist_element kElement = {sizeof(playlist_element),
                                          PLAYLIST_ORDERING,
                                          0,
                                          0,
                                          "ordering.@NAME@",
                                          "By duration, the shortest track first.",
                                          kInputs,
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
