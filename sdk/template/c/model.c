/* model.@NAME@: how the user's plays spread over decades of release.
 *
 * Artifact  matrix "decades": one row per decade, ascending: its first year, its share of the plays */
#include "playlist/plugin.h"

#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

enum { kDecades = 300 }; /* up to the year 2999 */

struct element {
  int64_t min_plays;
};

static void* create(const playlist_host* host, const playlist_value* values) {
  struct element* self = malloc(sizeof *self);
  if (self == NULL) {
    host->fail(host, PLAYLIST_ERROR, "out of memory");
    return NULL;
  }
  self->min_plays = values[0].integer; /* as declared in kParams, checked by the engine */
  return self;
}

static const int32_t* column(const playlist_table* table, const char* name) {
  uint32_t k;
  for (k = 0; table != NULL && k < table->column_count; ++k) {
    if (strcmp(table->columns[k]->name, name) == 0) return table->columns[k]->data;
  }
  return NULL;
}

static playlist_status write_artifact(const playlist_host* host, const int64_t* plays_of,
                                      int64_t total) {
  const playlist_artifact_writer* writer = host->service(host, PLAYLIST_SERVICE_ARTIFACT_WRITER);
  float rows[2 * kDecades];
  playlist_matrix matrix = {sizeof(playlist_matrix), 2, 0, NULL};
  char card[64];
  int decade;
  for (decade = 0; decade < kDecades; ++decade) {
    if (plays_of[decade] == 0) continue;
    rows[2 * matrix.rows] = (float)(10 * decade);
    rows[2 * matrix.rows + 1] = (float)((double)plays_of[decade] / (double)total);
    ++matrix.rows;
  }
  matrix.data = rows;
  sprintf(card, "{\"plays\": %.0f}", (double)total);
  if (writer->matrix(host, "decades", &matrix) != PLAYLIST_OK) return PLAYLIST_ERROR;
  return writer->card(host, card);
}

static playlist_status run(void* self, const playlist_host* host, const playlist_io* io) {
  const playlist_tables* tables = host->service(host, PLAYLIST_SERVICE_TABLES);
  const playlist_table* tracks = tables->table(host, "tracks");
  const int32_t* year = column(tracks, "year");
  const int32_t* plays = column(tables->table(host, "track_statistics"), "plays");
  int64_t plays_of[kDecades] = {0}, total = 0, track;
  (void)io;
  for (track = 0; year != NULL && plays != NULL && track < tracks->rows; ++track) {
    if (track % 10000 == 0 && host->cancelled(host)) return PLAYLIST_CANCELLED;
    if (year[track] < 0 || year[track] >= 10 * kDecades || plays[track] <= 0) continue;
    plays_of[year[track] / 10] += plays[track];
    total += plays[track];
  }
  if (total == 0 || total < ((const struct element*)self)->min_plays) {
    host->fail(host, PLAYLIST_NO_DATA, "too few plays");
    return PLAYLIST_NO_DATA;
  }
  return write_artifact(host, plays_of, total);
}

static const playlist_param kMinPlays = {sizeof(playlist_param),
                                         PLAYLIST_PARAM_INTEGER,
                                         "min_plays",
                                         "plays below which there is nothing to learn",
                                         1, /* default, lowest, highest */
                                         0,
                                         1000000,
                                         NULL,
                                         NULL,
                                         0,
                                         0};
static const playlist_param* const kParams[] = {&kMinPlays, NULL};

static const playlist_element kElement = {sizeof(playlist_element),
                                          PLAYLIST_MODEL,
                                          0,
                                          0,
                                          "model.@NAME@",
                                          "How plays spread over decades of release.",
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
