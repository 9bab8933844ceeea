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

/// Listens in their order, told apart by 128 bits of them: to keep a million listens and to compare
/// them in every call would cost more than what they are kept for.
class HeardPrint {
 public:
  /// By the store's ids, which mean the same in every load; artist_id -1: the track has no artist.
  void add(std::int64_t ts, std::int64_t track_id, std::int64_t artist_id, std::uint8_t is_play) {
    // Sums, as terms that do not wait for each other are worked on side by side.
    const std::uint64_t what =
        folded(static_cast<std::uint64_t>(ts) ^ 0x9E3779B97F4A7C15u,
               (static_cast<std::uint64_t>(track_id) << 8 | is_play) ^ 0xBF58476D1CE4E5B9u);
    what_ += what;
    in_order_ += folded(what ^ static_cast<std::uint64_t>(artist_id),
                        ++count_ * 0x94D049BB133111EBu ^ 0xD6E8FEB86659FD93u);
  }
  bool operator==(const HeardPrint&) const = default;

 private:
  /// Every bit of both decides about every bit.
  static std::uint64_t folded(std::uint64_t a, std::uint64_t b) {
    const auto product = static_cast<unsigned __int128>(a) * b;
    return static_cast<std::uint64_t>(product) ^ static_cast<std::uint64_t>(product >> 64);
  }
  std::uint64_t count_ = 0, what_ = 0, in_order_ = 0;
};

/// Everything that a Listener is computed from.
struct ListenerKey {
  std::string model;  // shared::version_of()
  std::int64_t now = 0, user_id = 0;
  HeardPrint heard;

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
