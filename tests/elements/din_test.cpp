// ranking.din by model.din: what a run sees of the two.
#include "playlist/random.hpp"

#include <cmath>
#include <numeric>

#include <catch2/catch.hpp>

#include "support/element_run.hpp"
#include "support/json.hpp"

using support::TinyLibrary;
using support::TrackSetArgument;

namespace {

constexpr int kTastes = 4, kTracksOfTaste = 40, kUsers = 60, kListens = 60;

/// Users who play tracks of the taste they are in and skip the others'; two artists a taste. Track
/// 160 is known to nobody but has an artist that is, track 161 has an artist of its own.
TinyLibrary tastes() {
  TinyLibrary library;
  for (int track = 0; track < kTastes * kTracksOfTaste; ++track) {
    const int taste = track / kTracksOfTaste;
    library.add({.title = "t" + std::to_string(track),
                 .artists = {"artist " + std::to_string(2 * taste + track % 2)}});
  }
  library.add({.title = "new", .artists = {"artist 0"}});
  library.add({.title = "strange", .artists = {"nobody"}});
  playlist::Random random(3);
  for (int user = 0; user < kUsers; ++user) {
    std::uint64_t taste = random.below(kTastes);
    for (int k = 0; k < kListens; ++k) {
      if (random.chance(0.05)) taste = random.below(kTastes);
      const bool is_play = random.chance(0.75);
      const std::uint64_t of = is_play ? taste : random.below(kTastes);
      library.user_listen(
          user, static_cast<std::int32_t>(of * kTracksOfTaste + random.below(kTracksOfTaste)),
          kListens - k, is_play, !is_play);
    }
  }
  return library;
}

const engine::Arguments kQuick{{"dim", 16.0},   {"attention", 16.0},      {"batch", 32.0},
                               {"epochs", 8.0}, {"learning_rate", 0.005}, {"regularization", 0.0},
                               {"threads", 1.0}};

struct World {
  TinyLibrary library = tastes();
  support::TrainedModels models;
  support::Told told = models.train("model.din", library, kQuick);
};
World& world() {
  static World made;
  return made;
}

support::Ranked rank(const std::vector<std::int32_t>& history,
                     const std::vector<std::int32_t>& candidates, engine::Arguments more = {}) {
  const TrackSetArgument set(history);
  more.emplace_back("history", set.argument());
  return support::run_rank("ranking.din", more, world().library, support::candidates_of(candidates),
                           {1, {}, &world().models});
}

double mean(const std::vector<double>& values, std::size_t begin, std::size_t end) {
  return std::accumulate(values.begin() + static_cast<std::ptrdiff_t>(begin),
                         values.begin() + static_cast<std::ptrdiff_t>(end), 0.0) /
         static_cast<double>(end - begin);
}

/// The network written out, from the artifact.
class Reference {
 public:
  using Numbers = std::vector<double>;

  explicit Reference(const engine::Artifact& artifact) : artifact_(artifact) {}

  double chance(const std::vector<std::int32_t>& history, std::int32_t candidate) const {
    const Numbers c = x(candidate);
    Numbers inputs(3 * c.size());
    for (const std::int32_t track : history) {
      const Numbers h = x(track);
      Numbers pair = h;
      pair.insert(pair.end(), c.begin(), c.end());
      for (std::size_t d = 0; d < h.size(); ++d) pair.push_back(h[d] * c[d]);
      const double weight =
          dot(layer(pair, "attention", "attention_units"), "attention_out") + at("biases", 0);
      for (std::size_t d = 0; d < h.size(); ++d) inputs[d] += weight * h[d];
    }
    for (std::size_t d = 0; d < c.size(); ++d) {
      inputs[c.size() + d] = c[d];
      inputs[2 * c.size() + d] = inputs[d] * c[d];
    }
    const Numbers last = layer(layer(inputs, "first", "first_units"), "second", "second_units");
    return 1 / (1 + std::exp(-dot(last, "out") - at("biases", 1)));
  }

 private:
  [[nodiscard]] const playlist_matrix& matrix(const char* name) const {
    const playlist_matrix* found = artifact_.matrix(name);
    if (found == nullptr) throw std::runtime_error(name);
    return *found;
  }
  [[nodiscard]] double at(const char* name, std::size_t k) const { return matrix(name).data[k]; }
  [[nodiscard]] double dot(const Numbers& a, const char* name) const {
    double sum = 0;
    for (std::size_t k = 0; k < a.size(); ++k) sum += a[k] * at(name, k);
    return sum;
  }
  [[nodiscard]] Numbers layer(const Numbers& in, const char* weights, const char* units) const {
    const std::size_t count = matrix(weights).columns;
    Numbers out(count);
    for (std::size_t j = 0; j < count; ++j) {
      double s = at(units, j);
      for (std::size_t k = 0; k < in.size(); ++k) s += in[k] * at(weights, k * count + j);
      const double alpha = at(units, count + j);
      const double gate =
          1 / (1 + std::exp(-(at(units, 2 * count + j) * s + at(units, 3 * count + j))));
      out[j] = gate * s + (1 - gate) * alpha * s;
    }
    return out;
  }
  void add(Numbers& x, const char* name, std::int64_t id) const {
    const playlist_column& ids = *engine::find_column(*artifact_.table(name), "id");
    for (std::int64_t row = 0; row < artifact_.table(name)->rows; ++row) {
      if (static_cast<const std::int64_t*>(ids.data)[row] != id) continue;
      for (std::size_t d = 0; d < x.size(); ++d)
        x[d] += at(name, static_cast<std::size_t>(row) * x.size() + d);
    }
  }
  /// The tiny library's ids are the numbers + 1.
  [[nodiscard]] Numbers x(std::int32_t track) const {
    Numbers sum(matrix("tracks").columns);
    add(sum, "tracks", track + 1);
    add(sum, "artists", world().library.artist_of(track) + 1);
    return sum;
  }

  const engine::Artifact& artifact_;
};

}  // namespace

TEST_CASE("ranking.din ranks tracks like those of the history first", "[ranking][din]") {
  REQUIRE(world().told.status == PLAYLIST_OK);
  std::vector<std::int32_t> candidates;
  for (std::int32_t taste = 0; taste < kTastes; ++taste) {
    for (std::int32_t k = 20; k < 40; ++k) candidates.push_back(taste * kTracksOfTaste + k);
  }
  for (std::int32_t taste = 0; taste < kTastes; ++taste) {
    CAPTURE(taste);
    std::vector<std::int32_t> history;
    for (std::int32_t k = 0; k < 20; ++k) history.push_back(taste * kTracksOfTaste + k);
    const auto ranked = rank(history, candidates);
    REQUIRE(ranked.status == PLAYLIST_OK);
    const auto& din = ranked.columns.at("din");
    for (const double value : din) CHECK((value > 0 && value < 1));
    for (std::int32_t other = 0; other < kTastes; ++other) {
      if (other == taste) continue;
      const auto begin = [](std::int32_t of) { return static_cast<std::size_t>(of) * 20; };
      CHECK(mean(din, begin(taste), begin(taste) + 20) >
            mean(din, begin(other), begin(other) + 20) + 0.2);
    }
  }
}

TEST_CASE("ranking.din gives the chance of the network in the artifact", "[ranking][din]") {
  const Reference reference(world().models.find("model.din"));
  const std::vector<std::int32_t> history{3, 7, 50, 120, 160},
      candidates{1, 60, 110, 159, 160, 161};
  const auto ranked = rank(history, candidates);
  REQUIRE(ranked.columns.count("din") == 1);
  for (std::size_t k = 0; k < candidates.size(); ++k) {
    CAPTURE(candidates[k]);
    CHECK(ranked.columns.at("din")[k] ==
          Approx(reference.chance(history, candidates[k])).epsilon(1e-3).margin(1e-5));
  }
}

TEST_CASE("a track that model.din does not know is its artist's", "[ranking][din]") {
  const auto ranked = rank({0, 2, 4, 6, 8, 10}, {160, 161});  // artist 0's, as track 160 is
  const auto& din = ranked.columns.at("din");
  CHECK(din[0] > din[1]);
}

TEST_CASE("ranking.din says which track of the history it is for", "[ranking][din]") {
  const auto ranked = rank({5, 90}, {7});
  REQUIRE(ranked.explanations.size() == 1);
  CHECK_THAT(ranked.explanations[0], Catch::StartsWith("DIN: "));
  CHECK_THAT(ranked.explanations[0],
             Catch::Contains("\"t5\" by artist 1") || Catch::Contains("\"t90\" by artist 4"));
}

TEST_CASE("ranking.din looks at the first of the history, each track once", "[ranking][din]") {
  const auto two = rank({5, 90}, {7, 100});
  CHECK(rank({5, 5, 90, 5}, {7, 100}).columns == two.columns);
  CHECK(rank({5, 90, 40, 41, 42}, {7, 100}, {{"limit", 2.0}}).columns == two.columns);
  CHECK_FALSE(rank({5, 90, 40}, {7, 100}).columns == two.columns);
}

TEST_CASE("ranking.din has no data without a history or a model", "[ranking][din]") {
  const auto without_history = rank({}, {1});
  CHECK(without_history.status == PLAYLIST_NO_DATA);
  CHECK_THAT(without_history.message, Catch::Contains("nothing was played"));
  support::TrainedModels none;
  const TrackSetArgument set({1});
  const auto without_model =
      support::run_rank("ranking.din", {{"history", set.argument()}}, world().library,
                        support::candidates_of({2}), {1, {}, &none});
  CHECK(without_model.status == PLAYLIST_NO_DATA);
  CHECK_THAT(without_model.message, Catch::Contains("model.din has not been trained") &&
                                        Catch::Contains("train it with: engine train din"));
}

TEST_CASE("model.din tells how well it predicts a later period", "[model][din]") {
  const auto card = support::parse_json(world().models.find("model.din").card());
  const auto& metrics = card.at("metrics");
  // A quarter of what is skipped or drawn is of the user's taste as well, so that nobody could
  // tell it: 1 - 0.25 / 2 is the most, less what the changes of taste cost.
  for (const char* area : {"auc", "gauc"}) {
    CHECK(metrics.at(area).get<double>() > 0.75);
    CHECK(metrics.at(area).get<double>() < 0.875);
  }
  CHECK(metrics.at("calibration").size() == 10);
  CHECK(metrics.at("calibration_error").get<double>() < 0.2);
  CHECK(card.at("users") == kUsers);
  CHECK(card.at("epochs").get<int>() <= 8);
}

TEST_CASE("model.din is the same with any number of threads", "[model][din]") {
  support::TrainedModels others;
  engine::Arguments arguments = kQuick;
  for (auto& [name, value] : arguments) {
    if (name == "threads") value = 2.0;
  }
  REQUIRE(others.train("model.din", world().library, arguments).status == PLAYLIST_OK);
  const auto hash = [](const support::TrainedModels& models) {
    return support::parse_json(models.find("model.din").card()).at("hash").get<std::string>();
  };
  CHECK(hash(others) == hash(world().models));
}

TEST_CASE("model.din refuses sizes that are no multiple of 16 and says so", "[model][din]") {
  support::TrainedModels models;
  CHECK_THROWS_WITH(models.train("model.din", world().library, {{"dim", 20.0}}),
                    Catch::Contains("dim = 20 is no multiple of 16"));
}
