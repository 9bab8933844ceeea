#include "benchmark/contestants.hpp"

#include <algorithm>
#include <cmath>
#include <cstdint>
#include <stdexcept>
#include <utility>

#include "core/random.hpp"

namespace engine::benchmark {
namespace {

constexpr std::size_t kAllUsers = SIZE_MAX;

/// Of more items the most popular are learned: so many take 2 GiB and a minute where few of them
/// are taken each.
constexpr double kMostEaseItems = 45'000;
/// So many tell which regularization is better, in the first round and in the second.
constexpr double kFewEaseItems = 8'000, kSomeEaseItems = 16'000;

/// Draws the settings of a space. Numbers are cut to two digits, which is as much as validation
/// can tell apart, and short to read.
class Draw {
 public:
  Draw(std::uint64_t random_seed, const std::string& model)
      : random_(mix_seed(random_seed, "benchmark " + model)) {}

  double between(double least, double most) {
    return two_digits(least + (most - least) * random_.uniform());
  }
  /// Evenly by the logarithm.
  double by_size(double least, double most) {
    return two_digits(least * std::pow(most / least, random_.uniform()));
  }
  bool one_in(std::uint64_t count) { return random_.next() % count == 0; }
  template <typename T>
  T one_of(std::initializer_list<T> values) {
    return values.begin()[random_.next() % values.size()];
  }

  static double two_digits(double value) {
    if (!(value > 0)) return 0;
    const double unit = std::pow(10, std::floor(std::log10(value)) - 1);
    // Divided by a whole number where it can be, so that 0.3 is written as 0.3.
    return unit < 1 ? std::round(value / unit) / std::round(1 / unit)
                    : std::round(value / unit) * unit;
  }

 private:
  Random random_;
};

// ---- item_cf ----

Setting similarity(const std::string& metric, Arguments of_metric, double k_per_seed = 1'000) {
  Arguments model{{"metric", metric}};
  for (auto& argument : of_metric) model.push_back(std::move(argument));
  model.emplace_back("weighting", std::string("binary"));
  model.emplace_back("neighbours", 1'000.0);
  return {std::move(model), {{"artists", 0.0}, {"k_per_seed", k_per_seed}}};
}

/// Within the ranges searched by Ferrari Dacrema, Boglio, Cremonesi, Jannach: A Troubling Analysis
/// of Reproducibility and Progress in Recommender Systems Research, TOIS 2021, whose weighting of
/// features is bm25 and tfidf here and whose normalised similarity is normalization 1.
Setting drawn_similarity(Draw& draw) {
  const double k_per_seed = draw.one_in(3) ? draw.by_size(20, 1'000) : 1'000;
  const std::string metric =
      draw.one_of<const char*>({"p3alpha", "p3alpha", "rp3beta", "rp3beta", "cosine", "asymmetric",
                                "tversky", "bm25", "tfidf"});
  if (metric == "p3alpha" || metric == "rp3beta") {
    Arguments walk{{"alpha", draw.between(0, 2)},
                   {"normalization", draw.one_of({0.0, 0.0, 0.5, 1.0})}};
    if (metric == "rp3beta") walk.emplace_back("beta", draw.by_size(0.03, 1));
    return similarity(metric, std::move(walk), k_per_seed);
  }
  Arguments of_metric{{"shrinkage", draw.one_in(4) ? 0 : draw.by_size(0.5, 1'000)}};
  if (metric == "asymmetric") of_metric.emplace_back("asymmetry", draw.between(0, 1));
  if (metric == "tversky") {
    of_metric.emplace_back("own_weight", draw.by_size(0.05, 2));
    of_metric.emplace_back("neighbour_weight", draw.by_size(0.05, 2));
  }
  return similarity(metric, std::move(of_metric), k_per_seed);
}

Contestant item_cf(Draw draw) {
  constexpr std::size_t kSettings = 27;
  Contestant made{
      "item_cf",
      {similarity("rp3beta", {{"alpha", 1.0}, {"beta", 0.3}}),
       similarity("rp3beta", {{"alpha", 1.0}, {"beta", 0.1}}),
       similarity("rp3beta", {{"alpha", 1.0}, {"beta", 0.5}}),
       similarity("p3alpha", {{"alpha", 1.0}}), similarity("p3alpha", {{"alpha", 0.4}}),
       similarity("p3alpha", {{"alpha", 1.0}, {"normalization", 1.0}}),
       similarity("p3alpha", {{"alpha", 0.4}, {"normalization", 1.0}}),
       similarity("cosine", {{"shrinkage", 0.0}}), similarity("cosine", {{"shrinkage", 0.0}}, 100),
       similarity("cosine", {{"shrinkage", 20.0}}), similarity("bm25", {{"shrinkage", 500.0}}),
       similarity("tfidf", {{"shrinkage", 0.0}}), similarity("jaccard", {{"shrinkage", 10.0}}),
       similarity("asymmetric", {{"asymmetry", 0.3}, {"shrinkage", 0.0}})},
      {{1'000}, {3'000}, {kAllUsers}}};
  while (made.settings.size() < kSettings) made.settings.push_back(drawn_similarity(draw));
  return made;
}

// ---- graph_filter ----

/// Directions near to as many as there are smooth nothing, and many take long.
double most_directions(const Split& split) {
  const double side = std::min(split.train.users(), split.items);
  return std::min({1'024.0, std::max(16.0, std::floor(side / 8)), std::max(1.0, side)});
}

/// One training does for all: fewer directions are the first of more.
Contestant graph_filter(const Split& split, Draw draw) {
  constexpr std::size_t kSettings = 12;
  const double most = most_directions(split);
  const Arguments model{{"rank", most}, {"neighbours", 1'000.0}};
  const auto setting = [&](double rank, double smooth) {
    return Setting{model, {{"rank", std::min(rank, most)}, {"smooth", smooth}}};
  };
  Contestant made{"graph_filter",
                  {setting(256, 0.3), setting(64, 0.3), setting(512, 0.3), setting(most, 0.3),
                   setting(most, 0.6), setting(512, 0.6)},
                  {{1'000}, {3'000}, {kAllUsers}}};
  while (made.settings.size() < kSettings) {
    const double rank = std::round(draw.by_size(std::min(32.0, most), most));
    made.settings.push_back(setting(rank, draw.by_size(0.1, 2)));
  }
  return made;
}

// ---- als ----

Setting factors(double count, double unobserved_weight, double regularization) {
  return {{{"factors", count},
           {"iterations", count > 256 ? 12.0 : 20.0},
           {"unobserved_weight", unobserved_weight},
           {"regularization", regularization},
           {"weighting", std::string("binary")}},
          {{"artists", 0.0}, {"only_shared", false}}};
}

/// The less what is not played weighs, the more the factors have to be pulled: the settings lie
/// along that line. What is best for few factors, or after few iterations, is not for many, so that
/// a cheap round saves but some of these. 512 factors gain over 256 where items have many users, for
/// four times the time and more.
Contestant als(Draw draw) {
  constexpr std::size_t kSettings = 12;
  Contestant made{"als",
                  {factors(256, 0.01, 0.01), factors(256, 0.01, 0.003), factors(256, 0.03, 0.002),
                   factors(256, 0.003, 0.01), factors(256, 0.01, 0.02), factors(256, 0.003, 0.03),
                   factors(512, 0.01, 0.003), factors(512, 0.01, 0.01)},
                  {{1'000, {{"iterations", 12.0}}}, {2'000}, {kAllUsers}}};
  while (made.settings.size() < kSettings) {
    const double unobserved_weight = draw.by_size(0.002, 0.05);
    const double line = 0.006 * std::sqrt(0.01 / unobserved_weight);
    made.settings.push_back(
        factors(256, unobserved_weight, Draw::two_digits(line * draw.by_size(0.4, 4))));
  }
  return made;
}

// ---- ease ----

Contestant ease(const Split& split, Draw draw) {
  constexpr std::size_t kSettings = 12;
  const double most = std::min<double>(split.items, kMostEaseItems);
  const auto setting = [&](double regularization, double dropout, double user_normalization) {
    return Setting{{{"regularization", regularization},
                    {"dropout", dropout},
                    {"user_normalization", user_normalization},
                    {"neighbours", 1'000.0},
                    {"max_tracks", most},
                    {"memory_gigabytes", 16.0}},
                   {}};
  };
  Contestant made{
      "ease",
      {setting(100, 0, 0.5), setting(30, 0, 0.5), setting(300, 0, 0.5), setting(300, 0, 0),
       setting(100, 0, 1), setting(1'000, 0, 0.5), setting(30, 0.67, 0.5), setting(300, 0.67, 0.5)},
      {{1'000, {{"max_tracks", std::min(most, kFewEaseItems)}}},
       {3'000, {{"max_tracks", std::min(most, kSomeEaseItems)}}},
       {kAllUsers}}};
  while (made.settings.size() < kSettings) {
    made.settings.push_back(
        setting(draw.by_size(30, 5'000), draw.one_of({0.0, 0.5, 0.67, 0.8}), draw.between(0, 1)));
  }
  return made;
}

}  // namespace

std::vector<std::string> contestant_names() {
  return {"item_cf", "als", "graph_filter", "ease"};
}

Contestant contestant(const std::string& name, const Split& split, std::uint64_t random_seed) {
  const Draw draw(random_seed, name);
  if (name == "item_cf") return item_cf(draw);
  if (name == "als") return als(draw);
  if (name == "graph_filter") return graph_filter(split, draw);
  if (name == "ease") return ease(split, draw);
  throw std::logic_error("no contestant " + name);
}

}  // namespace engine::benchmark
