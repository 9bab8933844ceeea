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
// harmonic = true: of tracks that fit a place nearly alike, those play whose keys are nearer to
// their neighbours'. Nearly alike is a root of the cost, rank included, at most 2 % of the span
// above that of the best choice.
#include "playlist/plugin.hpp"

#include <algorithm>
#include <cmath>
#include <cstdint>
#include <functional>
#include <limits>
#include <numeric>
#include <string>
#include <utility>
#include <vector>

#include "curve_order.hpp"
#include "elements.hpp"

namespace {

constexpr double kAny = std::numeric_limits<double>::infinity();

/// What a recipe asks of a column.
struct Wanted {
  std::size_t column;
  std::vector<double> points;
  double weight;
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
      {"rank_weight", 0.0025, 0, 1000,
       "in a choice: what the last ranked costs more than the first; 0.0025 is as much as being a "
       "twentieth of the curve's span off"},
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
    Arranged arranged = arranged_at(call, places);
    for (const std::string& note : arranged.notes) call.info(note);
    return std::move(arranged.rows);
  }

 private:
  [[nodiscard]] Arranged arranged_at(const playlist::OrderingCall& call, std::size_t places) const {
    std::vector<Course> courses;
    for (const Wanted& wanted : wanted_) courses.push_back(course_of(call, wanted));
    return arrange_along(call, std::move(courses), {places, rank_weight_, is_harmonic_});
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
    Arranged best;
    double least_off = kAny;
    for (int round = 0; round < kMostRounds; ++round) {
      Arranged arranged = arranged_at(call, places);
      const double off = minutes_ * 60 - lengths.sum(arranged.rows);
      if (std::abs(off) < least_off) {
        least_off = std::abs(off);
        best = std::move(arranged);
      }
      const std::size_t next =
          bounded(static_cast<double>(places) + std::round(off / lengths.mean()));
      if (next == places) break;
      places = next;
    }
    for (const std::string& note : best.notes) call.info(note);
    tell_length(call, lengths, best.rows);
    return std::move(best.rows);
  }

  void tell_length(const playlist::OrderingCall& call, const RowLengths& lengths,
                   const std::vector<std::int32_t>& rows) const {
    const std::size_t unknown = lengths.count_unknown(rows);
    const std::string guess = unknown > 0
                                  ? playlist::concat("; ", unknown, " of unknown length count as ",
                                                     short_number(lengths.mean() / 60), " minutes")
                                  : std::string();
    call.info(playlist::concat("the list lasts ", short_number(lengths.sum(rows) / 60),
                               " minutes for the ", short_number(minutes_), " wanted", guess));
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

  [[nodiscard]] Course course_of(const playlist::OrderingCall& call, const Wanted& wanted) const {
    const playlist::Column column = call.in(wanted.column);
    std::vector<double> values(call.rows());
    for (std::size_t row = 0; row < values.size(); ++row) values[row] = column.number(row);
    const auto [least, most] = std::minmax_element(wanted.points.begin(), wanted.points.end());
    double span = *most - *least;
    if (!(span > 0)) span = standard_deviation(values);
    if (!(span > 0)) span = 1;
    std::string points_text;
    for (const double point : wanted.points)
      points_text += (points_text.empty() ? "" : ", ") + short_number(point);
    return {std::string(column.name()), points_text,   std::move(values),
            line_of(wanted.points),     wanted.weight, span};
  }
  [[nodiscard]] PiecewiseLine line_of(const std::vector<double>& points) const {
    std::vector<double> at = at_;
    for (std::size_t k = 0; at.size() < points.size(); ++k) at.push_back(along(k, points.size()));
    return {std::move(at), points};
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
    "  pl.ordering.curve { tempo = { 120, 170 }, tracks = 25 }, or minutes = 60\n"
    "  pl.ordering.curve { energy = { 0.3, 0.9, 0.5 }, at = { 0, 0.8, 1 } }\n"
    "  pl.ordering.curve { tempo = { 120, 170 }, energy = { 0.4, 0.9, weight = 0.5 } }\n"
    "Tracks without a value stand at the end. The run tells how far off the curve it is.");
