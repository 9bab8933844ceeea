// Conditional logit: against R, against numbers worked out by hand, and against listeners whose
// weights are known.
#include "kernels/conditional_logit.hpp"

#include <cmath>
#include <fstream>
#include <map>
#include <numeric>
#include <sstream>

#include <catch2/catch.hpp>

#include "models/synthetic_listeners.hpp"

using model::ChoiceSets;
using model::ConditionalLogit;
using model::LogitOptions;

namespace {

ConditionalLogit fit(const ChoiceSets& sets, const LogitOptions& options = {}) {
  const auto found = model::fit_conditional_logit(sets, options);
  REQUIRE(found.has_value());
  REQUIRE(found->has_converged);
  return *found;
}

/// tests/data/conditional_logit/clogit.csv: the sets, and what R made of them.
struct Fixture {
  std::vector<float> rows;
  std::vector<std::int64_t> begin{0};
  std::vector<std::int32_t> chosen, session;
  std::map<std::string, std::vector<double>> told;

  Fixture() {
    std::ifstream file(PLAYLIST_SOURCE_DIR "/tests/data/conditional_logit/clogit.csv");
    for (std::string line; std::getline(file, line);) {
      line[0] == '#' ? take_told(line.substr(1)) : take_row(line);
    }
  }
  [[nodiscard]] ChoiceSets sets() const { return {3, rows, begin, chosen, {}, session}; }

 private:
  void take_told(const std::string& line) {
    std::istringstream words(line);
    std::string name;
    words >> name;
    for (double value; words >> value;) told[name].push_back(value);
  }
  void take_row(std::string line) {
    if (line.starts_with("set")) return;
    std::replace(line.begin(), line.end(), ',', ' ');
    std::istringstream cells(line);
    std::int32_t set = 0, of_session = 0, is_chosen = 0;
    cells >> set >> of_session >> is_chosen;
    const bool is_new = set > static_cast<std::int32_t>(session.size());
    if (is_new) {
      begin.push_back(begin.back());
      session.push_back(of_session);
      chosen.push_back(0);
    }
    if (is_chosen == 1) chosen.back() = static_cast<std::int32_t>(begin.back() - *(end(begin) - 2));
    ++begin.back();
    for (float x = 0; cells >> x;) rows.push_back(x);
  }
};

double cosine(std::span<const double> a, std::span<const double> b) {
  const double product = std::inner_product(a.begin(), a.end(), b.begin(), 0.0);
  return product / std::sqrt(std::inner_product(a.begin(), a.end(), a.begin(), 0.0) *
                             std::inner_product(b.begin(), b.end(), b.begin(), 0.0));
}

}  // namespace

TEST_CASE("weights and errors are those of R's clogit", "[choice]") {
  const Fixture fixture;
  const auto& told = fixture.told;
  REQUIRE(fixture.chosen.size() == 150);
  const ConditionalLogit found = fit(fixture.sets());
  for (std::size_t k = 0; k < 3; ++k) {
    CAPTURE(k);
    CHECK(found.weights[k] == Approx(told.at("weights")[k]).margin(1e-4));
    CHECK(found.error(k) == Approx(told.at("errors")[k]).margin(1e-4));
    CHECK(found.robust_error(k) == Approx(told.at("robust_errors")[k]).margin(1e-4));
  }
  CHECK(found.null_log_likelihood == Approx(told.at("log_likelihood")[0]).margin(1e-4));
  CHECK(found.log_likelihood == Approx(told.at("log_likelihood")[1]).margin(1e-4));
}

TEST_CASE("of one yes or no the weight is the log of the odds", "[choice]") {
  // Eight of ten times the one that has it: ln 4, and 1 / sqrt(10 * 0.8 * 0.2).
  std::vector<float> rows;
  std::vector<std::int64_t> begin{0};
  std::vector<std::int32_t> chosen;
  for (int set = 0; set < 10; ++set) {
    rows.insert(rows.end(), {1, 0});
    begin.push_back(begin.back() + 2);
    chosen.push_back(set < 8 ? 0 : 1);
  }
  const ConditionalLogit found = fit({1, rows, begin, chosen});
  CHECK(found.weights[0] == Approx(std::log(4.0)));
  CHECK(found.error(0) == Approx(1 / std::sqrt(1.6)));
  CHECK(std::isnan(found.robust_error(0)));  // there are no clusters
  CHECK(found.null_log_likelihood == Approx(10 * std::log(0.5)));
  CHECK(found.log_likelihood == Approx(8 * std::log(0.8) + 2 * std::log(0.2)));
}

TEST_CASE("a feature that the others determine has no weight and no error", "[choice]") {
  const Fixture fixture;
  std::vector<float> rows;
  for (std::size_t k = 0; k < fixture.rows.size(); k += 3) {
    const float a = fixture.rows[k], b = fixture.rows[k + 1];
    rows.insert(rows.end(), {a, b, a - 2 * b, 7});
  }
  const ChoiceSets sets{4, rows, fixture.begin, fixture.chosen, {}, fixture.session};
  const ConditionalLogit found = fit(sets);
  const std::vector<float> two = [&] {
    std::vector<float> kept;
    for (std::size_t k = 0; k < rows.size(); k += 4)
      kept.insert(kept.end(), {rows[k], rows[k + 1]});
    return kept;
  }();
  const ConditionalLogit alone = fit({2, two, fixture.begin, fixture.chosen});
  CHECK(found.weights[0] == Approx(alone.weights[0]));
  CHECK(found.error(1) == Approx(alone.error(1)));
  CHECK(found.weights[2] == 0);
  CHECK(std::isnan(found.error(2)));
  CHECK(found.weights[3] == 0);  // the same for all alternatives
}

TEST_CASE("listeners' weights are found again", "[choice]") {
  constexpr int kSeeds = 20;
  constexpr auto kTrue = test::SyntheticListeners::kTrue;
  double squares = 0;
  for (std::uint64_t seed = 1; seed <= kSeeds; ++seed) {
    CAPTURE(seed);
    const test::SyntheticListeners listeners(seed);
    const ConditionalLogit found = fit(listeners.sets());
    CHECK(cosine(found.weights, kTrue) >= 0.98);
    for (std::size_t k = 0; k < kTrue.size(); ++k) {
      CAPTURE(k);
      const double away = (found.weights[k] - kTrue[k]) / found.error(k);
      CHECK(std::abs(away) <= 3);
      squares += away * away;
    }
  }
  // As large as the errors say on the whole: 120 of mean 1, give or take 0.13.
  CHECK(squares / (kSeeds * kTrue.size()) == Approx(1).margin(0.39));
}

TEST_CASE("alternatives drawn by popularity need their correction", "[choice]") {
  constexpr std::array<double, 2> kTrue = {1.0, -0.5};
  constexpr std::size_t kTracks = 400, kDrawn = 20, kSets = 4'000;
  playlist::Random random(3);
  std::vector<std::array<double, 2>> tracks;
  std::vector<double> chances, popularity, choice;  // running sums of the last two
  for (std::size_t k = 0; k < kTracks; ++k) {
    chances.push_back(1 / static_cast<double>(k + 10));
    popularity.push_back(chances[k] + (k > 0 ? popularity[k - 1] : 0));
    tracks.push_back({3 * chances[k] * 10 + random.real(), 2 * random.real()});
    const double wish = std::exp(kTrue[0] * tracks[k][0] + kTrue[1] * tracks[k][1]);
    choice.push_back(wish + (k > 0 ? choice[k - 1] : 0));
  }
  std::vector<float> rows, popular, uniform_rows;
  std::vector<std::int64_t> begin{0};
  std::vector<std::int32_t> chosen(kSets, 0);
  for (std::size_t set = 0; set < kSets; ++set) {
    const std::size_t taken = random.draw(choice);
    for (std::size_t k = 0; k <= kDrawn; ++k) {
      const std::size_t by_popularity = k == 0 ? taken : random.draw(popularity);
      const std::size_t any = k == 0 ? taken : random.below(kTracks);
      for (const double x : tracks[by_popularity]) rows.push_back(static_cast<float>(x));
      for (const double x : tracks[any]) uniform_rows.push_back(static_cast<float>(x));
      popular.push_back(static_cast<float>(-std::log(chances[by_popularity])));
    }
    begin.push_back(begin.back() + static_cast<std::int64_t>(kDrawn) + 1);
  }
  const auto away = [&](const ConditionalLogit& found, std::size_t k) {
    return std::abs(found.weights[k] - kTrue[k]) / found.error(k);
  };
  const ConditionalLogit uniform = fit({2, uniform_rows, begin, chosen});
  const ConditionalLogit corrected = fit({2, rows, begin, chosen, popular});
  for (const std::size_t k : {0u, 1u}) {
    CHECK(away(uniform, k) <= 3);
    CHECK(away(corrected, k) <= 3);
  }
  // Left out, what is popular looks as if it were disliked.
  const ConditionalLogit naive = fit({2, rows, begin, chosen});
  CHECK(away(naive, 0) > 10);
  CHECK(naive.weights[0] < 0.7);
}

TEST_CASE("the number of threads changes no bit of the weights", "[choice]") {
  const test::SyntheticListeners listeners(7, 60, 10);
  LogitOptions options;
  const ConditionalLogit one = fit(listeners.sets(), options);
  for (const int threads : {2, 5}) {
    options.threads = threads;
    const ConditionalLogit several = fit(listeners.sets(), options);
    CHECK(several.weights == one.weights);
    CHECK(several.robust == one.robust);
    CHECK(several.log_likelihood == one.log_likelihood);
  }
  options.proceed = [](double) { return false; };
  CHECK(!model::fit_conditional_logit(listeners.sets(), options).has_value());
}

TEST_CASE("a person's weights are drawn to everybody's as far as little is known", "[choice]") {
  constexpr double kCommon = 1.0, kSpread = 0.5;
  playlist::Random random(11);
  const auto normal = [&] {
    double sum = -6;
    for (int k = 0; k < 12; ++k) sum += random.real();
    return sum;
  };
  struct Person {
    double weight = 0;
    std::vector<float> rows;
    std::vector<std::int64_t> begin{0};
    std::vector<std::int32_t> chosen;
  };
  std::vector<Person> people(240);
  for (std::size_t k = 0; k + 1 < people.size(); ++k) {
    Person& person = people[k];
    person.weight = kCommon + kSpread * normal();
    const int sets = k % 2 == 0 ? 10 : 200;
    for (int set = 0; set < sets; ++set) {
      double most = -1e300;
      person.chosen.push_back(0);
      for (std::int32_t a = 0; a < 5; ++a) {
        person.rows.push_back(static_cast<float>(normal()));
        const double utility =
            person.weight * person.rows.back() - std::log(-std::log(1 - random.real()));
        if (utility > most) person.chosen.back() = a;
        most = std::max(most, utility);
      }
      person.begin.push_back(person.begin.back() + 5);
    }
  }
  std::vector<ChoiceSets> sets;
  for (const Person& person : people) sets.push_back({1, person.rows, person.begin, person.chosen});
  const std::vector<double> common{kCommon};
  const auto shrunk = model::shrink_to(common, sets, {});
  REQUIRE(shrunk.has_value());
  CHECK(std::sqrt(shrunk->variance[0]) == Approx(kSpread).margin(0.15));
  CHECK(shrunk->weights.back()[0] == kCommon);  // of whom nothing is known
  double alone = 0, drawn = 0, neither = 0;
  for (std::size_t k = 0; k + 1 < people.size(); k += 2) {
    const double weight = people[k].weight;
    alone += std::pow(fit(sets[k]).weights[0] - weight, 2);
    drawn += std::pow(shrunk->weights[k][0] - weight, 2);
    neither += std::pow(kCommon - weight, 2);
  }
  CHECK(drawn < 0.9 * alone);
  CHECK(drawn < 0.7 * neither);
}
