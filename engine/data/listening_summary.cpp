#include "data/listening_summary.hpp"

#include <algorithm>
#include <cmath>
#include <numeric>
#include <span>

#include "data/features.hpp"
#include "data/listening_columns.hpp"
#include "data/tables.hpp"

namespace engine {
namespace {

std::string text(const playlist_table& table, std::string_view name, std::size_t row) {
  const playlist_column& texts = *find_column(table, name);
  return std::string(text_of(texts, static_cast<const std::int32_t*>(texts.data)[row]));
}

// The numbers with the most plays, best first, ties by number; none without a play.
std::vector<std::size_t> best(const std::vector<std::int64_t>& plays, std::size_t top) {
  std::vector<std::size_t> numbers(plays.size());
  std::iota(numbers.begin(), numbers.end(), std::size_t{0});
  const auto end = numbers.begin() + static_cast<std::ptrdiff_t>(std::min(top, numbers.size()));
  std::partial_sort(numbers.begin(), end, numbers.end(), [&](std::size_t a, std::size_t b) {
    return plays[a] != plays[b] ? plays[a] > plays[b] : a < b;
  });
  numbers.erase(end, numbers.end());
  std::erase_if(numbers, [&](std::size_t number) { return plays[number] == 0; });
  return numbers;
}

// Plays of tracks, added up over a list of numbers per track.
std::vector<std::int64_t> added_up(const std::vector<std::int64_t>& plays,
                                   const playlist_lists& lists, std::int64_t count) {
  std::vector<std::int64_t> sums(static_cast<std::size_t>(count), 0);
  for (std::size_t track = 0; track < plays.size(); ++track)
    for (std::uint64_t k = lists.offsets[track]; k < lists.offsets[track + 1]; ++k)
      sums[static_cast<std::size_t>(lists.values[k])] += plays[track];
  return sums;
}

void add_listens(const AsOf& tables, ListeningSummary& made) {
  const playlist_table& listens = *tables.table("listens");
  const auto track = column_of<std::int32_t>(listens, "track");
  const auto ts = column_of<std::int64_t>(listens, "ts");
  const auto ms_played = column_of<std::int32_t>(listens, "ms_played");
  const auto is_play = column_of<std::uint8_t>(listens, "is_play");
  const auto is_skip = column_of<std::uint8_t>(listens, "is_skip");
  std::vector<bool> is_heard(static_cast<std::size_t>(tables.track_count()));
  std::int64_t ms = 0, matched = 0, heard = 0, matched_heard = 0;
  for (std::size_t k = 0; k < track.size(); ++k) {
    made.plays += is_play[k] == 1;
    made.skips += is_skip[k] == 1;
    ms += std::max(ms_played[k], 0);
    const bool is_matched = tables.is_in_catalogue(track[k]);
    matched += is_matched;
    if (is_heard[static_cast<std::size_t>(track[k])]) continue;
    is_heard[static_cast<std::size_t>(track[k])] = true;
    ++heard;
    matched_heard += is_matched;
  }
  made.listens = listens.rows;
  made.private_listens = tables.private_listen_count();
  made.hours = static_cast<double>(ms) / 3.6e6;
  if (track.empty()) return;
  made.first = ts.front();
  made.last = ts.back();
  made.matched_listens_share = static_cast<double>(matched) / static_cast<double>(listens.rows);
  made.matched_tracks_share = static_cast<double>(matched_heard) / static_cast<double>(heard);
}

void add_devices(const AsOf& tables, ListeningSummary& made) {
  const playlist_column& names = *find_column(*tables.table("listen_contexts"), "device");
  const auto device = column_of<std::int32_t>(*tables.table("listen_contexts"), "device");
  const auto is_play = column_of<std::uint8_t>(*tables.table("listens"), "is_play");
  std::vector<std::int64_t> plays(names.dict->count);
  for (std::size_t k = 0; k < device.size(); ++k)
    if (device[k] >= 0 && is_play[k] == 1) ++plays[static_cast<std::size_t>(device[k])];
  for (const std::size_t code : best(plays, plays.size()))
    made.devices.push_back(
        {0, std::string(text_of(names, static_cast<std::int32_t>(code))), "", plays[code]});
}

/// How many of these tracks a column knows a feature of.
std::int64_t known_of(const playlist_table& tracks, const char* feature,
                      std::span<const std::int32_t> numbers) {
  const auto values = column_of<float>(tracks, feature);
  return std::ranges::count_if(numbers, [&](std::int32_t track) {
    return !std::isnan(values[static_cast<std::size_t>(track)]);
  });
}

}  // namespace

std::vector<FeatureCoverage> heard_coverage(const AsOf& tables) {
  const std::vector<std::int32_t> heard = played_tracks(tables);
  const playlist_table& tracks = *tables.table("tracks");
  std::vector<FeatureCoverage> made;
  for (const std::size_t place : numeric_features()) {
    const FeatureColumn& feature = kFeatureColumns[place];
    const std::int64_t own = known_of(tracks, feature.field, heard);
    const std::int64_t known =
        feature.or_artist == nullptr ? own : known_of(tracks, feature.or_artist, heard);
    made.push_back(
        {feature.field, own, known - own, static_cast<std::int64_t>(heard.size()) - known});
  }
  return made;
}

std::vector<std::pair<std::string, double>> heard_feature_shares(const AsOf& tables) {
  const std::vector<std::int32_t> heard = played_tracks(tables);
  const playlist_table& tracks = *tables.table("tracks");
  std::vector<std::pair<std::string, double>> shares;
  for (const std::size_t place : numeric_features()) {
    const char* feature = kFeatureColumns[place].field;
    const std::int64_t own = known_of(tracks, feature, heard);
    shares.emplace_back(
        feature, heard.empty() ? 0 : static_cast<double>(own) / static_cast<double>(heard.size()));
  }
  return shares;
}

ListeningSummary summarise_listening(const AsOf& tables, std::size_t top) {
  ListeningSummary made;
  add_listens(tables, made);
  add_devices(tables, made);
  const playlist_table& tracks = *tables.table("tracks");
  const playlist_table& artists = *tables.table("artists");
  const playlist_table& tags = *tables.table("tags");
  const auto counted = column_of<std::int32_t>(*tables.table("track_statistics"), "plays");
  const std::vector<std::int64_t> plays(counted.begin(), counted.end());
  const auto by_artist = added_up(plays, *tables.lists("track_artists"), artists.rows);
  const auto by_tag = added_up(plays, *tables.lists("track_tags"), tags.rows);

  const auto is_positive = [](std::int64_t count) { return count > 0; };
  made.tracks_heard = std::count_if(plays.begin(), plays.end(), is_positive);
  made.artists_heard = std::count_if(by_artist.begin(), by_artist.end(), is_positive);
  made.likes = tables.table("likes")->rows;
  made.library = tables.table("library")->rows;
  made.saved_artists = tables.table("saved_artists")->rows;
  made.tracks = tracks.rows;
  made.artists = artists.rows;
  made.tags = tags.rows;

  const auto track_ids = column_of<std::int64_t>(tracks, "id");
  for (const std::size_t k : best(plays, top))
    made.top_tracks.push_back(
        {track_ids[k], text(tracks, "title", k), text(tracks, "artist_name", k), plays[k]});
  const auto artist_ids = column_of<std::int64_t>(artists, "id");
  for (const std::size_t k : best(by_artist, top))
    made.top_artists.push_back({artist_ids[k], text(artists, "name", k), "", by_artist[k]});
  for (const std::size_t k : best(by_tag, top))
    made.top_genres.push_back({0, text(tags, "name", k), "", by_tag[k]});
  made.coverage = tables.coverage();
  made.heard_coverage = heard_coverage(tables);
  return made;
}

}  // namespace engine
