// source.apple_activity: Apple Music Play Activity.csv as privacy.apple.com sends it now, without
// artists.
//
// Artists   are looked up in the other files of the export: Apple Music Library Tracks.json by title
//           and album, Apple Music - Play History Daily Tracks.csv by title and day, else by the title
//           where one artist alone has it; what is not clear is in the bucket "no_artist"
// Plays     the ends of plays (Event Type PLAY_END), exact to the second, UTC
// Personal  addresses, devices and places are not read
// Buckets   no_artist, video, other (events that are no plays), empty, malformed
#include "playlist/plugin.hpp"

#include <string>
#include <string_view>

#include "apple_names.hpp"
#include "companions.hpp"
#include "elements.hpp"
#include "play_rows.hpp"
#include "recognise.hpp"

namespace source {
namespace {

/// Apple's words for how a play ended, in the words of PLAYLIST_SERVICE_ROWS.
std::string reason_of(std::string_view word) {
  if (word == "NATURAL_END_OF_TRACK") return "trackdone";
  if (word == "TRACK_SKIPPED_FORWARDS") return "fwdbtn";
  if (word == "TRACK_SKIPPED_BACKWARDS") return "backbtn";
  if (word == "FAILED_TO_LOAD") return "trackerror";
  return lower_ascii(word);
}

class AppleActivitySource final : public playlist::Source {
 public:
  static int recognise(const playlist::Input& input) {
    const std::string_view text = table_text(input.head());
    if (text.starts_with('{') || text.starts_with('[') || !input.columns().empty()) return kNo;
    CsvReader csv(text, ',');
    const bool is_sound = csv.next() && csv.problem().empty();
    return is_sound && AppleActivity::is_header(Header(csv)) ? kSure : kNo;
  }

  void read(playlist::SourceCall& call) {
    const std::string_view library = companion(call, kAppleTracks),
                           days = companion(call, kAppleDays);
    const AppleNames names(library, days);
    AppleActivity activity(call.input().bytes(), names);
    PlayRows plays(call);
    ApplePlay told;
    AppleOther other;
    std::int64_t unclear = 0;
    for (; activity.next(); call.next(activity.offset())) {
      if (activity.read(told, other)) {
        plays.put(play_of(told));
      } else {
        unclear += std::string_view(other.bucket) == "no_artist" ? 1 : 0;
        call.bucket(other.bucket, other.reason);
      }
    }
    if (unclear > 0 && library.empty() && days.empty()) {
      call.notice(playlist::concat("it names no artists: import the whole export, as \"",
                                   kAppleTracks, "\" and \"", kAppleDays, "\" beside it do"));
    }
    call.finish();
  }

 private:
  static Play play_of(const ApplePlay& told) {
    Play play;
    play.ts = told.start;
    play.stamp = kStampStart;
    play.title = told.title;
    play.credit = told.artist;
    play.album = told.album;
    play.ms_played = told.ms_played;
    play.duration_ms = told.duration_ms;
    play.reason_end = reason_of(told.end_reason);
    return play;
  }
};

}  // namespace

constinit const playlist::Element kAppleActivity = playlist::element<AppleActivitySource>(
    "source.apple_activity",
    "Apple Music Play Activity.csv: plays to the second, with artists from the files beside it.");

}  // namespace source
