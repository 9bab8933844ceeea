// A catalogue's file with what later listens add: the usual case, many times a day, and so without a
// look at the listens and tracks that were there before.
#include <algorithm>
#include <tuple>

#include "data/catalogue_builder.hpp"
#include "data/catalogue_columns.hpp"
#include "data/tables.hpp"

namespace engine {
namespace {

template <typename T>
void take(std::vector<T>& into, const playlist_table& table, std::string_view column) {
  const auto values = column_of<T>(table, column);
  into.assign(values.begin(), values.end());
}

Lists lists_of(const ColumnFile& file, std::string_view name) {
  const playlist_lists& lists = *file.lists(name);
  const auto values = static_cast<std::ptrdiff_t>(lists.offsets[lists.rows]);
  Lists made;
  made.offsets.assign(lists.offsets, lists.offsets + lists.rows + 1);
  made.values.assign(lists.values, lists.values + values);
  if (lists.weights != nullptr) made.weights.assign(lists.weights, lists.weights + values);
  if (const playlist_table* known = file.table(name)) take(made.known, *known, "known");
  return made;
}

constexpr std::string_view kOfPrompts = "prompt_vectors:";

/// Since when each artist has been heard by whom.
struct Listeners {
  const std::uint64_t* offsets;
  const std::int32_t* users;  // ascending of each artist
  const std::int64_t* known;

  [[nodiscard]] bool has(std::int32_t artist, std::int32_t user, std::int64_t since) const {
    const std::int32_t *begin = users + offsets[artist], *end = users + offsets[artist + 1];
    const std::int32_t* found = std::lower_bound(begin, end, user);
    return found != end && *found == user && known[found - users] <= since;
  }
};

/// Calls `visit` with the artist's and the user's number of everybody who has heard an artist long
/// enough by these listens, and since when.
template <typename Visit>
void for_each_listener(const Store& store, const std::vector<FirstHeard>& heard,
                       const IdMap& track_numbers, const std::uint64_t* offsets,
                       const std::int32_t* artists, const Visit& visit) {
  std::vector<std::int64_t> ids;
  for (Statement rows = store.prepare("SELECT user_id FROM users ORDER BY user_id"); rows.step();)
    ids.push_back(rows.integer(0));
  const IdMap users(ids);
  for (const FirstHeard& first : heard) {
    const std::int32_t track = track_numbers.number(first.track_id);
    if (track < 0 || first.long_ended == kNever) continue;
    for (std::uint64_t k = offsets[track]; k < offsets[track + 1]; ++k)
      visit(artists[k], users.number(first.user_id), first.long_ended);
  }
}

/// Nothing that came tells the catalogue anything: no track or artist came, and who was heard had
/// been heard before.
bool knows_all(const ColumnFile& file, const Store& store, const std::vector<FirstHeard>& heard) {
  const playlist_table& tracks = *file.table("tracks");
  const auto known = column_of<std::int64_t>(tracks, "known");
  const IdMap numbers(column_of<std::int64_t>(tracks, "id"));
  const bool are_known = std::ranges::all_of(heard, [&](const FirstHeard& first) {
    const std::int32_t track = numbers.number(first.track_id);
    return track >= 0 && known[static_cast<std::size_t>(track)] <= first.ended;
  });
  if (!are_known) return false;
  const playlist_lists &of_track = *file.lists("track_artists"),
                       &users = *file.lists("artist_users");
  const Listeners listeners{users.offsets, users.values,
                            column_of<std::int64_t>(*file.table("artist_users"), "known").data()};
  bool has_all = true;
  for_each_listener(store, heard, numbers, of_track.offsets, of_track.values,
                    [&](std::int32_t artist, std::int32_t user, std::int64_t since) {
                      has_all = has_all && listeners.has(artist, user, since);
                    });
  return has_all;
}

}  // namespace

// ---- what is there ------------------------------------------------------------------------------

void CatalogueBuilder::take_over(const ColumnFile& before) {
  const auto places = numeric_features();
  const playlist_table &tracks = *before.table("tracks"), &artists = *before.table("artists"),
                       &tags = *before.table("tags");
  take(tracks_.id, tracks, "id");
  for (const auto& [column, name] : {std::pair(&tracks_.title, "title"),
                                     {&tracks_.album, "album"},
                                     {&tracks_.version, "version"},
                                     {&tracks_.spotify_id, "spotify_id"},
                                     {&tracks_.isrc, "isrc"},
                                     {&tracks_.mbid, "mbid"}})
    *column = TextColumn(tracks, name);
  for (const auto& [column, name] : {std::pair(&tracks_.artist, "artist"),
                                     {&tracks_.artist_name, "artist_name"},
                                     {&tracks_.song, "song"},
                                     {&tracks_.duration_ms, "duration_ms"},
                                     {&tracks_.year, "year"},
                                     {&tracks_.key, "key"},
                                     {&tracks_.mode, "mode"},
                                     {&tracks_.time_signature, "time_signature"}})
    take(*column, tracks, name);
  take(tracks_.popularity, tracks, "popularity");
  take(tracks_.is_explicit, tracks, "explicit");
  take(tracks_.in_catalogue, tracks, "in_catalogue");
  take(tracks_.known, tracks, "known");
  take(artists_.id, artists, "id");
  artists_.name = TextColumn(artists, "name");
  take(artists_.popularity, artists, "popularity");
  take(artists_.track_count, artists, "track_count");
  take(artists_.known, artists, "known");
  for (std::size_t k = 0; k < kNumericFeatureCount; ++k) {
    const FeatureColumn& feature = kFeatureColumns[places[k]];
    take(tracks_.features[k], tracks, feature.field);
    take(artists_.means[k], artists, feature.field);
    if (feature.or_artist != nullptr) take(features_.columns[k], tracks, feature.or_artist);
  }
  tags_.name = TextColumn(tags, "name");
  take(tags_.track_count, tags, "track_count");
  take(tags_.known, tags, "known");
  for (const auto& [figures, name] : {std::pair(0, "own"), {1, "artist_mean"}, {2, "none"}})
    take(coverage_[static_cast<std::size_t>(figures)], *before.table("coverage"), name);
  for (const auto& [lists, name] : {std::pair(&track_artists_, "track_artists"),
                                    {&artist_tracks_, "artist_tracks"},
                                    {&track_tags_, "track_tags"},
                                    {&tag_tracks_, "tag_tracks"},
                                    {&artist_tags_, "artist_tags"},
                                    {&artist_relations_, "artist_relations"},
                                    {&artist_users_, "artist_users"},
                                    {&artist_playlists_, "artist_playlists"}})
    *lists = lists_of(before, name);
  stored_.emplace(before, TableOwner::kCatalogue);
  if (const playlist_table* told = before.table("service_features")) {
    take(service_features_.track, *told, "track");
    take(service_features_.ts, *told, "ts");
    take(service_features_.key, *told, "key");
    take(service_features_.mode, *told, "mode");
    for (std::size_t k = 0; k < kNumericFeatureCount; ++k)
      take(service_features_.features[k], *told, kFeatureColumns[places[k]].field);
  }
  for (const std::string& name : before.matrix_names()) {
    const playlist_matrix& matrix = *before.matrix(name);
    Space space{name, matrix.columns, {}};
    space.vectors.assign(matrix.data, matrix.data + matrix.rows * matrix.columns);
    if (!name.starts_with(kOfPrompts)) {
      spaces_.push_back(std::move(space));
      continue;
    }
    PromptVectors& prompts = prompt_vectors_.emplace_back();
    prompts.space = std::move(space);
    prompts.text = TextColumn(*before.table(name), "text");
    take(prompts.ts, *before.table(name), "ts");
  }
  artist_places_ = IdMap(artists_.id);
  track_places_ = IdMap(tracks_.id);
}

// ---- what came ----------------------------------------------------------------------------------

/// Tracks and artists that are to stand behind the others, each in the order of (known, id).
struct CatalogueBuilder::Later {
  struct One {
    std::int64_t known, id;
    bool operator<(const One& other) const {
      return std::tie(known, id) < std::tie(other.known, other.id);
    }
  };
  std::vector<One> tracks, artists;
  std::vector<std::pair<std::int64_t, std::int64_t>> track_artists;  // ids of both
};

bool CatalogueBuilder::add_later(const std::vector<FirstHeard>& heard) {
  if (!are_known_before(heard)) return false;
  std::optional<Later> later = later_tracks(heard);
  if (!later || !find_later_artists(*later)) return false;
  const std::size_t first = tracks_.id.size();
  add_later_artists(*later);
  if (!add_later_tracks(*later)) return false;
  if (!later->tracks.empty()) {
    extend_lists(*later);
    extend_features(first);
  }
  add_listeners(heard);
  return true;
}

/// Of tracks that were there the listens change nothing but who heard them.
bool CatalogueBuilder::are_known_before(const std::vector<FirstHeard>& heard) const {
  return std::ranges::all_of(heard, [&](const FirstHeard& first) {
    const std::int32_t track = track_places_.number(first.track_id);
    return track < 0 || tracks_.known[static_cast<std::size_t>(track)] <= first.ended;
  });
}

/// Nothing where one of them would have to stand before others.
std::optional<CatalogueBuilder::Later> CatalogueBuilder::later_tracks(
    const std::vector<FirstHeard>& heard) const {
  std::map<std::int64_t, std::int64_t> known;
  for (const FirstHeard& first : heard) {
    if (track_places_.number(first.track_id) >= 0) continue;
    const auto [at, is_new] = known.emplace(first.track_id, first.ended);
    if (!is_new) at->second = std::min(at->second, first.ended);
  }
  Later later;
  for (const auto& [id, since] : known) later.tracks.push_back({since, id});
  std::sort(later.tracks.begin(), later.tracks.end());
  const std::int64_t last = tracks_.known.empty() ? 0 : tracks_.known.back();
  if (!later.tracks.empty() && later.tracks.front().known < last) return std::nullopt;
  return later;
}

/// The artists of the later tracks that are new themselves. False where one would have to stand
/// before others, or one that was there became known earlier.
bool CatalogueBuilder::find_later_artists(Later& later) const {
  if (later.tracks.empty()) return true;
  Statement artists = store_.prepare(
      "SELECT artist_id FROM track_artists WHERE track_id = ?1 UNION "
      "SELECT artist_id FROM tracks WHERE track_id = ?1 AND artist_id IS NOT NULL");
  std::map<std::int64_t, std::int64_t> known;
  for (const Later::One& track : later.tracks) {
    for (artists.start(track.id); artists.step();) {
      const std::int64_t id = artists.integer(0);
      later.track_artists.emplace_back(track.id, id);
      const std::int32_t artist = artist_places_.number(id);
      if (artist < 0)
        known.emplace(id, track.known);  // tracks come by time: the earliest is first
      else if (artists_.known[static_cast<std::size_t>(artist)] > track.known)
        return false;
    }
  }
  for (const auto& [id, since] : known) later.artists.push_back({since, id});
  std::sort(later.artists.begin(), later.artists.end());
  const std::int64_t last = artists_.known.empty() ? 0 : artists_.known.back();
  return later.artists.empty() || later.artists.front().known >= last;
}

void CatalogueBuilder::add_later_artists(const Later& later) {
  if (later.artists.empty()) return;
  Statement row = select_artists("WHERE artist_id = ?1");
  for (const Later::One& artist : later.artists) {
    row.start(artist.id);
    if (!row.step()) continue;
    add_artist(row);
    artists_.known.back() = std::min(artists_.known.back(), artist.known);
    row.reset();
  }
  artist_places_ = IdMap(artists_.id);
}

/// False where one has features of its own, by which other tracks of its artist would change.
bool CatalogueBuilder::add_later_tracks(const Later& later) {
  if (later.tracks.empty()) return true;
  const std::size_t first = tracks_.id.size();
  Statement row = select_tracks("WHERE track_id = ?1");
  std::map<std::string, std::int32_t, std::less<>> songs;
  std::int32_t next_song =
      tracks_.song.empty() ? 0 : *std::max_element(tracks_.song.begin(), tracks_.song.end()) + 1;
  for (const Later::One& track : later.tracks) {
    row.start(track.id);
    if (!row.step()) return false;
    add_track(row);
    const bool has_features = std::ranges::any_of(
        tracks_.features,
        [](const std::vector<float>& feature) { return feature.back() == feature.back(); });
    if (has_features || tracks_.in_catalogue.back() != 0) return false;
    tracks_.known.back() = track.known;
    const std::string song(row.text(9));
    std::int32_t number = -1;
    if (const auto found = songs.find(song); !song.empty() && found != songs.end())
      number = found->second;
    else if (!song.empty())
      number = song_of(song, first);
    if (number < 0) number = next_song++;
    if (!song.empty()) songs.emplace(song, number);
    tracks_.song.push_back(number);
    const std::int32_t artist = artist_places_.number(tracks_.artist_id.back());
    tracks_.artist.push_back(artist < 0 ? INT32_MIN : artist);
    tracks_.artist_name.push_back(
        artist < 0 ? -1 : artists_.name.codes[static_cast<std::size_t>(artist)]);
    row.reset();
  }
  track_places_ = IdMap(tracks_.id);
  return true;
}

/// The song of one of the first tracks; -1: none has this key. Found by the index of "key", which
/// begins with the artist and the title of "song_key".
std::int32_t CatalogueBuilder::song_of(std::string_view song_key, std::size_t first_tracks) const {
  const std::size_t artist = song_key.find('\x1f');
  const std::size_t title = artist == song_key.npos ? artist : song_key.find('\x1f', artist + 1);
  const std::string begin(song_key.substr(0, title));
  Statement find = store_.prepare(
      "SELECT track_id FROM tracks WHERE key >= ?1 || char(31) AND key < ?1 || ' ' "
      "AND song_key = ?2");
  for (find.start(begin, song_key); find.step();) {
    const std::int32_t number = track_places_.number(find.integer(0));
    if (number >= 0 && static_cast<std::size_t>(number) < first_tracks)
      return tracks_.song[static_cast<std::size_t>(number)];
  }
  return -1;
}

void CatalogueBuilder::extend_lists(const Later& later) {
  const std::size_t tracks = tracks_.id.size(), artists = artists_.id.size();
  std::vector<ListEntry> by_track, by_artist;
  for (const auto& [track_id, artist_id] : later.track_artists) {
    const std::int32_t track = track_places_.number(track_id),
                       artist = artist_places_.number(artist_id);
    by_track.push_back({track, artist, 1, 0});
    by_artist.push_back({artist, track, 1, 0});
  }
  track_artists_ = with_more(track_artists_, tracks, std::move(by_track));
  artist_tracks_ = with_more(artist_tracks_, artists, std::move(by_artist));
  track_tags_ = with_more(track_tags_, tracks, {});
  artist_tags_ = with_more(artist_tags_, artists, {}, kWithWeights);
  artist_relations_ = with_more(artist_relations_, artists, {}, kWithWeights | kWithKnown);
  artist_users_ = with_more(artist_users_, artists, {}, kWithKnown);
  artist_playlists_ = with_more(artist_playlists_, artists, {}, kWithKnown);
  artists_.track_count.clear();
  for (std::size_t row = 0; row < artists; ++row)
    artists_.track_count.push_back(
        static_cast<std::int32_t>(artist_tracks_.offsets[row + 1] - artist_tracks_.offsets[row]));
  for (Space& space : spaces_) space.vectors.resize(tracks * space.dim, kMissing);
}

/// Who heard which artist since when.
void CatalogueBuilder::add_listeners(const std::vector<FirstHeard>& heard) {
  const Listeners listeners{artist_users_.offsets.data(), artist_users_.values.data(),
                            artist_users_.known.data()};
  std::vector<ListEntry> entries;
  for_each_listener(store_, heard, track_places_, track_artists_.offsets.data(),
                    track_artists_.values.data(),
                    [&](std::int32_t artist, std::int32_t user, std::int64_t since) {
                      if (!listeners.has(artist, user, since))
                        entries.push_back({artist, user, 1, since});
                    });
  artist_users_ = with_more(artist_users_, artists_.id.size(), std::move(entries), kWithKnown);
}

/// As features_or_artist() means it; NaN where nothing is known of the artist.
float CatalogueBuilder::mean_of_artist(std::int32_t artist, std::size_t feature) const {
  if (artist < 0) return kMissing;
  const auto row = static_cast<std::size_t>(artist);
  double sum = 0;
  std::int32_t count = 0;
  for (std::uint64_t k = artist_tracks_.offsets[row]; k < artist_tracks_.offsets[row + 1]; ++k) {
    const auto track = static_cast<std::size_t>(artist_tracks_.values[k]);
    const float own = tracks_.features[feature][track];
    if (tracks_.artist[track] != artist || own != own) continue;
    sum += own;
    ++count;
  }
  return count > 0 ? static_cast<float>(sum / count) : artists_.means[feature][row];
}

void CatalogueBuilder::extend_features(std::size_t first) {
  const auto places = numeric_features();
  for (std::size_t k = 0; k < kNumericFeatureCount; ++k) {
    const bool has_means = kFeatureColumns[places[k]].or_artist != nullptr;
    for (std::size_t track = first; track < tracks_.id.size(); ++track) {
      const float mean = has_means ? mean_of_artist(tracks_.artist[track], k) : kMissing;
      if (has_means) features_.columns[k].push_back(mean);
      ++coverage_[mean == mean ? 1 : 2][k];
    }
  }
}

std::shared_ptr<const ColumnFile> extend_catalogue(
    const Store& store, const std::shared_ptr<const ColumnFile>& before, const std::string& key,
    bool is_due,
    const std::function<std::shared_ptr<const ColumnFile>(const ColumnWriter&)>& write) {
  const playlist_table& known = *before->table("newest_listens");
  const auto users = column_of<std::int64_t>(known, "user"),
             times = column_of<std::int64_t>(known, "ts");
  std::map<std::int64_t, std::int64_t> newest;
  for (std::size_t k = 0; k < users.size(); ++k) newest.emplace(users[k], times[k]);
  const std::vector<FirstHeard> heard = first_heard_after(store, newest);
  if (!is_due && knows_all(*before, store, heard)) return before;
  const std::function<void(const std::string&)> quiet;
  CatalogueBuilder builder(store, quiet);
  builder.take_over(*before);
  if (!builder.add_later(heard)) return nullptr;
  ColumnWriter writer(key);
  builder.describe(writer);
  return write(writer);
}

}  // namespace engine
