#include "demo/world.hpp"

#include <algorithm>
#include <cmath>
#include <numeric>
#include <set>
#include <string_view>
#include <unordered_set>

#include "core/text_key.hpp"
#include "demo/names.hpp"

namespace engine::demo {
namespace {

constexpr double kFeaturesShare = 0.85;  // of the tracks have audio features
constexpr double kGuestShare = 0.08;     // of the tracks have a second artist
constexpr double kVersionShare = 0.04;   // of the tracks are another version of an earlier one
constexpr int kNewestYear = 2025;

double share(double value) {
  return std::clamp(value, 0.0, 1.0);
}

Sound near(const Sound& centre, double spread, Random& random) {
  const auto move = [&](double value) { return share(value + spread * normal(random)); };
  return {move(centre.drive), move(centre.groove), move(centre.warmth), move(centre.wood),
          move(centre.voice)};
}

std::vector<Genre> make_genres(const DemoOptions& options, Random& random) {
  std::vector<Genre> genres(static_cast<std::size_t>(options.genres));
  for (std::size_t k = 0; k < genres.size(); ++k) {
    genres[k].name = genre_name(k);
    Sound& sound = genres[k].sound;
    sound.drive = random.uniform();
    sound.groove = share(0.3 + 0.4 * sound.drive + 0.25 * normal(random));
    sound.warmth = share(0.5 + 0.25 * normal(random));
    sound.wood = share(0.9 - 0.8 * sound.drive + 0.2 * normal(random));
    sound.voice = random.uniform() < 0.2 ? 0.15 : 0.85;
  }
  for (std::size_t k = 0; k < genres.size(); ++k) {
    std::vector<std::int32_t>& nearest = genres[k].nearest;
    for (std::size_t other = 0; other < genres.size(); ++other)
      if (other != k) nearest.push_back(static_cast<std::int32_t>(other));
    const auto away = [&](std::int32_t other) {
      return distance(genres[k].sound, genres[static_cast<std::size_t>(other)].sound);
    };
    std::stable_sort(nearest.begin(), nearest.end(),
                     [&](std::int32_t a, std::int32_t b) { return away(a) < away(b); });
  }
  return genres;
}

// Popularity falls with rank as in real catalogues; ranks are given out at random.
std::vector<double> popularities(std::size_t count, Random& random) {
  std::vector<double> made(count);
  for (double& value : made) {
    const double rank =
        (random.uniform() * static_cast<double>(count) + 1) / static_cast<double>(count);
    value = std::clamp(100 * (0.05 - 0.2 * std::log(rank)) + 4 * normal(random), 0.0, 100.0);
  }
  return made;
}

std::vector<Artist> make_artists(const DemoOptions& options, const std::vector<Genre>& genres,
                                 Random& random) {
  std::vector<double> weights;  // some genres are bigger than others
  for (std::size_t k = 0; k < genres.size(); ++k)
    weights.push_back(1 / std::sqrt(static_cast<double>(k + 1)));
  const WeightedDraw genre_of(weights);
  const auto popular = popularities(static_cast<std::size_t>(options.artists), random);
  std::unordered_set<std::string> keys;
  std::vector<Artist> artists(popular.size());
  for (std::size_t k = 0; k < artists.size(); ++k) {
    Artist& artist = artists[k];
    artist.name = artist_name(random);
    while (!keys.insert(artist_key(artist.name)).second) artist.name += " " + artist_name(random);
    artist.genres.push_back(genre_of.draw(random));
    const Genre& genre = genres[static_cast<std::size_t>(artist.genres[0])];
    for (const std::int32_t other : genre.nearest) {
      if (artist.genres.size() >= 3 || random.uniform() > 0.45) break;
      artist.genres.push_back(other);
    }
    artist.sound = near(genre.sound, 0.09, random);
    artist.popularity = popular[k];
  }
  return artists;
}

// Tracks per artist: at least one, more for the popular, adding up to what was asked for.
void share_out_tracks(const DemoOptions& options, std::vector<Artist>& artists, Random& random) {
  std::vector<double> weights;
  for (const Artist& artist : artists)
    weights.push_back((5 + artist.popularity) * std::exp(0.8 * normal(random)));
  const double total = std::accumulate(weights.begin(), weights.end(), 0.0);
  std::int64_t left = options.tracks - options.artists;
  const double to_share = static_cast<double>(left);
  for (std::size_t k = 0; k < artists.size(); ++k) {
    const auto more = std::min(left, static_cast<std::int64_t>(to_share * weights[k] / total));
    artists[k].track_count = static_cast<std::int32_t>(1 + more);
    left -= more;
  }
  for (std::size_t k = 0; left > 0; k = (k + 1) % artists.size(), --left) ++artists[k].track_count;
  std::int32_t first = 0;
  for (Artist& artist : artists) {
    artist.first_track = first;
    first += artist.track_count;
  }
}

void give_features(Track& track, const Sound& sound, Random& random) {
  const auto about = [&](double value, double spread) {
    return static_cast<float>(share(value + spread * normal(random)));
  };
  const auto set = [&](std::string_view field, double value) {
    for (std::size_t k = 0; k < kFeatureColumns.size(); ++k)
      if (kFeatureColumns[k].field == field) track.features[k] = static_cast<float>(value);
  };
  const double energy = about(0.1 + 0.8 * sound.drive, 0.06);
  set("energy", energy);
  set("loudness", std::min(0.5, -24 + 20 * energy + 1.5 * normal(random)));
  set("danceability", about(0.25 + 0.6 * sound.groove, 0.06));
  set("valence", about(sound.warmth, 0.1));
  set("acousticness", about(sound.wood, 0.08));
  set("instrumentalness", about(sound.voice > 0.5 ? 0.02 : 0.8, sound.voice > 0.5 ? 0.04 : 0.12));
  set("speechiness", about(0.03 + 0.08 * sound.groove * sound.voice, 0.02));
  set("liveness", about(0.14, 0.06));
  set("tempo", std::clamp(70 + 80 * sound.drive + 14 * normal(random), 50.0, 210.0));
  set("key", static_cast<double>(random.next() % 12));
  set("mode", random.uniform() < 0.45 + 0.3 * sound.warmth ? 1 : 0);
  set("time_signature", random.uniform() < 0.93 ? 4 : 3);
}

constexpr std::array kVersions = std::to_array<std::string_view>(
    {" - Live", " - Acoustic", " (Demo)", " - Instrumental", " (Night Remix)"});

// A title that this artist has not used yet.
std::string new_title(std::set<std::string>& used, Random& random) {
  std::string title = track_title(random);
  while (!used.insert(title).second) title += " " + track_title(random);
  return title;
}

// Another recording of one of the artist's earlier songs, or "" when that one is there already.
std::string version_title(const World& world, const Artist& artist, std::size_t made,
                          std::set<std::string>& used, Random& random) {
  if (made == 0) return "";
  const auto earlier = static_cast<std::size_t>(artist.first_track) + random.next() % made;
  const std::string& song = world.tracks[earlier].title;
  for (const std::string_view version : kVersions)
    if (song.ends_with(version)) return "";
  std::string title = song + std::string(kVersions[random.next() % kVersions.size()]);
  return used.insert(title).second ? title : "";
}

void make_albums(World& world, std::size_t artist_number, const DemoOptions& options,
                 Random& random) {
  const Artist& artist = world.artists[artist_number];
  std::set<std::string> used_titles, used_albums;
  std::int32_t year = kNewestYear - static_cast<std::int32_t>(random.next() % 45);
  for (std::int32_t made = 0; made < artist.track_count;) {
    Album album{album_name(random), static_cast<std::int32_t>(artist_number),
                artist.first_track + made, 0, year};
    while (!used_albums.insert(album.name).second) album.name = "More " + album.name;
    album.track_count =
        std::min(artist.track_count - made, 8 + static_cast<std::int32_t>(random.next() % 6));
    const Sound sound = near(artist.sound, 0.04, random);
    for (std::int32_t k = 0; k < album.track_count; ++k) {
      Track track;
      track.artist = static_cast<std::int32_t>(artist_number);
      track.album = static_cast<std::int32_t>(world.albums.size());
      if (random.uniform() < kVersionShare)
        track.title =
            version_title(world, artist, static_cast<std::size_t>(made + k), used_titles, random);
      if (track.title.empty()) track.title = new_title(used_titles, random);
      if (options.artists > 1 && random.uniform() < kGuestShare) {
        track.guest =
            static_cast<std::int32_t>(random.next() % static_cast<std::uint64_t>(options.artists));
        if (track.guest == track.artist) track.guest = -1;
      }
      track.duration_ms = static_cast<std::int32_t>(
          1000 * std::clamp(215 * std::exp(0.22 * normal(random)), 70.0, 900.0));
      track.popularity = static_cast<float>(
          std::clamp(artist.popularity * (0.4 + 0.6 * random.uniform()), 0.0, 100.0));
      track.is_explicit = random.uniform() < 0.15 * sound.groove;
      track.has_features = random.uniform() < kFeaturesShare;
      give_features(track, near(sound, 0.04, random), random);
      world.tracks.push_back(std::move(track));
    }
    made += album.track_count;
    year = std::min(kNewestYear, year + 1 + static_cast<std::int32_t>(random.next() % 4));
    world.albums.push_back(std::move(album));
  }
}

}  // namespace

double distance(const Sound& a, const Sound& b) {
  const auto square = [](double x) { return x * x; };
  return std::sqrt(square(a.drive - b.drive) + square(a.groove - b.groove) +
                   square(a.warmth - b.warmth) + square(a.wood - b.wood) +
                   square(a.voice - b.voice));
}

double normal(Random& random) {
  const double radius = std::sqrt(-2 * std::log(1 - random.uniform()));
  return radius * std::cos(6.283185307179586 * random.uniform());
}

WeightedDraw::WeightedDraw(const std::vector<double>& weights)
    : keep_(weights.size(), 1), other_(weights.size()) {
  const double mean =
      std::accumulate(weights.begin(), weights.end(), 0.0) / static_cast<double>(weights.size());
  std::vector<std::size_t> small, large;
  for (std::size_t k = 0; k < weights.size(); ++k) {
    keep_[k] = mean > 0 ? weights[k] / mean : 1;
    other_[k] = static_cast<std::int32_t>(k);
    (keep_[k] < 1 ? small : large).push_back(k);
  }
  while (!small.empty() && !large.empty()) {
    const std::size_t less = small.back(), more = large.back();
    small.pop_back();
    other_[less] = static_cast<std::int32_t>(more);
    keep_[more] -= 1 - keep_[less];
    if (keep_[more] < 1) {
      large.pop_back();
      small.push_back(more);
    }
  }
  for (const std::size_t k : small) keep_[k] = 1;  // rounding only
}

World make_world(const DemoOptions& options) {
  Random random(mix_seed(options.random_seed, "demo world"));
  World world;
  world.genres = make_genres(options, random);
  world.artists = make_artists(options, world.genres, random);
  share_out_tracks(options, world.artists, random);
  world.tracks.reserve(static_cast<std::size_t>(options.tracks));
  for (std::size_t k = 0; k < world.artists.size(); ++k) make_albums(world, k, options, random);
  world.by_genre.resize(world.genres.size());
  for (std::size_t k = 0; k < world.artists.size(); ++k)
    world.by_genre[static_cast<std::size_t>(world.artists[k].genres[0])].push_back(
        static_cast<std::int32_t>(k));
  return world;
}

}  // namespace engine::demo
