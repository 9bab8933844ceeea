// recall.content: tracks that lie near the seeds in a space of model.content.
//
//   user vector  u = sum over seeds s of weight(s) v(s), scaled to length 1
//   score(c) = <u, v(c)>, the cosine of their angle, in (0, 1]
//
// weight is the seed's score: above 0 it draws towards it, below 0 (a skip) away from it, 0 leaves
// it out; 1 where it has none. Seeds that the model does not know are left out, seeds are never
// candidates, and tracks at a right angle or beyond are not alike at all. The explanation names the
// seed that lies nearest to the candidate, of the `kExplaining` of largest weight; where even that
// one is at a right angle or beyond, they are near it together only, or nothing but skips speak.
//
// All vectors are read, unless the model has a graph of near neighbours for the space, which finds
// nearly all of the best without.
#include "playlist/plugin.hpp"

#include <algorithm>
#include <cmath>
#include <cstdint>
#include <numeric>
#include <optional>
#include <span>
#include <string>
#include <vector>

#include "elements.hpp"
#include "kernels/nearest_seed.hpp"
#include "row_codes.hpp"
#include "shared/exact_search.hpp"
#include "shared/gathered_products.hpp"
#include "shared/model_rows.hpp"
#include "shared/neighbour_graph.hpp"
#include "shared/seed_reasons.hpp"

namespace {

constexpr const char* kContentModel = "model.content";
constexpr std::size_t kExplaining = 64;
constexpr std::size_t kWidest = 32;  // a graph is searched for less than this part of the rows

/// A seed that the model knows.
struct KnownSeed {
  std::int32_t track, row;
  float weight;
};

struct NearTrack {
  std::int32_t track, row;
  float score;
};

/// One space of the model, for the tracks of this load.
struct Space {
  Space(playlist::RecallCall& call, const std::string& name)
      : vectors(call.artifact_matrix(kContentModel, ("vectors." + name).c_str())),
        codes(recall::row_codes(call, kContentModel, "codes." + name, vectors.rows(),
                                vectors.columns())),
        rows(call, "tracks",
             call.artifact_table(kContentModel, ("tracks." + name).c_str())["id"].i64(),
             kContentModel, "tracks." + name) {
    try {
      graph.emplace(call.artifact_bytes(kContentModel, ("graph." + name).c_str()), vectors.rows());
    } catch (const playlist::NoData&) {
      return;  // it is small enough to be read
    }
    if (graph->is_sound()) return;
    call.warning(playlist::concat(kContentModel, ": the graph of space ", name, " is not used, as ",
                                  graph->problem()));
    graph.reset();
  }

  /// The best rows, best first, equal ones by row.
  [[nodiscard]] std::vector<shared::ScoredRow> top_rows(const std::vector<float>& query,
                                                        std::size_t count) const {
    // Its breadth is one for 50 rows; more rows take a wider search to be found as surely, and very
    // many are sooner found by reading.
    const std::size_t breadth = graph ? std::max(graph->breadth(), count + count / 2) : 0;
    if (!graph || breadth > vectors.rows() / kWidest)
      return shared::top_rows({vectors.data(), vectors.rows(), vectors.columns(), codes}, query,
                              count);
    shared::GraphSearch search;
    std::vector<shared::ScoredRow> rows_found;
    for (const auto& row : search.best(*graph, vectors.data(), vectors.columns(), query.data(),
                                       count, breadth, shared::gathered_products()))
      rows_found.push_back({row.score, row.row});
    return rows_found;
  }

  playlist::Matrix vectors;
  shared::QuantizedRows codes;
  shared::ModelRows rows;
  std::optional<shared::NeighbourGraph> graph;
};

class ContentRecall final : public playlist::Recall {
 public:
  static constexpr playlist::Param kParams[] = {
      playlist::Param::tracks("seeds", "tracks to start from, e.g. user.likes").required(),
      {"space", "audio", "the space: audio, lyrics, or one that was imported, such as clap"},
      {"limit", 500, 1, 1'000'000, "candidates to return"},
  };
  static constexpr std::span<const playlist::Field> kOutputs{shared::kSeedOutputs};

  explicit ContentRecall(const playlist::Args& args)
      : seeds_(args.tracks("seeds")), space_(args.text("space")), limit_(args.count("limit")) {}

  playlist::Candidates recall(playlist::RecallCall& call) const {
    if (seeds_.empty()) throw playlist::NoData("there are no seeds");
    const Space space = find_space(call);
    const std::vector<KnownSeed> known = known_seeds(space);
    if (known.empty()) {
      throw playlist::NoData(
          playlist::concat(kContentModel, " knows none of the seeds in the space ", space_));
    }
    call.checkpoint();
    return nearest(call, space, known, user_vector(space, known));
  }

 private:
  [[nodiscard]] Space find_space(playlist::RecallCall& call) const {
    try {
      return {call, space_};
    } catch (const playlist::NoData&) {
      // Throws where nobody trained the model.
      static_cast<void>(call.artifact_card(kContentModel));
      throw playlist::NoData(playlist::concat(kContentModel, " has no vectors of the space ",
                                              space_,
                                              "; train it again with: engine train content"));
    }
  }

  [[nodiscard]] std::vector<KnownSeed> known_seeds(const Space& space) const {
    const auto track = seeds_.track();
    const auto score = seeds_.score();
    std::vector<KnownSeed> known;
    for (std::size_t k = 0; k < track.size(); ++k) {
      const float weight = std::isnan(score[k]) ? 1 : score[k];
      const std::int32_t row = weight == 0 ? -1 : space.rows.row(track[k]);
      if (row >= 0) known.push_back({track[k], row, weight});
    }
    return known;
  }

  /// Throws NoData where the seeds cancel each other out.
  [[nodiscard]] static std::vector<float> user_vector(const Space& space,
                                                      const std::vector<KnownSeed>& known) {
    std::vector<double> sum(space.vectors.columns());
    double weights = 0;
    for (const KnownSeed& seed : known) {
      const auto vector = space.vectors[seed.row];
      for (std::size_t k = 0; k < sum.size(); ++k) sum[k] += seed.weight * vector[k];
      weights += std::abs(seed.weight);
    }
    double squares = 0;
    for (const double value : sum) squares += value * value;
    const double length = std::sqrt(squares);
    if (!(length > 1e-6 * weights))
      throw playlist::NoData("what draws towards the seeds and away from them is equally strong");
    std::vector<float> vector(sum.size());
    for (std::size_t k = 0; k < sum.size(); ++k) vector[k] = static_cast<float>(sum[k] / length);
    return vector;
  }

  [[nodiscard]] playlist::Candidates nearest(playlist::RecallCall& call, const Space& space,
                                             const std::vector<KnownSeed>& known,
                                             const std::vector<float>& user) const {
    const std::vector<NearTrack> found = nearest_tracks(call, space, user);
    playlist::Candidates candidates = call.candidates();
    candidates.reserve(found.size());
    explain(call, space, known, found, candidates);
    return candidates;
  }

  /// The best tracks that are no seeds, as many as are wanted where there are.
  [[nodiscard]] std::vector<NearTrack> nearest_tracks(playlist::RecallCall& call,
                                                      const Space& space,
                                                      const std::vector<float>& user) const {
    std::vector<std::int32_t> seeds(seeds_.track().begin(), seeds_.track().end());
    std::sort(seeds.begin(), seeds.end());
    std::vector<NearTrack> found;
    // Seeds, and tracks that this load does not know, are among the rows: more of them are asked
    // for until enough are left.
    for (std::size_t count = limit_ + seeds.size();; count *= 2) {
      call.checkpoint();
      const auto rows = space.top_rows(user, count);
      found.clear();
      for (const shared::ScoredRow& one : rows) {
        const std::int32_t track = space.rows.number(one.row);
        if (!(one.score > 0) || found.size() == limit_) break;
        if (track >= 0 && !std::binary_search(seeds.begin(), seeds.end(), track))
          found.push_back({track, one.row, std::min(one.score, 1.0f)});
      }
      const bool is_all = rows.size() < count || !(rows.back().score > 0);
      if (found.size() == limit_ || is_all) return found;
    }
  }

  /// Adds what was found with the seed that lies nearest to each.
  void explain(playlist::RecallCall& call, const Space& space, const std::vector<KnownSeed>& known,
               const std::vector<NearTrack>& found, playlist::Candidates& candidates) const {
    // A space that was imported says nothing of what it is a space of.
    const std::string in = space_ == "audio" ? " in sound and tags" : " in the space " + space_;
    std::vector<KnownSeed> seeds;
    for (const KnownSeed& seed : known) {
      if (seed.weight > 0) seeds.push_back(seed);
    }
    const shared::SeedTexts by_none{seeds.empty()
                                        ? call.because("CONTENT: unlike what you skipped", in)
                                        : call.because("CONTENT: between your tracks", in)};
    std::stable_sort(seeds.begin(), seeds.end(),
                     [](const KnownSeed& a, const KnownSeed& b) { return a.weight > b.weight; });
    if (seeds.size() > kExplaining) seeds.erase(seeds.begin() + kExplaining, seeds.end());
    const std::vector<std::int32_t> nearest = nearest_of(space, seeds, found);
    const playlist::Table tracks = call.table("tracks");
    std::vector<shared::SeedTexts> texts(seeds.size());
    for (std::size_t k = 0; k < found.size(); ++k) {
      const shared::SeedTexts* told = &by_none;
      if (!nearest.empty()) {
        const auto at = static_cast<std::size_t>(nearest[k]);
        if (cosine(space, seeds[at].row, found[k].row) > 0) {
          if (!texts[at].is_made()) {
            const std::string seed = shared::named_track(tracks, seeds[at].track);
            texts[at] = {call.because("CONTENT: near ", seed, in), call.text(seed)};
          }
          told = &texts[at];
        }
      }
      // A cosine is no sum of what the seeds gave.
      shared::add_candidate(candidates, found[k].track, found[k].score, *told,
                            playlist::kMissingF32);
    }
  }

  /// Of each track found the nearest of the seeds, as its place among them; none without seeds.
  [[nodiscard]] static std::vector<std::int32_t> nearest_of(const Space& space,
                                                            const std::vector<KnownSeed>& seeds,
                                                            const std::vector<NearTrack>& found) {
    if (seeds.empty()) return {};
    std::vector<float> of_seeds;
    for (const KnownSeed& seed : seeds) append(of_seeds, space.vectors[seed.row]);
    std::vector<const float*> of_found;
    for (const NearTrack& one : found) of_found.push_back(space.vectors[one.row].data());
    return recall::nearest_seeds({of_seeds.data(), seeds.size(), space.vectors.columns()},
                                 of_found);
  }

  /// Vectors are one long.
  [[nodiscard]] static float cosine(const Space& space, std::int32_t a, std::int32_t b) {
    const auto of_a = space.vectors[a], of_b = space.vectors[b];
    return std::inner_product(of_a.begin(), of_a.end(), of_b.begin(), 0.0f);
  }

  static void append(std::vector<float>& values, std::span<const float> row) {
    values.insert(values.end(), row.begin(), row.end());
  }

  playlist::Tracks seeds_;
  std::string space_;
  std::size_t limit_;
};

}  // namespace

constinit const playlist::Element kContent = playlist::element<ContentRecall>(
    "recall.content",
    "Tracks near the seeds by sound and tags, by what is sung, or by imported vectors.");
