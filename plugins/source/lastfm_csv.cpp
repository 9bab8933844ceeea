// source.lastfm_csv: scrobbles as the tools around Last.fm write them; Last.fm has no export
// itself.
//
// Layouts   artist, album, track, "22 Mar 2021[,] 16:55"         no header
//           2021-03-22, 16:55:01, artist, track                  no header (lastfm-backup-cli)
//           any header with an artist, a track and a time: uts,utc_time,artist,artist_mbid,... ;
//           Artist;Album;AlbumId;Track;Date#user (milliseconds); "","date","artist",... from R,
//           where an unquoted NA is no value;
//           #AUDIOSCROBBLER/1.1 (.scrobbler.log of Rockbox, tab-separated)
// Artists   a credit, which may join several names
// Time      when the track started; UTC, to the minute in some layouts. A log's is UTC where it
//           says #TZ/UTC, else by the listener's own clock
// Buckets   now_playing (no time yet), skipped (Rockbox rating S), empty, malformed
#include "playlist/plugin.hpp"

#include <algorithm>
#include <array>
#include <optional>
#include <string>
#include <string_view>

#include "csv.hpp"
#include "dates.hpp"
#include "elements.hpp"
#include "file_dates.hpp"
#include "ids.hpp"
#include "recognise.hpp"
#include "repeats.hpp"
#include "text.hpp"
#include "user_columns.hpp"

namespace source {
namespace {

/// Where the values stand; -1: not there.
struct Layout {
  char separator = ',';
  CsvReader::Quotes quotes = CsvReader::Quotes::kUsed;
  bool has_header = false, is_na_missing = false, is_rockbox = false;
  std::size_t columns = 0;
  int epoch = -1, time = -1, clock = -1;  // clock: the time of day in a column of its own
  int artist = -1, album = -1, track = -1, artist_mbid = -1, track_mbid = -1, rating = -1;
  std::string tool;  // who writes it so: by this the same play told by two tools is one listen
};

constexpr std::size_t kLongestTool = 200;
constexpr std::string_view kRockbox = "#AUDIOSCROBBLER/";

std::optional<Layout> rockbox_layout(std::string_view text) {
  if (!text.starts_with(kRockbox)) return std::nullopt;
  Layout layout;
  layout.separator = '\t';
  layout.quotes = CsvReader::Quotes::kLiteral;
  layout.is_rockbox = true;
  layout.tool = "player log";
  layout.columns = 8;
  layout.artist = 0;
  layout.album = 1;
  layout.track = 2;
  layout.rating = 5;
  layout.epoch = 6;
  layout.track_mbid = 7;
  return layout;
}

std::optional<Layout> header_layout(std::string_view text) {
  Layout layout;
  layout.separator = guess_separator(text);
  CsvReader csv(text, layout.separator);
  if (!csv.next()) return std::nullopt;
  const Header header(csv);
  layout.has_header = true;
  layout.columns = header.size();
  layout.artist = header.find({"artist", "artist_name"});
  // "track" last: beside a title it is the track's number.
  layout.track = header.find({"track_name", "title", "song", "name", "track"});
  layout.album = header.find({"album", "album_name"});
  layout.artist_mbid = header.find({"artist_mbid"});
  layout.track_mbid = header.find({"track_mbid"});
  layout.epoch = header.find({"uts", "timestamp", "unixtime"});
  layout.time = header.find({"utc_time", "date", "time", "datetime", "played_at"});
  if (layout.time >= 0 && header.find({"date"}) == layout.time) {
    layout.clock = header.find({"time"});
  }
  for (int k = 0; k < static_cast<int>(header.size()); ++k) {  // lastfmstats.com: Date#username
    const bool is_with_user = lower_ascii(csv[k]).starts_with("date#");
    if (is_with_user) layout.epoch = k;
    const auto at = static_cast<std::size_t>(k);
    layout.tool += (k > 0 ? "," : "") + (is_with_user ? "date" : std::string(header.names()[at]));
  }
  layout.tool.resize(std::min(layout.tool.size(), kLongestTool));
  if (layout.artist < 0 || layout.track < 0 || (layout.epoch < 0 && layout.time < 0)) {
    return std::nullopt;
  }
  if (header.find({"danceability", "energy", "valence", "track_id", "track_uri", "spotify_uri",
                   "spotify_id", "spotify_track_uri", "id", "isrc", "ms_played", "position", "rank",
                   "streams", "user", "user_id", "username", "user_name"}) >= 0) {
    return std::nullopt;  // no scrobbles: see source.plays_csv and source.tracks_csv
  }
  layout.is_na_missing = csv.is_quoted(layout.artist);
  return layout;
}

bool is_clock(std::string_view text) {
  return text.size() == 8 && text[2] == ':' && text[5] == ':';
}
bool is_date(std::string_view text) {
  return read_time(text, DateOrder::kDayFirst) || read_time(text, DateOrder::kMonthFirst);
}

/// Looks at the first records for one that can only be a scrobble. The very first has its date in
/// the same place, or none yet: a name in it is a header's.
std::optional<Layout> plain_layout(std::string_view text) {
  Layout layout;
  layout.columns = 4;
  layout.separator = guess_separator(text);
  CsvReader csv(text, layout.separator);
  bool is_date_first = true, is_date_last = true;
  for (int k = 0; k < 20 && csv.next(); ++k) {
    if (csv.size() != 4) continue;
    if (k == 0) {
      is_date_first = is_date(csv[0]);
      is_date_last = csv[3].empty() || is_date(csv[3]);
    }
    if (is_date_first && is_date(csv[0]) && is_clock(csv[1])) {
      layout.tool = "date, time, artist, track";
      layout.time = 0;
      layout.clock = 1;
      layout.artist = 2;
      layout.track = 3;
      return layout;
    }
    if (is_date_last && is_date(csv[3]) && !csv[0].empty() && !csv[2].empty()) {
      layout.tool = "artist, album, track, time";
      layout.artist = 0;
      layout.album = 1;
      layout.track = 2;
      layout.time = 3;
      return layout;
    }
  }
  return std::nullopt;
}

std::optional<Layout> find_layout(std::string_view text) {
  if (auto layout = rockbox_layout(text)) return layout;
  if (text.starts_with('{') || text.starts_with('[')) return std::nullopt;
  if (auto layout = header_layout(text)) return layout;
  return plain_layout(text);
}

enum Column {
  kTs = 1,
  kTitle,
  kArtist,
  kAlbum,
  kMbid,
  kArtistMbid,
  kPrecision,
  kStamp,
  kRepeat,
  kTeller
};

class LastfmCsv final : public playlist::Source {
 public:
  static int recognise(const playlist::Input& input) {
    const std::string_view text = table_text(input.head());
    const auto layout = find_layout(text);
    if (!layout || input.columns().empty() || !layout->has_header) return layout ? kSure : kNo;
    CsvReader csv(text, layout->separator);
    csv.next();
    return names_any_column(Header(csv), input.columns()) ? kNo : kSure;
  }

  void read(playlist::SourceCall& call) {
    const std::string_view text = table_text(call.input().bytes());
    const auto layout = find_layout(text.substr(0, 1 << 16));
    if (!layout) throw playlist::Unsupported("no layout of Last.fm exports fits this file");
    layout_ = *layout;
    call_ = &call;
    listens_ = &call.rows("listens", {{"ts", PLAYLIST_I64, kAlways},
                                      {"title", PLAYLIST_STRING, kAlways},
                                      {"artist_credit", PLAYLIST_STRING, kAlways},
                                      {"album", PLAYLIST_STRING},
                                      {"mbid", PLAYLIST_STRING},
                                      {"artist_mbid", PLAYLIST_STRING},
                                      {"precision", PLAYLIST_I32},
                                      {"stamp", PLAYLIST_U8},
                                      {"repeat", PLAYLIST_I32},
                                      {"teller", PLAYLIST_STRING}});
    CsvReader csv(text, layout_.separator, layout_.quotes);
    if (layout_.has_header) csv.next();
    FileDates dates(call, csv, {layout_.time, layout_.epoch});
    dates_ = &dates;
    if (layout_.is_rockbox) find_clock(call, text);
    std::string problem;
    while (csv.next()) {
      if (layout_.is_rockbox && csv[0].starts_with('#')) {
        take_comment(csv[0]);
        continue;
      }
      if (is_sound(csv, problem)) {
        take_record(csv);
      } else {
        call.malformed(problem);
      }
      call.next(csv.offset());
    }
    dates.tell(call);
    if (clock_ && has_local_times_) clock_->tell(call);
    call.finish();
  }

 private:
  /// The log's lines "#TZ/UTC" and "#TZ/UNKNOWN" say whose clock the next ones were written by; a
  /// log without one is by the player's, which knows no other than the listener's.
  void find_clock(const playlist::SourceCall& call, std::string_view text) {
    is_local_time_ = !contains(text.substr(0, 1024), "#TZ/");
    if (is_local_time_ || contains(text, "#TZ/UNKNOWN")) clock_.emplace(call);
  }

  void take_comment(std::string_view line) {
    if (line.starts_with("#TZ/")) is_local_time_ = line != "#TZ/UTC";
  }

  bool is_sound(CsvReader& csv, std::string& problem) const {
    // The recording id at the end of a log line is a later addition of Rockbox.
    const bool is_short_log = layout_.is_rockbox && csv.size() == 7;
    return is_sound_record(csv, is_short_log ? 7 : layout_.columns, problem);
  }

  void take_record(const CsvReader& csv) {
    const std::string_view artist = value(csv, layout_.artist);
    const std::string_view track = value(csv, layout_.track);
    if (artist.empty() || track.empty()) return call_->bucket("empty", "no artist or no track");
    if (layout_.rating >= 0 && csv[layout_.rating] == "S") {
      return call_->bucket("skipped", "rated S: skipped by the listener");
    }
    const std::string_view written = value(csv, layout_.epoch >= 0 ? layout_.epoch : layout_.time);
    if (written.empty()) return call_->bucket("now_playing", "it has no time yet");
    const auto time = read_listen_time(csv);
    if (!time || !is_plausible(time->seconds)) {
      return call_->malformed(dates_->problem(written));
    }
    listens_->row();
    listens_->set_i64(kTs, time->seconds);
    listens_->set_text(kTitle, track);
    listens_->set_text(kArtist, artist);
    listens_->set_text(kAlbum, value(csv, layout_.album));
    listens_->set_text(kMbid, mbid(csv[layout_.track_mbid]));
    listens_->set_text(kArtistMbid, mbid(csv[layout_.artist_mbid]));
    listens_->set_u8(kStamp, kStampStart);
    listens_->set_text(kTeller, layout_.tool);
    if (time->precision > 1) {
      listens_->set_i32(kPrecision, time->precision);
      const std::int32_t repeat = repeats_.count(artist, track, time->seconds, -1);
      if (repeat > 0) listens_->set_i32(kRepeat, repeat);
    }
  }

  [[nodiscard]] std::string_view value(const CsvReader& csv, int column) const {
    if (layout_.is_na_missing && csv[column] == "NA" && !csv.is_quoted(column)) return {};
    return csv[column];
  }

  [[nodiscard]] std::optional<Time> read_listen_time(const CsvReader& csv) {
    if (layout_.epoch >= 0) {
      auto seconds = read_epoch(csv[layout_.epoch]);
      if (!seconds) return dates_->read(csv[layout_.epoch]);
      if (is_local_time_ && clock_) {
        has_local_times_ = true;
        seconds = clock_->utc(*seconds);
      }
      return Time{*seconds, 1};
    }
    if (layout_.clock >= 0) {
      return dates_->read(std::string(csv[layout_.time]) + " " + std::string(csv[layout_.clock]));
    }
    if (const auto time = dates_->read(csv[layout_.time])) return time;
    const auto seconds = read_epoch(csv[layout_.time]);
    return seconds ? std::optional(Time{*seconds, 1}) : std::nullopt;
  }

  playlist::SourceCall* call_ = nullptr;
  playlist::Rows* listens_ = nullptr;
  Layout layout_;
  Repeats repeats_;
  FileDates* dates_ = nullptr;
  std::optional<LocalClock> clock_;  // of logs that have local times
  bool is_local_time_ = false, has_local_times_ = false;
};

}  // namespace

constinit const playlist::Element kLastfmCsv = playlist::element<LastfmCsv>(
    "source.lastfm_csv",
    "Last.fm scrobbles as CSV, with or without a header, and Rockbox' .scrobbler.log.");

}  // namespace source
