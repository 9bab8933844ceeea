// engine refresh [NAME]: a new version of one kept playlist, or of all.
// engine snapshot [NAME]: the list as it is, put aside under its name and the date.
#include <algorithm>

#include "app/kept_playlists.hpp"
#include "core/calendar.hpp"
#include "core/counted.hpp"
#include "core/shown_text.hpp"
#include "recipe/playlist_json.hpp"
#include "store/runs.hpp"
#include "verbs/kept_text.hpp"
#include "verbs/verbs.hpp"

namespace engine::verbs {
namespace {

Playlist list_before(const app::Caller& caller, const app::Refreshed& refreshed) {
  const std::int64_t before =
      refreshed.list.kept ? refreshed.list.kept->before.version : std::int64_t{0};
  if (before == 0) return {};
  const Store store = Store::open(caller.home.library_path(), {.is_read_only = true});
  for (const KeptVersion& version : kept_versions(store, refreshed.playlist.id, caller.asked.now))
    if (version.number == before)
      return read_playlist(load_run(store, version.run_id).value().record);
  return {};
}

/// What a refresh made, told in both forms.
struct Told {
  Json data;
  std::string text;
};

/// Tracks outside are named by their numbers only where no list has them.
Told told(const app::Caller& caller, const app::Refreshed& refreshed) {
  const Playlist& list = refreshed.list;
  const ListDifference difference(refreshed.before, list.track_ids());
  const TrackNames names({list_before(caller, refreshed), list});
  Told told;
  told.data = {{"playlist", refreshed.playlist.name},
               {"version", refreshed.version.number},
               {"run", refreshed.version.run_id},
               {"tracks", list.tracks.size()}};
  told.data.update(difference_json(difference, names));
  add_why_left(told.data["left"], &list);
  const bool is_limited = list.kept && list.kept->changes;
  told.data["allowed"] = is_limited ? Json(list.kept->changes->allowed) : Json(nullptr);
  told.data["waiting"] =
      is_limited ? Json(list.kept->changes->waiting) : Json(std::vector<std::int64_t>());
  told.data["pushed"] = Json::array();
  for (const app::PushReport& push : refreshed.pushed)
    told.data["pushed"].push_back(app::push_json(push));
  told.data["files"] = refreshed.later ? std::vector<std::string>() : refreshed.files;
  told.data["later_version"] = refreshed.later ? Json(refreshed.later->number) : Json(nullptr);
  told.data["snapshot"] = refreshed.snapshot ? snapshot_json(*refreshed.snapshot) : Json(nullptr);
  told.data["notices"] = list.notices;

  std::string& text = told.text;
  text = one_line(refreshed.playlist.name) + ", version " +
         std::to_string(refreshed.version.number) + ": " + counted(list.tracks.size(), "track");
  if (!refreshed.before.empty()) {
    text += "; " + difference_summary(difference) + "\n" +
            difference_lines(difference, names,
                             [&](std::int64_t track) { return why_left(list, track); });
  } else {
    text += "\n";
  }
  for (const std::string& notice : list.notices) text += "note: " + one_line(notice) + "\n";
  for (const std::string& line : file_lines(refreshed.files, refreshed.later)) text += line + "\n";
  for (const app::PushReport& push : refreshed.pushed) text += app::push_text(push) + "\n";
  if (refreshed.snapshot) {
    text += "a snapshot was due: " + one_line(refreshed.snapshot->name) + "\n";
    for (const std::string& file : refreshed.snapshot->files)
      text += "wrote " + one_line(file) + "\n";
  }
  return told;
}

Answer refresh(const app::Caller& caller, const Arguments& arguments) {
  const app::RefreshReport report = app::refresh(caller, arguments.text("name"));
  Answer answer{.exit = report.worst};
  answer.data = {{"refreshed", Json::array()}};
  for (const app::Refreshed& refreshed : report.refreshed) {
    Told one = told(caller, refreshed);
    answer.data["refreshed"].push_back(std::move(one.data));
    answer.text += one.text;
  }
  return answer;
}

Answer snapshot(const app::Caller& caller, const Arguments& arguments) {
  const app::Snapshots snapshots = app::snapshot(caller, arguments.text("name"));
  Answer answer;
  answer.data = {{"snapshots", Json::array()}};
  const auto add = [&](const auto& one, bool is_new) {
    const auto& [playlist, snapshot] = one;
    Json json = {{"playlist", playlist.name}, {"new", is_new}};
    json.update(snapshot_json(snapshot));
    answer.data["snapshots"].push_back(std::move(json));
    answer.text += one_line(snapshot.name) + (is_new ? ": " : " is there already: ") + "version " +
                   std::to_string(snapshot.version) + "\n";
    for (const std::string& file : snapshot.files)
      if (is_new) answer.text += "wrote " + one_line(file) + "\n";
  };
  for (const auto& one : snapshots.made) add(one, true);
  for (const auto& one : snapshots.had) add(one, false);
  if (snapshots.made.empty()) answer.exit = Exit::kNothing;
  if (snapshots.worst != Exit::kDone) {
    answer.exit = snapshots.worst;
  } else if (answer.text.empty()) {
    answer.afterwards = [&caller] { caller.note("no kept playlist has a version yet"); };
  }
  return answer;
}

Parameter playlist_parameter() {
  return {.name = "name",
          .value_name = "NAME",
          .help = "A kept playlist [default: all of them]",
          .is_first = true};
}

}  // namespace

std::vector<Verb> refresh_verbs() {
  return {
      {.name = "refresh",
       .help = "Make a new version of a kept playlist, or of all",
       .parameters = {playlist_parameter()},
       .footer = "Its recipe is run as of --now, with :keep against the list as it is; its files "
                 "are replaced in one step,\nbut by no version of an earlier time than the one "
                 "that stands there.\nA refresh that fails or is killed leaves the list "
                 "and its files, or makes both. Where the latest snapshot, or\n"
                 "the keeping, is playlists.snapshot_days ago it makes the next. For cron: 0 8,20 "
                 "* * * engine "
                 "refresh",
       .answer = refresh},
      {.name = "snapshot",
       .help = "Put a kept playlist's list aside under its name and the date",
       .parameters = {playlist_parameter()},
       .footer = "A copy of each file of the list is written beside it: \"Evenings "
                 "2026-11-29.m3u8\". The runs of snapshots\nare kept like those of versions, "
                 "and `engine playlist restore` brings their versions back.",
       .answer = snapshot}};
}

}  // namespace engine::verbs
