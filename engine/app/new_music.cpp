#include "app/new_music.hpp"

#include <ctime>

#include "core/calendar.hpp"
#include "models/models.hpp"
#include "store/users.hpp"

namespace engine::app {
namespace {

/// Those that find and judge candidates of recipes/discover-weekly.lua as it stands.
constexpr const char* kModels[] = {"discovery", "quality"};

bool is_there(const Store& store, const char* sql) {
  Statement rows = store.prepare(sql);
  rows.start();
  return rows.step();
}

void add_models(const Store& store, std::int64_t user_id, std::int64_t now,
                NewMusicSources& sources) {
  const std::vector<ModelVersion> usable = models_as_of(store, now, user_id),
                                  late = models_too_late(store, now, user_id);
  const auto find = [](const std::vector<ModelVersion>& versions, const std::string& name) {
    for (const ModelVersion& version : versions)
      if (version.name == name) return &version;
    return static_cast<const ModelVersion*>(nullptr);
  };
  for (const std::string name : kModels) {
    if (find(usable, "model." + name) != nullptr) continue;
    if (const ModelVersion* version = find(late, "model." + name)) {
      sources.too_late.push_back(too_late_text(*version, now));
    } else {
      sources.untrained.push_back(name);
    }
  }
}

}  // namespace

NewMusicSources new_music_sources(const Store& store, std::int64_t user_id, std::int64_t now) {
  NewMusicSources sources;
  Statement played = store.prepare("SELECT 1 FROM listens WHERE user_id = ?1 AND ts <= ?2 LIMIT 1");
  for (const User& user : list_users(store)) {
    played.start(user.id, now);
    if (!played.step()) continue;
    if (user.id == user_id) {
      sources.has_plays = true;
    } else {
      ++sources.other_listeners;
    }
  }
  sources.has_catalogue = is_there(store, "SELECT 1 FROM tracks WHERE in_catalogue = 1 LIMIT 1");
  Statement told = store.prepare("SELECT 1 FROM service_tracks WHERE ts <= ?1 LIMIT 1");
  told.start(now);
  sources.has_services = told.step();
  sources.has_tags = is_there(store, "SELECT 1 FROM track_tags LIMIT 1") ||
                     is_there(store, "SELECT 1 FROM artist_tags LIMIT 1");
  add_models(store, user_id, now, sources);
  return sources;
}

std::vector<std::string> ways_to_new_music(const NewMusicSources& sources, std::int64_t now) {
  std::vector<std::string> ways;
  if (!sources.has_plays)
    ways.emplace_back("engine import EXPORT  your own listening history: what a list starts from");
  // Models find music among what the store has; of one person's own plays they bring nothing new.
  const bool has_others =
      sources.has_catalogue || sources.has_services || sources.other_listeners > 0;
  if (has_others && !(sources.untrained.empty() && sources.too_late.empty())) {
    const bool is_past = now + 60 < std::time(nullptr);
    ways.push_back("engine train all" + (is_past ? " --as-of " + format_time(now) : "") +
                   "  learns from the " +
                   (sources.other_listeners > 0 ? "listeners and tracks" : "tracks") +
                   " that are here");
  }
  if (!sources.has_services && sources.has_plays)
    ways.emplace_back(
        "engine connect deezer; engine discover --grow  asks it for artists like yours and their "
        "tracks; it wants no account and is sent names of artists");
  if (!sources.has_catalogue) {
    ways.emplace_back(
        "engine import CATALOGUE.csv  any table of titles and artists; with genres it finds those "
        "like yours");
  } else if (!sources.has_tags) {
    ways.emplace_back(
        "engine import CATALOGUE.csv  one with genres: the tracks here have none to go by");
  }
  if (sources.other_listeners == 0)
    ways.emplace_back(
        "engine import EXPORT --user NAME  another person's history; then: engine train all");
  if (ways.empty())
    ways.emplace_back("engine import  a larger catalogue, or more people's histories");
  return ways;
}

std::string ways_text(const std::vector<std::string>& ways) {
  if (ways.empty()) return "";
  std::string text = "what brings new music, cheapest first:";
  int number = 0;
  for (const std::string& way : ways) text += "\n  " + std::to_string(++number) + ". " + way;
  return text;
}

}  // namespace engine::app
