#include "app/recipe_files.hpp"

#include <algorithm>
#include <filesystem>
#include <set>

#include "app/supervised_run.hpp"
#include "core/json_text.hpp"
#include "core/paths.hpp"
#include "evaluate/recipe_tokens.hpp"
#include "recipe/not_a_recipe.hpp"
#include "recipe/run_frames.hpp"
#include "worker/items.hpp"

namespace engine::app {
namespace {

namespace fs = std::filesystem;
using Json = nlohmann::ordered_json;

/// The folder in a recipe folder that holds small recipes, each for one wish.
constexpr const char* kCookbook = "cookbook";

/// "recipes/weekly.lua" without its folder; "" for other paths.
std::string below_recipes(const std::string& name) {
  const fs::path path(name);
  const bool is_below =
      !path.is_absolute() && path.begin() != path.end() && *path.begin() == "recipes";
  return is_below ? path.lexically_relative("recipes").string() : "";
}

/// Of one that is there.
bool is_in_recipe_folder(const Caller& caller, const fs::path& file) {
  std::error_code failed;
  const fs::path here = fs::canonical(file, failed);
  if (failed || !fs::is_regular_file(here, failed)) return false;
  return std::ranges::any_of(caller.home.recipe_directories(), [&](const std::string& folder) {
    std::error_code missing;
    const fs::path below = here.lexically_relative(fs::canonical(folder, missing));
    return !missing && !below.empty() && *below.begin() != "..";
  });
}

/// Whether page and bot may read it: a link in a folder of recipes may lead to anything.
bool may_be_read(const Caller& caller, const std::string& file) {
  return caller.home.finds_recipes_anywhere() || is_in_recipe_folder(caller, file);
}

/// "" where there is none. What exists and is no file may be one after all: a FIFO can be read.
std::string look_for_recipe(const Caller& caller, const std::string& name) {
  std::error_code ignored;
  const bool is_anywhere = caller.home.finds_recipes_anywhere();
  const bool is_folder = is_anywhere && fs::is_directory(name, ignored);
  if (is_anywhere) {
    if (!is_folder && fs::exists(name, ignored)) return name;
    if (fs::is_regular_file(name + ".lua", ignored)) return name + ".lua";
  } else if (fs::path(name).is_absolute()) {
    return may_be_read(caller, name) ? name : "";
  } else if (std::ranges::any_of(fs::path(name),
                                 [](const fs::path& part) { return part == ".."; })) {
    return "";
  }
  for (const std::string& folder : caller.home.recipe_directories()) {
    for (const std::string& file : {folder + "/" + name, folder + "/" + name + ".lua",
                                    folder + "/" + kCookbook + "/" + name + ".lua"}) {
      if (fs::is_regular_file(file, ignored) && may_be_read(caller, file)) return file;
    }
  }
  // "recipes/weekly.lua" works from anywhere, as that is how recipes are written about.
  if (const std::string below = below_recipes(name); !below.empty()) {
    for (const std::string& folder : caller.home.recipe_directories()) {
      const std::string file = (fs::path(folder) / below).string();
      if (fs::is_regular_file(file, ignored) && may_be_read(caller, file)) return file;
    }
  }
  return is_folder ? name : "";  // reading it says what it is
}

/// The *.lua files of a folder but for tests, by name.
std::vector<std::string> files_in(const std::string& folder) {
  std::error_code ignored;
  std::vector<std::string> files;
  for (const auto& entry : fs::directory_iterator(folder, ignored)) {
    const fs::path& file = entry.path();
    if (file.extension() == ".lua" && !file.stem().string().ends_with("_test"))
      files.push_back(file.string());
  }
  std::sort(files.begin(), files.end());
  return files;
}

/// The names of modules that a text requires as texts: require "name", require("name").
std::vector<std::string> required_names(const std::string& text) {
  using Kind = evaluate::RecipeToken::Kind;
  std::vector<std::string> names;
  const std::vector<evaluate::RecipeToken> tokens = evaluate::recipe_tokens(text);
  for (std::size_t i = 0; i + 2 < tokens.size(); ++i) {
    if (tokens[i].kind != Kind::kName || tokens[i].text != "require") continue;
    const evaluate::RecipeToken& name = tokens[tokens[i + 1].text == "(" ? i + 2 : i + 1];
    if (name.kind == Kind::kText && name.text.size() > 2)
      names.emplace_back(name.text.substr(1, name.text.size() - 2));
  }
  return names;
}

/// Loads recipes one after the other.
class RecipeLoader final : public ItemWork {
 public:
  RecipeLoader(const Caller& caller, const std::vector<std::string>& files,
               const std::function<Json(const RecipeDefinition&)>& tell)
      : caller_(caller), files_(files), tell_(tell), loaded_(files.size()) {
    add({0, files_.size()});
  }

  std::vector<LoadedFile> load() {
    if (!run_pool(*this, {1, caller_.asked.in_process}))
      throw Error(Exit::kInterrupted, "interrupted");
    return std::move(loaded_);
  }

 private:
  Job job(ItemPart part) override {
    WorkerLimits limits = run_limits(caller_);
    limits.is_wall_per_frame = true;
    return {limits, [this, part](JobSender& sender) {
              const RunReports reports = run_reports(sender, run_confinement(caller_));
              RunRequest request;
              request.plugin_directories = caller_.home.plugin_directories();
              request.plugin_copies = caller_.home.plugin_copies();
              const auto registry = load_plugins(request, reports);
              each(part, sender, [&](std::size_t item) {
                reports.doing("loading " + files_[item]);
                sender.result(json_text(told_of(*registry, files_[item], reports)));
              });
            }};
  }

  /// What `tell` says; null of a module.
  Json told_of(const Registry& registry, const std::string& file, const RunReports& reports) const {
    LuaState lua(lua_limits(caller_), script_directories(caller_, file), 0);
    lua.on_progress = reports.doing;
    lua.on_overdue = reports.give_up;
    try {
      return tell_(Recipe(lua, registry, file, read_file(file)).definition());
    } catch (const NotARecipe& error) {
      if (!error.is_module()) throw;
      return nullptr;
    }
  }

  void result(std::size_t item, const std::string& bytes) override {
    loaded_[item].told = Json::parse(bytes);
    loaded_[item].is_module = loaded_[item].told.is_null();
  }
  void failed(std::size_t item, Error error) override { loaded_[item].error = std::move(error); }
  void told(std::size_t, std::uint32_t kind, const std::string& bytes) override {
    if (kind == JobFrame::kNotLoaded) caller_.note_once(bytes);
  }
  [[nodiscard]] JobWords words(std::size_t item) const override {
    return {.who = "the recipe", .where = files_[item], .fix = ""};
  }

  const Caller& caller_;
  const std::vector<std::string>& files_;
  const std::function<Json(const RecipeDefinition&)>& tell_;
  std::vector<LoadedFile> loaded_;
};

std::vector<std::string> without_modules(const Caller& caller, std::vector<std::string> files) {
  const std::vector<LoadedFile> loaded =
      load_recipes(caller, files, [](const RecipeDefinition&) { return Json(true); });
  std::vector<std::string> recipes;
  for (std::size_t k = 0; k < files.size(); ++k) {
    if (loaded[k].is_module) {
      caller.note(files[k] + " is a module for recipes to require, and no recipe");
    } else {
      recipes.push_back(std::move(files[k]));
    }
  }
  return recipes;
}

}  // namespace

std::string users_recipes() {
  return config_home() + "/recipes";
}

std::string find_recipe(const Caller& caller, const std::string& name) {
  if (std::string file = look_for_recipe(caller, name); !file.empty()) return file;
  std::vector<std::string> known;
  for (const std::string& file : recipes_by_name(caller)) known.push_back(fs::path(file).stem());
  std::sort(known.begin(), known.end());
  const std::string near = nearest(fs::path(name).stem(), known);
  throw Error(
      Exit::kInput, "there is no recipe \"" + name + "\"",
      {"", "", "",
       near.empty() ? "see: engine recipes" : "did you mean " + near + "? (see: engine recipes)"});
}

std::string recipe_name(const Caller& caller, const std::string& file) {
  std::error_code ignored;
  const fs::path here = fs::weakly_canonical(file, ignored);
  for (const std::string& folder : caller.home.recipe_directories()) {
    const fs::path relative = here.lexically_relative(fs::weakly_canonical(folder, ignored));
    if (relative.empty() || *relative.begin() == "..") continue;
    const bool is_users = folder == users_recipes();
    return (is_users ? fs::path(folder) / relative : fs::path("recipes") / relative).string();
  }
  return file;
}

std::vector<std::string> script_directories(const Caller& caller, const std::string& recipe) {
  std::vector<std::string> directories = caller.home.script_directories();
  const std::string file = look_for_recipe(caller, recipe);
  if (file.empty()) return directories;
  const fs::path folder = fs::path(file).parent_path();
  directories.push_back(folder.empty() ? "./" : (folder / "").string());
  return directories;
}

std::string recipe_folder(const Caller& caller, const std::string& recipe) {
  const std::string file = look_for_recipe(caller, recipe);
  return fs::path(file.empty() ? recipe : file).parent_path().string();
}

std::vector<std::string> modules_beside(const std::string& file, const std::string& text) {
  const fs::path folder = fs::path(file).parent_path();
  std::vector<std::string> files;
  std::set<std::string> seen;
  std::vector<std::string> open = required_names(text);
  while (!open.empty()) {
    const std::string name = open.back();
    open.pop_back();
    const fs::path module = folder / (name + ".lua");
    std::error_code ignored;
    const bool is_bare = name.find('/') == std::string::npos;
    if (!is_bare || !seen.insert(name).second || !fs::is_regular_file(module, ignored)) continue;
    files.push_back(module.string());
    for (std::string& more : required_names(read_file(module.string())))
      open.push_back(std::move(more));
  }
  std::sort(files.begin(), files.end());
  return files;
}

std::vector<std::string> recipe_files(const Caller& caller, const std::vector<std::string>& names) {
  std::vector<std::string> files;
  std::error_code ignored;  // of a name that no file can have, too
  for (const std::string& name : names) {
    // "recipes" and "recipes/cookbook" work from anywhere, as "recipes/weekly.lua" does.
    const fs::path path = fs::path(name).lexically_normal();
    const bool is_own =
        !fs::exists(name, ignored) && path.begin() != path.end() && *path.begin() == "recipes";
    const std::string folder =
        is_own ? (fs::path(own_folders().recipes) / path.lexically_relative("recipes"))
                     .lexically_normal()
                     .string()
               : name;
    if (!fs::is_directory(folder, ignored)) {
      files.push_back(name);
      continue;
    }
    const std::vector<std::string> inside = without_modules(caller, files_in(folder));
    files.insert(files.end(), inside.begin(), inside.end());
  }
  if (files.empty()) {
    throw Error(Exit::kInput, "there is no recipe in " + names.front(),
                {"", "", "recipes are the *.lua files of a folder", "see: engine recipes"});
  }
  return files;
}

bool is_of_cookbook(const std::string& file) {
  return fs::path(file).parent_path().filename() == kCookbook;
}

std::string listed_name(const std::string& file) {
  return (is_of_cookbook(file) ? std::string(kCookbook) + "/" : "") +
         fs::path(file).stem().string();
}

std::vector<std::string> recipes_by_name(const Caller& caller) {
  std::vector<std::string> all;
  std::set<std::string> names;
  const std::vector<std::string> folders = caller.home.recipe_directories();
  for (const bool is_cookbook : {false, true}) {
    for (const std::string& folder : folders) {
      for (std::string& file : files_in(is_cookbook ? folder + "/" + kCookbook : folder)) {
        if (!may_be_read(caller, file)) {
          caller.note_once(file +
                           " leads out of the folders of recipes, and is not read from here");
          continue;
        }
        if (names.insert(listed_name(file)).second) all.push_back(std::move(file));
      }
    }
  }
  return all;
}

std::vector<LoadedFile> load_recipes(const Caller& caller, const std::vector<std::string>& files,
                                     const std::function<Json(const RecipeDefinition&)>& tell) {
  return RecipeLoader(caller, files, tell).load();
}

}  // namespace engine::app
