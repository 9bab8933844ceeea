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
  std::vector<std::int32_t> order;
  order.reserve(known.size());
  for (std::size_t k = 0; k < known.size(); ++k)
    if (known[k] != kNever) order.push_back(static_cast<std::int32_t>(k));
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

Lists with_more(const Lists& before, std::size_t rows, std::vector<ListEntry> entries, int parts) {
  std::ranges::stable_sort(entries, {}, &ListEntry::row);
  Lists made;
  made.offsets.assign(1, 0);
  made.offsets.reserve(rows + 1);
  made.values.reserve(before.values.size() + entries.size());
  const auto append = [](auto& to, const auto& from, std::uint64_t begin, std::uint64_t end) {
    to.insert(to.end(), from.begin() + static_cast<std::ptrdiff_t>(begin),
              from.begin() + static_cast<std::ptrdiff_t>(end));
  };
  const auto append_lists = [&](const Lists& lists, std::uint64_t begin, std::uint64_t end) {
    append(made.values, lists.values, begin, end);
    if (parts & kWithWeights) append(made.weights, lists.weights, begin, end);
    if (parts & kWithKnown) append(made.known, lists.known, begin, end);
  };
  auto more = entries.begin();
  for (std::size_t row = 0; row < rows; ++row) {
    const bool is_old = row + 1 < before.offsets.size();
    const std::uint64_t begin = is_old ? before.offsets[row] : 0,
                        end = is_old ? before.offsets[row + 1] : 0;
    std::vector<ListEntry> of_row;
    for (; more != entries.end() && more->row == static_cast<std::int32_t>(row); ++more)
      of_row.push_back({0, more->value, more->weight, more->known});
    if (of_row.empty()) {
      append_lists(before, begin, end);
    } else {
      for (std::uint64_t k = begin; k < end; ++k)
        of_row.push_back({0, before.values[k], parts & kWithWeights ? before.weights[k] : 1,
                          parts & kWithKnown ? before.known[k] : 0});
      const Lists one = make_lists(1, of_row, parts);
      append_lists(one, 0, one.values.size());
    }
    made.offsets.push_back(made.values.size());
  }
  return made;
}

}  // namespace engine
