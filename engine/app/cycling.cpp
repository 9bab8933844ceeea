#include "app/cycling.hpp"

#include <algorithm>
#include <charconv>
#include <map>
#include <set>

#include "app/kept_playlists.hpp"
#include "app/library_tables.hpp"
#include "app/recipe_files.hpp"
#include "recipe/why_terms.hpp"
#include "shared/tired.hpp"

namespace engine::app {
namespace {

// Parameters of recipes.
constexpr const char *kLevel = "cycling", *kTired = "tired", *kCooldown = "cooldown";

using Numbers = std::map<std::string, std::int64_t>;

std::optional<std::int64_t> number_of(std::string_view text) {
  std::int64_t number = 0;
  const auto [end, error] = std::from_chars(text.data(), text.data() + text.size(), number);
  if (error != std::errc() || end != text.data() + text.size()) return std::nullopt;
  return number;
}

/// The numbers that the parameters of a kept playlist are, by name: as they are set, else as the
/// recipe says. None of a recipe that does not load.
Numbers numbers_of(const Caller& caller, const KeptPlaylist& playlist) {
  const std::vector<LoadedFile> loaded = load_recipes(
      caller, {find_recipe(caller, playlist.recipe)}, [](const RecipeDefinition& definition) {
        nlohmann::ordered_json told = nlohmann::ordered_json::object();
        for (const RecipeParameter& parameter : definition.parameters)
          if (const auto* number = std::get_if<double>(&parameter.default_value))
            told[parameter.name] = *number;
        return told;
      });
  Numbers numbers;
  if (loaded.empty() || !loaded.front().told.is_object()) return numbers;
  for (const auto& [name, number] : loaded.front().told.items())
    numbers[name] = static_cast<std::int64_t>(number.get<double>());
  for (const std::string& set : playlist.set) {
    const std::size_t equals = set.find('=');
    const auto known = numbers.find(set.substr(0, equals));
    if (equals == std::string::npos || known == numbers.end()) continue;
    known->second = number_of(std::string_view(set).substr(equals + 1)).value_or(known->second);
  }
  return numbers;
}

void set_level(KeptPlaylist& playlist, int level) {
  const std::string start = std::string(kLevel) + "=";
  std::erase_if(playlist.set, [&](const std::string& set) { return set.starts_with(start); });
  playlist.set.push_back(start + std::to_string(level));
}

/// Tracks that people do not want, whether they are tired or not.
std::set<std::int32_t> unwanted(const Tables& tables) {
  std::set<std::int32_t> tracks;
  for (const char* said : {"banned", "rejected"})
    for (const std::int32_t track : column_of<std::int32_t>(*tables.table(said), "track"))
      tracks.insert(track);
  return tracks;
}

Resting resting_of(const AsOf& tables, const shared::TiredRule& rule) {
  Resting resting{rule.plays, rule.within_days, rule.rest_days, {}};
  const playlist_table& listens = *tables.table("listens");
  const auto ids = column_of<std::int64_t>(*tables.table("tracks"), "id");
  const auto tired = shared::tired_tracks(
      {column_of<std::int64_t>(listens, "ts"), column_of<std::int32_t>(listens, "track"),
       column_of<std::uint8_t>(listens, "is_play")},
      tables.now(), rule, [] {});
  const std::set<std::int32_t> without = unwanted(tables);
  for (const auto& [track, how] : tired) {
    if (without.contains(track)) continue;
    resting.tracks.push_back(
        {ids[static_cast<std::size_t>(track)], track_text(tables, "title", track),
         track_text(tables, "artist_name", track), how.plays, how.since, how.until});
  }
  std::sort(resting.tracks.begin(), resting.tracks.end(),
            [](const RestingTrack& a, const RestingTrack& b) {
              return a.until != b.until ? a.until < b.until : a.id < b.id;
            });
  return resting;
}

Store open_store(const Caller& caller, bool is_read_only) {
  return Store::open(caller.home.library_path(),
                     {.is_read_only = is_read_only, .may_create = false});
}

struct Cycled {
  KeptPlaylist playlist;
  Numbers numbers;
};

/// Those of the person's that have the parameter.
std::vector<Cycled> cycled(const Caller& caller, const Store& store) {
  std::vector<Cycled> having;
  for (KeptPlaylist& playlist : list_kept_playlists(store, keeper(caller, store).id)) {
    Numbers numbers = numbers_of(caller, playlist);
    if (numbers.contains(kLevel)) having.push_back({std::move(playlist), std::move(numbers)});
  }
  return having;
}

}  // namespace

std::vector<CycledPlaylist> cycling(const Caller& caller) {
  const Store store = open_store(caller, true);
  const std::vector<Cycled> playlists = cycled(caller, store);
  if (playlists.empty()) return {};
  const std::unique_ptr<AsOf> tables = library_tables(caller);
  std::vector<CycledPlaylist> levels;
  for (const auto& [playlist, numbers] : playlists) {
    levels.push_back({playlist.name, static_cast<int>(numbers.at(kLevel)), {}});
    const auto plays = numbers.find(kTired), rest_days = numbers.find(kCooldown);
    if (plays == numbers.end() || rest_days == numbers.end()) continue;
    shared::TiredRule rule;
    rule.plays = static_cast<std::size_t>(plays->second);
    rule.rest_days = rest_days->second;
    levels.back().resting = resting_of(*tables, rule);
  }
  return levels;
}

std::vector<CycledPlaylist> set_cycling(const Caller& caller, int level, const std::string& name) {
  Store store = open_store(caller, false);
  if (!name.empty()) static_cast<void>(find_kept(store, keeper(caller, store), name));
  std::vector<Cycled> playlists = cycled(caller, store);
  if (!name.empty())
    std::erase_if(playlists, [&](const Cycled& cycled) { return cycled.playlist.name != name; });
  if (playlists.empty()) {
    throw Error(Exit::kInput,
                name.empty() ? "no kept playlist has the parameter cycling"
                             : "the recipe of " + name + " has no parameter cycling",
                {"", "", "", "keep one that has: engine playlist keep Dynamic dynamic"});
  }
  std::vector<CycledPlaylist> levels;
  Transaction transaction(store);
  for (auto& [playlist, numbers] : playlists) {
    set_level(playlist, level);
    keep_playlist(store, playlist);
    levels.push_back({playlist.name, level, {}});
  }
  transaction.commit();
  return levels;
}

}  // namespace engine::app
