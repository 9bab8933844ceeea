#include "track_columns.hpp"

#include "playlist/plugin.hpp"

#include <algorithm>
#include <cmath>
#include <span>

#include "dates.hpp"
#include "ids.hpp"
#include "text.hpp"

namespace source {
namespace {

struct RoleInfo {
  const char* name;
  std::vector<std::string_view> aliases;  // plain_name() form, the best first
};

const std::array<RoleInfo, TrackColumns::kRoleCount>& roles() {
  static const std::array<RoleInfo, TrackColumns::kRoleCount> kRoles = {{
      {"title",
       {"track_name", "title", "track_title", "song_name", "song_title", "name", "song", "track"}},
      {"artist",
       {"artists", "artist_name_s", "artist_names", "artist_name", "track_artist", "artist",
        "artist_credit", "band", "container_artist_name", "albumartist", "album_artist"}},
      {"album",
       {"album_name", "track_album_name", "album", "album_title", "release_name",
        "container_album_name"}},
      {"spotify_id",
       {"track_id", "track_uri", "spotify_uri", "spotify_id", "spotify_track_id",
        "spotify_track_uri", "song_id", "spotify", "id", "uri"}},
      {"isrc", {"isrc"}},
      {"mbid",
       {"recording_mbid", "mbid", "mb_trackid", "musicbrainz_recordingid", "musicbrainz_trackid",
        "musicbrainz_track_id", "track_mbid"}},
      {"album_id", {"album_id", "track_album_id", "album_uri"}},
      {"artist_id",
       {"artist_id", "artist_ids", "id_artists", "track_artist_id", "artist_uri_s", "artist_uri"}},
      {"duration_ms",
       {"duration_ms", "track_duration_ms", "media_duration_in_milliseconds", "length_ms", "length",
        "track_duration", "track_length", "duration", "duration_s", "duration_sec",
        "duration_seconds", "length_seconds"}},
      {"year",
       {"year", "release_year", "release_date", "album_release_date", "track_album_release_date"}},
      {"popularity", {"popularity", "track_popularity"}},
      {"explicit", {"explicit", "track_explicit"}},
      {"key", {"key"}},
      {"mode", {"mode"}},
      {"time_signature", {"time_signature"}},
      {"tags",
       {"track_genre", "genre", "genres", "artist_genres", "artist_genre", "album_genres",
        "playlist_genre", "playlist_subgenre", "tags"}},
      {"danceability", {"danceability"}},
      {"energy", {"energy"}},
      {"speechiness", {"speechiness"}},
      {"acousticness", {"acousticness"}},
      {"instrumentalness", {"instrumentalness"}},
      {"liveness", {"liveness"}},
      {"valence", {"valence"}},
      {"loudness", {"loudness"}},
      {"tempo", {"tempo"}},
      {"plays", {"plays", "play_count", "playcount", "streams", "stream_count"}},
      {"likes", {"likes", "like_count", "upvotes", "upvote_count"}},
      {"comments", {"comments", "comment_count"}},
      {"skip_rate", {"skip_rate", "skiprate"}},
      {"completion", {"completion", "completion_rate"}},
      {"path", {"path", "file_path", "filepath", "file", "filename", "location"}},
  }};
  return kRoles;
}

/// Roles that hold one number each, in the order of their columns. The first three are a track's
/// only; means of the others are given for artists too.
constexpr std::array<int, 16> kNumbers = {
    TrackColumns::kDuration,      TrackColumns::kYear,         TrackColumns::kExplicit,
    TrackColumns::kPopularity,    TrackColumns::kKey,          TrackColumns::kMode,
    TrackColumns::kTimeSignature, TrackColumns::kDanceability, TrackColumns::kEnergy,
    TrackColumns::kSpeechiness,   TrackColumns::kAcousticness, TrackColumns::kInstrumentalness,
    TrackColumns::kLiveness,      TrackColumns::kValence,      TrackColumns::kLoudness,
    TrackColumns::kTempo};
constexpr std::size_t kTracksOnly = 3;

constexpr std::array<int, 5> kEngagement = {TrackColumns::kPlays, TrackColumns::kLikes,
                                            TrackColumns::kComments, TrackColumns::kSkipRate,
                                            TrackColumns::kCompletion};

std::span<const int> numbers_of(TrackColumns::Of of) {
  return std::span(kNumbers).subspan(of == TrackColumns::Of::kArtist ? kTracksOnly : 0);
}

struct Range {
  double low, high;
};
Range range_of(int role) {
  switch (role) {
    case TrackColumns::kPopularity:
      return {0, 100};
    case TrackColumns::kLoudness:
      return {-100, 20};
    case TrackColumns::kTempo:
      return {1, 500};
    case TrackColumns::kDuration:
      return {1, 24.0 * 3600 * 1000};
    case TrackColumns::kTimeSignature:
      return {1, 16};
    case TrackColumns::kPlays:
    case TrackColumns::kLikes:
    case TrackColumns::kComments:
      return {0, 1e15};
    default:
      return {0, 1};
  }
}

/// 0 stands for "unknown" there.
bool is_zero_missing(int role) {
  return role == TrackColumns::kTempo || role == TrackColumns::kTimeSignature ||
         role == TrackColumns::kDuration;
}

bool is_readable(int role, std::string_view cell) {
  switch (role) {
    case TrackColumns::kYear:
      return true;  // release dates come in any form; what is no year is left out
    case TrackColumns::kExplicit:
      return read_boolean(cell).has_value();
    case TrackColumns::kDuration:
      return read_length(cell, 1).has_value();
    case TrackColumns::kKey:
      return read_number(cell) || read_key(cell);
    case TrackColumns::kMode:
      return read_number(cell) || read_mode(cell);
    default:
      return read_number(cell).has_value();
  }
}

/// Texts without any of these are one name for sure.
bool may_join_names(std::string_view text) {
  for (const std::string_view sign :
       {",", ";", "&", "/", "+", "|", " x ", " X ", " and ", " with ", " feat", " ft"}) {
    if (contains(text, sign)) return true;
  }
  return false;
}

}  // namespace

const char* TrackColumns::role_name(int role) {
  return roles()[static_cast<std::size_t>(role)].name;
}

int TrackColumns::find_role(std::string_view name) {
  for (int role = 0; role < kRoleCount; ++role) {
    if (name == role_name(role)) return role;
  }
  if (name == "genre") return kTags;
  for (int role = 0; role < kRoleCount; ++role) {
    const auto& aliases = roles()[static_cast<std::size_t>(role)].aliases;
    if (std::find(aliases.begin(), aliases.end(), name) != aliases.end()) return role;
  }
  return -1;
}

TrackColumns::TrackColumns(const Header& header) {
  for (std::size_t role = 0; role < kRoleCount; ++role) {
    for (const std::string_view alias : roles()[role].aliases) {
      const int column = header.find({alias});
      if (column >= 0) columns_[role].push_back(column);
    }
  }
  mood_ = header.find({"mood"});
  if (header.has("artists") && column(kArtist) == header.find({"artists"})) {
    artist_cell_ = ArtistCell::kSemicolon;
  }
}

int TrackColumns::column(int role) const {
  const auto& columns = columns_[static_cast<std::size_t>(role)];
  return columns.empty() ? -1 : columns.front();
}

void TrackColumns::find_lengths(const Header& header, const CsvReader& table) {
  const int at = column(kDuration);
  if (at >= 0) lengths_ = Lengths(header.names()[static_cast<std::size_t>(at)], table, at);
}

int TrackColumns::feature_count() const {
  int count = 0;
  for (int role = kFirstFeature; role < kFirstEngagement; ++role) count += has(role) ? 1 : 0;
  return count;
}

int TrackColumns::engagement_count() const {
  return static_cast<int>(std::count_if(kEngagement.begin(), kEngagement.end(),
                                        [this](int role) { return has(role); }));
}

std::string_view TrackColumns::text(const CsvReader& csv, int role) const {
  const int at = column(role);
  const std::string_view cell = csv[at];
  if (is_na_missing_ && !csv.is_quoted(at) && cell == "NA") return {};
  return cell;
}

// ---- names and ids ------------------------------------------------------------------------------
void TrackColumns::read(const CsvReader& csv, Track& track) const {
  read_names(csv, track);
  track.spotify_id.clear();
  for (const int at : columns_[kSpotifyId]) {
    track.spotify_id = spotify_id(csv[at]);
    if (!track.spotify_id.empty()) break;
  }
  track.isrc = isrc(csv[column(kIsrc)]);
  track.mbid = mbid(csv[column(kMbid)]);
  track.album_id = spotify_id(csv[column(kAlbumId)], "album");
  track.artist_id = id_list(csv[column(kArtistId)]);
  read_tags(csv, track);
}

/// A band may be called None and a song NA: these words mean "no value" only where R wrote them
/// without quotes among quoted texts, or where title and artist both are such words.
void TrackColumns::read_names(const CsvReader& csv, Track& track) const {
  const std::string_view title = text(csv, kTitle);
  const std::string_view artist = text(csv, kArtist);
  const bool is_nothing = has(kTitle) && has(kArtist) && is_missing_word(title) &&
                          is_missing_word(artist) && !csv.is_quoted(column(kTitle));
  track.title = is_nothing ? std::string_view{} : title;
  track.artist = is_nothing ? std::string() : artists(artist, csv[column(kArtistId)]);
  track.is_credit = artist_cell_ == ArtistCell::kOne && track.artist == artist &&
                    may_join_names(artist) && csv[column(kArtistId)].empty();
  track.album = is_nothing ? std::string_view{} : text(csv, kAlbum);
  if (has(kPath) && (track.title.empty() || track.artist.empty())) {
    read_path(csv[column(kPath)], track);
  }
}

/// The names that a path says, as people keep their files: ARTIST/ALBUM/01 TITLE.flac, or
/// ARTIST - TITLE.mp3. Only what the record does not tell itself is taken.
void TrackColumns::read_path(std::string_view path, Track& track) {
  std::string plain(path);
  std::replace(plain.begin(), plain.end(), '\\', '/');
  const std::vector<std::string> parts = split(plain, '/');
  if (parts.empty()) return;
  std::string_view name = parts.back();
  if (const std::size_t dot = name.rfind('.'); dot != std::string_view::npos && dot > 0) {
    name = name.substr(0, dot);
  }
  const std::size_t digits = std::min(name.find_first_not_of("0123456789"), name.size());
  const std::string_view behind = name.substr(digits);
  if (digits > 0 && digits <= 3 && behind.find_first_not_of(" .-_") > 0 &&
      behind.find_first_not_of(" .-_") != std::string_view::npos) {
    name = behind.substr(behind.find_first_not_of(" .-_"));
  }
  std::string artist, album;
  if (const std::size_t dash = name.find(" - "); dash != std::string_view::npos) {
    artist = trim(name.substr(0, dash));
    name = trim(name.substr(dash + 3));
  }
  if (parts.size() >= 3) {
    if (artist.empty()) artist = parts[parts.size() - 3];
    album = parts[parts.size() - 2];
  }
  if (track.title.empty()) track.title = name;
  if (track.artist.empty()) track.artist = artist;
  if (track.album.empty()) track.album = album;
}

std::string TrackColumns::artists(std::string_view cell, std::string_view ids) const {
  if (const auto list = read_python_list(cell)) return join(*list);
  switch (artist_cell_) {
    case ArtistCell::kSemicolon:
      return join(split(cell, ';'));
    case ArtistCell::kTightComma:
      return join(contains(cell, ";") ? split(cell, ';') : split_artists(cell, false));
    case ArtistCell::kLooseComma: {
      const std::vector<std::string> names = split_artists(cell, true);
      if (split(ids, ',').size() != 1) return join(names);
      std::string whole;
      for (const std::string& name : names) whole += (whole.empty() ? "" : ", ") + name;
      return whole;
    }
    default:
      return std::string(cell);
  }
}

std::string TrackColumns::id_list(std::string_view cell) const {
  std::vector<std::string> ids;
  const auto list = read_python_list(cell);
  for (const std::string& item : list ? *list : split(cell, ',')) {
    if (const auto id = spotify_id(item, "artist"); !id.empty()) ids.emplace_back(id);
  }
  return join(ids);
}

void TrackColumns::read_tags(const CsvReader& csv, Track& track) const {
  std::vector<std::string> tags;
  const auto add = [&](std::string tag) {
    if (is_missing_word(tag) || std::find(tags.begin(), tags.end(), tag) != tags.end()) return;
    tags.push_back(std::move(tag));
  };
  for (const int at : columns_[kTags]) {
    const auto list = read_python_list(csv[at]);
    const bool has_semicolons = contains(csv[at], ";");
    for (const std::string& tag : list ? *list : split(csv[at], has_semicolons ? ';' : ',')) {
      add(lower_ascii(tag));
    }
  }
  if (!is_missing_word(csv[mood_])) add("mood:" + lower_ascii(csv[mood_]));
  track.tags = join(tags);
}

std::vector<std::string> split_artists(std::string_view cell, bool is_loose) {
  std::vector<std::string> parts;
  std::string part;
  const auto cut = [&] {
    if (const auto trimmed = trim(part); !trimmed.empty()) parts.emplace_back(trimmed);
    part.clear();
  };
  for (std::size_t i = 0; i < cell.size(); ++i) {
    const char next = i + 1 < cell.size() ? cell[i + 1] : '\0';
    if (cell[i] == '\\' && next == ',') {
      part += ',';
      ++i;
    } else if (cell[i] == ',' && (next == ' ') == is_loose) {
      cut();
    } else {
      part += cell[i];
    }
  }
  cut();
  return parts;
}

// ---- numbers ------------------------------------------------------------------------------------
std::string TrackColumns::check(const CsvReader& csv) const {
  const auto problem = [&](int role) {
    const std::string_view cell = csv[column(role)];
    if (is_missing_word(cell) || is_readable(role, cell)) return std::string();
    return playlist::concat(role_name(role), " is no number: ", quoted(cell));
  };
  for (const std::span<const int> roles :
       {std::span<const int>(kNumbers), std::span<const int>(kEngagement)}) {
    for (const int role : roles) {
      if (std::string found = problem(role); !found.empty()) return found;
    }
  }
  return {};
}

std::vector<playlist::ColumnSpec> TrackColumns::number_specs(Of of) {
  std::vector<playlist::ColumnSpec> specs;
  for (const int role : numbers_of(of)) {
    const bool is_integer = role == kDuration || role == kYear || role == kKey || role == kMode ||
                            role == kTimeSignature;
    const std::uint32_t type = role == kExplicit ? PLAYLIST_U8
                               : is_integer      ? PLAYLIST_I32
                                                 : PLAYLIST_F32;
    specs.push_back({role_name(role), type});
  }
  return specs;
}

std::vector<playlist::ColumnSpec> TrackColumns::track_specs() {
  std::vector<playlist::ColumnSpec> specs;
  for (const char* name : {"title", "artist", "album", "spotify_id", "isrc", "mbid", "tags",
                           "album_id", "artist_id", "artist_credit"}) {
    specs.push_back({name, PLAYLIST_STRING});
  }
  for (const playlist::ColumnSpec& spec : number_specs(Of::kTrack)) specs.push_back(spec);
  return specs;
}

void TrackColumns::put(playlist::Rows& table, const Track& track, const CsvReader& csv,
                       playlist::SourceCall& call) const {
  static const std::string kNone;
  int column = 0;
  for (const std::string* text :
       {&track.title, track.is_credit ? &kNone : &track.artist, &track.album, &track.spotify_id,
        &track.isrc, &track.mbid, &track.tags, &track.album_id, &track.artist_id,
        track.is_credit ? &track.artist : &kNone}) {
    table.set_text(++column, *text);
  }
  put_numbers(Of::kTrack, table, ++column, csv, call);
}

void TrackColumns::put_numbers(Of of, playlist::Rows& table, int first, const CsvReader& csv,
                               playlist::SourceCall& call) const {
  int at = first - 1;
  for (const int role : numbers_of(of)) {
    ++at;
    const std::string_view cell = csv[column(role)];
    if (is_missing_word(cell)) continue;
    if (role == kYear) {
      if (const auto year = read_year(cell)) table.set_i32(at, *year);
      continue;
    }
    if (role == kExplicit) {
      if (const auto flag = read_boolean(cell)) table.set_u8(at, *flag ? 1 : 0);
      continue;
    }
    if (role == kKey || role == kMode) {
      const auto value = role == kKey ? read_key(cell) : read_mode(cell);
      if (value && *value >= 0) table.set_i32(at, *value);
      continue;
    }
    const double value =
        (role == kDuration ? lengths_.milliseconds(cell) : read_number(cell)).value_or(0);
    if (value == 0 && is_zero_missing(role)) continue;
    const Range range = range_of(role);
    if (value < range.low || value > range.high) {
      call.notice(playlist::concat(role_name(role), " outside ", range.low, " .. ", range.high,
                                   ": left out"));
    } else if (role == kDuration || role == kTimeSignature) {
      table.set_i32(at, static_cast<std::int32_t>(std::lround(value)));
    } else {
      table.set_f32(at, static_cast<float>(value));
    }
  }
}

// ---- everybody's use ----------------------------------------------------------------------------
std::vector<playlist::ColumnSpec> TrackColumns::engagement_specs() {
  std::vector<playlist::ColumnSpec> specs;
  for (const char* name :
       {"title", "artist", "album", "spotify_id", "isrc", "mbid", "artist_credit"})
    specs.push_back({name, PLAYLIST_STRING});
  for (const int role : kEngagement) specs.push_back({role_name(role), PLAYLIST_F32});
  return specs;
}

bool TrackColumns::has_engagement(const CsvReader& csv) const {
  return std::any_of(kEngagement.begin(), kEngagement.end(),
                     [&](int role) { return has(role) && !is_missing_word(csv[column(role)]); });
}

void TrackColumns::put_engagement(playlist::Rows& table, const Track& track, const CsvReader& csv,
                                  playlist::SourceCall& call) const {
  static const std::string kNone;
  int at = 0;
  for (const std::string* text :
       {&track.title, track.is_credit ? &kNone : &track.artist, &track.album, &track.spotify_id,
        &track.isrc, &track.mbid, track.is_credit ? &track.artist : &kNone})
    table.set_text(++at, *text);
  for (const int role : kEngagement) {
    ++at;
    const std::string_view cell = csv[column(role)];
    if (is_missing_word(cell)) continue;
    const double value = read_number(cell).value_or(0);
    const Range range = range_of(role);
    if (value < range.low || value > range.high) {
      call.notice(playlist::concat(role_name(role), " outside ", range.low, " .. ", range.high,
                                   ": left out"));
    } else {
      table.set_f32(at, static_cast<float>(value));
    }
  }
}

}  // namespace source
