#include "benchmark/split_tables.hpp"

#include <numeric>
#include <string>

#include "data/declared_tables.hpp"
#include "data/empty_columns.hpp"

namespace engine::benchmark {
namespace {

constexpr std::int64_t kNow = 1'000'000'000;

void number_rows(std::int64_t* ids, std::int64_t rows) {
  std::iota(ids, ids + rows, 0);
}

std::vector<std::string> titles(std::int32_t items) {
  std::vector<std::string> made;
  for (std::int32_t item = 0; item < items; ++item) made.push_back("item " + std::to_string(item));
  return made;
}

}  // namespace

SplitTables::SplitTables(const ItemsOfUsers& train, std::int32_t items)
    : tracks_(items),
      users_(train.users()),
      plays_(train.items.size(), 1.0f),
      no_offsets_(static_cast<std::size_t>(train.users()) + 1) {
  AsOfOptions options;
  options.now = kNow;
  rest_ = load_as_of(empty_columns(), options);
  number_rows(tracks_.i64("id"), items);
  std::int32_t* title = tracks_.texts("title", titles(items));
  std::iota(title, title + items, 0);
  add_missing_columns(tracks_, *find_declared("tracks"));
  tracks_.table();
  number_rows(users_.i64("id"), train.users());
  users_.table();
  user_tracks_ = {sizeof user_tracks_, 0, train.users(), train.offsets.data(), train.items.data(),
                  plays_.data()};
  nothing_ = {sizeof nothing_, 0, train.users(), no_offsets_.data(), &no_value_, nullptr};
}

const playlist_table* SplitTables::table(std::string_view name) const {
  if (name == "tracks") return tracks_.table();
  if (name == "users") return users_.table();
  return rest_->table(name);
}

const playlist_lists* SplitTables::lists(std::string_view name) const {
  if (name == "user_tracks") return &user_tracks_;
  if (name == "user_likes" || name == "user_skips") return &nothing_;
  return rest_->lists(name);
}

}  // namespace engine::benchmark
