#include "plan/track_space.hpp"

#include <algorithm>
#include <array>
#include <cmath>
#include <optional>
#include <string_view>
#include <utility>

#include <nlohmann/json.hpp>

#include "shared/exact_search.hpp"
#include "shared/quantized_rows.hpp"

namespace engine {
namespace {

/// As many rows of a model's matrix may be closed before the open candidates are copied into one of
/// their own: each of them may stand among the nearest and has to be read over.
constexpr std::size_t kMostOtherRows = 256;

constexpr std::size_t kLeastCodedDim = 32;

constexpr std::array kFeatureColumns = {"danceability_or_artist",
                                        "energy_or_artist",
                                        "speechiness_or_artist",
                                        "acousticness_or_artist",
                                        "instrumentalness_or_artist",
                                        "liveness_or_artist",
                                        "valence_or_artist",
                                        "loudness",
                                        "tempo"};
constexpr std::size_t kFeatures = kFeatureColumns.size() + 1;  // and the year
constexpr std::size_t kFeatureDim = kFeatures + 1;             // and the constant
constexpr float kMostDeviations = 3;

/// A model's matrix, and whose its rows are.
struct LearnedSpace {
  std::string name;
  const playlist_matrix* vectors;
  std::span<const std::int64_t> ids;
  std::string_view codes;  // QuantizedRows of it; "" for none
};

struct SpacePlace {
  const char* model;
  std::string vectors, tracks, codes;
};

SpacePlace place_of(const std::string& name) {
  if (name == "als") return {"model.als", "track_factors", "tracks", ""};
  if (name == "embedding") return {"model.embedding", "vectors", "tracks", "codes"};
  return {"model.content", "vectors." + name, "tracks." + name, "codes." + name};
}

/// Nothing where the model is not there, or has no such space; then `why` says so.
std::optional<LearnedSpace> learned_space(ModelShelf* models, const std::string& name,
                                          std::string& why) {
  const SpacePlace place = place_of(name);
  const std::string short_name = std::string(place.model).substr(std::string_view("model.").size());
  const Artifact* artifact = models == nullptr ? nullptr : models->find(place.model);
  if (artifact == nullptr) {
    why = models == nullptr ? "" : models->why_not(place.model);
    if (why.empty())
      why = std::string(place.model) + " has not been trained; train it with: engine train " +
            short_name;
    return std::nullopt;
  }
  const playlist_matrix* vectors = artifact->matrix(place.vectors);
  const playlist_table* tracks = artifact->table(place.tracks);
  const playlist_column* id = tracks == nullptr ? nullptr : find_column(*tracks, "id");
  if (vectors == nullptr || id == nullptr || id->type != PLAYLIST_I64 ||
      vectors->rows != tracks->rows || vectors->columns == 0) {
    why = std::string(place.model) + " has no space \"" + name + "\"";
    return std::nullopt;
  }
  std::uint64_t length = 0;
  const void* codes = artifact->bytes(place.codes, length);
  return LearnedSpace{
      name,
      vectors,
      {static_cast<const std::int64_t*>(id->data), static_cast<std::size_t>(tracks->rows)},
      {static_cast<const char*>(codes), codes == nullptr ? 0 : length}};
}

/// The lists of model.neighbours in that space; nullptr where there are none.
const playlist_lists* neighbour_lists(ModelShelf* models, const std::string& space,
                                      std::span<const std::int64_t>& ids) {
  const Artifact* artifact = models == nullptr ? nullptr : models->find("model.neighbours");
  if (artifact == nullptr) return nullptr;
  const auto card = nlohmann::json::parse(artifact->card(), nullptr, false);
  if (!card.is_object() || card.value("space", "") != space) return nullptr;
  const playlist_lists* lists = artifact->lists("neighbours");
  const playlist_table* tracks = artifact->table("tracks");
  const playlist_column* id = tracks == nullptr ? nullptr : find_column(*tracks, "id");
  if (lists == nullptr || lists->weights == nullptr || id == nullptr || id->type != PLAYLIST_I64 ||
      lists->rows != tracks->rows)
    return nullptr;
  ids = {static_cast<const std::int64_t*>(id->data), static_cast<std::size_t>(tracks->rows)};
  return lists;
}

/// Both ways between the rows of a model and tracks; -1: there is none.
struct RowTracks {
  std::vector<std::int32_t> track_of_row, row_of_track;

  RowTracks() = default;
  RowTracks(std::span<const std::int64_t> ids, const Tables& tables)
      : track_of_row(ids.size(), -1),
        row_of_track(static_cast<std::size_t>(tables.table("tracks")->rows), -1) {
    const auto number = column_of<std::int32_t>(*tables.table("tracks_by_id"), "number");
    for (std::size_t row = 0; row < ids.size(); ++row) {
      const std::int64_t id = ids[row];
      if (id < 0 || static_cast<std::size_t>(id) >= number.size()) continue;
      const std::int32_t track = number[static_cast<std::size_t>(id)];
      if (track < 0) continue;  // of a later import, or gone
      track_of_row[row] = track;
      row_of_track[static_cast<std::size_t>(track)] = static_cast<std::int32_t>(row);
    }
  }
  [[nodiscard]] std::int32_t row(std::int32_t track) const {
    return row_of_track[static_cast<std::size_t>(track)];
  }
};

/// A column as numbers, NaN where missing.
class FeatureColumn {
 public:
  FeatureColumn(const playlist_table& tracks, const char* name)
      : column_(find_column(tracks, name)) {}
  [[nodiscard]] float operator[](std::int32_t track) const {
    if (column_->type == PLAYLIST_F32) return static_cast<const float*>(column_->data)[track];
    const std::int32_t whole = static_cast<const std::int32_t*>(column_->data)[track];
    return whole == INT32_MIN ? std::nanf("") : static_cast<float>(whole);
  }

 private:
  const playlist_column* column_;
};

/// Writes the column's part of each of the tracks' vectors, and marks those that have a value.
void put_feature(const FeatureColumn& column, std::span<const std::int32_t> tracks,
                 std::size_t place, std::vector<float>& vectors, std::vector<bool>& is_known) {
  double sum = 0, squares = 0;
  std::size_t known = 0;
  for (std::size_t k = 0; k < tracks.size(); ++k) {
    const double value = column[tracks[k]];
    if (std::isnan(value)) continue;
    is_known[k] = true;
    sum += value;
    squares += value * value;
    ++known;
  }
  const double count = static_cast<double>(std::max<std::size_t>(1, known));
  const double mean = sum / count, variance = squares / count - mean * mean;
  // What rounding leaves of a column of one value is no spread.
  if (!(variance > 1e-9 * (mean * mean + 1e-9))) return;
  const double deviation = std::sqrt(variance);
  for (std::size_t k = 0; k < tracks.size(); ++k) {
    const double value = column[tracks[k]];
    if (std::isnan(value)) continue;
    vectors[k * kFeatureDim + place] = std::clamp(static_cast<float>((value - mean) / deviation),
                                                  -kMostDeviations, kMostDeviations);
  }
}

void scale_to_length_1(float* vector, std::size_t dim) {
  double squares = 0;
  for (std::size_t k = 0; k < dim; ++k) squares += double{vector[k]} * vector[k];
  const auto scale = static_cast<float>(1 / std::sqrt(squares));
  for (std::size_t k = 0; k < dim; ++k) vector[k] *= scale;
}

}  // namespace

struct TrackSpace::Rows {
  std::string name, why_not;
  const float* data = nullptr;
  std::size_t dim = 0;
  RowTracks rows;                     // of `data`
  std::vector<float> features;        // `data`, where no model has it
  std::string_view codes;             // QuantizedRows of `data`; "" for none
  std::vector<std::uint8_t> is_open;  // by track: a candidate that is not closed
  std::size_t known_candidates = 0;

  /// What nearest() reads: the open candidates, or `data` itself where nearly all of it is open.
  struct Search {
    std::vector<float> copied;
    std::string coded;
    std::vector<std::int32_t> track_of_row;
    shared::RowMatrix matrix{nullptr, 0, 0, {}};
    std::size_t closed = 0;  // rows that are not open now
  };
  std::optional<Search> search;  // made when it is first needed

  const playlist_lists* lists = nullptr;  // where neighbours() goes by them
  RowTracks list_rows;

  explicit Rows(std::size_t tracks) : is_open(tracks) {}

  void use_learned(const LearnedSpace& learned, const Tables& tables) {
    name = learned.name;
    data = static_cast<const float*>(learned.vectors->data);
    dim = learned.vectors->columns;
    codes = learned.codes;
    rows = RowTracks(learned.ids, tables);
    if (name == "als") scale_factors(learned.ids.size());
  }
  void scale_factors(std::size_t count);
  void use_features(const Tables& tables, const Tracks& tracks);
  void use_lists(const playlist_lists& neighbours, std::span<const std::int64_t> ids,
                 const Tables& tables);

  [[nodiscard]] std::size_t known_of(const Tracks& tracks) const;
  void take_candidates(const Tracks& tracks) {
    for (const std::int32_t track : tracks.candidates) {
      is_open[static_cast<std::size_t>(track)] = 1;
      known_candidates += rows.row(track) >= 0 ? 1 : 0;
    }
  }
  [[nodiscard]] bool is_open_track(std::int32_t track) const {
    return track >= 0 && is_open[static_cast<std::size_t>(track)] != 0;
  }

  void prepare_search();
  void copy_open(Search& made) const;
};

/// Factors are of any length; those of length 0 lie nowhere.
void TrackSpace::Rows::scale_factors(std::size_t count) {
  features.assign(data, data + count * dim);
  data = features.data();
  for (std::size_t row = 0; row < count; ++row) {
    float* vector = features.data() + row * dim;
    if (std::any_of(vector, vector + dim, [](float value) { return value != 0; })) {
      scale_to_length_1(vector, dim);
    } else if (const std::int32_t track = std::exchange(rows.track_of_row[row], -1); track >= 0) {
      rows.row_of_track[static_cast<std::size_t>(track)] = -1;
    }
  }
}

void TrackSpace::Rows::use_features(const Tables& tables, const Tracks& tracks) {
  name = "features";
  std::vector<std::int32_t> all(tracks.candidates.begin(), tracks.candidates.end());
  std::vector<bool> is_there(is_open.size());
  for (const std::int32_t track : all) is_there[static_cast<std::size_t>(track)] = true;
  for (const std::int32_t track : tracks.others) {
    if (is_there[static_cast<std::size_t>(track)]) continue;
    is_there[static_cast<std::size_t>(track)] = true;
    all.push_back(track);
  }
  features.resize(all.size() * kFeatureDim);
  std::vector<bool> is_known(all.size());
  const playlist_table& table = *tables.table("tracks");
  for (std::size_t k = 0; k < kFeatureColumns.size(); ++k)
    put_feature(FeatureColumn(table, kFeatureColumns[k]), all, k, features, is_known);
  put_feature(FeatureColumn(table, "year"), all, kFeatureColumns.size(), features, is_known);
  rows.track_of_row.assign(all.size(), -1);
  rows.row_of_track.assign(is_open.size(), -1);
  for (std::size_t k = 0; k < all.size(); ++k) {
    if (!is_known[k]) continue;
    float* vector = features.data() + k * kFeatureDim;
    vector[kFeatures] = std::sqrt(static_cast<float>(kFeatures));
    scale_to_length_1(vector, kFeatureDim);
    rows.track_of_row[k] = all[k];
    rows.row_of_track[static_cast<std::size_t>(all[k])] = static_cast<std::int32_t>(k);
  }
  data = features.data();
  dim = kFeatureDim;
}

void TrackSpace::Rows::use_lists(const playlist_lists& neighbours,
                                 std::span<const std::int64_t> ids, const Tables& tables) {
  RowTracks tracks(ids, tables);
  const auto candidates = static_cast<std::size_t>(
      std::count_if(tracks.track_of_row.begin(), tracks.track_of_row.end(),
                    [&](std::int32_t track) { return is_open_track(track); }));
  if (2 * candidates < ids.size()) return;
  lists = &neighbours;
  list_rows = std::move(tracks);
}

void TrackSpace::Rows::copy_open(Search& made) const {
  for (std::size_t row = 0; row < rows.track_of_row.size(); ++row) {
    const std::int32_t track = rows.track_of_row[row];
    if (!is_open_track(track)) continue;
    made.track_of_row.push_back(track);
    const float* vector = data + row * dim;
    made.copied.insert(made.copied.end(), vector, vector + dim);
  }
  made.closed = 0;
  made.matrix = {made.copied.data(), made.track_of_row.size(), dim, {}};
  // The codes of a row take 64 bytes at least: of short vectors they are no less to read.
  if (made.matrix.rows < shared::QuantizedRows::kFewestRows || dim < kLeastCodedDim) return;
  made.coded = shared::QuantizedRows::encode(made.copied, dim);
  made.matrix.codes = shared::QuantizedRows(made.coded, made.matrix.rows, dim);
}

void TrackSpace::Rows::prepare_search() {
  if (search) return;
  Search& made = search.emplace();
  for (const std::int32_t track : rows.track_of_row) made.closed += is_open_track(track) ? 0 : 1;
  if (made.closed > kMostOtherRows) return copy_open(made);
  made.track_of_row = rows.track_of_row;
  made.matrix = {data, made.track_of_row.size(), dim, {}};
  const shared::QuantizedRows quantized(codes, made.matrix.rows, dim);
  if (!codes.empty() && quantized.is_sound()) made.matrix.codes = quantized;
}

TrackSpace::TrackSpace(std::unique_ptr<Rows> rows) : rows_(std::move(rows)) {}
TrackSpace::TrackSpace(TrackSpace&&) noexcept = default;
TrackSpace::~TrackSpace() = default;

std::size_t TrackSpace::Rows::known_of(const Tracks& tracks) const {
  return static_cast<std::size_t>(
      std::count_if(tracks.candidates.begin(), tracks.candidates.end(),
                    [&](std::int32_t track) { return rows.row(track) >= 0; }));
}

/// The first of the models' spaces that knows half of the candidates, else what knows most of them.
std::unique_ptr<TrackSpace::Rows> TrackSpace::best_space(const Tables& tables, ModelShelf* models,
                                                         const Tracks& tracks) {
  const auto size = static_cast<std::size_t>(tables.table("tracks")->rows);
  std::unique_ptr<Rows> best;
  std::size_t most = 0;
  const auto is_enough = [&] { return best != nullptr && 2 * most >= tracks.candidates.size(); };
  const auto offer = [&](std::unique_ptr<Rows> space) {
    const std::size_t known = space->known_of(tracks);
    if (best != nullptr && known <= most) return;
    best = std::move(space);
    most = known;
  };
  for (const char* name : {"embedding", "audio", "als"}) {
    std::string why;
    const auto learned = is_enough() ? std::nullopt : learned_space(models, name, why);
    if (!learned) continue;
    auto space = std::make_unique<Rows>(size);
    space->use_learned(*learned, tables);
    offer(std::move(space));
  }
  if (is_enough()) return best;
  auto space = std::make_unique<Rows>(size);
  space->use_features(tables, tracks);
  offer(std::move(space));
  return best;
}

TrackSpace TrackSpace::open(const std::string& name, const Tables& tables, ModelShelf* models,
                            const Tracks& tracks) {
  auto made = std::make_unique<Rows>(static_cast<std::size_t>(tables.table("tracks")->rows));
  std::string why_not;
  if (name == "features") {
    made->use_features(tables, tracks);
  } else if (const auto learned =
                 name.empty() ? std::nullopt : learned_space(models, name, why_not)) {
    made->use_learned(*learned, tables);
  } else {
    made = best_space(tables, models, tracks);
    made->why_not = why_not;
  }
  made->take_candidates(tracks);
  std::span<const std::int64_t> ids;
  if (const playlist_lists* lists = neighbour_lists(models, made->name, ids))
    made->use_lists(*lists, ids, tables);
  return TrackSpace(std::move(made));
}

const std::string& TrackSpace::name() const {
  return rows_->name;
}
const std::string& TrackSpace::why_not() const {
  return rows_->why_not;
}
std::size_t TrackSpace::known_candidates() const {
  return rows_->known_candidates;
}

std::span<const float> TrackSpace::vector(std::int32_t track) const {
  const std::int32_t row = rows_->rows.row(track);
  if (row < 0) return {};
  return {rows_->data + static_cast<std::size_t>(row) * rows_->dim, rows_->dim};
}

void TrackSpace::close(std::int32_t track) {
  if (!rows_->is_open_track(track)) return;
  rows_->is_open[static_cast<std::size_t>(track)] = 0;
  if (rows_->search && rows_->rows.row(track) >= 0) ++rows_->search->closed;
}

void TrackSpace::open_again(std::int32_t track) {
  rows_->is_open[static_cast<std::size_t>(track)] = 1;
  rows_->search.reset();  // it may not be among the rows that were copied
}

std::vector<NearTrack> TrackSpace::nearest(std::span<const float> place, std::size_t count) {
  rows_->prepare_search();
  const Rows::Search& search = *rows_->search;
  std::vector<NearTrack> near;
  // Of the best count + closed rows at least `count` are open.
  for (const shared::ScoredRow& row : top_rows(search.matrix, place, count + search.closed)) {
    const std::int32_t track = search.track_of_row[static_cast<std::size_t>(row.row)];
    if (!rows_->is_open_track(track)) continue;
    near.push_back({track, row.score});
    if (near.size() == count) break;
  }
  return near;
}

bool TrackSpace::has_lists() const {
  return rows_->lists != nullptr;
}

std::vector<NearTrack> TrackSpace::neighbours(std::int32_t track, std::size_t count) {
  if (!has_lists()) return nearest(vector(track), count);
  const std::int32_t row = rows_->list_rows.row(track);
  if (row < 0) return {};
  const playlist_lists& lists = *rows_->lists;
  const std::vector<std::int32_t>& track_of_row = rows_->list_rows.track_of_row;
  std::vector<NearTrack> near;
  for (std::uint64_t k = lists.offsets[row]; k < lists.offsets[row + 1]; ++k) {
    if (near.size() == count) break;
    const auto other = static_cast<std::size_t>(lists.values[k]);
    if (other < track_of_row.size() && rows_->is_open_track(track_of_row[other]))
      near.push_back({track_of_row[other], lists.weights[k]});
  }
  return near;
}

}  // namespace engine
