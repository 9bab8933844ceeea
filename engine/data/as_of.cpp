#include "data/as_of.hpp"

#include <algorithm>
#include <stdexcept>

#include "data/as_of_view.hpp"
#include "data/stored_tables.hpp"

namespace engine {
namespace {

constexpr std::string_view kPromptVectors = "prompt_vectors:";

std::size_t known_by(const playlist_table& table, std::int64_t now) {
  const auto known = items<std::int64_t>(table, "known");
  return static_cast<std::size_t>(std::upper_bound(known.begin(), known.end(), now) -
                                  known.begin());
}

}  // namespace

AsOfView::AsOfView(std::shared_ptr<const PreparedColumns> columns, const AsOfOptions& options,
                   std::shared_ptr<const AsOf> beside)
    : columns_(std::move(columns)),
      beside_(std::move(beside)),
      now_(options.now),
      exclude_runs_from_(options.exclude_runs_from),
      exclude_recipe_(options.exclude_recipe),
      lists_made_(options.lists),
      current_(options.current),
      exclude_random_seed_(options.exclude_random_seed),
      in_catalogue_(items<std::uint8_t>(catalogue("tracks"), "in_catalogue").data()),
      tracks_(known_by(catalogue("tracks"), now_)),
      artists_(known_by(catalogue("artists"), now_)),
      tags_(known_by(catalogue("tags"), now_)) {}

AsOfView::Made AsOfView::make_declared(const DeclaredTable& declared, std::string_view name) const {
  if (declared.compute != nullptr) return declared.compute(*this, name);
  const ColumnFile& file =
      declared.owner == TableOwner::kUser ? *columns_->sets : *columns_->catalogue;
  return visible_rows(declared, *file.table(name), {now_, tracks_, artists_});
}

const playlist_table* AsOfView::table(std::string_view name) const {
  const DeclaredTable* declared = find_declared(name);
  if (declared == nullptr || declared->owner == TableOwner::kEverybody) return nullptr;
  if (declared->owner == TableOwner::kCatalogue && beside_) return beside_->table(name);
  const std::lock_guard lock(mutex_);
  auto found = tables_.find(name);
  if (found == tables_.end()) {
    Made made = make_declared(*declared, name);
    if (!made) return nullptr;
    found = tables_.emplace(std::string(name), std::move(made)).first;
  }
  return found->second->table();
}

const playlist_lists* AsOfView::lists(std::string_view name) const {
  if (beside_) return beside_->lists(name);
  const std::lock_guard lock(mutex_);
  auto found = lists_.find(name);
  if (found == lists_.end()) {
    if (columns_->catalogue->lists(name) == nullptr) return nullptr;
    found = lists_.emplace(std::string(name), make_lists_of(name)).first;
    OwnedLists& made = found->second;
    if (!made.data.offsets.empty()) {
      made.view.offsets = made.data.offsets.data();
      made.view.values = made.data.values.data();
      if (!made.data.weights.empty()) made.view.weights = made.data.weights.data();
    }
  }
  return &found->second.view;
}

const playlist_matrix* AsOfView::embedding(std::string_view space) const {
  if (beside_) return beside_->embedding(space);
  const std::lock_guard lock(mutex_);
  auto found = matrices_.find(space);
  if (found != matrices_.end()) return &found->second;
  playlist_matrix made{sizeof(playlist_matrix), 0, static_cast<std::int64_t>(tracks_), nullptr};
  if (space.starts_with(kPromptVectors)) made.rows = table(space)->rows;
  if (const playlist_matrix* whole = columns_->catalogue->matrix(space)) {
    made.columns = whole->columns;
    made.data = whole->data;
  } else if (space == "audio") {
    const std::vector<float> vectors = audio_vectors(own_features().numeric, tracks_);
    audio_.emplace(static_cast<std::int64_t>(vectors.size()));
    float* data = audio_->f32("audio");
    std::copy(vectors.begin(), vectors.end(), data);
    made.columns = kNumericFeatureCount;
    made.data = data;
  } else {
    return nullptr;
  }
  return &matrices_.emplace(std::string(space), made).first->second;
}

std::unique_ptr<AsOf> load_as_of(std::shared_ptr<const PreparedColumns> columns,
                                 const AsOfOptions& options) {
  return std::make_unique<AsOfView>(std::move(columns), options);
}

std::unique_ptr<AsOf> load_as_of_beside(std::shared_ptr<const AsOf> beside,
                                        std::shared_ptr<const PreparedColumns> columns,
                                        const AsOfOptions& options) {
  if (beside->now() != options.now || beside->catalogue_state() != columns->catalogue_state)
    throw std::logic_error("a catalogue of another time or state cannot be shared");
  return std::make_unique<AsOfView>(std::move(columns), options, std::move(beside));
}

std::unique_ptr<AsOf> load_as_of(const AsOfOptions& options) {
  return load_as_of(prepare_columns(options), options);
}

}  // namespace engine
