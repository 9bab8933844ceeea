// What is held out of train to choose settings by.
#include "benchmark/validation.hpp"

#include <algorithm>
#include <string>

#include <catch2/catch.hpp>

using engine::benchmark::hold_out;
using engine::benchmark::ItemsOfUsers;
using engine::benchmark::read_split;
using engine::benchmark::Split;
using engine::benchmark::tests_the_last;
using engine::benchmark::Validation;
using Numbers = std::vector<std::int32_t>;

namespace {

Split split_of(const std::string& train, const std::string& test) {
  return read_split({"train.txt", train}, {"test.txt", test});
}

Numbers of(const ItemsOfUsers& part, std::int32_t user) {
  return {part.of(user).begin(), part.of(user).end()};
}

/// `users` of 20 items each, from their number on; of test, each one item.
Split many(std::int32_t users, std::int32_t test_item) {
  std::string train, test;
  for (std::int32_t user = 0; user < users; ++user) {
    train += std::to_string(user);
    for (std::int32_t k = 0; k < 20; ++k) train += " " + std::to_string(user + k);
    train += "\n";
    test += std::to_string(user) + " " + std::to_string(test_item) + "\n";
  }
  return split_of(train, test);
}

}  // namespace

TEST_CASE("a split tests the last where no item of test comes before one of train",
          "[validation]") {
  CHECK(tests_the_last(split_of("0 1 5\n1 2 3\n", "0 6 7\n1 4\n")));
  CHECK_FALSE(tests_the_last(split_of("0 1 5\n1 2 3\n", "0 6 7\n1 0\n")));
  CHECK_FALSE(tests_the_last(split_of("0 1 5\n", "1 6\n")));  // nobody has both
}

TEST_CASE("a tenth of every user's items is held out, and is not in what is learned",
          "[validation]") {
  const bool is_last = GENERATE(false, true);
  CAPTURE(is_last);
  const Split split = many(100, is_last ? 200 : 0);
  const Validation validation = hold_out(split);
  REQUIRE(validation.users.size() == 100);
  REQUIRE(validation.train.users() == 100);
  std::int32_t of_the_last = 0;
  for (std::int32_t user = 0; user < 100; ++user) {
    CAPTURE(user);
    const Numbers wanted = of(validation.wanted, user);
    REQUIRE(wanted.size() == 2);
    of_the_last += wanted == Numbers{user + 18, user + 19};
    Numbers both = of(validation.train, user);
    CHECK(std::is_sorted(both.begin(), both.end()));
    both.insert(both.end(), wanted.begin(), wanted.end());
    std::sort(both.begin(), both.end());
    CHECK(both == of(split.train, user));
  }
  if (is_last) {
    CHECK(of_the_last == 100);
  } else {
    CHECK(of_the_last < 10);  // by chance 1 of 190
  }
}

TEST_CASE("users of one item are left alone, and of many users some are judged by",
          "[validation]") {
  const Validation one = hold_out(split_of("0 1\n1 2 3\n", "0 2\n1 0\n"));
  CHECK(one.users == Numbers{1});
  CHECK(of(one.train, 0) == Numbers{1});
  CHECK(one.train.of(1).size() == 1);

  const Split split = many(9'000, 0);
  const Validation some = hold_out(split);
  CHECK(some.users.size() == 7'500);  // as many as it takes for 15 000 items
  CHECK(std::is_sorted(some.users.begin(), some.users.end()));
  CHECK(some.users == hold_out(split).users);
}

TEST_CASE("some of those to judge by are drawn, and are among any more of them", "[validation]") {
  const Validation validation = hold_out(many(300, 0));
  const Numbers few = validation.some(20), more = validation.some(100);
  CHECK(few.size() == 20);
  CHECK(std::is_sorted(few.begin(), few.end()));
  CHECK(few != Numbers(validation.users.begin(), validation.users.begin() + 20));
  CHECK(std::includes(more.begin(), more.end(), few.begin(), few.end()));
  CHECK(few == validation.some(20));
  CHECK(validation.some(300) == validation.users);
  CHECK(validation.some(SIZE_MAX) == validation.users);
}
