// Column "repeat" of listens: how many rows of the same file before this one were equal. Where
// times are told to the minute, a short track on repeat gives equal rows for different plays.
//
// Counted over the whole file, so that neither the cut between two batches nor an interrupted
// import changes the number.
#pragma once

#include <cstddef>
#include <cstdint>
#include <string_view>
#include <vector>

namespace source {

/// What the column "stamp" says (playlist/plugin.h).
inline constexpr std::uint8_t kStampStart = 1, kStampEnd = 2, kStampEither = 3;

class Repeats {
 public:
  /// The number of earlier calls with the same values. About 12 bytes for each distinct play.
  std::int32_t count(std::string_view artist, std::string_view track, std::int64_t ts,
                     std::int64_t ms_played);

 private:
  struct Slot {
    std::uint64_t hash = 0;  // 0: free
    std::int32_t count = 0;
  };
  Slot& find(std::uint64_t hash);
  void grow();

  std::vector<Slot> slots_ = std::vector<Slot>(1024);
  std::size_t used_ = 0;
};

}  // namespace source
