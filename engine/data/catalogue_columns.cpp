#include "data/catalogue_columns.hpp"

#include <algorithm>
#include <array>
#include <cmath>
#include <cstring>
#include <limits>
#include <map>

#include "data/features.hpp"
#include "data/numbering.hpp"
#include "data/text_column.hpp"

namespace engine {
namespace {

constexpr float kMissing = std::numeric_limits<float>::quiet_NaN();

float real_or_nan(const Statement& rows, int column) {
  return rows.is_null(column) ? kMissing : static_cast<float>(rows.real(column));
}
std::int32_t integer_or_missing(const Statement& rows, int column) {
  return rows.is_null(column) ? INT32_MIN : static_cast<std::int32_t>(rows.integer(column));
}
void lower(std::int64_t& known, std::int64_t since) {
  known = std::min(known, since);
}

// Collects in id order, then renumbers by (known, id), then derives lists.
class CatalogueBuilder {
 public:
  CatalogueBuilder(const Store& store, const std::function<void(const std::string&)>& verbose)
      : store_(store), verbose_(verbose) {}

  void read_artists();
  void read_tracks();
  void read_tags();
  void read_pairs();
  void note_likes_and_playlists();
  void note_listens(const std::vector<FirstHeard>& heard);
  void number_everything();
  void make_lists_of_pairs();
  void read_embeddings();
  void fill();
  void describe(ColumnWriter& writer);

 private:
  struct Artists {
    std::vector<std::int64_t> id, known;
    TextColumn name;
    std::vector<float> popularity;
    std::array<std::vector<float>, kFilledCount> means;
    std::vector<std::int32_t> track_count;
  };
  struct Tracks {
    std::vector<std::int64_t> id, known, artist_id;
    TextColumn title, album, version, spotify_id, isrc, mbid;
    std::vector<std::int32_t> artist, artist_name, song, duration_ms, year;
    std::vector<float> popularity;
    std::vector<std::uint8_t> is_explicit, in_catalogue;
    std::array<std::vector<float>, kFilledCount> features;
    std::vector<std::int32_t> key, mode, time_signature;
    Dictionary song_keys;
  };
  struct Tags {
    std::vector<std::int64_t> id, known;
    TextColumn name;
    std::vector<std::int32_t> track_count;
  };
  struct Space {
    std::string name;
    std::size_t dim = 0;
    std::vector<float> vectors;
  };

  void note_track(std::int64_t id, std::int64_t since) {
    const std::int32_t place = track_places_.number(id);
    if (place >= 0) lower(tracks_.known[static_cast<std::size_t>(place)], since);
  }
  void note_artist(std::int64_t id, std::int64_t since) {
    const std::int32_t place = artist_places_.number(id);
    if (place >= 0) lower(artists_.known[static_cast<std::size_t>(place)], since);
  }
  void read_features(const Statement& rows, int first_column);
  void pass_known_on();
  void renumber(std::vector<ListEntry>& entries, const std::vector<std::int32_t>& new_rows,
                const std::vector<std::int32_t>& new_values);
  void number_songs();
  void add_users_of_artists(const std::vector<FirstHeard>& heard);

  const Store& store_;
  const std::function<void(const std::string&)>& verbose_;
  Artists artists_;
  Tracks tracks_;
  Tags tags_;
  IdMap artist_places_, track_places_, tag_places_;  // by id: places while reading, then numbers
  // Rows and values are places while reading, then numbers.
  std::vector<ListEntry> track_artist_, track_tag_, artist_tag_, artist_relation_, artist_user_,
      artist_playlist_;
  Lists track_artists_, artist_tracks_, track_tags_, tag_tracks_, artist_tags_, artist_relations_,
      artist_users_, artist_playlists_;
  std::vector<Space> spaces_;
  FilledFeatures filled_;
  std::array<std::vector<std::int64_t>, 3> coverage_;
};

void CatalogueBuilder::read_artists() {
  const auto places = filled_features();
  Statement rows = store_.prepare(
      "SELECT artist_id, name, popularity, features FROM artists ORDER BY artist_id");
  while (rows.step()) {
    artists_.id.push_back(rows.integer(0));
    artists_.name.add_unique(rows.text(1));
    artists_.popularity.push_back(real_or_nan(rows, 2));
    const std::string_view blob = rows.text(3);
    std::array<float, kFeatureColumns.size()> means;
    means.fill(kMissing);
    const bool has_means = blob.size() == sizeof means;
    if (has_means) std::memcpy(means.data(), blob.data(), sizeof means);
    for (std::size_t k = 0; k < kFilledCount; ++k) artists_.means[k].push_back(means[places[k]]);
    artists_.known.push_back(has_means || !rows.is_null(2) ? 0 : kNever);
  }
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

void CatalogueBuilder::read_tracks() {
  std::string features;
  for (const FeatureColumn& feature : kFeatureColumns)
    features += std::string(", ") + feature.column;
  Statement rows = store_.prepare(
      "SELECT track_id, in_catalogue, artist_id, title, album, version, spotify_id, isrc, mbid, "
      "song_key, duration_ms, year, popularity, explicit" +
      features + " FROM tracks ORDER BY track_id");
  while (rows.step()) {
    tracks_.id.push_back(rows.integer(0));
    tracks_.known.push_back(rows.integer(1) != 0 ? 0 : kNever);
    tracks_.in_catalogue.push_back(rows.integer(1) != 0);
    tracks_.artist_id.push_back(rows.is_null(2) ? -1 : rows.integer(2));
    tracks_.title.add(rows.text(3));
    tracks_.album.add(rows.text(4));
    tracks_.version.add_even_empty(rows.text(5));
    tracks_.spotify_id.add_unique(rows.text(6));
    tracks_.isrc.add_unique(rows.text(7));
    tracks_.mbid.add_unique(rows.text(8));
    const std::string_view song = rows.text(9);
    tracks_.song.push_back(song.empty() ? -1 : tracks_.song_keys.code(song));
    tracks_.duration_ms.push_back(integer_or_missing(rows, 10));
    tracks_.year.push_back(integer_or_missing(rows, 11));
    tracks_.popularity.push_back(real_or_nan(rows, 12));
    tracks_.is_explicit.push_back(
        rows.is_null(13) ? 255 : static_cast<std::uint8_t>(rows.integer(13) != 0));
    read_features(rows, 14);
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
                         static_cast<float>(rows.real(2)), 0});
  };
  read("SELECT track_id, artist_id, 1 FROM track_artists", track_places_, artist_places_,
       track_artist_);
  for (std::size_t place = 0; place < tracks_.id.size(); ++place)
    track_artist_.push_back(
        {static_cast<std::int32_t>(place), artist_places_.number(tracks_.artist_id[place]), 1, 0});
  read("SELECT track_id, tag_id, weight FROM track_tags", track_places_, tag_places_, track_tag_);
  read("SELECT artist_id, tag_id, weight FROM artist_tags", artist_places_, tag_places_,
       artist_tag_);
  read("SELECT artist_id, related_id, weight FROM artist_relations", artist_places_, artist_places_,
       artist_relation_);
  for (const ListEntry& entry : artist_tag_)
    if (entry.row >= 0) artists_.known[static_cast<std::size_t>(entry.row)] = 0;
  for (const ListEntry& entry : artist_relation_) {
    if (entry.row >= 0) artists_.known[static_cast<std::size_t>(entry.row)] = 0;
    if (entry.value >= 0) artists_.known[static_cast<std::size_t>(entry.value)] = 0;
  }
}

void CatalogueBuilder::note_likes_and_playlists() {
  for (const char* sql :
       {"SELECT track_id, ts FROM likes", "SELECT id, ts FROM banned WHERE kind = 1",
        "SELECT t.track_id, CASE t.ts WHEN 0 THEN p.ts ELSE t.ts END FROM playlist_tracks t "
        "JOIN playlists p USING (playlist_id)"}) {
    Statement rows = store_.prepare(sql);
    while (rows.step()) note_track(rows.integer(0), rows.integer(1));
  }
  for (const char* sql :
       {"SELECT artist_id, ts FROM saved_artists", "SELECT artist_id, ts FROM saved_albums",
        "SELECT artist_id, 0 FROM artist_plays", "SELECT id, ts FROM banned WHERE kind = 2"}) {
    Statement rows = store_.prepare(sql);
    while (rows.step()) note_artist(rows.integer(0), rows.integer(1));
  }
}

void CatalogueBuilder::note_listens(const std::vector<FirstHeard>& heard) {
  for (const FirstHeard& first : heard) note_track(first.track_id, first.ended);
  pass_known_on();
  add_users_of_artists(heard);
}

// Artists are known with their tracks, tags with what has them.
void CatalogueBuilder::pass_known_on() {
  for (const ListEntry& entry : track_artist_)
    if (entry.row >= 0 && entry.value >= 0)
      lower(artists_.known[static_cast<std::size_t>(entry.value)],
            tracks_.known[static_cast<std::size_t>(entry.row)]);
  for (const ListEntry& entry : track_tag_)
    if (entry.row >= 0 && entry.value >= 0)
      lower(tags_.known[static_cast<std::size_t>(entry.value)],
            tracks_.known[static_cast<std::size_t>(entry.row)]);
  for (const ListEntry& entry : artist_tag_)
    if (entry.row >= 0 && entry.value >= 0)
      lower(tags_.known[static_cast<std::size_t>(entry.value)],
            artists_.known[static_cast<std::size_t>(entry.row)]);
}

// Users and playlists are numbered by id; play totals without times hold always.
void CatalogueBuilder::add_users_of_artists(const std::vector<FirstHeard>& heard) {
  const Lists artists_of = make_lists(tracks_.id.size(), track_artist_);
  const auto add = [&](std::int64_t track_id, std::int32_t value, std::int64_t known,
                       std::vector<ListEntry>& entries) {
    const std::int32_t place = track_places_.number(track_id);
    if (place < 0) return;
    const auto track = static_cast<std::size_t>(place);
    for (std::uint64_t k = artists_of.offsets[track]; k < artists_of.offsets[track + 1]; ++k)
      entries.push_back({artists_of.values[k], value, 1, known});
  };
  std::vector<std::int64_t> ids;
  for (Statement rows = store_.prepare("SELECT user_id FROM users ORDER BY user_id"); rows.step();)
    ids.push_back(rows.integer(0));
  const IdMap users(ids);
  for (const FirstHeard& first : heard)
    if (first.long_ended != kNever)
      add(first.track_id, users.number(first.user_id), first.long_ended, artist_user_);
  for (Statement rows = store_.prepare("SELECT artist_id, user_id FROM artist_plays"); rows.step();)
    artist_user_.push_back(
        {artist_places_.number(rows.integer(0)), users.number(rows.integer(1)), 1, 0});

  ids.clear();
  Statement playlists = store_.prepare("SELECT playlist_id FROM playlists ORDER BY playlist_id");
  while (playlists.step()) ids.push_back(playlists.integer(0));
  const IdMap playlist_numbers(ids);
  Statement entries = store_.prepare(
      "SELECT t.playlist_id, t.track_id, CASE t.ts WHEN 0 THEN p.ts ELSE t.ts END "
      "FROM playlist_tracks t JOIN playlists p USING (playlist_id)");
  while (entries.step())
    add(entries.integer(1), playlist_numbers.number(entries.integer(0)), entries.integer(2),
        artist_playlist_);
}

void CatalogueBuilder::renumber(std::vector<ListEntry>& entries,
                                const std::vector<std::int32_t>& new_rows,
                                const std::vector<std::int32_t>& new_values) {
  for (ListEntry& entry : entries) {
    if (entry.row >= 0) entry.row = new_rows[static_cast<std::size_t>(entry.row)];
    if (entry.value >= 0) entry.value = new_values[static_cast<std::size_t>(entry.value)];
  }
}

void CatalogueBuilder::number_everything() {
  const auto inverse = [](const std::vector<std::int32_t>& order) {
    std::vector<std::int32_t> numbers(order.size());
    for (std::size_t k = 0; k < order.size(); ++k)
      numbers[static_cast<std::size_t>(order[k])] = static_cast<std::int32_t>(k);
    return numbers;
  };
  const auto put = [](const std::vector<std::int32_t>& order, auto&... columns) {
    ((columns = gather(columns, order)), ...);
  };

  const std::vector<std::int32_t> artist_order = order_by_known(artists_.known);
  put(artist_order, artists_.id, artists_.known, artists_.popularity);
  for (auto& means : artists_.means) put(artist_order, means);
  artists_.name.reorder(artist_order);

  const std::vector<std::int32_t> tag_order = order_by_known(tags_.known);
  put(tag_order, tags_.id, tags_.known);
  tags_.name.reorder(tag_order);

  const std::vector<std::int32_t> order = order_by_known(tracks_.known);
  put(order, tracks_.id, tracks_.known, tracks_.artist_id, tracks_.song, tracks_.duration_ms,
      tracks_.year, tracks_.popularity, tracks_.is_explicit, tracks_.in_catalogue, tracks_.key,
      tracks_.mode, tracks_.time_signature);
  for (auto& feature : tracks_.features) put(order, feature);
  for (TextColumn* column : {&tracks_.title, &tracks_.album, &tracks_.version, &tracks_.spotify_id,
                             &tracks_.isrc, &tracks_.mbid})
    column->reorder(order);
  number_songs();

  const auto track = inverse(order), artist = inverse(artist_order), tag = inverse(tag_order);
  renumber(track_artist_, track, artist);
  renumber(track_tag_, track, tag);
  renumber(artist_tag_, artist, tag);
  renumber(artist_relation_, artist, artist);
  for (auto* entries : {&artist_user_, &artist_playlist_})
    for (ListEntry& entry : *entries)
      if (entry.row >= 0) entry.row = artist[static_cast<std::size_t>(entry.row)];
  artist_places_ = IdMap(artists_.id);
  track_places_ = IdMap(tracks_.id);
  for (const std::int64_t artist_id : tracks_.artist_id) {
    const std::int32_t number = artist_places_.number(artist_id);
    tracks_.artist.push_back(number < 0 ? INT32_MIN : number);
    tracks_.artist_name.push_back(
        number < 0 ? -1 : artists_.name.codes[static_cast<std::size_t>(number)]);
  }
}

// By first appearance; a track without a song key is a song of its own.
void CatalogueBuilder::number_songs() {
  std::vector<std::int32_t> numbers(tracks_.song_keys.count(), -1);
  std::int32_t next = 0;
  for (std::int32_t& song : tracks_.song) {
    if (song < 0) {
      song = next++;
      continue;
    }
    std::int32_t& number = numbers[static_cast<std::size_t>(song)];
    if (number < 0) number = next++;
    song = number;
  }
}

void CatalogueBuilder::make_lists_of_pairs() {
  const auto turned = [](std::vector<ListEntry> entries) {
    for (ListEntry& entry : entries) std::swap(entry.row, entry.value);
    return entries;
  };
  const std::size_t tracks = tracks_.id.size(), artists = artists_.id.size();
  track_artists_ = make_lists(tracks, track_artist_);
  artist_tracks_ = make_lists(artists, turned(track_artist_));
  track_tags_ = make_lists(tracks, track_tag_);
  tag_tracks_ = make_lists(tags_.id.size(), turned(track_tag_));
  artist_tags_ = make_lists(artists, artist_tag_, kWithWeights);
  artist_relations_ = make_lists(artists, artist_relation_, kWithWeights);
  artist_users_ = make_lists(artists, artist_user_, kWithKnown);
  artist_playlists_ = make_lists(artists, artist_playlist_, kWithKnown);
  const auto counts = [](const Lists& lists) {
    std::vector<std::int32_t> made;
    for (std::size_t row = 0; row + 1 < lists.offsets.size(); ++row)
      made.push_back(static_cast<std::int32_t>(lists.offsets[row + 1] - lists.offsets[row]));
    return made;
  };
  artists_.track_count = counts(artist_tracks_);
  tags_.track_count = counts(tag_tracks_);
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

void CatalogueBuilder::fill() {
  FeatureInputs inputs{};
  for (std::size_t k = 0; k < kFilledCount; ++k) {
    inputs.own[k] = tracks_.features[k].data();
    inputs.artist_mean[k] = artists_.means[k].data();
  }
  inputs.artist = tracks_.artist.data();
  inputs.track_count = tracks_.id.size();
  inputs.artist_count = artists_.id.size();
  filled_ = fill_features(inputs);
  for (std::size_t k = 0; k < kFilledCount; ++k) {
    coverage_[0].push_back(filled_.own[k]);
    coverage_[1].push_back(filled_.artist_mean[k]);
    coverage_[2].push_back(filled_.none[k]);
  }
}

void CatalogueBuilder::describe(ColumnWriter& writer) {
  const auto places = filled_features();
  writer.table("tracks", tracks_.id.size());
  writer.column("id", tracks_.id);
  writer.column("title", tracks_.title.codes, tracks_.title.texts);
  writer.column("artist", tracks_.artist);
  writer.column("artist_name", tracks_.artist_name, artists_.name.texts);
  writer.column("album", tracks_.album.codes, tracks_.album.texts);
  writer.column("version", tracks_.version.codes, tracks_.version.texts);
  writer.column("song", tracks_.song);
  writer.column("spotify_id", tracks_.spotify_id.codes, tracks_.spotify_id.texts);
  writer.column("isrc", tracks_.isrc.codes, tracks_.isrc.texts);
  writer.column("mbid", tracks_.mbid.codes, tracks_.mbid.texts);
  writer.column("duration_ms", tracks_.duration_ms);
  writer.column("year", tracks_.year);
  writer.column("popularity", tracks_.popularity);
  writer.column("explicit", tracks_.is_explicit);
  for (std::size_t k = 0; k < kFilledCount; ++k)
    writer.column(kFeatureColumns[places[k]].field, filled_.columns[k]);
  writer.column("key", tracks_.key);
  writer.column("mode", tracks_.mode);
  writer.column("time_signature", tracks_.time_signature);
  writer.column("in_catalogue", tracks_.in_catalogue);
  writer.column("known", tracks_.known);

  writer.table("features", tracks_.id.size());
  for (std::size_t k = 0; k < kFilledCount; ++k)
    writer.column(kFeatureColumns[places[k]].field, tracks_.features[k]);

  writer.table("artists", artists_.id.size());
  writer.column("id", artists_.id);
  writer.column("name", artists_.name.codes, artists_.name.texts);
  writer.column("popularity", artists_.popularity);
  writer.column("track_count", artists_.track_count);
  writer.column("known", artists_.known);
  for (std::size_t k = 0; k < kFilledCount; ++k)
    writer.column(kFeatureColumns[places[k]].field, artists_.means[k]);

  writer.table("tags", tags_.id.size());
  writer.column("name", tags_.name.codes, tags_.name.texts);
  writer.column("track_count", tags_.track_count);
  writer.column("known", tags_.known);

  writer.table("coverage", kFilledCount);
  writer.column("own", coverage_[0]);
  writer.column("artist_mean", coverage_[1]);
  writer.column("none", coverage_[2]);

  writer.lists("track_artists", track_artists_.offsets, track_artists_.values);
  writer.lists("artist_tracks", artist_tracks_.offsets, artist_tracks_.values);
  writer.lists("track_tags", track_tags_.offsets, track_tags_.values);
  writer.lists("tag_tracks", tag_tracks_.offsets, tag_tracks_.values);
  writer.lists("artist_tags", artist_tags_.offsets, artist_tags_.values, artist_tags_.weights);
  writer.lists("artist_relations", artist_relations_.offsets, artist_relations_.values,
               artist_relations_.weights);
  writer.lists("artist_users", artist_users_.offsets, artist_users_.values);
  writer.table("artist_users", artist_users_.known.size());
  writer.column("known", artist_users_.known);
  writer.lists("artist_playlists", artist_playlists_.offsets, artist_playlists_.values);
  writer.table("artist_playlists", artist_playlists_.known.size());
  writer.column("known", artist_playlists_.known);

  for (const Space& space : spaces_) writer.matrix(space.name, space.dim, space.vectors);
}

}  // namespace

std::shared_ptr<const ColumnFile> build_catalogue(
    const Store& store, const std::string& key,
    const std::function<const std::vector<FirstHeard>&()>& join_scan,
    const std::function<void(const std::string&)>& verbose,
    const std::function<std::shared_ptr<const ColumnFile>(const ColumnWriter&)>& write) {
  CatalogueBuilder builder(store, verbose);
  builder.read_artists();
  builder.read_tracks();
  builder.read_tags();
  builder.read_pairs();
  builder.note_likes_and_playlists();
  builder.note_listens(join_scan());
  builder.number_everything();
  builder.make_lists_of_pairs();
  builder.read_embeddings();
  builder.fill();
  ColumnWriter writer(key);
  builder.describe(writer);
  return write(writer);
}

}  // namespace engine
