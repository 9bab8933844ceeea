#include "data/numbering.hpp"

#include <algorithm>
#include <numeric>

namespace engine {

IdMap::IdMap(std::span<const std::int64_t> ids) {
  std::int64_t largest = -1, smallest = 0;
  for (const std::int64_t id : ids) {
    largest = std::max(largest, id);
    smallest = std::min(smallest, id);
  }
  is_sparse_ = smallest < 0 || largest > static_cast<std::int64_t>(ids.size()) * 8 + 1'000'000;
  if (!is_sparse_) {
    dense_.assign(static_cast<std::size_t>(largest + 1), -1);
    for (std::size_t n = 0; n < ids.size(); ++n)
      dense_[static_cast<std::size_t>(ids[n])] = static_cast<std::int32_t>(n);
    return;
  }
  for (std::size_t n = 0; n < ids.size(); ++n)
    sparse_.push_back({ids[n], static_cast<std::int32_t>(n)});
  std::sort(sparse_.begin(), sparse_.end(),
            [](const Pair& a, const Pair& b) { return a.id < b.id; });
}

std::int32_t IdMap::search(std::int64_t id) const {
  const auto found =
      std::lower_bound(sparse_.begin(), sparse_.end(), id,
                       [](const Pair& pair, std::int64_t wanted) { return pair.id < wanted; });
  return found != sparse_.end() && found->id == id ? found->number : -1;
}

std::vector<std::int32_t> order_by_known(std::span<const std::int64_t> known) {
  std::vector<std::int32_t> order(known.size());
  std::iota(order.begin(), order.end(), 0);
  std::stable_sort(order.begin(), order.end(), [&](std::int32_t a, std::int32_t b) {
    return known[static_cast<std::size_t>(a)] < known[static_cast<std::size_t>(b)];
  });
  return order;
}

Lists make_lists(std::size_t rows, std::span<const ListEntry> entries, int parts) {
  // Counting sort by row; each row is then short.
  std::vector<std::uint64_t> place(rows + 1, 0);
  const auto is_left_out = [](const ListEntry& entry) { return entry.row < 0 || entry.value < 0; };
  for (const ListEntry& entry : entries)
    if (!is_left_out(entry)) ++place[static_cast<std::size_t>(entry.row) + 1];
  std::partial_sum(place.begin(), place.end(), place.begin());
  std::vector<ListEntry> sorted(place[rows]);
  for (const ListEntry& entry : entries)
    if (!is_left_out(entry)) sorted[place[static_cast<std::size_t>(entry.row)]++] = entry;
  // place[row] is now the end of that row.

  Lists made;
  made.offsets.assign(1, 0);
  made.offsets.reserve(rows + 1);
  made.values.reserve(sorted.size());
  for (std::size_t row = 0; row < rows; ++row) {
    const auto begin = sorted.begin() + static_cast<std::ptrdiff_t>(row == 0 ? 0 : place[row - 1]);
    const auto end = sorted.begin() + static_cast<std::ptrdiff_t>(place[row]);
    std::sort(begin, end, [](const ListEntry& a, const ListEntry& b) {
      return a.value != b.value   ? a.value < b.value
             : a.known != b.known ? a.known < b.known
                                  : a.weight > b.weight;
    });
    for (auto entry = begin; entry != end; ++entry) {
      if (entry != begin && entry->value == (entry - 1)->value) {
        if (parts & kWithWeights)
          made.weights.back() = std::max(made.weights.back(), entry->weight);
        continue;
      }
      made.values.push_back(entry->value);
      if (parts & kWithWeights) made.weights.push_back(entry->weight);
      if (parts & kWithKnown) made.known.push_back(entry->known);
    }
    made.offsets.push_back(made.values.size());
  }
  return made;
}

}  // namespace engine
