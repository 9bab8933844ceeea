// model.clusters: into which kinds of music the tracks somebody knows fall, and a map of them.
//
// Tracks lie where the space `space` puts them (track_places.hpp). `method` hdbscan brings them to
// `dim` dimensions by UMAP and finds where they lie close (kernels/umap.hpp, kernels/hdbscan.hpp);
// kmeans finds how many clusters there are, if any, and their means (kernels/cluster_count.hpp).
// Either may say that there are none. The map is a UMAP of two dimensions.
//
// A cluster that has most of the tracks of one of the last version keeps its number and its name
// (cluster_identity.hpp), so that lists and people can go by them; new ones get numbers that none had.
//
// Artifact  table "tracks" (id, ascending; cluster i32, 0: none; distance f32 to the cluster's centre,
//           1 - cosine, missing where there is none; x, y f32: the map)
//           table "clusters" (id i32, 1 ..; name, words; tracks i32; radius f32: the distance that 95
//           of 100 tracks lie within; x, y f32: the middle of its tracks on the map), most tracks
//           first; matrix "centres" (a unit vector each); bytes "space", "source": which vectors;
//           table "next" (id: of the next new cluster)
// Card      "space", "method", "tracks", "of" how many that are known; "clusters", "answer" where
//           there are none; "clustered": share of the tracks that are in one; "silhouette" of those;
//           "stability": how far the same from other random numbers agrees, the adjusted Rand index
//           of the tracks that are in a cluster both times and their share; "sizes" by name; of
//           kmeans "chosen_by" and "tried"; "changed" against the last version: "kept", "new",
//           "gone", "moved": share of the tracks known both times whose cluster is another; "named_by"
//           the language model that named new ones (cluster_namer.hpp)
#include "playlist/plugin.hpp"

#include <algorithm>
#include <cmath>
#include <map>
#include <numeric>
#include <optional>
#include <set>
#include <string>
#include <utility>
#include <vector>

#include "cluster_namer.hpp"
#include "elements.hpp"
#include "kernels/cluster_count.hpp"
#include "kernels/cluster_identity.hpp"
#include "kernels/cluster_measures.hpp"
#include "kernels/cluster_names.hpp"
#include "kernels/hdbscan.hpp"
#include "kernels/umap.hpp"
#include "shared/counted.hpp"
#include "track_places.hpp"
#include "track_tags.hpp"
#include "training.hpp"

namespace model {
namespace {

constexpr const char* kClustersModel = "model.clusters";
constexpr playlist::Choices kMethods{"hdbscan", "kmeans"};
constexpr playlist::Choices kKnown{"heard", "library"};
constexpr std::int64_t kFewestPlaces = 10;
constexpr double kRadiusShare = 0.95;
constexpr double kMapMinDist = 0.1;
/// A tag tells a cluster from the whole where at least this share of its tracks has it, and so many
/// times the whole's share.
constexpr double kLeastTagShare = 0.1, kLeastTagLift = 1.2;
constexpr std::size_t kTags = 3, kArtists = 3;

std::string json_text(std::string_view text) {
  std::string quoted = "\"";
  for (const char c : text) {
    if (c == '"' || c == '\\') quoted += '\\';
    if (static_cast<unsigned char>(c) >= 0x20) quoted += c;
  }
  return quoted + '"';
}

/// Which cluster each row is in, 0 .. count - 1, -1: none; and how that was found.
struct Found {
  std::vector<std::int32_t> of_row;
  std::int32_t count = 0;
  Agreement stability;
  std::string told;  // members of the card
};

/// The last version, of the tracks that it knew.
struct LastClusters {
  std::map<std::int64_t, std::int32_t> place_of_track;  // place of its cluster; -1: none
  std::vector<std::int32_t> ids;
  std::vector<std::string> names;
  std::int32_t next_id = 1;
};

std::optional<LastClusters> read_last(const playlist::Call& call) {
  try {
    LastClusters last;
    const playlist::Table tracks = call.artifact_table(kClustersModel, "tracks"),
                          clusters = call.artifact_table(kClustersModel, "clusters");
    last.next_id = call.artifact_table(kClustersModel, "next")["id"].i32()[0];
    const auto ids = clusters["id"].i32();
    const playlist::Strings names = clusters["name"].texts();
    std::map<std::int32_t, std::int32_t> place{{0, -1}};
    for (std::size_t k = 0; k < ids.size(); ++k) {
      last.ids.push_back(ids[k]);
      last.names.emplace_back(names[k]);
      place.emplace(ids[k], static_cast<std::int32_t>(k));
    }
    const auto track = tracks["id"].i64();
    const auto cluster = tracks["cluster"].i32();
    for (std::size_t row = 0; row < track.size(); ++row)
      last.place_of_track.emplace(track[row], place.at(cluster[row]));
    return last;
  } catch (const playlist::NoData&) {
    return std::nullopt;  // there is none yet
  }
}

/// Who the clusters are: their numbers and names, and what became of the last ones.
struct Identity {
  std::vector<std::int32_t> ids;
  std::vector<std::string> names, words;
  std::int32_t next_id = 1;
  std::string changed;   // "": there was no version before
  std::string named_by;  // the language model that named some now; "": none did
};

class ClusterModel final : public playlist::Model {
 public:
  static constexpr playlist::Param kParams[] = {
      {"space", "embedding", "embedding, or a space of model.content: audio, lyrics, clap ..."},
      playlist::Param::choice("method", kMethods, "hdbscan",
                              "clusters of any shape where tracks lie close, or round ones of all"),
      playlist::Param::choice("over", kKnown, "heard",
                              "the user's library and what they played, or the library alone"),
      {"min_plays", 1, 1, 1'000, "plays of a track that is not in the library"},
      {"min_cluster_size", 15, 2, 10'000, "tracks of a cluster, at least (hdbscan)"},
      {"min_samples", 5, 1, 500, "near tracks that make a place dense (hdbscan)"},
      {"neighbours", 30, 2, 200, "near tracks that UMAP keeps together"},
      {"dim", 20, 2, 64, "dimensions that clusters are looked for in (hdbscan)"},
      {"fewest", 3, 2, 100, "clusters, at least (kmeans)"},
      {"most", 15, 2, 100, "clusters, at most (kmeans)"},
      {"starts", 20, 2, 200, "starts of each number of clusters (kmeans)"},
      {"threads", 0, 0, 256, "threads, 0: all; the result is the same"},
  };

  explicit ClusterModel(const playlist::Args& args)
      : space_(args.text("space")),
        is_hdbscan_(args.text("method") == "hdbscan"),
        is_heard_(args.text("over") == "heard"),
        min_plays_(args.integer("min_plays")),
        min_cluster_size_(args.count("min_cluster_size")),
        min_samples_(args.count("min_samples")),
        neighbours_(args.count("neighbours")),
        dim_(args.count("dim")),
        fewest_(args.count("fewest")),
        most_(args.count("most")),
        starts_(static_cast<int>(args.integer("starts"))),
        threads_(thread_count(args.integer("threads"))) {
    if (most_ < fewest_)
      throw playlist::BadParam(playlist::concat("most, ", most_, ", is less than fewest, ", fewest_,
                                                ": raise most or lower fewest"));
  }

  void train(playlist::ModelCall& call) const {
    call.checkpoint();
    const std::vector<bool> is_known = known_tracks(call);
    const TrackPlaces places = track_places(call, space_, is_known);
    const auto known = std::count(is_known.begin(), is_known.end(), true);
    if (places.vectors.rows < kFewestPlaces)
      throw playlist::NoData(too_few(places.vectors.rows, known));
    const Found found =
        is_hdbscan_ ? by_density(call, places.vectors) : by_means(call, places.vectors);
    UmapOptions options = umap_options(2, kMapMinDist, call.random("map").next());
    options.proceed = progress_of(call, 0.8, 0.98);
    const Vectors map = umap(places.vectors, options);
    const Identity identity = identify(call, places, found);
    write(call, places, found, map, identity);
    call.card(card_of(places, known, found, identity));
  }

 private:
  // ---- what is known ----

  /// In the user's library, or played by them.
  [[nodiscard]] std::vector<bool> known_tracks(playlist::ModelCall& call) const {
    std::vector<std::int64_t> plays(call.table("tracks").rows());
    if (is_heard_) {
      const playlist::Table listens = call.table("listens");
      const auto track = listens["track"].i32();
      const auto is_play = listens["is_play"].u8();
      for (std::size_t row = 0; row < track.size(); ++row)
        plays[static_cast<std::size_t>(track[row])] += is_play[row];
    }
    std::vector<bool> is_known(plays.size());
    for (std::size_t track = 0; track < plays.size(); ++track)
      is_known[track] = plays[track] >= min_plays_;
    for (const std::int32_t track : call.table("library")["track"].i32())
      is_known[static_cast<std::size_t>(track)] = true;
    return is_known;
  }

  [[nodiscard]] std::string too_few(std::int64_t places, std::int64_t known) const {
    return playlist::concat(
        "of ", shared::counted(known, "track"),
        is_heard_ ? " in the library or played, " : " in the library, ", places,
        places == 1 ? " has" : " have", " a place in the space ", space_, ": clusters take ",
        kFewestPlaces, "; ",
        known < kFewestPlaces ? "import what they listen to: engine import FILE"
        : space_ == kEmbeddingSpace
            ? "let artists' other tracks tell the sound that is not known: engine train embedding "
              "clusters --set embedding.missing=artist"
            : "import vectors of more tracks, then: engine train content clusters");
  }

  // ---- finding clusters ----

  [[nodiscard]] UmapOptions umap_options(std::size_t dim, double min_dist,
                                         std::uint64_t seed) const {
    UmapOptions options;
    options.dim = dim;
    options.neighbours = neighbours_;
    options.min_dist = min_dist;
    options.random_seed = seed;
    options.threads = threads_;
    return options;
  }

  [[nodiscard]] DensityClusters dense(playlist::ModelCall& call, const Vectors& vectors,
                                      std::uint64_t seed, double begin) const {
    UmapOptions options = umap_options(dim_, 0, seed);
    options.proceed = progress_of(call, begin, begin + 0.3);
    const Vectors reduced = umap(vectors, options);
    return hdbscan(reduced, {.min_cluster_size = min_cluster_size_,
                             .min_samples = min_samples_,
                             .threads = threads_,
                             .proceed = progress_of(call, begin + 0.3, begin + 0.4)});
  }

  [[nodiscard]] Found by_density(playlist::ModelCall& call, const Vectors& vectors) const {
    DensityClusters clusters = dense(call, vectors, call.random("clusters").next(), 0);
    const DensityClusters again = dense(call, vectors, call.random("again").next(), 0.4);
    Found found;
    found.count = clusters.count;
    found.of_row = std::move(clusters.of_row);
    found.stability = agreement(found.of_row, again.of_row);
    return found;
  }

  [[nodiscard]] Found by_means(playlist::ModelCall& call, const Vectors& vectors) const {
    ClusterCountOptions options;
    options.fewest = fewest_;
    options.most = most_;
    options.starts = starts_;
    options.random_seed = call.random("clusters").next();
    options.threads = threads_;
    options.proceed = progress_of(call, 0, 0.8);
    ClusterCount chosen = choose_cluster_count(vectors, options);
    Found found;
    found.count = static_cast<std::int32_t>(chosen.clusters.centres.rows);
    found.of_row = std::move(chosen.clusters.of_row);
    if (found.count == 0) found.of_row.assign(static_cast<std::size_t>(vectors.rows), -1);
    std::string tried;
    for (const TriedCount& one : chosen.tried) {
      if (static_cast<std::int32_t>(one.clusters) == found.count)
        found.stability = {one.stability, 1};
      tried +=
          playlist::concat(tried.empty() ? "" : ", ", "{\"clusters\": ", one.clusters,
                           ", \"silhouette\": ", one.silhouette, ", \"of_chance\": ", one.of_chance,
                           ", \"stability\": ", one.stability, ", \"inertia\": ", one.inertia, "}");
    }
    const char* by = chosen.by == ChosenBy::kSilhouette ? "silhouette"
                     : chosen.by == ChosenBy::kElbow    ? "elbow"
                                                        : "none";
    found.told = playlist::concat(", \"chosen_by\": \"", by, "\", \"tried\": [", tried, "]");
    return found;
  }

  // ---- who they are ----

  static Identity identify(playlist::ModelCall& call, const TrackPlaces& places,
                           const Found& found) {
    const auto count = static_cast<std::size_t>(found.count);
    std::vector<ClusterPortrait> portraits = portraits_of(call, places, found);
    tell_others(call, places, found, portraits);
    Identity identity;
    identity.ids.assign(count, 0);
    std::vector<std::string> kept(count);
    const std::optional<LastClusters> last = read_last(call);
    if (last) {
      identity.next_id = last->next_id;
      take_over(*last, places, found, identity, kept);
    }
    const AskedNamer namer(call);
    identity.names = cluster_names(portraits, kept, &namer);
    identity.named_by = namer.by();
    std::string added;
    for (std::size_t k = 0; k < count; ++k) {
      identity.words.push_back(cluster_words(portraits[k]));
      if (identity.ids[k] > 0) continue;
      identity.ids[k] = identity.next_id++;
      added += (added.empty() ? "" : ", ") + json_text(identity.names[k]);
    }
    if (last) identity.changed += playlist::concat(", \"new\": [", added, "]}");
    return identity;
  }

  /// Which of the last clusters the present one is; -1: none; -2: it is new.
  static std::int32_t last_of(std::int32_t cluster, const std::vector<std::int32_t>& same) {
    if (cluster < 0) return -1;
    const std::int32_t last = same[static_cast<std::size_t>(cluster)];
    return last < 0 ? -2 : last;
  }

  static void take_over(const LastClusters& last, const TrackPlaces& places, const Found& found,
                        Identity& identity, std::vector<std::string>& kept) {
    std::vector<std::int32_t> before, now;
    for (std::size_t row = 0; row < places.ids.size(); ++row) {
      const auto known = last.place_of_track.find(places.ids[row]);
      if (known == last.place_of_track.end()) continue;
      before.push_back(known->second);
      now.push_back(found.of_row[row]);
    }
    const std::vector<std::int32_t> same = same_clusters(before, last.ids.size(), now, kept.size());
    std::vector<bool> is_gone(last.ids.size(), true);
    std::size_t kept_count = 0;
    for (std::size_t k = 0; k < same.size(); ++k) {
      if (same[k] < 0) continue;
      const auto at = static_cast<std::size_t>(same[k]);
      identity.ids[k] = last.ids[at];
      kept[k] = last.names[at];
      is_gone[at] = false;
      ++kept_count;
    }
    std::size_t moved = 0;
    for (std::size_t k = 0; k < now.size(); ++k) moved += last_of(now[k], same) != before[k];
    std::string gone;
    for (std::size_t at = 0; at < is_gone.size(); ++at)
      if (is_gone[at]) gone += (gone.empty() ? "" : ", ") + json_text(last.names[at]);
    identity.changed = playlist::concat(
        "{\"kept\": ", kept_count, ", \"moved\": ",
        now.empty() ? 0 : static_cast<double>(moved) / static_cast<double>(now.size()),
        ", \"gone\": [", gone, "]");
  }

  /// Numbers of the call's tracks, by row.
  static std::vector<std::size_t> numbers_of(playlist::ModelCall& call, const TrackPlaces& places) {
    const auto ids = call.table("tracks")["id"].i64();
    std::vector<std::size_t> numbers(places.ids.size());
    for (std::size_t track = 0; track < ids.size(); ++track) {
      const auto found = std::lower_bound(places.ids.begin(), places.ids.end(), ids[track]);
      if (found != places.ids.end() && *found == ids[track])
        numbers[static_cast<std::size_t>(found - places.ids.begin())] = track;
    }
    return numbers;
  }

  static std::vector<ClusterPortrait> portraits_of(playlist::ModelCall& call,
                                                   const TrackPlaces& places, const Found& found) {
    std::vector<ClusterPortrait> portraits(static_cast<std::size_t>(found.count));
    if (portraits.empty()) return portraits;
    const std::vector<std::size_t> numbers = numbers_of(call, places);
    const playlist::Table tracks = call.table("tracks");
    tell_sound(tracks["energy"].f32(), numbers, found, &ClusterPortrait::energy, portraits);
    tell_sound(tracks["valence"].f32(), numbers, found, &ClusterPortrait::valence, portraits);
    tell_sound(tracks["acousticness"].f32(), numbers, found, &ClusterPortrait::acousticness,
               portraits);
    tell_tags(call, numbers, found, portraits);
    tell_artists(call, numbers, found, portraits);
    return portraits;
  }

  /// The words of what is known to be heard or liked: of a library's tracks some may be there to be
  /// forgotten, and listens and likes have none of these, and none of private sessions.
  static void tell_others(playlist::ModelCall& call, const TrackPlaces& places, const Found& found,
                          std::vector<ClusterPortrait>& portraits) {
    std::vector<bool> is_told(call.table("tracks").rows());
    for (const char* table : {"listens", "likes"})
      for (const std::int32_t track : call.table(table)["track"].i32())
        is_told[static_cast<std::size_t>(track)] = true;
    Found told = found;
    const std::vector<std::size_t> numbers = numbers_of(call, places);
    for (std::size_t row = 0; row < numbers.size(); ++row)
      if (!is_told[numbers[row]]) told.of_row[row] = -1;
    const std::vector<ClusterPortrait> of_told = portraits_of(call, places, told);
    for (std::size_t k = 0; k < portraits.size(); ++k)
      if (!of_told[k].tags.empty()) portraits[k].told = cluster_words(of_told[k]);
  }

  static void tell_sound(std::span<const float> values, const std::vector<std::size_t>& numbers,
                         const Found& found, double ClusterPortrait::*part,
                         std::vector<ClusterPortrait>& portraits) {
    std::vector<double> sums(portraits.size()), counts(portraits.size());
    double sum = 0, squares = 0, count = 0;
    for (std::size_t row = 0; row < numbers.size(); ++row) {
      const double value = values[numbers[row]];
      if (!std::isfinite(value)) continue;
      sum += value;
      squares += value * value;
      count += 1;
      if (found.of_row[row] < 0) continue;
      sums[static_cast<std::size_t>(found.of_row[row])] += value;
      counts[static_cast<std::size_t>(found.of_row[row])] += 1;
    }
    if (count < 2) return;
    const double mean = sum / count,
                 deviation = std::sqrt(std::max(0.0, squares / count - mean * mean));
    if (!(deviation > 1e-6)) return;
    for (std::size_t k = 0; k < portraits.size(); ++k)
      if (counts[k] > 0) portraits[k].*part = (sums[k] / counts[k] - mean) / deviation;
  }

  static void tell_tags(playlist::ModelCall& call, const std::vector<std::size_t>& numbers,
                        const Found& found, std::vector<ClusterPortrait>& portraits) {
    const SparseMatrix tags = tags_of_tracks(call);
    const playlist::Strings names = call.table("tags")["name"].texts();
    std::vector<std::map<std::int32_t, double>> of_cluster(portraits.size());
    std::vector<double> all(static_cast<std::size_t>(tags.columns)), sizes(portraits.size());
    for (std::size_t row = 0; row < numbers.size(); ++row) {
      const auto track = static_cast<std::int32_t>(numbers[row]);
      const std::int32_t cluster = found.of_row[row];
      if (cluster >= 0) sizes[static_cast<std::size_t>(cluster)] += 1;
      for (std::size_t k = 0; k < tags.row(track).size(); ++k) {
        const double weight = tags.row_values(track)[k];
        all[static_cast<std::size_t>(tags.row(track)[k])] += weight;
        if (cluster >= 0)
          of_cluster[static_cast<std::size_t>(cluster)][tags.row(track)[k]] += weight;
      }
    }
    const auto total = static_cast<double>(numbers.size());
    for (std::size_t k = 0; k < portraits.size(); ++k) {
      std::vector<std::pair<double, std::int32_t>> telling;
      for (const auto& [tag, sum] : of_cluster[k]) {
        const double share = sum / sizes[k],
                     lift = share / (all[static_cast<std::size_t>(tag)] / total);
        if (share >= kLeastTagShare && lift >= kLeastTagLift)
          telling.emplace_back(-share * std::log(lift), tag);
      }
      std::sort(telling.begin(), telling.end());
      for (std::size_t t = 0; t < std::min(kTags, telling.size()); ++t)
        portraits[k].tags.emplace_back(names[static_cast<std::size_t>(telling[t].second)]);
    }
  }

  static void tell_artists(playlist::ModelCall& call, const std::vector<std::size_t>& numbers,
                           const Found& found, std::vector<ClusterPortrait>& portraits) {
    const auto artist_of = call.table("tracks")["artist"].i32();
    const playlist::Strings names = call.table("artists")["name"].texts();
    std::vector<std::map<std::int32_t, std::int64_t>> counts(portraits.size());
    for (std::size_t row = 0; row < numbers.size(); ++row) {
      const std::int32_t artist = artist_of[numbers[row]];
      if (found.of_row[row] >= 0 && artist >= 0)
        ++counts[static_cast<std::size_t>(found.of_row[row])][artist];
    }
    for (std::size_t k = 0; k < portraits.size(); ++k) {
      std::vector<std::pair<std::int64_t, std::int32_t>> most;
      for (const auto& [artist, count] : counts[k]) most.emplace_back(-count, artist);
      std::sort(most.begin(), most.end());
      for (std::size_t a = 0; a < std::min(kArtists, most.size()); ++a)
        portraits[k].artists.emplace_back(names[static_cast<std::size_t>(most[a].second)]);
    }
  }

  // ---- what is told ----

  /// Mean directions; a cluster whose tracks cancel out has its first track's.
  static Vectors centres_of(const Vectors& vectors, const Found& found) {
    std::vector<double> sums(static_cast<std::size_t>(found.count) * vectors.dim);
    std::vector<std::int64_t> first(static_cast<std::size_t>(found.count), -1);
    for (std::int64_t row = 0; row < vectors.rows; ++row) {
      const std::int32_t cluster = found.of_row[static_cast<std::size_t>(row)];
      if (cluster < 0) continue;
      if (first[static_cast<std::size_t>(cluster)] < 0)
        first[static_cast<std::size_t>(cluster)] = row;
      for (std::size_t d = 0; d < vectors.dim; ++d)
        sums[static_cast<std::size_t>(cluster) * vectors.dim + d] += vectors.row(row)[d];
    }
    Vectors centres(found.count, vectors.dim);
    for (std::size_t k = 0; k < first.size(); ++k) {
      double squares = 0;
      for (std::size_t d = 0; d < vectors.dim; ++d)
        squares += sums[k * vectors.dim + d] * sums[k * vectors.dim + d];
      const double length = std::sqrt(squares);
      float* centre = centres.row(static_cast<std::int64_t>(k));
      for (std::size_t d = 0; d < vectors.dim; ++d)
        centre[d] = length > 1e-6 ? static_cast<float>(sums[k * vectors.dim + d] / length)
                                  : vectors.row(first[k])[d];
    }
    return centres;
  }

  static float distance(const float* a, const float* b, std::size_t dim) {
    double product = 0;
    for (std::size_t d = 0; d < dim; ++d) product += double{a[d]} * double{b[d]};
    return static_cast<float>(std::max(0.0, 1 - product));
  }

  static float at_share(std::vector<float> values, double share) {
    std::sort(values.begin(), values.end());
    return values[std::min(values.size() - 1,
                           static_cast<std::size_t>(share * static_cast<double>(values.size())))];
  }

  void write(playlist::ModelCall& call, const TrackPlaces& places, const Found& found,
             const Vectors& map, const Identity& identity) const {
    const auto rows = static_cast<std::size_t>(places.vectors.rows),
               count = static_cast<std::size_t>(found.count);
    const Vectors centres = centres_of(places.vectors, found);
    std::vector<std::int32_t> cluster(rows);
    std::vector<float> apart(rows, playlist::kMissingF32), x(rows), y(rows);
    std::vector<std::vector<float>> distances(count), xs(count), ys(count);
    for (std::size_t row = 0; row < rows; ++row) {
      const auto at = static_cast<std::int64_t>(row);
      x[row] = map.row(at)[0];
      y[row] = map.row(at)[1];
      if (found.of_row[row] < 0) continue;
      const auto own = static_cast<std::size_t>(found.of_row[row]);
      cluster[row] = identity.ids[own];
      apart[row] = distance(places.vectors.row(at), centres.row(found.of_row[row]), centres.dim);
      distances[own].push_back(apart[row]);
      xs[own].push_back(x[row]);
      ys[own].push_back(y[row]);
    }
    write_table(call, "tracks", rows,
                {column_of("id", PLAYLIST_I64, places.ids.data()),
                 column_of("cluster", PLAYLIST_I32, cluster.data()),
                 column_of("distance", PLAYLIST_F32, apart.data()),
                 column_of("x", PLAYLIST_F32, x.data()), column_of("y", PLAYLIST_F32, y.data())});
    std::vector<std::int32_t> sizes;
    std::vector<float> radius, middle_x, middle_y;
    for (std::size_t k = 0; k < count; ++k) {
      sizes.push_back(static_cast<std::int32_t>(distances[k].size()));
      radius.push_back(at_share(distances[k], kRadiusShare));
      middle_x.push_back(at_share(xs[k], 0.5));
      middle_y.push_back(at_share(ys[k], 0.5));
    }
    const TextColumn names(identity.names), words(identity.words);
    write_table(call, "clusters", count,
                {column_of("id", PLAYLIST_I32, identity.ids.data()), names.column("name"),
                 words.column("words"), column_of("tracks", PLAYLIST_I32, sizes.data()),
                 column_of("radius", PLAYLIST_F32, radius.data()),
                 column_of("x", PLAYLIST_F32, middle_x.data()),
                 column_of("y", PLAYLIST_F32, middle_y.data())});
    call.matrix("centres", centres.values, static_cast<std::uint32_t>(places.vectors.dim));
    write_table(call, "next", 1, {column_of("id", PLAYLIST_I32, &identity.next_id)});
    call.bytes("space", space_);
    call.bytes("source", places.source);
  }

  std::string card_of(const TrackPlaces& places, std::int64_t known, const Found& found,
                      const Identity& identity) const {
    std::vector<std::int64_t> sizes(identity.ids.size());
    std::int64_t clustered = 0;
    for (const std::int32_t cluster : found.of_row) {
      if (cluster < 0) continue;
      ++clustered;
      ++sizes[static_cast<std::size_t>(cluster)];
    }
    std::string of_sizes;
    for (std::size_t k = 0; k < sizes.size(); ++k)
      of_sizes +=
          playlist::concat(k == 0 ? "" : ", ", json_text(identity.names[k]), ": ", sizes[k]);
    return playlist::concat(
        "{\"space\": ", json_text(space_), ", \"method\": \"", is_hdbscan_ ? "hdbscan" : "kmeans",
        "\", \"tracks\": ", places.ids.size(), ", \"of\": ", known, ", \"clusters\": ", found.count,
        found.count == 0 ? ", \"answer\": \"there are no clusters\"" : "", ", \"clustered\": ",
        static_cast<double>(clustered) / static_cast<double>(places.ids.size()),
        ", \"silhouette\": ", silhouette(places.vectors, found.of_row, found.count, threads_),
        ", \"stability\": {\"rand_index\": ", found.count == 0 ? 0 : found.stability.rand_index,
        ", \"share\": ", found.stability.share, "}", found.told, ", \"sizes\": {", of_sizes, "}",
        identity.changed.empty() ? "" : ", \"changed\": " + identity.changed,
        identity.named_by.empty() ? "" : ", \"named_by\": " + json_text(identity.named_by), "}");
  }

  std::string space_;
  bool is_hdbscan_, is_heard_;
  std::int64_t min_plays_;
  std::size_t min_cluster_size_, min_samples_, neighbours_, dim_, fewest_, most_;
  int starts_, threads_;
};

}  // namespace
}  // namespace model

constinit const playlist::Element kClusters = playlist::element<model::ClusterModel>(
    "model.clusters", "Into which kinds of music the tracks you know fall, and a map of them.");
