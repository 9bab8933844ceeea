// ordering.curve: tracks along a curve of a column, or of several:
//
//   :order(pl.ordering.curve { tempo = { 120, 170 } })                        a list from 120 to 170
//   :order(pl.ordering.curve { tempo = { 120, 170, 110 }, at = { 0, 0.8, 1 } })
//   :order(pl.ordering.curve { energy = { 0.3, 0.9 }, valence = { 0.5, 0.8, weight = 0.5 } })
//   :order(pl.ordering.curve { tempo = { 120, 170 }, tracks = 25 })           the 25 that fit it best
//   :order(pl.ordering.curve { tempo = { 120, 170 }, minutes = 60 })          as many as last an hour
//
// The points of a curve lie evenly along the list, or at the positions `at`, with straight lines
// between. A track at a place costs the mean, by weight, of its squared deviations from the
// columns' curves, each in parts of the curve's span (of a level curve: of the column's standard
// deviation). The order has the least cost in all: by one column the tracks in its order (least
// cost of ascending values), by several an assignment (Jonker, Volgenant 1987), beyond some
// hundred tracks exchanges of two. Where some are chosen, each also costs its rank, so that of two
// that fit alike the better ranked plays. Ties go by a hash of the track's id.
//
// A track without a value in one of several columns is taken to be as far off there as tracks are
// on average; one without any stands at the end, in the order it came.
//
// harmonic = true: of tracks that fit a place nearly alike, at most 3 % of the span further off
// than the best choice has it, those play whose keys are nearer to their neighbours'.
#include "playlist/plugin.hpp"

#include <algorithm>
#include <cmath>
#include <cstdint>
#include <cstdio>
#include <functional>
#include <limits>
#include <numeric>
#include <optional>
#include <string>
#include <utility>
#include <vector>

#include "assignment.hpp"
#include "elements.hpp"
#include "shared/harmony.hpp"
#include "track_hashes.hpp"

namespace {

constexpr double kNearTie = 0.03;  // of the span
constexpr double kAny = std::numeric_limits<double>::infinity();
constexpr std::size_t kAscendingWork = 200'000'000, kAssignmentWork = 300'000'000,
                      kAssignmentCells = 4'000'000, kExchangeLooks = 5'000'000,
                      kHarmonicLooks = 20'000'000, kHarmonicReach = 50;

/// Short, for sentences: 121, 12.5, 0.42, 3.
std::string shown(double number) {
  char text[40];
  const double size = std::abs(number);
  std::snprintf(text, sizeof text, size >= 100 ? "%.0f" : size >= 10 ? "%.1f" : "%.2f", number);
  std::string short_text = text;
  if (short_text.find('.') == std::string::npos) return short_text;
  short_text.erase(short_text.find_last_not_of('0') + 1);
  if (short_text.back() == '.') short_text.pop_back();
  return short_text;
}

/// Points with straight lines between, level before the first and after the last.
class PiecewiseLine {
 public:
  PiecewiseLine(std::vector<double> at, std::vector<double> points)
      : at_(std::move(at)), points_(std::move(points)) {}

  [[nodiscard]] double value(double position) const {
    const auto after = std::upper_bound(at_.begin(), at_.end(), position);
    if (after == at_.begin()) return points_.front();
    if (after == at_.end()) return points_.back();
    const auto next = static_cast<std::size_t>(after - at_.begin());
    const double part = (position - at_[next - 1]) / (at_[next] - at_[next - 1]);
    return points_[next - 1] + part * (points_[next] - points_[next - 1]);
  }

 private:
  std::vector<double> at_, points_;
};

/// What a recipe asks of a column.
struct Wanted {
  std::size_t column;
  std::vector<double> points;
  double weight;
};

/// A column along the places of the list.
struct Course {
  std::string name, points_text;  // "120, 170"
  std::vector<double> values;     // by row, NaN where missing
  std::vector<double> targets;    // by place
  double weight = 1, span = 1;
  double missing_cost = 0;  // squared deviation that a missing value counts as
};

double standard_deviation(const std::vector<double>& values) {
  double count = 0, sum = 0, squares = 0;
  for (const double value : values) {
    if (std::isnan(value)) continue;
    ++count;
    sum += value;
  }
  if (count == 0) return 0;
  for (const double value : values) {
    if (!std::isnan(value)) squares += (value - sum / count) * (value - sum / count);
  }
  return std::sqrt(squares / count);
}

/// How often and how far the rows of a list miss their column's curve.
struct Deviation {
  std::size_t known = 0;
  double sum = 0, most = 0, first = 0, last = 0;
};

/// The arrangement of one call.
class CurveOrder {
 public:
  CurveOrder(const playlist::OrderingCall& call, std::vector<Course> courses, std::size_t places,
             double rank_weight)
      : call_(call), courses_(std::move(courses)), rank_weight_(rank_weight) {
    for (std::size_t row = 0; row < call.rows(); ++row) {
      const bool is_known = std::any_of(courses_.begin(), courses_.end(), [&](const Course& c) {
        return !std::isnan(c.values[row]);
      });
      (is_known ? items_ : unknown_).push_back(static_cast<std::int32_t>(row));
    }
    known_places_ = std::min(places, items_.size());
    unknown_.resize(std::min(places - known_places_, unknown_.size()));
  }

  /// How many places follow the curves; their targets are to be set before the rest.
  [[nodiscard]] std::size_t known_places() const { return known_places_; }
  [[nodiscard]] std::vector<Course>& courses() { return courses_; }

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
  void tell(const std::vector<std::int32_t>& rows) const {
    if (!bound_.empty()) call_.info(bound_);
    for (const Course& course : courses_) {
      const Deviation deviation = deviation_of(course, rows);
      const std::size_t missing = rows.size() - deviation.known;
      if (deviation.known > 0) {
        call_.info(playlist::concat(course.name, " goes from ", shown(deviation.first), " to ",
                                    shown(deviation.last), " for the curve ", course.points_text,
                                    "; it is on average ",
                                    shown(deviation.sum / static_cast<double>(deviation.known)),
                                    " and at most ", shown(deviation.most), " off"));
      }
      if (missing == 0) continue;
      call_.info(playlist::concat(missing, " of the ", rows.size(), " tracks have no ", course.name,
                                  missing > unknown_.size()
                                      ? "; they stand where the other columns want them"
                                      : "; they stand at the end, in the order they came"));
    }
    if (!harmony_.empty()) call_.info(harmony_);
    if (is_one_column() && count_missing() > unknown_.size()) {
      call_.info(playlist::concat(count_missing() - unknown_.size(), " of the ", call_.rows(),
                                  " candidates have no ", courses_[0].name,
                                  " and were not chosen"));
    }
  }

 private:
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
    for (Course& course : courses_) {
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
    for (const Course& course : courses_) {
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
    const Checkpoint checkpoint = [this] { call_.checkpoint(); };
    const PlaceCost cost_of = [this](std::size_t p, std::size_t item) { return cost(p, item); };
    if (!is_one_column() && is_assignable()) {
      item_at_ = least_cost_assignment(known_places_, items_.size(), cost_of, checkpoint);
      return;
    }
    assign_ascending(checkpoint);
    if (!is_one_column()) exchange_places(item_at_, cost_of, kExchangeLooks, checkpoint);
  }

  /// By the first column: places in the order of their targets get items in the order of values.
  void assign_ascending(const Checkpoint& checkpoint) {
    const Course& course = courses_[0];
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
    const std::vector<std::size_t> ascending = least_cost_ascending(
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
    return std::sqrt(deviation_cost(place, static_cast<std::size_t>(items_[item])));
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
    harmony_ = playlist::concat("neighbouring keys are ", shown(all_jumps()),
                                " steps of the Camelot wheel apart in all, ", shown(before),
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

  [[nodiscard]] Deviation deviation_of(const Course& course,
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
  std::vector<Course> courses_;
  double rank_weight_;
  std::vector<std::int32_t> items_, unknown_;  // rows with a value in some column, and without
  std::size_t known_places_ = 0;
  std::vector<std::size_t> item_at_;  // by place
  std::string bound_, harmony_;       // what bound_pool() and prefer_near_keys() did
};

/// How long rows last; one whose length is not known as long as the others on average.
class RowLengths {
 public:
  explicit RowLengths(const playlist::OrderingCall& call) : seconds_(call.rows()) {
    constexpr double kOrdinarySeconds = 240;  // where no length is known
    double known = 0, sum = 0;
    for (std::size_t row = 0; row < seconds_.size(); ++row) {
      const std::int32_t ms = call.has_input(kInput) ? call.in(kInput).i32()[row] : 0;
      if (ms <= 0) continue;
      seconds_[row] = ms / 1000.0;
      sum += seconds_[row];
      ++known;
    }
    mean_ = known > 0 ? sum / known : kOrdinarySeconds;
  }
  static constexpr std::size_t kInput = 2;  // of Curve::kInputs

  [[nodiscard]] double mean() const { return mean_; }
  [[nodiscard]] double sum(const std::vector<std::int32_t>& rows) const {
    double sum = 0;
    for (const std::int32_t row : rows) sum += is_known(row) ? at(row) : mean_;
    return sum;
  }
  [[nodiscard]] std::size_t count_unknown(const std::vector<std::int32_t>& rows) const {
    return static_cast<std::size_t>(std::count_if(
        rows.begin(), rows.end(), [this](std::int32_t row) { return !is_known(row); }));
  }

 private:
  [[nodiscard]] double at(std::int32_t row) const {
    return seconds_[static_cast<std::size_t>(row)];
  }
  [[nodiscard]] bool is_known(std::int32_t row) const { return at(row) > 0; }

  std::vector<double> seconds_;  // 0: not known
  double mean_;
};

class Curve final : public playlist::Ordering {
 public:
  static constexpr playlist::Param kParams[] = {
      playlist::Param::column("column", "", "the column that follows a curve").required(),
      playlist::Param::numbers("points", -kAny, kAny,
                               "its values along the list, straight lines between")
          .required(),
      {"weight", 1.0, 0, 1000, "of this column beside others"},
      playlist::Param::numbers("at", 0, 1,
                               "where the points lie, 0 the first track, 1 the last; none: evenly"),
      {"tracks", 0, 0, 1'000'000, "choose this many that fit; 0: all play"},
      {"minutes", 0.0, 0, 1'000'000,
       "choose as many that fit as last about so long, and no more than `tracks`; 0: any length"},
      {"rank_weight", 0.01, 0, 1000,
       "in a choice: what the last ranked costs more than the first; 0.01 is as much as being a "
       "tenth of the curve's span off"},
      {"harmonic", false, "of tracks that fit nearly alike, those in keys near their neighbours'"},
      playlist::Param::column("column_2", "tempo", "a second column, where it has points_2"),
      playlist::Param::numbers("points_2", -kAny, kAny, "its points"),
      {"weight_2", 1.0, 0, 1000, "its weight"},
      playlist::Param::column("column_3", "tempo", "a third column, where it has points_3"),
      playlist::Param::numbers("points_3", -kAny, kAny, "its points"),
      {"weight_3", 1.0, 0, 1000, "its weight"},
      playlist::Param::column("column_4", "tempo", "a fourth column, where it has points_4"),
      playlist::Param::numbers("points_4", -kAny, kAny, "its points"),
      {"weight_4", 1.0, 0, 1000, "its weight"},
  };
  static constexpr playlist::Field kInputs[] = {
      playlist::Field("key", PLAYLIST_I32, "for harmonic").optional(),
      playlist::Field("mode", PLAYLIST_I32, "for harmonic").optional(),
      playlist::Field("duration_ms", PLAYLIST_I32, "for minutes").optional(),
  };

  explicit Curve(const playlist::Args& args)
      : tracks_(args.count("tracks")),
        minutes_(args.number("minutes")),
        rank_weight_(args.number("rank_weight")),
        is_harmonic_(args.boolean("harmonic")) {
    const auto at = args.numbers("at");
    at_.assign(at.begin(), at.end());
    add(args, "column", "points", "weight");
    add(args, "column_2", "points_2", "weight_2");
    add(args, "column_3", "points_3", "weight_3");
    add(args, "column_4", "points_4", "weight_4");
  }

  std::vector<std::int32_t> order(playlist::OrderingCall& call) const {
    call.checkpoint();
    const std::size_t places = tracks_ > 0 ? std::min(tracks_, call.rows()) : call.rows();
    if (wanted_.empty() || call.rows() == 0) {
      std::vector<std::int32_t> rows(places);
      std::iota(rows.begin(), rows.end(), 0);
      return rows;
    }
    if (minutes_ > 0) return order_of_length(call, places);
    CurveOrder curve = curve_of(call, places);
    const std::vector<std::int32_t> rows = curve.arrange(is_harmonic_);
    curve.tell(rows);
    return rows;
  }

 private:
  [[nodiscard]] CurveOrder curve_of(const playlist::OrderingCall& call, std::size_t places) const {
    std::vector<Course> courses;
    for (const Wanted& wanted : wanted_) courses.push_back(course_of(call, wanted));
    CurveOrder curve(call, std::move(courses), places, rank_weight_);
    for (std::size_t k = 0; k < wanted_.size(); ++k)
      curve.courses()[k].targets = targets_of(wanted_[k], curve.known_places());
    return curve;
  }

  /// With as many places as come nearest to its minutes: first as many as tracks of the mean length
  /// do, then more or fewer by what that list misses.
  std::vector<std::int32_t> order_of_length(const playlist::OrderingCall& call,
                                            std::size_t most) const {
    constexpr int kMostRounds = 8;
    const RowLengths lengths(call);
    const auto bounded = [&](double places) {
      return static_cast<std::size_t>(std::clamp(places, 1.0, static_cast<double>(most)));
    };
    std::size_t places = bounded(std::round(minutes_ * 60 / lengths.mean()));
    std::optional<CurveOrder> best;
    std::vector<std::int32_t> rows;
    double least_off = kAny;
    for (int round = 0; round < kMostRounds; ++round) {
      CurveOrder curve = curve_of(call, places);
      std::vector<std::int32_t> tried = curve.arrange(is_harmonic_);
      const double off = minutes_ * 60 - lengths.sum(tried);
      if (std::abs(off) < least_off) {
        least_off = std::abs(off);
        best.emplace(std::move(curve));
        rows = std::move(tried);
      }
      const std::size_t next =
          bounded(static_cast<double>(places) + std::round(off / lengths.mean()));
      if (next == places) break;
      places = next;
    }
    best->tell(rows);
    tell_length(call, lengths, rows);
    return rows;
  }

  void tell_length(const playlist::OrderingCall& call, const RowLengths& lengths,
                   const std::vector<std::int32_t>& rows) const {
    const std::size_t unknown = lengths.count_unknown(rows);
    const std::string guess = unknown > 0
                                  ? playlist::concat("; ", unknown, " of unknown length count as ",
                                                     shown(lengths.mean() / 60), " minutes")
                                  : std::string();
    call.info(playlist::concat("the list lasts ", shown(lengths.sum(rows) / 60),
                               " minutes for the ", shown(minutes_), " wanted", guess));
  }

  void add(const playlist::Args& args, const char* column, const char* points, const char* weight) {
    const auto given = args.numbers(points);
    if (given.empty()) return;
    if (!std::all_of(given.begin(), given.end(), [](double point) { return std::isfinite(point); }))
      throw playlist::BadParam("the points of a curve must be finite");
    if (!at_.empty() && at_.size() != given.size()) {
      throw playlist::BadParam(playlist::concat("`at` has ", at_.size(), " positions and a curve ",
                                                given.size(), " points: give one for each"));
    }
    if (std::adjacent_find(at_.begin(), at_.end(), std::greater_equal<>()) != at_.end())
      throw playlist::BadParam("the positions of `at` must ascend, as in { 0, 0.8, 1 }");
    wanted_.push_back({args.column(column), {given.begin(), given.end()}, args.number(weight)});
  }

  static Course course_of(const playlist::OrderingCall& call, const Wanted& wanted) {
    const playlist::Column column = call.in(wanted.column);
    Course course;
    course.name = column.name();
    for (const double point : wanted.points)
      course.points_text += (course.points_text.empty() ? "" : ", ") + shown(point);
    course.weight = wanted.weight;
    course.values.resize(call.rows());
    for (std::size_t row = 0; row < course.values.size(); ++row)
      course.values[row] = column.number(row);
    const auto [least, most] = std::minmax_element(wanted.points.begin(), wanted.points.end());
    course.span = *most - *least;
    if (!(course.span > 0)) course.span = standard_deviation(course.values);
    if (!(course.span > 0)) course.span = 1;
    return course;
  }

  [[nodiscard]] std::vector<double> targets_of(const Wanted& wanted, std::size_t places) const {
    std::vector<double> at = at_;
    for (std::size_t k = 0; at.size() < wanted.points.size(); ++k)
      at.push_back(along(k, wanted.points.size()));
    const PiecewiseLine line(std::move(at), wanted.points);
    std::vector<double> targets(places);
    for (std::size_t place = 0; place < places; ++place)
      targets[place] = line.value(along(place, places));
    return targets;
  }
  /// Position of one of several that lie evenly from 0 to 1.
  static double along(std::size_t k, std::size_t count) {
    return count > 1 ? static_cast<double>(k) / static_cast<double>(count - 1) : 0;
  }

  std::size_t tracks_;
  double minutes_, rank_weight_;
  bool is_harmonic_;
  std::vector<double> at_;
  std::vector<Wanted> wanted_;
};

}  // namespace

constinit const playlist::Element kCurve = playlist::element<Curve>(
    "ordering.curve",
    "Tracks along a curve of a column, or of several, or those that fit it best.\n"
    "A list by a column's name stands for column, points and weight:\n"
    "  pl.ordering.curve { tempo = { 120, 170 }, tracks = 25 }\n"
    "  pl.ordering.curve { energy = { 0.3, 0.9, 0.5 }, at = { 0, 0.8, 1 } }\n"
    "  pl.ordering.curve { tempo = { 120, 170 }, energy = { 0.4, 0.9, weight = 0.5 } }\n"
    "Tracks without a value stand at the end. The run tells how far off the curve it is.");
