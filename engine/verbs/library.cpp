// engine library [users | timezone [ZONE] | find TEXT | banned | unmatched | merge KEPT MERGED |
// unmerge ID | merges]:
// what the library holds, when a person's weeks begin, and joining by hand what matching could not
// join.
#include <cstdio>
#include <iomanip>
#include <sstream>

#include "app/default_user.hpp"
#include "core/calendar.hpp"
#include "core/counted.hpp"
#include "core/shown_text.hpp"
#include "library/library_summary.hpp"
#include "library/likeness.hpp"
#include "library/match_rate.hpp"
#include "library/merge.hpp"
#include "library/track_search.hpp"
#include "store/users.hpp"
#include "verbs/json_values.hpp"
#include "verbs/verbs.hpp"

namespace engine::verbs {
namespace {

Exit exit_of(const Json& list) {
  return list.empty() ? Exit::kNothing : Exit::kDone;
}

Store open_reading(const app::Caller& caller) {
  return Store::open(caller.home.library_path(), {.is_read_only = true});
}

Answer show_summary(const app::Caller& caller, const Arguments&) {
  const Store store = open_reading(caller);
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
  return {.data = std::move(json), .text = text.str()};
}

Answer show_users(const app::Caller& caller, const Arguments&) {
  const Store store = open_reading(caller);
  Json users = Json::array();
  std::ostringstream text;
  for (const library::UserSummary& s : library::summarise_users(store)) {
    Json user{{"name", s.user.name}, {"timezone", s.user.timezone}, {"listens", s.listens},
              {"likes", s.likes},    {"banned", s.banned},          {"playlists", s.playlists},
              {"runs", s.runs},      {"first_listen", nullptr},     {"last_listen", nullptr}};
    text << std::left << std::setw(24) << one_line(s.user.name) << counted(s.listens, "listen")
         << ", " << counted(s.likes, "like") << ", " << s.banned << " banned, "
         << counted(s.playlists, "playlist");
    if (s.first_listen) {
      user["first_listen"] = format_time(*s.first_listen);
      user["last_listen"] = format_time(*s.last_listen);
      text << " (" << format_date(*s.first_listen) << " to " << format_date(*s.last_listen) << ")";
    }
    text << "\n";
    users.push_back(std::move(user));
  }
  return {exit_of(users), {{"users", users}}, text.str()};
}

Answer find_tracks(const app::Caller& caller, const Arguments& arguments) {
  const Store store = open_reading(caller);
  const User user = choose_user(store, app::user_name(caller));
  Json tracks = Json::array();
  std::ostringstream text;
  for (const library::FoundTrack& track :
       library::search_tracks(store, user.id, arguments.text("text"),
                              static_cast<std::size_t>(arguments.integer("limit")))) {
    tracks.push_back({{"track", track.id},
                      {"title", track.title},
                      {"artist", track.artist},
                      {"album", track.album},
                      {"duration_ms", value_or_null(track.duration_ms)},
                      {"spotify_uri", text_or_null(track.spotify_uri)},
                      {"plays", track.plays}});
    text << std::right << std::setw(9) << track.id << "  " << one_line(track.artist) << " - "
         << one_line(track.title) << (track.album.empty() ? "" : ", from " + one_line(track.album))
         << "; " << counted(track.plays, "play") << "\n";
  }
  if (tracks.empty()) caller.note("no track here has all of these words");
  return {exit_of(tracks), {{"user", user.name}, {"tracks", tracks}}, text.str()};
}

Answer show_banned(const app::Caller& caller, const Arguments&) {
  const Store store = open_reading(caller);
  const User user = choose_user(store, app::user_name(caller));
  Json banned = Json::array();
  std::ostringstream text;
  for (const library::BannedThing& it : library::banned_things(store, user.id, caller.asked.now)) {
    const std::string reference = it.subject.reference();
    banned.push_back({{"kind", it.subject.is_artist ? "artist" : "track"},
                      {"id", it.subject.id},
                      {"title", it.subject.is_artist ? Json(nullptr) : Json(it.subject.title)},
                      {"artist", it.subject.artist},
                      {"since", it.since == 0 ? Json(nullptr) : Json(format_time(it.since))},
                      {"told_by", it.tellers},
                      {"list", it.list.empty() ? Json(nullptr) : Json(it.list)},
                      {"until", it.until ? Json(format_time(*it.until)) : Json(nullptr)}});
    text << std::left << std::setw(16) << reference << it.subject.label();
    if (it.since != 0) text << ", since " << format_date(it.since);
    if (!it.list.empty()) text << ", from " << one_line(it.list);
    if (it.until) text << ", until " << format_time(*it.until);
    text << "; told by " << it.tellers << "\n";
  }
  return {exit_of(banned), {{"user", user.name}, {"banned", banned}}, text.str()};
}

std::string shown_score(double score) {
  char text[16];
  std::snprintf(text, sizeof text, "%.2f", score);
  return text;
}

Json nearest_json(const library::NearestTrack& nearest) {
  if (nearest.track == 0) return nullptr;
  return {{"track", nearest.track}, {"title", nearest.title}, {"nearness", nearest.nearness}};
}

std::string nearest_text(const library::NearestTrack& nearest) {
  if (nearest.track == 0) return "";
  return "; nearest: " + one_line(nearest.title) + " (" + std::to_string(nearest.track) + ", " +
         shown_score(nearest.nearness) + ")";
}

Json merge_json(const library::MergeSummary& m) {
  return {{"merge", m.id},
          {"kept", m.kept},
          {"merged", m.merged},
          {"at", format_time(m.ts)},
          {"title", m.title},
          {"artist", m.artist},
          {"merged_title", m.merged_title},
          {"likeness", m.score ? Json(*m.score) : Json(nullptr)}};
}

Answer show_unmatched(const app::Caller& caller, const Arguments& arguments) {
  const Store store = open_reading(caller);
  const User user = choose_user(store, app::user_name(caller));
  const library::MatchRate rate = library::match_rate(store, user.id);
  Json tracks = Json::array();
  std::ostringstream text;
  const std::vector<library::UnmatchedTrack> unmatched =
      library::unmatched_tracks(store, user.id, arguments.integer("limit"));
  std::vector<std::int64_t> numbers;
  for (const library::UnmatchedTrack& track : unmatched) numbers.push_back(track.track_id);
  const std::vector<library::NearestTrack> nearest = library::nearest_tracks(store, numbers);
  for (std::size_t k = 0; k < unmatched.size(); ++k) {
    const library::UnmatchedTrack& track = unmatched[k];
    tracks.push_back({{"track", track.track_id},
                      {"artist", track.artist},
                      {"title", track.title},
                      {"album", track.album},
                      {"spotify_id", track.spotify_id},
                      {"plays", track.plays},
                      {"nearest", nearest_json(nearest[k])}});
    text << std::right << std::setw(9) << track.track_id << "  " << std::setw(6) << track.plays
         << (track.plays == 1 ? " play   " : " plays  ")
         << one_line(track.title.empty() ? track.spotify_id : track.artist + " - " + track.title)
         << nearest_text(nearest[k]) << "\n";
  }
  Json likenesses = Json::array();
  for (const library::MergeSummary& m : library::list_merges(store)) {
    if (!m.score) continue;
    text << (likenesses.empty()
                 ? "matched by likeness; engine library unmerge ID takes one apart:\n"
                 : "")
         << std::setw(9) << m.id << "  " << shown_score(*m.score) << "  "
         << one_line(m.artist + " - " + m.merged_title + "  is  " + m.title) << "\n";
    likenesses.push_back(merge_json(m));
  }
  const std::int64_t matched = rate.tracks_by_id + rate.tracks_by_name;
  caller.note(std::to_string(matched) + " of " + std::to_string(rate.tracks) +
              " played tracks are in the catalogue");
  return {tracks.empty() && likenesses.empty() ? Exit::kNothing : Exit::kDone,
          {{"user", user.name},
           {"played_tracks", rate.tracks},
           {"matched_tracks", matched},
           {"tracks", tracks},
           {"matched_by_likeness", likenesses}},
          text.str()};
}

Answer merge(const app::Caller& caller, const Arguments& arguments) {
  Store store = Store::open(caller.home.library_path(), {.may_create = false});
  const std::int64_t a = library::find_track(store, arguments.text("kept")),
                     b = library::find_track(store, arguments.text("merged"));
  const std::int64_t id = library::merge_tracks(store, a, b, caller.asked.now);
  return {.data = {{"merge", id}, {"kept", a}, {"merged", b}},
          .text = "track " + std::to_string(b) + " is now part of track " + std::to_string(a) +
                  "; undo with: engine library unmerge " + std::to_string(id) + "\n"};
}

Answer unmerge(const app::Caller& caller, const Arguments& arguments) {
  const std::int64_t id = arguments.integer("id");
  Store store = Store::open(caller.home.library_path(), {.may_create = false});
  library::unmerge_tracks(store, id);
  return {.data = {{"unmerged", id}}, .text = "merge " + std::to_string(id) + " is undone\n"};
}

Answer show_merges(const app::Caller& caller, const Arguments&) {
  const Store store = open_reading(caller);
  Json merges = Json::array();
  std::ostringstream text;
  for (const library::MergeSummary& m : library::list_merges(store)) {
    merges.push_back(merge_json(m));
    text << m.id << "  " << format_date(m.ts) << "  track " << m.merged << " into " << m.kept
         << "  " << one_line(m.artist + " - " + m.title)
         << (m.score ? "  by likeness " + shown_score(*m.score) : "") << "\n";
  }
  return {exit_of(merges), {{"merges", merges}}, text.str()};
}

Answer time_zone(const app::Caller& caller, const Arguments& arguments) {
  const std::string& zone = arguments.text("zone");
  if (!zone.empty()) local_day(0, zone);  // the system knows it
  Store store =
      Store::open(caller.home.library_path(), {.is_read_only = zone.empty(), .may_create = false});
  User user = choose_user(store, app::user_name(caller));
  if (!zone.empty()) {
    Transaction transaction(store);
    set_timezone(store, user.id, zone);
    store.bump_user_version(user.id, UserPart::kWords);
    transaction.commit();
    user.timezone = zone;
  }
  return {.data = {{"user", user.name}, {"timezone", user.timezone}},
          .text = one_line(user.name) + "  " + user.timezone + "\n"};
}

}  // namespace

std::vector<Verb> library_verbs() {
  const auto track = [](const char* name, const char* help) {
    return Parameter{
        .name = name, .value_name = "TRACK", .help = help, .is_first = true, .is_required = true};
  };
  return {
      {.name = "library",
       .help = "What the library holds; join tracks by hand",
       .answer = show_summary},
      {.name = "library users", .help = "The people in the library", .answer = show_users},
      {.name = "library find",
       .help = "Tracks by words of their title, artist or album, as far as they are typed",
       .parameters = {{.name = "text",
                       .value_name = "TEXT",
                       .help = "All of its words, case and accents aside; or track:NUMBER",
                       .is_first = true,
                       .is_required = true},
                      {.name = "limit",
                       .letter = 'n',
                       .type = Type::kInteger,
                       .value_name = "N",
                       .help = "At most this many: those whose title it is first, then the most "
                               "played",
                       .usual = "20",
                       .least = 1,
                       .most = 1000}},
       .answer = find_tracks},
      {.name = "library banned",
       .help = "What one person wants kept out of lists; engine unban lifts it",
       .answer = show_banned},
      {.name = "library timezone",
       .help = "Show or set the time zone of a person's days and weeks, and of the clock of their "
               "player",
       .parameters = {{.name = "zone",
                       .value_name = "NAME",
                       .help = "Such as Europe/Berlin",
                       .is_first = true}},
       .answer = time_zone},
      {.name = "library unmatched",
       .help = "Tracks somebody played or likes that no catalogue holds, each with what comes "
               "nearest; and those that were matched by likeness",
       .parameters = {{.name = "limit",
                       .type = Type::kInteger,
                       .value_name = "N",
                       .help = "At most this many, the most played first",
                       .usual = "50"}},
       .answer = show_unmatched},
      {.name = "library merge",
       .help = "Two tracks are the same: MERGED becomes part of KEPT",
       .parameters = {track("kept", "The track to keep: number, Spotify id, ISRC, MBID"),
                      track("merged", "The track that becomes part of it")},
       .answer = merge},
      {.name = "library unmerge",
       .help = "Undo a merge; by likeness the two are not merged again",
       .parameters = {{.name = "id",
                       .type = Type::kInteger,
                       .value_name = "ID",
                       .help = "What `merge` printed; see `engine library merges`",
                       .is_first = true,
                       .is_required = true}},
       .answer = unmerge},
      {.name = "library merges",
       .help = "The merges, by hand and by likeness",
       .answer = show_merges}};
}

}  // namespace engine::verbs
