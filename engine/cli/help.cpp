#include "cli/help.hpp"

namespace engine {

std::string VerbHelp::make_footer(const CLI::App* app) const {
  const std::string own = Formatter::make_footer(app);
  const CLI::App* program = app;
  while (program->get_parent() != nullptr) program = program->get_parent();
  if (program == app) return own;
  const std::string common = make_group(
      kCommonGroup, /*is_positional=*/false,
      program->get_options([](const auto* option) { return option->get_group() == kCommonGroup; }));
  return common.substr(common.find_first_not_of('\n')) + "\n" + own;
}

std::string first_page() {
  return "engine builds playlists from your own listening history\n"
         "\n"
         "To begin:\n"
         "  engine import PATH...       your exports: Spotify, Last.fm, ListenBrainz, CSV ...\n"
         "  engine demo                 or a synthetic library to play with\n"
         "  engine run weekly           this week's mix, with the reason for every track\n"
         "  engine why last \"#3\"        why the third track of the last list is there\n"
         "  engine recipes              the recipes there are\n"
         "  engine recipe new NAME      begins one of your own; engine watch NAME shows what a\n"
         "                              change of it changes\n"
         "  engine serve                all of it as a page in your browser\n"
         "  engine doctor               what is missing, and what to do about it\n"
         "  engine help                 pages on recipes, columns, exports, a cookbook ...\n"
         "\n"
         "engine --help lists every verb, engine VERB --help what one takes.\n";
}

}  // namespace engine
