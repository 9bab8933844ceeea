// `engine import`: from files to the store, with a worker that reads and this process that writes.
#pragma once

#include <cstdint>
#include <functional>
#include <memory>
#include <string>
#include <vector>

#include "import/listens_writer.hpp"
#include "import/members_receiver.hpp"
#include "import/result.hpp"
#include "import/space.hpp"
#include "plugin/registry.hpp"
#include "worker/worker.hpp"

namespace engine::import {

struct Progress {
  std::string path;       // the file being read
  std::int64_t rows = 0;  // records so far
  double rows_per_second = 0;
  double fraction = 0;      // of all bytes
  double seconds_left = 0;  // 0: not known yet
};

/// Of the worker that reads files; settings import.* change them.
inline constexpr WorkerLimits kImportLimits{
    .wall_seconds = 0, .cpu_seconds = 0, .memory_bytes = 16ull << 30, .heartbeat_seconds = 120};

struct ImportOptions {
  std::string store_path;
  std::vector<std::string> paths;
  std::string user;  // --user
  bool is_user_per_folder = false;
  bool is_dry_run = false;        // on a copy; the store is not changed
  bool listens = false;           // --audio: measures what music sounds like
  std::string encoder = {};       // --encoder: a file that makes vectors of music, in `space`
  bool tells_match_rates = true;  // which looks at all that the people ever heard
  std::string columns;            // --columns a=b,...
  std::string dates;              // --dates day-first, month-first or year-first; "" not given
  /// "prompts": that source alone reads the files, whatever it looks like; "" whichever knows them.
  std::string source;
  std::string space = kUsualSpace;  // of vectors whose file names none
  std::string ids_path;  // whose vectors a file holds that does not say it: one id a line; "" none
  std::int64_t now = 0;  // Unix seconds; required
  double busy_seconds = 10;    // wait for another writer
  bool is_in_process = false;  // without a worker, for debuggers and sanitizers
  WorkerLimits limits = kImportLimits;
  ArchiveLimits archives;
  PlayRule play;        // for the bucket "short"
  double likeness = 0;  // library/likeness.hpp: the score from which on titles are matched; 0: none
  /// Called in the worker.
  std::function<std::shared_ptr<const Registry>()> load_plugins;
  std::function<const char*(std::string_view)> setting;  // host->setting() of source elements
  std::function<void(const Progress&)> on_progress;      // about ten times a second
};

/// Reads the paths into the store. A file that cannot be read costs that file only and is told in
/// the result; what was read of it stays, and importing it again goes on from there.
/// The process must have one thread. Throws Error: kInput for a path that does not exist, kUsage
/// when it is not clear whose export a file is or no space can be called so, kStore when the store
/// cannot be written.
ImportResult import_paths(const ImportOptions& options);

}  // namespace engine::import
