#include "short_path.hpp"

#include "playlist/random.hpp"

#include <algorithm>
#include <limits>
#include <numeric>
#include <utility>

namespace {

constexpr double kFar = std::numeric_limits<double>::infinity();
constexpr double kLess = 1e-10;  // a change must gain more, so that rounding never goes in circles

/// All jumps, and one node more that is as near as can be to all: a tour through it is a path whose
/// ends are free.
class Jumps {
 public:
  Jumps(std::size_t nodes, const Jump& jump) : nodes_(nodes), jumps_((nodes + 1) * (nodes + 1)) {
    for (std::size_t a = 0; a < nodes; ++a) {
      for (std::size_t b = a + 1; b < nodes; ++b) at(a, b) = at(b, a) = jump(a, b);
    }
  }
  [[nodiscard]] std::size_t nodes() const { return nodes_; }
  /// Nodes with the one more, whose number is nodes().
  [[nodiscard]] std::size_t stops() const { return nodes_ + 1; }
  [[nodiscard]] double operator()(std::size_t a, std::size_t b) const {
    return jumps_[a * (nodes_ + 1) + b];
  }

 private:
  double& at(std::size_t a, std::size_t b) { return jumps_[a * (nodes_ + 1) + b]; }
  std::size_t nodes_;
  std::vector<double> jumps_;
};

// ---- the shortest of few ----

/// By the sets of nodes visited and the last of them.
std::vector<std::size_t> shortest_path(const Jumps& jumps) {
  const std::size_t nodes = jumps.nodes(), sets = std::size_t{1} << nodes;
  std::vector<double> best(sets * nodes, kFar);
  std::vector<std::uint8_t> before(sets * nodes);
  for (std::size_t node = 0; node < nodes; ++node)
    best[(std::size_t{1} << node) * nodes + node] = 0;
  for (std::size_t set = 1; set < sets; ++set) {
    for (std::size_t last = 0; last < nodes; ++last) {
      const double so_far = best[set * nodes + last];
      if (so_far == kFar) continue;
      for (std::size_t next = 0; next < nodes; ++next) {
        if ((set >> next & 1) != 0) continue;
        const std::size_t longer = (set | std::size_t{1} << next) * nodes + next;
        if (so_far + jumps(last, next) >= best[longer]) continue;
        best[longer] = so_far + jumps(last, next);
        before[longer] = static_cast<std::uint8_t>(last);
      }
    }
  }
  std::size_t set = sets - 1;
  const auto ends = best.begin() + static_cast<std::ptrdiff_t>(set * nodes);
  auto last = static_cast<std::size_t>(
      std::min_element(ends, ends + static_cast<std::ptrdiff_t>(nodes)) - ends);
  std::vector<std::size_t> order;
  while (order.size() < nodes) {
    order.push_back(last);
    const std::size_t earlier = before[set * nodes + last];
    set &= ~(std::size_t{1} << last);
    last = earlier;
  }
  return order;
}

// ---- a short one of many ----

/// From one node always to the nearest of those left, the first of equally near ones.
std::vector<std::size_t> nearest_next(const Jumps& jumps, std::size_t first) {
  std::vector<std::size_t> left(jumps.nodes()), order;
  std::iota(left.begin(), left.end(), std::size_t{0});
  for (std::size_t node = first;;) {
    left.erase(std::find(left.begin(), left.end(), node));
    order.push_back(node);
    if (left.empty()) return order;
    node = *std::min_element(left.begin(), left.end(), [&](std::size_t a, std::size_t b) {
      return jumps(node, a) < jumps(node, b);
    });
  }
}

/// A tour that gets shorter by changes between near stops.
class Tour {
 public:
  Tour(const Jumps& jumps, std::vector<std::size_t> stops)
      : jumps_(jumps), stops_(std::move(stops)), place_(stops_.size()), is_waiting_(stops_.size()) {
    for (std::size_t place = 0; place < stops_.size(); ++place) place_[stops_[place]] = place;
    find_near();
    for (const std::size_t stop : stops_) wait(stop);
  }

  [[nodiscard]] const std::vector<std::size_t>& stops() const { return stops_; }
  [[nodiscard]] double length() const {
    double sum = 0;
    for (std::size_t place = 0; place < stops_.size(); ++place)
      sum += jumps_(stops_[place], stops_[after(place)]);
    return sum;
  }

  /// Another order of the same stops, none of which waits to be looked at.
  void set(const std::vector<std::size_t>& stops) {
    stops_ = stops;
    for (std::size_t place = 0; place < stops_.size(); ++place) place_[stops_[place]] = place;
  }

  /// Until no change of the kinds below gains anything.
  void shorten() {
    while (!waiting_.empty()) {
      const std::size_t stop = waiting_.back();
      waiting_.pop_back();
      is_waiting_[stop] = false;
      while (reverse_near(stop) || move_near(stop)) {
      }
    }
  }

  /// Two neighbouring stretches change places: a change that reversals do not undo easily.
  void exchange_stretches(playlist::Random& random) {
    const std::size_t most = std::min<std::size_t>(30, stops_.size() - 1);
    const std::size_t begin = random.below(stops_.size() - most);
    std::size_t cut[3];
    for (std::size_t& place : cut) place = begin + random.below(most) + 1;
    std::sort(std::begin(cut), std::end(cut));
    if (cut[0] == cut[1] || cut[1] == cut[2]) return;
    for (const std::size_t place : cut) {
      wait(stops_[place - 1]);
      wait(stops_[place]);
    }
    const auto at = [&](std::size_t place) {
      return stops_.begin() + static_cast<std::ptrdiff_t>(place);
    };
    std::rotate(at(cut[0]), at(cut[1]), at(cut[2]));
    for (std::size_t place = cut[0]; place < cut[2]; ++place) place_[stops_[place]] = place;
  }

 private:
  static constexpr std::size_t kNear = 12, kLongestMove = 3;

  [[nodiscard]] std::size_t size() const { return stops_.size(); }
  [[nodiscard]] std::size_t after(std::size_t place) const {
    return place + 1 == size() ? 0 : place + 1;
  }
  [[nodiscard]] std::size_t before(std::size_t place) const {
    return place == 0 ? size() - 1 : place - 1;
  }
  void wait(std::size_t stop) {
    if (is_waiting_[stop]) return;
    is_waiting_[stop] = true;
    waiting_.push_back(stop);
  }

  void find_near() {
    const std::size_t count = std::min(kNear, size() - 1);
    near_.resize(size());
    std::vector<std::size_t> others;
    for (std::size_t stop = 0; stop < size(); ++stop) {
      others.clear();
      for (std::size_t other = 0; other < size(); ++other)
        if (other != stop) others.push_back(other);
      std::partial_sort(others.begin(), others.begin() + static_cast<std::ptrdiff_t>(count),
                        others.end(), [&](std::size_t a, std::size_t b) {
                          const double x = jumps_(stop, a), y = jumps_(stop, b);
                          return x != y ? x < y : a < b;
                        });
      near_[stop].assign(others.begin(), others.begin() + static_cast<std::ptrdiff_t>(count));
    }
  }

  /// 2-opt: joins a stop to a near one by turning round the stretch between.
  bool reverse_near(std::size_t stop) {
    for (const bool is_forward : {true, false}) {
      const std::size_t next = stops_[is_forward ? after(place_[stop]) : before(place_[stop])];
      const double now = jumps_(stop, next);
      for (const std::size_t near : near_[stop]) {
        const double joined = jumps_(stop, near);
        if (joined >= now - kLess) break;
        const std::size_t beyond = stops_[is_forward ? after(place_[near]) : before(place_[near])];
        if (joined + jumps_(next, beyond) >= now + jumps_(near, beyond) - kLess) continue;
        if (is_forward) {
          reverse(place_[next], place_[near]);
        } else {
          reverse(place_[near], place_[next]);
        }
        for (const std::size_t changed : {stop, next, near, beyond}) wait(changed);
        return true;
      }
    }
    return false;
  }

  /// Turns round the stops of places first .. last, going on from the end to the beginning; or, the
  /// same for a tour, all others.
  void reverse(std::size_t first, std::size_t last) {
    std::size_t inside = (last + size() - first) % size() + 1;
    if (inside * 2 > size()) {
      std::swap(first, last);
      first = after(first);
      last = before(last);
      inside = size() - inside;
    }
    for (std::size_t swaps = inside / 2; swaps > 0; --swaps) {
      std::swap(stops_[first], stops_[last]);
      place_[stops_[first]] = first;
      place_[stops_[last]] = last;
      first = after(first);
      last = before(last);
    }
  }

  /// Or-opt: up to three stops that begin or end with this one go beside a near one, either way
  /// round.
  bool move_near(std::size_t stop) {
    for (std::size_t length = 1; length <= kLongestMove && length + 2 < size(); ++length) {
      for (const bool is_first : {true, false}) {
        const std::size_t first =
            is_first ? place_[stop] : (place_[stop] + size() - (length - 1)) % size();
        if (move_stretch(first, length, is_first)) return true;
        if (length == 1) break;
      }
    }
    return false;
  }

  /// The stretch from a place on, joined to what is near its first (or last) stop.
  bool move_stretch(std::size_t first, std::size_t length, bool is_by_first) {
    const std::size_t last = (first + length - 1) % size();
    const std::size_t a = stops_[before(first)], b = stops_[first], c = stops_[last],
                      d = stops_[after(last)];
    const std::size_t stop = is_by_first ? b : c, other_end = is_by_first ? c : b;
    const double gain = jumps_(a, b) + jumps_(c, d) - jumps_(a, d);
    for (const std::size_t near : near_[stop]) {
      const double joined = jumps_(stop, near);
      if (joined >= gain - kLess) break;
      if ((place_[near] + size() - first) % size() < length) continue;
      for (const bool is_behind : {true, false}) {
        const std::size_t beyond = stops_[is_behind ? after(place_[near]) : before(place_[near])];
        if ((is_behind && near == a) || (!is_behind && near == d)) continue;
        const double added = joined + jumps_(other_end, beyond) - jumps_(near, beyond);
        if (added >= gain - kLess) continue;
        insert(first, length, near, is_behind, stop);
        for (const std::size_t changed : {a, b, c, d, near, beyond}) wait(changed);
        return true;
      }
    }
    return false;
  }

  /// Takes the stretch out and puts it beside `near`, with `stop` next to it.
  void insert(std::size_t first, std::size_t length, std::size_t near, bool is_behind,
              std::size_t stop) {
    std::vector<std::size_t> stretch;
    for (std::size_t k = 0; k < length; ++k) stretch.push_back(stops_[(first + k) % size()]);
    // Shifts what lies between the stretch and its new place over the shorter way.
    const std::size_t to = place_[near];
    const std::size_t ahead = (to + size() - (first + length - 1) % size()) % size() -
                              (is_behind ? 0 : 1);  // stops behind it up to the new place
    const std::size_t others = size() - length;
    std::size_t place = first;
    if (ahead * 2 <= others) {
      for (std::size_t k = 0; k < ahead; ++k, place = after(place))
        put(place, stops_[(place + length) % size()]);
    } else {
      place = (first + length - 1) % size();
      for (std::size_t k = 0; k < others - ahead; ++k, place = before(place))
        put(place, stops_[(place + size() - length) % size()]);
      place = (place + size() - (length - 1)) % size();
    }
    const bool is_stop_first = stretch.front() == stop;
    if (is_stop_first != is_behind) std::reverse(stretch.begin(), stretch.end());
    for (const std::size_t moved : stretch) {
      put(place, moved);
      place = after(place);
    }
  }
  void put(std::size_t place, std::size_t stop) {
    stops_[place] = stop;
    place_[stop] = place;
  }

  const Jumps& jumps_;
  std::vector<std::size_t> stops_, place_;
  std::vector<std::vector<std::size_t>> near_;
  std::vector<std::size_t> waiting_;
  std::vector<bool> is_waiting_;
};

/// The path of a tour: from the one stop more to itself.
std::vector<std::size_t> opened(const std::vector<std::size_t>& stops, std::size_t one_more) {
  std::vector<std::size_t> order;
  const auto at = std::find(stops.begin(), stops.end(), one_more);
  order.assign(at + 1, stops.end());
  order.insert(order.end(), stops.begin(), at);
  return order;
}

// ---- no path is shorter ----

/// A spanning tree of the nodes with prices on them, and an edge from each of two nodes to the one
/// stop more: every tour is one of these, and pays each price twice.
class PricedTrees {
 public:
  explicit PricedTrees(const Jumps& jumps)
      : jumps_(jumps), price_(jumps.nodes()), degree_(jumps.nodes()) {}

  /// The best bound of some rounds, in each of which nodes with too many edges get dearer.
  double bound(double length, const std::function<void()>& checkpoint) {
    constexpr std::size_t kWork = 40'000'000, kMostRounds = 200;
    const std::size_t rounds =
        std::clamp(kWork / (jumps_.nodes() * jumps_.nodes()), std::size_t{10}, kMostRounds);
    double best = 0, pace = 1;
    for (std::size_t round = 0, since = 0; round < rounds; ++round) {
      if (round % 8 == 0) checkpoint();
      const double now = least_tree();
      if (now > best) {
        best = now;
        since = 0;
      } else if (++since == 6) {
        pace /= 2;
        since = 0;
      }
      double off = 0;
      for (const int degree : degree_) off += (degree - 2) * (degree - 2);
      if (off == 0 || best >= length) break;
      const double step = pace * (length - now) / off;
      for (std::size_t node = 0; node < price_.size(); ++node)
        price_[node] += step * (degree_[node] - 2);
    }
    return std::min(best, length);
  }

 private:
  /// What the cheapest such tree costs, less the prices; fills degree_.
  double least_tree() {
    const std::size_t nodes = jumps_.nodes();
    std::fill(degree_.begin(), degree_.end(), 0);
    std::vector<double> least(nodes, kFar);
    std::vector<std::size_t> from(nodes, 0);
    std::vector<bool> is_in(nodes);
    double sum = 0;
    for (std::size_t node = 0, joined = 1;; ++joined) {
      is_in[node] = true;
      if (joined == nodes) break;
      std::size_t nearest = nodes;
      for (std::size_t other = 0; other < nodes; ++other) {
        if (is_in[other]) continue;
        const double cost = jumps_(node, other) + price_[node] + price_[other];
        if (cost < least[other]) {
          least[other] = cost;
          from[other] = node;
        }
        if (nearest == nodes || least[other] < least[nearest]) nearest = other;
      }
      sum += least[nearest];
      ++degree_[nearest];
      ++degree_[from[nearest]];
      node = nearest;
    }
    // The two cheapest edges to the one stop more.
    std::vector<std::size_t> ends(nodes);
    std::iota(ends.begin(), ends.end(), std::size_t{0});
    std::partial_sort(ends.begin(), ends.begin() + 2, ends.end(),
                      [&](std::size_t a, std::size_t b) { return price_[a] < price_[b]; });
    for (std::size_t k = 0; k < 2; ++k) {
      sum += price_[ends[k]];
      ++degree_[ends[k]];
    }
    return sum - 2 * std::accumulate(price_.begin(), price_.end(), 0.0);
  }

  const Jumps& jumps_;
  std::vector<double> price_;
  std::vector<int> degree_;
};

/// A short path, and a length that none is below.
ShortPath searched_path(const Jumps& jumps, std::uint64_t random_seed,
                        const std::function<void()>& checkpoint) {
  constexpr std::size_t kWork = 3'000'000, kQuietRounds = 20;  // times the stops
  constexpr double kNearEnough = 1e-4;
  std::vector<std::size_t> stops = nearest_next(jumps, 0);
  stops.push_back(jumps.nodes());
  Tour tour(jumps, std::move(stops));
  tour.shorten();
  std::vector<std::size_t> best = tour.stops();
  double length = tour.length();
  const double least = PricedTrees(jumps).bound(length, checkpoint);
  playlist::Random random(random_seed);
  const std::size_t most = kWork / jumps.stops(), quiet = kQuietRounds * jumps.stops();
  for (std::size_t round = 0, since = 0; round < most && since < quiet; ++round, ++since) {
    if (round % 64 == 0) checkpoint();
    if (length <= least * (1 + kNearEnough)) break;
    tour.exchange_stretches(random);
    tour.shorten();
    const double now = tour.length();
    if (now > length) {
      tour.set(best);
      continue;
    }
    if (now < length - kLess) since = 0;
    length = now;
    best = tour.stops();
  }
  ShortPath path;
  path.order = opened(best, jumps.nodes());
  path.length = length;
  path.least = std::min(least, length);
  path.is_least = least >= length - 1e-9;
  return path;
}

/// Each next the nearest among those of its block, and the first of a block the nearest to the last.
std::vector<std::size_t> nearest_by_blocks(std::size_t nodes, const Jump& jump,
                                           const std::function<void()>& checkpoint) {
  constexpr std::size_t kWork = 400'000'000, kLeastBlock = 200, kLargestBlock = 4000;
  const std::size_t block = std::clamp(kWork / nodes, kLeastBlock, kLargestBlock);
  std::vector<std::size_t> order, left;
  std::size_t begun = 0;
  while (order.size() < nodes) {
    if (left.empty()) {
      for (const std::size_t end = std::min(nodes, begun + block); begun < end; ++begun)
        left.push_back(begun);
    }
    checkpoint();
    std::size_t nearest = 0;
    if (!order.empty()) {
      double least = kFar;
      for (std::size_t k = 0; k < left.size(); ++k) {
        const double length = jump(order.back(), left[k]);
        if (length < least || (length == least && left[k] < left[nearest])) {
          least = length;
          nearest = k;
        }
      }
    }
    order.push_back(left[nearest]);
    left[nearest] = left.back();
    left.pop_back();
  }
  return order;
}

}  // namespace

double path_length(const std::vector<std::size_t>& order, const Jump& jump) {
  double sum = 0;
  for (std::size_t k = 1; k < order.size(); ++k) sum += jump(order[k - 1], order[k]);
  return sum;
}

ShortPath short_path(std::size_t nodes, const Jump& jump, std::uint64_t random_seed,
                     const std::function<void()>& checkpoint) {
  ShortPath path;
  if (nodes > kSearchedNodes) {
    path.order = nearest_by_blocks(nodes, jump, checkpoint);
    path.length = path_length(path.order, jump);
    return path;
  }
  const Jumps jumps(nodes, jump);
  if (nodes <= kExactNodes) {
    if (nodes > 0) path.order = shortest_path(jumps);
    path.length = path.least = path_length(path.order, jump);
    path.is_least = true;
    return path;
  }
  return searched_path(jumps, random_seed, checkpoint);
}
