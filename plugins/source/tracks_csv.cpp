// source.tracks_csv: catalogues of tracks and artists as CSV, found by their column names.
//
// Tracks    Kaggle's dataset.csv, tracks.csv, tracks_features.csv, tidytuesday's spotify_songs.csv
//           (its playlists too), hit predictor, MusicOSet (ids only), mood tables (tag
//           "mood:NAME"), tables of features by id; any CSV with --columns
//           title=TrackName,artist=Band,... (with a time among them it is source.plays_csv's)
// Use       plays (streams), likes (upvotes), comments, skip_rate and completion of each track, as
//           everybody's together -> engagement; beside the rest, or in a table of ids and these
// Artists   mean features by artist; artist_id with names; artist,genre -> artist_tags
// Numbers   tempo, time_signature, duration 0 and key -1 are no value; out of range: left out, with
//           a notice; no number at all: the record is malformed. NA, None, null: no value
// Lengths   in seconds or milliseconds, see lengths.hpp
// Scales    valence beside arousal (Deezer) is standardised, not 0..1: left out
// Buckets   album (an album's own data: tracks carry their album's name), caption (descriptions of
//           clips, no tracks), empty, malformed
#include "playlist/plugin.hpp"

#include <string>
#include <string_view>
#include <unordered_map>
#include <vector>

#include "csv.hpp"
#include "elements.hpp"
#include "recognise.hpp"
#include "text.hpp"
#include "track_columns.hpp"
#include "user_columns.hpp"

namespace source {
namespace {

enum class Kind { kNone, kTracks, kArtists, kArtistTags, kAlbums, kCaptions };

Kind find_kind(const Header& header, const TrackColumns& columns) {
  using Columns = TrackColumns;
  if (header.has("caption") && header.has("ytid")) return Kind::kCaptions;
  const bool has_title = columns.has(Columns::kTitle);
  const bool has_artist = columns.has(Columns::kArtist);
  const bool has_id = columns.has(Columns::kSpotifyId);
  const bool has_features = columns.feature_count() >= 2;
  if (has_artist && !has_title && !has_id) {
    if (header.size() == 2 && columns.has(Columns::kTags)) return Kind::kArtistTags;
    if (has_features || columns.has(Columns::kArtistId)) return Kind::kArtists;
    return Kind::kNone;
  }
  if (columns.has(Columns::kAlbumId) && columns.has(Columns::kAlbum) && !has_title && !has_id) {
    return Kind::kAlbums;
  }
  const bool is_described = has_id || columns.has(Columns::kDuration) ||
                            columns.has(Columns::kIsrc) || columns.has(Columns::kTags) ||
                            columns.feature_count() > 0 || columns.engagement_count() >= 2;
  if (has_title && has_artist && is_described) return Kind::kTracks;
  const bool has_outside_id = has_id || columns.has(Columns::kIsrc) || columns.has(Columns::kMbid);
  if (has_outside_id && columns.engagement_count() > 0) return Kind::kTracks;
  return has_id && (has_features || has_title) ? Kind::kTracks : Kind::kNone;
}

class TracksCsv final : public playlist::Source {
 public:
  static int recognise(const playlist::Input& input) {
    const std::string_view text = table_text(input.head());
    if (text.starts_with('{') || text.starts_with('[')) return kNo;
    CsvReader csv(text, guess_separator(text));
    if (!csv.next() || !csv.problem().empty()) return kNo;
    const Header header(csv);
    if (names_any_column(header, input.columns())) {
      return names_time(input.columns()) ? kNo : kCertain;  // with a time it is a history
    }
    return find_kind(header, TrackColumns(header)) == Kind::kNone ? kNo : kLikely;
  }

  void read(playlist::SourceCall& call) {
    const std::string_view text = table_text(call.input().bytes());
    CsvReader csv(text, guess_separator(text));
    csv.next();
    header_ = Header(csv);
    find_columns(call, csv);
    call_ = &call;
    make_tables();
    std::string problem;
    while (csv.next()) {
      if (!is_sound_record(csv, header_.size(), problem)) {
        call.malformed(problem);
      } else if (csv.is_blank()) {
        call.bucket("empty", "a record without values");
      } else {
        take_record(csv);
      }
      call.next(csv.offset());
    }
    if (is_standardised_) call.notice("valence is standardised, not 0 .. 1: left out");
    columns_.lengths().tell(call);
    if (is_names_only()) {
      call.notice(
          "read as a catalogue of tracks that is nobody's: no plays, likes or playlists come of "
          "it; for plays, say with --columns time=... which column tells when");
    }
    call.finish();
  }

 private:
  void find_columns(playlist::SourceCall& call, const CsvReader& csv) {
    is_mapped_ = names_any_column(header_, call.input().columns());
    columns_ =
        is_mapped_ ? UserColumns(header_, call.input().columns()).tracks : TrackColumns(header_);
    kind_ = is_mapped_ ? Kind::kTracks : find_kind(header_, columns_);
    if (kind_ == Kind::kNone) throw playlist::Unsupported("no column names of a track catalogue");
    columns_.set_na_missing(csv.is_quoted(columns_.column(TrackColumns::kTitle)));
    is_standardised_ =
        !is_mapped_ && header_.has("arousal") && columns_.has(TrackColumns::kValence);
    if (is_standardised_) columns_.forget(TrackColumns::kValence);
    playlist_name_ = is_mapped_ ? -1 : header_.find({"playlist_name"});
    playlist_id_ = is_mapped_ ? -1 : header_.find({"playlist_id"});
    const int popularity = header_.find({"artist_popularity"});
    if (kind_ == Kind::kArtists && popularity >= 0) {
      columns_.assign(TrackColumns::kPopularity, popularity);
    }
    columns_.find_lengths(header_, csv);
  }

  /// Names and ids alone: it may have been meant as somebody's list.
  [[nodiscard]] bool is_names_only() const {
    using Columns = TrackColumns;
    return kind_ == Kind::kTracks && !is_mapped_ && playlist_name_ < 0 && !is_standardised_ &&
           columns_.feature_count() == 0 && columns_.engagement_count() == 0 &&
           !columns_.has(Columns::kTags) && !columns_.has(Columns::kPopularity);
  }

  void make_tables() {
    constexpr std::uint32_t kText = PLAYLIST_STRING;
    switch (kind_) {
      case Kind::kTracks:
        table_ = &call_->rows("tracks", TrackColumns::track_specs());
        if (columns_.engagement_count() > 0)
          engagement_ = &call_->rows("engagement", TrackColumns::engagement_specs());
        break;
      case Kind::kArtists: {
        std::vector<playlist::ColumnSpec> specs = {
            {"artist", kText, kAlways}, {"artist_id", kText}, {"tags", kText}};
        for (const playlist::ColumnSpec& spec :
             TrackColumns::number_specs(TrackColumns::Of::kArtist))
          specs.push_back(spec);
        table_ = &call_->rows("artists", std::move(specs));
        break;
      }
      case Kind::kArtistTags:
        table_ = &call_->rows("artist_tags", {{"artist", kText, kAlways}, {"tag", kText, kAlways}});
        break;
      default:
        break;
    }
    if (kind_ != Kind::kTracks || playlist_name_ < 0) return;
    playlists_ = &call_->rows(
        "playlists",
        {{"playlist", kText, kAlways}, {"playlist_id", kText}, {"owner", kText, kAlways}});
    items_ = &call_->rows("playlist_tracks", {{"playlist", kText, kAlways},
                                              {"playlist_id", kText},
                                              {"position", PLAYLIST_I32},
                                              {"title", kText},
                                              {"artist", kText},
                                              {"album", kText},
                                              {"spotify_id", kText},
                                              {"artist_credit", kText}});
  }

  void take_record(const CsvReader& csv) {
    if (kind_ == Kind::kAlbums) return call_->bucket("album", "tracks carry their album's name");
    if (kind_ == Kind::kCaptions) return call_->bucket("caption", "a clip's description, no track");
    if (const std::string problem = columns_.check(csv); !problem.empty()) {
      return call_->malformed(problem);
    }
    columns_.read(csv, track_);
    if (kind_ == Kind::kArtists) return take_artist(csv);
    if (kind_ == Kind::kArtistTags) return take_artist_tags();
    if (!track_.has_identity()) return call_->bucket("empty", "neither names nor an id");
    table_->row();
    columns_.put(*table_, track_, csv, *call_);
    if (engagement_ != nullptr && columns_.has_engagement(csv)) {
      engagement_->row();
      columns_.put_engagement(*engagement_, track_, csv, *call_);
    }
    if (playlists_ != nullptr) take_playlist_item(csv);
  }

  void take_artist(const CsvReader& csv) {
    if (track_.artist.empty()) return call_->bucket("empty", "no artist");
    table_->row();
    table_->set_text(1, track_.artist);
    table_->set_text(2, track_.artist_id);
    table_->set_text(3, track_.tags);
    columns_.put_numbers(TrackColumns::Of::kArtist, *table_, 4, csv, *call_);
  }

  void take_artist_tags() {
    if (track_.artist.empty()) return call_->bucket("empty", "no artist");
    if (track_.tags.empty()) return call_->bucket("empty", "no tag");
    for (const std::string& tag : split(track_.tags, '\x1f')) {
      table_->row();
      table_->set_text(1, track_.artist);
      table_->set_text(2, tag);
    }
  }

  void take_playlist_item(const CsvReader& csv) {
    const std::string_view name = csv[playlist_name_];
    const std::string_view id = csv[playlist_id_];
    if (name.empty()) return;
    std::int32_t& next = positions_[std::string(name) + '\x1f' + std::string(id)];
    if (next == 0) {
      playlists_->row();
      playlists_->set_text(1, name);
      playlists_->set_text(2, id);
      playlists_->set_text_even_empty(3, "");
    }
    items_->row();
    items_->set_text(1, name);
    items_->set_text(2, id);
    items_->set_i32(3, next++);
    items_->set_text(4, track_.title);
    items_->set_text(track_.is_credit ? 8 : 5, track_.artist.substr(0, track_.artist.find('\x1f')));
    items_->set_text(6, track_.album);
    items_->set_text(7, track_.spotify_id);
  }

  playlist::SourceCall* call_ = nullptr;
  playlist::Rows *table_ = nullptr, *engagement_ = nullptr, *playlists_ = nullptr,
                 *items_ = nullptr;
  Header header_;
  TrackColumns columns_;
  Kind kind_ = Kind::kNone;
  Track track_;
  int playlist_name_ = -1, playlist_id_ = -1;
  bool is_mapped_ = false, is_standardised_ = false;
  std::unordered_map<std::string, std::int32_t> positions_;  // next place in each playlist
};

}  // namespace

constinit const playlist::Element kTracksCsv = playlist::element<TracksCsv>(
    "source.tracks_csv",
    "Tables of tracks or artists with audio features; other CSV files with --columns.");

}  // namespace source
