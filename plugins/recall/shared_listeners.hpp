// Whether other people play both of two things, which is what an explanation claims by "people who
// play ...". A factor model gives any two tracks some score, also those that nobody plays both of.
#pragma once

#include "playlist/plugin.hpp"

#include <cstddef>
#include <cstdint>
#include <optional>
#include <span>
#include <vector>

namespace recall {

/// The listeners that a model learned from, by its rows (plugins/model/training.hpp,
/// write_listeners()). Models of before these lists do not tell.
class SharedListeners {
 public:
  /// Of nobody: they are not known.
  SharedListeners() = default;
  SharedListeners(playlist::RecallCall& call, const char* model, const char* name) {
    try {
      listeners_.emplace(call.artifact_lists(model, name));
    } catch (const playlist::NoData&) {
      return;
    }
  }
  [[nodiscard]] bool is_known() const { return listeners_.has_value(); }

  /// At least `least` people have both rows; false for a row of -1.
  [[nodiscard]] bool are_shared(std::int32_t a, std::int32_t b, std::size_t least) const {
    if (a < 0 || b < 0) return false;
    const std::span<const std::int32_t> of_a = (*listeners_)[a], of_b = (*listeners_)[b];
    std::size_t shared = 0;
    for (std::size_t i = 0, k = 0; i < of_a.size() && k < of_b.size();) {
      if (of_a[i] < of_b[k]) {
        ++i;
      } else if (of_b[k] < of_a[i]) {
        ++k;
      } else {
        if (++shared >= least) return true;
        ++i, ++k;
      }
    }
    return false;
  }

 private:
  std::optional<playlist::Lists> listeners_;
};

/// What the user plays or has: one of those who play it is the user.
class OwnMusic {
 public:
  explicit OwnMusic(const playlist::RecallCall& call)
      : artist_of_(call.table("tracks")["artist"].i32()),
        is_track_(artist_of_.size()),
        is_artist_(call.table("artists").rows()) {
    for (const char* set : {"listens", "likes", "library"}) {
      for (const std::int32_t track : call.table(set)["track"].i32()) {
        const auto at = static_cast<std::size_t>(track);
        is_track_[at] = true;
        if (artist_of_[at] >= 0) is_artist_[static_cast<std::size_t>(artist_of_[at])] = true;
      }
    }
  }
  [[nodiscard]] bool has_track(std::int32_t track) const {
    return track >= 0 && is_track_[static_cast<std::size_t>(track)];
  }
  [[nodiscard]] bool has_artist(std::int32_t artist) const {
    return artist >= 0 && is_artist_[static_cast<std::size_t>(artist)];
  }
  /// So many have to play it for one of them to be somebody else.
  [[nodiscard]] std::size_t least_of_track(std::int32_t track) const {
    return has_track(track) ? 2 : 1;
  }
  [[nodiscard]] std::size_t least_of_artist(std::int32_t artist) const {
    return has_artist(artist) ? 2 : 1;
  }

 private:
  std::span<const std::int32_t> artist_of_;
  std::vector<bool> is_track_, is_artist_;
};

}  // namespace recall
