// source.jellyfin: playback_reporting.db of Jellyfin's plugin Playback Reporting.
//
// Records   every row of PlaybackActivity; of audio: listens, named "ARTISTS - TITLE (ALBUM)"
// Time      when it began: UTC where the plugin says that it keeps it so (user_version 1), before
//           that by the server's clock, which is taken for the listener's
// Length    PlayDuration: how long it was heard, in seconds
// Person    accounts are numbers there, so a database of several people's plays is refused
// Device    its name; accounts and items are not kept
// Buckets   video (films, episodes and all that is no audio), empty, now_playing, malformed
#include "playlist/plugin.hpp"

#include <string>

#include "../dates.hpp"
#include "../file_dates.hpp"
#include "../jellyfin_plays.hpp"
#include "../recognise.hpp"
#include "database.hpp"
#include "elements.hpp"

namespace source {
namespace {

class Jellyfin final : public playlist::Source {
 public:
  static int recognise(const playlist::Input& input) {
    return is_database(input.head()) ? kLikely : kNo;
  }

  void read(playlist::SourceCall& call) {
    const Database database(call.input().bytes());
    if (!database.has_table("PlaybackActivity") ||
        !database.has_column("PlaybackActivity", "ItemName")) {
      throw playlist::Unsupported("no table of Playback Reporting");
    }
    database.require("PlaybackActivity",
                     {"DateCreated", "UserId", "ItemType", "DeviceName", "PlayDuration"});
    if (database.integer("SELECT count(DISTINCT UserId) FROM PlaybackActivity WHERE ItemType = "
                         "'Audio'") > 1) {
      JellyfinPlays::refuse_several_users();
    }
    JellyfinPlays plays(call, database.integer("PRAGMA user_version") >= 1);
    Database::read_rows(call, [&] {
      Query rows = database.query(
          "SELECT DateCreated, ItemType, ItemName, DeviceName, PlayDuration FROM PlaybackActivity "
          "ORDER BY DateCreated, rowid");
      for (std::uint64_t row = 1; rows.next(); call.next(row++)) {
        plays.take({rows.text(0), rows.text(1), rows.text(2), rows.text(3), rows.text(4)});
      }
    });
    plays.tell();
    call.finish();
  }
};

}  // namespace

constinit const playlist::Element kJellyfin = playlist::element<Jellyfin>(
    "source.jellyfin", "playback_reporting.db of Jellyfin: plays of music with their times.");

}  // namespace source
