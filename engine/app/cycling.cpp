#include "app/cycling.hpp"

#include <algorithm>
#include <charconv>
#include <optional>

#include "app/kept_playlists.hpp"
#include "app/recipe_files.hpp"

namespace engine::app {
namespace {

constexpr std::string_view kParameter = "cycling";

std::optional<int> number_of(std::string_view text) {
  int number = 0;
  const auto [end, error] = std::from_chars(text.data(), text.data() + text.size(), number);
  if (error != std::errc() || end != text.data() + text.size()) return std::nullopt;
  return number;
}

/// What the recipe says when nothing is set; nothing of one without the parameter, or that does not
/// load.
std::optional<int> usual_level(const Caller& caller, const std::string& recipe) {
  const std::vector<LoadedFile> loaded =
      load_recipes(caller, {find_recipe(caller, recipe)}, [](const RecipeDefinition& definition) {
        nlohmann::ordered_json told;
        for (const RecipeParameter& parameter : definition.parameters)
          if (parameter.name == kParameter)
            told = static_cast<int>(std::get<double>(parameter.default_value));
        return told;
      });
  if (loaded.empty() || !loaded.front().told.is_number()) return std::nullopt;
  return loaded.front().told.get<int>();
}

std::optional<int> level_of(const Caller& caller, const KeptPlaylist& playlist) {
  std::optional<int> level = usual_level(caller, playlist.recipe);
  if (!level) return std::nullopt;
  for (const std::string& set : playlist.set)
    if (set.starts_with(std::string(kParameter) + "="))
      level = number_of(std::string_view(set).substr(kParameter.size() + 1)).value_or(*level);
  return level;
}

void set_level(KeptPlaylist& playlist, int level) {
  std::erase_if(playlist.set, [](const std::string& set) {
    return set.starts_with(std::string(kParameter) + "=");
  });
  playlist.set.push_back(std::string(kParameter) + "=" + std::to_string(level));
}

Store open_store(const Caller& caller, bool is_read_only) {
  return Store::open(caller.home.library_path(),
                     {.is_read_only = is_read_only, .may_create = false});
}

/// Those of the person's that have the parameter.
std::vector<KeptPlaylist> cycled(const Caller& caller, const Store& store) {
  std::vector<KeptPlaylist> playlists = list_kept_playlists(store, keeper(caller, store).id);
  std::erase_if(playlists, [&](const KeptPlaylist& p) { return !usual_level(caller, p.recipe); });
  return playlists;
}

}  // namespace

std::vector<CycledPlaylist> cycling(const Caller& caller) {
  const Store store = open_store(caller, true);
  std::vector<CycledPlaylist> levels;
  for (const KeptPlaylist& playlist : cycled(caller, store))
    levels.push_back({playlist.name, level_of(caller, playlist).value()});
  return levels;
}

std::vector<CycledPlaylist> set_cycling(const Caller& caller, int level, const std::string& name) {
  Store store = open_store(caller, false);
  if (!name.empty()) static_cast<void>(find_kept(store, keeper(caller, store), name));
  std::vector<KeptPlaylist> playlists = cycled(caller, store);
  if (!name.empty())
    std::erase_if(playlists, [&](const KeptPlaylist& p) { return p.name != name; });
  if (playlists.empty()) {
    throw Error(Exit::kInput,
                name.empty() ? "no kept playlist has the parameter cycling"
                             : "the recipe of " + name + " has no parameter cycling",
                {"", "", "", "keep one that has: engine playlist keep Dynamic dynamic"});
  }
  std::vector<CycledPlaylist> levels;
  Transaction transaction(store);
  for (KeptPlaylist& playlist : playlists) {
    set_level(playlist, level);
    keep_playlist(store, playlist);
    levels.push_back({playlist.name, level});
  }
  transaction.commit();
  return levels;
}

}  // namespace engine::app
