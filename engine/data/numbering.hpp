// From the store's ids to dense numbers and back, and lists in compressed sparse rows.
#pragma once

#include <cstdint>
#include <span>
#include <vector>

namespace engine {

inline constexpr std::int64_t kNever = INT64_MAX;

/// id -> number. A plain array while ids are dense (SQLite gives them out one after another), else
/// sorted pairs.
class IdMap {
 public:
  IdMap() = default;
  /// `ids[n]` is the id of number n.
  explicit IdMap(std::span<const std::int64_t> ids);
  /// -1 when there is no such id.
  [[nodiscard]] std::int32_t number(std::int64_t id) const {
    if (!is_sparse_)
      return id >= 0 && static_cast<std::size_t>(id) < dense_.size()
                 ? dense_[static_cast<std::size_t>(id)]
                 : -1;
    return search(id);
  }

 private:
  [[nodiscard]] std::int32_t search(std::int64_t id) const;

  bool is_sparse_ = false;
  std::vector<std::int32_t> dense_;
  struct Pair {
    std::int64_t id;
    std::int32_t number;
  };
  std::vector<Pair> sparse_;
};

/// Places of rows in ascending (known, id); `ids` ascend. Without those that are known never.
std::vector<std::int32_t> order_by_known(std::span<const std::int64_t> known);

/// column[order[0]], column[order[1]], ...
template <typename T>
std::vector<T> gather(const std::vector<T>& column, std::span<const std::int32_t> order) {
  std::vector<T> made(order.size());
  for (std::size_t k = 0; k < order.size(); ++k)
    made[k] = column[static_cast<std::size_t>(order[k])];
  return made;
}

/// One value of one row's list.
struct ListEntry {
  std::int32_t row = 0, value = 0;
  float weight = 1;
  std::int64_t known = 0;  // since when it holds
};

/// Lists per row, values ascending and each once (the earliest `known`, the largest weight).
struct Lists {
  std::vector<std::uint64_t> offsets;
  std::vector<std::int32_t> values;
  std::vector<float> weights;
  std::vector<std::int64_t> known;
};

enum ListParts { kValuesOnly = 0, kWithWeights = 1, kWithKnown = 2 };
/// Entries in any order; those with a negative row or value are left out.
Lists make_lists(std::size_t rows, std::span<const ListEntry> entries, int parts = kValuesOnly);

/// The same lists with more entries, and more rows behind the others.
Lists with_more(const Lists& before, std::size_t rows, std::vector<ListEntry> entries,
                int parts = kValuesOnly);

/// The values that pass, per row, with their weights where they have any; `rows` may be fewer than
/// `offsets` has.
template <typename Keep>
Lists filter_lists(std::size_t rows, const std::uint64_t* offsets, const std::int32_t* values,
                   const float* weights, Keep keep) {
  Lists made;
  made.offsets.reserve(rows + 1);
  made.offsets.push_back(0);
  for (std::size_t row = 0; row < rows; ++row) {
    for (std::uint64_t k = offsets[row]; k < offsets[row + 1]; ++k) {
      if (!keep(k)) continue;
      made.values.push_back(values[k]);
      if (weights != nullptr) made.weights.push_back(weights[k]);
    }
    made.offsets.push_back(made.values.size());
  }
  return made;
}

}  // namespace engine
