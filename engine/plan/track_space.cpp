#include "plan/track_space.hpp"

#include <algorithm>
#include <array>
#include <cmath>
#include <limits>
#include <optional>
#include <string_view>
#include <utility>

#include <nlohmann/json.hpp>

#include "plan/track_ranks.hpp"
#include "shared/exact_search.hpp"
#include "shared/model_rows.hpp"
#include "shared/quantized_rows.hpp"
#include "shared/sound_columns.hpp"

namespace engine {
namespace {

/// As many rows of a model's matrix may be closed before the open candidates are copied into one of
/// their own: each of them may stand among the nearest and has to be read over.
constexpr std::size_t kMostOtherRows = 256;

constexpr std::size_t kLeastCodedDim = 32;

constexpr std::size_t kFeatures = shared::kSoundColumns.size() + 1;  // and the year
constexpr std::size_t kFeatureDim = kFeatures + 1;                   // and the constant

/// A model's matrix, and whose its rows are.
struct LearnedSpace {
  std::string name;
  const playlist_matrix* vectors;
  std::span<const std::int64_t> ids;
  std::string_view codes;                     // QuantizedRows of it; "" for none
  const playlist_lists* listeners = nullptr;  // of each row, where people make the space
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
  const playlist_lists* listeners = name == "als" ? artifact->lists("track_listeners") : nullptr;
  if (listeners != nullptr && listeners->rows != vectors->rows) {
    why = "model.als tells of other tracks who plays them than it has factors of";
    return std::nullopt;
  }
  std::uint64_t length = 0;
  const void* codes = artifact->bytes(place.codes, length);
  return LearnedSpace{
      name,
      vectors,
      {static_cast<const std::int64_t*>(id->data), static_cast<std::size_t>(tracks->rows)},
      {static_cast<const char*>(codes), codes == nullptr ? 0 : length},
      listeners};
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

/// Both ways between the rows of a space and tracks; -1: there is none. No table of all rows is
/// built: a walk looks a few thousand of them up, whatever the size of the library.
class SpaceRows {
 public:
  SpaceRows() = default;
  /// How many tracks it will be asked the rows of: for many a look at all rows first pays.
  enum class Asked { kFew, kMany };
  /// Of a model, whose ids are kept as a view.
  SpaceRows(const Tables& tables, std::span<const std::int64_t> model, Asked asked)
      : size_(model.size()),
        model_(model),
        number_of_id_(column_of<std::int32_t>(*tables.table("tracks_by_id"), "number")),
        of_model_(std::in_place, column_of<std::int64_t>(*tables.table("tracks"), "id"), model,
                  number_of_id_) {
    if (asked == Asked::kMany) rank(static_cast<std::size_t>(tables.table("tracks")->rows));
  }
  /// Of these tracks, each once.
  SpaceRows(std::vector<std::int32_t> track_of_row, std::size_t tracks)
      : size_(track_of_row.size()), track_of_row_(std::move(track_of_row)) {
    rank(tracks);
    if (ranks_) return;
    row_of_track_.assign(tracks, -1);
    for (std::size_t row = 0; row < size_; ++row)
      row_of_track_[static_cast<std::size_t>(track_of_row_[row])] = static_cast<std::int32_t>(row);
  }

  [[nodiscard]] std::size_t size() const { return size_; }
  [[nodiscard]] std::int32_t row(std::int32_t track) const {
    const std::int32_t row = ranks_      ? ranks_->place(track)
                             : of_model_ ? of_model_->row(track)
                                         : row_of_track_[static_cast<std::size_t>(track)];
    return row >= 0 && is_nowhere(row) ? -1 : row;
  }
  [[nodiscard]] std::int32_t track(std::int32_t row) const {
    return is_nowhere(row) ? -1 : track_or_nowhere(row);
  }
  /// Such a row is no track's.
  void leave_out(std::size_t row) {
    nowhere_.resize(size());
    nowhere_[row] = true;
  }
  /// How many rows are those of tracks in the set; `enough` where they are that many or more.
  [[nodiscard]] std::size_t count(
      const TrackBits& tracks, std::size_t enough = std::numeric_limits<std::size_t>::max()) const {
    if (ranks_ && nowhere_.empty()) return std::min(enough, ranks_->tracks().count_common(tracks));
    std::size_t count = 0;
    for (std::size_t row = 0; row < size_ && count < enough; ++row) {
      const std::int32_t track = this->track(static_cast<std::int32_t>(row));
      count += track >= 0 && tracks.has(track) ? 1 : 0;
    }
    return count;
  }

 private:
  /// Where tracks ascend from row to row: a model's rows mostly stand in the order of the library.
  void rank(std::size_t tracks) {
    TrackBits known(tracks);
    std::size_t row = 0;
    std::int32_t last = -1;
    known.add_all([&] {
      if (row == size_) return -1;
      const std::int32_t track = track_or_nowhere(static_cast<std::int32_t>(row));
      if (track <= last) return -1;
      ++row;
      return last = track;
    });
    // What is not known yet as of now stands at the end.
    while (row < size_ && track_or_nowhere(static_cast<std::int32_t>(row)) < 0) ++row;
    if (row == size_) ranks_.emplace(std::move(known));
  }
  [[nodiscard]] std::int32_t track_or_nowhere(std::int32_t row) const {
    if (number_of_id_.empty())
      return of_model_ ? of_model_->number(row) : track_of_row_[static_cast<std::size_t>(row)];
    const auto id = static_cast<std::uint64_t>(model_[static_cast<std::size_t>(row)]);
    return id < number_of_id_.size() ? number_of_id_[static_cast<std::size_t>(id)] : -1;
  }
  [[nodiscard]] bool is_nowhere(std::int32_t row) const {
    return !nowhere_.empty() && nowhere_[static_cast<std::size_t>(row)];
  }

  std::size_t size_ = 0;
  std::span<const std::int64_t> model_;         // ids
  std::span<const std::int32_t> number_of_id_;  // empty where ids are far apart, or without a model
  std::optional<shared::ModelRows> of_model_;
  std::vector<std::int32_t> track_of_row_, row_of_track_;  // where no model has them
  std::optional<TrackRanks> ranks_;
  std::vector<bool> nowhere_;  // empty: none is
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
    vectors[k * kFeatureDim + place] =
        std::clamp(static_cast<float>((value - mean) / deviation), -shared::kMostDeviations,
                   shared::kMostDeviations);
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
  SpaceRows rows;               // of `data`
  std::vector<float> features;  // `data`, where no model has it
  std::string_view codes;       // QuantizedRows of `data`; "" for none
  TrackBits open;               // candidates that are not closed
  std::size_t known_candidates = 0, open_rows = 0;

  /// What nearest() reads: the open candidates, or `data` itself where nearly all of it is open.
  struct Search {
    std::vector<float> copied;
    std::string coded;
    std::vector<std::int32_t> track_of_row;  // of what was copied
    shared::RowMatrix matrix{nullptr, 0, 0, {}};
    std::size_t closed = 0;  // rows of the matrix that are not open now
  };
  std::optional<Search> search;  // made when it is first needed

  const playlist_lists* lists = nullptr;  // where neighbours() goes by them
  SpaceRows list_rows;

  void use_learned(const LearnedSpace& learned, const Tables& tables) {
    name = learned.name;
    data = static_cast<const float*>(learned.vectors->data);
    dim = learned.vectors->columns;
    codes = learned.codes;
    rows = SpaceRows(tables, learned.ids, SpaceRows::Asked::kMany);
    if (name == "als") scale_factors();
    if (learned.listeners != nullptr) leave_out_one_persons(*learned.listeners);
  }
  void scale_factors();
  void leave_out_one_persons(const playlist_lists& listeners);
  void use_features(const Tables& tables, const Tracks& tracks);
  void use_lists(const playlist_lists& neighbours, std::span<const std::int64_t> ids,
                 const Tables& tables);

  [[nodiscard]] bool is_open_track(std::int32_t track) const {
    return track >= 0 && open.has(track);
  }

  void prepare_search();
  void copy_open(Search& made) const;
  [[nodiscard]] std::int32_t track_of(const Search& of, std::int32_t row) const {
    return of.copied.empty() ? rows.track(row) : of.track_of_row[static_cast<std::size_t>(row)];
  }
};

/// Factors are of any length; those of length 0 lie nowhere.
void TrackSpace::Rows::scale_factors() {
  features.assign(data, data + rows.size() * dim);
  data = features.data();
  for (std::size_t row = 0; row < rows.size(); ++row) {
    float* vector = features.data() + row * dim;
    if (std::any_of(vector, vector + dim, [](float value) { return value != 0; })) {
      scale_to_length_1(vector, dim);
    } else {
      rows.leave_out(row);
    }
  }
}

/// The factors of what one person alone plays are that person's, longer or shorter: any two of them
/// would be as alike as a track is to itself.
void TrackSpace::Rows::leave_out_one_persons(const playlist_lists& listeners) {
  constexpr std::uint64_t kFewest = 2;
  for (std::size_t row = 0; row < rows.size(); ++row)
    if (listeners.offsets[row + 1] - listeners.offsets[row] < kFewest) rows.leave_out(row);
}

void TrackSpace::Rows::use_features(const Tables& tables, const Tracks& tracks) {
  name = "features";
  std::vector<std::int32_t> all(tracks.candidates.begin(), tracks.candidates.end());
  const playlist_table& table = *tables.table("tracks");
  std::vector<bool> is_there(static_cast<std::size_t>(table.rows));
  for (const std::int32_t track : all) is_there[static_cast<std::size_t>(track)] = true;
  for (const std::int32_t track : tracks.others) {
    if (is_there[static_cast<std::size_t>(track)]) continue;
    is_there[static_cast<std::size_t>(track)] = true;
    all.push_back(track);
  }
  features.resize(all.size() * kFeatureDim);
  std::vector<bool> is_known(all.size());
  for (std::size_t k = 0; k < shared::kSoundColumns.size(); ++k)
    put_feature(FeatureColumn(table, shared::kSoundColumns[k]), all, k, features, is_known);
  put_feature(FeatureColumn(table, "year"), all, shared::kSoundColumns.size(), features, is_known);
  rows = SpaceRows(std::move(all), is_there.size());
  for (std::size_t k = 0; k < rows.size(); ++k) {
    if (!is_known[k]) {
      rows.leave_out(k);
      continue;
    }
    float* vector = features.data() + k * kFeatureDim;
    vector[kFeatures] = std::sqrt(static_cast<float>(kFeatures));
    scale_to_length_1(vector, kFeatureDim);
  }
  data = features.data();
  dim = kFeatureDim;
}

void TrackSpace::Rows::use_lists(const playlist_lists& neighbours,
                                 std::span<const std::int64_t> ids, const Tables& tables) {
  SpaceRows listed(tables, ids, SpaceRows::Asked::kFew);
  const std::size_t enough = (ids.size() + 1) / 2;
  if (listed.count(open, enough) < enough) return;
  lists = &neighbours;
  list_rows = std::move(listed);
}

void TrackSpace::Rows::copy_open(Search& made) const {
  for (std::size_t row = 0; row < rows.size(); ++row) {
    const std::int32_t track = rows.track(static_cast<std::int32_t>(row));
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
  made.closed = rows.size() - open_rows;
  if (made.closed > kMostOtherRows) return copy_open(made);
  made.matrix = {data, rows.size(), dim, {}};
  const shared::QuantizedRows quantized(codes, made.matrix.rows, dim);
  if (!codes.empty() && quantized.is_sound()) made.matrix.codes = quantized;
}

TrackSpace::TrackSpace(std::unique_ptr<Rows> rows) : rows_(std::move(rows)) {}
TrackSpace::TrackSpace(TrackSpace&&) noexcept = default;
TrackSpace::~TrackSpace() = default;

/// The first of the models' spaces that knows half of the candidates, else what knows most of them.
std::unique_ptr<TrackSpace::Rows> TrackSpace::best_space(const Tables& tables, ModelShelf* models,
                                                         const Tracks& tracks,
                                                         const TrackBits& open) {
  std::unique_ptr<Rows> best;
  const auto is_enough = [&] {
    return best != nullptr && 2 * best->known_candidates >= tracks.candidates.size();
  };
  const auto offer = [&](std::unique_ptr<Rows> space) {
    space->known_candidates = space->rows.count(open);
    if (best == nullptr || space->known_candidates > best->known_candidates)
      best = std::move(space);
  };
  for (const char* name : {"embedding", "audio", "als"}) {
    std::string why;
    const auto learned = is_enough() ? std::nullopt : learned_space(models, name, why);
    if (!learned) continue;
    auto space = std::make_unique<Rows>();
    space->use_learned(*learned, tables);
    offer(std::move(space));
  }
  if (is_enough()) return best;
  auto space = std::make_unique<Rows>();
  space->use_features(tables, tracks);
  offer(std::move(space));
  return best;
}

TrackSpace TrackSpace::open(const std::string& name, const Tables& tables, ModelShelf* models,
                            const Tracks& tracks) {
  TrackBits open(static_cast<std::size_t>(tables.table("tracks")->rows));
  open.add_all(tracks.candidates);
  auto made = std::make_unique<Rows>();
  std::string why_not;
  if (name == "features") {
    made->use_features(tables, tracks);
  } else if (const auto learned =
                 name.empty() ? std::nullopt : learned_space(models, name, why_not)) {
    made->use_learned(*learned, tables);
  } else {
    made = best_space(tables, models, tracks, open);
    made->why_not = why_not;
  }
  made->known_candidates = made->open_rows = made->rows.count(open);
  made->open = std::move(open);
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

const TrackBits& TrackSpace::open_tracks() const {
  return rows_->open;
}

std::span<const float> TrackSpace::vector(std::int32_t track) const {
  const std::int32_t row = rows_->rows.row(track);
  if (row < 0) return {};
  return {rows_->data + static_cast<std::size_t>(row) * rows_->dim, rows_->dim};
}

void TrackSpace::close(std::int32_t track) {
  if (!rows_->is_open_track(track)) return;
  rows_->open.remove(track);
  if (rows_->rows.row(track) < 0) return;
  --rows_->open_rows;
  if (rows_->search) ++rows_->search->closed;
}

void TrackSpace::open_again(std::int32_t track) {
  rows_->open.add(track);
  if (rows_->rows.row(track) >= 0) ++rows_->open_rows;
  rows_->search.reset();  // it may not be among the rows that were copied
}

std::vector<NearTrack> TrackSpace::nearest(std::span<const float> place, std::size_t count) {
  rows_->prepare_search();
  const Rows::Search& search = *rows_->search;
  std::vector<NearTrack> near;
  // Of the best count + closed rows at least `count` are open.
  for (const shared::ScoredRow& row : top_rows(search.matrix, place, count + search.closed)) {
    const std::int32_t track = rows_->track_of(search, row.row);
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
  std::vector<NearTrack> near;
  near.reserve(std::min<std::uint64_t>(count, lists.offsets[row + 1] - lists.offsets[row]));
  for (std::uint64_t k = lists.offsets[row]; k < lists.offsets[row + 1]; ++k) {
    if (near.size() == count) break;
    if (static_cast<std::size_t>(lists.values[k]) >= rows_->list_rows.size()) continue;
    const std::int32_t other = rows_->list_rows.track(lists.values[k]);
    if (rows_->is_open_track(other)) near.push_back({other, lists.weights[k]});
  }
  return near;
}

}  // namespace engine
