// libmicrohttpd, loaded when a front is made: it brings GnuTLS along, which would take two
// milliseconds of every start of the engine.
#pragma once

#include <microhttpd.h>

#include "shared/system_library.hpp"

namespace engine::serve {

struct Microhttpd : shared::SystemLibrary {
  Microhttpd() : SystemLibrary("libmicrohttpd.so.12") {}
  PLAYLIST_SYSTEM_FUNCTION(MHD_add_response_header);
  PLAYLIST_SYSTEM_FUNCTION(MHD_create_response_from_buffer);
  PLAYLIST_SYSTEM_FUNCTION(MHD_create_response_from_callback);
  PLAYLIST_SYSTEM_FUNCTION(MHD_destroy_response);
  PLAYLIST_SYSTEM_FUNCTION(MHD_get_connection_info);
  PLAYLIST_SYSTEM_FUNCTION(MHD_get_connection_values_n);
  PLAYLIST_SYSTEM_FUNCTION(MHD_get_daemon_info);
  PLAYLIST_SYSTEM_FUNCTION(MHD_get_timeout);
  PLAYLIST_SYSTEM_FUNCTION(MHD_queue_response);
  PLAYLIST_SYSTEM_FUNCTION(MHD_quiesce_daemon);
  PLAYLIST_SYSTEM_FUNCTION(MHD_resume_connection);
  PLAYLIST_SYSTEM_FUNCTION(MHD_run);
  PLAYLIST_SYSTEM_FUNCTION(MHD_start_daemon);
  PLAYLIST_SYSTEM_FUNCTION(MHD_stop_daemon);
  PLAYLIST_SYSTEM_FUNCTION(MHD_suspend_connection);
};

inline const Microhttpd& microhttpd() {
  static const Microhttpd kMicrohttpd;
  return kMicrohttpd;
}

}  // namespace engine::serve
