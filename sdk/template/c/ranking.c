/* ranking.@NAME@: how near a track's energy is to a wanted one.
 *
 * @NAME@ = 1 - |energy - target|, in 0..1; missing where the energy is missing. */
#include "playlist/plugin.h"

#include <stdlib.h>

struct element {
  float target;
};

static void* create(const playlist_host* host, const playlist_value* values) {
  struct element* self = malloc(sizeof *self);
  if (self == NULL) {
    host->fail(host, PLAYLIST_ERROR, "out of memory");
    return NULL;
  }
  self->target = (float)values[0].number; /* as declared in kParams, checked by the engine */
  return self;
}

static playlist_status run(void* self, const playlist_host* host, const playlist_io* io) {
  const float target = ((const struct element*)self)->target;
  const float* energy = io->in[0]->data;
  float* fit = io->out[0]->data;
  int64_t row;
  for (row = io->begin; row < io->end; ++row) {
    const float distance = energy[row] - target; /* missing is NaN, and stays so */
    if (row % 10000 == 0 && host->cancelled(host)) return PLAYLIST_CANCELLED;
    fit[row] = distance < 0 ? 1 + distance : 1 - distance;
  }
  return PLAYLIST_OK;
}

static const playlist_param kTarget = {sizeof(playlist_param),
                                       PLAYLIST_PARAM_NUMBER,
                                       "target",
                                       "wanted energy, 0 calm .. 1 wild",
                                       0.5, /* default, lowest, highest */
                                       0,
                                       1,
                                       NULL,
                                       NULL,
                                       PLAYLIST_PARAM_TUNABLE,
                                       0};
static const playlist_param* const kParams[] = {&kTarget, NULL};
static const playlist_field kEnergy = {
    sizeof(playlist_field), PLAYLIST_F32, "energy", "0..1", 0, 0};
static const playlist_field* const kInputs[] = {&kEnergy, NULL};
static const playlist_field kFit = {
    sizeof(playlist_field), PLAYLIST_F32, "@NAME@", "fit, 0..1", 0, 0};
static const playlist_field* const kOutputs[] = {&kFit, NULL};

static const playlist_element kElement = {sizeof(playlist_element),
                                          PLAYLIST_RANKING,
                                          PLAYLIST_ROWWISE, /* row i depends on row i only */
                                          0,
                                          "ranking.@NAME@",
                                          "How near a track's energy is to a wanted one.",
                                          kInputs,
                                          kOutputs,
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
