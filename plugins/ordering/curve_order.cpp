#include "curve_order.hpp"

#include <algorithm>
#include <cmath>
#include <cstdio>
#include <numeric>

#include "shared/assignment.hpp"
#include "shared/counted.hpp"
#include "shared/harmony.hpp"
#include "track_hashes.hpp"

namespace {

constexpr double kNearTie = 0.02;  // of the span
constexpr std::size_t kAscendingWork = 200'000'000, kAssignmentWork = 300'000'000,
                      kAssignmentCells = 4'000'000, kExchangeLooks = 5'000'000,
                      kHarmonicLooks = 20'000'000, kHarmonicReach = 50;

/// How often and how far the rows of a list miss their column's curve.
struct Deviation {
  std::size_t known = 0;
  double sum = 0, most = 0, first = 0, last = 0;
};

/// A course at the places that rows with a value have.
struct PlacedCourse : Course {
  std::vector<double> targets;  // by place
  double missing_cost = 0;      // squared deviation that a missing value counts as
};

/// The arrangement of one call.
class CurveOrder {
 public:
  CurveOrder(const playlist::OrderingCall& call, std::vector<Course> courses,
             const CurveOptions& options)
      : call_(call), rank_weight_(options.rank_weight) {
    for (Course& course : courses) courses_.push_back({std::move(course), {}, 0});
    for (std::size_t row = 0; row < call.rows(); ++row) {
      const bool is_known =
          std::any_of(courses_.begin(), courses_.end(),
                      [&](const PlacedCourse& c) { return !std::isnan(c.values[row]); });
      (is_known ? items_ : unknown_).push_back(static_cast<std::int32_t>(row));
    }
    known_places_ = std::min(options.places, items_.size());
    unknown_.resize(std::min(options.places - known_places_, unknown_.size()));
    for (PlacedCourse& course : courses_) {
      for (std::size_t place = 0; place < known_places_; ++place)
        course.targets.push_back(course.line.value(along(place, known_places_)));
    }
  }

  std::vector<std::int32_t> arrange(bool is_harmonic) {
    if (known_places_ > 0) {
      bound_pool();
      sort_items();
      set_missing_costs();
      assign();
      if (is_harmonic) prefer_near_keys();
    }
    std::vector<std::int32_t> rows;
    for (const std::size_t item : item_at_) rows.push_back(items_[item]);
    rows.insert(rows.end(), unknown_.begin(), unknown_.end());
    return rows;
  }

  /// What the arranged rows had to give up.
  [[nodiscard]] std::vector<std::string> notes(const std::vector<std::int32_t>& rows) const {
    std::vector<std::string> notes;
    if (!bound_.empty()) notes.push_back(bound_);
    for (const PlacedCourse& course : courses_) {
      const Deviation deviation = deviation_of(course, rows);
      const std::size_t missing = rows.size() - deviation.known;
      if (deviation.known > 0) {
        notes.push_back(
            playlist::concat(course.name, " goes from ", short_number(deviation.first), " to ",
                             short_number(deviation.last), " for the curve ", course.points_text,
                             "; it is on average ",
                             short_number(deviation.sum / static_cast<double>(deviation.known)),
                             " and at most ", short_number(deviation.most), " off"));
      }
      if (missing == 0) continue;
      notes.push_back(playlist::concat(missing, " of the ", shared::counted(rows.size(), "track"),
                                       missing == 1 ? " has no " : " have no ", course.name,
                                       where_missing(missing)));
    }
    if (!harmony_.empty()) notes.push_back(harmony_);
    if (is_one_column() && count_missing() > unknown_.size()) {
      notes.push_back(playlist::concat(count_missing() - unknown_.size(), " of the ", call_.rows(),
                                       " candidates have no ", courses_[0].name,
                                       " and were not chosen"));
    }
    return notes;
  }

 private:
  /// Where the tracks stand that have no value of a course.
  [[nodiscard]] const char* where_missing(std::size_t count) const {
    const bool have_others = count > unknown_.size();
    if (count == 1)
      return have_others ? "; it stands where the other columns want it" : "; it stands at the end";
    return have_others ? "; they stand where the other columns want them"
                       : "; they stand at the end, in the order they came";
  }

  [[nodiscard]] bool is_one_column() const { return courses_.size() == 1; }
  [[nodiscard]] double rows() const { return static_cast<double>(call_.rows()); }
  [[nodiscard]] bool is_choice() const { return items_.size() > known_places_; }
  [[nodiscard]] bool is_assignable() const {
    return known_places_ * known_places_ <= kAssignmentCells &&
           known_places_ * known_places_ * known_places_ <= kAssignmentWork;
  }

  /// Of a larger pool than the work allows, those that are ranked first.
  void bound_pool() {
    if (!is_choice()) return;
    std::size_t most = known_places_;
    if (is_one_column()) {
      most = std::max(most, kAscendingWork / known_places_);
    } else if (is_assignable()) {
      most = std::max(most, std::min(kAssignmentCells / known_places_,
                                     kAssignmentWork / (known_places_ * known_places_)));
    }
    if (items_.size() <= most) return;
    bound_ = playlist::concat("chooses among the first ", most, " of ", items_.size(),
                              " candidates: all of them would take too long");
    items_.resize(most);
  }

  /// By the column where there is one, and by the hash of their track.
  void sort_items() {
    const std::vector<std::uint64_t> hashes = track_hashes(call_);
    const std::vector<double>& values = courses_[0].values;
    std::stable_sort(items_.begin(), items_.end(), [&](std::int32_t a, std::int32_t b) {
      const auto x = static_cast<std::size_t>(a), y = static_cast<std::size_t>(b);
      if (is_one_column() && values[x] != values[y]) return values[x] < values[y];
      return hashes[x] < hashes[y];
    });
  }

  void set_missing_costs() {
    for (PlacedCourse& course : courses_) {
      double sum = 0, known = 0, target_sum = 0, target_squares = 0;
      for (const double target : course.targets) {
        target_sum += target;
        target_squares += target * target;
      }
      const auto places = static_cast<double>(course.targets.size());
      for (const std::int32_t row : items_) {
        const double value = course.values[static_cast<std::size_t>(row)];
        if (std::isnan(value)) continue;
        ++known;
        sum += value * value - 2 * value * target_sum / places + target_squares / places;
      }
      if (known > 0) course.missing_cost = sum / known / (course.span * course.span);
    }
  }

  /// Of a row, without its rank.
  [[nodiscard]] double deviation_cost(std::size_t place, std::size_t row) const {
    double cost = 0, weights = 0;
    for (const PlacedCourse& course : courses_) {
      const double off = (course.values[row] - course.targets[place]) / course.span;
      cost += course.weight * (std::isnan(off) ? course.missing_cost : off * off);
      weights += course.weight;
    }
    return weights > 0 ? cost / weights : 0;
  }
  [[nodiscard]] double cost(std::size_t place, std::size_t item) const {
    const auto row = static_cast<std::size_t>(items_[item]);
    const double by_rank = is_choice() ? rank_weight_ * static_cast<double>(row) / rows() : 0;
    return deviation_cost(place, row) + by_rank;
  }

  void assign() {
    const shared::Checkpoint checkpoint = [this] { call_.checkpoint(); };
    const shared::PlaceCost cost_of = [this](std::size_t p, std::size_t item) {
      return cost(p, item);
    };
    if (!is_one_column() && is_assignable()) {
      item_at_ = shared::least_cost_assignment(known_places_, items_.size(), cost_of, checkpoint);
      return;
    }
    assign_ascending(checkpoint);
    if (!is_one_column()) shared::exchange_places(item_at_, cost_of, kExchangeLooks, checkpoint);
  }

  /// By the first column: places in the order of their targets get items in the order of values.
  void assign_ascending(const shared::Checkpoint& checkpoint) {
    const PlacedCourse& course = courses_[0];
    std::vector<std::size_t> places(known_places_);
    std::iota(places.begin(), places.end(), std::size_t{0});
    std::stable_sort(places.begin(), places.end(), [&](std::size_t a, std::size_t b) {
      return course.targets[a] < course.targets[b];
    });
    if (!is_one_column()) {
      std::stable_sort(items_.begin(), items_.end(), [&](std::int32_t a, std::int32_t b) {
        const double x = course.values[static_cast<std::size_t>(a)],
                     y = course.values[static_cast<std::size_t>(b)];
        return std::isnan(y) ? !std::isnan(x) : x < y;
      });
    }
    const std::vector<std::size_t> ascending = shared::least_cost_ascending(
        known_places_, items_.size(),
        [&](std::size_t p, std::size_t item) { return cost(places[p], item); }, checkpoint);
    item_at_.resize(known_places_);
    for (std::size_t p = 0; p < known_places_; ++p) item_at_[places[p]] = ascending[p];
  }

  // ---- harmonic near ties ----

  [[nodiscard]] double jump(std::size_t item_a, std::size_t item_b) const {
    constexpr double kOfUnknownKeys = 3.5;  // what two keys drawn at random are apart
    const auto a = static_cast<std::size_t>(items_[item_a]),
               b = static_cast<std::size_t>(items_[item_b]);
    const auto key = call_.in(0).i32(), mode = call_.in(1).i32();
    if (!shared::is_key(key[a], mode[a]) || !shared::is_key(key[b], mode[b])) return kOfUnknownKeys;
    return shared::camelot_distance(key[a], mode[a], key[b], mode[b]);
  }
  /// Of the item at a place from its neighbours.
  [[nodiscard]] double jumps_at(std::size_t place) const {
    double sum = 0;
    if (place > 0) sum += jump(item_at_[place - 1], item_at_[place]);
    if (place + 1 < item_at_.size()) sum += jump(item_at_[place], item_at_[place + 1]);
    return sum;
  }
  [[nodiscard]] double all_jumps() const {
    double sum = 0;
    for (std::size_t place = 1; place < item_at_.size(); ++place)
      sum += jump(item_at_[place - 1], item_at_[place]);
    return sum;
  }
  [[nodiscard]] double off(std::size_t place, std::size_t item) const {
    return std::sqrt(cost(place, item));
  }

  void prefer_near_keys() {
    if (!call_.has_input(0) || !call_.has_input(1)) return;
    std::vector<double> most_off(known_places_);
    for (std::size_t place = 0; place < known_places_; ++place)
      most_off[place] = off(place, item_at_[place]) + kNearTie;
    const double before = all_jumps();
    std::size_t looks = kHarmonicLooks;
    while (exchange_near_ties(most_off, looks) || choose_near_ties(most_off, looks)) {
    }
    harmony_ = playlist::concat("neighbouring keys are ", short_number(all_jumps()),
                                " steps of the Camelot wheel apart in all, ", short_number(before),
                                " by the curve alone");
  }

  /// Two places change their tracks where both fit nearly as well, and the keys better.
  bool exchange_near_ties(const std::vector<double>& most_off, std::size_t& looks) {
    bool has_changed = false;
    for (std::size_t a = 0; a < known_places_; ++a) {
      call_.checkpoint();
      const std::size_t end = std::min(known_places_, a + kHarmonicReach);
      for (std::size_t b = a + 1; b < end && looks > 0; ++b, --looks) {
        if (off(a, item_at_[b]) > most_off[a] || off(b, item_at_[a]) > most_off[b]) continue;
        const double before = jumps_at(a) + jumps_at(b);
        std::swap(item_at_[a], item_at_[b]);
        if (jumps_at(a) + jumps_at(b) < before - 1e-9) {
          has_changed = true;
        } else {
          std::swap(item_at_[a], item_at_[b]);
        }
      }
    }
    return has_changed;
  }

  /// A candidate that was not chosen takes a place where it fits nearly as well, and its key better.
  bool choose_near_ties(const std::vector<double>& most_off, std::size_t& looks) {
    if (!is_choice()) return false;
    std::vector<bool> is_chosen(items_.size());
    for (const std::size_t item : item_at_) is_chosen[item] = true;
    bool has_changed = false;
    for (std::size_t place = 0; place < known_places_; ++place) {
      call_.checkpoint();
      for (std::size_t item = 0; item < items_.size() && looks > 0; ++item, --looks) {
        if (is_chosen[item] || off(place, item) > most_off[place]) continue;
        const double before = jumps_at(place);
        const std::size_t replaced = std::exchange(item_at_[place], item);
        if (jumps_at(place) < before - 1e-9) {
          is_chosen[item] = true;
          is_chosen[replaced] = false;
          has_changed = true;
        } else {
          item_at_[place] = replaced;
        }
      }
    }
    return has_changed;
  }

  [[nodiscard]] std::size_t count_missing() const {
    const std::vector<double>& values = courses_[0].values;
    return static_cast<std::size_t>(std::count_if(values.begin(), values.end(),
                                                  [](double value) { return std::isnan(value); }));
  }

  [[nodiscard]] Deviation deviation_of(const PlacedCourse& course,
                                       const std::vector<std::int32_t>& rows) const {
    Deviation deviation;
    for (std::size_t place = 0; place < known_places_; ++place) {
      const double value = course.values[static_cast<std::size_t>(rows[place])];
      if (std::isnan(value)) continue;
      if (deviation.known++ == 0) deviation.first = value;
      deviation.last = value;
      const double off = std::abs(value - course.targets[place]);
      deviation.sum += off;
      deviation.most = std::max(deviation.most, off);
    }
    return deviation;
  }

  const playlist::OrderingCall& call_;
  std::vector<PlacedCourse> courses_;
  double rank_weight_;
  std::vector<std::int32_t> items_, unknown_;  // rows with a value in some column, and without
  std::size_t known_places_ = 0;
  std::vector<std::size_t> item_at_;  // by place
  std::string bound_, harmony_;       // what bound_pool() and prefer_near_keys() did
};

}  // namespace

double PiecewiseLine::value(double position) const {
  const auto after = std::upper_bound(at_.begin(), at_.end(), position);
  if (after == at_.begin()) return points_.front();
  if (after == at_.end()) return points_.back();
  const auto next = static_cast<std::size_t>(after - at_.begin());
  const double part = (position - at_[next - 1]) / (at_[next] - at_[next - 1]);
  return points_[next - 1] + part * (points_[next] - points_[next - 1]);
}

Arranged arrange_along(const playlist::OrderingCall& call, std::vector<Course> courses,
                       const CurveOptions& options) {
  CurveOrder order(call, std::move(courses), options);
  Arranged arranged;
  arranged.rows = order.arrange(options.is_harmonic);
  arranged.notes = order.notes(arranged.rows);
  return arranged;
}

double along(std::size_t k, std::size_t count) {
  return count > 1 ? static_cast<double>(k) / static_cast<double>(count - 1) : 0;
}

std::string short_number(double number) {
  char text[40];
  const double size = std::abs(number);
  std::snprintf(text, sizeof text, size >= 100 ? "%.0f" : size >= 10 ? "%.1f" : "%.2f", number);
  std::string short_text = text;
  if (short_text.find('.') == std::string::npos) return short_text;
  short_text.erase(short_text.find_last_not_of('0') + 1);
  if (short_text.back() == '.') short_text.pop_back();
  return short_text;
}
