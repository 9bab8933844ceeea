// Models that read models, and versions that belong to one person (tests/abi/reading_models.cpp).
#include <catch2/catch.hpp>
#include <nlohmann/json.hpp>

#include "core/error.hpp"
#include "models/model_fixture.hpp"
#include "store/users.hpp"
#include "support/json.hpp"

using engine::Error;
using engine::ModelVersion;
using engine::TrainedModel;
using engine::TrainRequest;
using test::kDay;
using test::kNow;
using test::ModelLibrary;

namespace {

std::shared_ptr<const engine::Registry> load_reading_models() {
  return engine::Registry::load(
      {{std::string(PLAYLIST_BUILD_DIR) + "/reading-plugins"},
       std::string(PLAYLIST_BUILD_DIR) + "/test-cache/playlist-engine/plugin-copies",
       true});
}

class ReadingLibrary : public ModelLibrary {
 public:
  [[nodiscard]] TrainRequest request_for(const std::string& user, std::vector<std::string> names,
                                         std::int64_t as_of = kNow) const {
    TrainRequest request = ModelLibrary::request(std::move(names), as_of);
    request.load_plugins = load_reading_models;
    request.options.user = user;
    request.columns = engine::prepare_columns(request.options);
    return request;
  }
  std::vector<TrainedModel> train(std::vector<std::string> names, std::int64_t as_of = kNow,
                                  const std::string& user = "demo") const {
    return train_models(request_for(user, std::move(names), as_of), {});
  }
  /// The one number that a run of the user's as of `now` finds; -1: no such model.
  [[nodiscard]] float found(const std::string& name, std::int64_t now,
                            std::int64_t user_id = 0) const {
    for (const ModelVersion& version : models_as_of(engine::Store::open(path()), now, user_id))
      if (version.name == name) return number(version);
    return -1;
  }
  [[nodiscard]] std::int64_t id_of(const std::string& user) const {
    return find_user(engine::Store::open(path()), user)->id;
  }
  [[nodiscard]] std::string other_user() const {
    for (const engine::User& user : list_users(engine::Store::open(path())))
      if (user.name != "demo") return user.name;
    return "";
  }

  static float number(const ModelVersion& version) {
    return open_version(version)->matrix("number")->data[0];
  }
};

std::vector<std::string> names_of(const std::vector<TrainedModel>& models) {
  std::vector<std::string> names;
  for (const TrainedModel& model : models) names.push_back(model.version.name);
  return names;
}

float number_of(const std::vector<TrainedModel>& models, const std::string& name) {
  for (const TrainedModel& model : models)
    if (model.version.name == name) return ReadingLibrary::number(model.version);
  return -1;
}

using Names = std::vector<std::string>;

}  // namespace

TEST_CASE("a model is trained after those that it reads, whatever the order they are named in",
          "[models][reading]") {
  const ReadingLibrary library;
  library.train({"base", "graph", "sum"}, kNow - 60 * kDay);  // what must not be read below
  const std::vector<TrainedModel> trained = library.train({"sum", "graph", "base"});
  CHECK(names_of(trained) == Names{"model.base", "model.graph", "model.sum"});
  const float base = number_of(trained, "model.base");
  CHECK(base > 0);
  CHECK(base != library.found("model.base", kNow - 60 * kDay));
  CHECK(number_of(trained, "model.graph") == base + 1);
  CHECK(number_of(trained, "model.sum") == base + 2);
  // The card tells which version it was.
  const auto card = support::parse_json(trained.at(2).version.card);
  REQUIRE(card.at("models").size() == 1);
  CHECK(card.at("models").at("model.graph") == version_mark(trained.at(1).version));
  CHECK_FALSE(support::parse_json(trained.at(0).version.card).contains("models"));
}

TEST_CASE("what a model says in a pass that is given up is not told", "[models][reading]") {
  const ReadingLibrary library;
  Names notes;
  train_models(library.request_for("demo", {"graph", "base"}),
               {.progress = {}, .trained = {}, .note = [&](const std::string& text) {
                  notes.push_back(text);
                }});
  // The first words came before it was known that it reads a model that is still to be trained.
  CHECK(notes == Names{"model.graph: graph reads base", "model.graph: graph reads base",
                       "model.graph: graph has base"});
}

TEST_CASE("a model that is trained alone reads what a run as of the date would",
          "[models][reading][poison]") {
  const ReadingLibrary library;
  const std::int64_t then = kNow - 30 * kDay;
  library.train({"base"}, then);
  library.train({"base"}, kNow);
  const float before = library.found("model.base", then);
  CHECK(library.found("model.base", kNow) > before);
  CHECK(number_of(library.train({"graph"}, then), "model.graph") == before + 1);
  CHECK(number_of(library.train({"graph"}, kNow - 1), "model.graph") == before + 1);
  // What it reads is not trained unless that is asked for.
  const std::vector<TrainedModel> none = library.train({"graph"}, then - kDay);
  CHECK(none.at(0).no_data == "model.base has not been trained; train it with: engine train base");
}

TEST_CASE("models that read each other are told apart from those that can be trained",
          "[models][reading]") {
  const ReadingLibrary library;
  CHECK_THROWS_WITH(library.train({"base", "left", "right"}),
                    "models read each other in a circle: model.left reads model.right reads "
                    "model.left");
  CHECK(names_of(library.train({"base"})) == Names{"model.base"});
  CHECK(library.versions().size() == 2);  // what was trained before the error stays
}

TEST_CASE("a model that reads what it learned before is no circle", "[models][reading]") {
  const ReadingLibrary library;
  CHECK(number_of(library.train({"again"}, kNow - 2 * kDay), "model.again") == 1);
  CHECK(number_of(library.train({"again"}, kNow), "model.again") == 2);
  CHECK(number_of(library.train({"again"}, kNow - kDay), "model.again") == 2);
}

TEST_CASE("a model trained aside reads those trained aside, not the library's",
          "[models][reading]") {
  const ReadingLibrary library;
  library.train({"base"}, kNow - 60 * kDay);
  TrainRequest request = library.request_for("demo", {"sum"});
  request.aside = library.file("aside");
  CHECK_FALSE(train_models(request, {}).at(0).no_data.empty());

  request.if_read = {"model.base", "model.graph", "model.quiet"};
  const std::vector<TrainedModel> trained = train_models(request, {});
  CHECK(names_of(trained) == Names{"model.base", "model.graph", "model.sum"});
  CHECK(number_of(trained, "model.sum") == number_of(trained, "model.base") + 2);
  CHECK(library.versions().size() == 1);
}

TEST_CASE("what is learned from one person's own serves that person only", "[models][own]") {
  const ReadingLibrary library;
  const std::string other = library.other_user();
  const std::int64_t demo_id = library.id_of("demo"), other_id = library.id_of(other);
  const std::vector<TrainedModel> trained = library.train({"own"});
  CHECK(trained.at(0).version.user == "demo");
  const float listens = library.found("model.own", kNow, demo_id);
  CHECK(listens > 0);
  CHECK(library.found("model.own", kNow, other_id) == -1);
  CHECK(library.found("model.own", kNow) == -1);
  CHECK(models_too_late(engine::Store::open(library.path()), kNow - 1, other_id).empty());
  REQUIRE(models_too_late(engine::Store::open(library.path()), kNow - 1, demo_id).size() == 1);

  library.train({"own"}, kNow, other);
  CHECK(library.found("model.own", kNow, demo_id) == listens);
  CHECK(library.found("model.own", kNow, other_id) > 0);
  CHECK(library.found("model.own", kNow, other_id) != listens);
}

TEST_CASE("in whose name a model is trained that learns from everybody does not matter",
          "[models][own]") {
  const ReadingLibrary library;
  const TrainedModel trained = library.train({"base"}, kNow, library.other_user()).at(0);
  CHECK(trained.version.user_id == 0);
  CHECK(library.found("model.base", kNow, library.id_of("demo")) ==
        ReadingLibrary::number(trained.version));
}

TEST_CASE("what reads one person's model is that person's too", "[models][own]") {
  const ReadingLibrary library;
  const std::string other = library.other_user();
  library.train({"own"});
  CHECK_FALSE(library.train({"of_own"}, kNow, other).at(0).no_data.empty());
  const std::vector<TrainedModel> trained = library.train({"of_own"});
  CHECK(trained.at(0).version.user == "demo");
  CHECK(number_of(trained, "model.of_own") ==
        library.found("model.own", kNow, library.id_of("demo")) + 1);
  CHECK(library.found("model.of_own", kNow, library.id_of(other)) == -1);
}

TEST_CASE("a person's own version goes before a later one of everybody's", "[models][own]") {
  const ReadingLibrary library;
  const std::int64_t demo_id = library.id_of("demo"),
                     other_id = library.id_of(library.other_user());
  library.train({"own"}, kNow - kDay);
  library.train({"own"}, kNow, library.other_user());
  const float own = library.found("model.own", kNow, demo_id),
              everybodys = library.found("model.own", kNow, other_id);
  library.change("UPDATE models SET user_id = NULL WHERE user_id = " + std::to_string(other_id));
  CHECK(library.found("model.own", kNow, demo_id) == own);
  CHECK(library.found("model.own", kNow, other_id) == everybodys);
  CHECK(library.found("model.own", kNow) == everybodys);
  CHECK(library.found("model.own", kNow - 1, other_id) == -1);
}

TEST_CASE("as many versions are kept of each person's as of everybody's", "[models][own]") {
  const ReadingLibrary library;
  const std::string other = library.other_user();
  for (int days = 3; days > 0; --days) {
    for (const std::string& user : {std::string("demo"), other}) {
      TrainRequest request = library.request_for(user, {"own"}, kNow - days * kDay);
      request.kept = 2;
      train_models(request, {});
    }
  }
  const std::vector<ModelVersion> versions = library.versions();
  REQUIRE(versions.size() == 4);
  CHECK(std::count_if(versions.begin(), versions.end(),
                      [](const ModelVersion& version) { return version.user == "demo"; }) == 2);
  for (const ModelVersion& version : versions) CHECK_NOTHROW(open_version(version));
}

TEST_CASE("a person's own version learns nothing from later, nor from others",
          "[models][own][poison]") {
  const ReadingLibrary library;
  const std::int64_t then = kNow - 30 * kDay;
  const auto learned = [&] { return test::learned(library.train({"own"}, then).at(0).version); };
  const std::string before = learned();
  library.change(test::kLaterData);
  library.change("DELETE FROM listens WHERE ts > " + std::to_string(then) + " OR user_id <> " +
                 std::to_string(library.id_of("demo")));
  CHECK(learned() == before);
  library.change("DELETE FROM listens WHERE ts < " + std::to_string(then - 10 * kDay));
  CHECK(learned() != before);
}
