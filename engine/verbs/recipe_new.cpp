// engine recipe new NAME: a recipe of one's own, to begin with.
#include <filesystem>

#include "app/new_recipe.hpp"
#include "app/recipe_files.hpp"
#include "verbs/verbs.hpp"

namespace engine::verbs {
namespace {

namespace fs = std::filesystem;

/// What there is to say where another folder has a recipe of that name.
std::string namesake_note(const app::Caller& caller, const std::string& name) {
  bool is_before = true;
  for (const std::string& folder : caller.home.recipe_directories()) {
    const bool is_own = folder == app::users_recipes();
    is_before = is_before && !is_own;
    const std::string file = (fs::path(folder) / (name + ".lua")).string();
    if (is_own || !fs::is_regular_file(file)) continue;
    return is_before ? "engine run " + name + " means " + file + ", which comes before yours"
                     : "engine run " + name + " means yours from now on, and no longer " + file;
  }
  return "";
}

Answer new_recipe(const app::Caller& caller, const Arguments& arguments) {
  const std::string& name = arguments.text("name");
  const std::vector<std::string> files = app::make_recipe(caller, name, arguments.text("from"));
  std::string text;
  for (const std::string& file : files) text += "made " + file + "\n";
  text += "next:\n  engine watch " + name +
          "    runs it at every save; change it in your editor\n" + "  engine run " + name +
          "\n  engine test " + name + "\n";
  return {.data = {{"name", name}, {"recipe", files.front()}, {"files", files}},
          .text = text,
          .afterwards = [&caller, note = namesake_note(caller, name)] {
            if (!note.empty()) caller.note(note);
          }};
}

}  // namespace

std::vector<Verb> recipe_new_verbs() {
  return {
      {.name = "recipe", .help = "Begin a recipe of your own, and read or write the text of one"},
      {.name = "recipe new",
       .help = "Make a recipe in your own folder, which is found by its name from anywhere",
       .parameters = {{.name = "name",
                       .value_name = "NAME",
                       .help = "What to call it: sunday-calm",
                       .is_first = true,
                       .is_required = true},
                      {.name = "from",
                       .value_name = "RECIPE",
                       .help = "Begin with a copy of this one, and of its tests [default: a "
                               "short one that explains itself]"}},
       .footer =
           "Your recipes stand in $XDG_CONFIG_HOME/playlist-engine/recipes (usually\n"
           "~/.config/playlist-engine/recipes). They come before the engine's own of the same "
           "name;\n"
           "NAME.lua in the folder you are in comes before both. Modules beside a recipe can "
           "be\n"
           "required by their names. `engine stubs --recipes DIR` lets an editor complete and "
           "explain.",
       .answer = new_recipe}};
}

}  // namespace engine::verbs
