// engine playlist keep | list | show | diff | pin | unpin | restore | drop: playlists that are kept
// and refreshed, and their versions.
#include <algorithm>
#include <limits>
#include <map>

#include "app/kept_playlists.hpp"
#include "core/calendar.hpp"
#include "core/counted.hpp"
#include "core/shown_text.hpp"
#include "library/subject.hpp"
#include "recipe/asked_track.hpp"
#include "recipe/playlist_json.hpp"
#include "store/kept_playlists.hpp"
#include "store/runs.hpp"
#include "verbs/consent.hpp"
#include "verbs/kept_text.hpp"
#include "verbs/shared_parameters.hpp"
#include "verbs/verbs.hpp"

namespace engine::verbs {
namespace {

Store open_to_read(const app::Caller& caller) {
  return Store::open(caller.home.library_path(), {.is_read_only = true});
}

Store open_to_write(const app::Caller& caller) {
  return Store::open(caller.home.library_path(), {.may_create = false});
}

Playlist list_of(const Store& store, const KeptVersion& version) {
  return read_playlist(load_run(store, version.run_id).value().record);
}

// ---- keep ----

std::vector<std::string> what_stays(const app::Kept& kept) {
  std::vector<std::string> what;
  if (!kept.is_new) what.emplace_back("versions");
  if (kept.keeps_outputs) what.emplace_back("outputs");
  if (kept.keeps_parameters) what.emplace_back("parameters");
  return what;
}

/// "versions, outputs and parameters"
std::string enumerated(const std::vector<std::string>& words) {
  std::string text;
  for (std::size_t k = 0; k < words.size(); ++k)
    text += (k == 0 ? "" : k + 1 < words.size() ? ", " : " and ") + words[k];
  return text;
}

Answer keep(const app::Caller& caller, const Arguments& arguments) {
  app::KeepOptions options;
  options.name = arguments.text("name");
  options.recipe = arguments.text("recipe");
  const app::ListFileOptions lists = list_file_options(arguments);
  for (const std::string& to : arguments.texts("to"))
    options.outputs.push_back(app::asked_output(caller, to, lists));
  options.makes_folders = arguments.flag("make-folders");
  const app::Kept kept = app::keep(caller, options);
  const std::string name = one_line(kept.playlist.name);
  Json data = kept_json(kept.playlist);
  data["new"] = kept.is_new;
  const std::vector<std::string> stays = what_stays(kept);
  data["stays"] = stays;
  std::string text =
      name + (stays.empty() ? " is kept" : " is changed, its " + enumerated(stays) + " stay") +
      ": " + one_line(kept.playlist.recipe);
  for (const std::string& set : kept.playlist.set) text += " " + one_line(set);
  text += "\n";
  for (const KeptOutput& output : kept.playlist.outputs)
    text += "  to " + output.format + ":" + one_line(output.file) + "\n";
  return {.data = data,
          .text = text,
          .afterwards = [&caller, argument = app::name_argument(kept.playlist.name)] {
            caller.note("engine refresh " + argument + " makes a version of it");
          }};
}

// ---- list ----

/// What is told of one beside what it is.
struct State {
  std::optional<KeptVersion> current;
  std::size_t versions = 0, tracks = 0;
  std::optional<std::int64_t> next_snapshot;
};

State state_of(const app::Caller& caller, const Store& store, const KeptPlaylist& playlist) {
  State state;
  state.current = current_version(store, playlist.id, caller.asked.now);
  state.versions = kept_versions(store, playlist.id, caller.asked.now).size();
  if (state.current) state.tracks = version_tracks(store, *state.current).size();
  state.next_snapshot = app::next_snapshot(caller, store, playlist);
  return state;
}

Json state_json(const KeptPlaylist& playlist, const State& state) {
  Json json = kept_json(playlist);
  json["version"] = state.current ? Json(state.current->number) : Json(nullptr);
  json["versions"] = state.versions;
  json["run"] = state.current ? Json(state.current->run_id) : Json(nullptr);
  json["refreshed_at"] = state.current ? Json(format_time(state.current->now)) : Json(nullptr);
  json["tracks"] = state.tracks;
  json["next_snapshot"] =
      state.next_snapshot ? Json(format_time(*state.next_snapshot)) : Json(nullptr);
  return json;
}

std::string state_text(const KeptPlaylist& playlist, const State& state) {
  std::string text = one_line(playlist.name) + "  (" + one_line(playlist.recipe);
  for (const std::string& set : playlist.set) text += " " + one_line(set);
  text += "): ";
  text += !state.current ? "no version yet"
                         : counted(state.tracks, "track") + ", version " +
                               std::to_string(state.current->number) + " of " +
                               format_time(state.current->now);
  for (const KeptOutput& output : playlist.outputs)
    text += "; " + output.format + ":" + one_line(output.file);
  return text + "\n";
}

Answer list(const app::Caller& caller, const Arguments&) {
  const Store store = open_to_read(caller);
  const User user = app::keeper(caller, store);
  Json playlists = Json::array();
  std::string text;
  for (const KeptPlaylist& playlist : list_kept_playlists(store, user.id)) {
    const State state = state_of(caller, store, playlist);
    const bool is_later = caller.asked.is_now_given && playlist.created_at > caller.asked.now;
    if (is_later && state.versions == 0) continue;
    playlists.push_back(state_json(playlist, state));
    text += state_text(playlist, state);
  }
  const bool is_empty = playlists.empty();
  return {.exit = is_empty ? Exit::kNothing : Exit::kDone,
          .data = {{"user", user.name}, {"playlists", playlists}},
          .text = text,
          .afterwards = [&caller, is_empty] {
            if (is_empty)
              caller.note("no playlist is kept; keep one with: engine playlist keep NAME RECIPE");
          }};
}

// ---- show ----

Json version_json(const KeptVersion& version) {
  return {{"version", version.number},
          {"run", version.run_id},
          {"at", format_time(version.now)},
          {"restored", version.restored ? Json(*version.restored) : Json(nullptr)}};
}

std::string version_text(const KeptVersion& version) {
  return "version " + std::to_string(version.number) + " of " + format_time(version.now) +
         (version.restored ? ", a copy of version " + std::to_string(*version.restored) : "") +
         ", run " + std::to_string(version.run_id);
}

Json files_json(const std::vector<std::string>& files) {
  return Json(files);
}

class Shown {
 public:
  Shown(const app::Caller& caller, const Store& store, const KeptPlaylist& playlist)
      : caller_(caller),
        store_(store),
        playlist_(playlist),
        state_(state_of(caller, store, playlist)),
        versions_(kept_versions(store, playlist.id, caller.asked.now)),
        snapshots_(snapshots_of(store, playlist.id, caller.asked.now)) {
    for (const KeptPin& pin : pins_of(store, playlist.id, caller.asked.now))
      pins_[pin.track_id] = pin.ts;
  }

  [[nodiscard]] Answer answer(std::int64_t number) const {
    Json data = state_json(playlist_, state_);
    std::string text = state_text(playlist_, state_);
    if (state_.next_snapshot && !versions_.empty())
      text += "the next snapshot is due on " + format_date(*state_.next_snapshot) + "\n";
    add_versions(data, text);
    add_snapshots(data, text);
    data["shown"] = nullptr;
    data["list"] = Json::array();
    if (!versions_.empty())
      add_list(
          number > 0 ? app::version_called(caller_, store_, playlist_, number) : *state_.current,
          data, text);
    return {.exit = versions_.empty() ? Exit::kNothing : Exit::kDone, .data = data, .text = text};
  }

 private:
  void add_versions(Json& data, std::string& text) const {
    constexpr std::size_t kMost = 10;
    data["history"] = Json::array();
    for (const KeptVersion& version : versions_) data["history"].push_back(version_json(version));
    const std::size_t first = versions_.size() > kMost ? versions_.size() - kMost : 0;
    if (first > 0) text += "  " + counted(first, "earlier version") + "\n";
    for (std::size_t k = first; k < versions_.size(); ++k)
      text += "  " + version_text(versions_[k]) + "\n";
  }

  void add_snapshots(Json& data, std::string& text) const {
    data["snapshots"] = Json::array();
    for (const KeptSnapshot& snapshot : snapshots_) {
      data["snapshots"].push_back(snapshot_json(snapshot));
      text += "  snapshot " + one_line(snapshot.name) + ", of version " +
              std::to_string(snapshot.version) + "\n";
    }
  }

  void add_list(const KeptVersion& version, Json& data, std::string& text) const {
    const auto since = since_versions(store_, versions_, version);
    data["shown"] = version.number;
    text += "\n" + version_text(version) + ":\n";
    const Playlist list = list_of(store_, version);
    const std::vector<std::int64_t> ids = version_tracks(store_, version);
    for (std::size_t k = 0; k < ids.size() && k < list.tracks.size(); ++k) {
      const PlaylistTrack& track = list.tracks[k];
      const auto pin = pins_.find(ids[k]);
      const bool is_pinned = pin != pins_.end();
      data["list"].push_back(
          {{"position", k + 1},
           {"track", ids[k]},
           {"title", track.title},
           {"artist", track.artist},
           {"duration_ms", track.duration_ms > 0 ? Json(track.duration_ms) : Json(nullptr)},
           {"spotify_uri", track.spotify_uri.empty() ? Json(nullptr) : Json(track.spotify_uri)},
           {"reasons", track.reasons},
           {"since_version", since.at(ids[k])},
           {"pinned", is_pinned}});
      text += (k < 9    ? "  "
               : k < 99 ? " "
                        : "") +
              std::to_string(k + 1) + "  " + one_line(track.title) + "  " + one_line(track.artist) +
              "  (since version " + std::to_string(since.at(ids[k])) +
              (is_pinned ? ", pinned" : "") + ")\n";
    }
  }

  const app::Caller& caller_;
  const Store& store_;
  const KeptPlaylist& playlist_;
  State state_;
  std::vector<KeptVersion> versions_;
  std::vector<KeptSnapshot> snapshots_;
  std::map<std::int64_t, std::int64_t> pins_;
};

Answer show(const app::Caller& caller, const Arguments& arguments) {
  const Store store = open_to_read(caller);
  const KeptPlaylist playlist =
      app::find_kept(store, app::keeper(caller, store), arguments.text("name"));
  return Shown(caller, store, playlist).answer(arguments.integer("version"));
}

// ---- diff ----

/// Both given, or neither: then the list and the one before it.
std::pair<KeptVersion, KeptVersion> asked_versions(const app::Caller& caller, const Store& store,
                                                   const KeptPlaylist& playlist,
                                                   const Arguments& arguments) {
  if (arguments.has("a") || arguments.has("b")) {
    if (!arguments.has("b"))
      throw Error(Exit::kUsage, "playlist diff takes two versions, or none",
                  {"", "", "", "write: engine playlist diff NAME 3 4"});
    return {app::version_called(caller, store, playlist, arguments.integer("a")),
            app::version_called(caller, store, playlist, arguments.integer("b"))};
  }
  const std::vector<KeptVersion> versions = kept_versions(store, playlist.id, caller.asked.now);
  if (versions.size() >= 2) return {versions[versions.size() - 2], versions.back()};
  throw Error(Exit::kInput, one_line(playlist.name) + " has no two versions yet",
              {"", "", "it has " + counted(versions.size(), "version"), ""});
}

/// Why each track is in its list, in short.
void add_reasons(Json& tracks, const Playlist& list) {
  std::map<std::int64_t, const PlaylistTrack*> by_number;
  for (const PlaylistTrack& track : list.tracks) by_number[track.id] = &track;
  for (Json& track : tracks) {
    const auto found = by_number.find(track["track"].get<std::int64_t>());
    track["reasons"] = found == by_number.end() ? Json::array() : Json(found->second->reasons);
  }
}

Answer diff(const app::Caller& caller, const Arguments& arguments) {
  const Store store = open_to_read(caller);
  const KeptPlaylist playlist =
      app::find_kept(store, app::keeper(caller, store), arguments.text("name"));
  const auto [a, b] = asked_versions(caller, store, playlist, arguments);
  const ListDifference difference(version_tracks(store, a), version_tracks(store, b));
  const Playlist after = list_of(store, b);
  const TrackNames names({list_of(store, a), after});
  // What a run tells of those that left is told against the version that it went out from.
  const bool is_next = after.kept && after.kept->before.version == a.number;
  Json data = {{"playlist", playlist.name}, {"a", version_json(a)}, {"b", version_json(b)}};
  data.update(difference_json(difference, names));
  add_reasons(data["came"], after);
  add_why_left(data["left"], is_next ? &after : nullptr);
  return {.exit = difference.is_none() ? Exit::kNothing : Exit::kDone,
          .data = data,
          .text = one_line(playlist.name) + ", version " + std::to_string(a.number) + " and " +
                  std::to_string(b.number) + ": " + difference_summary(difference) + "\n" +
                  difference_lines(difference, names, [&](std::int64_t track) {
                    return is_next ? why_left(after, track) : "";
                  })};
}

// ---- pins ----

/// One of the list by its place, else by what it is called.
std::int64_t member_called(const Store& store, const KeptPlaylist& playlist,
                           const std::vector<std::int64_t>& list, const std::string& asked) {
  if (const std::optional<std::size_t> place = place_in_list(asked)) {
    if (*place <= list.size()) return list[*place - 1];
    throw no_such_place(asked, list.size());
  }
  const auto is_in = [&](const library::Subject& subject) {
    return !subject.is_artist && std::find(list.begin(), list.end(), subject.id) != list.end();
  };
  const library::Subject subject = library::find_subject(store, asked, is_in);
  if (is_in(subject)) return subject.id;
  throw Error(Exit::kInput, subject.label() + " is not in " + one_line(playlist.name),
              {"", "",
               subject.is_artist ? "it is an artist, and tracks are pinned"
                                 : "tracks of the list as it is are pinned",
               "engine playlist show " + app::name_argument(playlist.name) + " lists them"});
}

Answer set_pin(const app::Caller& caller, const Arguments& arguments, bool is_pinned) {
  Store store = open_to_write(caller);
  const User user = app::keeper(caller, store);
  const KeptPlaylist playlist = app::find_kept(store, user, arguments.text("name"));
  const KeptVersion version = app::current_of(caller, store, playlist);
  std::vector<std::int64_t> among = version_tracks(store, version);
  if (!is_pinned)  // a pin outlasts that its track was banned, or another version restored
    for (const KeptPin& pin : pins_of(store, playlist.id, caller.asked.now))
      among.push_back(pin.track_id);
  const std::int64_t track = member_called(store, playlist, among, arguments.text("track"));
  Transaction transaction(store);
  const bool is_changed = is_pinned ? pin_track(store, playlist.id, track, caller.asked.now)
                                    : unpin_track(store, playlist.id, track, caller.asked.now);
  transaction.commit();
  const library::Subject subject = library::find_subject(
      store, "track:" + std::to_string(track), [](const library::Subject&) { return true; });
  const Playlist list = list_of(store, version);
  const bool is_held = list.kept && (list.kept->changes || list.kept->before.version == 0);
  std::string text = subject.label();
  text += is_pinned ? (is_changed ? " stays in " : " was pinned already in ")
                    : (is_changed ? " is no longer pinned in " : " was not pinned in ");
  return {.exit = is_changed ? Exit::kDone : Exit::kNothing,
          .data = {{"playlist", playlist.name},
                   {"track", track},
                   {"title", subject.title},
                   {"artist", subject.artist},
                   {"pinned", is_pinned},
                   {"changed", is_changed}},
          .text = text + one_line(playlist.name) + "\n",
          .afterwards = [&caller, is_pinned, is_held, recipe = one_line(playlist.recipe)] {
            if (is_pinned && !is_held)
              caller.note(recipe + " has no :keep, so a refresh looks at no pins");
          }};
}

// ---- restore and drop ----

Answer restore(const app::Caller& caller, const Arguments& arguments) {
  const app::Restored restored =
      app::restore(caller, arguments.text("name"), arguments.integer("version"));
  const std::string& name = restored.playlist.name;
  std::string text = one_line(name) + " is as version " +
                     std::to_string(*restored.version.restored) + " was, as version " +
                     std::to_string(restored.version.number) + "\n";
  Json pushed = Json::array();
  std::vector<std::string> lines = file_lines(restored.files, restored.later);
  for (const app::PushReport& push : restored.pushed) {
    pushed.push_back(app::push_json(push));
    lines.push_back(app::push_text(push));
  }
  return {
      .data = {{"playlist", name},
               {"version", version_json(restored.version)},
               {"pushed", std::move(pushed)},
               {"files", restored.later ? Json::array() : files_json(restored.files)},
               {"later_version", restored.later ? Json(restored.later->number) : Json(nullptr)}},
      .text = text,
      .afterwards = [&caller, lines = std::move(lines)] {
        for (const std::string& line : lines) caller.note(line);
      }};
}

Answer drop(const app::Caller& caller, const Arguments& arguments) {
  Store store = open_to_write(caller);
  const KeptPlaylist playlist =
      app::find_kept(store, app::keeper(caller, store), arguments.text("name"));
  const std::size_t versions =
      kept_versions(store, playlist.id, std::numeric_limits<std::int64_t>::max()).size();
  Removal removal{.what = "the kept playlist " + one_line(playlist.name) + " with " +
                          counted(versions, "version") + ", its pins and its snapshots",
                  .loses = "its runs and the files that it wrote stay where they are",
                  .data = {{"playlist", playlist.name}, {"versions", versions}}};
  return remove_with_consent(arguments, removal, [&] {
    Transaction transaction(store);
    drop_kept_playlist(store, playlist.id);
    transaction.commit();
  });
}

// ---- declarations ----

Parameter name_parameter(const char* help = "What the playlist is called") {
  return {
      .name = "name", .value_name = "NAME", .help = help, .is_first = true, .is_required = true};
}

Parameter version_parameter(const char* name, const char* value_name, const char* help,
                            bool is_required) {
  return {.name = name,
          .type = Type::kInteger,
          .value_name = value_name,
          .help = help,
          .least = 1,
          .most = 1e9,
          .is_first = true,
          .is_required = is_required};
}

Parameter track_parameter() {
  return {.name = "track",
          .value_name = "TRACK",
          .help =
              "A track of the list: #3 for the third, a title, \"ARTIST - TITLE\", "
              "track:NUMBER, a Spotify id or link",
          .is_first = true,
          .is_required = true};
}

}  // namespace

std::vector<Verb> playlist_verbs() {
  return {
      {.name = "playlist", .help = "Playlists that are kept and refreshed"},
      {.name = "playlist keep",
       .help = "Keep a playlist: a recipe with its parameters under a name",
       .parameters =
           {name_parameter("What it is called; the name of one that is kept changes that one"),
            recipe_parameter(),
            {.name = "to",
             .value_name = "FORMAT:FILE",
             .help = "Write each version to FILE as FORMAT (engine help formats); several are "
                     "possible",
             .is_several = true,
             .is_local = true},
            player_parameter("to"),
            relative_to_parameter("to"),
            prefix_parameter("to"),
            make_folders_parameter()},
       .footer = "--set NAME=VALUE sets parameters of the recipe, now and in every refresh. Of a "
                 "playlist that is kept\nalready the files stay unless --to is given, and the "
                 "parameters unless --set is.\n"
                 "`engine refresh` makes versions;\na recipe with :keep lets only a share of the "
                 "list change in each (engine help kept).",
       .answer = keep},
      {.name = "playlist list", .help = "The playlists that are kept", .answer = list},
      {.name = "playlist show",
       .help = "A kept playlist: its versions, snapshots and pins, and the list",
       .parameters = {name_parameter(), version_parameter("version", "VERSION",
                                                          "The list of this version [default: the "
                                                          "list as it is]",
                                                          false)},
       .answer = show},
      {.name = "playlist diff",
       .help = "What came, left and moved between two versions",
       .parameters = {name_parameter(),
                      version_parameter("a", "A", "A version [default: the last but one]", false),
                      version_parameter("b", "B", "Another [default: the last]", false)},
       .answer = diff},
      {.name = "playlist pin",
       .help = "Let a track stay in a kept playlist, whatever its recipe says",
       .parameters = {name_parameter(), track_parameter()},
       .footer = "For recipes with :keep. A ban wins over a pin.",
       .answer = [](const app::Caller& caller,
                    const Arguments& arguments) { return set_pin(caller, arguments, true); }},
      {.name = "playlist unpin",
       .help = "Let a pinned track leave again",
       .parameters = {name_parameter(), track_parameter()},
       .answer = [](const app::Caller& caller,
                    const Arguments& arguments) { return set_pin(caller, arguments, false); }},
      {.name = "playlist restore",
       .help = "Make an earlier version the list again, as a new version",
       .parameters = {name_parameter(),
                      version_parameter("version", "VERSION", "The version to bring back", true)},
       .footer = "Its files are written as they were then. What was banned since leaves with the "
                 "next refresh.",
       .answer = restore},
      {.name = "playlist drop",
       .help = "Keep a playlist no longer",
       .parameters = {name_parameter(), yes_parameter()},
       .answer = drop}};
}

}  // namespace engine::verbs
