#include "data/numbering.hpp"

#include <catch2/catch.hpp>

#include "data/text_column.hpp"

using namespace engine;

TEST_CASE("ids become numbers whether they lie densely or not", "[columns]") {
  const std::vector<std::int64_t> ids =
      GENERATE(std::vector<std::int64_t>{5, 1, 9}, std::vector<std::int64_t>{5, 1, 1LL << 40},
               std::vector<std::int64_t>{5, 1, -3});
  const IdMap map(ids);
  CHECK(map.number(5) == 0);
  CHECK(map.number(1) == 1);
  CHECK(map.number(ids[2]) == 2);
  CHECK(map.number(2) == -1);
  CHECK(map.number(-1) == -1);
  CHECK(map.number(INT64_MAX) == -1);
  CHECK(IdMap(std::vector<std::int64_t>{}).number(0) == -1);
}

TEST_CASE("the order by time keeps ids apart that became known together", "[columns]") {
  CHECK(order_by_known(std::vector<std::int64_t>{50, 0, 50, 7, 0}) ==
        std::vector<std::int32_t>{1, 4, 3, 0, 2});
}

TEST_CASE("lists are ascending, each value once with its earliest time and largest weight",
          "[columns]") {
  const std::vector<ListEntry> entries = {{2, 9, 0.5, 30}, {0, 4, 1, 5},  {2, 1, 1, 1},
                                          {2, 9, 0.7, 20}, {-1, 4, 1, 0}, {0, -1, 1, 0}};
  const Lists lists = make_lists(3, entries, kWithWeights | kWithKnown);
  CHECK(lists.offsets == std::vector<std::uint64_t>{0, 1, 1, 3});
  CHECK(lists.values == std::vector<std::int32_t>{4, 1, 9});
  CHECK(lists.weights == std::vector<float>{1, 1, 0.7f});
  CHECK(lists.known == std::vector<std::int64_t>{5, 1, 20});
  CHECK(make_lists(0, {}).offsets == std::vector<std::uint64_t>{0});
}

TEST_CASE("texts of the first rows keep their codes whatever rows follow", "[columns]") {
  TextColumn column;
  for (const char* text : {"late", "early", "", "early"}) column.add(text);
  column.reorder(std::vector<std::int32_t>{1, 2, 3, 0});
  CHECK(column.codes == std::vector<std::int32_t>{0, -1, 0, 1});
  CHECK(column.texts.text(0) == "early");
  CHECK(column.texts.text(1) == "late");
}
