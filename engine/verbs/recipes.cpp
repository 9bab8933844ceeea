// engine recipes [RECIPE]: the recipes there are, or the parameters of one. Their texts run in a
// confined worker: one that hangs or crashes costs its own line of the list only.
#include <algorithm>
#include <filesystem>
#include <sstream>

#include "app/supervised_run.hpp"
#include "core/json_text.hpp"
#include "core/paths.hpp"
#include "recipe/run_frames.hpp"
#include "verbs/verbs.hpp"
#include "worker/items.hpp"

namespace engine::verbs {
namespace {

namespace fs = std::filesystem;

constexpr const char* kCookbook = "cookbook";  // the folder in each that find_recipe() looks into

Json parameter_json(const RecipeParameter& p) {
  Json json{{"name", p.name}, {"kind", p.kind}};
  std::visit([&](const auto& value) { json["default"] = value; }, p.default_value);
  if (p.min) json["min"] = *p.min;
  if (p.max) json["max"] = *p.max;
  if (!p.choices.empty()) json["choices"] = p.choices;
  json["help"] = p.help;
  json["tune"] = p.is_tunable;
  return json;
}

std::string parameter_text(const RecipeParameter& p) {
  std::ostringstream text;
  text << "  " << p.name << " = " << text_of(p.default_value);
  text << std::string(std::max<std::size_t>(1, 28 - std::min<std::size_t>(27, text.str().size())),
                      ' ')
       << p.help;
  if (p.min && p.max) text << " (" << *p.min << ".." << *p.max << ")";
  for (std::size_t i = 0; i < p.choices.size(); ++i)
    text << (i == 0 ? " (" : ", ") << p.choices[i] << (i + 1 == p.choices.size() ? ")" : "");
  if (p.is_tunable) text << " [engine tune]";
  return text.str() + "\n";
}

/// What `--json` says of one recipe.
Json definition_json(const std::string& file, const RecipeDefinition& recipe) {
  Json parameters = Json::array();
  for (const RecipeParameter& p : recipe.parameters) parameters.push_back(parameter_json(p));
  return {{"recipe", file},
          {"title", recipe.title},
          {"about", recipe.about},
          {"random_seed", recipe.random_seed},
          {"parameters", std::move(parameters)}};
}

std::string definition_text(const std::string& file, const RecipeDefinition& recipe) {
  std::string text =
      recipe.title + ": " + recipe.about + "\n" + file + "\n\nparameters (--set NAME=VALUE):\n";
  for (const RecipeParameter& p : recipe.parameters) text += parameter_text(p);
  return text;
}

/// A recipe as its worker told it: for --json and as `engine recipes RECIPE` shows it.
struct Told {
  Json json;
  std::string text;
  std::optional<Error> error;
};

/// Loads recipes one after the other, without a library.
class RecipeLoader final : public ItemWork {
 public:
  RecipeLoader(const app::Caller& caller, const std::vector<std::string>& files)
      : caller_(caller), files_(files), told_(files.size()) {
    add({0, files_.size()});
  }

  std::vector<Told> load() {
    if (!run_pool(*this, {1, caller_.asked.in_process}))
      throw Error(Exit::kInterrupted, "interrupted");
    return std::move(told_);
  }

 private:
  Job job(ItemPart part) override {
    WorkerLimits limits = app::run_limits(caller_);
    limits.is_wall_per_frame = true;
    return {limits, [this, part](JobSender& sender) {
              const RunReports reports = run_reports(sender, app::run_confinement(caller_));
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

  Json told_of(const Registry& registry, const std::string& file, const RunReports& reports) const {
    LuaState lua(app::lua_limits(caller_), caller_.home.script_directories(), 0);
    lua.on_progress = reports.doing;
    lua.on_overdue = reports.give_up;
    const Recipe recipe(lua, registry, file, read_file(file));
    return Json::array(
        {definition_json(file, recipe.definition()), definition_text(file, recipe.definition())});
  }

  void result(std::size_t item, const std::string& bytes) override {
    const Json told = Json::parse(bytes);
    told_[item] = {told.at(0), told.at(1).get<std::string>(), std::nullopt};
  }
  void failed(std::size_t item, Error error) override { told_[item].error = std::move(error); }
  void told(std::size_t, std::uint32_t kind, const std::string& bytes) override {
    if (kind == JobFrame::kNotLoaded) caller_.note_once(bytes);
  }
  [[nodiscard]] JobWords words(std::size_t item) const override {
    return {.who = "the recipe", .where = files_[item], .fix = ""};
  }

  const app::Caller& caller_;
  const std::vector<std::string>& files_;
  std::vector<Told> told_;
};

Answer show_recipe(const app::Caller& caller, const std::string& name) {
  const std::vector<std::string> files{app::find_recipe(caller, name)};
  const Told told = RecipeLoader(caller, files).load().front();
  if (told.error) throw *told.error;
  return {.data = told.json, .text = told.text};
}

/// The recipes of all folders and then of the cookbooks in them, by name in each.
std::vector<std::string> files_of_all_folders(const app::Caller& caller) {
  std::vector<std::string> folders = caller.home.recipe_directories(), all;
  for (const std::string& folder : caller.home.recipe_directories())
    folders.push_back((fs::path(folder) / kCookbook).string());
  for (const std::string& folder : folders) {
    std::error_code ignored;
    std::vector<std::string> files;
    for (const auto& entry : fs::directory_iterator(folder, ignored)) {
      const std::string stem = entry.path().stem();
      const bool is_test = stem.size() > 5 && stem.ends_with("_test");
      if (entry.path().extension() == ".lua" && !is_test) files.push_back(entry.path().string());
    }
    std::sort(files.begin(), files.end());
    all.insert(all.end(), files.begin(), files.end());
  }
  return all;
}

/// As it is run: "weekly", "cookbook/deep_cuts".
std::string name_of(const std::string& file) {
  const fs::path path(file);
  const bool is_of_cookbook = path.parent_path().filename() == kCookbook;
  return (is_of_cookbook ? std::string(kCookbook) + "/" : "") + path.stem().string();
}

Answer list_recipes(const app::Caller& caller) {
  Json all = Json::array();
  std::string text;
  Exit worst = Exit::kDone;
  const std::vector<std::string> files = files_of_all_folders(caller);
  const std::vector<Told> recipes = RecipeLoader(caller, files).load();
  for (std::size_t k = 0; k < files.size(); ++k) {
    if (recipes[k].error) {
      caller.error(*recipes[k].error);
      worst = recipes[k].error->exit();
      continue;
    }
    std::string name = name_of(files[k]);
    const std::string title = recipes[k].json.at("title"), about = recipes[k].json.at("about");
    all.push_back({{"name", name}, {"recipe", files[k]}, {"title", title}, {"about", about}});
    name.resize(std::max<std::size_t>(name.size() + 2, 30), ' ');
    text += name + title + ": " + about + "\n";
  }
  return {worst, {{"recipes", all}}, text};
}

Answer recipes(const app::Caller& caller, const Arguments& arguments) {
  const std::string& name = arguments.text("recipe");
  return name.empty() ? list_recipes(caller) : show_recipe(caller, name);
}

}  // namespace

std::vector<Verb> recipes_verbs() {
  return {{.name = "recipes",
           .help = "List the recipes, or the parameters of one",
           .parameters = {{.name = "recipe",
                           .value_name = "RECIPE",
                           .help = "Show this one's parameters",
                           .is_first = true}},
           .answer = recipes}};
}

}  // namespace engine::verbs
