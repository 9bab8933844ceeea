#include "app/kept_playlists.hpp"

#include <algorithm>
#include <filesystem>

#include "app/default_user.hpp"
#include "app/recipe_files.hpp"
#include "app/supervised_run.hpp"
#include "app/text_argument.hpp"
#include "core/calendar.hpp"
#include "core/duration.hpp"
#include "core/file_lock.hpp"
#include "core/output_file.hpp"
#include "core/paths.hpp"
#include "core/shown_text.hpp"
#include "recipe/output.hpp"
#include "recipe/record_run.hpp"

namespace engine::app {
namespace {

namespace fs = std::filesystem;

Store open_store(const Caller& caller) {
  return Store::open(caller.home.library_path(), {.may_create = false});
}

// ---- files ----

/// "/music/Evenings.m3u8" as "/music/Evenings 2026-11-29.m3u8".
std::string dated(const std::string& file, const std::string& date) {
  const fs::path path(file);
  return path.parent_path() / (path.stem().string() + " " + date + path.extension().string());
}

std::vector<std::string> paths_of(const std::vector<KeptFile>& files) {
  std::vector<std::string> paths;
  for (const KeptFile& file : files) paths.push_back(file.file);
  return paths;
}

/// Whether it can be written is found out before anything is made for it.
void require_writable(const Caller& caller, const std::vector<KeptOutput>& outputs) {
  for (const KeptOutput& output : outputs)
    static_cast<void>(OutputFile(output.file, caller.home.kept_files()));
}

/// The one process at work on versions of the library, which first ends what another had to leave.
class AtWork {
 public:
  explicit AtWork(const Caller& caller)
      : caller_(caller),
        lock_(caller.home.library_path() + ".kept.lock", "refresh of kept playlists") {
    Store store = open_store(caller);
    write_left(store);
  }

  /// Throws Error where one of the version's files cannot be written.
  void write_files(Store& store, const KeptVersion& version) const {
    for (const KeptFile& file : unwritten_files(store))
      if (file.version_id == version.id) write(store, file);
  }

  /// What others have left to be written; what cannot be is told, and waits on.
  void write_left(Store& store) const {
    for (const KeptFile& file : unwritten_files(store)) {
      try {
        write(store, file);
        caller_.note("wrote " + file.file + ", which was to be written still");
      } catch (const Error& error) {
        caller_.error(error);
      }
    }
  }

 private:
  void write(Store& store, const KeptFile& file) const {
    OutputFile(file.file, caller_.home.kept_files()).write(file.bytes);
    note_written(store, file.id);
  }

  const Caller& caller_;
  FileLock lock_;
};

// ---- snapshots ----

/// The day in the person's time zone.
std::string local_date(std::int64_t now, const User& user) {
  return format_date(local_day(now, user.timezone) * kDay);
}

struct PreparedSnapshot {
  KeptSnapshot snapshot;
  std::vector<KeptFile> files;
};

/// By the date; where there is such a one, of another version, "... (2)".
PreparedSnapshot prepare_snapshot(const Caller& caller, const Store& store,
                                  const KeptPlaylist& playlist, const User& user,
                                  const std::vector<KeptFile>& files) {
  const std::string day = local_date(caller.asked.now, user);
  for (int k = 1;; ++k) {
    const std::string date = day + (k > 1 ? " (" + std::to_string(k) + ")" : "");
    PreparedSnapshot made;
    made.snapshot.name = playlist.name + " " + date;
    made.snapshot.ts = caller.asked.now;
    bool is_free = !has_snapshot(store, playlist.id, made.snapshot.name);
    for (const KeptFile& file : files) {
      made.files.push_back({0, file.format, dated(file.file, date), file.bytes, 0});
      std::error_code error;
      is_free = is_free && !fs::exists(made.files.back().file, error);
    }
    made.snapshot.files = paths_of(made.files);
    if (is_free) return made;
  }
}

bool is_snapshot_due(const Caller& caller, const Store& store, const KeptPlaylist& playlist) {
  const auto next = next_snapshot(caller, store, playlist);
  return next && *next <= caller.asked.now;
}

// ---- refreshing ----

Caller with_parameters_of(const Caller& caller, const KeptPlaylist& playlist, const User& user) {
  Caller asking = caller;
  asking.asked.user = user.name;
  asking.asked.set = playlist.set;
  asking.asked.set.insert(asking.asked.set.end(), caller.asked.set.begin(), caller.asked.set.end());
  return asking;
}

CurrentVersion current_list(const Store& store, const KeptPlaylist& playlist, std::int64_t now) {
  CurrentVersion current;
  current.playlist = playlist.name;
  const std::optional<KeptVersion> version = current_version(store, playlist.id, now);
  if (!version) return current;
  current.version = version->number;
  current.track_ids = version_tracks(store, *version);
  for (const KeptPin& pin : pins_of(store, playlist.id, now))
    current.pinned.push_back(pin.track_id);
  return current;
}

/// What the version's outputs have made of it.
std::vector<KeptFile> files_of(const KeptPlaylist& playlist, const RunAnswer& answer) {
  std::vector<KeptFile> files;
  for (std::size_t k = 0; k < playlist.outputs.size(); ++k) {
    const KeptOutput& output = playlist.outputs[k];
    files.push_back({0, output.format, output.file, answer.outputs.at(k), 0});
  }
  return files;
}

/// As if it had not been made: for a version whose files could not be written. `before` is the list
/// whose files it may have replaced.
void take_back(Store& store, const KeptPlaylist& playlist, const KeptVersion& version,
               const std::optional<KeptVersion>& before) {
  Transaction transaction(store);
  const bool is_list = !later_version(store, playlist.id, version);
  drop_version(store, version);
  if (before && is_list) write_again(store, *before);
  transaction.commit();
}

class Refresh {
 public:
  Refresh(const Caller& caller, const User& user)
      : caller_(caller), user_(user), at_work_(caller) {}

  RefreshReport run(const std::vector<KeptPlaylist>& playlists) {
    for (const KeptPlaylist& playlist : playlists) {
      try {
        refresh(playlist);
      } catch (const Error& error) {
        if (error.exit() == Exit::kInterrupted || playlists.size() == 1) throw;
        tell(Error(error.exit(), one_line(playlist.name) + ": " + error.what(), error.parts()));
      }
    }
    return std::move(report_);
  }

 private:
  void refresh(const KeptPlaylist& playlist) {
    require_writable(caller_, playlist.outputs);
    const Caller asking = with_parameters_of(caller_, playlist, user_);
    RunRequest request = make_run_request(asking, playlist.recipe);
    {
      const Store store = open_store(caller_);
      request.current = current_list(store, playlist, caller_.asked.now);
    }
    for (const KeptOutput& output : playlist.outputs)
      request.output_formats.push_back(output.format);
    RunAnswer answer = run_supervised(asking, request);
    if (answer.playlist.tracks.empty()) return tell_empty(playlist, answer.playlist);
    report_.refreshed.push_back(add_version(playlist, request, answer));
  }

  Refreshed add_version(const KeptPlaylist& playlist, const RunRequest& request,
                        RunAnswer& answer) const {
    Refreshed made{playlist, {}, request.current->track_ids, {}, {}, {}, {}};
    const std::vector<KeptFile> files = files_of(playlist, answer);
    Store store = open_store(caller_);
    const auto before = current_version(store, playlist.id, caller_.asked.now);
    const auto run = record_run(store, request, answer, [&](std::int64_t run_id) {
      made.version =
          engine::add_version(store, playlist.id, {0, 0, run_id, caller_.asked.now, {}}, files);
      if (!is_snapshot_due(caller_, store, playlist)) return;
      const PreparedSnapshot due = prepare_snapshot(caller_, store, playlist, user_, files);
      engine::add_snapshot(store, playlist.id, made.version.id, due.snapshot, due.files);
      made.snapshot = due.snapshot;
      made.snapshot->version = made.version.number;
    });
    try {
      at_work_.write_files(store, made.version);
    } catch (const Error&) {
      take_back(store, playlist, made.version, before);
      at_work_.write_left(store);
      throw;
    }
    made.files = paths_of(files);
    made.later = later_version(store, playlist.id, made.version);
    made.list = std::move(answer.playlist);
    made.list.run = run;
    return made;
  }

  void tell_empty(const KeptPlaylist& playlist, const Playlist& list) {
    for (const std::string& notice : list.notices) caller_.note(one_line(notice));
    tell(Error(Exit::kNothing,
               one_line(playlist.name) + " stays as it is: its recipe gave no tracks",
               {playlist.recipe, "", "", "engine run " + playlist.recipe + " --trace tells why"}));
  }

  void tell(const Error& error) {
    caller_.error(error);
    if (report_.worst == Exit::kDone) report_.worst = error.exit();
  }

  const Caller& caller_;
  const User& user_;
  AtWork at_work_;
  RefreshReport report_;
};

/// As recipe_name(), but for a file that is named from the working folder.
std::string named_from_anywhere(const Caller& caller, const std::string& recipe) {
  const std::string file = find_recipe(caller, recipe), name = recipe_name(caller, file);
  return name == file ? fs::absolute(file).lexically_normal().string() : name;
}

/// Loads the recipe with its parameters, and looks for the outputs: throws what a run would.
void require_runnable(const Caller& caller, RunRequest request,
                      const std::vector<RunOutput>& outputs) {
  request.is_load_only = true;
  ask_supervised(caller, request.recipe_path, [&](const RunReports& reports) {
    request.registry = load_plugins(request, reports);
    for (const RunOutput& output : outputs)
      require_output_format(*request.registry, output.format, request.recipe_folder);
    run_recipe(request, reports);
    return std::string();
  });
}

/// The one of that name, or all of the person's.
std::vector<KeptPlaylist> asked_playlists(const Store& store, const User& user,
                                          const std::string& name) {
  if (!name.empty()) return {find_kept(store, user, name)};
  std::vector<KeptPlaylist> all = list_kept_playlists(store, user.id);
  if (!all.empty()) return all;
  throw Error(Exit::kInput, "no playlist is kept for " + one_line(user.name),
              {"", "", "", "keep one with: engine playlist keep NAME RECIPE"});
}

/// The file of the version for each of the playlist's outputs.
std::vector<KeptFile> files_for_outputs(const Store& store, const KeptPlaylist& playlist,
                                        const KeptVersion& version) {
  const std::vector<KeptFile> had = version_files(store, version.id);
  std::vector<KeptFile> files;
  for (const KeptOutput& output : playlist.outputs) {
    const auto same = std::find_if(
        had.begin(), had.end(), [&](const KeptFile& file) { return file.format == output.format; });
    if (same == had.end()) {
      throw Error(Exit::kInput,
                  "version " + std::to_string(version.number) + " of " + one_line(playlist.name) +
                      " was not written as " + output.format,
                  {"", "", "it is now to be written to " + output.file,
                   "a refresh writes it; or keep the playlist without this output"});
    }
    files.push_back({0, output.format, output.file, same->bytes, 0});
  }
  return files;
}

}  // namespace

User keeper(const Caller& caller, const Store& store) {
  return choose_user(store, user_name(caller));
}

KeptPlaylist find_kept(const Store& store, const User& user, const std::string& name) {
  if (auto found = find_kept_playlist(store, user.id, name)) return std::move(*found);
  std::vector<std::string> names;
  std::string all;
  for (const KeptPlaylist& playlist : list_kept_playlists(store, user.id)) {
    names.push_back(playlist.name);
    all += (all.empty() ? "" : ", ") + one_line(playlist.name);
  }
  const std::string near = nearest(name, names);
  throw Error(Exit::kInput,
              "no playlist \"" + one_line(name) + "\" is kept for " + one_line(user.name),
              {"", "", all.empty() ? "" : "there are " + all,
               !near.empty() ? "did you mean " + near + "?"
                             : "keep one with: engine playlist keep NAME RECIPE"});
}

KeptVersion current_of(const Caller& caller, const Store& store, const KeptPlaylist& playlist) {
  if (const auto version = current_version(store, playlist.id, caller.asked.now)) return *version;
  throw Error(Exit::kInput, one_line(playlist.name) + " has no version yet",
              {"", "", "", "make one with: engine refresh \"" + one_line(playlist.name) + "\""});
}

Kept keep(const Caller& caller, const KeepOptions& options) {
  require_utf8("NAME", options.name);
  if (options.name.empty() || one_line(options.name) != options.name || options.name.size() > 200) {
    throw Error(Exit::kUsage, "a playlist cannot be called \"" + one_line(options.name) + "\"",
                {"", "", "its name is one line of 1 to 200 bytes", "give it another name"});
  }
  Kept kept;
  KeptPlaylist& playlist = kept.playlist;
  const std::vector<OutputFile> files = output_files(
      options.outputs, caller.home.kept_files({options.recipe}), options.makes_folders);
  RunRequest request = make_request_without_columns(caller, options.recipe);
  require_runnable(caller, request, options.outputs);
  for (std::size_t k = 0; k < files.size(); ++k) {
    if (files[k].is_standard_output())
      throw Error(Exit::kUsage, "a kept playlist is written to files, and not to standard output");
    if (options.makes_folders) fs::create_directories(fs::path(files[k].path()).parent_path());
    playlist.outputs.push_back({options.outputs[k].format, files[k].path()});
  }
  playlist.name = options.name;
  playlist.recipe = named_from_anywhere(caller, options.recipe);
  playlist.set = caller.asked.set;
  playlist.created_at = caller.asked.now;
  Store store = open_store(caller);
  const User user = keeper(caller, store);
  playlist.user_id = user.id;
  Transaction transaction(store);
  const auto before = find_kept_playlist(store, user.id, playlist.name);
  kept.is_new = !before;
  for (const KeptOutput& output : playlist.outputs) {
    const std::string other = other_writer_of(store, before ? before->id : 0, output.file);
    if (other.empty()) continue;
    throw Error(Exit::kUsage, output.file + " is written by the kept playlist " + one_line(other),
                {"", "", "each refresh of one would replace the other", "name another file"});
  }
  playlist.id = keep_playlist(store, playlist);
  transaction.commit();
  return kept;
}

RefreshReport refresh(const Caller& caller, const std::string& name) {
  const auto [user, playlists] = [&] {
    const Store store = open_store(caller);
    const User asked = keeper(caller, store);
    return std::make_pair(asked, asked_playlists(store, asked, name));
  }();
  return Refresh(caller, user).run(playlists);
}

Restored restore(const Caller& caller, const std::string& name, std::int64_t number) {
  const AtWork at_work(caller);
  Store store = open_store(caller);
  const KeptPlaylist playlist = find_kept(store, keeper(caller, store), name);
  const std::vector<KeptVersion> versions = kept_versions(store, playlist.id, caller.asked.now);
  const auto asked = std::find_if(versions.begin(), versions.end(),
                                  [&](const KeptVersion& one) { return one.number == number; });
  if (asked == versions.end()) {
    throw Error(Exit::kInput, one_line(name) + " has no version " + std::to_string(number),
                {"", "",
                 versions.empty() ? "it has none yet"
                                  : "they go up to " + std::to_string(versions.back().number),
                 "see: engine playlist show \"" + one_line(name) + "\""});
  }
  require_writable(caller, playlist.outputs);
  const std::vector<KeptFile> files = files_for_outputs(store, playlist, *asked);
  const auto before = current_version(store, playlist.id, caller.asked.now);
  Restored restored;
  {
    Transaction transaction(store);
    restored.version = add_version(store, playlist.id,
                                   {0, 0, asked->run_id, caller.asked.now, asked->number}, files);
    transaction.commit();
  }
  try {
    at_work.write_files(store, restored.version);
  } catch (const Error&) {
    take_back(store, playlist, restored.version, before);
    at_work.write_left(store);
    throw;
  }
  restored.files = paths_of(files);
  restored.later = later_version(store, playlist.id, restored.version);
  return restored;
}

Snapshots snapshot(const Caller& caller, const std::string& name) {
  const AtWork at_work(caller);
  Store store = open_store(caller);
  const User user = keeper(caller, store);
  Snapshots snapshots;
  for (const KeptPlaylist& playlist : asked_playlists(store, user, name)) {
    const auto current = current_version(store, playlist.id, caller.asked.now);
    if (!current && name.empty()) continue;
    const KeptVersion version = current_of(caller, store, playlist);
    const std::vector<KeptSnapshot> had = snapshots_of(store, playlist.id, caller.asked.now);
    if (!had.empty() && had.back().version == version.number) {
      snapshots.had.emplace_back(playlist, had.back());
      continue;
    }
    PreparedSnapshot made =
        prepare_snapshot(caller, store, playlist, user, version_files(store, version.id));
    made.snapshot.version = version.number;
    Transaction transaction(store);
    add_snapshot(store, playlist.id, version.id, made.snapshot, made.files);
    transaction.commit();
    at_work.write_files(store, version);
    snapshots.made.emplace_back(playlist, made.snapshot);
  }
  return snapshots;
}

std::optional<std::int64_t> next_snapshot(const Caller& caller, const Store& store,
                                          const KeptPlaylist& playlist) {
  const std::int64_t days = caller.home.settings().integer("playlists.snapshot_days");
  if (days == 0) return std::nullopt;
  const std::vector<KeptSnapshot> had = snapshots_of(store, playlist.id, caller.asked.now);
  return had.empty() ? caller.asked.now : had.back().ts + days * kDay;
}

}  // namespace engine::app
