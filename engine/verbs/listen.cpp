// engine listen ACCOUNT: follows a player, and makes listens of what it plays.
#include "pipelines/listen.hpp"

#include "core/calendar.hpp"
#include "core/counted.hpp"
#include "core/shown_text.hpp"
#include "verbs/verbs.hpp"

namespace engine::verbs {
namespace {

Json song_json(const players::HeardSong& song) {
  return {{"artist", song.artist},       {"title", song.title},
          {"album", song.album},         {"began", format_time(song.started_at)},
          {"ms_played", song.ms_played}, {"skipped", song.is_skipped}};
}

std::string song_text(const players::HeardSong& song) {
  const std::int64_t seconds = (song.ms_played + 500) / 1000;
  return format_time(song.started_at) + "  " + one_line(song.title) + " by " +
         one_line(song.artist) + ", " + std::to_string(seconds) + " s" +
         (song.is_skipped ? ", skipped" : "") + "\n";
}

Answer listen(const app::Caller& caller, const Arguments& arguments) {
  caller.note("following " + arguments.text("account") + " until Ctrl-C");
  const pipelines::ListenReport report = pipelines::listen(
      caller, arguments.text("account"),
      [&](const players::HeardSong& song) { caller.line(song_json(song), song_text(song)); });
  return {.exit = report.songs > 0 ? Exit::kDone : Exit::kNothing,
          .data = {{"user", report.user}, {"songs", report.songs}, {"folder", report.folder}},
          .text = counted(report.songs, "song") + " heard by " + one_line(report.user) + "\n"};
}

}  // namespace

std::vector<Verb> listen_verbs() {
  return {{.name = "listen",
           .help = "Follow a player: what it plays, and what is skipped, becomes listens at once",
           .parameters = {{.name = "account",
                           .value_name = "ACCOUNT",
                           .help = "mpd, or mpd@NAME (engine accounts)",
                           .is_first = true,
                           .is_required = true}},
           .footer = "Until Ctrl-C or SIGTERM. Each song is a line in a file beside the library "
                     "before it is imported, so that\nnothing is lost or counted twice whenever it "
                     "stops.",
           .answer = listen}};
}

}  // namespace engine::verbs
