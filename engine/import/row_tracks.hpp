// The tracks that the rows of one table mean, each distinct combination of names and ids matched
// once.
#pragma once

#include <array>
#include <cstdint>
#include <span>
#include <string>
#include <vector>

#include "import/messages.hpp"
#include "import/track_matcher.hpp"

namespace engine::import {

class RowTracks {
 public:
  explicit RowTracks(TrackMatcher& matcher) : matcher_(matcher) {}

  /// One track per row of a table with columns title, artist, album, spotify_id, isrc, mbid,
  /// artist_mbid, artist_credit (any may be absent); 0 where the row names no track. Valid until
  /// the next call.
  /// `known`: the tracks of rows that are known otherwise, 0 for the others; or none.
  std::span<const std::int64_t> match(const TableView& table, bool is_catalogue,
                                      std::span<const std::int64_t> known = {});

  /// Another process wrote to the store.
  void forget();

 private:
  static constexpr std::size_t kColumns = 8;
  using Codes = std::array<std::int32_t, kColumns>;
  using Texts = std::array<TextView, kColumns>;
  /// Answers of earlier batches, by 96 bits of the texts' hash.
  struct Slot {
    std::uint64_t low = 0;
    std::uint32_t high = 0;
    std::int32_t track = kFree;
  };
  static constexpr std::int32_t kFree = -1;

  std::int64_t match_one(const Texts& texts, const Codes& codes, bool is_catalogue);
  [[nodiscard]] const Slot* remembered(std::uint64_t low, std::uint32_t high) const;
  void remember(const Slot& slot);

  TrackMatcher& matcher_;
  std::uint64_t generation_ = 0;
  std::vector<Slot> slots_;
  std::size_t used_ = 0;
  std::vector<std::int64_t> tracks_;
  std::vector<Codes> codes_;
  std::vector<std::int32_t> batch_slots_;  // row that first had the codes, -1 free
  std::string buffer_;
};

}  // namespace engine::import
