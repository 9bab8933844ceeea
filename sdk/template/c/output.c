/* output.@NAME@: a text file, ARTIST <tab> TITLE per line. */
#include "playlist/plugin.h"

#include <stdlib.h>
#include <string.h>

static void* create(const playlist_host* host, const playlist_value* values) {
  static char nothing; /* this element keeps nothing; the engine wants a pointer all the same */
  (void)host, (void)values;
  return &nothing;
}

static void destroy(void* self) {
  (void)self;
}

static const playlist_column* column(const playlist_table* table, const char* name) {
  uint32_t k;
  for (k = 0; k < table->column_count; ++k) {
    if (strcmp(table->columns[k]->name, name) == 0) return table->columns[k];
  }
  return NULL;
}

static playlist_status write_text(const playlist_host* host, const playlist_sink* sink,
                                  const playlist_column* texts, int64_t row) {
  const int32_t code = ((const int32_t*)texts->data)[row];
  const uint64_t* at;
  if (code < 0) return PLAYLIST_OK; /* missing */
  at = texts->dict->offsets + code;
  return sink->write(host, texts->dict->bytes + at[0], (size_t)(at[1] - at[0]));
}

static playlist_status run(void* self, const playlist_host* host, const playlist_io* io) {
  const playlist_sink* sink = host->service(host, PLAYLIST_SERVICE_SINK);
  const playlist_table* tracks = io->playlist->tracks;
  const playlist_column *artist = column(tracks, "artist_name"), *title = column(tracks, "title");
  playlist_status status = sink->write(host, "# @NAME@\n", strlen("# @NAME@\n"));
  int64_t row;
  (void)self;
  for (row = 0; row < tracks->rows && status == PLAYLIST_OK; ++row) {
    if (row % 1000 == 0 && host->cancelled(host)) return PLAYLIST_CANCELLED;
    status = write_text(host, sink, artist, row);
    if (status == PLAYLIST_OK) status = sink->write(host, "\t", 1);
    if (status == PLAYLIST_OK) status = write_text(host, sink, title, row);
    if (status == PLAYLIST_OK) status = sink->write(host, "\n", 1);
  }
  return status;
}

static const playlist_element kElement = {sizeof(playlist_element),
                                          PLAYLIST_OUTPUT,
                                          0,
                                          0,
                                          "output.@NAME@",
                                          "Artists and titles, a line each.",
                                          NULL,
                                          NULL,
                                          NULL,
                                          create,
                                          run,
                                          destroy,
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
