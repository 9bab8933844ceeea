#include "embedding_space.hpp"

#include <algorithm>
#include <string_view>
#include <unordered_map>
#include <utility>

#include "track_tags.hpp"
#include "training.hpp"

namespace model {
namespace {

constexpr const char* kModel = "model.embedding";
std::vector<std::string> texts_of(const playlist::Table& table, const char* column) {
  const playlist::Strings texts = table[column].texts();
  std::vector<std::string> read;
  for (std::size_t row = 0; row < texts.size(); ++row) read.emplace_back(texts[row]);
  return read;
}

template <typename T>
std::vector<T> copied(std::span<const T> values) {
  return {values.begin(), values.end()};
}
std::vector<float> copied(const playlist::Matrix& matrix) {
  return {matrix.data(), matrix.data() + matrix.rows() * matrix.columns()};
}

FeatureSpace read_space(const playlist::Call& call) {
  FeatureSpace space;
  const playlist::Table features = call.artifact_table(kModel, "features"),
                        tags = call.artifact_table(kModel, "tags"),
                        weights = call.artifact_table(kModel, "weights");
  space.columns = texts_of(features, "name");
  const auto means = features["mean"].f64(), deviations = features["deviation"].f64();
  for (std::size_t k = 0; k < means.size(); ++k)
    space.standards.push_back({means[k], deviations[k]});
  space.sound_weight = weights["sound"].f32()[0];
  space.tag_weight = weights["tags"].f32()[0];
  space.missing = missing_of(call.artifact_bytes(kModel, "missing"));
  space.tags = texts_of(tags, "name");
  space.axes.rarity = copied(tags["rarity"].f32());
  const playlist::Matrix axes = call.artifact_matrix(kModel, "tag_axes");
  space.axes.dim = axes.columns();
  space.axes.axes = copied(axes);
  return space;
}

PrincipalComponents read_pca(const playlist::Call& call) {
  const playlist::Matrix components = call.artifact_matrix(kModel, "components");
  PrincipalComponents pca;
  pca.inputs = components.columns();
  pca.dim = components.rows();
  pca.components = copied(components);
  pca.mean = copied(call.artifact_matrix(kModel, "mean"));
  return pca;
}

/// Of one that was learned: its sizes from the inputs to the bottleneck, and its numbers.
Autoencoder read_autoencoder(const playlist::Call& call) {
  const auto sizes = call.artifact_table(kModel, "autoencoder")["size"].i32();
  AutoencoderShape shape;
  shape.inputs = static_cast<std::size_t>(sizes.front());
  shape.bottleneck = static_cast<std::size_t>(sizes.back());
  for (const std::int32_t size : sizes.subspan(1, sizes.size() - 2))
    shape.hidden.push_back(static_cast<std::size_t>(size));
  Autoencoder network(shape, 0);
  network.numbers() = copied(call.artifact_matrix(kModel, "autoencoder"));
  return network;
}

Embedding read_embedding(const playlist::Call& call) {
  Embedding embedding{read_space(call), read_pca(call)};
  embedding.is_autoencoded = call.artifact_bytes(kModel, "space") == "autoencoder";
  if (embedding.is_autoencoded) embedding.autoencoder = read_autoencoder(call);
  return embedding;
}

void write_autoencoder(playlist::ModelCall& call, const Autoencoder& network) {
  std::vector<std::int32_t> sizes;
  for (std::size_t k = 0; k < network.layers().size() / 2; ++k)
    sizes.push_back(static_cast<std::int32_t>(network.layers()[k].inputs));
  sizes.push_back(static_cast<std::int32_t>(network.dim()));
  write_table(call, "autoencoder", sizes.size(), {column_of("size", PLAYLIST_I32, sizes.data())});
  call.matrix("autoencoder", network.numbers(),
              static_cast<std::uint32_t>(network.numbers().size()));
}

FeatureRows rows_of(playlist::ModelCall& call, const FeatureSpace& space) {
  TrackFeatures features(call, space.columns);
  if (space.missing != Missing::kDrop) features.take_artists_means();
  return {call, space, std::move(features), tags_of_tracks(call)};
}

}  // namespace

FeatureRows::FeatureRows(const playlist::Call& call, const FeatureSpace& space,
                         TrackFeatures features, SparseMatrix tags)
    : space_(space), features_(std::move(features)), tags_(std::move(tags)) {
  std::unordered_map<std::string_view, std::int32_t> rows;
  for (std::size_t row = 0; row < space.tags.size(); ++row)
    rows.emplace(space.tags[row], static_cast<std::int32_t>(row));
  const playlist::Strings names = call.table("tags")["name"].texts();
  for (std::size_t tag = 0; tag < names.size(); ++tag) {
    const auto found = rows.find(names[tag]);
    row_of_tag_.push_back(found == rows.end() ? -1 : found->second);
  }
}

bool FeatureRows::put(std::size_t track, float* out) const {
  if (space_.missing != Missing::kMean && !features_.is_complete(track)) return false;
  features_.put(track, space_.standards, space_.sound_weight, out);
  const auto tags = tags_.row(static_cast<std::int32_t>(track));
  const auto weights = tags_.row_values(static_cast<std::int32_t>(track));
  std::vector<std::int32_t> rows;
  std::vector<float> kept;
  for (std::size_t k = 0; k < tags.size(); ++k) {
    const std::int32_t row = row_of_tag_[static_cast<std::size_t>(tags[k])];
    if (row < 0) continue;
    rows.push_back(row);
    kept.push_back(weights[k]);
  }
  put_on_axes(space_.axes, rows, kept, space_.tag_weight, out + space_.columns.size());
  return unit_scale(out, space_.dim(), kShortestRow) > 0;
}

bool Embedding::embed(const float* row, float* out) const {
  std::vector<float> place(pca.dim);
  project(pca, row, place.data());
  if (!(unit_scale(place.data(), pca.dim, kShortestRow) > 0)) return false;
  if (is_autoencoded) {
    autoencoder.encode(place.data(), out);
  } else {
    std::copy(place.begin(), place.end(), out);
  }
  const double scale = unit_scale(out, dim(), kShortestRow);
  for (std::size_t k = 0; k < dim(); ++k) out[k] = static_cast<float>(out[k] * scale);
  return scale > 0;
}

void write_embedding(playlist::ModelCall& call, const Embedding& embedding) {
  const FeatureSpace& space = embedding.space;
  std::vector<double> means, deviations;
  for (const Standard& standard : space.standards) {
    means.push_back(standard.mean);
    deviations.push_back(standard.deviation);
  }
  const TextColumn columns(space.columns), tags(space.tags);
  write_table(call, "features", space.columns.size(),
              {columns.column("name"), column_of("mean", PLAYLIST_F64, means.data()),
               column_of("deviation", PLAYLIST_F64, deviations.data())});
  write_table(call, "tags", space.tags.size(),
              {tags.column("name"), column_of("rarity", PLAYLIST_F32, space.axes.rarity.data())});
  write_table(call, "weights", 1,
              {column_of("sound", PLAYLIST_F32, &space.sound_weight),
               column_of("tags", PLAYLIST_F32, &space.tag_weight)});
  call.bytes("missing", kMissings.words[static_cast<int>(space.missing)]);
  call.matrix("tag_axes", space.axes.axes, static_cast<std::uint32_t>(space.axes.dim));
  call.matrix("components", embedding.pca.components,
              static_cast<std::uint32_t>(embedding.pca.inputs));
  call.matrix("mean", embedding.pca.mean, static_cast<std::uint32_t>(embedding.pca.inputs));
  call.bytes("space", embedding.is_autoencoded ? "autoencoder" : "pca");
  if (embedding.autoencoder.dim() > 0) write_autoencoder(call, embedding.autoencoder);
}

TrackEmbedder::TrackEmbedder(playlist::ModelCall& call)
    : embedding_(read_embedding(call)), rows_(rows_of(call, embedding_.space)) {}

bool TrackEmbedder::embed(std::size_t track, float* out) const {
  std::vector<float> row(embedding_.space.dim());
  return rows_.put(track, row.data()) && embedding_.embed(row.data(), out);
}

}  // namespace model
