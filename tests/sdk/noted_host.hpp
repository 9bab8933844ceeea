// The services of sources and models, which note what they are told: for CallContext::services.
#pragma once

#include "playlist/plugin.h"

#include <cstdint>
#include <string>
#include <string_view>
#include <vector>

#include "data/tables.hpp"
#include "plugin/call.hpp"

namespace sdk_fixture {

struct Notes {
  std::vector<std::string> rows;     // "table record artist title"
  std::vector<std::string> buckets;  // "record bucket reason"
  std::int64_t total = -1;
  std::vector<float> matrix;
  std::string card;
};
inline Notes& read_notes(const playlist_host* host) {
  return engine::CallContext::owner<Notes>(host, PLAYLIST_SERVICE_ROWS);
}
inline Notes& learnt_notes(const playlist_host* host) {
  return engine::CallContext::owner<Notes>(host, PLAYLIST_SERVICE_ARTIFACT_WRITER);
}

inline playlist_status note_rows(const playlist_host* host, const char* table,
                                 const playlist_table* rows) {
  const auto* records =
      static_cast<const std::int64_t*>(engine::find_column(*rows, "record")->data);
  for (std::int64_t row = 0; row < rows->rows; ++row) {
    std::string line = std::string(table) + ' ' + std::to_string(records[row]);
    for (const char* name : {"artist", "title"}) {
      const playlist_column& column = *engine::find_column(*rows, name);
      line += ' ';
      line += engine::text_of(column, static_cast<const std::int32_t*>(column.data)[row]);
    }
    read_notes(host).rows.push_back(line);
  }
  return PLAYLIST_OK;
}
inline playlist_status note_bucket(const playlist_host* host, std::int64_t record,
                                   const char* bucket, const char* reason) {
  read_notes(host).buckets.push_back(std::to_string(record) + ' ' + bucket + ' ' + reason);
  return PLAYLIST_OK;
}
inline playlist_status note_complete(const playlist_host*, std::int64_t) {
  return PLAYLIST_OK;
}
inline playlist_status note_total(const playlist_host* host, std::int64_t total) {
  read_notes(host).total = total;
  return PLAYLIST_OK;
}
inline playlist_status note_matrix(const playlist_host* host, const char*,
                                   const playlist_matrix* matrix) {
  learnt_notes(host).matrix.assign(matrix->data, matrix->data + matrix->rows * matrix->columns);
  return PLAYLIST_OK;
}
inline playlist_status note_table(const playlist_host*, const char*, const playlist_table*) {
  return PLAYLIST_OK;
}
inline playlist_status note_lists(const playlist_host*, const char*, const playlist_lists*) {
  return PLAYLIST_OK;
}
inline playlist_status note_bytes(const playlist_host*, const char*, const void*, std::size_t) {
  return PLAYLIST_OK;
}
inline playlist_status note_card(const playlist_host* host, const char* json) {
  learnt_notes(host).card = json;
  return PLAYLIST_OK;
}

inline std::vector<engine::CallService> noting_services(Notes& notes) {
  static constexpr playlist_rows kRows{sizeof(playlist_rows), 0,          note_rows,
                                       note_bucket,           note_total, note_complete};
  static constexpr playlist_artifact_writer kWriter{sizeof(playlist_artifact_writer),
                                                    0,
                                                    note_matrix,
                                                    note_table,
                                                    note_lists,
                                                    note_bytes,
                                                    note_card};
  return {{PLAYLIST_SERVICE_ROWS, &kRows, &notes},
          {PLAYLIST_SERVICE_ARTIFACT_WRITER, &kWriter, &notes}};
}

}  // namespace sdk_fixture
