#include "plan/candidates.hpp"

#include <numeric>

#include <catch2/catch.hpp>

using namespace engine;

namespace {

constexpr std::int32_t kRows = 10'000;  // more than are gathered at once

Candidates many() {
  std::vector<std::int32_t> tracks(kRows);
  std::iota(tracks.begin(), tracks.end(), 0);
  std::vector<float> scores(tracks.begin(), tracks.end());
  Candidates made;
  made.tracks = std::move(tracks);
  made.put({"score", PLAYLIST_F32, std::move(scores), nullptr});
  return made;
}

std::vector<std::int32_t> backwards() {
  std::vector<std::int32_t> rows(kRows);
  std::iota(rows.rbegin(), rows.rend(), 0);
  return rows;
}

float score(const Candidates& candidates, std::size_t row) {
  return std::get<Items<float>>(candidates.find("score")->values)[row];
}

}  // namespace

TEST_CASE("gathering twice reads the rows of the rows", "[recipe]") {
  Candidates back = many().gather(backwards());
  back.put({"place", PLAYLIST_I32, backwards(), nullptr});  // a column younger than the gather
  std::vector<std::int32_t> odd;
  for (std::int32_t row = 1; row < kRows; row += 2) odd.push_back(row);
  const Candidates twice = back.gather(odd);
  REQUIRE(twice.size() == kRows / 2);
  CHECK(twice.tracks[0] == kRows - 2);
  CHECK(score(twice, 0) == kRows - 2);
  CHECK(twice.find("place")->number(3) == kRows - 1 - 7);
  CHECK(static_cast<const float*>(twice.find("score")->data())[kRows / 2 - 1] == 0);
  CHECK(twice.row_of(0) == kRows / 2 - 1);
  CHECK(score(back, 0) == kRows - 1);  // the input is as it was
}

TEST_CASE("what is changed is changed for one table alone", "[recipe]") {
  const Candidates first = many();
  Candidates second = first;
  std::get<Items<float>>(second.columns[0].values).edit()[0] = 7;
  second.tracks.push_back(kRows);
  CHECK(score(second, 0) == 7);
  CHECK(score(first, 0) == 0);
  CHECK(first.size() == kRows);
  CHECK(second.size() == kRows + 1);

  Candidates gathered = first.gather(backwards());
  static_cast<float*>(gathered.columns[0].data())[0] = -1;
  CHECK(score(gathered, 0) == -1);
  CHECK(score(first, kRows - 1) == kRows - 1);
}

TEST_CASE("items of somebody else are copied before they change", "[recipe]") {
  const std::vector<std::int32_t> theirs = {1, 2, 3};
  Items<std::int32_t> items(
      std::make_shared<ItemBuffer<std::int32_t>>(theirs.data(), theirs.size(), nullptr), nullptr);
  CHECK(items == Items<std::int32_t>{1, 2, 3});
  items.edit()[0] = 9;
  CHECK(items[0] == 9);
  CHECK(theirs[0] == 1);
  Items<std::int32_t> none;
  CHECK(none.empty());
  none.push_back(4);
  CHECK(none[0] == 4);
}
