// ordering.by: sorts by a column: pl.ordering.by { "energy", direction = "down" }.
//
// Equal values keep the order they came in; rows without a value come last in both directions.
// Texts go by their bytes.
#include "playlist/plugin.hpp"

#include <algorithm>
#include <cmath>
#include <cstdint>
#include <numeric>
#include <string_view>
#include <vector>

#include "elements.hpp"

namespace {

constexpr playlist::Choices kDirections{"up", "down"};

class By final : public playlist::Ordering {
 public:
  static constexpr playlist::Param kParams[] = {
      playlist::Param::column("field", "", "the column to sort by").required(),
      playlist::Param::choice("direction", kDirections, "up", "up: smallest first"),
  };

  explicit By(const playlist::Args& args)
      : field_(args.column("field")), is_down_(args.text("direction") == "down") {}

  std::vector<std::int32_t> order(playlist::OrderingCall& call) const {
    call.checkpoint();
    const playlist::Column field = call.in(field_);
    if (field.type() == PLAYLIST_STRING) {
      const playlist::Strings texts = field.texts();
      std::vector<std::string_view> values(call.rows());
      for (std::size_t row = 0; row < values.size(); ++row) values[row] = texts[row];
      return sorted(values, [&](std::size_t row) { return texts.code(row) < 0; });
    }
    std::vector<double> values(call.rows());
    for (std::size_t row = 0; row < values.size(); ++row) values[row] = field.number(row);
    return sorted(values, [&](std::size_t row) { return std::isnan(values[row]); });
  }

 private:
  template <class Value, class IsMissing>
  [[nodiscard]] std::vector<std::int32_t> sorted(const std::vector<Value>& values,
                                                 IsMissing&& is_missing) const {
    std::vector<std::int32_t> rows(values.size());
    std::iota(rows.begin(), rows.end(), 0);
    const auto known = std::stable_partition(rows.begin(), rows.end(), [&](std::int32_t row) {
      return !is_missing(static_cast<std::size_t>(row));
    });
    std::stable_sort(rows.begin(), known, [&](std::int32_t a, std::int32_t b) {
      const Value &x = values[static_cast<std::size_t>(a)],
                  &y = values[static_cast<std::size_t>(b)];
      return is_down_ ? y < x : x < y;
    });
    return rows;
  }

  std::size_t field_;
  bool is_down_;
};

}  // namespace

constinit const playlist::Element kBy =
    playlist::element<By>("ordering.by", "Sorts by a column, up or down.");
