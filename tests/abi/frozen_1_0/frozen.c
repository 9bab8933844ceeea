/* One element of every kind, written in 2026 against ABI 1.0 and built against the copy of its header that stands
 * beside this file. It must build and load unchanged for as long as the ABI's major is 1: do not edit either. */
#include <stdlib.h>
#include <string.h>

#include "playlist/plugin.h"

struct frozen {
  double number;
};

static void *create(const playlist_host *host, const playlist_value *values) {
  struct frozen *self = malloc(sizeof *self);
  if (self == NULL) {
    host->fail(host, PLAYLIST_ERROR, "out of memory");
    return NULL;
  }
  self->number = values[0].number;
  return self;
}

static const void *service(const playlist_host *host, const char *id) {
  const void *found = host->service(host, id);
  if (found == NULL) host->fail(host, PLAYLIST_ERROR, id);
  return found;
}

static int32_t text_of(const playlist_host *host, const char *text) {
  return host->text(host, text, strlen(text));
}

/* ---- source: one like per line of the input, an empty line is a bucket ---- */
static int32_t recognise(const playlist_host *host, const playlist_input *input) {
  (void)host;
  return input->head_length >= 6 && memcmp(input->bytes, "frozen", 6) == 0 ? 90 : 0;
}

static playlist_status add_like(const playlist_host *host, const playlist_rows *rows, int64_t record,
                                const char *title, uint64_t length) {
  uint64_t offsets[2] = {0, 0};
  int32_t code = 0;
  playlist_dict dict = {sizeof(playlist_dict), 1, NULL, NULL};
  playlist_column records = {sizeof(playlist_column), PLAYLIST_I64, "record", NULL, NULL};
  playlist_column titles = {sizeof(playlist_column), PLAYLIST_STRING, "title", NULL, NULL};
  playlist_column artists = {sizeof(playlist_column), PLAYLIST_STRING, "artist", NULL, NULL};
  const playlist_column *columns[3];
  playlist_table table = {sizeof(playlist_table), 3, 1, NULL};
  offsets[1] = length;
  dict.bytes = title;
  dict.offsets = offsets;
  records.data = &record;
  titles.data = artists.data = &code;
  titles.dict = artists.dict = &dict;
  columns[0] = &records;
  columns[1] = &titles;
  columns[2] = &artists;
  table.columns = columns;
  return rows->append(host, "likes", &table);
}

static playlist_status read_input(void *self, const playlist_host *host, const playlist_io *io) {
  const playlist_rows *rows = service(host, PLAYLIST_SERVICE_ROWS);
  const char *at = (const char *)io->input->bytes, *const end = at + io->input->length;
  int64_t record = 0;
  playlist_status status = PLAYLIST_OK;
  (void)self;
  if (rows == NULL) return PLAYLIST_ERROR;
  for (; at < end && status == PLAYLIST_OK; ++record) {
    const char *line_end = memchr(at, '\n', (size_t)(end - at));
    if (line_end == NULL) line_end = end;
    if (host->cancelled(host)) return PLAYLIST_CANCELLED;
    if (line_end == at) {
      status = rows->bucket(host, record, "empty", "");
    } else {
      status = add_like(host, rows, record, at, (uint64_t)(line_end - at));
    }
    if (status == PLAYLIST_OK) status = rows->complete(host, record + 1);
    at = line_end + 1;
  }
  return status == PLAYLIST_OK ? rows->finish(host, record) : status;
}

/* ---- recall: every track, in the catalogue's order ---- */
static playlist_status recall(void *self, const playlist_host *host, const playlist_io *io) {
  const playlist_tables *tables = service(host, PLAYLIST_SERVICE_TABLES);
  const playlist_candidates *candidates = service(host, PLAYLIST_SERVICE_CANDIDATES);
  const playlist_table *tracks;
  int64_t row;
  (void)io;
  if (tables == NULL || candidates == NULL) return PLAYLIST_ERROR;
  tracks = tables->table(host, "tracks");
  if (tracks == NULL || tracks->rows == 0) {
    host->fail(host, PLAYLIST_NO_DATA, "no tracks");
    return PLAYLIST_NO_DATA;
  }
  for (row = 0; row < tracks->rows; ++row) {
    const int32_t track = (int32_t)row, because = text_of(host, "it is there");
    const float score = (float)((struct frozen *)self)->number;
    if (row % 10000 == 0 && host->cancelled(host)) return PLAYLIST_CANCELLED;
    if (candidates->append(host, &track, &score, &because, NULL, 1) != PLAYLIST_OK) return PLAYLIST_ERROR;
  }
  return PLAYLIST_OK;
}

/* ---- ranking, filtering, ordering over the column energy ---- */
static playlist_status rank(void *self, const playlist_host *host, const playlist_io *io) {
  const float *energy = io->in[0]->data;
  float *out = io->out[0]->data;
  int64_t row;
  for (row = io->begin; row < io->end; ++row) {
    if (row % 10000 == 0 && host->cancelled(host)) return PLAYLIST_CANCELLED;
    out[row] = (float)((struct frozen *)self)->number + energy[row];
  }
  return PLAYLIST_OK;
}

static playlist_status explain(void *self, const playlist_host *host, const playlist_io *io, int64_t row, char *text,
                               size_t capacity) {
  static const char kText[] = "it is frozen";
  (void)self, (void)host, (void)io, (void)row;
  if (capacity < sizeof kText) return PLAYLIST_ERROR;
  memcpy(text, kText, sizeof kText);
  return PLAYLIST_OK;
}

static playlist_status filter(void *self, const playlist_host *host, const playlist_io *io) {
  const float *energy = io->in[0]->data;
  const int32_t reason = text_of(host, "too calm");
  int64_t row;
  for (row = io->begin; row < io->end; ++row) {
    if (row % 10000 == 0 && host->cancelled(host)) return PLAYLIST_CANCELLED;
    if (!(energy[row] < ((struct frozen *)self)->number)) continue;
    io->keep[row] = 0;
    io->reasons[row] = reason;
  }
  return PLAYLIST_OK;
}

static playlist_status order(void *self, const playlist_host *host, const playlist_io *io) {
  const int64_t rows = io->candidates->rows;
  int64_t row;
  (void)self;
  for (row = 0; row < rows; ++row) {
    if (row % 10000 == 0 && host->cancelled(host)) return PLAYLIST_CANCELLED;
    io->order[row] = (int32_t)(rows - 1 - row);
  }
  *io->order_count = rows;
  return PLAYLIST_OK;
}

/* ---- output: the title, a byte per track; model: the number of tracks ---- */
static playlist_status write_output(void *self, const playlist_host *host, const playlist_io *io) {
  const playlist_sink *sink = service(host, PLAYLIST_SERVICE_SINK);
  int64_t row;
  (void)self;
  if (sink == NULL) return PLAYLIST_ERROR;
  if (sink->write(host, io->playlist->title, strlen(io->playlist->title)) != PLAYLIST_OK) return PLAYLIST_ERROR;
  for (row = 0; row < io->playlist->tracks->rows; ++row) {
    if (row % 1000 == 0 && host->cancelled(host)) return PLAYLIST_CANCELLED;
    if (sink->write(host, ".", 1) != PLAYLIST_OK) return PLAYLIST_ERROR;
  }
  return PLAYLIST_OK;
}

static playlist_status train(void *self, const playlist_host *host, const playlist_io *io) {
  const playlist_tables *tables = service(host, PLAYLIST_SERVICE_TABLES);
  const playlist_artifact_writer *writer = service(host, PLAYLIST_SERVICE_ARTIFACT_WRITER);
  float count;
  playlist_matrix matrix = {sizeof(playlist_matrix), 1, 1, NULL};
  (void)self, (void)io;
  if (tables == NULL || writer == NULL) return PLAYLIST_ERROR;
  if (host->cancelled(host)) return PLAYLIST_CANCELLED;
  count = (float)tables->table(host, "tracks")->rows;
  matrix.data = &count;
  if (writer->matrix(host, "count", &matrix) != PLAYLIST_OK) return PLAYLIST_ERROR;
  return writer->card(host, "{\"frozen\": true}");
}

/* ---- descriptions ---- */
static const playlist_param kNumber = {
    sizeof(playlist_param), PLAYLIST_PARAM_NUMBER, "number", "any number", 0.5, 0, 100, NULL, NULL, 0, 0};
static const playlist_param *const kParams[] = {&kNumber, NULL};
static const playlist_field kEnergy = {sizeof(playlist_field), PLAYLIST_F32, "energy", "0..1", 0, 0};
static const playlist_field *const kIn[] = {&kEnergy, NULL};
static const playlist_field kCold = {sizeof(playlist_field), PLAYLIST_F32, "cold", "number + energy", 0, 0};
static const playlist_field *const kOut[] = {&kCold, NULL};

static const playlist_element kSource = {sizeof(playlist_element), PLAYLIST_SOURCE, 0, 0, "source.frozen",
    "Likes, a line each.", NULL, NULL, kParams, create, read_input, free, recognise, NULL};
static const playlist_element kRecall = {sizeof(playlist_element), PLAYLIST_RECALL, 0, 0, "recall.frozen",
    "Every track.", NULL, NULL, kParams, create, recall, free, NULL, NULL};
static const playlist_element kRanking = {sizeof(playlist_element), PLAYLIST_RANKING, PLAYLIST_ROWWISE, 0,
    "ranking.frozen", "Number plus energy.", kIn, kOut, kParams, create, rank, free, NULL, explain};
static const playlist_element kFiltering = {sizeof(playlist_element), PLAYLIST_FILTERING, PLAYLIST_ROWWISE, 0,
    "filtering.frozen", "Drops calm tracks.", kIn, NULL, kParams, create, filter, free, NULL, NULL};
static const playlist_element kOrdering = {sizeof(playlist_element), PLAYLIST_ORDERING, 0, 0, "ordering.frozen",
    "Backwards.", NULL, NULL, kParams, create, order, free, NULL, NULL};
static const playlist_element kOutput = {sizeof(playlist_element), PLAYLIST_OUTPUT, 0, 0, "output.frozen",
    "The title and a dot per track.", NULL, NULL, kParams, create, write_output, free, NULL, NULL};
static const playlist_element kModel = {sizeof(playlist_element), PLAYLIST_MODEL, 0, 0, "model.frozen",
    "Counts tracks.", NULL, NULL, kParams, create, train, free, NULL, NULL};
static const playlist_element *const kElements[] = {&kSource, &kRecall, &kRanking, &kFiltering, &kOrdering, &kOutput,
                                                    &kModel, NULL};
static const playlist_plugin kPlugin = {sizeof(playlist_plugin), 0, "org.playlist-engine.test.frozen-1-0", "1.0.0",
                                        "the tests", "MIT", kElements};

const playlist_abi playlist_plugin_abi = {PLAYLIST_ABI_MAGIC, PLAYLIST_ABI_MAJOR, PLAYLIST_ABI_MINOR,
                                          sizeof(playlist_plugin)};
const playlist_plugin *playlist_plugin_main(const playlist_host *host) {
  (void)host;
  return &kPlugin;
}
