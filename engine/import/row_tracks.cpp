#include "import/row_tracks.hpp"

#include <algorithm>
#include <bit>

#define XXH_INLINE_ALL
#include <xxhash.h>

namespace engine::import {
namespace {

std::uint64_t hash_codes(const std::int32_t* codes, std::size_t count) {
  std::uint64_t hash = 0;
  for (std::size_t i = 0; i < count; ++i) {
    hash = (hash ^ static_cast<std::uint32_t>(codes[i])) * 0x9e3779b97f4a7c15u;
    hash ^= hash >> 29;
  }
  return hash;
}

}  // namespace

std::span<const std::int64_t> RowTracks::match(const TableView& table, bool is_catalogue,
                                               std::span<const std::int64_t> known) {
  static constexpr const char* kNames[kColumns] = {
      "title", "artist", "album", "spotify_id", "isrc", "mbid", "artist_mbid", "artist_credit"};
  Texts texts;
  for (std::size_t c = 0; c < kColumns; ++c) texts[c] = table.texts(kNames[c]);
  tracks_.assign(table.rows, 0);
  const std::size_t slot_count = std::bit_ceil(std::max<std::size_t>(16, table.rows * 2));
  batch_slots_.assign(slot_count, -1);
  codes_.resize(table.rows);
  for (std::size_t row = 0; row < table.rows; ++row) {
    if (!known.empty() && known[row] != 0) {
      tracks_[row] = known[row];
      continue;
    }
    Codes& codes = codes_[row];
    for (std::size_t c = 0; c < kColumns; ++c) codes[c] = texts[c].code(row);
    std::size_t at = hash_codes(codes.data(), kColumns) & (slot_count - 1);
    while (batch_slots_[at] >= 0 && codes_[static_cast<std::size_t>(batch_slots_[at])] != codes) {
      at = (at + 1) & (slot_count - 1);
    }
    if (batch_slots_[at] >= 0) {
      tracks_[row] = tracks_[static_cast<std::size_t>(batch_slots_[at])];
      continue;
    }
    batch_slots_[at] = static_cast<std::int32_t>(row);
    tracks_[row] = match_one(texts, codes, is_catalogue);
  }
  return tracks_;
}

std::int64_t RowTracks::match_one(const Texts& texts, const Codes& codes, bool is_catalogue) {
  buffer_.assign(1, is_catalogue ? 'c' : 'p');
  for (std::size_t c = 0; c < kColumns; ++c) {
    buffer_ += texts[c].of(codes[c]);
    buffer_ += '\x1e';
  }
  const XXH128_hash_t hash = XXH3_128bits(buffer_.data(), buffer_.size());
  if (generation_ != matcher_.generation()) forget();
  const auto high = static_cast<std::uint32_t>(hash.high64);
  if (const Slot* known = remembered(hash.low64, high)) return known->track;

  TrackIdentity row;
  row.title = texts[0].of(codes[0]);
  row.artist = texts[1].of(codes[1]);
  row.album = texts[2].of(codes[2]);
  row.spotify_id = texts[3].of(codes[3]);
  row.isrc = texts[4].of(codes[4]);
  row.mbid = texts[5].of(codes[5]);
  row.artist_mbid = texts[6].of(codes[6]);
  row.credit = texts[7].of(codes[7]);
  const std::int64_t track = matcher_.find_or_make(row, is_catalogue).id;

  if (generation_ != matcher_.generation()) forget();
  remember({hash.low64, high, static_cast<std::int32_t>(track)});
  return track;
}

const RowTracks::Slot* RowTracks::remembered(std::uint64_t low, std::uint32_t high) const {
  if (slots_.empty()) return nullptr;
  for (std::size_t at = low & (slots_.size() - 1); slots_[at].track != kFree;
       at = (at + 1) & (slots_.size() - 1)) {
    if (slots_[at].low == low && slots_[at].high == high) return &slots_[at];
  }
  return nullptr;
}

void RowTracks::remember(const Slot& slot) {
  const auto place = [this](const Slot& one) {
    std::size_t at = one.low & (slots_.size() - 1);
    while (slots_[at].track != kFree) at = (at + 1) & (slots_.size() - 1);
    slots_[at] = one;
  };
  if (2 * (used_ + 1) > slots_.size()) {
    std::vector<Slot> old(std::max<std::size_t>(1024, slots_.size() * 2));
    old.swap(slots_);
    for (const Slot& one : old) {
      if (one.track != kFree) place(one);
    }
  }
  place(slot);
  ++used_;
}

void RowTracks::forget() {
  slots_.clear();
  used_ = 0;
  generation_ = matcher_.generation();
}

}  // namespace engine::import
