// Which artists go with an artist, and how closely.
//
// Imported relations (lists artist_relations) are used as they are: strength = weight / the
// artist's largest weight. An artist without any gets relations computed from three signals, each
// in 0..1, added with the caller's weights and divided by the sum of the weights of those signals
// for which the artist has data:
//
//   listeners  who plays both: cosine of the artists' user sets, a user weighing 1 / log2(2 + their
//              artists), so that somebody who plays everything says little; times n / (n + 1) for n
//              users in common. One user in common only says that they know both: n must be >= 2.
//   playlists  the same over the playlists that hold both; n >= 1.
//   tags       weighted Jaccard of the artists' tags, weights scaled to a sum of 1; an artist
//              without tags has those of their tracks, each as often as it comes.
//
// A user or playlist of more than 100 artists that is also more than a tenth of all artists is left
// out: it holds any two of them. The weighting by set size is Adamic and Adar's (Friends and
// neighbors on the Web, Social Networks 2003); the damping by n is that of Bell and Koren's
// neighbours (ICDM 2007). Only artists with at least one track are related. Cost of one artist: the
// members of the sets it is in; building costs one pass over each kind of list, at the first artist
// that needs it.
#pragma once

#include "playlist/plugin.hpp"

#include <cstdint>
#include <memory>
#include <vector>

struct RelatedArtist {
  std::int32_t artist;
  double strength;  // in (0, 1]
};

struct SignalWeights {
  double listeners, playlists, tags;  // >= 0, not all 0
};

class RelatedArtists {
 public:
  RelatedArtists(const playlist::Call& call, SignalWeights weights, std::size_t count);
  ~RelatedArtists();

  /// The closest `count`, closest first, ties by artist number.
  [[nodiscard]] std::vector<RelatedArtist> of(std::int32_t artist);

 private:
  struct Signals;
  [[nodiscard]] std::vector<RelatedArtist> imported(std::int32_t artist) const;
  [[nodiscard]] std::vector<RelatedArtist> computed(std::int32_t artist);
  [[nodiscard]] std::vector<RelatedArtist> closest(std::vector<RelatedArtist> related) const;

  const playlist::Call& call_;
  SignalWeights weights_;
  std::size_t count_;
  playlist::Lists relations_, artist_tracks_;
  std::unique_ptr<Signals> signals_;
};
