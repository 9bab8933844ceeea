// filtering.range: keeps rows whose column lies between min and max, both included.
//
// pl.filtering.range { field = "energy", max = 0.4 }. Rows without a value are kept or dropped as
// `missing` says.
#include "playlist/plugin.hpp"

#include <cmath>
#include <cstdint>
#include <limits>
#include <string>

#include "elements.hpp"
#include "missing.hpp"

namespace {

constexpr double kAny = std::numeric_limits<double>::infinity();

class Range final : public playlist::Filtering {
 public:
  static constexpr playlist::Param kParams[] = {
      playlist::Param::column("field", "", "the column, a number").required(),
      {"min", -kAny, -kAny, kAny, "smallest value kept; not given: any"},
      {"max", kAny, -kAny, kAny, "largest value kept; not given: any"},
      playlist::Param::choice("missing", kMissingChoices, "keep", "rows without a value"),
  };

  explicit Range(const playlist::Args& args)
      : field_(args.column("field")),
        min_(args.number("min")),
        max_(args.number("max")),
        is_dropping_missing_(args.text("missing") == "drop") {
    if (min_ > max_) {
      throw playlist::BadParam(playlist::concat("min ", min_, " is above max ", max_));
    }
  }

  void filter(playlist::FilteringCall& call) const {
    const playlist::Column field = call.in(field_);
    const std::int32_t below = call.because(field.name(), " below ", min_);
    const std::int32_t above = call.because(field.name(), " above ", max_);
    // Bounds as the column's own type sees them: 0.8 as a float is above 0.8 as a double.
    const bool is_f32 = field.type() == PLAYLIST_F32;
    const double min = is_f32 ? static_cast<double>(static_cast<float>(min_)) : min_;
    const double max = is_f32 ? static_cast<double>(static_cast<float>(max_)) : max_;
    MissingRows missing(call, field.name(), is_dropping_missing_);
    for (std::size_t row = 0; row < call.rows(); ++row) {
      if (row % 16'384 == 0) call.checkpoint();
      const double value = field.number(row);
      if (std::isnan(value)) {
        missing.found(row);
      } else if (value < min) {
        call.drop(row, below);
      } else if (value > max) {
        call.drop(row, above);
      }
    }
    missing.tell();
  }

 private:
  std::size_t field_;
  double min_, max_;
  bool is_dropping_missing_;
};

}  // namespace

constinit const playlist::Element kRange =
    playlist::element<Range>("filtering.range", "Keeps rows whose column lies between two bounds.");
