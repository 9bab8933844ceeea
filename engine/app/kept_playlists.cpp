#include "app/kept_playlists.hpp"

#include <algorithm>
#include <filesystem>
#include <limits>

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
#include "core/text_key.hpp"
#include "recipe/output.hpp"
#include "recipe/record_run.hpp"

namespace engine::app {
namespace {

namespace fs = std::filesystem;

constexpr std::int64_t kEver = std::numeric_limits<std::int64_t>::max();

Store open_store(const Caller& caller) {
  return Store::open(caller.home.library_path(), {.may_create = false});
}

// ---- files ----

/// "/music/Evenings.m3u8" as "/music/Evenings 2026-11-29.m3u8".
std::string dated(const std::string& file, const std::string& date) {
  const fs::path path(file);
  return path.parent_path() / (path.stem().string() + " " + date + path.extension().string());
}

/// Of those that are files, and no lists in accounts.
std::vector<std::string> paths_of(const Caller& caller, const std::vector<KeptFile>& files) {
  std::vector<std::string> paths;
  for (const KeptFile& file : files)
    if (!is_remote(caller, {file.format, file.file})) paths.push_back(file.file);
  return paths;
}

/// The verbs that write it make no folders, and whoever keeps the playlist can have them made.
OutputFile file_of_playlist(const Caller& caller, const std::string& file) {
  const fs::path folder = fs::path(file).parent_path();
  std::error_code error;
  if (!fs::exists(folder, error)) {
    throw Error(
        Exit::kUsage, "cannot write " + file,
        {"", "", "there is no folder " + folder.string(),
         "make the folder, or keep the playlist again with --make-folders (engine playlist keep)"});
  }
  return {file, caller.home.kept_files()};
}

/// Whether it can be written is found out before anything is made for it.
void require_writable(const Caller& caller, const std::vector<KeptOutput>& outputs) {
  for (const KeptOutput& output : outputs)
    if (!is_remote(caller, {output.format, output.file}))
      static_cast<void>(file_of_playlist(caller, output.file));
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

  /// Throws Error where one of the version's files cannot be written. A list that cannot be put into
  /// its account is told, and waits for the next refresh; what was put there is returned.
  std::vector<PushReport> write_files(Store& store, const KeptVersion& version) const {
    std::vector<PushReport> pushed;
    std::vector<KeptFile> lists;
    for (const KeptFile& file : unwritten_files(store)) {
      if (file.version_id != version.id) continue;
      if (is_remote(caller_, {file.format, file.file})) {
        lists.push_back(file);
      } else {
        write(store, file);
      }
    }
    for (const KeptFile& list : lists) {
      try {
        pushed.push_back(push_list(store, list));
      } catch (const Error& error) {
        if (error.exit() == Exit::kInterrupted) throw;
        caller_.error(error);
      }
    }
    return pushed;
  }

  /// What others have left to be written; what cannot be is told, and waits on.
  void write_left(Store& store) const {
    for (const KeptFile& file : unwritten_files(store)) {
      try {
        if (is_remote(caller_, {file.format, file.file})) {
          caller_.note(push_text(push_list(store, file)));
          continue;
        }
        write(store, file);
        caller_.note("wrote " + file.file + ", which was to be written still");
      } catch (const Error& error) {
        caller_.error(error);
      }
    }
  }

 private:
  void write(Store& store, const KeptFile& file) const {
    file_of_playlist(caller_, file.file).write(file.bytes);
    note_written(store, file.id);
  }
  PushReport push_list(Store& store, const KeptFile& list) const {
    PushReport report = push(caller_, user_of_version(store, list.version_id),
                             {list.format, list.file}, list.bytes);
    note_written(store, list.id);
    return report;
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
      if (is_remote(caller, {file.format, file.file})) continue;  // no list is copied over there
      made.files.push_back({0, file.format, dated(file.file, date), file.bytes, 0});
      std::error_code error;
      is_free = is_free && !fs::exists(made.files.back().file, error);
    }
    made.snapshot.files = paths_of(caller, made.files);
    if (is_free) return made;
  }
}

/// As if it had not been made, with those of its files that were written.
void take_back(Store& store, std::int64_t snapshot_id, const std::vector<KeptFile>& copies) {
  const std::vector<KeptFile> unwritten = unwritten_files(store);
  Transaction transaction(store);
  drop_snapshot(store, snapshot_id);
  transaction.commit();
  for (const KeptFile& copy : copies) {
    const bool is_written =
        std::none_of(unwritten.begin(), unwritten.end(),
                     [&](const KeptFile& file) { return file.file == copy.file; });
    std::error_code error;
    if (is_written) fs::remove(copy.file, error);
  }
}

/// The version under the playlist's name and the date. Throws Error where a file cannot be written.
KeptSnapshot put_aside(const Caller& caller, const AtWork& at_work, Store& store,
                       const KeptPlaylist& playlist, const User& user, const KeptVersion& version) {
  PreparedSnapshot made =
      prepare_snapshot(caller, store, playlist, user, version_files(store, version.id));
  made.snapshot.version = version.number;
  {
    Transaction transaction(store);
    made.snapshot.id = add_snapshot(store, playlist.id, version.id, made.snapshot, made.files);
    transaction.commit();
  }
  try {
    at_work.write_files(store, version);
  } catch (const Error&) {
    take_back(store, made.snapshot.id, made.files);
    throw;
  }
  return made.snapshot;
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
    std::vector<RunOutput> outputs;
    for (const KeptOutput& output : playlist.outputs)
      outputs.push_back({output.format, output.file});
    if (!outputs.empty()) ask_outputs(caller_, request, outputs);
    RunAnswer answer = run_supervised(asking, request);
    if (answer.playlist.tracks.empty()) return tell_empty(playlist, answer.playlist);
    report_.refreshed.push_back(add_version(playlist, request, answer));
  }

  Refreshed add_version(const KeptPlaylist& playlist, const RunRequest& request,
                        RunAnswer& answer) const {
    Refreshed made{playlist, {}, request.current->track_ids, {}, {}, {}, {}, {}};
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
      made.pushed = at_work_.write_files(store, made.version);
    } catch (const Error& error) {
      if (error.exit() == Exit::kInterrupted) throw;  // the files stand, a list waits
      take_back(store, playlist, made.version, before);
      at_work_.write_left(store);
      throw;
    }
    made.files = paths_of(caller_, files);
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

/// Loads the recipe with its parameters, and looks for the outputs: throws what a run would, where
/// `parameters_fix` is what to do about wrong parameters that the caller did not give; "": they did.
void require_runnable(const Caller& caller, RunRequest request,
                      const std::vector<RunOutput>& outputs, const std::string& parameters_fix) {
  request.is_load_only = true;
  ask_supervised(caller, request.recipe_path, [&](const RunReports& reports) {
    request.registry = load_plugins(request, reports);
    for (const RunOutput& output : outputs)
      require_output_format(*request.registry,
                            is_remote(caller, output) ? output.format : written_format(output),
                            request.recipe_folder);
    try {
      run_recipe(request, reports);
    } catch (const Error& error) {
      if (error.exit() != Exit::kUsage || parameters_fix.empty()) throw;
      Error::Parts parts = error.parts();
      parts.fix = parameters_fix;
      throw Error(error.exit(), error.what(), parts);
    }
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

void require_name(const std::string& name) {
  require_utf8("NAME", name);
  const bool is_line = !name.empty() && one_line(name) == name && name.size() <= 200;
  if (is_line && name.front() != ' ' && name.back() != ' ') return;
  throw Error(Exit::kUsage, "a playlist cannot be called \"" + one_line(name) + "\"",
              {"", "",
               is_line ? "its name begins and ends with no space"
                       : "its name is one line of 1 to 200 bytes",
               "give it another name"});
}

std::string joined(const std::vector<std::string>& words) {
  std::string text;
  for (const std::string& word : words) text += (text.empty() ? "" : " ") + one_line(word);
  return text;
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

std::string name_argument(const std::string& name) {
  std::string quoted;
  if (name.find_first_of("\"$`\\!") == std::string::npos) {
    quoted = "\"" + one_line(name) + "\"";
  } else {
    for (const char c : one_line(name)) quoted += c == '\'' ? "'\\''" : std::string(1, c);
    quoted = "'" + quoted + "'";
  }
  return (name.starts_with("-") ? "-- " : "") + quoted;
}

KeptVersion version_called(const Caller& caller, const Store& store, const KeptPlaylist& playlist,
                           std::int64_t number) {
  const std::string called = "version " + std::to_string(number);
  std::int64_t last = 0;
  for (const KeptVersion& version : kept_versions(store, playlist.id, kEver)) {
    last = std::max(last, version.number);
    if (version.number != number) continue;
    if (version.now <= caller.asked.now) return version;
    throw Error(Exit::kInput,
                called + " of " + one_line(playlist.name) + " is of " + format_time(version.now),
                {"", "", "this asks as of " + format_time(caller.asked.now) + ", which is earlier",
                 "give a later --now, or none"});
  }
  throw Error(Exit::kInput, one_line(playlist.name) + " has no " + called,
              {"", "", last == 0 ? "it has none yet" : "they go up to " + std::to_string(last),
               "see: engine playlist show " + name_argument(playlist.name)});
}

KeptVersion current_of(const Caller& caller, const Store& store, const KeptPlaylist& playlist) {
  if (const auto version = current_version(store, playlist.id, caller.asked.now)) return *version;
  const std::vector<KeptVersion> later = kept_versions(store, playlist.id, kEver);
  if (!later.empty()) {
    throw Error(Exit::kInput,
                one_line(playlist.name) + " has no version as of " + format_time(caller.asked.now),
                {"", "", "its first is of " + format_time(later.front().now),
                 "give a later --now, or none"});
  }
  throw Error(Exit::kInput, one_line(playlist.name) + " has no version yet",
              {"", "", "", "make one with: engine refresh " + name_argument(playlist.name)});
}

Kept keep(const Caller& caller, const KeepOptions& options) {
  require_name(options.name);
  const auto [user, before] = [&] {
    const Store store = open_store(caller);
    const User asked = keeper(caller, store);
    return std::make_pair(asked, find_kept_playlist(store, asked.id, options.name));
  }();
  Kept kept;
  KeptPlaylist& playlist = kept.playlist;
  kept.is_new = !before;
  kept.keeps_outputs = before && options.outputs.empty() && !before->outputs.empty();
  kept.keeps_parameters = before && caller.asked.set.empty() && !before->set.empty();
  std::vector<RunOutput> outputs = options.outputs;
  if (kept.keeps_outputs)
    for (const KeptOutput& output : before->outputs)
      outputs.push_back({output.format, output.file});
  Caller asking = caller;
  if (kept.keeps_parameters) asking.asked.set = before->set;
  std::vector<RunOutput> written;
  for (const RunOutput& output : outputs) {
    if (!is_remote(caller, output)) {
      written.push_back(output);
      continue;
    }
    require_account(caller, output);
    playlist.outputs.push_back({output.format, output.file});
  }
  const std::vector<OutputFile> files =
      output_files(written, caller.home.kept_files({options.recipe}), options.makes_folders);
  require_runnable(asking, make_request_without_columns(asking, options.recipe), outputs,
                   kept.keeps_parameters ? "it was kept with " + joined(before->set) +
                                               ": give the parameters of this recipe with --set"
                                         : "");
  for (std::size_t k = 0; k < files.size(); ++k) {
    if (files[k].is_standard_output())
      throw Error(Exit::kUsage, "a kept playlist is written to files, and not to standard output");
    if (options.makes_folders) fs::create_directories(fs::path(files[k].path()).parent_path());
    playlist.outputs.push_back({written[k].format, files[k].path()});
  }
  playlist.user_id = user.id;
  playlist.name = before ? before->name : nfc(options.name);
  playlist.recipe = named_from_anywhere(caller, options.recipe);
  playlist.set = asking.asked.set;
  playlist.created_at = caller.asked.now;
  Store store = open_store(caller);
  Transaction transaction(store);
  for (const KeptOutput& output : playlist.outputs) {
    const std::string other = other_writer_of(store, before ? before->id : 0, output);
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
  const KeptVersion asked = version_called(caller, store, playlist, number);
  require_writable(caller, playlist.outputs);
  const std::vector<KeptFile> files = files_for_outputs(store, playlist, asked);
  const auto before = current_version(store, playlist.id, caller.asked.now);
  Restored restored{playlist, {}, {}, {}, {}};
  {
    Transaction transaction(store);
    restored.version = add_version(store, playlist.id,
                                   {0, 0, asked.run_id, caller.asked.now, asked.number}, files);
    transaction.commit();
  }
  try {
    restored.pushed = at_work.write_files(store, restored.version);
  } catch (const Error& error) {
    if (error.exit() == Exit::kInterrupted) throw;
    take_back(store, playlist, restored.version, before);
    at_work.write_left(store);
    throw;
  }
  restored.files = paths_of(caller, files);
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
    try {
      snapshots.made.emplace_back(playlist,
                                  put_aside(caller, at_work, store, playlist, user, version));
    } catch (const Error& error) {
      if (!name.empty()) throw;
      caller.error(
          Error(error.exit(), one_line(playlist.name) + ": " + error.what(), error.parts()));
      if (snapshots.worst == Exit::kDone) snapshots.worst = error.exit();
    }
  }
  return snapshots;
}

std::optional<std::int64_t> next_snapshot(const Caller& caller, const Store& store,
                                          const KeptPlaylist& playlist) {
  const std::int64_t days = caller.home.settings().integer("playlists.snapshot_days");
  if (days == 0) return std::nullopt;
  const std::vector<KeptSnapshot> had = snapshots_of(store, playlist.id, caller.asked.now);
  return (had.empty() ? playlist.created_at : had.back().ts) + days * kDay;
}

}  // namespace engine::app
