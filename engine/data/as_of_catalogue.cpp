// Tracks, artists and tags as the prefix known by `now`, and the lists between them.
#include <algorithm>
#include <cmath>
#include <cstdint>

#include "data/as_of_view.hpp"

namespace engine {

const OwnFeatures& AsOfView::own_features() const {
  const std::lock_guard lock(mutex_);
  if (own_features_) return *own_features_;
  OwnFeatures& own = own_features_.emplace();
  const auto places = numeric_features();
  const playlist_table& tracks = catalogue("tracks");
  for (std::size_t k = 0; k < kNumericFeatureCount; ++k)
    own.numeric[k] = items<float>(tracks, kFeatureColumns[places[k]].field).data();
  const playlist_table* told = columns_->catalogue->table("service_features");
  if (told == nullptr) return own;
  const auto track = items<std::int32_t>(*told, "track");
  const auto ts = items<std::int64_t>(*told, "ts");
  const auto is_there = [&](std::size_t row) {
    return ts[row] <= now_ && static_cast<std::size_t>(track[row]) < tracks_;
  };
  for (std::size_t row = 0; row < track.size(); ++row) own.are_filled |= is_there(row);
  if (!own.are_filled) return own;
  const auto whole = [&]<typename T>(std::vector<T>& values, const char* field) {
    const auto own_values = items<T>(tracks, field).first(tracks_);
    values.assign(own_values.begin(), own_values.end());
  };
  for (std::size_t k = 0; k < kNumericFeatureCount; ++k) {
    const char* field = kFeatureColumns[places[k]].field;
    whole(own.values[k], field);
    const auto from = items<float>(*told, field);
    for (std::size_t row = 0; row < track.size(); ++row) {
      if (!is_there(row)) continue;
      float& value = own.values[k][static_cast<std::size_t>(track[row])];
      if (std::isnan(value)) value = from[row];
    }
    own.numeric[k] = own.values[k].data();
  }
  // Key and mode come from one of them: of services from the first that tells a key.
  whole(own.key, "key");
  whole(own.mode, "mode");
  const auto keys = items<std::int32_t>(*told, "key"), modes = items<std::int32_t>(*told, "mode");
  for (std::size_t row = 0; row < track.size(); ++row) {
    const auto at = static_cast<std::size_t>(track[row]);
    if (!is_there(row) || own.key[at] != INT32_MIN || keys[row] == INT32_MIN) continue;
    own.key[at] = keys[row];
    own.mode[at] = modes[row];
  }
  return own;
}

// Whether a value is the artist's mean hangs on which of the artist's tracks are known by now.
const KnownFeatures& AsOfView::features() const {
  const std::lock_guard lock(mutex_);
  if (features_) return *features_;
  KnownFeatures& known = features_.emplace();
  const auto places = numeric_features();
  const playlist_table& tracks = catalogue("tracks");
  std::array<const std::int64_t*, 3> counts{};
  const OwnFeatures& own = own_features();
  if (is_whole() && !own.are_filled) {
    const playlist_table& coverage = catalogue("coverage");
    counts = {items<std::int64_t>(coverage, "own").data(),
              items<std::int64_t>(coverage, "artist_mean").data(),
              items<std::int64_t>(coverage, "none").data()};
  } else {
    FeatureInputs inputs{};
    inputs.artist = items<std::int32_t>(tracks, "artist").data();
    inputs.track_count = tracks_;
    inputs.artist_count = artists_;
    for (std::size_t k = 0; k < kNumericFeatureCount; ++k) {
      const char* field = kFeatureColumns[places[k]].field;
      inputs.own[k] = own.numeric[k];
      inputs.artist_mean[k] = items<float>(catalogue("artists"), field).data();
    }
    known.made = features_or_artist(inputs);
    counts = {known.made.own.data(), known.made.artist_mean.data(), known.made.none.data()};
  }
  for (std::size_t k = 0; k < kNumericFeatureCount; ++k) {
    known.coverage.push_back(
        {kFeatureColumns[places[k]].field, counts[0][k], counts[1][k], counts[2][k]});
  }
  return known;
}

const std::vector<FeatureCoverage>& AsOfView::coverage() const {
  if (beside_) return beside_->coverage();
  return features().coverage;
}

std::int32_t AsOfView::track_number(std::int64_t track_id) const {
  if (beside_) return beside_->track_number(track_id);
  const std::lock_guard lock(mutex_);
  if (!track_numbers_)
    track_numbers_.emplace(items<std::int64_t>(catalogue("tracks"), "id").first(tracks_));
  return track_numbers_->number(track_id);
}

AsOfView::Made AsOfView::make_tracks() const {
  auto made = std::make_unique<OwnedTable>(static_cast<std::int64_t>(tracks_));
  const playlist_table& whole = catalogue("tracks");
  const auto places = numeric_features();
  const auto made_column = [&](std::string_view name) -> const std::vector<float>* {
    const OwnFeatures& own = own_features();
    if (is_whole() && !own.are_filled) return nullptr;
    for (std::size_t k = 0; k < kNumericFeatureCount; ++k) {
      const char* or_artist = kFeatureColumns[places[k]].or_artist;
      if (own.are_filled && name == kFeatureColumns[places[k]].field) return &own.values[k];
      if (or_artist != nullptr && name == or_artist) return &features().made.columns[k];
    }
    return nullptr;
  };
  for (std::uint32_t k = 0; k < whole.column_count; ++k) {
    const playlist_column& column = *whole.columns[k];
    const std::string_view name = column.name;
    if (name == "known" || name == "in_catalogue") continue;
    if (const std::vector<float>* values = made_column(name)) {
      made->copy(column.name, *values);
    } else if (own_features().are_filled && (name == "key" || name == "mode")) {
      made->copy(column.name, name == "key" ? own_features().key : own_features().mode);
    } else if (is_whole()) {
      made->view(column);
    } else {
      made->view_prefix(column);
    }
  }
  return made;
}

AsOfView::Made AsOfView::make_artists() const {
  auto made = std::make_unique<OwnedTable>(static_cast<std::int64_t>(artists_));
  const playlist_table& whole = catalogue("artists");
  for (const char* name : {"id", "name", "popularity"})
    made->view_prefix(*find_column(whole, name));
  const playlist_lists* tracks = lists("artist_tracks");
  std::int32_t* counts = made->i32("track_count");
  for (std::size_t k = 0; k < artists_; ++k)
    counts[k] = static_cast<std::int32_t>(tracks->offsets[k + 1] - tracks->offsets[k]);
  return made;
}

AsOfView::Made AsOfView::make_tags() const {
  auto made = std::make_unique<OwnedTable>(static_cast<std::int64_t>(tags_));
  made->view_prefix(*find_column(catalogue("tags"), "name"));
  const playlist_lists* tracks = lists("tag_tracks");
  std::int32_t* counts = made->i32("track_count");
  for (std::size_t k = 0; k < tags_; ++k)
    counts[k] = static_cast<std::int32_t>(tracks->offsets[k + 1] - tracks->offsets[k]);
  return made;
}

// Row k is the number of the store's id k, -1 where it has none. Without rows where ids are far
// apart: SQLite hands them out one after another, but a store may have been put together otherwise.
AsOfView::Made AsOfView::make_numbers_by_id(const char* table) const {
  const std::size_t rows = table == std::string_view("tracks") ? tracks_ : artists_;
  const auto ids = items<std::int64_t>(catalogue(table), "id").first(rows);
  std::int64_t low = 0, high = -1;
  for (const std::int64_t id : ids) {
    low = std::min(low, id);
    high = std::max(high, id);
  }
  const bool is_dense = rows > 0 && low >= 0 && high < static_cast<std::int64_t>(4 * rows + 1024);
  auto made = std::make_unique<OwnedTable>(is_dense ? high + 1 : 0);
  std::int32_t* number = made->i32("number");
  if (!is_dense) return made;
  std::fill_n(number, high + 1, -1);
  for (std::size_t k = 0; k < rows; ++k) number[ids[k]] = static_cast<std::int32_t>(k);
  return made;
}

// A space that no prompt has a vector of is known all the same: its table is empty.
AsOfView::Made AsOfView::make_prompt_vectors(std::string_view name) const {
  const playlist_table* whole = columns_->catalogue->table(name);
  if (whole == nullptr) {
    auto made = std::make_unique<OwnedTable>(0);
    made->texts("text", {});
    made->i64("ts");
    return made;
  }
  const auto ts = items<std::int64_t>(*whole, "ts");
  auto made =
      std::make_unique<OwnedTable>(std::upper_bound(ts.begin(), ts.end(), now_) - ts.begin());
  for (const char* column : {"text", "ts"}) made->view_prefix(*find_column(*whole, column));
  return made;
}

// Lists of tracks hold known tracks only. Lists of artists or tags need no such care: an artist is
// known with its first track, a tag with the first track or artist that has it, related artists
// since it is known that they are.
OwnedLists AsOfView::make_lists_of(std::string_view name) const {
  const playlist_lists& whole = *columns_->catalogue->lists(name);
  const std::size_t rows = name.starts_with("track_") ? tracks_
                           : name.starts_with("tag_") ? tags_
                                                      : artists_;
  if (name == "artist_tracks" || name == "tag_tracks") {
    if (!is_whole())
      return visible_values(whole, rows, [&](std::uint64_t k) {
        return whole.values[k] < static_cast<std::int32_t>(tracks_);
      });
  } else if (const playlist_table* dated = columns_->catalogue->table(name)) {
    const auto known = items<std::int64_t>(*dated, "known");
    if (std::any_of(known.begin(), known.end(), [&](std::int64_t since) { return since > now_; }))
      return visible_values(whole, rows, [&](std::uint64_t k) { return known[k] <= now_; });
  }
  OwnedLists made;
  made.view = whole;
  made.view.rows = static_cast<std::int64_t>(rows);
  return made;
}

OwnedLists AsOfView::visible_values(const playlist_lists& whole, std::size_t rows,
                                    const std::function<bool(std::uint64_t)>& keep) const {
  OwnedLists made;
  made.data = filter_lists(rows, whole.offsets, whole.values, whole.weights, keep);
  made.view = {
      sizeof(playlist_lists), 0, static_cast<std::int64_t>(rows), nullptr, nullptr, nullptr};
  return made;
}

}  // namespace engine
