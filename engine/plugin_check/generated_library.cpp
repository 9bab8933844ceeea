#include "plugin_check/generated_library.hpp"

#include "playlist/random.hpp"

#include <algorithm>
#include <cstring>
#include <limits>

#include "core/column_types.hpp"
#include "core/duration.hpp"

namespace engine {
namespace {

constexpr std::int64_t kMostTexts = 20'000, kEmbeddingColumns = 8, kUsers = 5;

struct Range {
  double low, high;
};

/// What a column of this name holds.
Range range_of(std::string_view name, std::uint32_t type) {
  static constexpr std::pair<std::string_view, Range> kRanges[] = {
      {"popularity", {0, 100}},
      {"loudness", {-60, 0}},
      {"tempo", {50, 210}},
      {"key", {0, 11}},
      {"mode", {0, 1}},
      {"time_signature", {3, 5}},
      {"year", {1955, 2026}},
      {"duration_ms", {30'000, 900'000}},
      {"ms_played", {0, 400'000}},
      {"days_since_played", {0, 4000}},
      {"first_played", {1.5e9, 1.6e9}},
      {"last_played", {1.6e9, 1.79e9}},
      {"ts", {1.6e9, 1.79e9}},
      {"plays", {0, 50}}};
  for (const auto& [known, range] : kRanges) {
    if (known == name) return range;
  }
  if (type == PLAYLIST_F32 || type == PLAYLIST_F64 || type == PLAYLIST_U8) return {0, 1};
  return {0, 20};
}

template <class T>
void fill(void* items, std::int64_t rows, Range range, T missing, bool is_missing,
          std::uint64_t seed) {
  auto* to = static_cast<T*>(items);
  playlist::Random random(seed);
  const double span = range.high - range.low + (std::is_integral_v<T> ? 1 : 0);
  for (std::int64_t row = 0; row < rows; ++row) {
    const double value = range.low + random.real() * span;
    to[row] = is_missing || random.below(7) == 0 ? missing : static_cast<T>(value);
  }
}

std::uint64_t seed_of(std::string_view name) {
  std::uint64_t seed = 7;
  for (const char c : name) seed = seed * 131 + static_cast<unsigned char>(c);
  return seed;
}

std::unique_ptr<GuardedBlock> block(const std::string& name, std::size_t bytes) {
  return std::make_unique<GuardedBlock>(name, bytes);
}

}  // namespace

GuardedTexts::GuardedTexts(const std::string& prefix, std::int64_t count) {
  std::string bytes;
  std::vector<std::uint64_t> offsets{0};
  for (std::int64_t k = 0; k < count; ++k) {
    bytes += prefix + ' ' + std::to_string(k);
    offsets.push_back(bytes.size());
  }
  bytes_ = block("the texts of " + prefix, bytes.size());
  offsets_ = block("the dictionary of " + prefix, offsets.size() * sizeof offsets[0]);
  std::memcpy(bytes_->data(), bytes.data(), bytes.size());
  std::memcpy(offsets_->data(), offsets.data(), offsets_->length());
  bytes_->read_only();
  offsets_->read_only();
  dict_ = {sizeof(playlist_dict), static_cast<std::uint32_t>(count),
           static_cast<const char*>(bytes_->data()),
           static_cast<const std::uint64_t*>(offsets_->data())};
}

void* GuardedTable::items(const std::string& name, std::uint32_t type, const playlist_dict* dict) {
  blocks_.push_back(block("column \"" + name + "\" of " + owner_,
                          static_cast<std::size_t>(rows_) * item_length(type)));
  names_.push_back(name);
  columns_.push_back(
      {sizeof(playlist_column), type, names_.back().c_str(), blocks_.back()->data(), dict});
  return blocks_.back()->data();
}

void GuardedTable::add(const std::string& name, std::uint32_t type, bool is_missing) {
  const Range range = range_of(name, type);
  const std::uint64_t seed = seed_of(name);
  switch (type) {
    case PLAYLIST_F32:
      return fill(items(name, type, nullptr), rows_, range, std::numeric_limits<float>::quiet_NaN(),
                  is_missing, seed);
    case PLAYLIST_F64:
      return fill(items(name, type, nullptr), rows_, range,
                  std::numeric_limits<double>::quiet_NaN(), is_missing, seed);
    case PLAYLIST_I32:
      return fill(items(name, type, nullptr), rows_, range, INT32_MIN, is_missing, seed);
    case PLAYLIST_I64:
      return fill(items(name, type, nullptr), rows_, range, INT64_MIN, is_missing, seed);
    case PLAYLIST_U8:
      return fill(items(name, type, nullptr), rows_, range, std::uint8_t{255}, is_missing, seed);
    default: {
      const std::int64_t count = std::min(kMostTexts, std::max<std::int64_t>(1, rows_ / 2));
      texts_.push_back(std::make_unique<GuardedTexts>(name, count));
      fill(items(name, type, texts_.back()->dict()), rows_, {0, static_cast<double>(count - 1)},
           std::int32_t{-1}, is_missing, seed);
    }
  }
}

void GuardedTable::add_numbers(const std::string& name, std::uint32_t type, std::int64_t first,
                               std::int64_t step) {
  void* to = items(name, type, nullptr);
  for (std::int64_t row = 0; row < rows_; ++row) {
    const std::int64_t value = first + row * step;
    if (type == PLAYLIST_I64) {
      static_cast<std::int64_t*>(to)[row] = value;
    } else if (type == PLAYLIST_F32) {
      static_cast<float*>(to)[row] = static_cast<float>(value);
    } else {
      static_cast<std::int32_t*>(to)[row] = static_cast<std::int32_t>(value);
    }
  }
}

const playlist_table* GuardedTable::seal() {
  if (table_.size != 0) return &table_;
  for (const auto& made : blocks_) made->read_only();
  for (const playlist_column& column : columns_) pointers_.push_back(&column);
  table_ = {sizeof(playlist_table), static_cast<std::uint32_t>(pointers_.size()), rows_,
            pointers_.data()};
  return &table_;
}

std::unique_ptr<GuardedTable> GeneratedLibrary::make_tracks() const {
  auto table = std::make_unique<GuardedTable>("the table tracks", tracks_);
  table->add_numbers("id", PLAYLIST_I64, 1, 1);
  table->add_numbers("song", PLAYLIST_I32, 0, 1);
  for (const char* name :
       {"title", "artist_name", "album", "version", "spotify_id", "isrc", "mbid"}) {
    table->add(name, PLAYLIST_STRING, is_missing_);
  }
  // One of the artists there are; -1 of add() would be no missing number.
  table->add("artist", PLAYLIST_I32, is_missing_ || artists() < 21);
  for (const char* name : {"duration_ms", "year", "key", "mode", "time_signature"}) {
    table->add(name, PLAYLIST_I32, is_missing_);
  }
  table->add("popularity", PLAYLIST_F32, is_missing_);
  for (const char* name :
       {"danceability", "energy", "speechiness", "acousticness", "instrumentalness", "liveness",
        "valence", "loudness", "tempo", "danceability_or_artist", "energy_or_artist",
        "speechiness_or_artist", "acousticness_or_artist", "instrumentalness_or_artist",
        "liveness_or_artist", "valence_or_artist"}) {
    table->add(name, PLAYLIST_F32, is_missing_);
  }
  table->add("explicit", PLAYLIST_U8, is_missing_);
  return table;
}

/// Every `step`-th track, or artist, in order, at rising times.
std::unique_ptr<GuardedTable> GeneratedLibrary::every(std::string_view name,
                                                      std::int64_t step) const {
  const bool is_artists = name.ends_with("saved_artists");
  const std::int64_t rows = ((is_artists ? artists() : tracks_) + step - 1) / step;
  auto table = std::make_unique<GuardedTable>("the table " + std::string(name), rows);
  table->add_numbers(is_artists ? "artist" : "track", PLAYLIST_I32, 0, step);
  const std::int64_t gap = std::max<std::int64_t>(1, 400 * kDay / std::max<std::int64_t>(1, rows));
  table->add_numbers("ts", PLAYLIST_I64, now() - rows * gap, gap);
  return table;
}

std::unique_ptr<GuardedTable> GeneratedLibrary::make(std::string_view name) const {
  if (name == "tracks") return make_tracks();
  if (name == "artists" || name == "tags") {
    auto table = std::make_unique<GuardedTable>("the table " + std::string(name),
                                                name == "tags" ? tags() : artists());
    table->add_numbers("id", PLAYLIST_I64, 1, 1);
    table->add("name", PLAYLIST_STRING, is_missing_);
    table->add("popularity", PLAYLIST_F32, is_missing_);
    table->add_numbers("track_count", PLAYLIST_I32, 1, 0);
    return table;
  }
  if (name == "users") {
    auto table = std::make_unique<GuardedTable>("the table users", kUsers);
    table->add_numbers("id", PLAYLIST_I64, 1, 1);
    return table;
  }
  if (name == "listens") {
    auto table = every(name, 3);
    table->add("ms_played", PLAYLIST_I32, is_missing_);
    for (const char* flag : {"is_play", "is_skip", "is_finished"}) {
      table->add(flag, PLAYLIST_U8, is_missing_);
    }
    table->add("country", PLAYLIST_STRING, is_missing_);
    return table;
  }
  if (name == "user_listens") {
    auto table = every(name, 50);
    table->add_numbers("user", PLAYLIST_I32, 0, 0);
    for (const char* flag : {"is_play", "is_skip"}) table->add(flag, PLAYLIST_U8, is_missing_);
    return table;
  }
  // "implicit_saved_artists:N" counts artists of N plays and more as saved.
  if (name.starts_with("implicit_saved_artists:")) name = "saved_artists";
  if (name == "likes" || name == "library" || name == "served" || name == "saved_artists") {
    auto table = every(name, name == "likes" ? 7 : name == "served" ? 11 : 5);
    if (name == "served") table->add("recipe", PLAYLIST_STRING, is_missing_);
    if (name == "likes" || name == "saved_artists") table->add("is_implicit", PLAYLIST_U8, false);
    if (name == "saved_artists") {
      table->add_numbers("tracks", PLAYLIST_I32, 1, 1);
      table->add_numbers("plays", PLAYLIST_I32, 0, 1);
    }
    return table;
  }
  if (name == "banned") {
    auto table = every(name, 9);
    table->add("artist", PLAYLIST_I32, is_missing_ || artists() < 21);
    return table;
  }
  if (name == "engagement") {
    auto table = every(name, 3);
    for (const char* count : {"plays", "likes", "comments"})
      table->add_numbers(count, PLAYLIST_F32, 1, 0);
    table->add("skip_rate", PLAYLIST_F32, is_missing_);
    table->add("completion", PLAYLIST_F32, is_missing_);
    return table;
  }
  if (name == "prompts" || name == "captions") {
    auto table = every(name, 4);
    table->add("text", PLAYLIST_STRING, is_missing_);
    return table;
  }
  if (name.starts_with("prompt_vectors:")) {
    auto table = std::make_unique<GuardedTable>("the table " + std::string(name), 0);
    table->add("text", PLAYLIST_STRING, false);
    table->add_numbers("ts", PLAYLIST_I64, 0, 1);
    return table;
  }
  if (name == "track_statistics") {
    auto table = std::make_unique<GuardedTable>("the table track_statistics", tracks_);
    for (const char* count : {"plays", "plays_30d", "skips", "finished"}) {
      table->add_numbers(count, PLAYLIST_I32, is_missing_ ? 0 : 1, 0);
    }
    table->add("skip_rate", PLAYLIST_F32, is_missing_);
    table->add("days_since_played", PLAYLIST_F32, is_missing_);
    table->add("first_played", PLAYLIST_I64, is_missing_);
    table->add("last_played", PLAYLIST_I64, is_missing_);
    return table;
  }
  return nullptr;
}

const playlist_table* GeneratedLibrary::table(std::string_view name) const {
  auto found = made_.find(name);
  if (found == made_.end()) {
    std::unique_ptr<GuardedTable> made = make(name);
    if (!made) return nullptr;
    found = made_.emplace(name, std::move(made)).first;
  }
  return found->second->seal();
}

const playlist_lists* GeneratedLibrary::lists(std::string_view name) const {
  const auto made = made_lists_.find(name);
  if (made != made_lists_.end()) return &made->second.view;
  // rows, and how many there are of what the lists hold
  const std::pair<std::string_view, std::pair<std::int64_t, std::int64_t>> known[] = {
      {"track_artists", {tracks_, artists()}},  {"artist_tracks", {artists(), tracks_}},
      {"track_tags", {tracks_, tags()}},        {"tag_tracks", {tags(), tracks_}},
      {"artist_tags", {artists(), tags()}},     {"artist_relations", {artists(), artists()}},
      {"artist_users", {artists(), artists()}}, {"artist_playlists", {artists(), artists()}},
      {"user_tracks", {kUsers, tracks_}},       {"user_likes", {kUsers, tracks_}},
      {"user_skips", {kUsers, tracks_}}};
  const auto* found = std::find_if(std::begin(known), std::end(known),
                                   [&](const auto& entry) { return entry.first == name; });
  if (found == std::end(known)) return nullptr;
  const auto [rows, values] = found->second;
  const std::int64_t each = values == 0 || is_missing_ ? 0 : std::min<std::int64_t>(2, values);
  const std::string owner = "the lists " + std::string(name);
  MadeLists lists;
  lists.offsets = block("the offsets of " + owner, static_cast<std::size_t>(rows + 1) * 8);
  lists.values = block("the values of " + owner, static_cast<std::size_t>(rows * each) * 4);
  lists.weights = block("the weights of " + owner, static_cast<std::size_t>(rows * each) * 4);
  auto* offsets = static_cast<std::uint64_t*>(lists.offsets->data());
  auto* items = static_cast<std::int32_t*>(lists.values->data());
  auto* weights = static_cast<float*>(lists.weights->data());
  for (std::int64_t row = 0; row <= rows; ++row)
    offsets[row] = static_cast<std::uint64_t>(row * each);
  for (std::int64_t row = 0; row < rows && each > 0; ++row) {
    const std::int64_t first = row % std::max<std::int64_t>(1, values - each + 1);
    for (std::int64_t k = 0; k < each; ++k) {
      items[row * each + k] = static_cast<std::int32_t>(first + k);
      weights[row * each + k] = 1 / static_cast<float>(k + 1);
    }
  }
  for (const auto* made_block : {&lists.offsets, &lists.values, &lists.weights}) {
    (*made_block)->read_only();
  }
  const bool is_weighted = name == "artist_tags" || name == "artist_relations" ||
                           name == "user_tracks" || name == "user_skips";
  lists.view = {sizeof(playlist_lists), 0, rows, offsets, items, is_weighted ? weights : nullptr};
  return &made_lists_.emplace(name, std::move(lists)).first->second.view;
}

const playlist_matrix* GeneratedLibrary::embedding(std::string_view space) const {
  if (space != "audio") return nullptr;
  if (embedding_block_) return &embedding_;
  embedding_block_ = block("the embedding audio",
                           static_cast<std::size_t>(tracks_ * kEmbeddingColumns) * sizeof(float));
  fill(embedding_block_->data(), tracks_ * kEmbeddingColumns, {-1, 1},
       std::numeric_limits<float>::quiet_NaN(), is_missing_, 11);
  embedding_block_->read_only();
  embedding_ = {sizeof(playlist_matrix), kEmbeddingColumns, tracks_,
                static_cast<const float*>(embedding_block_->data())};
  return &embedding_;
}

}  // namespace engine
