// The signals that related artists are computed from; related_artists.hpp has the formulas.
#pragma once

#include "playlist/plugin.hpp"

#include <cstdint>
#include <vector>

/// Adds up one number per artist; only the artists touched are visited and cleared.
class ArtistSums {
 public:
  explicit ArtistSums(std::size_t artist_count) : sums_(artist_count), counts_(artist_count) {}

  void add(std::int32_t artist, double value) {
    const auto at = static_cast<std::size_t>(artist);
    if (counts_[at]++ == 0) touched_.push_back(artist);
    sums_[at] += value;
  }
  /// use(artist, sum, number of additions) for each, in the order they were touched; then empty.
  template <class Use>
  void take(Use&& use) {
    for (const std::int32_t artist : touched_) {
      const auto at = static_cast<std::size_t>(artist);
      use(artist, sums_[at], counts_[at]);
      sums_[at] = 0;
      counts_[at] = 0;
    }
    touched_.clear();
  }

 private:
  std::vector<double> sums_;
  std::vector<std::uint32_t> counts_;
  std::vector<std::int32_t> touched_;
};

/// Lists turned around: for each value the rows that hold it, ascending.
class Inverse {
 public:
  explicit Inverse(const playlist::Lists& lists);
  [[nodiscard]] std::size_t rows() const { return begins_.size() - 1; }
  [[nodiscard]] std::span<const std::int32_t> operator[](std::int32_t value) const {
    const auto at = static_cast<std::size_t>(value);
    return {rows_.data() + begins_[at], begins_[at + 1] - begins_[at]};
  }

 private:
  std::vector<std::size_t> begins_;
  std::vector<std::int32_t> rows_;
};

/// Cosine of the sets that two artists are in (users, playlists), see related_artists.hpp.
class SharedSets {
 public:
  SharedSets(playlist::Lists sets_of_artist, std::uint32_t least_in_common);
  /// Whether the artist is in any set that says something.
  [[nodiscard]] bool has(std::int32_t artist) const {
    return artist_norm_[static_cast<std::size_t>(artist)] > 0;
  }
  /// Adds factor * similarity to `sums` for every other artist; `scratch` is empty before and
  /// after.
  void add(std::int32_t artist, double factor, ArtistSums& scratch, ArtistSums& sums) const;

 private:
  playlist::Lists sets_of_artist_;
  std::uint32_t least_in_common_;
  Inverse artists_of_set_;
  std::vector<double> set_weight_;  // 0 for a set too large to say anything
  std::vector<double> artist_norm_;
};

/// Weighted Jaccard of two artists' tags, see related_artists.hpp.
class SharedTags {
 public:
  explicit SharedTags(const playlist::Call& call);
  [[nodiscard]] bool has(std::int32_t artist) const {
    const auto at = static_cast<std::size_t>(artist);
    return begins_[at] < begins_[at + 1];
  }
  void add(std::int32_t artist, double factor, ArtistSums& scratch, ArtistSums& sums) const;

 private:
  struct Weighted {
    std::int32_t number;  // a tag, or an artist
    float weight;
  };
  void fill_profiles(const playlist::Call& call);
  void turn_around(std::size_t tag_count);

  std::vector<std::size_t> begins_, tag_begins_;  // per artist, per tag
  std::vector<Weighted> tags_, artists_;
};
