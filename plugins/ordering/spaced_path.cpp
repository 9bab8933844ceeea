#include "spaced_path.hpp"

#include "playlist/random.hpp"

#include <algorithm>
#include <cmath>

#include "spacing.hpp"

namespace {

constexpr std::size_t kTriedNodes = 9;  // of which all orders are tried
constexpr double kNearPair = 1e6;       // costs more than any jumps that it may save
constexpr double kHot = 0.25,
                 kCold = 0.002;  // of a mean jump: where most changes are taken, and few
constexpr std::size_t kTriesPerNode = 6000, kMostTries = 3'000'000;
constexpr std::size_t kHarder = 10;  // as many tries, before a node that was to stay moves

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
    anneal(kTriesPerNode * size(), checkpoint, [&](double temperature) {
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

  /// Only the nodes that are free, each to anywhere among the others, which keep their order.
  void arrange_among_others(const std::vector<bool>& is_free, std::size_t tries_per_node,
                            const std::function<void()>& checkpoint) {
    const auto count = static_cast<std::size_t>(std::count(is_free.begin(), is_free.end(), true));
    if (count == 0) return;
    find_places(is_free);
    anneal(tries_per_node * count, checkpoint, [&](double temperature) {
      const std::size_t one = random_.below(count);
      return random_.below(3) > 0
                 ? try_insertion(one, random_.below(size()), temperature)
                 : try_exchange(places_[one], places_[random_.below(count)], temperature);
    });
  }

  /// The node of those that are not free that is too near to most; the first of several.
  [[nodiscard]] std::size_t nearest_to_others(const std::vector<bool>& is_free) const {
    std::size_t node = size();
    int most = 0;
    for (std::size_t place = 0; place < size(); ++place) {
      if (is_free[order_[place]] || near_pairs(place) <= most) continue;
      most = near_pairs(place);
      node = order_[place];
    }
    return node;
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
  void anneal(std::size_t tries, const std::function<void()>& checkpoint, const Try& try_one) {
    tries = std::min(kMostTries, tries);
    const double cooling = std::pow(kCold / kHot, 1 / static_cast<double>(tries));
    double temperature = kHot * mean_jump_;
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

  [[nodiscard]] double cost_of(std::size_t a, std::size_t b) const {  // of two places, a < b
    double cost = jump_at(a) + jump_at(b) + (a > 0 ? jump_at(a - 1) : 0);
    if (b > a + 1) cost += jump_at(b - 1);
    return cost + kNearPair * (near_pairs(a) + near_pairs(b));
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

  /// The free node with this number goes to `to`, a place among all nodes.
  double try_insertion(std::size_t number, std::size_t to, double temperature) {
    const std::size_t from = places_[number];
    if (from == to) return 0;
    const double change = change_of_insertion(from, to);
    if (!takes(change, temperature)) return 0;
    const auto at = [&](std::size_t place) {
      return order_.begin() + static_cast<std::ptrdiff_t>(place);
    };
    if (from < to)
      std::rotate(at(from), at(from + 1), at(to + 1));
    else
      std::rotate(at(to), at(from), at(from + 1));
    for (std::size_t& place : places_) {
      if (from < place && place <= to)
        --place;
      else if (to <= place && place < from)
        ++place;
    }
    places_[number] = to;
    return change;
  }

  [[nodiscard]] double change_of_insertion(std::size_t from, std::size_t to) const {
    const std::size_t distance = spacing_.distance, others = size() - 1;
    const auto rest = [&](std::size_t place) { return place < from ? place : place + 1; };
    const auto group = [&](std::size_t place) { return spacing_.group[order_[place]]; };
    const std::size_t before = to > 0 ? rest(to - 1) : size();
    const std::size_t after = to < others ? rest(to) : size();
    const double jumps = between(from - 1, from + 1) - between(from - 1, from) -
                         between(from, from + 1) + between(before, from) + between(from, after) -
                         between(before, after);
    int pairs = -near_pairs(from);
    // What stood on both sides of it comes nearer by one ...
    for (std::size_t a = from - std::min(from, distance - 1); a < from; ++a)
      if (a + distance < size() && group(a) == group(a + distance)) ++pairs;
    // ... and what it comes between goes farther by one.
    const std::size_t first = to - std::min(to, distance - 1);
    for (std::size_t a = first; a < to; ++a) {
      if (a + distance - 1 >= to && a + distance - 1 < others &&
          group(rest(a)) == group(rest(a + distance - 1)))
        --pairs;
      if (group(rest(a)) == group(from)) ++pairs;
    }
    for (std::size_t b = to; b < std::min(others, to + distance - 1); ++b)
      if (group(rest(b)) == group(from)) ++pairs;
    return jumps + kNearPair * pairs;
  }

  void find_places(const std::vector<bool>& is_free) {
    places_.clear();
    for (std::size_t place = 0; place < size(); ++place)
      if (is_free[order_[place]]) places_.push_back(place);
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
  std::vector<std::size_t> places_;  // of the free nodes
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
std::vector<std::size_t> in_places(const std::vector<std::size_t>& start, const Spacing& spacing) {
  std::vector<std::size_t> order(start.size(), start.size());
  for (std::size_t node = 0; node < start.size(); ++node)
    if (const auto& place = spacing.place[node]) order[*place] = node;
  auto next = order.begin();
  for (const std::size_t node : start)
    if (!spacing.place[node]) *(next = std::find(next, order.end(), start.size())) = node;
  return order;
}

std::vector<std::size_t> kept_order(const std::vector<std::size_t>& start, const Jump& jump,
                                    const Spacing& spacing, std::uint64_t random_seed,
                                    const std::function<void()>& checkpoint) {
  std::vector<std::size_t> order = in_places(start, spacing);
  if (start.size() > kSearchedNodes)
    return keeps_distance(order, spacing) ? order : put_apart(order, spacing);
  std::vector<bool> is_free;
  for (const std::optional<std::size_t>& place : spacing.place) is_free.push_back(!place);
  Annealing annealing(std::move(order), jump, spacing, random_seed);
  annealing.arrange_among_others(is_free, kTriesPerNode, checkpoint);
  if (!keeps_distance(annealing.best(), spacing))
    annealing.arrange_among_others(is_free, kHarder * kTriesPerNode, checkpoint);
  for (std::size_t node = 0; !keeps_distance(annealing.best(), spacing);) {
    node = annealing.nearest_to_others(is_free);
    if (node == start.size()) break;
    is_free[node] = true;
    annealing.arrange_among_others(is_free, kTriesPerNode, checkpoint);
  }
  if (keeps_distance(annealing.best(), spacing)) return annealing.best();
  return put_apart(annealing.best(), spacing);
}

/// How many of the nodes with a place are not in the longest sequence that keeps their order.
std::size_t moved_nodes(const std::vector<std::size_t>& order, const Spacing& spacing) {
  std::vector<std::size_t> ends;  // by length: the least place at which such a sequence ends
  std::size_t kept = 0;
  for (const std::size_t node : order) {
    const std::optional<std::size_t>& place = spacing.place[node];
    if (!place) continue;
    ++kept;
    const auto longer = std::lower_bound(ends.begin(), ends.end(), *place);
    if (longer == ends.end())
      ends.push_back(*place);
    else
      *longer = *place;
  }
  return kept - ends.size();
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
    path.moved = moved_nodes(path.order, spacing);
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
