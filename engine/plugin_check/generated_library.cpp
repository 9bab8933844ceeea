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

template <class T>
void fill(void* items, std::int64_t rows, Values values, T missing, std::uint64_t seed) {
  auto* to = static_cast<T*>(items);
  playlist::Random random(seed);
  const double span = values.high - values.low + (std::is_integral_v<T> ? 1 : 0);
  for (std::int64_t row = 0; row < rows; ++row) {
    const double value = values.low + random.real() * span;
    const bool is_missing =
        values.missing == Values::kAll || (values.missing == Values::kSome && random.below(7) == 0);
    to[row] = is_missing ? missing : static_cast<T>(value);
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

void GuardedTable::add(const std::string& name, std::uint32_t type, const Values& values) {
  const std::uint64_t seed = seed_of(name);
  switch (type) {
    case PLAYLIST_F32:
      return fill(items(name, type, nullptr), rows_, values,
                  std::numeric_limits<float>::quiet_NaN(), seed);
    case PLAYLIST_F64:
      return fill(items(name, type, nullptr), rows_, values,
                  std::numeric_limits<double>::quiet_NaN(), seed);
    case PLAYLIST_I32:
      return fill(items(name, type, nullptr), rows_, values, INT32_MIN, seed);
    case PLAYLIST_I64:
      return fill(items(name, type, nullptr), rows_, values, INT64_MIN, seed);
    case PLAYLIST_U8:
      return fill(items(name, type, nullptr), rows_, values, std::uint8_t{255}, seed);
    default: {
      const std::int64_t count = std::min(kMostTexts, std::max<std::int64_t>(1, rows_ / 2));
      texts_.push_back(std::make_unique<GuardedTexts>(name, count));
      const Values codes{0, static_cast<double>(count - 1), values.missing};
      fill(items(name, type, texts_.back()->dict()), rows_, codes, std::int32_t{-1}, seed);
    }
  }
}

void GuardedTable::add(const std::string& name, std::uint32_t type, bool is_missing) {
  const bool is_whole = type == PLAYLIST_I32 || type == PLAYLIST_I64;
  add(name, type, Values{0, is_whole ? 20.0 : 1.0, is_missing ? Values::kAll : Values::kSome});
}

void GuardedTable::add_reversed(const playlist_column& column) {
  const std::size_t item = item_length(column.type);
  const auto* from = static_cast<const char*>(column.data);
  auto* to = static_cast<char*>(items(column.name, column.type, column.dict));
  const auto rows = static_cast<std::size_t>(rows_);
  for (std::size_t row = 0; row < rows; ++row)
    std::memcpy(to + row * item, from + (rows - 1 - row) * item, item);
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

/// A table of events holds every so many-th track, or artist; others hold others.
std::int64_t GeneratedLibrary::step_of(std::string_view table) {
  return 3 + static_cast<std::int64_t>(seed_of(table) % 9);
}

std::int64_t GeneratedLibrary::numbered(const DeclaredColumn& column) const {
  return column.holds == ColumnHolds::kArtists ? artists() : tracks_;
}

std::int64_t GeneratedLibrary::rows_of(const DeclaredTable& table) const {
  const DeclaredColumn& first = table.columns.front();
  switch (table.rows) {
    case TableRows::kTracks:
      return tracks_;
    case TableRows::kArtists:
      return artists();
    case TableRows::kTags:
      return tags();
    case TableRows::kUsers:
      return kUsers;
    case TableRows::kIds:
      return numbered(first) + 1;
    case TableRows::kTexts:
      return 0;
    case TableRows::kEvents:
      break;
  }
  const std::int64_t step = step_of(table.beside.empty() ? table.name : table.beside);
  return (numbered(first) + step - 1) / step;
}

/// As its declaration says; of events the tracks or artists stand in order, at rising times.
void GeneratedLibrary::add_column(GuardedTable& made, const DeclaredTable& table,
                                  const DeclaredColumn& column) const {
  const bool is_event = table.rows == TableRows::kEvents;
  Values values{column.low, column.high, Values::kSome};
  if (!column.may_be_missing) values.missing = Values::kNone;
  if (is_missing_ && column.may_be_missing) values.missing = Values::kAll;
  if (is_missing_ && !column.may_be_missing) values.high = values.low;
  switch (column.holds) {
    case ColumnHolds::kIds:
      return made.add_numbers(column.name, column.type, 1, 1);
    case ColumnHolds::kSongs:
      return made.add_numbers(column.name, column.type, 0, 1);
    case ColumnHolds::kUsers:
      return made.add_numbers(column.name, column.type, 0, 0);
    case ColumnHolds::kTracks:
    case ColumnHolds::kArtists:
      if (table.rows == TableRows::kIds) return made.add_numbers(column.name, column.type, -1, 1);
      if (!column.may_be_missing)
        return made.add_numbers(column.name, column.type, 0, step_of(table.name));
      values.high = static_cast<double>(numbered(column) - 1);
      if (values.high < 0) values.missing = Values::kAll;
      return made.add(column.name, column.type, values);
    case ColumnHolds::kEnds:
      return;
    case ColumnHolds::kTimes:
      if (is_event) {
        const std::int64_t gap =
            std::max<std::int64_t>(1, 400 * kDay / std::max<std::int64_t>(1, made.rows()));
        return made.add_numbers(column.name, column.type, now() - made.rows() * gap, gap);
      }
      break;
    case ColumnHolds::kValues:
      break;
  }
  made.add(column.name, column.type, values);
}

std::unique_ptr<GuardedTable> GeneratedLibrary::make(std::string_view name) const {
  const DeclaredTable* declared = find_declared(name);
  if (declared == nullptr) return nullptr;
  auto made = std::make_unique<GuardedTable>("the table " + std::string(name), rows_of(*declared));
  for (const DeclaredColumn& column : declared->columns) add_column(*made, *declared, column);
  return made;
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
  fill(embedding_block_->data(), tracks_ * kEmbeddingColumns,
       {-1, 1, is_missing_ ? Values::kAll : Values::kSome}, std::numeric_limits<float>::quiet_NaN(),
       11);
  embedding_block_->read_only();
  embedding_ = {sizeof(playlist_matrix), kEmbeddingColumns, tracks_,
                static_cast<const float*>(embedding_block_->data())};
  return &embedding_;
}

}  // namespace engine
