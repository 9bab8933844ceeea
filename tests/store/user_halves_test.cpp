// People in two halves by their names.
#include "store/user_halves.hpp"

#include <catch2/catch.hpp>

using engine::Half;
using engine::half_of;

TEST_CASE("a name is of the same half for ever", "[store][halves]") {
  // Worked out apart from the engine, by the definition in user_halves.hpp: who was looked at while
  // choosing must never turn up in a report.
  for (const char* name : {"ann", "demo", "u03", "u35"}) CHECK(half_of(name) == Half::kChoosing);
  for (const char* name : {"ben", "u01", "u02", "u32"}) CHECK(half_of(name) == Half::kReporting);
}

TEST_CASE("halves are as large as chance makes them", "[store][halves]") {
  int choosing = 0;
  for (int k = 0; k < 10'000; ++k)
    choosing += half_of("user-" + std::to_string(k)) == Half::kChoosing;
  CHECK(std::abs(choosing - 5'000) < 200);  // four standard deviations
}

TEST_CASE("halves have names", "[store][halves]") {
  for (const Half half : {Half::kChoosing, Half::kReporting})
    CHECK(engine::half_called(engine::name_of(half)) == half);
  CHECK_FALSE(engine::half_called("all"));
  CHECK_FALSE(engine::half_called(""));
}
