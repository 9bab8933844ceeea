// playlist.rows/1 as a running source calls it, of a file or of a service.
#pragma once

#include "playlist/plugin.h"

#include <cstdint>
#include <exception>
#include <string>
#include <string_view>

#include "import/rows_receiver.hpp"
#include "plugin/call.hpp"
#include "worker/worker.hpp"

namespace engine::import {

/// A service's call, of the owner that the source's call has put in with it: a `Run` has the
/// members `rows` and `heartbeat`. Nothing may be thrown through the plugin.
template <class Run, class Body>
playlist_status in_run(const playlist_host* host, std::string_view service, Body body) {
  try {
    auto& run = CallContext::owner<Run>(host, service);
    run.heartbeat->beat();
    if (run.heartbeat->is_interrupted()) return PLAYLIST_CANCELLED;
    return body(run);
  } catch (const std::exception& error) {
    host->fail(host, PLAYLIST_ERROR, error.what());
    return PLAYLIST_ERROR;
  }
}

/// `Run` also says how the reason of a bucket is shown: shown(std::string).
template <class Run>
inline const playlist_rows kRowsOf = {
    sizeof(playlist_rows),
    0,
    [](const playlist_host* host, const char* table, const playlist_table* rows) {
      return in_run<Run>(host, PLAYLIST_SERVICE_ROWS,
                         [&](Run& run) { return run.rows->append(table, *rows); });
    },
    [](const playlist_host* host, std::int64_t record, const char* bucket, const char* reason) {
      return in_run<Run>(host, PLAYLIST_SERVICE_ROWS, [&](Run& run) {
        return run.rows->bucket(record, bucket, run.shown(reason ? reason : ""));
      });
    },
    [](const playlist_host* host, std::int64_t total) {
      return in_run<Run>(host, PLAYLIST_SERVICE_ROWS,
                         [&](Run& run) { return run.rows->finish(total); });
    },
    [](const playlist_host* host, std::int64_t done) {
      return in_run<Run>(host, PLAYLIST_SERVICE_ROWS,
                         [&](Run& run) { return run.rows->complete(done); });
    }};

}  // namespace engine::import
