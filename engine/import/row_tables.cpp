#include "import/row_tables.hpp"

#include <algorithm>
#include <vector>

#include "core/error.hpp"

namespace engine::import {
namespace {

constexpr std::uint32_t kString = PLAYLIST_STRING, kI32 = PLAYLIST_I32, kI64 = PLAYLIST_I64,
                        kF32 = PLAYLIST_F32, kU8 = PLAYLIST_U8;

constexpr RowColumn kListens[] = {{"record", kI64, true},
                                  {"ts", kI64, true},
                                  {"ms_played", kI32},
                                  {"title", kString},
                                  {"artist", kString},
                                  {"album", kString},
                                  {"spotify_id", kString},
                                  {"isrc", kString},
                                  {"mbid", kString},
                                  {"artist_mbid", kString},
                                  {"reason_start", kString},
                                  {"reason_end", kString},
                                  {"country", kString},
                                  {"device", kString},
                                  {"skipped", kU8},
                                  {"shuffle", kU8},
                                  {"offline", kU8},
                                  {"incognito", kU8},
                                  {"precision", kI32},
                                  {"loved", kU8},
                                  {"stamp", kU8},
                                  {"repeat", kI32},
                                  {"teller", kString},
                                  {"duration_ms", kI32},
                                  {"artist_credit", kString},
                                  {"artwork", kString}};
constexpr RowColumn kTracks[] = {{"record", kI64, true},
                                 {"title", kString},
                                 {"artist", kString},
                                 {"album", kString},
                                 {"spotify_id", kString},
                                 {"isrc", kString},
                                 {"mbid", kString},
                                 {"duration_ms", kI32},
                                 {"year", kI32},
                                 {"popularity", kF32},
                                 {"explicit", kU8},
                                 {"danceability", kF32},
                                 {"energy", kF32},
                                 {"key", kI32},
                                 {"loudness", kF32},
                                 {"mode", kI32},
                                 {"speechiness", kF32},
                                 {"acousticness", kF32},
                                 {"instrumentalness", kF32},
                                 {"liveness", kF32},
                                 {"valence", kF32},
                                 {"tempo", kF32},
                                 {"time_signature", kI32},
                                 {"tags", kString},
                                 {"album_id", kString},
                                 {"artist_id", kString},
                                 {"artist_credit", kString},
                                 {"artwork", kString}};
constexpr RowColumn kLikes[] = {{"record", kI64, true}, {"ts", kI64},       {"title", kString},
                                {"artist", kString},    {"album", kString}, {"spotify_id", kString},
                                {"isrc", kString},      {"mbid", kString},  {"artwork", kString}};
constexpr RowColumn kSavedAlbums[] = {
    {"record", kI64, true}, {"album", kString, true}, {"artist", kString, true}, {"ts", kI64}};
constexpr RowColumn kSavedArtists[] = {
    {"record", kI64, true}, {"artist", kString, true}, {"ts", kI64}};
constexpr RowColumn kRatings[] = {
    {"record", kI64, true},  {"rating", kF32, true}, {"ts", kI64},
    {"title", kString},      {"artist", kString},    {"album", kString},
    {"spotify_id", kString}, {"isrc", kString},      {"mbid", kString}};
constexpr RowColumn kBanned[] = {{"record", kI64, true},  {"title", kString}, {"artist", kString},
                                 {"spotify_id", kString}, {"mbid", kString},  {"ts", kI64}};
constexpr RowColumn kPlaylists[] = {{"record", kI64, true},
                                    {"playlist", kString, true},
                                    {"playlist_id", kString},
                                    {"description", kString},
                                    {"ts", kI64},
                                    {"owner", kString}};
constexpr RowColumn kPlaylistTracks[] = {{"record", kI64, true},
                                         {"playlist", kString, true},
                                         {"playlist_id", kString},
                                         {"position", kI32},
                                         {"ts", kI64},
                                         {"title", kString},
                                         {"artist", kString},
                                         {"album", kString},
                                         {"spotify_id", kString},
                                         {"isrc", kString},
                                         {"mbid", kString},
                                         {"artist_credit", kString},
                                         {"file", kString},
                                         {"artwork", kString}};
constexpr RowColumn kArtists[] = {{"record", kI64, true}, {"artist", kString, true},
                                  {"artist_id", kString}, {"artist_mbid", kString},
                                  {"popularity", kF32},   {"tags", kString},
                                  {"danceability", kF32}, {"energy", kF32},
                                  {"key", kI32},          {"loudness", kF32},
                                  {"mode", kI32},         {"speechiness", kF32},
                                  {"acousticness", kF32}, {"instrumentalness", kF32},
                                  {"liveness", kF32},     {"valence", kF32},
                                  {"tempo", kF32},        {"time_signature", kI32},
                                  {"duration_ms", kI32}};
constexpr RowColumn kTags[] = {
    {"record", kI64, true}, {"tag", kString, true}, {"tag_id", kString, true}};
constexpr RowColumn kArtistPlays[] = {{"record", kI64, true},
                                      {"user", kString, true},
                                      {"artist", kString},
                                      {"artist_id", kString},
                                      {"plays", kI32}};
constexpr RowColumn kArtistTags[] = {
    {"record", kI64, true}, {"artist", kString}, {"artist_id", kString}, {"tag", kString},
    {"tag_id", kString},    {"weight", kF32},    {"user", kString}};
/// Of a track that a service was asked for.
constexpr RowColumn kTrackTags[] = {
    {"record", kI64, true}, {"track_id", kI64, true}, {"tag", kString, true}, {"weight", kF32}};
constexpr RowColumn kArtistRelations[] = {{"record", kI64, true},     {"artist", kString, true},
                                          {"related", kString, true}, {"weight", kF32},
                                          {"related_mbid", kString},  {"related_id", kString}};
constexpr RowColumn kUserRelations[] = {
    {"record", kI64, true}, {"user", kString, true}, {"related", kString, true}};

constexpr RowColumn kEngagement[] = {
    {"record", kI64, true},    {"title", kString}, {"artist", kString}, {"album", kString},
    {"spotify_id", kString},   {"isrc", kString},  {"mbid", kString},   {"plays", kF32},
    {"likes", kF32},           {"comments", kF32}, {"skip_rate", kF32}, {"completion", kF32},
    {"artist_credit", kString}};

constexpr RowColumn kVectors[] = {{"record", kI64, true},  {"space", kString, true},
                                  {"spotify_id", kString}, {"isrc", kString},
                                  {"mbid", kString},       {"track_id", kI64}};
constexpr RowColumn kPrompts[] = {
    {"record", kI64, true}, {"text", kString, true}, {"user", kString},
    {"ts", kI64},           {"spotify_id", kString}, {"isrc", kString},
    {"mbid", kString},      {"track_id", kI64},      {"space", kString}};

constexpr RowColumn kLists[] = {
    {"record", kI64}, {"list", kString, true}, {"teller", kString}, {"is_whole", kU8}};

constexpr RowColumn kLyrics[] = {{"record", kI64, true},
                                 {"track_id", kI64},
                                 {"source", kString},
                                 {"text", kString},
                                 {"instrumental", kU8}};

constexpr RowColumn kQuestions[] = {
    {"record", kI64, true}, {"question", kString, true}, {"artist_id", kI64}, {"track_id", kI64}};
constexpr RowColumn kRecommendations[] = {
    {"record", kI64, true}, {"channel", kString, true}, {"score", kF32},
    {"seed_id", kI64},      {"title", kString},         {"artist", kString},
    {"album", kString},     {"spotify_id", kString},    {"isrc", kString},
    {"mbid", kString},      {"artist_mbid", kString},   {"artist_credit", kString}};
/// Of tracks that a service was asked for.
constexpr RowColumn kFeatures[] = {{"record", kI64, true}, {"track_id", kI64, true},
                                   {"danceability", kF32}, {"energy", kF32},
                                   {"key", kI32},          {"loudness", kF32},
                                   {"mode", kI32},         {"speechiness", kF32},
                                   {"acousticness", kF32}, {"instrumentalness", kF32},
                                   {"liveness", kF32},     {"valence", kF32},
                                   {"tempo", kF32}};

constexpr RowTable kTables[] = {{"listens", kListens},
                                {"tracks", kTracks},
                                {"likes", kLikes},
                                {"saved_albums", kSavedAlbums},
                                {"saved_artists", kSavedArtists},
                                {"banned", kBanned},
                                {"ratings", kRatings},
                                {"playlists", kPlaylists},
                                {"playlist_tracks", kPlaylistTracks},
                                {"artists", kArtists},
                                {"tags", kTags},
                                {"artist_plays", kArtistPlays},
                                {"artist_tags", kArtistTags},
                                {"track_tags", kTrackTags},
                                {"artist_relations", kArtistRelations},
                                {"user_relations", kUserRelations},
                                {"engagement", kEngagement},
                                {"vectors", kVectors},
                                {"prompts", kPrompts},
                                {"lyrics", kLyrics},
                                {"questions", kQuestions},
                                {"recommendations", kRecommendations},
                                {"features", kFeatures},
                                {"lists", kLists}};

const RowColumn* find_column(const RowTable& table, std::string_view name) {
  for (const RowColumn& column : table.columns) {
    if (name == column.name) return &column;
  }
  return nullptr;
}

template <class Named>
std::string did_you_mean(std::string_view word, std::span<const Named> known) {
  std::vector<std::string> names;
  for (const Named& named : known) names.emplace_back(named.name);
  const std::string near = nearest(std::string(word), names);
  return near.empty() ? "" : "; did you mean \"" + near + "\"?";
}

bool has_stray_code(const playlist_column& column, std::int64_t rows) {
  const auto* codes = static_cast<const std::int32_t*>(column.data);
  const auto count = static_cast<std::int32_t>(column.dict ? column.dict->count : 0);
  return std::any_of(codes, codes + rows,
                     [count](std::int32_t code) { return code < -1 || code >= count; });
}

}  // namespace

const RowTable* find_row_table(std::string_view name) {
  for (const RowTable& table : kTables) {
    if (name == table.name) return &table;
  }
  return nullptr;
}

bool takes_vectors(std::string_view name) {
  return name == "vectors" || name == "prompts";
}

bool is_told_anew(std::string_view name) {
  return takes_vectors(name);
}

bool is_list(std::string_view name) {
  return name == "likes" || name == "saved_albums" || name == "saved_artists" || name == "banned" ||
         name == "playlists" || name == "recommendations";
}

bool is_state_table(std::string_view name) {
  return is_list(name) || name == "ratings" || name == "playlist_tracks" || name == "lists";
}

std::string problem_of(std::string_view name, const playlist_table& rows) {
  const RowTable* table = find_row_table(name);
  if (!table) {
    return "there is no table \"" + std::string(name) + "\"" +
           did_you_mean(name, std::span<const RowTable>(kTables));
  }
  const std::string of_table = " of table \"" + std::string(name) + "\"";
  std::vector<std::string_view> given;
  for (std::uint32_t c = 0; c < rows.column_count; ++c) {
    const playlist_column& column = *rows.columns[c];
    const RowColumn* known = find_column(*table, column.name);
    if (!known) {
      return "there is no column \"" + std::string(column.name) + "\"" + of_table +
             did_you_mean(column.name, table->columns);
    }
    if (known->type != column.type) {
      return "column \"" + std::string(column.name) + "\"" + of_table + " has the wrong type";
    }
    if (column.type == PLAYLIST_STRING && has_stray_code(column, rows.rows)) {
      return "column \"" + std::string(column.name) + "\"" + of_table +
             " has a code outside its dictionary";
    }
    given.emplace_back(column.name);
  }
  for (const RowColumn& column : table->columns) {
    if (column.is_required && std::find(given.begin(), given.end(), column.name) == given.end()) {
      return "column \"" + std::string(column.name) + "\"" + of_table + " is missing";
    }
  }
  return "";
}

}  // namespace engine::import
