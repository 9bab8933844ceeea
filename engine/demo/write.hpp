// Puts the demo's world and listeners into a store, in bulk.
#pragma once

#include <cstdint>

#include "demo/history.hpp"
#include "demo/world.hpp"
#include "store/store.hpp"

namespace engine::demo {

/// Writes everything into one new, empty store. Ids: number + 1 of artists, tracks, genres (tags)
/// and listeners.
class DemoWriter {
 public:
  DemoWriter(Store& store, const World& world, const DemoOptions& options)
      : store_(store), world_(world), options_(options) {}

  void write_artists();
  void write_tracks();
  void write_tags();
  void write_relations();
  /// Playlists of nobody in the store, as data sets bring them.
  void write_public_playlists();
  void write_listener(std::int64_t number, const Listener& listener);
  /// Takes some of the tracks that the listener heard out of the catalogue, as histories always
  /// know tracks that no catalogue has.
  void unlist_some(const Listener& listener);
  /// The import records that account for the above, by kind of record.
  void write_ingestions(std::int64_t own_records, std::int64_t other_records);

  [[nodiscard]] std::int64_t playlist_count() const { return playlists_; }

 private:
  void write_playlist(std::int64_t user_id, const OwnPlaylist& playlist);

  Store& store_;
  const World& world_;
  const DemoOptions& options_;
  std::int64_t playlists_ = 0;
};

}  // namespace engine::demo
