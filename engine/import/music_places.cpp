#include "import/music_places.hpp"

#include <algorithm>
#include <filesystem>

#include "import/music_folder.hpp"
#include "store/music_paths.hpp"

namespace engine::import {
namespace {

namespace fs = std::filesystem;

bool covers(const MusicPlace& place, const MusicPlace& other) {
  return is_at_or_below(other.path, place.path) && (place.listens || !other.listens) &&
         (other.space.empty() || place.space == other.space);
}

}  // namespace

std::vector<MusicPlace> music_places(const Store& store) {
  std::vector<MusicPlace> places;
  Statement select = store.prepare("SELECT path, listens, space FROM music_places");
  for (select.start(); select.step();)
    places.push_back(
        {std::string(select.text(0)), select.integer(1) != 0, std::string(select.text(2))});
  std::sort(places.begin(), places.end(),
            [](const MusicPlace& a, const MusicPlace& b) { return a.path < b.path; });
  return places;
}

void note_music_places(Store& store, const std::vector<MusicPlace>& noted) {
  Transaction transaction(store);
  std::vector<MusicPlace> places = music_places(store);
  for (const MusicPlace& place : noted) {
    if (std::any_of(places.begin(), places.end(),
                    [&](const MusicPlace& known) { return covers(known, place); }))
      continue;
    std::erase_if(places, [&](const MusicPlace& known) {
      return known.path == place.path || covers(place, known);
    });
    places.push_back(place);
  }
  store.prepare("DELETE FROM music_places").run();
  Statement put = store.prepare("INSERT INTO music_places VALUES (?1, ?2, ?3)");
  for (const MusicPlace& place : places) {
    put.reset();
    bind_music_path(put, 1, place.path);
    put.bind(2, place.listens ? 1 : 0);
    put.bind(3, place.space);
    put.step();
  }
  transaction.commit();
}

bool is_music_there(const std::string& path) {
  std::error_code error;
  if (!fs::exists(path, error) || error) return false;
  if (!fs::is_directory(path, error)) return true;
  // What cannot be looked into is told by who reads it.
  return !fs::is_empty(path, error) || error;
}

}  // namespace engine::import
