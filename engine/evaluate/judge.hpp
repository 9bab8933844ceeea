// Compares lists with what was then played: places that count, and every metric of every list.
#pragma once

#include <cstdint>
#include <memory>
#include <optional>
#include <string>
#include <vector>

#include "evaluate/bootstrap.hpp"
#include "evaluate/listening.hpp"
#include "evaluate/lists.hpp"
#include "evaluate/metrics.hpp"

namespace engine::evaluate {

/// Dates of a user that do not count, as nothing was played in their period.
struct SkippedDates {
  std::string user;
  std::size_t dates = 0;
};

/// Lists by place; nothing where none could be made.
using PlaceLists = std::vector<std::optional<std::vector<std::int32_t>>>;

class Judge {
 public:
  /// `ks` ascend. `is_new_only`: by what the user played and had not heard before the date, for
  /// lists that are to discover; a date without such a play does not count. Throws Error(kStore)
  /// when the users' columns are of different states of the store, Error(kNothing) when no date
  /// counts.
  Judge(std::vector<std::shared_ptr<const PreparedColumns>> users, std::vector<Period> periods,
        std::vector<std::int64_t> ks, bool is_new_only = false);

  [[nodiscard]] const std::vector<Place>& places() const { return places_; }  // by date, user
  [[nodiscard]] const std::vector<SkippedDates>& skipped() const { return skipped_; }
  [[nodiscard]] const std::vector<std::string>& metrics() const { return metrics_; }
  /// Tracks known as of the last date.
  [[nodiscard]] std::int64_t catalogue_tracks() const { return catalogue_tracks_; }

  /// By metric, then place; NaN: not counted.
  [[nodiscard]] std::vector<std::vector<double>> values(const PlaceLists& lists) const;
  /// Mean and interval of values by place; NaN is left out.
  [[nodiscard]] Interval interval(const std::vector<double>& values,
                                  const BootstrapOptions& options) const;

 private:
  void choose_places();
  [[nodiscard]] std::string span_of_history() const;

  std::vector<std::shared_ptr<const PreparedColumns>> users_;
  std::vector<Period> periods_;
  std::vector<std::int64_t> ks_;
  bool is_new_only_;
  std::vector<std::string> metrics_;
  std::vector<Listening> listening_;  // by user
  const std::int32_t* first_artist_ = nullptr;
  std::int64_t catalogue_tracks_ = 0;
  std::vector<Place> places_;
  std::vector<Truth> truths_;  // by place
  std::vector<SkippedDates> skipped_;
};

}  // namespace engine::evaluate
