// engine cycling [LEVEL]: how fast kept playlists turn over.
#include "app/cycling.hpp"

#include "core/shown_text.hpp"
#include "verbs/verbs.hpp"

namespace engine::verbs {
namespace {

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
    text += one_line(playlist.name) + ": " + std::to_string(playlist.level) + " of " +
            std::to_string(app::kMostCycling) + (is_set ? ", from the next refresh on\n" : "\n");
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
           .help = "Show or set how fast kept playlists turn over",
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
                     "the table.",
           .answer = cycling}};
}

}  // namespace engine::verbs
