// The rows of the catalogue, as the store has them.
#include "playlist/folded_words.hpp"

#include <cstring>
#include <map>

#include "data/catalogue_builder.hpp"

namespace engine {
namespace {

float real_or_nan(const Statement& rows, int column) {
  return rows.is_null(column) ? kMissing : static_cast<float>(rows.real(column));
}
std::int32_t integer_or_missing(const Statement& rows, int column) {
  return rows.is_null(column) ? INT32_MIN : static_cast<std::int32_t>(rows.integer(column));
}

/// A feature in SQL: the imported one; where there is none, what was measured in the track's file.
/// Key and mode come from one of both.
std::string imported_or_measured(const std::string& column) {
  if (column == "energy" || column == "loudness") {
    return "ifnull(" + column + ", sound_" + column + ")";
  }
  if (column == "tempo") return "iif(tempo > 0, tempo, ifnull(sound_tempo, tempo))";
  if (column == "key_pitch" || column == "mode") {
    return "iif(key_pitch >= 0 OR sound_key_pitch IS NULL, " + column + ", sound_" + column + ")";
  }
  return column;
}

}  // namespace

Statement CatalogueBuilder::select_artists(const std::string& which) const {
  return store_.prepare("SELECT artist_id, name, popularity, features FROM artists " + which);
}

void CatalogueBuilder::add_artist(const Statement& row) {
  const auto places = numeric_features();
  artists_.id.push_back(row.integer(0));
  artists_.name.add_unique(row.text(1));
  artists_.popularity.push_back(real_or_nan(row, 2));
  const std::string_view blob = row.text(3);
  std::array<float, kFeatureColumns.size()> means;
  means.fill(kMissing);
  const bool has_means = blob.size() == sizeof means;
  if (has_means) std::memcpy(means.data(), blob.data(), sizeof means);
  for (std::size_t k = 0; k < kNumericFeatureCount; ++k)
    artists_.means[k].push_back(means[places[k]]);
  artists_.known.push_back(has_means || !row.is_null(2) ? 0 : kNever);
}

void CatalogueBuilder::read_artists() {
  Statement rows = select_artists("ORDER BY artist_id");
  while (rows.step()) add_artist(rows);
  artist_places_ = IdMap(artists_.id);
}

void CatalogueBuilder::read_features(const Statement& rows, int first_column) {
  std::size_t filled = 0;
  for (std::size_t k = 0; k < kFeatureColumns.size(); ++k) {
    const int column = first_column + static_cast<int>(k);
    const std::string_view field = kFeatureColumns[k].field;
    if (!kFeatureColumns[k].is_integer) {
      const float value = real_or_nan(rows, column);
      // A tempo of 0 means that none was found.
      tracks_.features[filled++].push_back(field == "tempo" && value <= 0 ? kMissing : value);
      continue;
    }
    std::int32_t value = integer_or_missing(rows, column);
    if (field == "key" && value < 0) value = INT32_MIN;  // -1: none detected
    (field == "key"    ? tracks_.key
     : field == "mode" ? tracks_.mode
                       : tracks_.time_signature)
        .push_back(value);
  }
}

Statement CatalogueBuilder::select_tracks(const std::string& which) const {
  std::string features;
  for (const FeatureColumn& feature : kFeatureColumns)
    features += ", " + imported_or_measured(feature.column);
  return store_.prepare(
      "SELECT track_id, in_catalogue, artist_id, title, album, version, spotify_id, isrc, mbid, "
      "song_key, duration_ms, year, popularity, explicit" +
      features +
      " FROM tracks LEFT JOIN (SELECT track_id AS sound_id, energy AS sound_energy, "
      "key_pitch AS sound_key_pitch, loudness AS sound_loudness, mode AS sound_mode, "
      "tempo AS sound_tempo FROM track_sound) ON sound_id = track_id " +
      which);
}

void CatalogueBuilder::add_track(const Statement& row) {
  tracks_.id.push_back(row.integer(0));
  // Nobody finds a track in the catalogue that has no name: it may be a known one's other id.
  const bool is_named = !row.text(3).empty();
  tracks_.known.push_back(row.integer(1) != 0 && is_named ? 0 : kNever);
  tracks_.in_catalogue.push_back(row.integer(1) != 0);
  tracks_.artist_id.push_back(row.is_null(2) ? -1 : row.integer(2));
  tracks_.title.add(row.text(3));
  tracks_.album.add(row.text(4));
  tracks_.version.add_even_empty(row.text(5));
  tracks_.spotify_id.add_unique(row.text(6));
  tracks_.isrc.add_unique(row.text(7));
  tracks_.mbid.add_unique(row.text(8));
  tracks_.duration_ms.push_back(integer_or_missing(row, 10));
  tracks_.year.push_back(integer_or_missing(row, 11));
  tracks_.popularity.push_back(real_or_nan(row, 12));
  tracks_.is_explicit.push_back(row.is_null(13) ? 255
                                                : static_cast<std::uint8_t>(row.integer(13) != 0));
  read_features(row, 14);
}

void CatalogueBuilder::read_tracks() {
  Statement rows = select_tracks("ORDER BY track_id");
  while (rows.step()) {
    add_track(rows);
    const std::string_view song = rows.text(9);
    tracks_.song.push_back(song.empty() ? -1 : tracks_.song_keys.code(song));
  }
  track_places_ = IdMap(tracks_.id);
}

void CatalogueBuilder::read_tags() {
  Statement rows = store_.prepare("SELECT tag_id, name FROM tags ORDER BY tag_id");
  while (rows.step()) {
    tags_.id.push_back(rows.integer(0));
    tags_.name.add_unique(rows.text(1));
    tags_.known.push_back(kNever);
  }
  tag_places_ = IdMap(tags_.id);
}

void CatalogueBuilder::read_pairs() {
  const auto read = [this](const char* sql, const IdMap& rows_of, const IdMap& values_of,
                           std::vector<ListEntry>& entries) {
    Statement rows = store_.prepare(sql);
    while (rows.step())
      entries.push_back({rows_of.number(rows.integer(0)), values_of.number(rows.integer(1)),
                         static_cast<float>(rows.real(2)), rows.integer(3)});
  };
  read("SELECT track_id, artist_id, 1, 0 FROM track_artists", track_places_, artist_places_,
       track_artist_);
  for (std::size_t place = 0; place < tracks_.id.size(); ++place)
    track_artist_.push_back(
        {static_cast<std::int32_t>(place), artist_places_.number(tracks_.artist_id[place]), 1, 0});
  read("SELECT track_id, tag_id, weight, 0 FROM track_tags", track_places_, tag_places_,
       track_tag_);
  read("SELECT artist_id, tag_id, weight, 0 FROM artist_tags", artist_places_, tag_places_,
       artist_tag_);
  read("SELECT artist_id, related_id, weight, ts FROM artist_relations", artist_places_,
       artist_places_, artist_relation_);
  for (const ListEntry& entry : artist_tag_)
    if (entry.row >= 0) artists_.known[static_cast<std::size_t>(entry.row)] = 0;
  for (const ListEntry& entry : artist_relation_) {
    if (entry.row >= 0) lower(artists_.known, entry.row, entry.known);
    if (entry.value >= 0) lower(artists_.known, entry.value, entry.known);
  }
}

void CatalogueBuilder::read_stored_tables() {
  stored_.emplace(store_, TableOwner::kCatalogue, 0, track_places_, artist_places_);
}

void CatalogueBuilder::read_service_features() {
  const auto places = numeric_features();
  std::string columns;
  for (const std::size_t place : places)
    columns += std::string(", ") + kFeatureColumns[place].column;
  Statement rows =
      store_.prepare("SELECT track_id, ts, ifnull(key_pitch, -1), mode" + columns +
                     " FROM service_features WHERE is_found ORDER BY track_id, energy IS NULL, "
                     "source");
  while (rows.step()) {
    const std::int32_t track = track_places_.number(rows.integer(0));
    if (track < 0) continue;
    service_features_.track.push_back(track);
    service_features_.ts.push_back(rows.integer(1));
    const auto key = static_cast<std::int32_t>(rows.integer(2));
    service_features_.key.push_back(key < 0 ? INT32_MIN : key);
    service_features_.mode.push_back(integer_or_missing(rows, 3));
    for (std::size_t k = 0; k < kNumericFeatureCount; ++k)
      service_features_.features[k].push_back(real_or_nan(rows, static_cast<int>(k) + 4));
  }
}

// Vectors of a space must have one length: the most frequent one.
void CatalogueBuilder::read_embeddings() {
  std::map<std::string, std::pair<std::int64_t, std::int64_t>> best;  // space -> rows, dim
  Statement dims =
      store_.prepare("SELECT space, dim, count(*) FROM embeddings GROUP BY 1, 2 ORDER BY 1, 2");
  while (dims.step()) {
    auto& found = best[std::string(dims.text(0))];
    if (dims.integer(2) > found.first) found = {dims.integer(2), dims.integer(1)};
  }
  for (const auto& [name, found] : best) {
    Space& space = spaces_.emplace_back();
    space.name = name;
    space.dim = static_cast<std::size_t>(found.second);
    space.vectors.assign(tracks_.id.size() * space.dim, kMissing);
    std::int64_t left_out = 0;
    Statement rows = store_.prepare("SELECT track_id, vector FROM embeddings WHERE space = ?1");
    for (rows.start(name); rows.step();) {
      const std::int32_t track = track_places_.number(rows.integer(0));
      const std::string_view bytes = rows.text(1);
      if (track < 0 || bytes.size() != space.dim * sizeof(float)) {
        ++left_out;
        continue;
      }
      std::memcpy(&space.vectors[static_cast<std::size_t>(track) * space.dim], bytes.data(),
                  bytes.size());
    }
    if (left_out > 0 && verbose_)
      verbose_("embedding " + name + ": " + std::to_string(left_out) +
               " vectors left out that do not have " + std::to_string(space.dim) + " numbers");
  }
}

// A text that came twice stands twice, so that what is known as of any time is a prefix. Vectors
// lie in the space of the tracks: those of another length are left out, as the tracks' are.
void CatalogueBuilder::read_prompt_vectors() {
  Statement rows = store_.prepare(
      "SELECT space, ifnull(ts, 0), text, vector FROM prompt_vectors "
      "JOIN prompts USING (prompt_id) ORDER BY space, ts, prompt_id");
  while (rows.step()) {
    const std::string name = "prompt_vectors:" + std::string(rows.text(0));
    const std::string_view bytes = rows.text(3);
    if (prompt_vectors_.empty() || prompt_vectors_.back().space.name != name) {
      const auto tracks = std::find_if(spaces_.begin(), spaces_.end(), [&](const Space& space) {
        return space.name == rows.text(0);
      });
      PromptVectors& made = prompt_vectors_.emplace_back();
      made.space.name = name;
      made.space.dim = tracks == spaces_.end() ? bytes.size() / sizeof(float) : tracks->dim;
    }
    PromptVectors& prompts = prompt_vectors_.back();
    if (bytes.size() != prompts.space.dim * sizeof(float) || bytes.empty()) continue;
    prompts.text.add(playlist::folded_words(rows.text(2)));
    prompts.ts.push_back(rows.integer(1));
    std::vector<float>& vectors = prompts.space.vectors;
    vectors.resize(vectors.size() + prompts.space.dim);
    std::memcpy(&vectors[vectors.size() - prompts.space.dim], bytes.data(), bytes.size());
  }
}

}  // namespace engine
