// When two tracks count as the same: the track, the song (any version of it) or the artist.
#pragma once

#include "playlist/plugin.hpp"

#include <algorithm>
#include <cstdint>
#include <span>
#include <string_view>
#include <vector>

inline constexpr playlist::Choices kSameBy{"song", "track", "artist"};
inline constexpr playlist::Choices kSameSongBy{"song", "track"};

/// The number that same tracks share; -1 for a track without one, which is like no other.
class Same {
 public:
  Same(const playlist::Call& call, std::string_view by) : is_track_(by == "track") {
    if (is_track_) {
      count_ = call.table("tracks").rows();
      return;
    }
    numbers_ = call.table("tracks")[by].i32();
    std::int32_t last = -1;
    for (const std::int32_t number : numbers_) last = std::max(last, number);
    count_ = static_cast<std::size_t>(last + 1);
  }

  [[nodiscard]] std::int32_t of(std::int32_t track) const {
    return is_track_ ? track : std::max(numbers_[static_cast<std::size_t>(track)], -1);
  }
  /// Numbers are below it.
  [[nodiscard]] std::size_t count() const { return count_; }

 private:
  bool is_track_;
  std::span<const std::int32_t> numbers_;
  std::size_t count_ = 0;
};

/// The tracks that are the same as one of a set.
class SameAsAny {
 public:
  SameAsAny(const Same& same, std::span<const std::int32_t> tracks)
      : same_(same), has_(same.count()) {
    for (const std::int32_t track : tracks) {
      if (const std::int32_t number = same_.of(track); number >= 0) {
        has_[static_cast<std::size_t>(number)] = 1;
      }
    }
  }
  [[nodiscard]] bool has(std::int32_t track) const {
    const std::int32_t number = same_.of(track);
    return number >= 0 && has_[static_cast<std::size_t>(number)] != 0;
  }

 private:
  const Same& same_;
  std::vector<std::uint8_t> has_;
};
