#include "data/listening_columns.hpp"

#include <algorithm>
#include <array>
#include <cmath>
#include <iterator>

#include "core/local_time.hpp"

namespace engine {

std::unique_ptr<OwnedTable> make_track_finished(const ListenColumns& listens,
                                                std::size_t track_count) {
  auto made = std::make_unique<OwnedTable>(static_cast<std::int64_t>(track_count));
  std::int64_t* last_finished = made->i64("last_finished");
  std::fill_n(last_finished, track_count, INT64_MIN);
  for (std::size_t k = 0; k < listens.count; ++k)
    if (listens.is_finished[k] == 1) last_finished[listens.track[k]] = listens.ts[k];
  return made;
}

std::unique_ptr<OwnedTable> make_track_base_level(const ListenColumns& listens,
                                                  std::size_t track_count, std::int64_t now) {
  constexpr double kNever = 0.001;  // as a play of a century ago
  std::vector<double> sums(track_count, kNever);
  for (std::size_t k = 0; k < listens.count; ++k) {
    if (listens.is_play[k] != 1) continue;
    const double hours =
        static_cast<double>(std::max<std::int64_t>(60, now - listens.ts[k])) / 3600;
    sums[static_cast<std::size_t>(listens.track[k])] += 1 / std::sqrt(hours);
  }
  auto made = std::make_unique<OwnedTable>(static_cast<std::int64_t>(track_count));
  float* base_level = made->f32("base_level");
  for (std::size_t track = 0; track < track_count; ++track)
    base_level[track] = static_cast<float>(std::log(sums[track]));
  return made;
}

std::unique_ptr<OwnedTable> make_track_plays_at(const ListenColumns& listens,
                                                std::size_t track_count, std::int64_t now,
                                                const std::string& timezone) {
  auto made = std::make_unique<OwnedTable>(static_cast<std::int64_t>(track_count));
  std::int32_t* plays_at = made->i32("plays_at");
  std::fill_n(plays_at, track_count, 0);
  const std::int64_t first = listens.count == 0 ? now : std::min(now, listens.ts[0]);
  const LocalClock clock(timezone, first, now + 1);
  const LocalTime shown = clock.at(now);
  for (std::size_t k = 0; k < listens.count; ++k) {
    if (listens.is_play[k] != 1) continue;
    const LocalTime began = clock.at(listens.ts[k]);
    plays_at[listens.track[k]] +=
        began.weekday() == shown.weekday() && daypart_of(began.hour()) == daypart_of(shown.hour());
  }
  return made;
}

std::unique_ptr<OwnedTable> make_track_dayparts(const ListenColumns& listens,
                                                std::size_t track_count, std::int64_t now,
                                                const std::string& timezone) {
  auto made = std::make_unique<OwnedTable>(static_cast<std::int64_t>(track_count));
  std::array<std::int32_t*, std::size(kDayparts)> of_part{};
  for (std::size_t part = 0; part < of_part.size(); ++part)
    of_part[part] = made->i32(std::string("plays_") + kDayparts[part]);
  std::int32_t *const workday = made->i32("plays_workday"), *const weekend =
                                                                made->i32("plays_weekend");
  for (std::int32_t* column : of_part) std::fill_n(column, track_count, 0);
  for (std::int32_t* column : {workday, weekend}) std::fill_n(column, track_count, 0);
  const std::int64_t first = listens.count == 0 ? now : std::min(now, listens.ts[0]);
  const LocalClock clock(timezone, first, now + 1);
  for (std::size_t k = 0; k < listens.count; ++k) {
    if (listens.is_play[k] != 1) continue;
    const LocalTime began = clock.at(listens.ts[k]);
    const auto track = static_cast<std::size_t>(listens.track[k]);
    ++of_part[static_cast<std::size_t>(daypart_of(began.hour()))][track];
    ++(began.weekday() >= 5 ? weekend : workday)[track];
  }
  return made;
}

namespace {

/// By artist number.
std::vector<PlayedArtist> artists_by_number(const Tables& tables) {
  const playlist_table& statistics = *tables.table("track_statistics");
  const auto plays = column_of<std::int32_t>(statistics, "plays");
  const auto last_played = column_of<std::int64_t>(statistics, "last_played");
  const playlist_lists& artist_tracks = *tables.lists("artist_tracks");
  std::vector<PlayedArtist> artists(static_cast<std::size_t>(tables.table("artists")->rows));
  for (std::size_t number = 0; number < artists.size(); ++number) {
    PlayedArtist& artist = artists[number];
    artist.artist = static_cast<std::int32_t>(number);
    for (std::uint64_t k = artist_tracks.offsets[number]; k < artist_tracks.offsets[number + 1];
         ++k) {
      const auto track = static_cast<std::size_t>(artist_tracks.values[k]);
      artist.plays += plays[track];
      artist.last_played = std::max(artist.last_played, last_played[track]);
    }
  }
  return artists;
}

std::vector<PlayedArtist> by_plays(std::vector<PlayedArtist> artists) {
  std::erase_if(artists, [](const PlayedArtist& artist) { return artist.plays == 0; });
  std::stable_sort(artists.begin(), artists.end(),
                   [](const PlayedArtist& a, const PlayedArtist& b) { return a.plays > b.plays; });
  return artists;
}

}  // namespace

std::vector<PlayedArtist> most_played_artists(const Tables& tables) {
  return by_plays(artists_by_number(tables));
}

std::unique_ptr<OwnedTable> make_track_artist_statistics(const Tables& tables) {
  const std::vector<PlayedArtist> artists = artists_by_number(tables);
  std::vector<std::int32_t> ranks(artists.size(), INT32_MIN);
  std::int32_t rank = 0;
  for (const PlayedArtist& artist : by_plays(artists))
    ranks[static_cast<std::size_t>(artist.artist)] = ++rank;
  const auto first_artist = column_of<std::int32_t>(*tables.table("tracks"), "artist");
  auto made = std::make_unique<OwnedTable>(static_cast<std::int64_t>(first_artist.size()));
  std::int32_t *plays = made->i32("artist_plays"), *rank_of = made->i32("artist_rank");
  std::int64_t* last_played = made->i64("artist_last_played");
  for (std::size_t track = 0; track < first_artist.size(); ++track) {
    const bool is_known = first_artist[track] >= 0;
    const auto number = static_cast<std::size_t>(is_known ? first_artist[track] : 0);
    const PlayedArtist artist = is_known ? artists[number] : PlayedArtist();
    plays[track] = static_cast<std::int32_t>(artist.plays);
    rank_of[track] = is_known ? ranks[number] : INT32_MIN;
    last_played[track] = artist.last_played;
  }
  return made;
}

}  // namespace engine
