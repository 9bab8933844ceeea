// Sets of tracks as a bit each, and the place that a track has in an ascending list of them: a
// library of 100,000 takes 19 kB where a table of places takes 400, and less to fill than that.
#pragma once

#include <bit>
#include <concepts>
#include <cstddef>
#include <cstdint>
#include <span>
#include <utility>
#include <vector>

namespace engine {

/// Tracks below a count.
class TrackBits {
 public:
  TrackBits() = default;
  explicit TrackBits(std::size_t tracks) : words_((tracks + 63) / 64) {}

  [[nodiscard]] bool has(std::int32_t track) const {
    return (words_[word_of(track)] & bit_of(track)) != 0;
  }
  void add(std::int32_t track) { words_[word_of(track)] |= bit_of(track); }
  /// The tracks that next() gives, one after another, until it gives -1. Of tracks that ascend a
  /// word is written once, not 64 times, each after a wait for the last.
  template <std::invocable Next>
  void add_all(const Next& next) {
    std::size_t at = 0;
    std::uint64_t bits = 0;
    for (std::int32_t track = next(); track >= 0; track = next()) {
      const std::size_t word = word_of(track);
      if (word != at) {
        if (bits != 0) words_[at] |= bits;
        at = word;
        bits = 0;
      }
      bits |= bit_of(track);
    }
    if (bits != 0) words_[at] |= bits;
  }
  void add_all(std::span<const std::int32_t> tracks) {
    std::size_t k = 0;
    add_all([&] { return k < tracks.size() ? tracks[k++] : -1; });
  }
  void remove(std::int32_t track) { words_[word_of(track)] &= ~bit_of(track); }
  [[nodiscard]] const std::vector<std::uint64_t>& words() const { return words_; }
  /// How many are in both sets, which are of tracks below the same count.
  [[nodiscard]] std::size_t count_common(const TrackBits& other) const {
    std::size_t common = 0;
    for (std::size_t k = 0; k < words_.size(); ++k)
      common += static_cast<std::size_t>(std::popcount(words_[k] & other.words_[k]));
    return common;
  }

  static std::size_t word_of(std::int32_t track) { return static_cast<std::size_t>(track) / 64; }
  static std::uint64_t bit_of(std::int32_t track) {
    return std::uint64_t{1} << (static_cast<std::uint32_t>(track) % 64);
  }

 private:
  std::vector<std::uint64_t> words_;
};

/// Of a list of tracks that ascends, the place of each.
class TrackRanks {
 public:
  TrackRanks() = default;
  /// Of the tracks in the set.
  explicit TrackRanks(TrackBits tracks) : tracks_(std::move(tracks)) {
    std::int32_t before = 0;
    before_.reserve(tracks_.words().size());
    for (const std::uint64_t word : tracks_.words()) {
      before_.push_back(before);
      before += std::popcount(word);
    }
  }

  [[nodiscard]] const TrackBits& tracks() const { return tracks_; }
  /// -1: it is not in the list.
  [[nodiscard]] std::int32_t place(std::int32_t track) const {
    if (!tracks_.has(track)) return -1;
    const std::size_t word = TrackBits::word_of(track);
    const std::uint64_t smaller = tracks_.words()[word] & (TrackBits::bit_of(track) - 1);
    return before_[word] + std::popcount(smaller);
  }

 private:
  TrackBits tracks_;
  std::vector<std::int32_t> before_;  // of each word: how many are in those before it
};

}  // namespace engine
