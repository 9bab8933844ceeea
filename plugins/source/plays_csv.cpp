// source.plays_csv: tables that have one row per play, found by their column names.
//
// Tables    Apple Music Play Activity, the listening history of Deezer and the streaming of Tidal
//           saved as CSV, what people and tools write themselves; any with --columns that name a
//           time. source.lastfm_csv reads those of Last.fm
// Rows      a time of play beside title and artist, or an id: listens. A column that a catalogue
//           can have too ("date") counts when it says a time of day, or when nothing else says
//           that the rows are tracks
// Time      start, end less what was played, or the listener's own clock; UTC where the cell names
//           no zone. Numbers are seconds (milli-, micro-, nano-) since 1970
// Buckets   video, other (events that are no plays), empty, now_playing (no time), malformed
#include "playlist/plugin.hpp"

#include <optional>
#include <string>
#include <string_view>

#include "csv.hpp"
#include "dates.hpp"
#include "elements.hpp"
#include "file_dates.hpp"
#include "lengths.hpp"
#include "play_columns.hpp"
#include "recognise.hpp"
#include "text.hpp"
#include "track_columns.hpp"
#include "user_columns.hpp"

namespace source {
namespace {

constexpr double kLongestPlay = 24.0 * 3600 * 1000;

/// The header and what it means; `table` stands at the first record.
struct Layout {
  CsvReader table;
  Header header;
  TrackColumns tracks;
  PlayColumns plays;
};

std::optional<Layout> find_layout(std::string_view text, std::string_view user_columns) {
  if (text.starts_with('{') || text.starts_with('[')) return std::nullopt;
  CsvReader table(text, guess_separator(text));
  if (!table.next() || !table.problem().empty()) return std::nullopt;
  Layout layout{table, Header(table), {}, {}};
  if (names_time(user_columns) && names_any_column(layout.header, user_columns)) {
    UserColumns named(layout.header, user_columns);
    layout.tracks = std::move(named.tracks);
    layout.plays = named.plays;
    return layout;
  }
  layout.tracks = TrackColumns(layout.header);
  layout.plays = PlayColumns(layout.header, layout.tracks, table);
  if (!is_history(layout.plays, layout.tracks)) return std::nullopt;
  layout.tracks.set_na_missing(table.is_quoted(layout.tracks.column(TrackColumns::kTitle)));
  return layout;
}

/// Apple's words for how a play ended, in the words of PLAYLIST_SERVICE_ROWS.
std::string end_reason(std::string_view cell) {
  if (cell == "NATURAL_END_OF_TRACK") return "trackdone";
  if (cell == "TRACK_SKIPPED_FORWARDS") return "fwdbtn";
  if (cell == "TRACK_SKIPPED_BACKWARDS") return "backbtn";
  if (cell == "FAILED_TO_LOAD") return "trackerror";
  return lower_ascii(cell);
}

enum Column {
  kTs = 1,
  kPlayed,
  kTitle,
  kArtist,
  kAlbum,
  kSpotify,
  kIsrc,
  kMbid,
  kStartReason,
  kEndReason,
  kCountry,
  kSkipped,
  kShuffle,
  kLoved,
  kPrecision,
  kDevice
};

class PlaysCsv final : public playlist::Source {
 public:
  static int recognise(const playlist::Input& input) {
    const std::string_view text = table_text(input.head());
    if (text.starts_with('{') || text.starts_with('[')) return kNo;
    CsvReader table(text, guess_separator(text));
    if (!table.next() || !table.problem().empty()) return kNo;
    const Header header(table);
    if (names_any_column(header, input.columns()))
      return names_time(input.columns()) ? kCertain : kNo;
    return find_layout(text, "") ? kLikely + 10 : kNo;
  }

  void read(playlist::SourceCall& call) {
    const std::string_view text = table_text(call.input().bytes());
    auto layout = find_layout(text, call.input().columns());
    if (!layout) throw playlist::Unsupported("no columns that say what was played when");
    plays_ = layout->plays;
    tracks_ = std::move(layout->tracks);
    refuse_several_users(layout->table);
    FileDates dates(call, layout->table,
                    {plays_[PlayColumns::kTime], plays_[PlayColumns::kLocalTime],
                     plays_[PlayColumns::kEndTime]});
    dates_ = &dates;
    if (plays_.has(PlayColumns::kLocalTime)) clock_.emplace(call);
    if (plays_.has(PlayColumns::kPlayed)) {
      const int column = plays_[PlayColumns::kPlayed];
      played_ =
          Lengths(layout->header.names()[static_cast<std::size_t>(column)], layout->table, column);
    }
    call_ = &call;
    make_table();
    std::string problem;
    for (CsvReader& csv = layout->table; csv.next(); call.next(csv.offset())) {
      if (!is_sound_record(csv, layout->header.size(), problem)) {
        call.malformed(problem);
      } else if (csv.is_blank()) {
        call.bucket("empty", "a record without values");
      } else {
        take_record(csv);
      }
    }
    dates.tell(call);
    played_.tell(call);
    if (clock_) clock_->tell(call);
    call.finish();
  }

 private:
  /// The rows would all become the plays of one person.
  void refuse_several_users(CsvReader table) const {
    const int column = plays_[PlayColumns::kUser];
    if (column < 0) return;
    std::string first;
    while (table.next()) {
      const std::string_view user = table[column];
      if (user.empty()) continue;
      if (first.empty()) first = user;
      if (user == first) continue;
      throw playlist::Error(playlist::concat(
          "it holds the plays of several users (", quoted(first), ", ", quoted(user),
          "): import one file for each, with --user or in folders with --user-per-folder"));
    }
  }

  void make_table() {
    listens_ = &call_->rows("listens", {{"ts", PLAYLIST_I64, kAlways},
                                        {"ms_played", PLAYLIST_I32},
                                        {"title", PLAYLIST_STRING, kAlways},
                                        {"artist", PLAYLIST_STRING, kAlways},
                                        {"album", PLAYLIST_STRING},
                                        {"spotify_id", PLAYLIST_STRING},
                                        {"isrc", PLAYLIST_STRING},
                                        {"mbid", PLAYLIST_STRING},
                                        {"reason_start", PLAYLIST_STRING},
                                        {"reason_end", PLAYLIST_STRING},
                                        {"country", PLAYLIST_STRING},
                                        {"skipped", PLAYLIST_U8},
                                        {"shuffle", PLAYLIST_U8},
                                        {"loved", PLAYLIST_U8},
                                        {"precision", PLAYLIST_I32},
                                        {"device", PLAYLIST_STRING}});
  }

  void take_record(const CsvReader& csv) {
    const std::string_view event = csv[plays_[PlayColumns::kEvent]];
    if (!event.empty() && event != "PLAY_END") return call_->bucket("other", event);
    if (equals_ignoring_case(csv[plays_[PlayColumns::kMedium]], "video")) {
      return call_->bucket("video", "");
    }
    tracks_.read(csv, track_);
    if (!track_.has_identity()) return call_->bucket("empty", "neither names nor an id");
    const auto played = read_played(csv);
    if (played && (*played < 0 || *played > kLongestPlay)) {
      return call_->malformed("ms_played is not between 0 and 24 hours: " +
                              quoted(csv[plays_[PlayColumns::kPlayed]]));
    }
    const auto start = read_start(csv, played.value_or(0));
    if (!start) return;
    put(csv, *start, played);
  }

  [[nodiscard]] std::optional<double> read_played(const CsvReader& csv) const {
    const std::string_view cell = csv[plays_[PlayColumns::kPlayed]];
    return is_missing_word(cell) ? std::nullopt : played_.milliseconds(cell);
  }

  /// When the play began; nothing when the record is in a bucket instead.
  std::optional<Time> read_start(const CsvReader& csv, double played) {
    for (const int role : {PlayColumns::kTime, PlayColumns::kLocalTime, PlayColumns::kEndTime}) {
      const std::string_view cell = csv[plays_[role]];
      if (is_missing_word(cell)) continue;
      auto time = read_moment(csv, cell);
      if (time && role == PlayColumns::kLocalTime) time->seconds = clock_->utc(time->seconds);
      if (time && role == PlayColumns::kEndTime) {
        time->seconds -= static_cast<std::int64_t>((played + 999) / 1000);
      }
      if (time && is_plausible(time->seconds)) return time;
      call_->malformed(dates_->problem(cell));
      return std::nullopt;
    }
    call_->bucket("now_playing", "it has no time");
    return std::nullopt;
  }

  std::optional<Time> read_moment(const CsvReader& csv, std::string_view cell) {
    if (plays_.has(PlayColumns::kClock)) {
      return dates_->read(playlist::concat(cell, " ", csv[plays_[PlayColumns::kClock]]));
    }
    if (const auto utc = read_utc(cell)) return Time{*utc, 1};
    if (const auto epoch = read_epoch(cell); epoch && is_plausible(*epoch)) return Time{*epoch, 1};
    return dates_->read(cell);
  }

  void put(const CsvReader& csv, const Time& start, const std::optional<double>& played) {
    listens_->row();
    listens_->set_i64(kTs, start.seconds);
    if (played) listens_->set_i32(kPlayed, static_cast<std::int32_t>(*played));
    listens_->set_text(kTitle, track_.title);
    listens_->set_text(kArtist, track_.artist.substr(0, track_.artist.find('\x1f')));
    listens_->set_text(kAlbum, track_.album);
    listens_->set_text(kSpotify, track_.spotify_id);
    listens_->set_text(kIsrc, track_.isrc);
    listens_->set_text(kMbid, track_.mbid);
    listens_->set_text(kStartReason, lower_ascii(csv[plays_[PlayColumns::kReasonStart]]));
    listens_->set_text(kEndReason, end_reason(csv[plays_[PlayColumns::kReasonEnd]]));
    const std::string_view country = csv[plays_[PlayColumns::kCountry]];
    if (country.size() == 2) listens_->set_text(kCountry, country);
    listens_->set_text(kDevice, csv[plays_[PlayColumns::kDevice]]);
    put_flag(kSkipped, csv[plays_[PlayColumns::kSkipped]]);
    put_flag(kShuffle, csv[plays_[PlayColumns::kShuffle]]);
    put_flag(kLoved, csv[plays_[PlayColumns::kLoved]]);
    if (start.precision > 1) listens_->set_i32(kPrecision, start.precision);
  }

  void put_flag(int column, std::string_view cell) {
    if (const auto flag = read_boolean(cell)) listens_->set_u8(column, *flag ? 1 : 0);
  }

  playlist::SourceCall* call_ = nullptr;
  playlist::Rows* listens_ = nullptr;
  FileDates* dates_ = nullptr;
  TrackColumns tracks_;
  PlayColumns plays_;
  Lengths played_;
  std::optional<LocalClock> clock_;
  Track track_;
};

}  // namespace

constinit const playlist::Element kPlaysCsv = playlist::element<PlaysCsv>(
    "source.plays_csv",
    "Tables of plays with their times: Apple Music, Deezer, Tidal, your own (see --columns).");

}  // namespace source
