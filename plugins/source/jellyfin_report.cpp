// source.jellyfin_report: the backup that Jellyfin's plugin Playback Reporting writes (.tsv).
//
// Columns   none are named: DateCreated, UserId, ItemId, ItemType, ItemName, PlaybackMethod,
//           ClientName, DeviceName, PlayDuration, parted by tabs
// Rows      of audio: listens, named "ARTISTS - TITLE (ALBUM)"
// Time      when it began, by the zone it names, else by the listener's clock
// Length    PlayDuration: how long it was heard, in seconds
// Person    a backup of several people's plays is refused; accounts and items are not kept
// Buckets   video (films, episodes and all that is no audio), empty, now_playing, malformed
#include "playlist/plugin.hpp"

#include <algorithm>
#include <string>
#include <string_view>

#include "csv.hpp"
#include "dates.hpp"
#include "elements.hpp"
#include "jellyfin_plays.hpp"
#include "recognise.hpp"

namespace source {
namespace {

enum Column { kDate, kUser, kItem, kType, kName, kMethod, kClient, kDevice, kSeconds, kCount };

/// 32 hexadecimal digits, also in groups.
bool is_guid(std::string_view text) {
  const auto digits = std::count_if(text.begin(), text.end(), [](unsigned char c) {
    return (c >= '0' && c <= '9') || ((c | 32) >= 'a' && (c | 32) <= 'f');
  });
  const auto dashes = std::count(text.begin(), text.end(), '-');
  return digits == 32 && digits + dashes == static_cast<std::ptrdiff_t>(text.size());
}

bool is_row(const CsvReader& csv) {
  return csv.size() == kCount && read_time(csv[kDate]) && is_guid(csv[kUser]) &&
         is_guid(csv[kItem]);
}

CsvReader reader_of(std::string_view text) {
  return {table_text(text), '\t', CsvReader::Quotes::kLiteral};
}

class JellyfinReport final : public playlist::Source {
 public:
  static int recognise(const playlist::Input& input) {
    CsvReader csv = reader_of(input.head());
    return csv.next() && is_row(csv) ? kSure : kNo;
  }

  void read(playlist::SourceCall& call) {
    CsvReader csv = reader_of(call.input().bytes());
    CsvReader first = csv;
    if (!first.next() || !is_row(first))
      throw playlist::Unsupported("no rows of Playback Reporting");
    const std::string user(first[kUser]);
    while (first.next()) {
      const bool is_others = first.size() == kCount && first[kUser] != user;
      if (is_others && equals_ignoring_case(first[kType], "Audio")) {
        JellyfinPlays::refuse_several_users();
      }
    }
    JellyfinPlays plays(call, /*is_utc=*/false);
    std::string problem;
    for (; csv.next(); call.next(csv.offset())) {
      if (!is_sound_record(csv, kCount, problem)) {
        call.malformed(problem);
      } else {
        plays.take({csv[kDate], csv[kType], csv[kName], csv[kDevice], csv[kSeconds]});
      }
    }
    plays.tell();
    call.finish();
  }
};

}  // namespace

constinit const playlist::Element kJellyfinReport = playlist::element<JellyfinReport>(
    "source.jellyfin_report", "Backup of Jellyfin's Playback Reporting: plays of music.");

}  // namespace source
