// engine clusters: the kinds of music that model.clusters found somebody's tracks to fall into.
// engine map: where each of them lies, as a page or a picture.
#include <algorithm>
#include <cmath>
#include <memory>
#include <optional>

#include "app/library_tables.hpp"
#include "core/calendar.hpp"
#include "core/counted.hpp"
#include "core/output_file.hpp"
#include "core/shown_text.hpp"
#include "core/text_width.hpp"
#include "evaluate/cluster_map.hpp"
#include "models/models.hpp"
#include "models/open_version.hpp"
#include "recipe/why_terms.hpp"
#include "verbs/percent_text.hpp"
#include "verbs/verbs.hpp"

namespace engine::verbs {
namespace {

using evaluate::ClusterMap;

constexpr const char* kModel = "model.clusters";
constexpr std::size_t kExamples = 3;

struct FoundClusters {
  ClusterMap map;
  Json card;
};

/// Why somebody has no clusters as of then, and what makes some.
Error no_clusters(const AsOf& tables, const std::vector<ModelVersion>& too_late) {
  const auto late = std::find_if(too_late.begin(), too_late.end(),
                                 [](const ModelVersion& one) { return one.name == kModel; });
  const std::string why =
      late != too_late.end()
          ? too_late_text(*late, tables.now())
          : std::string(kModel) + " has not been trained as of " + format_date(tables.now());
  return Error(
      Exit::kNothing, "there are no clusters",
      {.where = {}, .source = {}, .why = why, .fix = "train it: engine train embedding clusters"});
}

ModelVersion version_of(const app::Caller& caller, const AsOf& tables) {
  const Store store =
      Store::open(caller.home.library_path(), {.is_read_only = true, .may_create = false});
  for (const ModelVersion& version : models_as_of(store, tables.now(), tables.user_id()))
    if (version.name == kModel) return version;
  throw no_clusters(tables, models_too_late(store, tables.now(), tables.user_id()));
}

/// "Artist – Title", or what of it is known.
std::string shown_name(const Tables& tables, std::int32_t track) {
  const std::string title = track_text(tables, "title", track),
                    artist = track_text(tables, "artist_name", track);
  return artist.empty() ? title : artist + " – " + title;
}

std::vector<ClusterMap::Cluster> read_clusters(const playlist_table& table) {
  const auto id = column_of<std::int32_t>(table, "id"),
             tracks = column_of<std::int32_t>(table, "tracks");
  const auto x = column_of<float>(table, "x"), y = column_of<float>(table, "y");
  const playlist_column &names = *find_column(table, "name"), &words = *find_column(table, "words");
  const auto name = column_of<std::int32_t>(table, "name"),
             word = column_of<std::int32_t>(table, "words");
  std::vector<ClusterMap::Cluster> clusters;
  for (std::size_t k = 0; k < id.size(); ++k)
    clusters.push_back({.id = id[k],
                        .name = std::string(text_of(names, name[k])),
                        .words = std::string(text_of(words, word[k])),
                        .tracks = tracks[k],
                        .x = x[k],
                        .y = y[k]});
  return clusters;
}

/// Those nearest to the middle of each cluster, of the tracks that the library still knows.
void tell_examples(const std::vector<float>& distance, ClusterMap& map) {
  std::vector<std::size_t> order;
  for (std::size_t row = 0; row < map.tracks.size(); ++row)
    if (map.tracks[row].at >= 0) order.push_back(row);
  std::stable_sort(order.begin(), order.end(),
                   [&](std::size_t a, std::size_t b) { return distance[a] < distance[b]; });
  for (const std::size_t row : order) {
    auto& examples = map.clusters[static_cast<std::size_t>(map.tracks[row].at)].examples;
    const std::string& name = map.tracks[row].name;
    if (examples.size() < kExamples &&
        std::find(examples.begin(), examples.end(), name) == examples.end())
      examples.push_back(name);
  }
}

FoundClusters read_map(const app::Caller& caller) {
  const std::unique_ptr<AsOf> tables = app::library_tables(caller);
  const ModelVersion version = version_of(caller, *tables);
  const std::shared_ptr<const Artifact> artifact = open_version(version);
  FoundClusters found;
  found.card = Json::parse(artifact->card());
  ClusterMap& map = found.map;
  map.person = version.user;
  map.as_of = format_time(version.as_of);
  map.clusters = read_clusters(*artifact->table("clusters"));
  const playlist_table& rows = *artifact->table("tracks");
  const auto id = column_of<std::int64_t>(rows, "id");
  const auto cluster = column_of<std::int32_t>(rows, "cluster");
  const auto x = column_of<float>(rows, "x"), y = column_of<float>(rows, "y"),
             distance = column_of<float>(rows, "distance");
  const auto number = column_of<std::int32_t>(*tables->table("tracks_by_id"), "number");
  std::vector<float> apart;
  for (std::size_t row = 0; row < id.size(); ++row) {
    const auto at = static_cast<std::size_t>(id[row]);
    if (at >= number.size() || number[at] < 0) continue;  // taken out of the library since
    const auto own =
        std::find_if(map.clusters.begin(), map.clusters.end(),
                     [&](const ClusterMap::Cluster& one) { return one.id == cluster[row]; });
    map.tracks.push_back({.id = id[row],
                          .name = shown_name(*tables, number[at]),
                          .at = own == map.clusters.end()
                                    ? -1
                                    : static_cast<std::int32_t>(own - map.clusters.begin()),
                          .x = x[row],
                          .y = y[row]});
    apart.push_back(distance[row]);
  }
  tell_examples(apart, map);
  return found;
}

// ---- as data ----

Json clusters_json(const ClusterMap& map) {
  Json clusters = Json::array();
  for (const ClusterMap::Cluster& cluster : map.clusters)
    clusters.push_back({{"id", cluster.id},
                        {"name", cluster.name},
                        {"tracks", cluster.tracks},
                        {"words", cluster.words},
                        {"examples", cluster.examples}});
  return clusters;
}

Json head_json(const FoundClusters& found) {
  const Json& card = found.card;
  return {{"user", found.map.person},
          {"as_of", found.map.as_of},
          {"space", card.at("space")},
          {"method", card.at("method")},
          {"tracks", found.map.tracks.size()},
          {"clustered", found.map.clustered()},
          {"silhouette", card.at("silhouette")},
          {"stability", card.at("stability")}};
}

Json list_json(const FoundClusters& found) {
  Json json = head_json(found);
  json["clusters"] = clusters_json(found.map);
  return json;
}

/// The dots as well.
Json map_json(const FoundClusters& found) {
  Json json = list_json(found), dots = Json::array();
  for (const ClusterMap::Track& track : found.map.tracks) {
    Json dot = {{"id", track.id}, {"name", track.name}, {"x", track.x}, {"y", track.y}};
    if (track.at >= 0) dot["cluster"] = found.map.clusters[static_cast<std::size_t>(track.at)].id;
    dots.push_back(std::move(dot));
  }
  json["dots"] = std::move(dots);
  return json;
}

// ---- as text ----

std::string rounded_index(const Json& value) {
  char text[16];
  std::snprintf(text, sizeof text, "%.2f", value.get<double>());
  return text;
}

std::string head_text(const FoundClusters& found) {
  const ClusterMap& map = found.map;
  if (map.clusters.empty())
    return counted(map.tracks.size(), "track") + " of " + one_line(map.person) + " as of " +
           map.as_of + ": there are no clusters\n";
  const Json& stability = found.card.at("stability");
  return counted(map.tracks.size(), "track") + " of " + one_line(map.person) + " as of " +
         map.as_of + "; " + whole_percent(map.clustered()) + " of them in " +
         counted(map.clusters.size(), "cluster") + "\n" +
         "found again from other random "
         "numbers: adjusted Rand index " +
         rounded_index(stability.at("rand_index")) + " over " +
         whole_percent(stability.at("share").get<double>()) + " of the tracks; silhouette " +
         rounded_index(found.card.at("silhouette")) + "\n";
}

std::string padded_to(std::string text, std::size_t width) {
  const auto own = static_cast<std::size_t>(text_width(text));
  return text + std::string(width > own ? width - own : 0, ' ');
}

std::string list_text(const FoundClusters& found) {
  const ClusterMap& map = found.map;
  std::string text = head_text(found);
  if (map.clusters.empty()) return text;
  std::size_t names = 4;
  for (const ClusterMap::Cluster& cluster : map.clusters)
    names = std::max(names, static_cast<std::size_t>(text_width(one_line(cluster.name))));
  text += "\n  id  " + padded_to("name", names) + "  tracks  what it sounds like now\n";
  for (const ClusterMap::Cluster& cluster : map.clusters) {
    const std::string id = std::to_string(cluster.id), tracks = std::to_string(cluster.tracks);
    text += std::string(4 - std::min<std::size_t>(4, id.size()), ' ') + id + "  " +
            padded_to(one_line(cluster.name), names) + "  " +
            std::string(6 - std::min<std::size_t>(6, tracks.size()), ' ') + tracks + "  " +
            one_line(cluster.words) + "\n";
    for (const std::string& example : cluster.examples)
      text += "        " + one_line(example) + "\n";
  }
  return text;
}

// ---- answers ----

Answer tell_clusters(const app::Caller& caller, const Arguments&) {
  const FoundClusters found = read_map(caller);
  return {.exit = found.map.clusters.empty() ? Exit::kNothing : Exit::kDone,
          .data = list_json(found),
          .text = list_text(found)};
}

Answer draw_map(const app::Caller& caller, const Arguments& arguments) {
  std::optional<OutputFile> picture;
  if (arguments.has("png")) picture.emplace(arguments.text("png"), caller.home.kept_files());
  const auto found = std::make_shared<FoundClusters>(read_map(caller));
  std::string text = head_text(*found);
  if (picture) {
    picture->write(evaluate::cluster_map_png(found->map));
    text = picture->is_standard_output() ? "" : text + "wrote " + picture->path() + "\n";
  }
  return {.data = caller.screen.is_json ? map_json(*found) : Json(), .text = text, .page = [found] {
            return evaluate::cluster_map_html(found->map);
          }};
}

}  // namespace

std::vector<Verb> clusters_verbs() {
  return {
      {.name = "clusters",
       .help = "The kinds of music your tracks fall into",
       .footer = "model.clusters finds them: engine train embedding clusters. Numbers and names "
                 "stay when it is\ntrained again; ranking.clusters tells recipes a track's.\n",
       .answer = tell_clusters},
      {.name = "map",
       .help = "A map of your tracks, near each other where they sound alike",
       .parameters = {{.name = "png",
                       .value_name = "FILE",
                       .help = "Write it as a picture, clusters with their numbers",
                       .is_local = true}},
       .footer = "model.clusters draws it: engine train embedding clusters. The page has every "
                 "track's name and a\nsearch, and needs nothing but itself.\n",
       .answer = draw_map,
       .page_help = "Write a page with the map, to search and to look closer"}};
}

}  // namespace engine::verbs
