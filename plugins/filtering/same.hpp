// When two tracks count as the same: the track, the song (any version of it) or the artist.
#pragma once

#include "playlist/plugin.hpp"

#include <algorithm>
#include <cstdint>
#include <span>
#include <string_view>
#include <utility>
#include <vector>

inline constexpr playlist::Choices kSameBy{"song", "track", "artist"};
inline constexpr playlist::Choices kSameSongBy{"song", "track"};

/// The number that same tracks share; -1 for a track without one, which is like no other.
class Same {
 public:
  Same(const playlist::Call& call, std::string_view by) {
    if (by != "track") numbers_ = call.table("tracks")[by].i32();
  }

  [[nodiscard]] std::int32_t of(std::int32_t track) const {
    return numbers_.empty() ? track : std::max(numbers_[static_cast<std::size_t>(track)], -1);
  }

 private:
  std::span<const std::int32_t> numbers_;  // empty: each track is like itself only
};

/// A value per number of Same, for those that have one: a hash table, as a user knows a few hundred
/// or thousand of all the tracks, and a call would else begin by clearing a place for each.
template <class Value>
class BySame {
 public:
  /// Room for so many different numbers without growing.
  explicit BySame(std::size_t count) { make_room(count); }

  /// Of a number >= 0; a Value{} when it is new.
  Value& operator[](std::int32_t number) {
    if (2 * (count_ + 1) > places_.size()) grow();
    Place& place = places_[find(number)];
    count_ += place.number < 0;
    place.number = number;
    return place.value;
  }
  /// nullptr: it has none; a number below 0 never has.
  [[nodiscard]] const Value* get(std::int32_t number) const {
    if (number < 0) return nullptr;
    const Place& place = places_[find(number)];
    return place.number < 0 ? nullptr : &place.value;
  }

 private:
  struct Place {
    std::int32_t number = -1;
    Value value{};
  };
  void make_room(std::size_t count) {
    std::size_t size = 64;
    while (size < 2 * (count + 1)) size *= 2;
    places_.assign(size, Place{});
  }
  void grow() {
    std::vector<Place> old = std::move(places_);
    make_room(old.size());
    for (Place& place : old) {
      if (place.number >= 0) places_[find(place.number)] = std::move(place);
    }
  }
  [[nodiscard]] std::size_t find(std::int32_t number) const {
    const std::size_t last = places_.size() - 1;
    // The upper half of the product depends on every bit of the number.
    const std::uint32_t hash = static_cast<std::uint32_t>(number) * 0x9E3779B9u;
    std::size_t at = (hash ^ (hash >> 16)) & last;
    while (places_[at].number >= 0 && places_[at].number != number) at = (at + 1) & last;
    return at;
  }

  std::vector<Place> places_;  // a power of 2, at most half of it taken
  std::size_t count_ = 0;
};

/// The tracks that are the same as one of a set.
class SameAsAny {
 public:
  SameAsAny(const Same& same, std::span<const std::int32_t> tracks)
      : same_(same), has_(tracks.size()) {
    for (const std::int32_t track : tracks) {
      if (const std::int32_t number = same_.of(track); number >= 0) has_[number] = true;
    }
  }
  [[nodiscard]] bool has(std::int32_t track) const { return has_.get(same_.of(track)) != nullptr; }

 private:
  const Same& same_;
  BySame<bool> has_;
};
