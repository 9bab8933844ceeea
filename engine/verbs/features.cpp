// engine features report: how far the features of tracks are known, how they are spread, which go
// together, and where model.embedding puts the tracks.
#include <algorithm>
#include <cmath>
#include <cstdio>
#include <map>
#include <memory>

#include "app/library_tables.hpp"
#include "core/calendar.hpp"
#include "core/counted.hpp"
#include "core/shown_text.hpp"
#include "evaluate/feature_report.hpp"
#include "models/models.hpp"
#include "models/open_version.hpp"
#include "verbs/verbs.hpp"

namespace engine::verbs {
namespace {

constexpr const char* kEmbedding = "model.embedding";
constexpr std::size_t kStrongest = 8;  // correlations that the text tells

// ---- the map ----

/// The genre of every row of the model, "" where it has none or the library does not know it.
std::vector<std::string> genres_of(const Tables& tables, const playlist_table& rows) {
  const auto ids = column_of<std::int64_t>(rows, "id");
  const auto number = column_of<std::int32_t>(*tables.table("tracks_by_id"), "number");
  const playlist_table& genres = *tables.table("track_genres");
  const playlist_column& texts = *find_column(genres, "genre");
  const auto genre = column_of<std::int32_t>(genres, "genre");
  std::vector<std::string> names;
  for (const std::int64_t id : ids) {
    const bool is_known = id >= 0 && static_cast<std::size_t>(id) < number.size() &&
                          number[static_cast<std::size_t>(id)] >= 0;
    names.emplace_back(
        is_known
            ? text_of(texts, genre[static_cast<std::size_t>(number[static_cast<std::size_t>(id)])])
            : std::string_view());
  }
  return names;
}

std::vector<evaluate::TrackMap::Cluster> clusters_of(const evaluate::TrackMap& map,
                                                     const std::vector<std::string>& genres) {
  std::int32_t count = 0;
  for (const std::int32_t cluster : map.cluster) count = std::max(count, cluster + 1);
  std::vector<evaluate::TrackMap::Cluster> clusters(static_cast<std::size_t>(count));
  std::vector<std::map<std::string, std::int64_t>> of_genre(clusters.size());
  for (std::size_t row = 0; row < map.cluster.size(); ++row) {
    if (map.cluster[row] < 0) continue;
    const auto at = static_cast<std::size_t>(map.cluster[row]);
    ++clusters[at].tracks;
    clusters[at].x += map.x[row];
    clusters[at].y += map.y[row];
    if (!genres[row].empty()) ++of_genre[at][genres[row]];
  }
  for (std::size_t at = 0; at < clusters.size(); ++at) {
    const auto tracks = static_cast<double>(std::max<std::int64_t>(1, clusters[at].tracks));
    clusters[at].x /= tracks;
    clusters[at].y /= tracks;
    const auto most =
        std::max_element(of_genre[at].begin(), of_genre[at].end(),
                         [](const auto& a, const auto& b) { return a.second < b.second; });
    if (most != of_genre[at].end()) clusters[at].name = most->first;
  }
  return clusters;
}

void read_map(const app::Caller& caller, const AsOf& tables, evaluate::FeatureReport& report) {
  const Store store =
      Store::open(caller.home.library_path(), {.is_read_only = true, .may_create = false});
  const auto versions = models_as_of(store, tables.now(), tables.user_id());
  const auto version = std::find_if(versions.begin(), versions.end(),
                                    [](const ModelVersion& one) { return one.name == kEmbedding; });
  if (version == versions.end()) {
    report.why_no_map = "There is no map: model.embedding has not been trained as of " +
                        format_date(tables.now()) + "; train it with: engine train embedding";
    return;
  }
  const std::shared_ptr<const Artifact> artifact = open_version(*version);
  const playlist_table *tracks = artifact->table("tracks"), *places = artifact->table("projection"),
                       *clusters = artifact->table("clusters");
  if (tracks == nullptr || places == nullptr || clusters == nullptr) {
    report.why_no_map =
        "There is no map: this version of model.embedding has none; train it again with: engine "
        "train embedding";
    return;
  }
  evaluate::TrackMap& map = report.map;
  map.as_of = version->as_of;
  const auto x = column_of<float>(*places, "x"), y = column_of<float>(*places, "y");
  map.x.assign(x.begin(), x.end());
  map.y.assign(y.begin(), y.end());
  const auto cluster = column_of<std::int32_t>(*clusters, "cluster");
  map.cluster.assign(cluster.begin(), cluster.end());
  map.clusters = clusters_of(map, genres_of(tables, *tracks));
}

// ---- as data ----

Json number_or_null(double value) {
  return std::isfinite(value) ? Json(value) : Json();
}

Json spread_json(const FeatureSpread& spread) {
  return {{"known", spread.known},
          {"least", number_or_null(spread.least)},
          {"low", number_or_null(spread.low)},
          {"median", number_or_null(spread.median)},
          {"high", number_or_null(spread.high)},
          {"most", number_or_null(spread.most)},
          {"mean", number_or_null(spread.mean)},
          {"deviation", number_or_null(spread.deviation)}};
}

Json map_json(const evaluate::FeatureReport& report) {
  if (!report.why_no_map.empty()) return {};
  Json clusters = Json::array();
  for (const evaluate::TrackMap::Cluster& cluster : report.map.clusters)
    clusters.push_back(
        {{"genre", cluster.name}, {"tracks", cluster.tracks}, {"x", cluster.x}, {"y", cluster.y}});
  return {{"as_of", format_time(report.map.as_of)},
          {"tracks", report.map.x.size()},
          {"clusters", clusters}};
}

/// {"tracks", "coverage": {FEATURE: {"own", "artist_mean", "none"}}, "spread": {FEATURE: {...}},
/// "correlations": {FEATURE: {FEATURE: r or null}}, "map": null or {"as_of", "tracks", "clusters"}}
Json features_json(const evaluate::FeatureReport& report) {
  const FeatureStatistics& statistics = report.statistics;
  Json coverage = Json::object(), spreads = Json::object(), correlations = Json::object();
  for (const FeatureCoverage& feature : statistics.coverage)
    coverage[feature.feature] = {
        {"own", feature.own}, {"artist_mean", feature.artist_mean}, {"none", feature.none}};
  for (const FeatureSpread& spread : statistics.spreads)
    spreads[spread.feature] = spread_json(spread);
  for (std::size_t row = 0; row < statistics.correlated.size(); ++row)
    for (std::size_t other = 0; other < statistics.correlated.size(); ++other)
      if (row != other)
        correlations[statistics.correlated[row]][statistics.correlated[other]] =
            number_or_null(statistics.correlations[row][other]);
  return {{"tracks", statistics.tracks},
          {"coverage", coverage},
          {"spread", spreads},
          {"correlations", correlations},
          {"map", map_json(report)}};
}

// ---- as text ----

/// "0.25"; "-" for what is no number.
std::string two_decimals(double value) {
  if (!std::isfinite(value)) return "-";
  char text[32];
  std::snprintf(text, sizeof text, "%.2f", value);
  return text;
}

std::string in_column(std::string text, std::size_t width) {
  text.insert(0, width > text.size() ? width - text.size() : 1, ' ');
  return text;
}

std::string spreads_text(const FeatureStatistics& statistics) {
  std::string text = "feature               known      5 %   median     95 %     mean  deviation\n";
  for (const FeatureSpread& spread : statistics.spreads) {
    std::string name = spread.feature;
    name.resize(18, ' ');
    const double share = static_cast<double>(spread.known) /
                         static_cast<double>(std::max<std::int64_t>(1, statistics.tracks));
    text += name + in_column(std::to_string(std::lround(100 * share)) + " %", 9);
    for (const double value :
         {spread.low, spread.median, spread.high, spread.mean, spread.deviation})
      text += in_column(two_decimals(value), 9);
    text += "\n";
  }
  return text;
}

std::string correlations_text(const FeatureStatistics& statistics) {
  struct Pair {
    double value;
    std::size_t a, b;
  };
  std::vector<Pair> pairs;
  for (std::size_t a = 0; a < statistics.correlated.size(); ++a)
    for (std::size_t b = a + 1; b < statistics.correlated.size(); ++b)
      if (std::isfinite(statistics.correlations[a][b]))
        pairs.push_back({statistics.correlations[a][b], a, b});
  std::stable_sort(pairs.begin(), pairs.end(), [](const Pair& one, const Pair& other) {
    return std::abs(one.value) > std::abs(other.value);
  });
  if (pairs.empty()) return "";
  std::string text = "\nstrongest correlations\n";
  for (std::size_t k = 0; k < std::min(kStrongest, pairs.size()); ++k)
    text += in_column(two_decimals(pairs[k].value), 8) + "  " + statistics.correlated[pairs[k].a] +
            ", " + statistics.correlated[pairs[k].b] + "\n";
  return text;
}

std::string map_text(const evaluate::FeatureReport& report) {
  if (!report.why_no_map.empty()) return "\n" + report.why_no_map + "\n";
  std::string text = "\n" + counted(report.map.x.size(), "track") + " in " +
                     counted(report.map.clusters.size(), "cluster") +
                     " by model.embedding, the largest:\n";
  for (std::size_t k = 0; k < std::min(kStrongest, report.map.clusters.size()); ++k) {
    const evaluate::TrackMap::Cluster& cluster = report.map.clusters[k];
    text += in_column(std::to_string(cluster.tracks), 8) + "  " +
            (cluster.name.empty() ? "without a genre" : one_line(cluster.name)) + "\n";
  }
  return text;
}

Answer report_features(const app::Caller& caller, const Arguments&) {
  const std::unique_ptr<AsOf> tables = app::library_tables(caller);
  const auto report = std::make_shared<evaluate::FeatureReport>();
  report->statistics = feature_statistics(*tables);
  read_map(caller, *tables, *report);
  const bool is_any = report->statistics.tracks > 0;
  return {.exit = is_any ? Exit::kDone : Exit::kNothing,
          .data = features_json(*report),
          .text = counted(report->statistics.tracks, "track") + " as of " +
                  format_time(tables->now()) + "\n\n" + spreads_text(report->statistics) +
                  correlations_text(report->statistics) + map_text(*report),
          .page = [report] { return evaluate::features_html(*report); }};
}

}  // namespace

std::vector<Verb> features_verbs() {
  return {{.name = "features", .help = "What is known of the sound of tracks"},
          {.name = "features report",
           .help = "How far features are known, their ranges, which go together, a map of tracks",
           .footer = "The map is of the first two principal components that model.embedding "
                     "learned, its clusters\nin colours: engine train embedding\n",
           .answer = report_features,
           .page_help = "Write a page with plots and the map too"}};
}

}  // namespace engine::verbs
