// Kept playlists in the store: versions, pins and snapshots as of a time, files on their way.
#include "store/kept_playlists.hpp"

#include <limits>

#include <catch2/catch.hpp>

#include "store/run_list.hpp"
#include "store/runs.hpp"
#include "store/users.hpp"
#include "support/temporary_folder.hpp"

using namespace engine;

namespace {

constexpr std::int64_t kEver = std::numeric_limits<std::int64_t>::max();

/// A store with one person and one kept playlist of theirs.
struct Kept {
  TemporaryFolder folder;
  Store store = Store::open(folder.file("library.db"));
  std::int64_t user = 0, id = 0;

  Kept() {
    Transaction transaction(store);
    user = require_user(store, "ann", 1).id;
    id = keep_playlist(store, playlist("Evenings"));
    transaction.commit();
  }
  [[nodiscard]] KeptPlaylist playlist(const std::string& name) const {
    KeptPlaylist made;
    made.user_id = user;
    made.name = name;
    made.recipe = "recipes/weekly.lua";
    made.set = {"tracks=3"};
    made.outputs = {{"m3u8", "/music/a.m3u8"}, {"csv", "/music/a.csv"}};
    made.created_at = 5;
    return made;
  }
  std::int64_t run(const std::vector<std::int64_t>& tracks, std::int64_t now) {
    RunRecord record;
    record.user_id = user;
    record.recipe = "recipes/weekly.lua";
    record.now = record.started_at = now;
    record.parameters = record.elements = record.record = "{}";
    record.track_ids = tracks;
    return save_run(store, record);
  }
  KeptVersion version(const std::vector<std::int64_t>& tracks, std::int64_t now,
                      const std::vector<KeptFile>& files = {}) {
    const std::int64_t number = run(tracks, now);
    Transaction transaction(store);
    const KeptVersion made = add_version(store, id, {0, 0, number, now, {}}, files);
    transaction.commit();
    return made;
  }
  void pin(std::int64_t track, std::int64_t now) {
    Transaction transaction(store);
    pin_track(store, id, track, now);
    transaction.commit();
  }
};

std::vector<std::int64_t> tracks_of(const std::vector<KeptPin>& pins) {
  std::vector<std::int64_t> tracks;
  for (const KeptPin& pin : pins) tracks.push_back(pin.track_id);
  return tracks;
}

}  // namespace

TEST_CASE("a playlist that is kept is as it was kept, and keeping it again changes it", "[kept]") {
  Kept kept;
  const KeptPlaylist found = find_kept_playlist(kept.store, kept.user, "Evenings").value();
  CHECK(found.recipe == "recipes/weekly.lua");
  CHECK(found.set == std::vector<std::string>{"tracks=3"});
  CHECK(found.outputs == kept.playlist("").outputs);
  CHECK(found.created_at == 5);
  CHECK_FALSE(find_kept_playlist(kept.store, kept.user, "evenings"));
  kept.version({1, 2}, 10);

  KeptPlaylist changed = kept.playlist("Evenings");
  changed.recipe = "recipes/family.lua";
  changed.outputs = {};
  Transaction transaction(kept.store);
  CHECK(keep_playlist(kept.store, changed) == kept.id);
  keep_playlist(kept.store, kept.playlist("Days"));
  transaction.commit();
  const std::vector<KeptPlaylist> all = list_kept_playlists(kept.store, kept.user);
  REQUIRE(all.size() == 2);
  CHECK(all[0].name == "Days");
  CHECK(all[1].recipe == "recipes/family.lua");
  CHECK(all[1].outputs.empty());
  CHECK(kept_versions(kept.store, kept.id, kEver).size() == 1);
}

TEST_CASE("as of a time later versions, pins and snapshots are not there yet", "[kept][future]") {
  Kept kept;
  const KeptVersion first = kept.version({1, 2, 3}, 100);
  kept.pin(2, 110);
  {
    Transaction transaction(kept.store);
    add_snapshot(kept.store, kept.id, first.id, {0, "Evenings 1", 120, 0, {}}, {});
    transaction.commit();
  }
  const auto seen = [&](std::int64_t now) {
    std::string text;
    if (const auto current = current_version(kept.store, kept.id, now))
      text += "version " + std::to_string(current->number);
    text += ", " + std::to_string(kept_versions(kept.store, kept.id, now).size()) + " versions";
    for (const KeptPin& pin : pins_of(kept.store, kept.id, now))
      text += ", pin " + std::to_string(pin.track_id);
    for (const KeptSnapshot& snapshot : snapshots_of(kept.store, kept.id, now))
      text += ", " + snapshot.name;
    return text;
  };
  const std::string then = seen(150);
  CHECK(then == "version 1, 1 versions, pin 2, Evenings 1");
  CHECK(seen(99) == ", 0 versions");
  CHECK(seen(105) == "version 1, 1 versions");

  // All that a later time could bring.
  const KeptVersion later = kept.version({7, 8}, 151);
  kept.pin(7, 151);
  {
    Transaction transaction(kept.store);
    unpin_track(kept.store, kept.id, 2, 151);
    add_snapshot(kept.store, kept.id, later.id, {0, "Evenings 2", 151, 0, {}}, {});
    transaction.commit();
  }
  CHECK(seen(150) == then);
  CHECK(seen(151) == "version 2, 2 versions, pin 7, Evenings 1, Evenings 2");
}

TEST_CASE("a version made as of an earlier time does not become the list of today", "[kept]") {
  Kept kept;
  kept.version({1}, 100);
  kept.version({2}, 50);
  CHECK(current_version(kept.store, kept.id, 200)->number == 1);
  CHECK(current_version(kept.store, kept.id, 60)->number == 2);
  // Of one moment the last made counts.
  kept.version({3}, 100);
  CHECK(current_version(kept.store, kept.id, 200)->number == 3);
  CHECK(version_tracks(kept.store, *current_version(kept.store, kept.id, 200)) ==
        std::vector<std::int64_t>{3});
}

TEST_CASE("the files of a version that is not the list are not to be written", "[kept]") {
  Kept kept;
  kept.version({1}, 100, {{0, "m3u8", "/music/a.m3u8", "list", 0}});
  const KeptVersion past = kept.version({2}, 50, {{0, "m3u8", "/music/a.m3u8", "past", 0}});
  const std::vector<KeptFile> unwritten = unwritten_files(kept.store);
  REQUIRE(unwritten.size() == 1);
  CHECK(unwritten[0].bytes == "list");
  CHECK(version_files(kept.store, past.id).at(0).bytes == "past");
  CHECK(later_version(kept.store, kept.id, past)->number == 1);
  const KeptVersion next = kept.version({3}, 100, {{0, "m3u8", "/music/a.m3u8", "next", 0}});
  CHECK_FALSE(later_version(kept.store, kept.id, next));
  CHECK(unwritten_files(kept.store).at(0).bytes == "next");
}

TEST_CASE("pins hold until they are taken back, and can be given again", "[kept]") {
  Kept kept;
  kept.version({1, 2}, 10);
  Transaction transaction(kept.store);
  CHECK(pin_track(kept.store, kept.id, 1, 20));
  CHECK_FALSE(pin_track(kept.store, kept.id, 1, 21));
  CHECK(unpin_track(kept.store, kept.id, 1, 30));
  CHECK_FALSE(unpin_track(kept.store, kept.id, 1, 31));
  CHECK(pin_track(kept.store, kept.id, 1, 40));
  transaction.commit();
  CHECK(tracks_of(pins_of(kept.store, kept.id, 25)) == std::vector<std::int64_t>{1});
  CHECK(pins_of(kept.store, kept.id, 35).empty());
  CHECK(tracks_of(pins_of(kept.store, kept.id, 45)) == std::vector<std::int64_t>{1});
}

TEST_CASE("runs that are versions stay when runs are pruned, until the playlist is dropped",
          "[kept][runs]") {
  Kept kept;
  const std::int64_t other = kept.run({9}, 5);
  const KeptVersion version = kept.version({1}, 10);
  kept.run({8}, 20);
  CHECK(count_prunable_runs(kept.store, {}) == 1);
  CHECK(prune_runs(kept.store, {}) == 1);
  CHECK_FALSE(load_run(kept.store, other));
  CHECK(load_run(kept.store, version.run_id));
  Transaction transaction(kept.store);
  drop_kept_playlist(kept.store, kept.id);
  transaction.commit();
  CHECK(list_kept_playlists(kept.store, kept.user).empty());
  CHECK(prune_runs(kept.store, {}) == 1);
  CHECK(kept.store.check().empty());
}

TEST_CASE("files of versions wait in the store until they are written", "[kept]") {
  Kept kept;
  const std::string bytes("a\0b", 3);
  const KeptVersion first = kept.version({1}, 10, {{0, "m3u8", "/music/a.m3u8", bytes, 0}});
  std::vector<KeptFile> waiting = unwritten_files(kept.store);
  REQUIRE(waiting.size() == 1);
  CHECK(waiting[0].bytes == bytes);
  note_written(kept.store, waiting[0].id);
  CHECK(unwritten_files(kept.store).empty());
  REQUIRE(version_files(kept.store, first.id).size() == 1);

  // A version that is taken back leaves nothing, and the one before is written again.
  const KeptVersion second = kept.version({2}, 20, {{0, "m3u8", "/music/a.m3u8", "new", 0}});
  Transaction transaction(kept.store);
  drop_version(kept.store, second);
  write_again(kept.store, first);
  transaction.commit();
  waiting = unwritten_files(kept.store);
  REQUIRE(waiting.size() == 1);
  CHECK(waiting[0].bytes == bytes);
  CHECK_FALSE(load_run(kept.store, second.run_id));
  CHECK(kept.store.check().empty());
}
