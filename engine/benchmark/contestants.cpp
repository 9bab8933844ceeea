#include "benchmark/contestants.hpp"

#include <algorithm>
#include <stdexcept>
#include <utility>

namespace engine::benchmark {
namespace {

/// Of more items the most popular are learned: so many take 2 GiB and a minute where few of them
/// are taken each.
constexpr double kMostEaseItems = 45'000;

std::vector<Setting> item_cf_grid() {
  const Arguments all_neighbours{{"artists", 0.0}, {"k_per_seed", 1'000.0}};
  const Arguments few_neighbours{{"artists", 0.0}, {"k_per_seed", 100.0}};
  std::vector<Setting> grid;
  for (const double beta : {0.3, 0.0, 0.1, 0.2, 0.5}) {
    grid.push_back({{{"metric", std::string("rp3beta")},
                     {"beta", beta},
                     {"weighting", std::string("binary")},
                     {"neighbours", 1'000.0}},
                    all_neighbours});
  }
  for (const Arguments& recall : {all_neighbours, few_neighbours}) {
    grid.push_back({{{"metric", std::string("cosine")},
                     {"shrinkage", 0.0},
                     {"weighting", std::string("binary")},
                     {"neighbours", 1'000.0}},
                    recall});
  }
  return grid;
}

std::vector<Setting> graph_filter_grid(std::int32_t items) {
  std::vector<Setting> grid;
  const double most = std::min<double>(1'024, items);
  const Arguments model{{"rank", most}, {"neighbours", 1'000.0}};
  for (const double rank : {256.0, 64.0, 512.0, 1'024.0}) {
    if (rank > most && rank != 256) continue;
    for (const double smooth : {0.3, 0.6})
      grid.push_back({model, {{"rank", std::min(rank, most)}, {"smooth", smooth}}});
  }
  return grid;
}

/// The more is asked of the factors, the less they have to be pulled: the pairs lie along that
/// line. Many factors gain more than many iterations, and what is best for few is not for many.
std::vector<Setting> als_grid() {
  std::vector<Setting> grid;
  constexpr std::pair<double, double> kPairs[] = {{0.01, 0.003}, {0.03, 0.001}, {0.03, 0.002},
                                                  {0.01, 0.002}, {0.01, 0.01},  {0.003, 0.01},
                                                  {0.003, 0.02}, {0.003, 0.03}};
  for (const auto& [unobserved_weight, regularization] : kPairs) {
    grid.push_back({{{"factors", 512.0},
                     {"iterations", 6.0},
                     {"unobserved_weight", unobserved_weight},
                     {"regularization", regularization},
                     {"weighting", std::string("binary")}},
                    {{"artists", 0.0}}});
  }
  return grid;
}

std::vector<Setting> ease_grid(std::int32_t items) {
  std::vector<Setting> grid;
  constexpr std::pair<double, double> kPairs[] = {{0.5, 100}, {0.5, 30}, {0.5, 300},
                                                  {0, 100},   {0, 300},  {1, 100}};
  for (const auto& [user_normalization, regularization] : kPairs) {
    grid.push_back({{{"regularization", regularization},
                     {"user_normalization", user_normalization},
                     {"neighbours", 1'000.0},
                     {"max_tracks", std::min<double>(items, kMostEaseItems)},
                     {"memory_gigabytes", 16.0}},
                    {}});
  }
  return grid;
}

}  // namespace

std::vector<std::string> contestant_names() {
  return {"item_cf", "als", "graph_filter", "ease"};
}

Contestant contestant(const std::string& name, std::int32_t items) {
  if (name == "item_cf") return {name, item_cf_grid()};
  if (name == "als") return {name, als_grid()};
  if (name == "graph_filter") return {name, graph_filter_grid(items)};
  if (name == "ease") return {name, ease_grid(items)};
  throw std::logic_error("no contestant " + name);
}

}  // namespace engine::benchmark
