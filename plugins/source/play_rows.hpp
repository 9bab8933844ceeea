// One play as a format tells it, on its way into the table "listens": what every format of plays
// would check and set alike stands here once.
#pragma once

#include "playlist/plugin.hpp"

#include <cstdint>
#include <optional>
#include <string>

#include "repeats.hpp"

namespace source {

/// "" and missing values where the format says nothing.
struct Play {
  std::optional<std::int64_t> ts;  // Unix seconds
  std::int32_t precision = 1;      // seconds that ts is exact to
  std::uint8_t stamp = 0;          // kStampStart ...; 0: not known
  std::string title, artist;       // artists joined by '\x1f'
  std::string credit;              // or one text that may join several names
  std::string album, spotify_id, isrc, mbid, artist_mbid, device, teller, reason_end, artwork;
  std::optional<double> ms_played, duration_ms;
  std::optional<bool> skipped, loved;
};

class PlayRows {
 public:
  /// Asks the call for the table; once a call.
  explicit PlayRows(playlist::SourceCall& call);

  /// The record at hand becomes this play. Without names or an id it is "empty", without a time
  /// "now_playing", with one that no music service knows "malformed". A length of no play (below 0,
  /// above 24 hours) is left out, with a notice.
  void put(const Play& play);

 private:
  void put_lengths(const Play& play);

  playlist::SourceCall& call_;
  playlist::Rows& listens_;
  Repeats repeats_;
};

}  // namespace source
