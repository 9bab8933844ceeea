// A model trained as of a day never sees what came after it.
#include <map>

#include <catch2/catch.hpp>

#include "core/duration.hpp"
#include "core/paths.hpp"
#include "demo/demo.hpp"
#include "models/train.hpp"
#include "store/store.hpp"
#include "support/json.hpp"
#include "support/later_data.hpp"
#include "support/temporary_folder.hpp"

namespace {

using engine::kDay;

const std::string kBuild = PLAYLIST_BUILD_DIR;
constexpr std::int64_t kNow = test::kLaterDataBegins, kThen = kNow - 40 * kDay;

/// Hash of what each of these models learned as of a day.
std::map<std::string, std::string> learned(const std::string& store, std::int64_t as_of,
                                           const std::vector<std::string>& names) {
  engine::TrainRequest request;
  request.store = store;
  request.names = names;
  request.as_of = as_of;
  request.options.store = store;
  request.options.user = "demo";
  request.options.cache = engine::column_cache_folder(store);
  request.columns = engine::prepare_columns(request.options);
  request.is_in_process = true;
  request.load_plugins = [] {
    engine::Registry::Options options;
    options.directories = {kBuild + "/plugins"};
    options.copies = kBuild + "/test-cache/playlist-engine/plugin-copies";
    return engine::Registry::load(options);
  };
  std::map<std::string, std::string> hashes;
  for (const engine::TrainedModel& model : train_models(request, {})) {
    INFO(model.version.name << ": " << model.no_data);
    REQUIRE(model.no_data.empty());
    const auto card = support::parse_json(model.version.card);
    hashes[model.version.name] = card.at("hash").get<std::string>();
  }
  return hashes;
}

void change(const std::string& store, const std::string& sql) {
  engine::Store opened = engine::Store::open(store);
  opened.execute(sql);
  opened.bump_data_version();
}

std::string make_store(const TemporaryFolder& folder) {
  const std::string store = folder.file("library.db");
  engine::DemoOptions demo;
  demo.tracks = 1500;
  demo.artists = 120;
  demo.listens = 4000;
  demo.users = 3;
  demo.days = 120;
  demo.now = kNow;
  engine::make_demo(store, demo, {});
  change(
      store,
      "INSERT INTO embeddings SELECT 'clap', track_id, 2, x'0000803F00000040' FROM tracks "
      "WHERE track_id % 3 = 0;"
      "INSERT INTO engagement (track_id, plays, likes, ts) SELECT track_id, 100 + track_id, 5, " +
          std::to_string(kThen) + " FROM tracks WHERE track_id % 7 = 0 AND track_id > 300");
  return store;
}

}  // namespace

TEST_CASE("words of tracks as of a day do not change by captions of later", "[prompt][leak]") {
  const TemporaryFolder folder;
  const std::string store = make_store(folder);
  change(store, "INSERT INTO prompts (track_id, ts, text) SELECT track_id, " +
                    std::to_string(kThen) +
                    ", 'a slow piano' FROM tracks WHERE track_id % 11 = 0 AND track_id > 300");
  const auto before = learned(store, kThen, {"prompt"});
  CHECK(learned(store, kThen - 1, {"prompt"}) != before);
  const auto now = learned(store, kNow + 30 * kDay, {"prompt"});
  change(store, test::kLaterData);
  CHECK(learned(store, kThen, {"prompt"}) == before);
  CHECK(learned(store, kNow + 30 * kDay, {"prompt"}) != now);
}

TEST_CASE("content and quality as of a day do not change by what comes later", "[content][leak]") {
  const TemporaryFolder folder;
  const std::string store = make_store(folder);
  const std::vector<std::string> names{"content", "quality"};
  const auto before = learned(store, kThen, names);
  const auto now = learned(store, kNow + 30 * kDay, names);
  change(store, test::kLaterData);
  // A vector of a track that is not known by then; of a counted one, counts of later.
  change(store,
         "INSERT INTO embeddings SELECT 'clap', track_id, 2, x'0000803F0000803F' FROM tracks "
         "WHERE track_id > 90000");
  CHECK(learned(store, kThen, names) == before);
  const auto later = learned(store, kNow + 30 * kDay, names);
  for (const char* name : {"model.content", "model.quality"}) {
    CAPTURE(name);
    CHECK(later.at(name) != now.at(name));  // it was there to be seen
  }
}

TEST_CASE("what is picked and let play as of a day does not change by later plays",
          "[choice][leak]") {
  const TemporaryFolder folder;
  const std::string store = make_store(folder);
  // As if an export had told how plays began: half were picked, half came by shuffle.
  change(store,
         "UPDATE listens SET flags = (flags & ~4) | 128 | (4 << 48) WHERE ts % 2 = 0;"
         "UPDATE listens SET flags = flags | 128 | 4 | (1 << 48) WHERE ts % 2 = 1");
  const std::vector<std::string> names{"choice"};
  const auto before = learned(store, kThen, names);
  const auto now = learned(store, kNow + 30 * kDay, names);
  change(store, test::kLaterData);
  // Picks, and shuffled plays that were skipped, of what is known.
  change(store,
         "INSERT INTO listens SELECT 1, 1700100000 + 300 * track_id, track_id, 200000, "
         "(4 << 48) + (1 << 8) + 128, 'SE', 9 FROM listens WHERE user_id = 1 AND ts < 1700000000 "
         "GROUP BY track_id LIMIT 100;"
         "INSERT INTO listens SELECT 1, 1700200000 + 300 * track_id, track_id, 9000, "
         "(1 << 48) + (2 << 8) + 128 + 4, 'SE', 9 FROM listens WHERE user_id = 1 AND "
         "ts < 1700000000 GROUP BY track_id LIMIT 100");
  CHECK(learned(store, kThen, names) == before);
  CHECK(learned(store, kNow + 30 * kDay, names) != now);
}

TEST_CASE("a taste as of a day does not change by what is heard and said later", "[taste][leak]") {
  const TemporaryFolder folder;
  const std::string store = make_store(folder);
  const std::vector<std::string> names{"taste"};
  const auto before = learned(store, kThen, names);
  const auto now = learned(store, kNow + 30 * kDay, names);
  // Returns to what was heard shortly before: the label of what is not known yet by then.
  change(store,
         "INSERT OR IGNORE INTO listens SELECT 1, " + std::to_string(kThen) +
             " + 300 * track_id, track_id, 200000, 0, 'SE', 9 FROM listens WHERE user_id = 1 AND "
             "ts BETWEEN " +
             std::to_string(kThen - 20 * kDay) + " AND " + std::to_string(kThen) +
             " GROUP BY track_id");
  CHECK(learned(store, kThen, names) == before);
  CHECK(learned(store, kNow + 30 * kDay, names) != now);
  change(store, test::kLaterData);  // at last they forget all of it
  CHECK(learned(store, kThen, names) == before);
}

TEST_CASE("clusters as of a day do not change by what comes later", "[clusters][leak]") {
  const TemporaryFolder folder;
  const std::string store = make_store(folder);
  const std::vector<std::string> names{"embedding", "clusters"};
  const auto before = learned(store, kThen, names);
  const auto now = learned(store, kNow + 30 * kDay, names);
  change(store, test::kLaterData);
  CHECK(learned(store, kThen, names) == before);
  // Plays of later tracks are there to be seen.
  CHECK(learned(store, kNow + 30 * kDay, names).at("model.clusters") != now.at("model.clusters"));
}

TEST_CASE("moods, and what comes next, as of a day do not change by what comes later",
          "[moods][next_mood][leak]") {
  const TemporaryFolder folder;
  const std::string store = make_store(folder);
  const std::vector<std::string> names{"moods", "next_mood"};
  const auto before = learned(store, kThen, names);
  const auto now = learned(store, kNow + 30 * kDay, names);
  // Sessions of later, of tracks that were heard before.
  change(store,
         "INSERT OR IGNORE INTO listens SELECT 1, " + std::to_string(kThen) +
             " + 300 * track_id, track_id, 200000, 0, 'SE', 9 FROM listens WHERE user_id = 1 AND "
             "ts < " +
             std::to_string(kThen) + " GROUP BY track_id");
  CHECK(learned(store, kThen, names) == before);
  const auto later = learned(store, kNow + 30 * kDay, names);
  CHECK(later.at("model.moods") != now.at("model.moods"));
  CHECK(later.at("model.next_mood") != now.at("model.next_mood"));
  change(store, test::kLaterData);  // at last they forget all of it
  CHECK(learned(store, kThen, names) == before);
}
