// engine recipe from WHAT: a recipe made of another's way of saying a playlist.
#include <filesystem>

#include "core/output_file.hpp"
#include "core/paths.hpp"
#include "core/shown_text.hpp"
#include "recipe/smart_playlist.hpp"
#include "verbs/shared_parameters.hpp"
#include "verbs/verbs.hpp"

namespace engine::verbs {
namespace {

namespace fs = std::filesystem;

constexpr std::size_t kMostBytes = 1 << 20;

bool is_smart_playlist_file(const std::string& what) {
  return fs::path(what).extension() == ".nsp" || fs::is_regular_file(what);
}

std::string text_of_file(const std::string& file) {
  std::error_code error;
  const auto bytes = fs::file_size(file, error);
  if (error) throw Error(Exit::kInput, "cannot read " + file, {"", "", error.message(), ""});
  if (bytes > kMostBytes)
    throw Error(Exit::kInput,
                file + " has " + std::to_string(bytes) + " bytes, too many for a smart playlist");
  return read_file(file);
}

/// A Lua long text, with as many = as it needs.
std::string long_text(const std::string& text) {
  std::string level;
  while (text.find("]" + level + "]") != std::string::npos || text.ends_with("]" + level))
    level += "=";
  return "[" + level + "[" + text + "]" + level + "]";
}

std::string prompt_recipe(const std::string& prompt) {
  return "-- " + one_line(prompt) +
         "\n-- A prompt as ListenBrainz Radio writes them; `engine plan` shows what becomes of "
         "it.\n"
         "local pl = require \"playlist\"\n\nreturn pl.recipe {\n  title = " +
         long_text(one_line(prompt)) +
         ",\n  params = {\n"
         "    tracks = pl.int { 50, min = 1, max = 1000, help = \"length of the playlist\" },\n"
         "    mode   = pl.choice { \"easy\", choices = { \"easy\", \"medium\", \"hard\" }, help = "
         "\"how "
         "well known the tracks are\" },\n  },\n  random_seed = \"day\",\n  build = function(p, "
         "user)\n"
         "    return pl.prompt(" +
         long_text(one_line(prompt)) +
         ", { mode = p.mode })\n      :limit { tracks = p.tracks, per_artist = 5 }\n  end,\n}\n";
}

Answer recipe_from(const app::Caller& caller, const Arguments& arguments) {
  const std::string& what = arguments.text("what");
  const std::string text =
      is_smart_playlist_file(what)
          ? smart_playlist_recipe(text_of_file(what), fs::path(what).stem().string(), what)
          : prompt_recipe(what);
  const std::string& to = arguments.text("to");
  if (to.empty()) return {.data = {{"recipe", text}}, .text = text};
  const OutputFile file(to, caller.home.kept_files(),
                        {.makes_folders = arguments.flag("make-folders"), .may_be_lua = true});
  if (fs::exists(file.path()))
    throw Error(Exit::kUsage, file.path() + " is there already",
                {"", "", "", "name another file, or take it away first"});
  file.write(text);
  return {.data = {{"recipe", text}, {"file", file.path()}}, .text = "made " + file.path() + "\n"};
}

}  // namespace

std::vector<Verb> recipe_from_verbs() {
  return {{.name = "recipe from",
           .help = "Make a recipe of a smart playlist of Navidrome, or of a prompt of ListenBrainz "
                   "Radio",
           .parameters = {{.name = "what",
                           .value_name = "FILE.nsp|PROMPT",
                           .help = "The smart playlist's file, or a prompt: "
                                   "\"artist:(Radiohead):2 #jazz\"",
                           .is_first = true,
                           .is_required = true,
                           .is_local = true},
                          {.name = "to",
                           .value_name = "FILE",
                           .help = "Write the recipe into this file [default: show it]",
                           .is_local = true},
                          make_folders_parameter()},
           .answer = recipe_from}};
}

}  // namespace engine::verbs
