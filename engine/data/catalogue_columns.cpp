#include "data/catalogue_columns.hpp"

#include "data/catalogue_builder.hpp"

namespace engine {
namespace {

void renumber(std::vector<ListEntry>& entries, const std::vector<std::int32_t>& new_rows,
              const std::vector<std::int32_t>& new_values) {
  for (ListEntry& entry : entries) {
    if (entry.row >= 0) entry.row = new_rows[static_cast<std::size_t>(entry.row)];
    if (entry.value >= 0) entry.value = new_values[static_cast<std::size_t>(entry.value)];
  }
}

}  // namespace

void CatalogueBuilder::number_everything() {
  const auto inverse = [](const std::vector<std::int32_t>& order, std::size_t places) {
    std::vector<std::int32_t> numbers(places, -1);
    for (std::size_t k = 0; k < order.size(); ++k)
      numbers[static_cast<std::size_t>(order[k])] = static_cast<std::int32_t>(k);
    return numbers;
  };
  const auto put = [](const std::vector<std::int32_t>& order, auto&... columns) {
    ((columns = gather(columns, order)), ...);
  };

  const std::size_t tracks = tracks_.id.size(), artists = artists_.id.size(),
                    tags = tags_.id.size();
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

  const auto track = inverse(order, tracks), artist = inverse(artist_order, artists),
             tag = inverse(tag_order, tags);
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
  artist_relations_ = make_lists(artists, artist_relation_, kWithWeights | kWithKnown);
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

void CatalogueBuilder::make_features() {
  FeatureInputs inputs{};
  for (std::size_t k = 0; k < kNumericFeatureCount; ++k) {
    inputs.own[k] = tracks_.features[k].data();
    inputs.artist_mean[k] = artists_.means[k].data();
  }
  inputs.artist = tracks_.artist.data();
  inputs.track_count = tracks_.id.size();
  inputs.artist_count = artists_.id.size();
  features_ = features_or_artist(inputs);
  for (std::size_t k = 0; k < kNumericFeatureCount; ++k) {
    coverage_[0].push_back(features_.own[k]);
    coverage_[1].push_back(features_.artist_mean[k]);
    coverage_[2].push_back(features_.none[k]);
  }
}

void CatalogueBuilder::describe(ColumnWriter& writer) {
  const auto places = numeric_features();
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
  for (std::size_t k = 0; k < kNumericFeatureCount; ++k)
    writer.column(kFeatureColumns[places[k]].field, tracks_.features[k]);
  for (std::size_t k = 0; k < kNumericFeatureCount; ++k) {
    const char* or_artist = kFeatureColumns[places[k]].or_artist;
    if (or_artist != nullptr) writer.column(or_artist, features_.columns[k]);
  }
  writer.column("key", tracks_.key);
  writer.column("mode", tracks_.mode);
  writer.column("time_signature", tracks_.time_signature);
  writer.column("in_catalogue", tracks_.in_catalogue);
  writer.column("known", tracks_.known);

  writer.table("artists", artists_.id.size());
  writer.column("id", artists_.id);
  writer.column("name", artists_.name.codes, artists_.name.texts);
  writer.column("popularity", artists_.popularity);
  writer.column("track_count", artists_.track_count);
  writer.column("known", artists_.known);
  for (std::size_t k = 0; k < kNumericFeatureCount; ++k)
    writer.column(kFeatureColumns[places[k]].field, artists_.means[k]);

  writer.table("tags", tags_.known.size());
  writer.column("name", tags_.name.codes, tags_.name.texts);
  writer.column("track_count", tags_.track_count);
  writer.column("known", tags_.known);

  for (const auto& [user, ts] : newest_listens(store_)) {
    newest_users_.push_back(user);
    newest_times_.push_back(ts);
  }
  writer.table("newest_listens", newest_users_.size());
  writer.column("user", newest_users_);
  writer.column("ts", newest_times_);

  writer.table("service_features", service_features_.track.size());
  writer.column("track", service_features_.track);
  writer.column("ts", service_features_.ts);
  writer.column("key", service_features_.key);
  writer.column("mode", service_features_.mode);
  for (std::size_t k = 0; k < kNumericFeatureCount; ++k)
    writer.column(kFeatureColumns[places[k]].field, service_features_.features[k]);

  writer.table("coverage", kNumericFeatureCount);
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
  writer.table("artist_relations", artist_relations_.known.size());
  writer.column("known", artist_relations_.known);
  writer.lists("artist_users", artist_users_.offsets, artist_users_.values);
  writer.table("artist_users", artist_users_.known.size());
  writer.column("known", artist_users_.known);
  writer.lists("artist_playlists", artist_playlists_.offsets, artist_playlists_.values);
  writer.table("artist_playlists", artist_playlists_.known.size());
  writer.column("known", artist_playlists_.known);

  stored_->describe(writer);

  for (const Space& space : spaces_) writer.matrix(space.name, space.dim, space.vectors);
  for (const PromptVectors& prompts : prompt_vectors_) {
    writer.table(prompts.space.name, prompts.ts.size());
    writer.column("text", prompts.text.codes, prompts.text.texts);
    writer.column("ts", prompts.ts);
    writer.matrix(prompts.space.name, prompts.space.dim, prompts.space.vectors);
  }
}

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
  builder.read_stored_tables();
  builder.read_prompt_vectors();
  builder.read_service_features();
  builder.make_features();
  ColumnWriter writer(key);
  builder.describe(writer);
  return write(writer);
}

}  // namespace engine
