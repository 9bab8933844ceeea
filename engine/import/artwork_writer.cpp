#include "import/artwork_writer.hpp"

#include "store/artworks.hpp"

namespace engine::import {

ArtworkWriter::ArtworkWriter(Store& store)
    : put_(store.prepare("INSERT INTO artworks (track_id, address, ts) VALUES (?1, ?2, ?3) "
                         "ON CONFLICT DO UPDATE SET address = excluded.address, ts = excluded.ts "
                         "WHERE address <> excluded.address")) {}

void ArtworkWriter::write(const TableView& table, std::span<const std::int64_t> tracks,
                          std::int64_t now) {
  const TextView artwork = table.texts("artwork");
  for (std::size_t row = 0; row < table.rows; ++row) {
    if (tracks[row] != 0 && artwork.has(row) && is_artwork_address(artwork[row]))
      put_.run(tracks[row], artwork[row], now);
  }
}

}  // namespace engine::import
