// engine cycling [LEVEL]: how fast kept playlists turn over, and what rests from them.
#include "app/cycling.hpp"

#include "core/calendar.hpp"
#include "core/counted.hpp"
#include "core/shown_text.hpp"
#include "verbs/verbs.hpp"

namespace engine::verbs {
namespace {

constexpr std::size_t kShownTracks = 20;  // --json has all

Json resting_json(const app::Resting& resting) {
  Json tracks = Json::array();
  for (const app::RestingTrack& track : resting.tracks)
    tracks.push_back({{"track", track.id},
                      {"title", track.title},
                      {"artist", track.artist},
                      {"plays", track.plays},
                      {"last_played", format_time(track.since)},
                      {"until", format_time(track.until)}});
  return {{"plays", resting.plays},
          {"within_days", resting.within_days},
          {"rest_days", resting.rest_days},
          {"tracks", tracks}};
}

std::string resting_text(const app::Resting& resting) {
  const std::string rule =
      std::to_string(resting.plays) + " plays within " + counted(resting.within_days, "day");
  if (resting.tracks.empty()) return "  loved but tired: nothing rests, none had " + rule + "\n";
  std::string text = "  loved but tired, " + rule + " or more, so that " +
                     (resting.tracks.size() == 1 ? "it rests" : "they rest") + " for " +
                     counted(resting.rest_days, "day") + ":\n";
  for (std::size_t k = 0; k < resting.tracks.size() && k < kShownTracks; ++k) {
    const app::RestingTrack& track = resting.tracks[k];
    text += "    until " + format_time(track.until).substr(0, 10) + "  " +
            counted(track.plays, "play") + "  " + one_line(track.title) + "  " +
            one_line(track.artist) + "\n";
  }
  if (resting.tracks.size() > kShownTracks)
    text += "    and " + std::to_string(resting.tracks.size() - kShownTracks) +
            " more (--json has all)\n";
  return text;
}

std::string level_text(const app::CycledPlaylist& playlist) {
  return one_line(playlist.name) + ": " + std::to_string(playlist.level) + " of " +
         std::to_string(app::kMostCycling);
}

Answer cycling(const app::Caller& caller, const Arguments& arguments) {
  const bool is_set = arguments.has("level");
  const std::vector<app::CycledPlaylist> playlists =
      is_set ? app::set_cycling(caller, static_cast<int>(arguments.integer("level")),
                                arguments.text("playlist"))
             : app::cycling(caller);
  Json levels = Json::array();
  std::string text;
  for (const app::CycledPlaylist& playlist : playlists) {
    levels.push_back({{"playlist", playlist.name}, {"level", playlist.level}});
    text += level_text(playlist) + (is_set ? ", from the next refresh on\n" : "\n");
    if (!playlist.resting) continue;
    levels.back()["resting"] = resting_json(*playlist.resting);
    text += resting_text(*playlist.resting);
  }
  if (playlists.empty())
    caller.note(
        "no kept playlist has the parameter cycling; keep one that has: engine playlist keep "
        "Dynamic dynamic");
  return {playlists.empty() ? Exit::kNothing : Exit::kDone, {{"playlists", levels}}, text};
}

}  // namespace

std::vector<Verb> cycling_verbs() {
  return {{.name = "cycling",
           .help = "Show or set how fast kept playlists turn over; show what rests",
           .parameters = {{.name = "level",
                           .type = Type::kInteger,
                           .value_name = "LEVEL",
                           .help = "1, hardly, to 10, another list soon; 5 is as the recipe says",
                           .least = app::kLeastCycling,
                           .most = app::kMostCycling,
                           .is_first = true},
                          {.name = "playlist",
                           .value_name = "NAME",
                           .help = "Of this one alone, not of all that have it",
                           .needs = "level"}},
           .footer = "It sets the recipe's parameter `cycling`, as dynamic has it: factors of how "
                     "soon a song that is\nplayed much gives way, how much of what was hardly "
                     "played comes, and how much may change at a\nrefresh. `engine help kept` has "
                     "the table.\nWithout a level it also tells what rests from them, loved but "
                     "tired: recipe's parameters\n`tired` and `cooldown`, as filtering.tired has "
                     "them.",
           .answer = cycling}};
}

}  // namespace engine::verbs
