// The binary layout of ABI 1: plugins built yesterday read these offsets. A struct may grow at its
// end (raise PLAYLIST_ABI_MINOR and add a line); nothing that stands here may ever change while
// PLAYLIST_ABI_MAJOR is 1.
#include "playlist/plugin.h"
#include "playlist/remote.h"

#include <cstddef>
#include <string>

#include <catch2/catch.hpp>

TEST_CASE("structs of ABI 1 keep their fields where they are") {
  CHECK(PLAYLIST_ABI_MAGIC == 0x59414c50u);
  CHECK(PLAYLIST_ABI_MAJOR == 1u);
  CHECK(sizeof(playlist_abi) == 16);
  CHECK(sizeof(playlist_value) == 8);

  CHECK(offsetof(playlist_dict, offsets) == 16);
  CHECK(offsetof(playlist_column, name) == 8);
  CHECK(offsetof(playlist_column, data) == 16);
  CHECK(offsetof(playlist_column, dict) == 24);
  CHECK(offsetof(playlist_table, rows) == 8);
  CHECK(offsetof(playlist_table, columns) == 16);
  CHECK(offsetof(playlist_lists, offsets) == 16);
  CHECK(offsetof(playlist_lists, weights) == 32);
  CHECK(offsetof(playlist_matrix, data) == 16);
  CHECK(offsetof(playlist_list, numbers) == 16);

  CHECK(offsetof(playlist_param, name) == 8);
  CHECK(offsetof(playlist_param, default_number) == 24);
  CHECK(offsetof(playlist_param, default_text) == 48);
  CHECK(offsetof(playlist_param, choices) == 56);
  CHECK(offsetof(playlist_param, flags) == 64);
  CHECK(offsetof(playlist_field, name) == 8);
  CHECK(offsetof(playlist_field, flags) == 24);

  CHECK(offsetof(playlist_host, name) == 16);
  CHECK(offsetof(playlist_host, log) == 32);
  CHECK(offsetof(playlist_host, random) == 72);
  CHECK(offsetof(playlist_host, service) == 96);

  CHECK(offsetof(playlist_tables, embedding) == 24);
  CHECK(offsetof(playlist_candidates, append) == 8);
  CHECK(offsetof(playlist_rows, finish) == 24);
  CHECK(offsetof(playlist_rows, complete) == 32);
  CHECK(offsetof(playlist_vectors, append) == 8);
  CHECK(offsetof(playlist_vectors, space) == 16);
  CHECK(offsetof(playlist_vectors, ids) == 24);
  CHECK(offsetof(playlist_members, end) == 24);
  CHECK(offsetof(playlist_sink, write) == 8);
  CHECK(offsetof(playlist_artifact_writer, card) == 40);
  CHECK(offsetof(playlist_artifacts, table) == 16);
  CHECK(offsetof(playlist_artifacts, card) == 40);

  CHECK(offsetof(playlist_input, bytes) == 24);
  CHECK(offsetof(playlist_input, columns) == 48);
  CHECK(offsetof(playlist_playlist, tracks) == 40);
  CHECK(offsetof(playlist_io, begin) == 8);
  CHECK(offsetof(playlist_io, candidates) == 24);
  CHECK(offsetof(playlist_io, keep) == 48);
  CHECK(offsetof(playlist_io, playlist) == 88);

  CHECK(offsetof(playlist_element, name) == 16);
  CHECK(offsetof(playlist_element, params) == 48);
  CHECK(offsetof(playlist_element, create) == 56);
  CHECK(offsetof(playlist_element, destroy) == 72);
  CHECK(offsetof(playlist_element, explain) == 88);
  CHECK(offsetof(playlist_plugin, elements) == 40);
}

TEST_CASE("ids, magic and version of ABI 1, which no debug information holds") {
  CHECK(PLAYLIST_ABI_MAGIC == 0x59414c50u);
  CHECK(PLAYLIST_ABI_MAJOR == 1);
  CHECK(PLAYLIST_ABI_MINOR == 3);
  CHECK(std::string(PLAYLIST_SERVICE_TABLES) == "playlist.tables/1");
  CHECK(std::string(PLAYLIST_SERVICE_CANDIDATES) == "playlist.candidates/1");
  CHECK(std::string(PLAYLIST_SERVICE_ROWS) == "playlist.rows/1");
  CHECK(std::string(PLAYLIST_SERVICE_VECTORS) == "playlist.vectors/1");  // 1.1
  CHECK(std::string(PLAYLIST_SERVICE_FILES) == "playlist.files/1");      // 1.2
  CHECK(std::string(PLAYLIST_SERVICE_HTTP) == "playlist.http/1");        // 1.3
  CHECK(std::string(PLAYLIST_SERVICE_CONNECTION) == "playlist.connection/1");
  CHECK(std::string(PLAYLIST_SERVICE_TARGET) == "playlist.target/1");
  CHECK(std::string(PLAYLIST_SERVICE_MEMBERS) == "playlist.members/1");
  CHECK(std::string(PLAYLIST_SERVICE_SINK) == "playlist.sink/1");
  CHECK(std::string(PLAYLIST_SERVICE_ARTIFACT_WRITER) == "playlist.artifact_writer/1");
  CHECK(std::string(PLAYLIST_SERVICE_ARTIFACTS) == "playlist.artifacts/1");
}

TEST_CASE("numbers of ABI 1 keep their meaning") {
  CHECK(PLAYLIST_CANCELLED == 4);
  CHECK(PLAYLIST_UNSUPPORTED == 5);
  CHECK(PLAYLIST_U8 == 6);
  CHECK(PLAYLIST_PARAM_COLUMN == 6);
  CHECK(PLAYLIST_PARAM_NUMBERS == 9);
  CHECK(PLAYLIST_PARAM_FILE == 10);  // 1.2
  CHECK(PLAYLIST_MODEL == 7);
  CHECK(PLAYLIST_ROWWISE == 1u);
  CHECK(PLAYLIST_UNBOUNDED == 2u);
  CHECK(PLAYLIST_ORDERWISE == 4u);  // 1.2
  CHECK(PLAYLIST_REMOTE == 8u);     // 1.3
  CHECK(PLAYLIST_HTTP_REPEATABLE == 1u);
}
