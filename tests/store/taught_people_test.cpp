// Folds of a library's people, and who teaches a model that is judged on others.
#include "store/taught_people.hpp"

#include <array>
#include <string>

#include <catch2/catch.hpp>

using engine::fold_of;
using engine::TaughtPeople;

TEST_CASE("a name is of the same fold for ever", "[store][halves]") {
  // Worked out apart from the engine, by the definition in taught_people.hpp.
  CHECK(fold_of("demo") == 4);
  CHECK(fold_of("ann") == 4);
  CHECK(fold_of("u01") == 3);
  CHECK(fold_of("u35") == 1);
}

TEST_CASE("folds are as large as chance makes them", "[store][halves]") {
  std::array<int, engine::kFolds> people{};
  for (int k = 0; k < 10'000; ++k) ++people[fold_of("user-" + std::to_string(k))];
  for (const int count : people) CHECK(std::abs(count - 2'000) < 160);  // four standard deviations
}

TEST_CASE("people are taught by everybody, a half or all outside a fold", "[store][halves]") {
  CHECK(TaughtPeople().is_everybody());
  CHECK(TaughtPeople().contains("ann"));
  const TaughtPeople choosing(engine::Half::kChoosing);
  CHECK_FALSE(choosing.is_everybody());
  CHECK(choosing.contains("ann"));  // user_halves_test.cpp
  CHECK_FALSE(choosing.contains("ben"));
  for (int fold = 0; fold < engine::kFolds; ++fold) {
    const TaughtPeople others = TaughtPeople::outside_fold(fold);
    CHECK_FALSE(others.is_everybody());
    for (const char* name : {"ann", "ben", "u01", "u35"})
      CHECK(others.contains(name) == (fold_of(name) != fold));
  }
}

TEST_CASE("a larger sample of people has all of a smaller one", "[store][halves]") {
  const TaughtPeople few = TaughtPeople::sample(0.1), some = TaughtPeople::sample(0.3);
  CHECK_FALSE(few.is_everybody());
  CHECK(TaughtPeople::sample(1).is_everybody());
  int count = 0;
  for (int k = 0; k < 10'000; ++k) {
    const std::string name = "user-" + std::to_string(k);
    count += some.contains(name);
    if (few.contains(name)) CHECK(some.contains(name));
    CHECK(TaughtPeople::sample(1).contains(name));
  }
  CHECK(std::abs(count - 3'000) < 184);  // four standard deviations
}
