// model.discovery, and the listener, as a call's elements see them.
#pragma once

#include "playlist/call.hpp"

#include <cstdint>
#include <memory>
#include <string>
#include <vector>

#include "listener.hpp"
#include "shared/discovery_signals.hpp"
#include "shared/model_rows.hpp"
#include "shared/songs.hpp"

namespace discovery {

inline constexpr const char* kDiscoveryModel = "model.discovery";

/// Threads: one at a time; for as long as the call.
class DiscoveryModel {
 public:
  /// Throws NoData where there is no model, or where somebody has not played anything yet.
  explicit DiscoveryModel(const playlist::Call& call);

  [[nodiscard]] const shared::CoListening& all() const { return all_; }
  [[nodiscard]] const shared::ListenerProfile& listener() const { return listener_->profile(); }
  // Of the listener; each is computed when it is first asked for, once for all calls about them.
  [[nodiscard]] const shared::PeopleSharing& people() const { return listener_->people(all_); }
  [[nodiscard]] const shared::Signal& audiences() const { return listener_->audiences(all_); }
  [[nodiscard]] const shared::TrackSignal& session_tracks() const {
    return listener_->session_tracks(all_);
  }
  [[nodiscard]] const shared::DiscoverySignals& signals() const { return listener_->signals(all_); }

  /// Numbers of the load: -1 where it does not know the row.
  [[nodiscard]] std::int32_t track_number(std::int32_t row) const { return tracks_.number(row); }
  [[nodiscard]] std::int32_t artist_number(std::int32_t row) const { return artists_.number(row); }
  /// Rows of the model: -1 where it does not know the track.
  [[nodiscard]] std::int32_t track_row(std::int32_t number) const { return tracks_.row(number); }

  /// What may be found: tracks that the load knows, of songs that the listener never came across,
  /// not even to skip them.
  [[nodiscard]] shared::MayBe unheard() const;

 private:
  static shared::CoListening read(const playlist::Call& call);
  [[nodiscard]] ListenerKey key_of(const playlist::Call& call) const;
  [[nodiscard]] std::shared_ptr<const Listener> read_listener(const playlist::Call& call) const;
  [[nodiscard]] static shared::PersonRow find_self(const playlist::Call& call);

  shared::CoListening all_;
  shared::ModelRows tracks_, artists_;
  shared::Songs heard_;
  std::shared_ptr<const Listener> listener_;
};

/// The learned formula. Its artifact parts: table "weights" (weight, mean f32; a row for each of
/// discovery_features()), bytes "features" (their names, one a line), table "scaling" (slope,
/// intercept f32: of the weighted sum, to the log odds).
class DiscoveryFormula {
 public:
  /// Throws NoData where the model is of other features than these.
  explicit DiscoveryFormula(const playlist::Call& call);

  [[nodiscard]] float log_odds(const shared::DiscoveryRow& row) const;
  /// By how much a feature lifts the log odds above those of the mean candidate.
  [[nodiscard]] float part(const shared::DiscoveryRow& row, std::size_t feature) const {
    return slope_ * weights_[feature] * (row[feature] - means_[feature]);
  }

 private:
  std::span<const float> weights_, means_;
  float slope_, intercept_;
};

}  // namespace discovery
