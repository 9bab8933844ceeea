#include "demo/demo.hpp"

#include <algorithm>
#include <cstdio>
#include <filesystem>
#include <unistd.h>

#include "core/counted.hpp"
#include "core/error.hpp"
#include "core/leftovers.hpp"
#include "demo/history.hpp"
#include "demo/world.hpp"
#include "demo/write.hpp"
#include "store/store.hpp"

namespace engine {
namespace {

constexpr const char* kDemoSetting = "demo";  // in the store's settings: how it was made
constexpr double kOtherShare = 0.35;          // of the main listener's listens
constexpr std::int64_t kOtherMost = 30'000;
constexpr std::int64_t kFewUsers = 16;
constexpr std::int64_t kCrowdListens = 200;  // of each of many users, on average at most

/// What no range of one option tells.
void check(const DemoOptions& options) {
  if (options.artists <= options.tracks) return;
  throw Error(Exit::kUsage,
              std::to_string(options.artists) + " artists are too many for " +
                  std::to_string(options.tracks) + " tracks",
              {.where = {},
               .source = {},
               .why = "each of them has a track at least",
               .fix = "ask for fewer artists, or for more tracks"});
}

[[noreturn]] void refuse(const std::string& path, const std::string& why) {
  throw Error(
      Exit::kInput, "the demo does not replace this library",
      {.where = path, .source = {}, .why = why, .fix = "name another folder: engine demo DIR"});
}

// Only what `engine demo` made, and nobody has imported into, may go.
void require_replaceable(const std::string& path) {
  if (!std::filesystem::exists(path)) return;
  const Store store = Store::open(path, {.is_read_only = true, .may_create = false});
  if (store.setting(kDemoSetting).empty()) refuse(path, "it holds somebody's own library");
  if (store.integer("SELECT count(*) FROM ingestions WHERE format <> 'demo'") > 0)
    refuse(path, "somebody has imported into this demo");
}

// The index is made again after the rows: in one go, instead of a search per row.
std::string take_index_away(const Store& store) {
  Statement find = store.prepare(
      "SELECT sql FROM sqlite_master WHERE type = 'index' AND name = 'tracks_by_key'");
  if (!find.step()) return "";
  std::string sql(find.text(0));
  find.reset();
  store.execute("DROP INDEX tracks_by_key");
  return sql;
}

std::int64_t listens_of(const DemoOptions& options, std::int64_t number) {
  if (number == 0) return options.listens;
  const auto share = static_cast<std::int64_t>(kOtherShare * static_cast<double>(options.listens));
  const std::int64_t most = options.users <= kFewUsers ? kOtherMost : 2 * kCrowdListens;
  return std::min(most, share) * (options.users - number) / options.users;
}

std::string describe(const DemoOptions& options) {
  return "{\"tracks\": " + std::to_string(options.tracks) +
         ", \"artists\": " + std::to_string(options.artists) +
         ", \"genres\": " + std::to_string(options.genres) +
         ", \"listens\": " + std::to_string(options.listens) +
         ", \"users\": " + std::to_string(options.users) +
         ", \"days\": " + std::to_string(options.days) +
         ", \"random_seed\": " + std::to_string(options.random_seed) +
         ", \"now\": " + std::to_string(options.now) + "}";
}

DemoSummary fill(Store& store, const DemoOptions& options,
                 const std::function<void(const std::string&)>& progress) {
  DemoSummary summary;
  progress("inventing " + counted(options.tracks, "track") + " by " +
           counted(options.artists, "artist"));
  const demo::World world = demo::make_world(options);
  demo::DemoWriter writer(store, world, options);
  Transaction transaction(store);
  const std::string index = take_index_away(store);
  progress("writing the catalogue");
  writer.write_artists();
  writer.write_tracks();
  writer.write_tags();
  writer.write_relations();
  writer.write_public_playlists();
  std::int64_t own_listens = 0;
  for (std::int64_t number = 0; number < options.users; ++number) {
    const demo::Listener listener =
        demo::make_listener(world, options, number, listens_of(options, number));
    progress("writing " + counted(listener.listens.size(), "listen") + " of " + listener.name);
    writer.write_listener(number, listener);
    if (number == 0) writer.unlist_some(listener);
    const auto listens = static_cast<std::int64_t>(listener.listens.size());
    if (number == 0) own_listens = listens;
    summary.listens += listens;
    summary.likes += static_cast<std::int64_t>(listener.likes.size());
  }
  summary.playlists = writer.playlist_count();
  writer.write_ingestions(own_listens, summary.listens - own_listens + options.tracks);
  store.execute(index);
  store.set_setting(kDemoSetting, describe(options));
  store.bump_data_version();
  transaction.commit();
  summary.tracks = static_cast<std::int64_t>(world.tracks.size());
  summary.artists = static_cast<std::int64_t>(world.artists.size());
  summary.genres = static_cast<std::int64_t>(world.genres.size());
  summary.users = options.users;
  return summary;
}

// The file under construction; whatever is left of it goes when it was not put in place.
struct UnderConstruction {
  explicit UnderConstruction(const std::string& target)
      : path(target + ".making." + std::to_string(::getpid())) {}
  ~UnderConstruction() { remove_all(path); }
  static void remove_all(const std::string& store) {
    std::error_code ignored;
    for (const char* suffix : {"", "-wal", "-shm", "-journal"})
      std::filesystem::remove(store + suffix, ignored);
  }
  std::string path;
};

void put_in_place(const std::string& made, const std::string& path) {
  UnderConstruction::remove_all(path);
  std::error_code error;
  std::filesystem::remove_all(path + ".columns", error);
  if (std::rename(made.c_str(), path.c_str()) != 0)
    throw Error(Exit::kStore, "cannot put the demo library in place",
                {.where = path, .source = {}, .why = {}, .fix = "is the folder writable?"});
}

}  // namespace

DemoSummary make_demo(const std::string& named, const DemoOptions& options,
                      const std::function<void(const std::string&)>& progress) {
  check(options);
  // Behind a link, so that the link stays.
  std::error_code is_new;
  const std::filesystem::path real = std::filesystem::canonical(named, is_new);
  const std::string path = is_new ? named : real.string();
  require_replaceable(path);
  remove_leftovers(path + ".making.");
  const UnderConstruction file(path);
  DemoSummary summary;
  {
    Store store = Store::open(file.path);
    // Nothing is lost when this is cut off: the file is not the library yet.
    store.execute("PRAGMA foreign_keys = OFF; PRAGMA synchronous = OFF;");
    store.execute("PRAGMA journal_mode = MEMORY");
    summary = fill(
        store, options, progress ? progress : [](const std::string&) {});
    store.execute("PRAGMA journal_mode = WAL");
    store.checkpoint();
  }
  put_in_place(file.path, path);
  return summary;
}

}  // namespace engine
