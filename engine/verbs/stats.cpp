// engine stats: how much one listener listened, to what, and how well the library knows it.
#include <algorithm>
#include <cstdio>
#include <memory>

#include "app/library_tables.hpp"
#include "core/calendar.hpp"
#include "core/counted.hpp"
#include "core/shown_text.hpp"
#include "data/listen_scan.hpp"
#include "data/listening_columns.hpp"
#include "data/listening_summary.hpp"
#include "library/sound_agreement.hpp"
#include "store/lyrics.hpp"
#include "store/service_features.hpp"
#include "verbs/verbs.hpp"

namespace engine::verbs {
namespace {

Json entries(const std::vector<TopEntry>& top) {
  Json list = Json::array();
  for (const TopEntry& entry : top) {
    Json row = Json::object();
    if (entry.id != 0) row["id"] = entry.id;
    row["name"] = entry.name;
    if (!entry.artist.empty()) row["artist"] = entry.artist;
    row["plays"] = entry.plays;
    list.push_back(row);
  }
  return list;
}

Json share_or_null(double share) {
  return share < 0 ? Json() : Json(share);
}

// The contract of `engine stats --json`.
Json coverage_json(const std::vector<FeatureCoverage>& features) {
  Json coverage = Json::object();
  for (const FeatureCoverage& feature : features)
    coverage[feature.feature] = {
        {"own", feature.own}, {"artist_mean", feature.artist_mean}, {"none", feature.none}};
  return coverage;
}

/// What was measured in music files: of how many tracks each feature, where no import told it.
struct MeasuredSummary {
  std::vector<std::pair<std::string, std::int64_t>> all, heard;
  library::SoundAgreement agreement;

  [[nodiscard]] static std::int64_t of(
      const std::vector<std::pair<std::string, std::int64_t>>& counts, const std::string& feature) {
    for (const auto& [name, count] : counts)
      if (name == feature) return count;
    return 0;
  }
};

MeasuredSummary summarise_measured(const AsOf& tables, const Store& store) {
  MeasuredSummary summary;
  const auto ids = column_of<std::int64_t>(*tables.table("tracks"), "id");
  const std::vector<std::int32_t> heard = played_tracks(tables);
  for (const library::MeasuredFeature& measured : library::measured_features(store)) {
    const auto is_measured = [&](std::int64_t id) { return measured.tracks.contains(id); };
    summary.all.emplace_back(measured.feature, std::ranges::count_if(ids, is_measured));
    summary.heard.emplace_back(measured.feature,
                               std::ranges::count_if(heard, [&](std::int32_t track) {
                                 return is_measured(ids[static_cast<std::size_t>(track)]);
                               }));
  }
  summary.agreement = library::sound_agreement(store);
  return summary;
}

Json measured_json(const MeasuredSummary& measured) {
  Json all = Json::object(), heard = Json::object();
  for (const auto& [feature, count] : measured.all) all[feature] = count;
  for (const auto& [feature, count] : measured.heard) heard[feature] = count;
  return {{"features", all},
          {"heard_features", heard},
          {"agreement", library::agreement_json(measured.agreement)}};
}

Json services_json(const ServiceFeatures& told) {
  Json sources = Json::object();
  for (const auto& [source, count] : told.found) sources[source] = count;
  return {{"sources", sources}, {"not_found", told.not_found}};
}

/// "" where no service was asked.
std::string services_text(const ServiceFeatures& told) {
  std::string text;
  for (const auto& [source, count] : told.found)
    text += (text.empty() ? "of " : ", of ") + counted(count, "track") + " from " + source;
  if (told.not_found > 0)
    text += (text.empty() ? "of " : "; of ") + std::to_string(told.not_found) + " not found";
  return text.empty() ? "" : "  features    " + text + "\n";
}

/// Of how many tracks it is known what is sung.
struct LyricsSummary {
  LyricsCoverage coverage;
  std::int64_t heard = 0;
};

LyricsSummary summarise_lyrics(const AsOf& tables, const Store& store) {
  LyricsSummary summary{lyrics_coverage(store, tables.now())};
  const auto ids = column_of<std::int64_t>(*tables.table("tracks"), "id");
  summary.heard = std::ranges::count_if(played_tracks(tables), [&](std::int32_t track) {
    return summary.coverage.tracks.contains(ids[static_cast<std::size_t>(track)]);
  });
  return summary;
}

Json lyrics_json(const LyricsSummary& lyrics) {
  Json sources = Json::object();
  for (const auto& [source, count] : lyrics.coverage.by_source) sources[source] = count;
  return {{"tracks", lyrics.coverage.tracks.size()},
          {"heard", lyrics.heard},
          {"sources", sources},
          {"instrumental", lyrics.coverage.instrumental},
          {"not_found", lyrics.coverage.not_found}};
}

/// "" where nobody said anything.
std::string lyrics_text(const LyricsSummary& lyrics) {
  const LyricsCoverage& coverage = lyrics.coverage;
  if (coverage.tracks.empty() && coverage.instrumental == 0 && coverage.not_found == 0) return "";
  std::string text = "  lyrics      of " + counted(coverage.tracks.size(), "track"), sources;
  for (const auto& [source, count] : coverage.by_source) {
    const std::string where = source == "tag"    ? "in tags"
                              : source == "file" ? "in files beside the music"
                                                 : "from " + source;
    sources += (sources.empty() ? "" : ", ") + std::to_string(count) + " " + where;
  }
  if (!sources.empty()) text += " (" + sources + ")";
  if (coverage.instrumental > 0)
    text += "; " + std::to_string(coverage.instrumental) + " instrumental";
  if (coverage.not_found > 0) text += "; of " + std::to_string(coverage.not_found) + " not found";
  return text + "\n";
}

Json as_json(const AsOf& tables, const ListeningSummary& summary, const MeasuredSummary& measured,
             const LyricsSummary& lyrics, const ServiceFeatures& told) {
  return {{"user", tables.user_name()},
          {"now", tables.now()},
          {"listens", summary.listens},
          {"plays", summary.plays},
          {"skips", summary.skips},
          {"private_listens", summary.private_listens},
          {"hours", summary.hours},
          {"first", summary.listens > 0 ? Json(summary.first) : Json()},
          {"last", summary.listens > 0 ? Json(summary.last) : Json()},
          {"tracks_heard", summary.tracks_heard},
          {"artists_heard", summary.artists_heard},
          {"likes", summary.likes},
          {"library", summary.library},
          {"saved_artists", summary.saved_artists},
          {"catalogue",
           {{"tracks", summary.tracks}, {"artists", summary.artists}, {"tags", summary.tags}}},
          {"matched",
           {{"listens", share_or_null(summary.matched_listens_share)},
            {"tracks", share_or_null(summary.matched_tracks_share)}}},
          {"top_tracks", entries(summary.top_tracks)},
          {"top_artists", entries(summary.top_artists)},
          {"top_genres", entries(summary.top_genres)},
          {"devices", entries(summary.devices)},
          {"features", coverage_json(summary.coverage)},
          {"heard_features", coverage_json(summary.heard_coverage)},
          {"measured", measured_json(measured)},
          {"lyrics", lyrics_json(lyrics)},
          {"service_features", services_json(told)}};
}

std::string percent(double part, double whole) {
  char text[32];
  std::snprintf(text, sizeof text, "%.1f %%", whole > 0 ? 100 * part / whole : 0.0);
  return text;
}

std::string list(const char* title, const std::vector<TopEntry>& top) {
  if (top.empty()) return "";
  std::string text = std::string("\n") + title + "\n";
  for (std::size_t k = 0; k < top.size(); ++k) {
    char line[32];
    std::snprintf(line, sizeof line, "%4zu. %6lld  ", k + 1, static_cast<long long>(top[k].plays));
    text += line + one_line(top[k].name) +
            (top[k].artist.empty() ? "" : " by " + one_line(top[k].artist)) + "\n";
  }
  return text;
}

std::string features_text(const std::string& whose, const std::vector<FeatureCoverage>& features,
                          std::int64_t tracks,
                          const std::vector<std::pair<std::string, std::int64_t>>& measured) {
  std::string text = "\naudio features " + whose + " (own / only the artist's mean / none)\n";
  for (const FeatureCoverage& feature : features) {
    std::string name = "  " + feature.feature;
    name.resize(20, ' ');
    const auto all = static_cast<double>(tracks);
    text += name + percent(static_cast<double>(feature.own), all) + " / " +
            percent(static_cast<double>(feature.artist_mean), all) + " / " +
            percent(static_cast<double>(feature.none), all);
    if (const auto count = MeasuredSummary::of(measured, feature.feature); count > 0)
      text += "; own of " + percent(static_cast<double>(count), all) + " measured in music files";
    text += "\n";
  }
  return text;
}

std::string as_text(const AsOf& tables, const ListeningSummary& summary,
                    const MeasuredSummary& measured, const LyricsSummary& lyrics,
                    const ServiceFeatures& told) {
  std::string text = one_line(tables.user_name()) + " as of " + format_time(tables.now()) + "\n";
  text += "  listens     " + std::to_string(summary.listens) + " (" +
          counted(summary.plays, "play") + ", " + counted(summary.skips, "skip") + ", " +
          counted(static_cast<std::int64_t>(summary.hours), "hour") + ")\n";
  if (summary.private_listens > 0)
    text += "              " + std::to_string(summary.private_listens) +
            " in private sessions, left out\n";
  if (summary.listens > 0) {
    text +=
        "  span        " + format_date(summary.first) + " to " + format_date(summary.last) + "\n";
    text += "  heard       " + counted(summary.tracks_heard, "track") + " by " +
            counted(summary.artists_heard, "artist") + "\n";
    text += "  matched     " + percent(summary.matched_listens_share, 1) + " of listens, " +
            percent(summary.matched_tracks_share, 1) + " of tracks are in the catalogue\n";
  }
  text += "  has         " + counted(summary.likes, "like") + ", " +
          counted(summary.library, "track") + " in the library, " +
          counted(summary.saved_artists, "saved artist") + "\n";
  text += "  catalogue   " + counted(summary.tracks, "track") + ", " +
          counted(summary.artists, "artist") + ", " + counted(summary.tags, "tag") + "\n";
  text += lyrics_text(lyrics);
  text += services_text(told);
  text += list("top artists (plays)", summary.top_artists);
  text += list("top tracks (plays)", summary.top_tracks);
  text += list("top genres (plays)", summary.top_genres);
  text += list("devices (plays)", summary.devices);
  const bool has_heard = summary.tracks_heard > 0;
  text += features_text(has_heard ? "of the tracks you heard" : "of all tracks",
                        has_heard ? summary.heard_coverage : summary.coverage,
                        has_heard ? summary.tracks_heard : summary.tracks,
                        has_heard ? measured.heard : measured.all);
  if (measured.agreement.is_empty()) return text;
  return text + "\nmeasured beside imported, of all tracks that have both\n" +
         library::agreement_text(measured.agreement);
}

Answer stats(const app::Caller& caller, const Arguments& arguments) {
  const std::unique_ptr<AsOf> tables = app::library_tables(caller);
  ListeningSummary summary =
      summarise_listening(*tables, static_cast<std::size_t>(arguments.integer("top")));
  const Store store =
      Store::open(caller.home.library_path(), {.is_read_only = true, .may_create = false});
  if (summary.private_listens > 0 && caller.asked.is_now_given)
    summary.private_listens = count_private_listens(store, tables->user_id(), tables->now());
  const MeasuredSummary measured = summarise_measured(*tables, store);
  const LyricsSummary lyrics = summarise_lyrics(*tables, store);
  const bool is_any = summary.listens > 0 || summary.library > 0;
  const ServiceFeatures told = service_features(store, tables->now());
  return {is_any ? Exit::kDone : Exit::kNothing, as_json(*tables, summary, measured, lyrics, told),
          as_text(*tables, summary, measured, lyrics, told)};
}

}  // namespace

std::vector<Verb> stats_verbs() {
  return {{.name = "stats",
           .help = "Listens, top artists, tracks and genres of one user",
           .parameters = {{.name = "top",
                           .type = Type::kInteger,
                           .value_name = "N",
                           .help = "Entries per list",
                           .usual = "10",
                           .least = 0,
                           .most = 10'000}},
           .answer = stats}};
}

}  // namespace engine::verbs
