// model.neighbours: the tracks that lie nearest to each track, as a graph.
//
// In the space `space` every track has its `k` nearest others by cosine: by multiplying all pairs
// (shared/row_neighbours.hpp), or above `kMostExact` tracks by a graph that HNSW builds
// (kernels/graph_index.hpp), whose recall@50 is measured. `over` says whether over all tracks that
// have a place there or over those that the user has in their library; then what is learned is
// theirs.
//
// In spaces of many dimensions some tracks are a neighbour of very many and others of none. `hubs`
// says what is done about it: nothing; mutual: neighbours have to name each other; local_scaling:
// in a crowd they have to be nearer (kernels/neighbour_lists.hpp).
//
// Tracks that came after model.embedding was trained are placed by what it keeps, and join the
// lists without all pairs being multiplied anew: training again, as an update does, reads the last
// version of this model, and as long as the vectors it was made of have not changed, new tracks are
// compared with all, and the lists of the old ones take in those that are nearer. Exact lists are
// the same bytes either way. In other spaces a track has a place once model.content is trained.
//
// Artifact  table "tracks" (id, ascending); lists "neighbours": of each row its neighbours' rows,
//           best first, with their cosines
//           to go on from: lists "nearest" where hubs are damped, before that; matrix "inserted",
//           the vectors of the tracks of table "inserted" (id); table "pool" (count: length of the
//           lists before damping), bytes "source": which vectors, and how they were searched
// Card      "space", "tracks", "of" how many of the catalogue or library, "k", "edges"; "index"
//           exact or hnsw, then with breadth and recall_at_50; "inserted": tracks placed after the
//           embedding was learned; "reused": lists taken over from the last version; "before" and,
//           where hubs are damped, "after": "skewness" of how often a track is a neighbour,
//           "never_named" the share that is none, "unreachable" the share that no walk comes to
//           (GraphShape)
#include "playlist/plugin.hpp"

#include <algorithm>
#include <cstring>
#include <optional>
#include <string>
#include <utility>
#include <vector>

#include "elements.hpp"
#include "kernels/graph_index.hpp"
#include "kernels/neighbour_lists.hpp"
#include "kernels/parallel.hpp"
#include "shared/better_row.hpp"
#include "shared/gathered_products.hpp"
#include "shared/neighbour_graph.hpp"
#include "shared/row_neighbours.hpp"
#include "track_places.hpp"
#include "training.hpp"

namespace model {
namespace {

constexpr const char* kSelf = "model.neighbours";
constexpr playlist::Choices kSearches{"auto", "exact", "hnsw"};
constexpr playlist::Choices kDampings{"none", "mutual", "local_scaling"};
constexpr playlist::Choices kScopes{"catalogue", "library"};
/// Up to so many tracks of 64 values two cores should multiply all pairs in less time than one core
/// builds a graph and two search it: reckoned from 13.4 s of processor time for 114,000 tracks and
/// about 100 us to put a track into a graph, and not yet measured (tests/bench/neighbours_bench.cpp).
constexpr std::size_t kMostExact = 200'000;
/// New tracks are compared with all twice; from this share on all pairs are no more work.
constexpr double kMostNew = 0.2;

/// The lists of the last version, in rows of the present places.
struct Previous {
  NeighbourLists lists;
  std::vector<std::int32_t> row;  // of each list
};

class NeighbourModel final : public playlist::Model {
 public:
  static constexpr playlist::Param kParams[] = {
      {"space", "embedding", "embedding, or a space of model.content: audio, lyrics, clap ..."},
      playlist::Param::choice("over", kScopes, "catalogue",
                              "all tracks, or those in the user's library"),
      {"k", 50, 1, 500, "neighbours of a track"},
      playlist::Param::choice("hubs", kDampings, "none",
                              "what keeps a few tracks from being everybody's neighbour"),
      playlist::Param::choice("index", kSearches, "auto",
                              "how they are found; auto: hnsw above 200,000 tracks"),
      {"threads", 0, 0, 256, "threads, 0: all; the result is the same"},
  };

  explicit NeighbourModel(const playlist::Args& args)
      : space_(args.text("space")),
        is_library_(args.text("over") == "library"),
        k_(args.count("k")),
        hubs_(args.text("hubs")),
        index_(args.text("index")),
        threads_(thread_count(args.integer("threads"))) {}

  void train(playlist::ModelCall& call) const {
    call.checkpoint();
    const TrackPlaces places = track_places(call, space_, asked_for(call));
    if (places.ids.size() < 2) throw playlist::NoData(too_few(places.ids.size()));
    const std::size_t pool =
        std::min(hubs_ == "local_scaling" ? 2 * k_ : k_, places.ids.size() - 1);
    Found found = find(call, places, pool);
    const NeighbourLists kept = damped(found.lists);
    write(call, places, pool, found, kept);
    call.card(card_of(call, places, found, kept));
  }

 private:
  /// The lists before hubs are damped, and how they came about.
  struct Found {
    NeighbourLists lists;
    std::string index;  // members of the card
    std::size_t reused = 0;
  };

  // ---- where tracks lie ----

  /// Which of the call's tracks are asked for.
  [[nodiscard]] std::vector<bool> asked_for(playlist::ModelCall& call) const {
    std::vector<bool> is_asked(call.table("tracks").rows(), !is_library_);
    if (is_library_) {
      for (const std::int32_t track : call.table("library")["track"].i32())
        is_asked[static_cast<std::size_t>(track)] = true;
    }
    return is_asked;
  }

  [[nodiscard]] std::string too_few(std::size_t tracks) const {
    const char* where = is_library_ ? " in the user's library" : "";
    return playlist::concat(
        tracks == 0 ? "no track" : "only one track", where, " has a place in the space ", space_,
        ": neighbours take two; ",
        space_ == kEmbeddingSpace
            ? "let artists' other tracks tell the sound that is not known: engine train embedding "
              "neighbours --set embedding.missing=artist"
            : "import vectors of more tracks, then: engine train content neighbours");
  }

  // ---- the lists ----

  Found find(playlist::ModelCall& call, const TrackPlaces& places, std::size_t pool) const {
    const bool is_exact =
        index_ == "exact" || (index_ == "auto" && places.ids.size() <= kMostExact);
    const std::string source = source_of(places, is_exact);
    if (auto previous = previous_of(call, places, pool, source)) {
      const std::size_t reused = previous->row.size();
      return {joined(call, places, pool, *previous), index_of_previous(call), reused};
    }
    return is_exact ? all_pairs(call, places, pool) : by_graph(call, places, pool);
  }

  [[nodiscard]] static std::string source_of(const TrackPlaces& places, bool is_exact) {
    if (places.source.empty()) return {};
    return places.source + (is_exact ? " exact" : " hnsw");
  }

  static shared::RowMatrix matrix_of(const Vectors& vectors) {
    return {vectors.values.data(), static_cast<std::size_t>(vectors.rows), vectors.dim};
  }

  Found all_pairs(playlist::ModelCall& call, const TrackPlaces& places, std::size_t pool) const {
    const shared::RowNeighbours nearest = shared::neighbours_of_rows(
        matrix_of(places.vectors), pool, threads_, progress_of(call, 0.1, 0.9));
    Found found{{}, "\"index\": \"exact\"", 0};
    std::vector<NearRow> list;
    for (std::size_t row = 0; row < places.ids.size(); ++row) {
      list.clear();
      for (std::size_t k = row * nearest.k; k < (row + 1) * nearest.k; ++k)
        list.push_back({nearest.found[k].score, nearest.found[k].row});
      found.lists.append(list);
    }
    return found;
  }

  Found by_graph(playlist::ModelCall& call, const TrackPlaces& places, std::size_t pool) const {
    GraphOptions options;
    options.proceed = progress_of(call, 0.1, 0.7);
    const BuiltGraph graph = build_graph(places.vectors, options);
    const shared::NeighbourGraph view(graph.bytes, places.ids.size());
    std::vector<std::vector<NearRow>> lists(places.ids.size());
    std::vector<shared::GraphSearch> searches(static_cast<std::size_t>(threads_));
    const std::size_t breadth = std::max(graph.breadth, pool + 1);
    for_blocks(
        threads_, places.vectors.rows, 256,
        [&](int thread, std::int64_t begin, std::int64_t end) {
          for (std::int64_t row = begin; row < end; ++row)
            lists[static_cast<std::size_t>(row)] = list_of(
                searches[static_cast<std::size_t>(thread)].best(
                    view, places.vectors.values.data(), places.vectors.dim, places.vectors.row(row),
                    pool + 1, breadth, shared::gathered_products()),
                row, pool);
        },
        progress_of(call, 0.7, 0.9));
    Found found{{},
                playlist::concat("\"index\": \"hnsw\", \"breadth\": ", graph.breadth,
                                 ", \"recall_at_50\": ", graph.recall),
                0};
    for (const auto& list : lists) found.lists.append(list);
    return found;
  }

  /// Without the row itself.
  template <typename Scored>
  static std::vector<NearRow> list_of(const std::vector<Scored>& best, std::int64_t row,
                                      std::size_t pool) {
    std::vector<NearRow> list;
    for (const auto& one : best)
      if (one.row != row && list.size() < pool) list.push_back({one.score, one.row});
    return list;
  }

  // ---- going on from the last version ----

  /// Nothing where it was made of other vectors or in another way, or where most of the work would
  /// have to be done anyway.
  static std::optional<Previous> previous_of(playlist::ModelCall& call, const TrackPlaces& places,
                                             std::size_t pool, const std::string& source) {
    try {
      if (source.empty() || call.artifact_bytes(kSelf, "source") != source) return {};
      const playlist::Table tracks = call.artifact_table(kSelf, "tracks");
      const auto ids = tracks["id"].i64();
      const auto count = call.artifact_table(kSelf, "pool")["count"].i32();
      if (count.empty() || static_cast<std::size_t>(count[0]) != pool) return {};
      Previous previous;
      for (const std::int64_t id : ids) {
        const auto found = std::lower_bound(places.ids.begin(), places.ids.end(), id);
        if (found == places.ids.end() || *found != id) return {};
        previous.row.push_back(static_cast<std::int32_t>(found - places.ids.begin()));
      }
      const auto added = static_cast<double>(places.ids.size() - ids.size());
      if (added > kMostNew * static_cast<double>(ids.size())) return {};
      if (!has_same_inserted(call, places)) return {};
      read_lists(call, previous);
      return previous;
    } catch (const playlist::NoData&) {
      return {};  // there is none yet
    }
  }

  /// What was placed after the embedding was learned still lies where it did.
  static bool has_same_inserted(playlist::ModelCall& call, const TrackPlaces& places) {
    const playlist::Matrix vectors = call.artifact_matrix(kSelf, "inserted");
    const auto ids = call.artifact_table(kSelf, "inserted")["id"].i64();
    for (std::size_t k = 0; k < ids.size(); ++k) {
      const auto found = std::lower_bound(places.ids.begin(), places.ids.end(), ids[k]);
      if (found == places.ids.end() || *found != ids[k]) return false;
      const auto vector = vectors[static_cast<std::int64_t>(k)];
      if (std::memcmp(vector.data(), places.vectors.row(found - places.ids.begin()),
                      vector.size_bytes()) != 0)
        return false;
    }
    return true;
  }

  static void read_lists(playlist::ModelCall& call, Previous& previous) {
    const bool is_damped = call.artifact_table(kSelf, "pool")["is_damped"].u8()[0] != 0;
    const playlist::Lists lists = call.artifact_lists(kSelf, is_damped ? "nearest" : "neighbours");
    std::vector<NearRow> list;
    for (std::size_t row = 0; row < previous.row.size(); ++row) {
      const auto rows = lists[static_cast<std::int64_t>(row)];
      const auto cosines = lists.weights(static_cast<std::int64_t>(row));
      list.clear();
      for (std::size_t k = 0; k < rows.size(); ++k)
        list.push_back({cosines[k], previous.row[static_cast<std::size_t>(rows[k])]});
      previous.lists.append(list);
    }
  }

  [[nodiscard]] static std::string index_of_previous(playlist::ModelCall& call) {
    return call.artifact_bytes(kSelf, "source").ends_with(" exact") ? "\"index\": \"exact\""
                                                                    : "\"index\": \"hnsw\"";
  }

  NeighbourLists joined(playlist::ModelCall& call, const TrackPlaces& places, std::size_t pool,
                        const Previous& previous) const {
    const std::size_t dim = places.vectors.dim;
    std::vector<std::int32_t> list_of_row(places.ids.size(), -1), added;
    for (std::size_t k = 0; k < previous.row.size(); ++k)
      list_of_row[static_cast<std::size_t>(previous.row[k])] = static_cast<std::int32_t>(k);
    Vectors added_vectors(0, dim);
    for (std::size_t row = 0; row < list_of_row.size(); ++row) {
      if (list_of_row[row] >= 0) continue;
      added.push_back(static_cast<std::int32_t>(row));
      const float* vector = places.vectors.row(static_cast<std::int64_t>(row));
      added_vectors.values.insert(added_vectors.values.end(), vector, vector + dim);
      ++added_vectors.rows;
    }
    if (added.empty()) return previous.lists;
    const auto of_added = shared::top_rows_of_each(matrix_of(places.vectors), added_vectors.values,
                                                   pool + 1, threads_);
    call.checkpoint(0.5);
    const auto nearer =
        shared::top_rows_of_each(matrix_of(added_vectors), places.vectors.values, pool, threads_);
    call.checkpoint(0.9);
    NeighbourLists lists;
    std::size_t next_added = 0;
    for (std::size_t row = 0; row < list_of_row.size(); ++row) {
      if (list_of_row[row] < 0) {
        lists.append(list_of(of_added[next_added++], static_cast<std::int64_t>(row), pool));
      } else {
        lists.append(with_nearer(previous.lists[static_cast<std::size_t>(list_of_row[row])],
                                 nearer[row], added, pool));
      }
    }
    return lists;
  }

  /// `nearer` are rows of `added`.
  static std::vector<NearRow> with_nearer(std::span<const NearRow> list,
                                          const std::vector<shared::ScoredRow>& nearer,
                                          const std::vector<std::int32_t>& added,
                                          std::size_t pool) {
    std::vector<shared::ScoredRow> all;
    for (const NearRow& one : list) all.push_back({one.cosine, one.row});
    for (const shared::ScoredRow& one : nearer)
      all.push_back({one.score, added[static_cast<std::size_t>(one.row)]});
    std::sort(all.begin(), all.end(), shared::kIsBetterRow);
    std::vector<NearRow> best;
    for (std::size_t k = 0; k < std::min(pool, all.size()); ++k)
      best.push_back({all[k].score, all[k].row});
    return best;
  }

  // ---- what is told ----

  [[nodiscard]] NeighbourLists damped(const NeighbourLists& lists) const {
    if (hubs_ == "mutual") return mutual_neighbours(lists);
    if (hubs_ == "local_scaling") return locally_scaled(lists, k_);
    return lists;
  }

  static void write_neighbours(playlist::ModelCall& call, const char* name,
                               const NeighbourLists& lists) {
    std::vector<std::int32_t> rows;
    std::vector<float> cosines;
    for (const NearRow& neighbour : lists.all()) {
      rows.push_back(neighbour.row);
      cosines.push_back(neighbour.cosine);
    }
    call.lists(name,
               playlist_lists{sizeof(playlist_lists), 0, static_cast<std::int64_t>(lists.rows()),
                              lists.offsets().data(), rows.data(), cosines.data()});
  }

  void write(playlist::ModelCall& call, const TrackPlaces& places, std::size_t pool,
             const Found& found, const NeighbourLists& kept) const {
    write_ids(call, "tracks", places.ids);
    write_neighbours(call, "neighbours", kept);
    const std::uint8_t is_damped = hubs_ != "none";
    if (is_damped != 0) write_neighbours(call, "nearest", found.lists);
    const auto count = static_cast<std::int32_t>(pool);
    write_table(call, "pool", 1,
                {column_of("count", PLAYLIST_I32, &count),
                 column_of("is_damped", PLAYLIST_U8, &is_damped)});
    std::vector<std::int64_t> ids;
    std::vector<float> vectors;
    for (const std::size_t row : places.inserted) {
      ids.push_back(places.ids[row]);
      const float* vector = places.vectors.row(static_cast<std::int64_t>(row));
      vectors.insert(vectors.end(), vector, vector + places.vectors.dim);
    }
    write_ids(call, "inserted", ids);
    call.matrix("inserted", vectors, static_cast<std::uint32_t>(places.vectors.dim));
    call.bytes("source", source_of(places, found.index.find("exact") != std::string::npos));
  }

  static std::string shape_json(const GraphShape& shape) {
    return playlist::concat("{\"skewness\": ", shape.skewness,
                            ", \"never_named\": ", shape.never_named,
                            ", \"unreachable\": ", shape.unreachable, "}");
  }

  std::string card_of(playlist::ModelCall& call, const TrackPlaces& places, const Found& found,
                      const NeighbourLists& kept) const {
    const std::vector<bool> is_asked = asked_for(call);
    const NeighbourLists before =
        hubs_ == "local_scaling" ? first_of_each(found.lists, k_) : NeighbourLists();
    return playlist::concat(
        "{\"space\": \"", space_, "\", \"tracks\": ", places.ids.size(),
        ", \"of\": ", std::count(is_asked.begin(), is_asked.end(), true), ", \"k\": ", k_,
        ", \"edges\": ", kept.all().size(), ", ", found.index,
        ", \"inserted\": ", places.inserted.size(), ", \"reused\": ", found.reused,
        ", \"before\": ", shape_json(shape_of(before.rows() > 0 ? before : found.lists)),
        hubs_ == "none" ? "" : ", \"after\": " + shape_json(shape_of(kept)), "}");
  }

  std::string space_;
  bool is_library_;
  std::size_t k_;
  std::string hubs_, index_;
  int threads_;
};

}  // namespace
}  // namespace model

constinit const playlist::Element kNeighbours = playlist::element<model::NeighbourModel>(
    "model.neighbours", "The tracks that lie nearest to each track, as a graph.");
