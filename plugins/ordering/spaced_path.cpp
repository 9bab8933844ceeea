#include "spaced_path.hpp"

#include "playlist/random.hpp"

#include <algorithm>
#include <cmath>

#include "spacing.hpp"

namespace {

constexpr std::size_t kTriedNodes = 9;  // of which all orders are tried
constexpr double kMovedNode = 1e3;      // costs more than any jumps that it may save
constexpr double kNearPair = 1e6;       // and this more than any nodes that are moved for it
constexpr double kHot = 0.25,
                 kCold = 0.002;  // of a mean jump: where most changes are taken, and few
constexpr std::size_t kTriesPerNode = 6000, kMostTries = 3'000'000;

/// An order on its way to a better one.
class Annealing {
 public:
  Annealing(std::vector<std::size_t> order, const Jump& jump, const Spacing& spacing,
            std::uint64_t random_seed)
      : order_(std::move(order)), spacing_(spacing), random_(random_seed) {
    const std::size_t nodes = size();
    jumps_.resize(nodes * nodes);
    double sum = 0;
    for (std::size_t a = 0; a < nodes; ++a) {
      for (std::size_t b = a + 1; b < nodes; ++b) {
        jumps_[a * nodes + b] = jumps_[b * nodes + a] = jump(a, b);
        sum += jumps_[a * nodes + b];
      }
    }
    mean_jump_ =
        nodes > 1 ? sum / (static_cast<double>(nodes) * static_cast<double>(nodes - 1) / 2) : 0;
    best_ = order_;
  }

  [[nodiscard]] const std::vector<std::size_t>& best() const { return best_; }

  /// Any order of all nodes, from one that keeps the distance to others that do.
  void arrange_freely(const std::function<void()>& checkpoint) {
    anneal(kHot * mean_jump_, checkpoint, [&](double temperature) {
      switch (random_.below(3)) {
        case 0:
          return try_exchange(random_.below(size()), random_.below(size()), temperature);
        case 1:
          return try_reversal(temperature);
        default:
          return try_move(temperature);
      }
    });
  }

  /// Exchanges what is too near of others, each time with what that costs least for, until no
  /// exchange makes it better.
  void repair(const std::function<void()>& checkpoint) {
    for (bool is_better = true; is_better;) {
      checkpoint();
      is_better = false;
      double least = -1e-9;
      std::size_t from = 0, to = 0;
      for (std::size_t a = 0; a < size(); ++a) {
        if (near_pairs(a) == 0) continue;
        for (std::size_t b = 0; b < size(); ++b) {
          const double change = a == b ? 0 : change_of_exchange(std::min(a, b), std::max(a, b));
          if (change >= least) continue;
          least = change;
          from = a;
          to = b;
          is_better = true;
        }
      }
      if (is_better) std::swap(order_[from], order_[to]);
    }
    best_ = order_;
  }

  /// Only what stands in these places now.
  void exchange_among(const std::vector<std::size_t>& places,
                      const std::function<void()>& checkpoint) {
    if (places.size() < 2) return;
    anneal(kHot * mean_jump_, checkpoint, [&](double temperature) {
      return try_exchange(places[random_.below(places.size())],
                          places[random_.below(places.size())], temperature);
    });
  }

  /// Any two, at first whether they were to stay or not: a way out where repair() finds none.
  void exchange_any(const std::function<void()>& checkpoint) {
    anneal(kMovedNode, checkpoint, [&](double temperature) {
      return try_exchange(random_.below(size()), random_.below(size()), temperature);
    });
  }

 private:
  [[nodiscard]] std::size_t size() const { return order_.size(); }
  [[nodiscard]] double jump_at(std::size_t place) const {  // from it to the next
    return place + 1 < size() ? jumps_[order_[place] * size() + order_[place + 1]] : 0;
  }
  [[nodiscard]] double between(std::size_t a, std::size_t b) const {  // places; past an end none
    return a < size() && b < size() ? jumps_[order_[a] * size() + order_[b]] : 0;
  }

  /// From a temperature at which most changes are taken to one at which only good ones are.
  template <class Try>
  void anneal(double hottest, const std::function<void()>& checkpoint, const Try& try_one) {
    const std::size_t tries = std::min(kMostTries, kTriesPerNode * size());
    const double coldest = kCold * mean_jump_;
    const double cooling =
        hottest > 0 ? std::pow(coldest / hottest, 1 / static_cast<double>(tries)) : 1;
    double temperature = hottest;
    double cost = 0, least = 0;  // less what it was at first
    for (std::size_t k = 0; k < tries; ++k, temperature *= cooling) {
      if (k % 16'384 == 0) checkpoint();
      cost += try_one(temperature);
      if (cost < least - 1e-9) {
        least = cost;
        best_ = order_;
      }
    }
    order_ = best_;
  }

  [[nodiscard]] bool takes(double change, double temperature) {
    return change <= 0 || (temperature > 0 && random_.real() < std::exp(-change / temperature));
  }

  /// Pairs of one group that are too near, of the node at a place with those around it.
  [[nodiscard]] int near_pairs(std::size_t place) const {
    const std::int32_t group = spacing_.group[order_[place]];
    const std::size_t reach = spacing_.distance - 1;
    int pairs = 0;
    for (std::size_t at = place - std::min(place, reach); at < std::min(size(), place + reach + 1);
         ++at)
      if (at != place && spacing_.group[order_[at]] == group) ++pairs;
    return pairs;
  }

  /// The same of pairs on both sides of a border, the first place behind it.
  [[nodiscard]] int near_pairs_across(std::size_t border) const {
    int pairs = 0;
    for (std::size_t a = border - std::min(border, spacing_.distance - 1); a < border; ++a)
      for (std::size_t b = border; b < std::min(size(), a + spacing_.distance); ++b)
        if (spacing_.group[order_[a]] == spacing_.group[order_[b]]) ++pairs;
    return pairs;
  }

  [[nodiscard]] bool is_moved(std::size_t place) const {
    if (spacing_.place.empty()) return false;
    const std::optional<std::size_t>& wanted = spacing_.place[order_[place]];
    return wanted && *wanted != place;
  }

  [[nodiscard]] double cost_of(std::size_t a, std::size_t b) const {  // of two places, a < b
    double cost = jump_at(a) + jump_at(b) + (a > 0 ? jump_at(a - 1) : 0);
    if (b > a + 1) cost += jump_at(b - 1);
    cost += kNearPair * (near_pairs(a) + near_pairs(b));
    return cost + kMovedNode * (static_cast<int>(is_moved(a)) + static_cast<int>(is_moved(b)));
  }

  double change_of_exchange(std::size_t a, std::size_t b) {
    const double before = cost_of(a, b);
    std::swap(order_[a], order_[b]);
    const double change = cost_of(a, b) - before;
    std::swap(order_[a], order_[b]);
    return change;
  }

  /// What the cost changes by; 0 where the change is not taken.
  double try_exchange(std::size_t a, std::size_t b, double temperature) {
    if (a == b) return 0;
    if (a > b) std::swap(a, b);
    const double before = cost_of(a, b);
    std::swap(order_[a], order_[b]);
    const double change = cost_of(a, b) - before;
    if (takes(change, temperature)) return change;
    std::swap(order_[a], order_[b]);
    return 0;
  }

  double try_reversal(double temperature) {
    const std::size_t first = random_.below(size());
    const std::size_t end = first + 2 + random_.below(std::min<std::size_t>(size(), 50));
    if (end > size()) return 0;
    const double change = between(first - 1, end - 1) + between(first, end) -
                          between(first - 1, first) - between(end - 1, end);
    if (!takes(change, temperature)) return 0;
    const int before = near_pairs_across(first) + near_pairs_across(end);
    const auto begin = order_.begin();
    const auto reverse = [&] {
      std::reverse(begin + static_cast<std::ptrdiff_t>(first),
                   begin + static_cast<std::ptrdiff_t>(end));
    };
    reverse();
    if (near_pairs_across(first) + near_pairs_across(end) <= before) return change;
    reverse();
    return 0;
  }

  /// A stretch of up to three goes elsewhere.
  double try_move(double temperature) {
    const std::size_t first = random_.below(size()), middle = first + 1 + random_.below(3);
    const std::size_t end = middle + 1 + random_.below(std::min<std::size_t>(size(), 50));
    if (end > size()) return 0;
    const double change = between(first - 1, middle) + between(end - 1, first) +
                          between(middle - 1, end) - between(first - 1, first) -
                          between(middle - 1, middle) - between(end - 1, end);
    if (!takes(change, temperature)) return 0;
    const auto pairs = [&](std::size_t border) {
      return near_pairs_across(first) + near_pairs_across(border) + near_pairs_across(end);
    };
    const int before = pairs(middle);
    const auto at = [&](std::size_t place) {
      return order_.begin() + static_cast<std::ptrdiff_t>(place);
    };
    std::rotate(at(first), at(middle), at(end));
    const std::size_t border = first + (end - middle);
    if (pairs(border) <= before) return change;
    std::rotate(at(first), at(border), at(end));
    return 0;
  }

  std::vector<std::size_t> order_, best_;
  const Spacing& spacing_;
  playlist::Random random_;
  std::vector<double> jumps_;
  double mean_jump_ = 0;
};

/// The shortest of few nodes that keeps the distance, by trying all that may be shorter than
/// `order`, which keeps it.
class AllOrders {
 public:
  AllOrders(std::vector<std::size_t> order, const Jump& jump, const Spacing& spacing)
      : jump_(jump),
        spacing_(spacing),
        best_(std::move(order)),
        least_(path_length(best_, jump)),
        is_used_(best_.size()) {}

  std::vector<std::size_t> shortest() {
    extend(0);
    return best_;
  }

 private:
  void extend(double length) {
    if (length >= least_ - 1e-12) return;
    if (path_.size() == best_.size()) {
      best_ = path_;
      least_ = length;
      return;
    }
    for (std::size_t node = 0; node < is_used_.size(); ++node) {
      if (is_used_[node] || is_too_near(node)) continue;
      const double jump = path_.empty() ? 0 : jump_(path_.back(), node);
      is_used_[node] = true;
      path_.push_back(node);
      extend(length + jump);
      path_.pop_back();
      is_used_[node] = false;
    }
  }
  [[nodiscard]] bool is_too_near(std::size_t node) const {
    const std::size_t reach = std::min(path_.size(), spacing_.distance - 1);
    return std::any_of(
        path_.end() - static_cast<std::ptrdiff_t>(reach), path_.end(),
        [&](std::size_t other) { return spacing_.group[other] == spacing_.group[node]; });
  }

  const Jump& jump_;
  const Spacing& spacing_;
  std::vector<std::size_t> best_, path_;
  double least_;
  std::vector<bool> is_used_;
};

/// The order given, with what is too near moved away.
std::vector<std::size_t> put_apart(const std::vector<std::size_t>& order, const Spacing& spacing) {
  std::vector<std::int32_t> group;
  for (const std::size_t node : order) group.push_back(spacing.group[node]);
  std::vector<std::size_t> apart;
  for (const std::int32_t row : space_artists(group, spacing.distance))
    apart.push_back(order[static_cast<std::size_t>(row)]);
  return apart;
}

/// Each node with a place in it, the others in their order in those that are left.
std::vector<std::size_t> in_places(const std::vector<std::size_t>& start, const Spacing& spacing,
                                   std::vector<std::size_t>& free_places) {
  std::vector<std::size_t> order(start.size(), start.size());
  for (std::size_t node = 0; node < start.size(); ++node)
    if (const auto& place = spacing.place[node]) order[*place] = node;
  for (std::size_t place = 0; place < order.size(); ++place)
    if (order[place] == start.size()) free_places.push_back(place);
  auto next = free_places.begin();
  for (const std::size_t node : start)
    if (!spacing.place[node]) order[*next++] = node;
  return order;
}

std::vector<std::size_t> kept_order(const std::vector<std::size_t>& start, const Jump& jump,
                                    const Spacing& spacing, std::uint64_t random_seed,
                                    const std::function<void()>& checkpoint) {
  std::vector<std::size_t> free_places;
  std::vector<std::size_t> order = in_places(start, spacing, free_places);
  if (start.size() > kSearchedNodes)
    return keeps_distance(order, spacing) ? order : put_apart(order, spacing);
  Annealing annealing(std::move(order), jump, spacing, random_seed);
  annealing.exchange_among(free_places, checkpoint);
  if (keeps_distance(annealing.best(), spacing)) return annealing.best();
  annealing.repair(checkpoint);
  if (!keeps_distance(annealing.best(), spacing)) annealing.exchange_any(checkpoint);
  free_places.clear();
  for (std::size_t place = 0; place < start.size(); ++place)
    if (!spacing.place[annealing.best()[place]]) free_places.push_back(place);
  annealing.exchange_among(free_places, checkpoint);
  if (keeps_distance(annealing.best(), spacing)) return annealing.best();
  return put_apart(annealing.best(), spacing);
}

}  // namespace

bool keeps_distance(const std::vector<std::size_t>& order, const Spacing& spacing) {
  std::vector<std::size_t> last;  // by group: one place past its last node
  for (std::size_t place = 0; place < order.size(); ++place) {
    const auto group = static_cast<std::size_t>(spacing.group[order[place]]);
    if (group >= last.size()) last.resize(group + 1, 0);
    if (last[group] > 0 && place + 1 - last[group] < spacing.distance) return false;
    last[group] = place + 1;
  }
  return true;
}

SpacedPath spaced_path(const std::vector<std::size_t>& start, const Jump& jump,
                       const Spacing& spacing, std::uint64_t random_seed,
                       const std::function<void()>& checkpoint) {
  SpacedPath path;
  if (!spacing.place.empty()) {
    path.order = kept_order(start, jump, spacing, random_seed, checkpoint);
    for (std::size_t place = 0; place < path.order.size(); ++place) {
      const auto& wanted = spacing.place[path.order[place]];
      if (wanted && *wanted != place) ++path.moved;
    }
  } else if (keeps_distance(start, spacing)) {
    path.order = start;
  } else {
    path.order = put_apart(start, spacing);
    if (start.size() <= kTriedNodes) {
      path.order = AllOrders(path.order, jump, spacing).shortest();
    } else if (start.size() <= kSearchedNodes) {
      Annealing annealing(path.order, jump, spacing, random_seed);
      annealing.arrange_freely(checkpoint);
      path.order = annealing.best();
    }
  }
  path.length = path_length(path.order, jump);
  return path;
}
