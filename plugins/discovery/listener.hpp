// A listener as all elements of this library see them, kept from one call to the next.
//
// A list asks four recalls and a ranking about the same person, each in a call of its own. What
// they go by hangs on the model's version, on what the person heard and on the time, and on nothing
// else; so it is worked out once and kept for the calls that ask about the very same.
#pragma once

#include <cstdint>
#include <functional>
#include <memory>
#include <mutex>
#include <string>
#include <vector>

#include "shared/discovery_signals.hpp"

namespace discovery {

/// Everything that a Listener is computed from. Tracks and artists stand by the store's ids, which
/// mean the same in every load.
struct ListenerKey {
  struct Heard {
    std::int64_t ts, track_id, artist_id;  // -1: the track has no artist
    std::uint8_t is_play;
    bool operator==(const Heard&) const = default;
  };
  std::string model;  // shared::version_of()
  std::int64_t now = 0, user_id = 0;
  std::vector<Heard> heard;  // by time

  bool operator==(const ListenerKey&) const = default;
};

/// Holds numbers only, no view of an artifact or a table, and so may outlive both. `all` is always
/// the listening of the version that the key names. Threads: any.
class Listener {
 public:
  Listener(shared::ListenerProfile profile, shared::PersonRow self)
      : profile_(std::move(profile)), self_(self) {}

  [[nodiscard]] const shared::ListenerProfile& profile() const { return profile_; }
  // Each is computed when it is first asked for.
  [[nodiscard]] const shared::PeopleSharing& people(const shared::CoListening& all) const;
  [[nodiscard]] const shared::Signal& audiences(const shared::CoListening& all) const;
  [[nodiscard]] const shared::TrackSignal& session_tracks(const shared::CoListening& all) const;
  [[nodiscard]] const shared::DiscoverySignals& signals(const shared::CoListening& all) const;

 private:
  shared::ListenerProfile profile_;
  shared::PersonRow self_;
  mutable std::once_flag has_people_, has_audiences_, has_sessions_, has_tracks_;
  mutable shared::DiscoverySignals signals_;
};

/// The one that is kept for an equal key, else what `make` gives, which is kept in place of the one
/// asked for longest ago. Nothing is kept where the model has no version. Threads: any.
std::shared_ptr<const Listener> listener_of(
    ListenerKey key, const std::function<std::shared_ptr<const Listener>()>& make);

}  // namespace discovery
