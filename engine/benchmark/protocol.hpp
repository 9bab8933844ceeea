// How recommendations are judged: the protocol the published tables were made by.
#pragma once

#include <cstddef>
#include <cstdint>
#include <span>
#include <string>
#include <string_view>
#include <vector>

#include "benchmark/split.hpp"

namespace engine::benchmark {

/// A row of somebody else's table on the same split.
struct Published {
  const char* model;
  std::vector<std::pair<std::string, double>> metrics;  // "recall@20" ...
  const char* source;
};

struct Protocol {
  std::string name;                       // as asked for
  std::vector<std::size_t> cuts{20, 50};  // k of recall@k and ndcg@k, ascending
  /// Validation looks for the setting with the highest sum of these, of metric_names().
  std::vector<std::string> judged_by{"recall@20", "ndcg@20"};
  std::vector<Published> published;  // empty for a data set nobody has told of
};

/// "gowalla..." and "citeulike..." have cuts and published rows of their own, "citeulike-t..." the
/// cuts alone; any other name is judged as Gowalla is.
Protocol protocol_of(const std::string& name);

/// "recall@20", "ndcg@20" and so on at every cut.
std::vector<std::string> metric_names(const Protocol& protocol);

/// Metrics of one user's list, or their mean: recall and NDCG at every cut.
struct Metrics {
  std::vector<double> recall, ndcg;  // parallel to Protocol::cuts

  explicit Metrics(std::size_t cuts = 0) : recall(cuts), ndcg(cuts) {}
  /// "recall@20"; throws std::out_of_range for a cut the protocol does not have.
  [[nodiscard]] double at(const Protocol& protocol, std::string_view name) const;
};

/// recall@k = hits among the first k / size of `wanted`; ndcg@k with gain 1 / log2(place + 1) and
/// the ideal of min(k, size) hits at the top. `wanted` is sorted and not empty.
Metrics judge(const Protocol& protocol, std::span<const std::int32_t> ranked,
              std::span<const std::int32_t> wanted);

/// The means, added up in order.
Metrics mean(const std::vector<Metrics>& of_users);

}  // namespace engine::benchmark
