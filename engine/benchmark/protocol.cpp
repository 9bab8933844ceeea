#include "benchmark/protocol.hpp"

#include <algorithm>
#include <charconv>
#include <cmath>
#include <stdexcept>

namespace engine::benchmark {
namespace {

// BARS leaderboard (openbenchmark/BARS docs/Matching/leaderboard/gowalla_m1.csv at 5b5e61f).
constexpr const char* kBars = "BARS";
// Ferrari Dacrema, Boglio, Cremonesi, Jannach: A Troubling Analysis of Reproducibility and Progress
// in Recommender Systems Research, TOIS 2021, additional material, table 16.
constexpr const char* kTois = "Ferrari Dacrema et al. 2021";

Published at_20(const char* model, double recall, double ndcg) {
  return {model, {{"recall@20", recall}, {"ndcg@20", ndcg}}, kBars};
}

Published at_50_and_300(const char* model, double recall_50, double recall_300) {
  return {model, {{"recall@50", recall_50}, {"recall@300", recall_300}}, kTois};
}

}  // namespace

Protocol protocol_of(const std::string& name) {
  Protocol protocol;
  protocol.name = name;
  if (name.starts_with("citeulike")) {
    protocol.cuts = {20, 50, 100, 150, 200, 250, 300};
    protocol.judged_by = {"recall@50", "recall@300"};
    // citeulike-t is another data set of the same protocol.
    if (!name.starts_with("citeulike-t")) {
      protocol.published = {at_50_and_300("ItemKNN cosine", 0.0989, 0.2300),
                            at_50_and_300("ItemKNN tversky", 0.0990, 0.2281),
                            at_50_and_300("RP3beta", 0.0963, 0.2239),
                            at_50_and_300("EASE^R", 0.0839, 0.2128),
                            at_50_and_300("iALS", 0.0779, 0.2706)};
    }
  }
  if (name.starts_with("gowalla")) {
    protocol.published = {at_20("ItemCF", 0.1570, 0.1214),   at_20("MF-BPR", 0.1627, 0.1378),
                          at_20("SLIM", 0.1699, 0.1382),     at_20("EASE^R", 0.1765, 0.1467),
                          at_20("LightGCN", 0.1820, 0.1547), at_20("GF-CF", 0.1849, 0.1518),
                          at_20("UltraGCN", 0.1862, 0.1580), at_20("SimpleX", 0.1872, 0.1557)};
  }
  return protocol;
}

std::vector<std::string> metric_names(const Protocol& protocol) {
  std::vector<std::string> names;
  for (const std::size_t cut : protocol.cuts) {
    names.push_back("recall@" + std::to_string(cut));
    names.push_back("ndcg@" + std::to_string(cut));
  }
  return names;
}

double Metrics::at(const Protocol& protocol, std::string_view name) const {
  const std::size_t sign = name.find('@');
  std::size_t cut = 0;
  if (sign != std::string_view::npos)
    std::from_chars(name.data() + sign + 1, name.data() + name.size(), cut);
  for (std::size_t k = 0; k < protocol.cuts.size(); ++k) {
    if (protocol.cuts[k] == cut) return name.starts_with("recall") ? recall[k] : ndcg[k];
  }
  throw std::out_of_range("the protocol has no " + std::string(name));
}

Metrics judge(const Protocol& protocol, std::span<const std::int32_t> ranked,
              std::span<const std::int32_t> wanted) {
  Metrics metrics(protocol.cuts.size());
  double hits = 0, gain = 0, ideal = 0;
  std::size_t place = 0;
  for (std::size_t cut = 0; cut < protocol.cuts.size(); ++cut) {
    for (; place < protocol.cuts[cut]; ++place) {
      const double worth = 1 / std::log2(static_cast<double>(place) + 2);
      if (place < wanted.size()) ideal += worth;
      if (place >= ranked.size()) continue;
      if (!std::binary_search(wanted.begin(), wanted.end(), ranked[place])) continue;
      hits += 1;
      gain += worth;
    }
    metrics.recall[cut] = hits / static_cast<double>(wanted.size());
    metrics.ndcg[cut] = gain / ideal;
  }
  return metrics;
}

Metrics mean(const std::vector<Metrics>& of_users) {
  if (of_users.empty()) return Metrics();
  Metrics sum(of_users[0].recall.size());
  for (const Metrics& one : of_users) {
    for (std::size_t k = 0; k < sum.recall.size(); ++k) {
      sum.recall[k] += one.recall[k];
      sum.ndcg[k] += one.ndcg[k];
    }
  }
  for (std::size_t k = 0; k < sum.recall.size(); ++k) {
    sum.recall[k] /= static_cast<double>(of_users.size());
    sum.ndcg[k] /= static_cast<double>(of_users.size());
  }
  return sum;
}

}  // namespace engine::benchmark
