/* Everything of playlist/plugin.h that a compiled plugin and a compiled engine must agree on, as types of
 * exported symbols, so that abidw describes it and abidiff compares it. Nothing of this is ever run. */
#include "playlist/plugin.h"
#if PLAYLIST_ABI_MINOR >= 3
#include "playlist/complete.h"
#include "playlist/encode.h"
#include "playlist/parts.h"
#include "playlist/remote.h"
#endif

/* One member per type that a plugin or the engine sees behind a pointer of its own. */
struct playlist_contract {
  playlist_abi abi;
  playlist_plugin plugin;
  playlist_element element;
  playlist_field field;
  playlist_param param;
  playlist_value value;
  playlist_list list;
  playlist_dict dict;
  playlist_column column;
  playlist_table table;
  playlist_lists lists;
  playlist_matrix matrix;
  playlist_io io;
  playlist_input input;
  playlist_playlist playlist;
  playlist_host host;
  playlist_tables tables;
  playlist_candidates candidates;
  playlist_rows rows;
  playlist_members members;
#if PLAYLIST_ABI_MINOR >= 1
  playlist_vectors vectors;
#endif
#if PLAYLIST_ABI_MINOR >= 2
  playlist_files files;
#endif
#if PLAYLIST_ABI_MINOR >= 3
  playlist_http http;
  playlist_encode encode;
  playlist_complete complete;
  playlist_question question;
  playlist_completion completion;
  playlist_part part;
  playlist_parts parts;
  playlist_http_request http_request;
  playlist_http_answer http_answer;
  playlist_connection connection;
  playlist_target target;
#endif
  playlist_sink sink;
  playlist_artifact_writer artifact_writer;
  playlist_artifacts artifacts;
  playlist_status status;
};
PLAYLIST_EXPORT struct playlist_contract playlist_structs;

/* The numbers. */
struct playlist_numbers {
  enum playlist_status_code status;
  enum playlist_column_type column_type;
  enum playlist_param_type param_type;
  enum playlist_param_flag param_flag;
  enum playlist_log_level log_level;
  enum playlist_kind kind;
  enum playlist_element_flag element_flag;
  enum playlist_field_flag field_flag;
#if PLAYLIST_ABI_MINOR >= 3
  enum playlist_remote_flag remote_flag;
  enum playlist_http_flag http_flag;
  enum playlist_part_state part_state;
  enum playlist_step_flag step_flag;
#endif
};
PLAYLIST_EXPORT struct playlist_numbers playlist_enums;

const playlist_abi playlist_plugin_abi = {PLAYLIST_ABI_MAGIC, PLAYLIST_ABI_MAJOR,
                                          PLAYLIST_ABI_MINOR, sizeof(playlist_plugin)};
const playlist_plugin* playlist_plugin_main(const playlist_host* host) {
  (void)host;
  return 0;
}
