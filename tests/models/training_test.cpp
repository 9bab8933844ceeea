// Training: every registered model, so that a new one is held to these promises when it joins.
#include <csignal>
#include <random>
#include <sys/wait.h>
#include <thread>
#include <unistd.h>

#include <catch2/catch.hpp>
#include <nlohmann/json.hpp>

#include "core/error.hpp"
#include "models/model_fixture.hpp"
#include "plugin/descriptor.hpp"
#include "support/json.hpp"

using engine::Error;
using engine::ModelVersion;
using test::kDay;
using test::kNow;
using test::learned;
using test::ModelLibrary;

namespace {

namespace fs = std::filesystem;

/// What each model learns as of `as_of`, and the hash of what it learned from; "" when there is
/// nothing to learn from.
std::map<std::string, std::string> all_learned(const ModelLibrary& library, std::int64_t as_of,
                                               const std::vector<std::string>& set = {}) {
  engine::TrainRequest request = library.request({"all"}, as_of);
  request.set = set;
  std::map<std::string, std::string> bytes;
  for (const engine::TrainedModel& model : train_models(request, {})) {
    std::string& text = bytes[model.version.name];
    if (!model.no_data.empty()) continue;
    text = learned(model.version) +
           support::parse_json(model.version.card).at("data").get<std::string>();
  }
  return bytes;
}

void check_same(const std::map<std::string, std::string>& a,
                const std::map<std::string, std::string>& b) {
  for (const auto& [name, bytes] : a) {
    CAPTURE(name);
    const bool is_same = b.at(name) == bytes;  // too long to print
    CHECK(is_same);
  }
}

std::size_t folders_of(const std::string& models) {
  std::size_t count = 0;
  for (const auto& name : fs::directory_iterator(models)) {
    if (name.is_directory())
      count += static_cast<std::size_t>(std::distance(fs::directory_iterator(name), {}));
  }
  return count;
}

}  // namespace

TEST_CASE("no model learns from what happened after its date", "[models][poison]") {
  const ModelLibrary library;
  const std::int64_t then = kNow - 30 * kDay;
  const auto at_end = all_learned(library, kNow - 1), before = all_learned(library, then);
  REQUIRE(before.size() == test::model_names().size());
  CHECK_FALSE(before.at("model.item_cf").empty());
  CHECK(at_end.at("model.item_cf") != before.at("model.item_cf"));

  SECTION("nor from what a later import adds") {
    library.change(test::kLaterData);
    check_same(at_end, all_learned(library, kNow - 1));
    check_same(before, all_learned(library, then));
    // The poison works once its time has come.
    CHECK(all_learned(library, kNow + 20 * kDay).at("model.item_cf") != at_end.at("model.item_cf"));
  }
  SECTION("nor does it matter that it might have been otherwise") {
    const std::string after = " WHERE ts > " + std::to_string(then);
    library.change("DELETE FROM listens" + after + " AND track_id % 2 = 0;" +
                   "UPDATE listens SET ms_played = 1000, flags = 0" + after + ";" +
                   "DELETE FROM likes" + after + ";" + "DELETE FROM playlist_tracks" + after);
    check_same(before, all_learned(library, then));
    CHECK(all_learned(library, kNow - 1).at("model.item_cf") != at_end.at("model.item_cf"));
  }
  SECTION("but it does from what happened before") {
    library.change("DELETE FROM listens WHERE ts < " + std::to_string(then) +
                   " AND track_id % 2 = 0");
    CHECK(all_learned(library, then).at("model.item_cf") != before.at("model.item_cf"));
  }
}

TEST_CASE("a model is the same bytes whatever the number of threads", "[models]") {
  const ModelLibrary library;
  const auto registry = test::load_plugins();
  std::vector<std::string> one, two;
  for (const engine::Element* model : registry->elements(PLAYLIST_MODEL)) {
    for (const playlist_param* param : engine::listed(model->description->params)) {
      if (std::string(param->name) != "threads") continue;
      one.push_back(std::string(model->description->name) + ".threads=1");
      two.push_back(std::string(model->description->name) + ".threads=2");
    }
  }
  REQUIRE_FALSE(one.empty());
  check_same(all_learned(library, kNow, one), all_learned(library, kNow, two));
}

TEST_CASE("a run uses the latest version that was trained as of its date", "[models]") {
  const ModelLibrary library;
  for (const std::int64_t days : {20, 10, 30}) library.train({"item_cf"}, kNow - days * kDay);
  const engine::Store store = engine::Store::open(library.path());
  const auto as_of = [&](std::int64_t now) {
    const auto usable = models_as_of(store, now, 0);
    return usable.empty() ? 0 : (kNow - usable.at(0).as_of) / kDay;
  };
  CHECK(as_of(kNow) == 10);
  CHECK(as_of(kNow - 10 * kDay) == 10);
  CHECK(as_of(kNow - 10 * kDay - 1) == 20);
  CHECK(as_of(kNow - 25 * kDay) == 30);
  CHECK(as_of(kNow - 31 * kDay) == 0);
}

TEST_CASE("of two versions as of one date the later training counts", "[models]") {
  const ModelLibrary library;
  library.train({"item_cf"});
  const std::int64_t second = library.train({"item_cf"}).at(0).version.id;
  CHECK(models_as_of(engine::Store::open(library.path()), kNow, 0).at(0).id == second);
  CHECK(library.versions().size() == 2);
}

TEST_CASE("versions beyond those kept are gone, files and all", "[models]") {
  const ModelLibrary library;
  for (int days = 5; days > 0; --days) {
    engine::TrainRequest request = library.request({"item_cf"}, kNow - days * kDay);
    request.kept = 2;
    train_models(request, {});
  }
  REQUIRE(library.versions().size() == 2);
  CHECK(library.versions()[0].as_of == kNow - kDay);
  CHECK(library.versions()[1].as_of == kNow - 2 * kDay);
  CHECK(folders_of(library.models()) == 2);
}

TEST_CASE("what a killed training left behind is cleared away by the next", "[models]") {
  const ModelLibrary library;
  library.train({"item_cf"}, kNow - kDay);
  const std::string home = library.models() + "/model.item_cf";
  engine::write_file_atomically(home + "/making.4711/artifact.columns", "half");
  engine::write_file_atomically(library.models() + "/model.gone/1-1/card.json", "{}");
  library.train({"item_cf"});
  CHECK_FALSE(fs::exists(home + "/making.4711"));
  CHECK_FALSE(fs::exists(library.models() + "/model.gone/1-1"));
  CHECK(library.versions().size() == 2);
  CHECK(folders_of(library.models()) == 2);
}

TEST_CASE("a library that is moved takes its models along", "[models]") {
  const ModelLibrary library;
  const ModelVersion trained = library.train({"item_cf"}).at(0).version;
  const std::string bytes = learned(trained), moved = library.file("elsewhere/library.db");
  fs::create_directories(library.file("elsewhere"));
  engine::Store::open(library.path()).checkpoint();
  fs::rename(library.path(), moved);
  fs::rename(library.models(), engine::models_folder(moved));
  const auto versions = list_models(engine::Store::open(moved));
  REQUIRE(versions.size() == 1);
  CHECK(learned(versions[0]) == bytes);
  CHECK_NOTHROW(open_version(versions[0]));
}

TEST_CASE("a library cannot name a folder elsewhere as a model's", "[models][hostile]") {
  const ModelLibrary library;
  const std::string victim = library.file("precious/1-1");
  engine::write_file_atomically(victim + "/letter", "dear");
  for (const char* path : {"../../precious/1-1", "..", ".", ""}) {
    engine::Store::open(library.path())
        .execute(
            "DELETE FROM models; INSERT INTO models (name, as_of, card, path, is_active) "
            "VALUES ('model.item_cf', 5, '{}', '" +
            std::string(path) + "', 1)");
    CAPTURE(path);
    CHECK(library.versions().at(0).path.empty());
    CHECK_THROWS_WITH(open_version(library.versions().at(0)), Catch::Contains("model.item_cf"));
    engine::TrainRequest request = library.request({"item_cf"});
    request.kept = 1;
    train_models(request, {});  // drops the version that it names
    CHECK(library.versions().size() == 1);
    CHECK(fs::exists(victim + "/letter"));
    CHECK(fs::exists(library.path()));
  }
}

TEST_CASE("models trained aside are not the library's", "[models]") {
  const ModelLibrary library;
  engine::TrainRequest request = library.request({"item_cf"});
  request.aside = library.file("aside");
  const ModelVersion version = train_models(request, {}).at(0).version;
  CHECK(version.path.starts_with(request.aside));
  CHECK_NOTHROW(open_version(version));
  CHECK(library.versions().empty());
  CHECK_FALSE(fs::exists(library.models()));
}

TEST_CASE("two trainings of a library do not go on at once", "[models]") {
  const ModelLibrary library;
  const engine::TrainingLock held(library.models());
  CHECK_THROWS_WITH(library.train({"item_cf"}), "another training of this library is under way");
  CHECK(library.versions().empty());
}

TEST_CASE("a training killed at any moment leaves the old model or a whole new one",
          "[models][kill]") {
  const ModelLibrary library;
  const auto began = std::chrono::steady_clock::now();
  library.train({"item_cf"}, kNow - kDay);
  const auto took = std::chrono::steady_clock::now() - began;
  std::size_t before = 1, unfinished = 0;
  std::mt19937 random(2026);
  for (int round = 0; round < 15; ++round) {
    const pid_t child = ::fork();
    if (child == 0) {
      int code = 0;
      try {
        library.train({"all"});
      } catch (...) {
        code = 1;
      }
      ::_exit(code);
    }
    std::this_thread::sleep_for(took * (random() % 1000) / 800.0);
    ::kill(child, SIGKILL);
    ::waitpid(child, nullptr, 0);
    // The worker of a killed supervisor is killed too; until then it holds the lock.
    for (int wait = 0; wait < 500; ++wait) {
      try {
        const engine::TrainingLock free(library.models());
        break;
      } catch (const Error&) {
        std::this_thread::sleep_for(std::chrono::milliseconds(10));
      }
    }
    const auto versions = library.versions();
    CAPTURE(round);
    CHECK(versions.size() >= 1);
    unfinished += versions.size() == before;
    before = versions.size();
    for (const ModelVersion& version : versions) CHECK_NOTHROW(open_version(version));
    CHECK(engine::Store::open(library.path()).check().empty());
  }
  CHECK(unfinished >= 1);
  library.train({"item_cf"});
  CHECK(folders_of(library.models()) == library.versions().size());
}
