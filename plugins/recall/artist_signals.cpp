#include "artist_signals.hpp"

#include <algorithm>
#include <cmath>

namespace {

std::size_t value_count(const playlist::Lists& lists) {
  std::int32_t last = -1;
  for (std::size_t row = 0; row < lists.rows(); ++row) {
    for (const std::int32_t value : lists[static_cast<std::int64_t>(row)]) {
      last = std::max(last, value);
    }
  }
  return static_cast<std::size_t>(last + 1);
}

}  // namespace

Inverse::Inverse(const playlist::Lists& lists) : begins_(value_count(lists) + 2) {
  for (std::size_t row = 0; row < lists.rows(); ++row) {
    for (const std::int32_t value : lists[static_cast<std::int64_t>(row)]) {
      ++begins_[static_cast<std::size_t>(value) + 2];
    }
  }
  for (std::size_t i = 1; i < begins_.size(); ++i) begins_[i] += begins_[i - 1];
  rows_.resize(begins_.back());
  for (std::size_t row = 0; row < lists.rows(); ++row) {
    for (const std::int32_t value : lists[static_cast<std::int64_t>(row)]) {
      rows_[begins_[static_cast<std::size_t>(value) + 1]++] = static_cast<std::int32_t>(row);
    }
  }
  begins_.pop_back();
}

SharedSets::SharedSets(playlist::Lists sets_of_artist, std::uint32_t least_in_common)
    : sets_of_artist_(sets_of_artist),
      least_in_common_(least_in_common),
      artists_of_set_(sets_of_artist),
      set_weight_(artists_of_set_.rows()),
      artist_norm_(sets_of_artist.rows()) {
  const std::size_t largest = std::max<std::size_t>(100, sets_of_artist.rows() / 10);
  for (std::size_t set = 0; set < set_weight_.size(); ++set) {
    const auto members = artists_of_set_[static_cast<std::int32_t>(set)].size();
    if (members <= largest) set_weight_[set] = 1 / std::log2(2 + static_cast<double>(members));
  }
  for (std::size_t artist = 0; artist < artist_norm_.size(); ++artist) {
    double sum = 0;
    for (const std::int32_t set : sets_of_artist_[static_cast<std::int64_t>(artist)]) {
      sum += set_weight_[static_cast<std::size_t>(set)];
    }
    artist_norm_[artist] = std::sqrt(sum);
  }
}

void SharedSets::add(std::int32_t artist, double factor, ArtistSums& scratch,
                     ArtistSums& sums) const {
  for (const std::int32_t set : sets_of_artist_[artist]) {
    const double weight = set_weight_[static_cast<std::size_t>(set)];
    if (weight == 0) continue;
    for (const std::int32_t other : artists_of_set_[set]) {
      if (other != artist) scratch.add(other, weight);
    }
  }
  const double norm = artist_norm_[static_cast<std::size_t>(artist)];
  scratch.take([&](std::int32_t other, double shared, std::uint32_t in_common) {
    if (in_common < least_in_common_) return;
    const double cosine = shared / (norm * artist_norm_[static_cast<std::size_t>(other)]);
    sums.add(other, factor * cosine * in_common / (in_common + 1));
  });
}

SharedTags::SharedTags(const playlist::Call& call) {
  fill_profiles(call);
  turn_around(call.table("tags").rows());
}

void SharedTags::fill_profiles(const playlist::Call& call) {
  const playlist::Lists artist_tags = call.lists("artist_tags");
  const playlist::Lists artist_tracks = call.lists("artist_tracks");
  const playlist::Lists track_tags = call.lists("track_tags");
  const std::size_t artists = call.table("artists").rows();
  std::vector<float> weight(call.table("tags").rows());
  std::vector<std::int32_t> used;
  const auto count = [&](std::int32_t tag, float by) {
    if (!(by > 0)) return;
    if (weight[static_cast<std::size_t>(tag)] == 0) used.push_back(tag);
    weight[static_cast<std::size_t>(tag)] += by;
  };
  begins_.reserve(artists + 1);
  begins_.push_back(0);
  for (std::size_t artist = 0; artist < artists; ++artist) {
    const auto number = static_cast<std::int64_t>(artist);
    const auto tags = artist_tags[number];
    const auto weights = artist_tags.weights(number);
    for (std::size_t i = 0; i < tags.size(); ++i) {
      count(tags[i], weights.empty() ? 1 : weights[i]);
    }
    if (used.empty()) {
      for (const std::int32_t track : artist_tracks[number]) {
        for (const std::int32_t tag : track_tags[track]) count(tag, 1);
      }
    }
    std::sort(used.begin(), used.end());
    float sum = 0;
    for (const std::int32_t tag : used) sum += weight[static_cast<std::size_t>(tag)];
    for (const std::int32_t tag : used) {
      tags_.push_back({tag, weight[static_cast<std::size_t>(tag)] / sum});
      weight[static_cast<std::size_t>(tag)] = 0;
    }
    used.clear();
    begins_.push_back(tags_.size());
  }
}

void SharedTags::turn_around(std::size_t tag_count) {
  tag_begins_.assign(tag_count + 2, 0);
  for (const Weighted& tag : tags_) ++tag_begins_[static_cast<std::size_t>(tag.number) + 2];
  for (std::size_t i = 1; i < tag_begins_.size(); ++i) tag_begins_[i] += tag_begins_[i - 1];
  artists_.resize(tags_.size());
  for (std::size_t artist = 0; artist + 1 < begins_.size(); ++artist) {
    for (std::size_t i = begins_[artist]; i < begins_[artist + 1]; ++i) {
      artists_[tag_begins_[static_cast<std::size_t>(tags_[i].number) + 1]++] = {
          static_cast<std::int32_t>(artist), tags_[i].weight};
    }
  }
  tag_begins_.pop_back();
}

void SharedTags::add(std::int32_t artist, double factor, ArtistSums& scratch,
                     ArtistSums& sums) const {
  const auto at = static_cast<std::size_t>(artist);
  for (std::size_t i = begins_[at]; i < begins_[at + 1]; ++i) {
    const auto tag = static_cast<std::size_t>(tags_[i].number);
    for (std::size_t k = tag_begins_[tag]; k < tag_begins_[tag + 1]; ++k) {
      if (artists_[k].number != artist) {
        scratch.add(artists_[k].number, std::min(tags_[i].weight, artists_[k].weight));
      }
    }
  }
  // Both profiles sum to 1, so the sum of the larger weights is 2 less the sum of the smaller.
  scratch.take([&](std::int32_t other, double smaller, std::uint32_t) {
    sums.add(other, factor * smaller / (2 - smaller));
  });
}
