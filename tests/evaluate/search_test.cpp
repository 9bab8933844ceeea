// The search on functions whose best point is known.
#include "evaluate/search.hpp"

#include <cmath>
#include <set>

#include <catch2/catch.hpp>

using engine::evaluate::Axis;
using engine::evaluate::Search;

namespace {

double same(double value) {
  return value;
}

std::vector<double> found(Search& search,
                          const std::function<double(const std::vector<double>&)>& score) {
  for (auto points = search.next(); !points.empty(); points = search.next()) {
    std::vector<double> scores;
    for (const auto& point : points) scores.push_back(score(point));
    search.tell(scores);
  }
  return search.best();
}

}  // namespace

TEST_CASE("the search comes near the best of a smooth hill, within its budget",
          "[evaluate][tune]") {
  Search search({{-16, 16, 1, same}, {0, 1, 0.9, same}, {1, 1000, 900, same}}, 150, 1);
  const auto best = found(search, [](const std::vector<double>& x) {
    return -std::pow(x[0] + 0.5, 2) - 4 * std::pow(x[1] - 0.3, 2) -
           std::pow(std::log10(x[2]) - 1, 2);
  });
  CHECK(best[0] == Approx(-0.5).margin(0.15));
  CHECK(best[1] == Approx(0.3).margin(0.08));
  CHECK(std::log10(best[2]) == Approx(1).margin(0.15));
  CHECK(search.tried() <= 150);
}

TEST_CASE("the search asks for no point twice and stays inside", "[evaluate][tune]") {
  const auto whole = [](double value) { return std::round(value); };
  Search search({{1, 5, 2, whole}, {-2, 2, 0, same}}, 80, 3);
  std::set<std::vector<double>> asked;
  std::size_t count = 0;
  found(search, [&](const std::vector<double>& x) {
    asked.insert(x);
    ++count;
    CHECK((x[0] >= 1 && x[0] <= 5 && x[0] == std::round(x[0])));
    CHECK(std::fabs(x[1]) <= 2);
    return x[0] - x[1] * x[1];
  });
  CHECK(asked.size() == count);
  CHECK(count == search.tried());
  CHECK(search.best()[0] == 5);
}

TEST_CASE("the start is tried first and kept unless something is better", "[evaluate][tune]") {
  Search search({{-1, 1, 0.5, same}}, 20, 1);
  CHECK(search.next().front() == std::vector<double>{0.5});
  Search flat({{-1, 1, 0.5, same}}, 20, 1);
  CHECK(found(flat, [](const auto&) { return 7.0; }) == std::vector<double>{0.5});
  Search tight({{-1, 1, 0.5, same}}, 1, 1);
  CHECK(found(tight, [](const auto& x) { return x[0]; }) == std::vector<double>{0.5});
  CHECK(tight.tried() == 1);
}

TEST_CASE("the same seed asks for the same points", "[evaluate][tune]") {
  const auto first = [](std::uint64_t seed) {
    return Search({{-1, 1, 0.5, same}, {0, 1, 0, same}}, 20, seed).next();
  };
  CHECK(first(4) == first(4));
  CHECK(first(4) != first(5));
  // A Latin hypercube: each tenth of the even axis is looked at once.
  std::set<int> tenths;
  const auto points = first(4);
  for (std::size_t k = 1; k < points.size(); ++k)
    tenths.insert(static_cast<int>(points[k][1] * 10));
  CHECK(tenths.size() == 10);
}
