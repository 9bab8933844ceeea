// engine listen ACCOUNT: follows a player, and makes listens of what it plays.
#include "pipelines/listen.hpp"

#include <algorithm>

#include "core/calendar.hpp"
#include "core/counted.hpp"
#include "core/shown_text.hpp"
#include "verbs/verbs.hpp"

namespace engine::verbs {
namespace {

constexpr std::size_t kShownReasons = 5;

std::string seconds_text(std::int64_t ms) {
  return std::to_string((ms + 500) / 1000) + " s";
}

Json song_json(const players::HeardSong& song) {
  return {{"artist", song.artist},       {"title", song.title},
          {"album", song.album},         {"began", format_time(song.started_at)},
          {"ms_played", song.ms_played}, {"skipped", song.is_skipped}};
}

std::string song_text(const players::HeardSong& song) {
  return format_time(song.started_at) + "  " + one_line(song.title) + " by " +
         one_line(song.artist) + ", " + seconds_text(song.ms_played) +
         (song.is_skipped ? ", skipped" : "") + "\n";
}

Json replanned_json(const players::Replanned& replanned) {
  Json moved = Json::array();
  for (const players::Replanned::Song& song : replanned.moved)
    moved.push_back({{"artist", song.artist},
                     {"title", song.title},
                     {"from", song.from},
                     {"to", song.to},
                     {"why", song.why}});
  return {{"after", song_json(replanned.after)},
          {"quick_skips", replanned.quick_skips},
          {"another_mood", replanned.is_elsewhere},
          {"songs", replanned.ours},
          {"moves", replanned.moves},
          {"moved", std::move(moved)},
          {"milliseconds", replanned.milliseconds}};
}

/// Those worth a line: by the artist that was skipped, then those that go furthest.
std::vector<players::Replanned::Song> shown_songs(const players::Replanned& replanned) {
  std::vector<players::Replanned::Song> songs = replanned.moved;
  const auto key = [&](const players::Replanned::Song& song) {
    const bool is_of_artist = song.artist == replanned.after.artist;
    return std::pair(!is_of_artist, -std::abs(static_cast<std::int64_t>(song.to) -
                                              static_cast<std::int64_t>(song.from)));
  };
  std::stable_sort(songs.begin(), songs.end(),
                   [&](const auto& one, const auto& other) { return key(one) < key(other); });
  songs.resize(std::min(songs.size(), kShownReasons));
  return songs;
}

/// 're-planned after "Song", skipped after 12 s: 3 songs by Ann further down, 2 others, 4 songs
/// further up', and some of the songs, with why.
std::string replanned_text(const players::Replanned& replanned) {
  std::size_t of_artist = 0, down = 0, up = 0;
  for (const players::Replanned::Song& song : replanned.moved) {
    if (song.to < song.from) {
      ++up;
    } else if (song.artist == replanned.after.artist) {
      ++of_artist;
    } else {
      ++down;
    }
  }
  std::string what;
  const auto add = [&](std::size_t count, const std::string& text) {
    if (count > 0) what += (what.empty() ? "" : ", ") + text;
  };
  add(of_artist,
      counted(of_artist, "song") + " by " + one_line(replanned.after.artist) + " further down");
  add(down,
      counted(down, of_artist > 0 ? "other" : "song") + (of_artist > 0 ? "" : " further down"));
  add(up, counted(up, "song") + " further up");
  if (what.empty()) what = "the rest in another order";
  std::string text = "  re-planned after \"" + one_line(replanned.after.title) +
                     "\", skipped after " + seconds_text(replanned.after.ms_played);
  if (replanned.is_elsewhere)
    text += ", " + std::to_string(replanned.quick_skips) + " in a row, for another mood";
  text += ": " + what + "\n";
  for (const players::Replanned::Song& song : shown_songs(replanned)) {
    text += "    " + std::to_string(song.from) + " -> " + std::to_string(song.to) + "  " +
            one_line(song.title) + " by " + one_line(song.artist) + "  " + one_line(song.why) +
            "\n";
  }
  if (replanned.moved.size() > kShownReasons)
    text += "    and " + std::to_string(replanned.moved.size() - kShownReasons) + " more\n";
  return text;
}

Answer listen(const app::Caller& caller, const Arguments& arguments) {
  const bool is_live = arguments.flag("live");
  const pipelines::ListenReport report = pipelines::listen(
      caller,
      {.account = arguments.text("account"),
       .is_live = is_live,
       .scrobble_to = arguments.text("scrobble"),
       .heard =
           [&](const players::HeardSong& song) { caller.line(song_json(song), song_text(song)); },
       .replanned =
           [&](const players::Replanned& replanned) {
             caller.line(replanned_json(replanned), replanned_text(replanned));
           }});
  std::string text = counted(report.songs, "song") + " heard by " + one_line(report.user);
  if (is_live) text += ", re-planned " + counted(report.replanned, "time");
  if (arguments.has("scrobble"))
    text += ", " + arguments.text("scrobble") + " told of " + counted(report.told, "play");
  return {.exit = report.songs > 0 ? Exit::kDone : Exit::kNothing,
          .data = {{"user", report.user},
                   {"songs", report.songs},
                   {"replanned", report.replanned},
                   {"told", report.told},
                   {"folder", report.folder}},
          .text = text + "\n"};
}

}  // namespace

std::vector<Verb> listen_verbs() {
  return {{.name = "listen",
           .help = "Follow a player: what it plays, and what is skipped, becomes listens at once",
           .parameters = {{.name = "account",
                           .value_name = "ACCOUNT",
                           .help = "mpd, or mpd@NAME (engine accounts)",
                           .is_first = true,
                           .is_required = true},
                          {.name = "live",
                           .type = Type::kFlag,
                           .help = "Once a song is skipped, put what comes next of our lists in "
                                   "the queue in another order"},
                          {.name = "scrobble",
                           .value_name = "ACCOUNT",
                           .help = "Tell this account of each play, and of what it was not told "
                                   "yet (engine scrobble)"}},
           .footer = "Until Ctrl-C or SIGTERM. Each song is a line in a file beside the library "
                     "before it is imported, so that\nnothing is lost or counted twice whenever it "
                     "stops.",
           .answer = listen}};
}

}  // namespace engine::verbs
