#include "pipelines/music.hpp"

#include <map>
#include <optional>
#include <utility>

#include "core/shown_text.hpp"
#include "import/music_files.hpp"
#include "import/music_places.hpp"
#include "pipelines/import_request.hpp"
#include "store/encoders.hpp"
#include "store/store.hpp"

namespace engine::pipelines {
namespace {

/// Those that are there; the others are told.
std::vector<engine::import::MusicPlace> places_there(const app::Caller& caller,
                                                     MusicChanges& changes) {
  std::vector<engine::import::MusicPlace> there;
  const Store store =
      Store::open(caller.home.library_path(), {.is_read_only = true, .may_create = false});
  for (engine::import::MusicPlace& place : engine::import::music_places(store)) {
    ++changes.places;
    if (engine::import::is_music_there(place.path)) {
      there.push_back(std::move(place));
      continue;
    }
    changes.missing.push_back(valid_utf8(place.path));
    caller.note("no music is at " + one_line(changes.missing.back()) +
                " now; what is known of it stays, engine import --files forgets it");
  }
  return there;
}

std::string encoder_path(const app::Caller& caller, const std::string& space) {
  const Store store =
      Store::open(caller.home.library_path(), {.is_read_only = true, .may_create = false});
  const std::optional<Encoder> encoder = find_encoder(store, space);
  return encoder ? encoder->path : "";
}

void add_result(const app::Caller& caller, const engine::import::ImportResult& result,
                MusicChanges& changes) {
  for (const auto& [path, message] : result.problems)
    caller.note_once("plugin " + path + ": " + message);
  for (const auto& [path, why] : result.refused) caller.note(one_line(path) + ": " + why);
  for (const auto& [bucket, count] : result.buckets())
    if (bucket != "unchanged") changes.buckets[bucket] += count;
  for (const engine::import::FileResult& place : result.files)
    for (const engine::import::EndedList& ended : place.ended) changes.gone += ended.count;
  if (result.sound) changes.measured += result.sound->heard;
  if (result.encoded) changes.encoded += result.encoded->heard;
}

/// Of places of which the same is made.
void read_places(const app::Caller& caller, std::vector<std::string> paths,
                 const engine::import::MusicPlace& like, MusicChanges& changes) {
  engine::import::ImportOptions options = make_import_request(caller);
  options.paths = std::move(paths);
  options.listens = like.listens;
  options.tells_match_rates = false;
  if (!like.space.empty()) {
    options.space = like.space;
    options.encoder = encoder_path(caller, like.space);
  }
  bool is_interrupted = false;
  try {
    const engine::import::ImportResult result = engine::import::import_music(options);
    is_interrupted = result.is_interrupted;
    add_result(caller, result, changes);
  } catch (const Error& error) {
    if (error.exit() == Exit::kInterrupted || error.exit() == Exit::kStore) throw;
    caller.error(error);
    changes.exit = error.exit();
  }
  caller.progress("");
  if (is_interrupted)
    throw Error(Exit::kInterrupted, "interrupted",
                {"", "", "what was read is in the library", "the next update goes on from there"});
}

}  // namespace

MusicChanges read_music(const app::Caller& caller) {
  MusicChanges changes;
  std::map<std::pair<bool, std::string>, std::vector<std::string>> paths;
  for (const engine::import::MusicPlace& place : places_there(caller, changes))
    paths[{place.listens, place.space}].push_back(place.path);
  for (const auto& [made, same] : paths)
    read_places(caller, same, {"", made.first, made.second}, changes);
  return changes;
}

}  // namespace engine::pipelines
