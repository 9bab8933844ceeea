/* source.@NAME@: likes from a text file.
 *
 * Format   first line "# @NAME@", then ARTIST <tab> TITLE per line; empty lines are allowed
 * Buckets  empty, malformed (no tab) */
#include "playlist/plugin.h"

#include <stdlib.h>
#include <string.h>

static const char kMagic[] = "# @NAME@\n";
enum { kMagicLength = sizeof kMagic - 1, kCompleteEvery = 30000 };

static void* create(const playlist_host* host, const playlist_value* values) {
  static char nothing; /* this element keeps nothing; the engine wants a pointer all the same */
  (void)host, (void)values;
  return &nothing;
}

static void destroy(void* self) {
  (void)self;
}

static int32_t recognise(const playlist_host* host, const playlist_input* input) {
  (void)host;
  return input->head_length >= kMagicLength && memcmp(input->bytes, kMagic, kMagicLength) == 0 ? 100
                                                                                               : 0;
}

/* One row of "likes": its texts stand behind each other in the line, with the tab between. */
static playlist_status like(const playlist_host* host, const playlist_rows* rows, int64_t record,
                            const char* line, size_t artist_length, size_t title_length) {
  const uint64_t artist_offsets[2] = {0, artist_length}, title_offsets[2] = {0, title_length};
  int32_t artist_code = artist_length > 0 ? 0 : -1, title_code = title_length > 0 ? 0 : -1;
  playlist_dict artists = {sizeof(playlist_dict), 1, NULL, NULL},
                titles = {sizeof(playlist_dict), 1, NULL, NULL};
  playlist_column columns[3] = {{sizeof(playlist_column), PLAYLIST_I64, "record", NULL, NULL},
                                {sizeof(playlist_column), PLAYLIST_STRING, "artist", NULL, NULL},
                                {sizeof(playlist_column), PLAYLIST_STRING, "title", NULL, NULL}};
  const playlist_column* pointers[3];
  playlist_table table = {sizeof(playlist_table), 3, 1, NULL};
  int k;
  artists.bytes = line;
  artists.offsets = artist_offsets;
  titles.bytes = line + artist_length + 1;
  titles.offsets = title_offsets;
  columns[0].data = &record;
  columns[1].data = &artist_code;
  columns[1].dict = &artists;
  columns[2].data = &title_code;
  columns[2].dict = &titles;
  for (k = 0; k < 3; ++k) pointers[k] = &columns[k];
  table.columns = pointers;
  return rows->append(host, "likes", &table);
}

static playlist_status read_line(const playlist_host* host, const playlist_rows* rows,
                                 int64_t record, const char* line, size_t length) {
  const char* tab = memchr(line, '\t', length);
  if (length == 0) return rows->bucket(host, record, "empty", "");
  if (tab == NULL)
    return rows->bucket(host, record, "malformed", "no tab between artist and title");
  return like(host, rows, record, line, (size_t)(tab - line), length - (size_t)(tab - line) - 1);
}

static playlist_status run(void* self, const playlist_host* host, const playlist_io* io) {
  const playlist_rows* rows = host->service(host, PLAYLIST_SERVICE_ROWS);
  const char *at = (const char*)io->input->bytes, *const end = at + io->input->length;
  playlist_status status = PLAYLIST_OK;
  int64_t record = 0;
  (void)self;
  if (recognise(host, io->input) == 0) {
    host->fail(host, PLAYLIST_UNSUPPORTED, "it does not begin with # @NAME@");
    return PLAYLIST_UNSUPPORTED;
  }
  for (at += kMagicLength; at < end && status == PLAYLIST_OK; ++record) {
    const char* line_end = memchr(at, '\n', (size_t)(end - at));
    if (line_end == NULL) line_end = end;
    if (record % 10000 == 0 && host->cancelled(host)) return PLAYLIST_CANCELLED;
    if (record % kCompleteEvery == 0) status = rows->complete(host, record);
    if (status == PLAYLIST_OK) status = read_line(host, rows, record, at, (size_t)(line_end - at));
    at = line_end + 1;
  }
  return status == PLAYLIST_OK ? rows->finish(host, record) : status;
}

static const playlist_element kElement = {sizeof(playlist_element),
                                          PLAYLIST_SOURCE,
                                          0,
                                          0,
                                          "source.@NAME@",
                                          "Likes from a text file of artists and titles.",
                                          NULL,
                                          NULL,
                                          NULL,
                                          create,
                                          run,
                                          destroy,
                                          recognise,
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
