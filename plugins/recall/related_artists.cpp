#include "related_artists.hpp"

#include <algorithm>
#include <utility>

#include "artist_signals.hpp"

struct RelatedArtists::Signals {
  SharedSets listeners, playlists;
  SharedTags tags;
  ArtistSums scratch, sums;

  explicit Signals(const playlist::Call& call)
      : listeners(call.lists("artist_users"), 2),
        playlists(call.lists("artist_playlists"), 1),
        tags(call),
        scratch(call.table("artists").rows()),
        sums(call.table("artists").rows()) {}
};

RelatedArtists::RelatedArtists(const playlist::Call& call, SignalWeights weights, std::size_t count)
    : call_(call),
      weights_(weights),
      count_(count),
      relations_(call.lists("artist_relations")),
      artist_tracks_(call.lists("artist_tracks")) {}

RelatedArtists::~RelatedArtists() = default;

std::vector<RelatedArtist> RelatedArtists::of(std::int32_t artist) {
  std::vector<RelatedArtist> related = imported(artist);
  if (related.empty()) related = computed(artist);
  return closest(std::move(related));
}

std::vector<RelatedArtist> RelatedArtists::imported(std::int32_t artist) const {
  const auto others = relations_[artist];
  const auto weights = relations_.weights(artist);
  std::vector<RelatedArtist> related;
  double largest = 0;
  for (std::size_t i = 0; i < others.size(); ++i) {
    const double weight = weights.empty() ? 1 : static_cast<double>(weights[i]);
    if (!(weight > 0) || others[i] == artist || artist_tracks_[others[i]].empty()) continue;
    related.push_back({others[i], weight});
    largest = std::max(largest, weight);
  }
  for (RelatedArtist& other : related) other.strength /= largest;
  return related;
}

std::vector<RelatedArtist> RelatedArtists::computed(std::int32_t artist) {
  if (!signals_) signals_ = std::make_unique<Signals>(call_);
  Signals& by = *signals_;
  const double listeners = by.listeners.has(artist) ? weights_.listeners : 0;
  const double playlists = by.playlists.has(artist) ? weights_.playlists : 0;
  const double tags = by.tags.has(artist) ? weights_.tags : 0;
  const double known = listeners + playlists + tags;
  if (listeners > 0) by.listeners.add(artist, listeners / known, by.scratch, by.sums);
  if (playlists > 0) by.playlists.add(artist, playlists / known, by.scratch, by.sums);
  if (tags > 0) by.tags.add(artist, tags / known, by.scratch, by.sums);
  std::vector<RelatedArtist> related;
  by.sums.take([&](std::int32_t other, double strength, std::uint32_t) {
    if (strength > 0 && !artist_tracks_[other].empty()) related.push_back({other, strength});
  });
  return related;
}

std::vector<RelatedArtist> RelatedArtists::closest(std::vector<RelatedArtist> related) const {
  const std::size_t count = std::min(count_, related.size());
  std::partial_sort(related.begin(), related.begin() + static_cast<std::ptrdiff_t>(count),
                    related.end(), [](const RelatedArtist& a, const RelatedArtist& b) {
                      return a.strength != b.strength ? a.strength > b.strength
                                                      : a.artist < b.artist;
                    });
  related.resize(count);
  return related;
}
