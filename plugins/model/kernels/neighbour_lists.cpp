#include "neighbour_lists.hpp"

#include <algorithm>
#include <cmath>

namespace model {
namespace {

std::size_t place_of(std::int32_t row) {
  return static_cast<std::size_t>(row);
}

double distance_of(float cosine) {
  return std::sqrt(std::max(0.0, 2 - 2 * static_cast<double>(cosine)));
}

std::vector<std::int64_t> named_by(const NeighbourLists& lists) {
  std::vector<std::int64_t> counts(lists.rows());
  for (const NearRow& neighbour : lists.all()) ++counts[place_of(neighbour.row)];
  return counts;
}

double skewness_of(const std::vector<std::int64_t>& counts) {
  const auto size = static_cast<double>(counts.size());
  double sum = 0, squares = 0, cubes = 0;
  for (const std::int64_t count : counts) sum += static_cast<double>(count);
  const double mean = sum / size;
  for (const std::int64_t count : counts) {
    const double gap = static_cast<double>(count) - mean;
    squares += gap * gap;
    cubes += gap * gap * gap;
  }
  const double deviation = std::sqrt(squares / size);
  return deviation > 0 ? cubes / size / (deviation * deviation * deviation) : 0;
}

/// Which rows reach each other both ways (Tarjan: Depth-First Search and Linear Graph Algorithms,
/// SIAM Journal on Computing 1972), without recursion.
class StrongComponents {
 public:
  explicit StrongComponents(const NeighbourLists& lists)
      : lists_(lists), index_(lists.rows(), -1), low_(lists.rows()), component_(lists.rows(), -1) {
    for (std::size_t row = 0; row < lists.rows(); ++row)
      if (index_[row] < 0) search(static_cast<std::int32_t>(row));
  }

  /// Rows of the largest; of equally large ones the first that was found.
  [[nodiscard]] std::vector<std::int32_t> largest() const {
    std::vector<std::int64_t> sizes(static_cast<std::size_t>(components_));
    for (const std::int32_t component : component_) ++sizes[place_of(component)];
    const auto largest =
        static_cast<std::int32_t>(std::max_element(sizes.begin(), sizes.end()) - sizes.begin());
    std::vector<std::int32_t> rows;
    for (std::size_t row = 0; row < component_.size(); ++row)
      if (component_[row] == largest) rows.push_back(static_cast<std::int32_t>(row));
    return rows;
  }

 private:
  struct Frame {
    std::int32_t row;
    std::size_t next;  // of its neighbours
  };

  void search(std::int32_t from) {
    frames_.assign(1, {from, 0});
    enter(from);
    while (!frames_.empty()) {
      Frame& frame = frames_.back();
      const std::int32_t row = frame.row;
      const auto neighbours = lists_[place_of(row)];
      if (frame.next < neighbours.size()) {
        const std::int32_t other = neighbours[frame.next++].row;
        if (index_[place_of(other)] < 0) {
          enter(other);
          frames_.push_back({other, 0});
        } else if (component_[place_of(other)] < 0) {
          low_[place_of(row)] = std::min(low_[place_of(row)], index_[place_of(other)]);
        }
        continue;
      }
      frames_.pop_back();
      if (!frames_.empty()) {
        std::int32_t& low = low_[place_of(frames_.back().row)];
        low = std::min(low, low_[place_of(row)]);
      }
      if (low_[place_of(row)] == index_[place_of(row)]) close(row);
    }
  }
  void enter(std::int32_t row) {
    index_[place_of(row)] = low_[place_of(row)] = count_++;
    open_.push_back(row);
  }
  void close(std::int32_t row) {
    std::int32_t member = -1;
    do {
      member = open_.back();
      open_.pop_back();
      component_[place_of(member)] = components_;
    } while (member != row);
    ++components_;
  }

  const NeighbourLists& lists_;
  std::vector<std::int32_t> index_, low_, component_, open_;
  std::vector<Frame> frames_;
  std::int32_t count_ = 0, components_ = 0;
};

/// How many rows can be come to from these, themselves among them.
std::size_t reached_from(const NeighbourLists& lists, std::vector<std::int32_t> rows) {
  std::vector<bool> is_reached(lists.rows());
  for (const std::int32_t row : rows) is_reached[place_of(row)] = true;
  for (std::size_t at = 0; at < rows.size(); ++at) {
    for (const NearRow& neighbour : lists[place_of(rows[at])]) {
      if (is_reached[place_of(neighbour.row)]) continue;
      is_reached[place_of(neighbour.row)] = true;
      rows.push_back(neighbour.row);
    }
  }
  return rows.size();
}

}  // namespace

NeighbourLists first_of_each(const NeighbourLists& lists, std::size_t count) {
  NeighbourLists cut;
  for (std::size_t row = 0; row < lists.rows(); ++row)
    cut.append(lists[row].first(std::min(count, lists[row].size())));
  return cut;
}

NeighbourLists mutual_neighbours(const NeighbourLists& lists) {
  std::vector<std::vector<std::int32_t>> sorted(lists.rows());
  for (std::size_t row = 0; row < lists.rows(); ++row) {
    for (const NearRow& neighbour : lists[row]) sorted[row].push_back(neighbour.row);
    std::sort(sorted[row].begin(), sorted[row].end());
  }
  NeighbourLists kept;
  std::vector<NearRow> list;
  for (std::size_t row = 0; row < lists.rows(); ++row) {
    list.clear();
    for (const NearRow& neighbour : lists[row]) {
      const auto& back = sorted[place_of(neighbour.row)];
      if (std::binary_search(back.begin(), back.end(), static_cast<std::int32_t>(row)))
        list.push_back(neighbour);
    }
    if (list.empty() && !lists[row].empty()) list.push_back(lists[row][0]);
    kept.append(list);
  }
  return kept;
}

NeighbourLists locally_scaled(const NeighbourLists& lists, std::size_t count) {
  std::vector<double> crowd(lists.rows());  // the mean distance of each row
  for (std::size_t row = 0; row < lists.rows(); ++row) {
    const auto first = lists[row].first(std::min(count, lists[row].size()));
    for (const NearRow& neighbour : first) crowd[row] += distance_of(neighbour.cosine);
    crowd[row] /= static_cast<double>(std::max<std::size_t>(1, first.size()));
  }
  struct Scaled {
    double distance;
    std::size_t at;
  };
  NeighbourLists kept;
  std::vector<Scaled> scaled;
  std::vector<NearRow> list;
  for (std::size_t row = 0; row < lists.rows(); ++row) {
    scaled.clear();
    list.clear();
    for (std::size_t at = 0; at < lists[row].size(); ++at) {
      const NearRow& neighbour = lists[row][at];
      const double distance = distance_of(neighbour.cosine);
      // A row whose neighbours all lie where it does is in the densest crowd there is.
      const double around = std::max(1e-6, crowd[place_of(neighbour.row)]);
      scaled.push_back({distance / std::sqrt(around), at});
    }
    const auto end = scaled.begin() + static_cast<std::ptrdiff_t>(std::min(count, scaled.size()));
    std::partial_sort(scaled.begin(), end, scaled.end(), [](const Scaled& a, const Scaled& b) {
      return a.distance != b.distance ? a.distance < b.distance : a.at < b.at;
    });
    std::sort(scaled.begin(), end, [](const Scaled& a, const Scaled& b) { return a.at < b.at; });
    for (auto one = scaled.begin(); one != end; ++one) list.push_back(lists[row][one->at]);
    kept.append(list);
  }
  return kept;
}

GraphShape shape_of(const NeighbourLists& lists) {
  if (lists.rows() == 0) return {};
  const std::vector<std::int64_t> counts = named_by(lists);
  const auto size = static_cast<double>(lists.rows());
  GraphShape shape;
  shape.skewness = skewness_of(counts);
  shape.never_named = static_cast<double>(std::count(counts.begin(), counts.end(), 0)) / size;
  const std::vector<std::int32_t> largest = StrongComponents(lists).largest();
  shape.unreachable = 1 - static_cast<double>(reached_from(lists, largest)) / size;
  return shape;
}

}  // namespace model
