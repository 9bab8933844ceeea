#include "compare/rank_correlation.hpp"

#include <algorithm>
#include <cmath>
#include <numeric>
#include <set>

namespace engine {
namespace {

int sign(double x) {
  return x > 0 ? 1 : x < 0 ? -1 : 0;
}

/// Ranks from 1, smallest first; ties share the mean of their ranks.
std::vector<double> mean_ranks(const std::vector<double>& values) {
  std::vector<std::size_t> order(values.size());
  std::iota(order.begin(), order.end(), std::size_t{0});
  std::sort(order.begin(), order.end(),
            [&](std::size_t i, std::size_t j) { return values[i] < values[j]; });
  std::vector<double> ranks(values.size());
  for (std::size_t begin = 0; begin < order.size();) {
    std::size_t end = begin;
    while (end < order.size() && values[order[end]] == values[order[begin]]) ++end;
    const double mean = static_cast<double>(begin + 1 + end) / 2;
    for (; begin < end; ++begin) ranks[order[begin]] = mean;
  }
  return ranks;
}

double pearson(const std::vector<double>& a, const std::vector<double>& b) {
  const auto n = static_cast<double>(a.size());
  const double mean_a = std::accumulate(a.begin(), a.end(), 0.0) / n;
  const double mean_b = std::accumulate(b.begin(), b.end(), 0.0) / n;
  double both = 0, squares_a = 0, squares_b = 0;
  for (std::size_t i = 0; i < a.size(); ++i) {
    both += (a[i] - mean_a) * (b[i] - mean_b);
    squares_a += (a[i] - mean_a) * (a[i] - mean_a);
    squares_b += (b[i] - mean_b) * (b[i] - mean_b);
  }
  return both / std::sqrt(squares_a * squares_b);  // 0/0 where one side is all ties
}

}  // namespace

double kendall_tau_b(const std::vector<double>& a, const std::vector<double>& b) {
  double agree = 0, untied_a = 0, untied_b = 0;
  for (std::size_t i = 0; i < a.size(); ++i) {
    for (std::size_t j = i + 1; j < a.size(); ++j) {
      const int in_a = sign(a[i] - a[j]), in_b = sign(b[i] - b[j]);
      agree += in_a * in_b;
      untied_a += in_a != 0 ? 1 : 0;
      untied_b += in_b != 0 ? 1 : 0;
    }
  }
  return agree / std::sqrt(untied_a * untied_b);
}

double spearman_rho(const std::vector<double>& a, const std::vector<double>& b) {
  return a.size() < 2 ? std::nan("") : pearson(mean_ranks(a), mean_ranks(b));
}

double rank_biased_overlap(const std::vector<std::int64_t>& a, const std::vector<std::int64_t>& b,
                           double p) {
  const auto& shorter = a.size() <= b.size() ? a : b;
  const auto& longer = a.size() <= b.size() ? b : a;
  const std::size_t s = shorter.size(), l = longer.size();
  if (l == 0) return 1;
  if (s == 0) return 0;
  std::set<std::int64_t> in_shorter, in_longer;
  double overlap = 0, overlap_at_s = 0;  // X_d, X_s
  double agreement = 0, beyond = 0;      // the sums of equation 32
  double weight = 1;
  for (std::size_t d = 1; d <= l; ++d) {
    weight *= p;
    const bool is_same = d <= s && shorter[d - 1] == longer[d - 1];
    if (is_same) overlap += 1;
    if (d <= s && !is_same) overlap += in_longer.count(shorter[d - 1]) != 0 ? 1 : 0;
    if (!is_same) overlap += in_shorter.count(longer[d - 1]) != 0 ? 1 : 0;
    in_longer.insert(longer[d - 1]);
    if (d <= s) in_shorter.insert(shorter[d - 1]);
    if (d == s) overlap_at_s = overlap;
    agreement += overlap / static_cast<double>(d) * weight;
    if (d > s)
      beyond += overlap_at_s * static_cast<double>(d - s) / static_cast<double>(s * d) * weight;
  }
  const double x_s = overlap_at_s, x_l = overlap;
  return (1 - p) / p * (agreement + beyond) +
         ((x_l - x_s) / static_cast<double>(l) + x_s / static_cast<double>(s)) * weight;
}

}  // namespace engine
