#include "assignment.hpp"

#include <algorithm>
#include <limits>
#include <numeric>

namespace shared {
namespace {

constexpr std::size_t kUnassigned = std::numeric_limits<std::size_t>::max();
constexpr double kUnreachable = std::numeric_limits<double>::infinity();

/// Places one after the other, each by the cheapest chain of moves that ends at a free item.
///
/// Dual prices keep `cost - place_price - item_price >= 0`, and 0 for what is assigned, so that the
/// assignment of the places so far is the cheapest there is.
class ShortestAugmentingPaths {
 public:
  ShortestAugmentingPaths(std::size_t places, std::size_t items, const PlaceCost& cost)
      : places_(places), items_(items), costs_(places * items) {
    for (std::size_t place = 0; place < places; ++place) {
      for (std::size_t item = 0; item < items; ++item)
        costs_[place * items + item] = cost(place, item);
    }
    place_price_.resize(places);
    item_price_.resize(items);
    place_of_.assign(items, kUnassigned);
    from_.resize(items);
    least_.resize(items);
    is_reached_.resize(items);
  }

  std::vector<std::size_t> solve(const Checkpoint& checkpoint) {
    for (std::size_t place = 0; place < places_; ++place) {
      if (place % 16 == 0) checkpoint();
      assign(place);
    }
    std::vector<std::size_t> item_at(places_);
    for (std::size_t item = 0; item < items_; ++item) {
      if (place_of_[item] != kUnassigned) item_at[place_of_[item]] = item;
    }
    return item_at;
  }

 private:
  void assign(std::size_t first_place) {
    std::fill(least_.begin(), least_.end(), kUnreachable);
    std::fill(is_reached_.begin(), is_reached_.end(), 0);
    reached_.clear();
    std::size_t place = first_place, last_item = kUnassigned;
    double so_far = 0;
    for (;;) {
      const auto [item, least] = look_from(place, last_item, so_far);
      so_far = least;
      is_reached_[item] = 1;
      reached_.push_back(item);
      last_item = item;
      if (place_of_[item] == kUnassigned) break;
      place = place_of_[item];
    }
    update_prices(first_place, so_far);
    for (std::size_t item = last_item; item != kUnassigned;) {
      const std::size_t before = from_[item];
      place_of_[item] = before == kUnassigned ? first_place : place_of_[before];
      item = before;
    }
  }

  struct Reached {
    std::size_t item;
    double least;
  };
  /// Takes the moves of a place into account; the nearest item not reached yet.
  Reached look_from(std::size_t place, std::size_t last_item, double so_far) {
    const double* costs = &costs_[place * items_];
    const double base = so_far - place_price_[place];
    Reached nearest{kUnassigned, kUnreachable};
    for (std::size_t item = 0; item < items_; ++item) {
      if (is_reached_[item] != 0) continue;
      const double distance = base + costs[item] - item_price_[item];
      if (distance < least_[item]) {
        least_[item] = distance;
        from_[item] = last_item;
      }
      if (least_[item] < nearest.least) nearest = {item, least_[item]};
    }
    return nearest;
  }

  void update_prices(std::size_t first_place, double length) {
    place_price_[first_place] += length;
    for (const std::size_t item : reached_) {
      const double by = length - least_[item];
      item_price_[item] -= by;
      if (place_of_[item] != kUnassigned) place_price_[place_of_[item]] += by;
    }
  }

  std::size_t places_, items_;
  std::vector<double> costs_, place_price_, item_price_, least_;
  std::vector<std::size_t> place_of_, from_, reached_;
  std::vector<char> is_reached_;
};

}  // namespace

std::vector<std::size_t> least_cost_assignment(std::size_t places, std::size_t items,
                                               const PlaceCost& cost,
                                               const Checkpoint& checkpoint) {
  return ShortestAugmentingPaths(places, items, cost).solve(checkpoint);
}

std::vector<std::size_t> least_cost_ascending(std::size_t places, std::size_t items,
                                              const PlaceCost& cost, const Checkpoint& checkpoint) {
  std::vector<std::size_t> item_at(places);
  if (places == items) {
    std::iota(item_at.begin(), item_at.end(), std::size_t{0});
    return item_at;
  }
  // best[item]: the places so far by the items below it.
  std::vector<double> best(items + 1, 0), next(items + 1);
  std::vector<bool> is_taken(places * items);
  for (std::size_t place = 0; place < places; ++place) {
    if (place % 64 == 0) checkpoint();
    std::fill(next.begin(), next.end(), kUnreachable);
    for (std::size_t item = place; item < items; ++item) {
      const double taken = best[item] + cost(place, item);
      const bool is_better = taken < next[item];
      next[item + 1] = is_better ? taken : next[item];
      is_taken[place * items + item] = is_better;
    }
    best.swap(next);
  }
  std::size_t item = items;
  for (std::size_t place = places; place-- > 0;) {
    do --item;
    while (!is_taken[place * items + item]);
    item_at[place] = item;
  }
  return item_at;
}

void exchange_places(std::vector<std::size_t>& item_at, const PlaceCost& cost, std::size_t looks,
                     const Checkpoint& checkpoint) {
  const std::size_t places = item_at.size();
  for (bool has_changed = true; has_changed && looks > 0;) {
    has_changed = false;
    for (std::size_t apart = 1; apart < places && looks > 0; ++apart) {
      checkpoint();
      for (std::size_t a = 0; a + apart < places && looks > 0; ++a, --looks) {
        const std::size_t b = a + apart;
        const double before = cost(a, item_at[a]) + cost(b, item_at[b]);
        const double after = cost(a, item_at[b]) + cost(b, item_at[a]);
        if (after >= before - 1e-12) continue;
        std::swap(item_at[a], item_at[b]);
        has_changed = true;
      }
    }
  }
}

}  // namespace shared
