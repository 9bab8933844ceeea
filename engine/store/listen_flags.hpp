// What listens.flags holds: how a play went, as far as its source told.
//
// bits 0-1  skipped: 0 unknown, 1 no, 2 yes
// bit  2    shuffle was on
// bit  3    played offline
// bit  4    private session ("incognito"): not for learning taste
// bit  5    the start is exact to a minute only
// bit  6    loved at that time (Last.fm)
// bit  7    whether shuffle was on is known: bit 2 says it
// bits 8-15 why it ended: PlayReason
// bits 48-55 why it began: PlayReason
// bits 56-62 what it was played on: the number of the person's device (store/devices.hpp); 0: not told
//
// The others belong to the import (library/tellings.hpp), nobody else reads them:
// bits 16-17 which end of the play its source told: library::Stamp
// bit  18    the start is exact to a day only (bit 5 is set as well)
// bit  19    several told the play: what they said is in `tellings`, the row follows from it
// bits 20-30 who told it: tellers.teller_id; 0: the format of the row's ingestion
// bits 32-47 the track's length in seconds as the source gives it; 0: not told
#pragma once

#include <cstdint>
#include <string>
#include <string_view>
#include <vector>

namespace engine {

/// What made a play end, or begin: a play begins by what ended the one before (kTrackDone: it was
/// over), or by what was pressed.
enum class PlayReason : std::uint8_t {
  kUnknown = 0,
  kTrackDone = 1,  // played to the end
  kForward = 2,
  kBack = 3,
  kClickRow = 4,
  kEndPlay = 5,
  kLogout = 6,
  kRemote = 7,
  kUnexpectedExit = 8,
  kUnexpectedExitPaused = 9,
  kTrackError = 10,
  kPlayButton = 11,
  kClickSide = 12,
  kPopup = 13,
  kAppLoad = 14,
  kReload = 15,
  kUriOpen = 16,
  kOther = 255,  // a word not in this list
};

/// "trackdone", "fwdbtn", "click-row" ... as Spotify writes them; "" and "unknown" are kUnknown.
PlayReason play_reason(std::string_view word);
/// The one spelling of each, "clickrow", and "other": always the same, whichever occur.
const std::vector<std::string>& play_reason_words();
/// Its place among them; -1 of kUnknown.
std::int32_t code_of(PlayReason reason);

struct ListenFlags {
  static constexpr std::int32_t kSkippedKnown = 3, kNotSkipped = 1, kSkipped = 2, kShuffle = 1 << 2,
                                kOffline = 1 << 3, kIncognito = 1 << 4, kIsCoarse = 1 << 5,
                                kLoved = 1 << 6, kShuffleKnown = 1 << 7;

  static constexpr int kEndShift = 8, kStartShift = 48, kDeviceShift = 56;
  static constexpr std::int64_t kReasonMask = 0xff, kStart = kReasonMask << kStartShift;
  static constexpr std::int64_t kDeviceMask = 0x7f, kDevice = kDeviceMask << kDeviceShift;
  /// How the play went; the other bits say who told it.
  static constexpr std::int64_t kPlay = 0xffff | kStart | kDevice;

  static constexpr std::int64_t kIsToTheDay = 1 << 18, kToldBySeveral = 1 << 19;
  static constexpr int kStampShift = 16, kTellerShift = 20, kTrackSecondsShift = 32;
  static constexpr std::int64_t kStampMask = 3, kTellerMask = 0x7ff, kTrackSecondsMask = 0xffff;

  /// 1 skipped, 0 not skipped, 255 unknown.
  static std::uint8_t skipped(std::int64_t flags) {
    const std::int64_t bits = flags & kSkippedKnown;
    return bits == kSkipped ? 1 : bits == kNotSkipped ? 0 : 255;
  }
  /// 1 shuffled, 0 in order, 255 unknown. Older imports noted only that it was on.
  static std::uint8_t shuffle(std::int64_t flags) {
    return (flags & kShuffle) != 0 ? 1 : (flags & kShuffleKnown) != 0 ? 0 : 255;
  }
  static PlayReason end(std::int64_t flags) { return reason_at(flags, kEndShift); }
  static PlayReason start(std::int64_t flags) { return reason_at(flags, kStartShift); }
  static std::int32_t with_end(PlayReason reason) {
    return static_cast<std::int32_t>(reason) << kEndShift;
  }
  static std::int64_t with_start(PlayReason reason) {
    return static_cast<std::int64_t>(reason) << kStartShift;
  }
  static std::int64_t device(std::int64_t flags) { return (flags >> kDeviceShift) & kDeviceMask; }
  static std::int64_t with_device(std::int64_t device) { return device << kDeviceShift; }

 private:
  static PlayReason reason_at(std::int64_t flags, int shift) {
    return static_cast<PlayReason>((flags >> shift) & kReasonMask);
  }
};

}  // namespace engine
