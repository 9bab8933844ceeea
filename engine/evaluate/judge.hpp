// Compares lists with what was then played: places that count, and every metric of every list.
#pragma once

#include <cstdint>
#include <map>
#include <memory>
#include <optional>
#include <string>
#include <vector>

#include "evaluate/audience.hpp"
#include "evaluate/bootstrap.hpp"
#include "evaluate/listening.hpp"
#include "evaluate/lists.hpp"
#include "evaluate/metrics.hpp"

namespace engine::evaluate {

/// Dates of a user that do not count.
struct SkippedDates {
  std::string user;
  std::size_t dates = 0;    // all of them
  std::size_t unknown = 0;  // of those, before the history begins
};

/// Lists by place; nothing where none could be made.
using PlaceLists = std::vector<std::optional<std::vector<std::int32_t>>>;

class Judge {
 public:
  /// `ks` ascend. A date counts when something was played in its period that is `judged`; where
  /// that is what was new, also only once there is a history, as before it nobody can tell what is.
  /// `audience` says what is popular; without one long_tail is not counted. Throws Error(kStore)
  /// when the columns are of different states of the store, Error(kNothing) when no date counts.
  Judge(std::vector<std::shared_ptr<const PreparedColumns>> users, std::vector<Period> periods,
        std::vector<std::int64_t> ks, Judged judged = Judged::kAll,
        std::shared_ptr<const Audience> audience = nullptr);

  [[nodiscard]] const std::vector<Place>& places() const { return places_; }  // by date, user
  [[nodiscard]] const std::vector<SkippedDates>& skipped() const { return skipped_; }
  [[nodiscard]] const std::vector<std::string>& metrics() const { return metrics_; }
  /// Tracks known as of the last date.
  [[nodiscard]] std::int64_t catalogue_tracks() const { return catalogue_tracks_; }

  /// By metric, then place; NaN: not counted.
  [[nodiscard]] std::vector<std::vector<double>> values(const PlaceLists& lists) const;
  /// Of all lists together; see gini() of metrics.hpp.
  [[nodiscard]] double gini(const PlaceLists& lists) const;
  /// Mean and interval of values by place; NaN is left out.
  [[nodiscard]] Interval interval(const std::vector<double>& values,
                                  const BootstrapOptions& options) const;

 private:
  void refuse_other_states(const std::vector<std::shared_ptr<const PreparedColumns>>& users) const;
  void choose_places();
  /// The short head as of a place's date; empty without an audience.
  [[nodiscard]] const std::vector<bool>& head_of(std::int64_t date) const;
  [[nodiscard]] std::string span_of_history() const;

  std::vector<std::shared_ptr<const PreparedColumns>> users_;
  std::vector<Period> periods_;
  std::vector<std::int64_t> ks_;
  Judged judged_;
  std::shared_ptr<const Audience> audience_;
  std::vector<std::string> metrics_;
  std::vector<Listening> listening_;  // by user
  const std::int32_t* first_artist_ = nullptr;
  std::int64_t catalogue_tracks_ = 0;
  std::vector<Place> places_;
  std::vector<Truth> truths_;  // by place
  std::vector<SkippedDates> skipped_;
  mutable std::map<std::int64_t, std::vector<bool>> heads_;  // by date, once asked for
};

}  // namespace engine::evaluate
