// model.embedding: a short vector for each track, from the features and tags that are chosen.
//
// Each feature is made alike (kernels/content_space.hpp), tags lie on the axes of a truncated SVD
// of their TF-IDF, and make up `tag_share` of a row's spread. The rows are projected onto their
// principal components, as many as keep the share `variance` of it. An autoencoder learns to squeeze
// these places through a bottleneck (kernels/autoencoder.hpp); its codes are the vectors only where
// the 50 tracks nearest by them are more often heard together with a track, in one session or by one
// person, than the 50 nearest by components, by more than two standard errors. All vectors have
// length 1, so that a product of two is the cosine of their angle.
//
// Essential are the features of the sound: of a track that lacks one `missing` says whether it is
// dropped, takes the mean of its artist's tracks and is dropped where those lack it too, or else
// the mean of all. What else is not known is the mean. A feature that is known of no track is left
// out, which is told.
//
// A track that comes later has its vector by what stands in the artifact, without training
// (embedding_space.hpp).
//
// Artifact  matrix "vectors", a row for each row of table "tracks" (id); bytes "codes"
//           (shared/quantized_rows.hpp) where there are many
//           table "clusters" (cluster: a row of matrix "centres", -1 none), table "projection" (x,
//           y: the place on the first two components), both a row for each track
//           tables "features" (name, mean, deviation), "tags" (name, rarity), "weights" (sound,
//           tags), matrices "tag_axes", "components", "mean", bytes "missing", "space": how a track
//           is placed; table "autoencoder" (size, from the inputs to the bottleneck) and matrix
//           "autoencoder", all its numbers, where one was learned
// Card      "tracks", "of" how many, "dropped", "imputed", "missing": of how many tracks an
//           essential feature is not known; "left_out" features; "columns" of a row; "space": pca or
//           autoencoder, "dim"; "pca": "dim" and "variance_kept"; "autoencoder": "dim", "epochs", on
//           tracks that were held out "lost", the share of squares it does not give back, and
//           "pca_lost", that of as many components, null where none was learned; "co_listening":
//           "by" sessions or users, "probes", "chance" and the share of the 50 nearest that are heard
//           with a track, by "pca", "pca_of_same_dim" and "autoencoder", with the "difference" of
//           the last and the first and its "standard_error"; "clusters" and "cluster_cosine", a
//           track's mean to its centre
#include "playlist/plugin.hpp"

#include <algorithm>
#include <charconv>
#include <cmath>
#include <string>
#include <string_view>
#include <vector>

#include "elements.hpp"
#include "embedding_space.hpp"
#include "kernels/spherical_clusters.hpp"
#include "space_choice.hpp"
#include "track_tags.hpp"
#include "training.hpp"

namespace model {
namespace {

std::string in_quotes(const std::vector<std::string>& names) {
  std::string text;
  for (const std::string& name : names)
    text += playlist::concat(text.empty() ? "" : ", ", "\"", name, "\"");
  return text;
}

std::string joined(const std::vector<std::string>& names) {
  std::string text;
  for (const std::string& name : names) text += (text.empty() ? "" : ", ") + name;
  return text;
}

/// "64 32" -> {64, 32}
std::vector<std::size_t> sizes_of(std::string_view text) {
  std::vector<std::size_t> sizes;
  for (const std::string& word : words_of(text)) {
    std::size_t size = 0;
    const auto [end, error] = std::from_chars(word.data(), word.data() + word.size(), size);
    if (error != std::errc() || end != word.data() + word.size() || size < 1 || size > 1'024)
      throw playlist::BadParam(
          playlist::concat("hidden has \"", word, "\", which is no size of a layer: 1 .. 1024"));
    sizes.push_back(size);
  }
  return sizes;
}

/// What is known of all tracks, and what becomes of it.
struct Known {
  FeatureSpace space;
  Vectors rows;                      // before PCA
  std::vector<std::int32_t> tracks;  // number of each row
  std::vector<std::string> left_out;
  std::size_t imputed = 0;
  std::string missing;  // JSON members
};

class EmbeddingModel final : public playlist::Model {
 public:
  static constexpr playlist::Param kParams[] = {
      {"features", kUsualFeatures, "what tells tracks apart; key is a circle"},
      playlist::Param::choice("missing", kMissings, "drop",
                              "tracks that lack a feature of the sound: dropped; the artist's "
                              "mean, else dropped; the artist's mean, else that of all"),
      {"tag_dim", 32, 1, 512, "columns for tags, beside one for each feature"},
      {"tag_share", 0.5, 0, 1, "how much tags count against the other features"},
      {"variance", 0.95, 0.01, 1, "share of the rows' variance that the components keep"},
      {"hidden", "64", "sizes of the autoencoder's layers before the bottleneck, e.g. \"64 32\""},
      {"bottleneck", 0, 0, 512, "numbers of a code; 0: half as many as components"},
      {"epochs", 20, 0, 1'000, "passes of the autoencoder over the tracks, at most; 0: none"},
      {"clusters", 64, 1, 4'096, "clusters; fewer where there are under 2 clusters^2 tracks"},
      {"threads", 0, 0, 256, "threads, 0: all; the result is the same"},
  };

  explicit EmbeddingModel(const playlist::Args& args)
      : features_(chosen_features(args.text("features"))),
        missing_(missing_of(args.text("missing"))),
        tag_dim_(args.count("tag_dim")),
        tag_share_(static_cast<float>(args.number("tag_share"))),
        variance_(args.number("variance")),
        hidden_(sizes_of(args.text("hidden"))),
        bottleneck_(args.count("bottleneck")),
        epochs_(static_cast<int>(args.integer("epochs"))),
        clusters_(args.count("clusters")),
        threads_(thread_count(args.integer("threads"))) {}

  void train(playlist::ModelCall& call) const {
    Known known = read(call);
    call.checkpoint(0.4);
    Embedding embedding{std::move(known.space), principal_components(known.rows, variance_)};
    if (embedding.dim() == 0) throw playlist::NoData(alike(embedding.space, known.tracks.size()));
    call.checkpoint(0.5);
    const Vectors places = projected(embedding.pca, known.rows, threads_);
    const std::string compared = choose_space(call, known.tracks, places,
                                              {hidden_, bottleneck_, epochs_, threads_}, embedding);
    Vectors vectors = places;
    std::vector<std::int32_t> rows = normalise(vectors, kShortestRow);
    if (embedding.is_autoencoded) {
      vectors = codes_of(embedding.autoencoder, places, rows, threads_);
      const std::vector<std::int32_t> kept = normalise(vectors, kShortestRow);
      for (std::size_t k = 0; k < kept.size(); ++k)
        rows[k] = rows[static_cast<std::size_t>(kept[k])];
      rows.resize(kept.size());
    }
    call.checkpoint(0.7);
    const Clusters clusters = clusters_of(call, vectors);
    write_vectors(call, known, rows, vectors);
    write_projection(call, places, rows);
    write_table(call, "clusters", clusters.of_row.size(),
                {column_of("cluster", PLAYLIST_I32, clusters.of_row.data())});
    call.matrix("centres", clusters.centres.values, static_cast<std::uint32_t>(vectors.dim));
    write_embedding(call, embedding);
    call.card(card_of(call, known, embedding, vectors, clusters, compared));
  }

 private:
  // ---- reading ----

  [[nodiscard]] Known read(playlist::ModelCall& call) const {
    Known known;
    TrackFeatures features(call, features_.columns);
    if (features.tracks() == 0)
      throw playlist::NoData("there are no tracks; import some: engine import FILE");
    known.left_out = features.leave_out_unknown();
    known.missing = features.missing_json();
    SparseMatrix tags = features_.has_tags ? tags_of_tracks(call) : SparseMatrix{};
    const bool has_tags = tags.entries() > 0;
    if (features.names().empty() && !has_tags) throw playlist::NoData(nothing_known());
    if (!known.left_out.empty()) call.info("no track has " + joined(known.left_out) + ": left out");
    tags.offsets.resize(features.tracks() + 1, tags.offsets.back());
    const std::string lacking = features.missing_words();
    fit(call, features, tags, has_tags, known);
    take_rows(call, {call, known.space, std::move(features), std::move(tags)}, known);
    if (known.tracks.empty()) throw playlist::NoData(none_complete(known.space, lacking));
    if (known.tracks.size() == 1)
      throw playlist::NoData(
          "of one track only enough is known: to tell tracks apart takes two that differ");
    return known;
  }

  /// What makes rows of what is known.
  void fit(playlist::ModelCall& call, TrackFeatures& features, const SparseMatrix& tags,
           bool has_tags, Known& known) const {
    FeatureSpace& space = known.space;
    space.missing = missing_;
    space.columns = features.names();
    space.standards = features.standards();
    const bool has_circle =
        std::find(space.columns.begin(), space.columns.end(), "key_sin") != space.columns.end();
    const auto count = static_cast<float>(space.columns.size() - (has_circle ? 1 : 0));
    const float share = space.columns.empty() ? 1 : has_tags ? tag_share_ : 0;
    space.sound_weight = count > 0 ? std::sqrt((1 - share) / count) : 0;
    space.tag_weight = std::sqrt(share);
    if (has_tags) fit_tags(call, tags, space);
    if (missing_ != Missing::kDrop) known.imputed = features.take_artists_means();
  }

  void fit_tags(playlist::ModelCall& call, const SparseMatrix& tags, FeatureSpace& space) const {
    TagOptions options;
    options.dim = tag_dim_;
    options.random_seed = call.random("tags").next();
    options.proceed = progress_of(call, 0, 0.4);
    const auto axes = fit_tag_axes(tags, options);
    if (!axes) throw playlist::Cancelled();
    space.axes.dim = axes->dim;
    const playlist::Strings names = call.table("tags")["name"].texts();
    for (std::size_t tag = 0; tag < axes->rarity.size(); ++tag) {
      if (!(axes->rarity[tag] > 0)) continue;
      space.tags.emplace_back(names[tag]);
      space.axes.rarity.push_back(axes->rarity[tag]);
      const auto from = axes->axes.begin() + static_cast<std::ptrdiff_t>(tag * axes->dim);
      space.axes.axes.insert(space.axes.axes.end(), from,
                             from + static_cast<std::ptrdiff_t>(axes->dim));
    }
  }

  static void take_rows(playlist::ModelCall& call, const FeatureRows& rows, Known& known) {
    known.rows.dim = known.space.dim();
    std::vector<float> row(known.rows.dim);
    const std::size_t tracks = call.table("tracks").rows();
    for (std::size_t track = 0; track < tracks; ++track) {
      if (track % 16'384 == 0) call.checkpoint();
      if (!rows.put(track, row.data())) continue;
      known.rows.values.insert(known.rows.values.end(), row.begin(), row.end());
      ++known.rows.rows;
      known.tracks.push_back(static_cast<std::int32_t>(track));
    }
  }

  // ---- what there is nothing to learn from ----

  [[nodiscard]] std::string nothing_known() const {
    return playlist::concat("no track has ", joined(features_.columns),
                            features_.has_tags ? " or tags" : "",
                            "; import a table of tracks that has them (engine help import), or "
                            "choose others: engine train embedding --set features=\"...\"");
  }
  [[nodiscard]] std::string none_complete(const FeatureSpace& space,
                                          const std::string& lacking) const {
    if (lacking.empty() || missing_ == Missing::kMean) return alike(space, 0);
    return playlist::concat(
        "no track has all that is asked for, unknown are ", lacking,
        missing_ == Missing::kDrop
            ? "; let their artists' other tracks tell it: engine train embedding --set "
              "missing=artist"
            : "; ask for less: engine train embedding --set features=\"...\"");
  }
  [[nodiscard]] static std::string alike(const FeatureSpace& space, std::size_t tracks) {
    return playlist::concat("all ", tracks > 0 ? playlist::concat(tracks, " ") : std::string(),
                            "tracks are alike in ", joined(space.columns),
                            space.tags.empty() ? "" : " and tags",
                            ": nothing tells them apart; choose other features: engine train "
                            "embedding --set features=\"...\"");
  }

  // ---- learning and writing ----

  [[nodiscard]] Clusters clusters_of(playlist::ModelCall& call, const Vectors& vectors) const {
    ClusterOptions options;
    options.clusters = clusters_;
    options.random_seed = call.random("clusters").next();
    options.threads = threads_;
    options.proceed = progress_of(call, 0.7, 0.95);
    return spherical_clusters(vectors, options);
  }

  static void write_vectors(playlist::ModelCall& call, const Known& known,
                            const std::vector<std::int32_t>& rows, const Vectors& vectors) {
    const auto id = call.table("tracks")["id"].i64();
    std::vector<std::int64_t> ids;
    for (const std::int32_t row : rows)
      ids.push_back(id[static_cast<std::size_t>(known.tracks[static_cast<std::size_t>(row)])]);
    write_ids(call, "tracks", ids);
    call.matrix("vectors", vectors.values, static_cast<std::uint32_t>(vectors.dim));
    write_codes(call, "codes", vectors.values, vectors.dim);
  }

  static void write_projection(playlist::ModelCall& call, const Vectors& places,
                               const std::vector<std::int32_t>& rows) {
    std::vector<float> x, y;
    for (const std::int32_t row : rows) {
      x.push_back(places.row(row)[0]);
      y.push_back(places.dim > 1 ? places.row(row)[1] : 0);
    }
    write_table(call, "projection", rows.size(),
                {column_of("x", PLAYLIST_F32, x.data()), column_of("y", PLAYLIST_F32, y.data())});
  }

  static std::string card_of(playlist::ModelCall& call, const Known& known,
                             const Embedding& embedding, const Vectors& vectors,
                             const Clusters& clusters, const std::string& compared) {
    const std::size_t of = call.table("tracks").rows();
    const auto tracks = static_cast<std::size_t>(vectors.rows);
    return playlist::concat(
        "{\"tracks\": ", tracks, ", \"of\": ", of, ", \"dropped\": ", of - tracks,
        ", \"imputed\": ", known.imputed, ", \"missing\": {", known.missing, "}, \"left_out\": [",
        in_quotes(known.left_out), "], \"columns\": ", embedding.pca.inputs, ", \"space\": \"",
        embedding.is_autoencoded ? "autoencoder" : "pca", "\", \"dim\": ", embedding.dim(),
        ", \"pca\": {\"dim\": ", embedding.pca.dim,
        ", \"variance_kept\": ", embedding.pca.kept(embedding.pca.dim), "}, ", compared,
        ", \"clusters\": ", clusters.centres.rows, ", \"cluster_cosine\": ", clusters.cosine, "}");
  }

  ChosenFeatures features_;
  Missing missing_;
  std::size_t tag_dim_;
  float tag_share_;
  double variance_;
  std::vector<std::size_t> hidden_;
  std::size_t bottleneck_;
  int epochs_;
  std::size_t clusters_;
  int threads_;
};

}  // namespace
}  // namespace model

constinit const playlist::Element kEmbedding = playlist::element<model::EmbeddingModel>(
    "model.embedding", "A short vector for each track, from features and tags you choose.");
