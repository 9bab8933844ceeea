// engine library [users | timezone [ZONE] | banned | unmatched | merge A B | unmerge ID | merges]:
// what the library holds, when a person's weeks begin, and joining by hand what matching could not
// join.
#include <CLI/CLI.hpp>
#include <iomanip>
#include <memory>
#include <sstream>

#include <nlohmann/json.hpp>

#include "cli/cli.hpp"
#include "core/calendar.hpp"
#include "core/json_text.hpp"
#include "core/shown_text.hpp"
#include "library/library_summary.hpp"
#include "library/match_rate.hpp"
#include "library/merge.hpp"
#include "store/users.hpp"

namespace engine {
namespace {

using Json = nlohmann::ordered_json;

void print(const Cli& cli, const Json& json, const std::string& text) {
  cli.out(cli.common.json ? printed_json(json) : text);
}

Store open_reading(Cli& cli) {
  return Store::open(cli.library_path(), {.is_read_only = true});
}

Exit show_summary(Cli& cli) {
  const Store store = open_reading(cli);
  const library::LibrarySummary s = library::summarise_library(store);
  const std::pair<const char*, std::int64_t> numbers[] = {
      {"tracks", s.tracks},
      {"catalogue_tracks", s.catalogue_tracks},
      {"tracks_with_features", s.featured_tracks},
      {"artists", s.artists},
      {"tags", s.tags},
      {"users", s.users},
      {"listens", s.listens},
      {"likes", s.likes},
      {"banned", s.banned},
      {"playlists", s.playlists},
      {"imported_files", s.files},
      {"unfinished_files", s.unfinished_files},
      {"runs", s.runs},
      {"merges", s.merges},
      {"data_version", s.data_version}};
  Json json{{"library", store.path()}};
  std::ostringstream text;
  text << store.path() << "\n";
  for (const auto& [name, number] : numbers) {
    json[name] = number;
    text << std::left << std::setw(22) << name << number << "\n";
  }
  print(cli, json, text.str());
  return Exit::kDone;
}

Exit show_users(Cli& cli) {
  const Store store = open_reading(cli);
  Json users = Json::array();
  std::ostringstream text;
  for (const library::UserSummary& s : library::summarise_users(store)) {
    Json user{{"name", s.user.name}, {"timezone", s.user.timezone}, {"listens", s.listens},
              {"likes", s.likes},    {"banned", s.banned},          {"playlists", s.playlists},
              {"runs", s.runs},      {"first_listen", nullptr},     {"last_listen", nullptr}};
    text << std::left << std::setw(24) << one_line(s.user.name) << s.listens << " listens, "
         << s.likes << " likes, " << s.banned << " banned, " << s.playlists << " playlists";
    if (s.first_listen) {
      user["first_listen"] = format_time(*s.first_listen);
      user["last_listen"] = format_time(*s.last_listen);
      text << " (" << format_date(*s.first_listen) << " to " << format_date(*s.last_listen) << ")";
    }
    text << "\n";
    users.push_back(std::move(user));
  }
  print(cli, {{"users", users}}, text.str());
  return users.empty() ? Exit::kNothing : Exit::kDone;
}

Exit show_banned(Cli& cli) {
  const Store store = open_reading(cli);
  const User user = choose_user(store, cli.common.user);
  Json banned = Json::array();
  std::ostringstream text;
  for (const library::BannedThing& it : library::banned_things(store, user.id, cli.now())) {
    const std::string reference = it.subject.reference();
    banned.push_back({{"kind", it.subject.is_artist ? "artist" : "track"},
                      {"id", it.subject.id},
                      {"title", it.subject.is_artist ? Json(nullptr) : Json(it.subject.title)},
                      {"artist", it.subject.artist},
                      {"since", it.since == 0 ? Json(nullptr) : Json(format_time(it.since))},
                      {"told_by", it.tellers}});
    text << std::left << std::setw(16) << reference << it.subject.label();
    if (it.since != 0) text << ", since " << format_date(it.since);
    text << "; told by " << it.tellers << "\n";
  }
  print(cli, {{"user", user.name}, {"banned", banned}}, text.str());
  return banned.empty() ? Exit::kNothing : Exit::kDone;
}

Exit show_unmatched(Cli& cli, std::int64_t limit) {
  const Store store = open_reading(cli);
  const User user = choose_user(store, cli.common.user);
  const library::MatchRate rate = library::match_rate(store, user.id);
  Json tracks = Json::array();
  std::ostringstream text;
  for (const library::UnmatchedTrack& track : library::unmatched_tracks(store, user.id, limit)) {
    tracks.push_back({{"track", track.track_id},
                      {"artist", track.artist},
                      {"title", track.title},
                      {"album", track.album},
                      {"spotify_id", track.spotify_id},
                      {"plays", track.plays}});
    text << std::right << std::setw(9) << track.track_id << "  " << std::setw(6) << track.plays
         << " plays  "
         << one_line(track.title.empty() ? track.spotify_id : track.artist + " - " + track.title)
         << "\n";
  }
  const std::int64_t matched = rate.tracks_by_id + rate.tracks_by_name;
  cli.note(std::to_string(matched) + " of " + std::to_string(rate.tracks) +
           " played tracks are in the catalogue");
  print(cli,
        {{"user", user.name},
         {"played_tracks", rate.tracks},
         {"matched_tracks", matched},
         {"tracks", tracks}},
        text.str());
  return tracks.empty() ? Exit::kNothing : Exit::kDone;
}

Exit merge(Cli& cli, const std::string& kept, const std::string& merged) {
  Store store = Store::open(cli.library_path(), {.may_create = false});
  const std::int64_t a = library::find_track(store, kept), b = library::find_track(store, merged);
  const std::int64_t id = library::merge_tracks(store, a, b, cli.now());
  print(cli, {{"merge", id}, {"kept", a}, {"merged", b}},
        "track " + std::to_string(b) + " is now part of track " + std::to_string(a) +
            "; undo with: engine library unmerge " + std::to_string(id) + "\n");
  return Exit::kDone;
}

Exit unmerge(Cli& cli, std::int64_t id) {
  Store store = Store::open(cli.library_path(), {.may_create = false});
  library::unmerge_tracks(store, id);
  print(cli, {{"unmerged", id}}, "merge " + std::to_string(id) + " is undone\n");
  return Exit::kDone;
}

Exit show_merges(Cli& cli) {
  const Store store = open_reading(cli);
  Json merges = Json::array();
  std::ostringstream text;
  for (const library::MergeSummary& m : library::list_merges(store)) {
    merges.push_back({{"merge", m.id},
                      {"kept", m.kept},
                      {"merged", m.merged},
                      {"at", format_time(m.ts)},
                      {"title", m.title},
                      {"artist", m.artist}});
    text << m.id << "  " << format_date(m.ts) << "  track " << m.merged << " into " << m.kept
         << "  " << one_line(m.artist + " - " + m.title) << "\n";
  }
  print(cli, {{"merges", merges}}, text.str());
  return merges.empty() ? Exit::kNothing : Exit::kDone;
}

Exit time_zone(Cli& cli, const std::string& zone) {
  if (!zone.empty()) local_day(0, zone);  // the system knows it
  Store store =
      Store::open(cli.library_path(), {.is_read_only = zone.empty(), .may_create = false});
  User user = choose_user(store, cli.common.user);
  if (!zone.empty()) {
    Transaction transaction(store);
    set_timezone(store, user.id, zone);
    store.bump_data_version();
    transaction.commit();
    user.timezone = zone;
  }
  print(cli, {{"user", user.name}, {"timezone", user.timezone}},
        one_line(user.name) + "  " + user.timezone + "\n");
  return Exit::kDone;
}

}  // namespace

void add_library(CLI::App& app, Cli& cli) {
  CLI::App* verb = app.add_subcommand("library", "What the library holds; join tracks by hand");
  verb->require_subcommand(0, 1);
  verb->callback([&cli, verb] {
    if (verb->get_subcommands().empty()) cli.action = [&cli] { return show_summary(cli); };
  });
  verb->add_subcommand("users", "The people in the library")->fallthrough()->callback([&cli] {
    cli.action = [&cli] { return show_users(cli); };
  });

  verb->add_subcommand("banned", "What one person wants kept out of lists; engine unban lifts it")
      ->fallthrough()
      ->callback([&cli] { cli.action = [&cli] { return show_banned(cli); }; });

  auto zone = std::make_shared<std::string>();
  CLI::App* zones = verb->add_subcommand(
      "timezone",
      "Show or set the time zone of a person's days and weeks, and of the clock of their player");
  zones->add_option("ZONE", *zone, "Such as Europe/Berlin")->type_name("NAME");
  zones->fallthrough()->callback(
      [&cli, zone] { cli.action = [&cli, zone] { return time_zone(cli, *zone); }; });

  auto limit = std::make_shared<std::int64_t>(50);
  CLI::App* unmatched =
      verb->add_subcommand("unmatched", "Tracks somebody played or likes that no catalogue holds");
  unmatched->add_option("--limit", *limit, "At most this many, the most played first")
      ->capture_default_str()
      ->type_name("N");
  unmatched->fallthrough()->callback(
      [&cli, limit] { cli.action = [&cli, limit] { return show_unmatched(cli, *limit); }; });

  auto tracks = std::make_shared<std::pair<std::string, std::string>>();
  CLI::App* join = verb->add_subcommand("merge", "Two tracks are the same: B becomes part of A");
  join->add_option("A", tracks->first, "The track to keep: number, Spotify id, ISRC, MBID")
      ->required();
  join->add_option("B", tracks->second, "The track that becomes part of it")->required();
  join->fallthrough()->callback([&cli, tracks] {
    cli.action = [&cli, tracks] { return merge(cli, tracks->first, tracks->second); };
  });

  auto id = std::make_shared<std::int64_t>(0);
  CLI::App* undo = verb->add_subcommand("unmerge", "Undo a merge");
  undo->add_option("ID", *id, "What `merge` printed; see `engine library merges`")->required();
  undo->fallthrough()->callback(
      [&cli, id] { cli.action = [&cli, id] { return unmerge(cli, *id); }; });

  verb->add_subcommand("merges", "The merges made by hand")->fallthrough()->callback([&cli] {
    cli.action = [&cli] { return show_merges(cli); };
  });
}

}  // namespace engine
