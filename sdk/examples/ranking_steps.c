/* ranking.steps: a column's value rounded down to steps. C99, against plugin.h alone.
 *
 * step = floor(energy / width) * width; missing stays missing. */
#include "playlist/plugin.h"

#include <math.h>
#include <stdlib.h>

struct steps {
  double width;
};

static void* create(const playlist_host* host, const playlist_value* values) {
  struct steps* self = malloc(sizeof *self);
  if (self == NULL) {
    host->fail(host, PLAYLIST_ERROR, "out of memory");
    return NULL;
  }
  self->width = values[0].number;
  return self;
}

static playlist_status run(void* self, const playlist_host* host, const playlist_io* io) {
  const double width = ((const struct steps*)self)->width;
  const float* energy = io->in[0]->data;
  float* step = io->out[0]->data;
  int64_t row;
  for (row = io->begin; row < io->end; ++row) {
    if (row % 10000 == 0 && host->cancelled(host)) return PLAYLIST_CANCELLED;
    step[row] = (float)(floor(energy[row] / width) * width);
  }
  return PLAYLIST_OK;
}

static const playlist_field kEnergy = {
    sizeof(playlist_field), PLAYLIST_F32, "energy", "0..1", 0, 0};
static const playlist_field kStep = {
    sizeof(playlist_field), PLAYLIST_F32, "step", "energy in steps", 0, 0};
static const playlist_field* const kInputs[] = {&kEnergy, NULL};
static const playlist_field* const kOutputs[] = {&kStep, NULL};
static const playlist_param kWidth = {sizeof(playlist_param),
                                      PLAYLIST_PARAM_NUMBER,
                                      "width",
                                      "size of a step",
                                      0.25,
                                      0.001,
                                      1,
                                      NULL,
                                      NULL,
                                      0,
                                      0};
static const playlist_param* const kParams[] = {&kWidth, NULL};

static const playlist_element kSteps = {sizeof(playlist_element),
                                        PLAYLIST_RANKING,
                                        PLAYLIST_ROWWISE,
                                        0,
                                        "ranking.steps",
                                        "Energy rounded down to steps.",
                                        kInputs,
                                        kOutputs,
                                        kParams,
                                        create,
                                        run,
                                        free,
                                        NULL,
                                        NULL};
static const playlist_element* const kElements[] = {&kSteps, NULL};
static const playlist_plugin kPlugin = {
    sizeof(playlist_plugin), 0, "org.example.steps", "1.0.0", "", "", kElements};

const playlist_abi playlist_plugin_abi = {PLAYLIST_ABI_MAGIC, PLAYLIST_ABI_MAJOR,
                                          PLAYLIST_ABI_MINOR, sizeof(playlist_plugin)};
const playlist_plugin* playlist_plugin_main(const playlist_host* host) {
  (void)host;
  return &kPlugin;
}
