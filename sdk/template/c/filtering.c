/* filtering.@NAME@: drops tracks that are too long. */
#include "playlist/plugin.h"

#include <stdint.h>
#include <stdlib.h>
#include <string.h>

struct element {
  double minutes;
  int64_t keeps_unknown;
};

static void* create(const playlist_host* host, const playlist_value* values) {
  struct element* self = malloc(sizeof *self);
  if (self == NULL) {
    host->fail(host, PLAYLIST_ERROR, "out of memory");
    return NULL;
  }
  self->minutes = values[0].number; /* as declared in kParams, checked by the engine */
  self->keeps_unknown = values[1].integer;
  return self;
}

static int32_t text(const playlist_host* host, const char* words) {
  return host->text(host, words, strlen(words));
}

static playlist_status run(void* self, const playlist_host* host, const playlist_io* io) {
  const struct element* element = self;
  const int32_t* duration = io->in[0]->data;
  const int32_t too_long = text(host, "it is too long"),
                unknown = text(host, "its duration is unknown");
  int64_t row;
  for (row = io->begin; row < io->end; ++row) {
    const int is_unknown = duration[row] == INT32_MIN;
    if (row % 10000 == 0 && host->cancelled(host)) return PLAYLIST_CANCELLED;
    if (is_unknown ? element->keeps_unknown : duration[row] <= element->minutes * 60000) continue;
    io->keep[row] = 0;
    io->reasons[row] = is_unknown ? unknown : too_long;
  }
  return PLAYLIST_OK;
}

static const playlist_param kMinutes = {sizeof(playlist_param),
                                        PLAYLIST_PARAM_NUMBER,
                                        "minutes",
                                        "longest track to keep, in minutes",
                                        5,
                                        0,
                                        600,
                                        NULL,
                                        NULL,
                                        0,
                                        0};
static const playlist_param kUnknown = {sizeof(playlist_param),
                                        PLAYLIST_PARAM_BOOLEAN,
                                        "unknown",
                                        "keep tracks whose duration is unknown",
                                        1,
                                        0,
                                        1,
                                        NULL,
                                        NULL,
                                        0,
                                        0};
static const playlist_param* const kParams[] = {&kMinutes, &kUnknown, NULL};
static const playlist_field kDuration = {
    sizeof(playlist_field), PLAYLIST_I32, "duration_ms", "milliseconds", 0, 0};
static const playlist_field* const kInputs[] = {&kDuration, NULL};

static const playlist_element kElement = {sizeof(playlist_element),
                                          PLAYLIST_FILTERING,
                                          PLAYLIST_ROWWISE, /* row i depends on row i only */
                                          0,
                                          "filtering.@NAME@",
                                          "Drops tracks that are too long.",
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
