#include "import/import.hpp"

#include <chrono>

#include "core/duration.hpp"
#include "core/text_key.hpp"
#include "import/input_files.hpp"
#include "import/places.hpp"
#include "import/preparation.hpp"
#include "import/reader.hpp"
#include "import/session.hpp"
#include "import/space.hpp"
#include "store/users.hpp"

namespace engine::import {
namespace {

using Clock = std::chrono::steady_clock;

/// Turns the session's figures into rate and time left.
std::function<void(const Session::Progress&)> rated(const ImportOptions& options,
                                                    Clock::time_point started) {
  if (!options.on_progress) return {};
  return [&options, started](const Session::Progress& seen) {
    Progress progress;
    const double seconds = seconds_since(started);
    progress.path = seen.path;
    progress.rows = seen.rows;
    progress.rows_per_second = seconds > 0 ? static_cast<double>(seen.rows) / seconds : 0;
    if (seen.bytes_total > 0) {
      progress.fraction =
          static_cast<double>(seen.bytes_done) / static_cast<double>(seen.bytes_total);
    }
    if (progress.fraction > 0.01) {
      progress.seconds_left = seconds / progress.fraction * (1 - progress.fraction);
    }
    options.on_progress(progress);
  };
}

void drain(Channel& channel, Session& session) {
  std::uint32_t kind = 0;
  std::string bytes;
  while (channel.receive(kind, bytes)) session.take(static_cast<Message>(kind), bytes);
}

/// Runs workers until all files are read: one that dies costs the file it was reading.
/// True when the user interrupted.
bool read_into(Session& session, const ImportOptions& options, ReadOrder& order) {
  while (!session.is_done() && order.first < order.files.size()) {
    order.known = session.known_files();
    order.user = session.user_name();
    const auto job = [&order](Channel& channel, Heartbeat& heartbeat) {
      read_files(order, channel, heartbeat);
      return 0;
    };
    const auto supervise = [&session](Channel& channel) { drain(channel, session); };
    const WorkerEnd end = options.is_in_process ? run_in_process(job, supervise)
                                                : run_in_worker(options.limits, job, supervise);
    if (end.is_interrupted) return true;
    if (session.is_done()) return false;
    session.fail_current(end.message.empty() ? "the reading process ended early" : end.message);
    order.first = session.input() + 1;
  }
  return false;
}

}  // namespace

ImportResult import_paths(const ImportOptions& options) {
  const auto started = Clock::now();
  check_space_name(options.space);
  if (!options.ids_path.empty()) list_input_files({options.ids_path}, false);  // it is there
  ReadOrder order;
  order.files = list_input_files(options.paths, options.is_user_per_folder);
  order.columns = options.columns;
  order.dates = options.dates;
  order.source = options.source;
  order.space = options.space;
  order.ids_path = options.ids_path;
  order.limits = options.archives;
  order.now = options.now;
  order.load_plugins = loading_in_worker(options);
  order.setting = options.setting;

  Store store = open_store(options);
  Session::Options session_options;
  session_options.user = nfc(options.user);
  session_options.now = options.now;
  session_options.files = order.files;
  session_options.play = options.play;
  session_options.tells_match_rates = options.tells_match_rates;
  session_options.likeness = options.likeness;
  session_options.on_progress = rated(options, started);
  for (const User& user : list_users(store)) {
    if (user.timezone != "UTC") order.timezones[user.name] = user.timezone;
  }
  Session session(store, std::move(session_options));
  const bool is_interrupted = read_into(session, options, order);
  ImportResult result = session.finish();
  if (!is_interrupted) result.find_fruitless(options.paths);
  if (options.source.empty())
    note_places(store,
                {.arguments = options.paths,
                 .files = order.files,
                 .is_user_per_folder = options.is_user_per_folder,
                 .columns = options.columns,
                 .dates = options.dates},
                result);
  store.checkpoint();
  result.is_interrupted = is_interrupted;
  result.is_dry_run = options.is_dry_run;
  result.seconds = seconds_since(started);
  return result;
}

}  // namespace engine::import
