#include "track_places.hpp"

#include <algorithm>
#include <utility>

#include "embedding_space.hpp"
#include "shared/model_version.hpp"

namespace model {
namespace {

/// One place after another, put in order at the end.
class PlaceList {
 public:
  explicit PlaceList(std::size_t dim) : dim_(dim) {}
  void add(std::int64_t id, const float* vector, bool is_inserted) {
    entries_.push_back({id, entries_.size(), is_inserted});
    values_.insert(values_.end(), vector, vector + dim_);
  }
  [[nodiscard]] TrackPlaces sorted() {
    std::sort(entries_.begin(), entries_.end(),
              [](const Entry& a, const Entry& b) { return a.id < b.id; });
    TrackPlaces places;
    places.vectors = Vectors(static_cast<std::int64_t>(entries_.size()), dim_);
    for (std::size_t row = 0; row < entries_.size(); ++row) {
      places.ids.push_back(entries_[row].id);
      std::copy_n(values_.data() + entries_[row].at * dim_, dim_,
                  places.vectors.row(static_cast<std::int64_t>(row)));
      if (entries_[row].is_inserted) places.inserted.push_back(row);
    }
    return places;
  }

 private:
  struct Entry {
    std::int64_t id;
    std::size_t at;
    bool is_inserted;
  };
  std::size_t dim_;
  std::vector<Entry> entries_;
  std::vector<float> values_;
};

/// Those of the tracks of which enough is known.
void insert(playlist::ModelCall& call, const std::vector<std::size_t>& tracks, std::size_t dim,
            PlaceList& list) {
  if (tracks.empty()) return;
  const TrackEmbedder embedder(call);
  const auto ids = call.table("tracks")["id"].i64();
  std::vector<float> vector(dim);
  for (std::size_t k = 0; k < tracks.size(); ++k) {
    if (k % 16'384 == 0) call.checkpoint();
    if (embedder.embed(tracks[k], vector.data())) list.add(ids[tracks[k]], vector.data(), true);
  }
}

}  // namespace

TrackPlaces track_places(playlist::ModelCall& call, const std::string& space,
                         const std::vector<bool>& is_asked) {
  const bool is_embedding = space == kEmbeddingSpace;
  const char* const model = is_embedding ? "model.embedding" : "model.content";
  const std::string of_space = is_embedding ? "" : "." + space;
  const playlist::Matrix matrix = call.artifact_matrix(model, ("vectors" + of_space).c_str());
  const auto known = call.artifact_table(model, ("tracks" + of_space).c_str())["id"].i64();
  const auto ids = call.table("tracks")["id"].i64();
  std::vector<std::pair<std::int64_t, std::size_t>> row_of;
  for (std::size_t row = 0; row < known.size(); ++row) row_of.emplace_back(known[row], row);
  std::sort(row_of.begin(), row_of.end());
  PlaceList list(matrix.columns());
  std::vector<std::size_t> unknown;
  for (std::size_t track = 0; track < ids.size(); ++track) {
    if (!is_asked[track]) continue;
    const auto found =
        std::lower_bound(row_of.begin(), row_of.end(), std::pair(ids[track], std::size_t{0}));
    if (found != row_of.end() && found->first == ids[track]) {
      list.add(ids[track], matrix[static_cast<std::int64_t>(found->second)].data(), false);
    } else {
      unknown.push_back(track);
    }
  }
  if (is_embedding) insert(call, unknown, matrix.columns(), list);
  TrackPlaces places = list.sorted();
  places.source = shared::hash_of(call, model);
  return places;
}

}  // namespace model
