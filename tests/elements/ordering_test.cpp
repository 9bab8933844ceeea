#include <algorithm>
#include <functional>
#include <limits>
#include <map>
#include <random>
#include <set>

#include <catch2/catch.hpp>

#include "support/element_run.hpp"

using support::candidates_of;
using support::Ordered;
using support::run_order;
using support::TinyLibrary;
using Numbers = std::vector<std::int32_t>;

namespace {

constexpr std::int32_t kNoInt = std::numeric_limits<std::int32_t>::min();

/// A library whose tracks are by the artists of the letters; ' ' is a track without an artist.
TinyLibrary library_of(const std::string& letters) {
  TinyLibrary library;
  for (const char letter : letters) {
    if (letter == ' ') {
      library.add({.artists = {}});
    } else {
      library.add({.artists = {std::string(1, letter)}});
    }
  }
  return library;
}

Numbers all_rows(const std::string& letters) {
  Numbers rows(letters.size());
  for (std::size_t i = 0; i < rows.size(); ++i) rows[i] = static_cast<std::int32_t>(i);
  return rows;
}

Ordered space(const std::string& letters, int gap) {
  return run_order("ordering.artist_spacing", {{"gap", static_cast<double>(gap)}},
                   library_of(letters), candidates_of(all_rows(letters)));
}

std::string letters_in(const std::string& letters, const Numbers& rows) {
  std::string text;
  for (const std::int32_t row : rows) text += letters[static_cast<std::size_t>(row)];
  return text;
}

/// The smallest distance of two rows of one artist; a large number when there are none.
int smallest_distance(const std::string& letters) {
  int smallest = 1000;
  std::map<char, int> last;
  for (int i = 0; i < static_cast<int>(letters.size()); ++i) {
    const char letter = letters[static_cast<std::size_t>(i)];
    if (letter == ' ') continue;
    if (last.count(letter)) smallest = std::min(smallest, i - last[letter]);
    last[letter] = i;
  }
  return smallest;
}

/// The order that takes, at every place, the first row after which the rest can be placed at this
/// distance: found by trying everything. Empty when there is none.
Numbers first_by_trying(const std::string& letters, int distance) {
  Numbers order;
  std::vector<bool> is_used(letters.size());
  const std::function<bool()> go = [&] {
    if (order.size() == letters.size()) return true;
    std::set<char> tried;
    for (std::size_t row = 0; row < letters.size(); ++row) {
      if (is_used[row] || !tried.insert(letters[row]).second) continue;
      bool is_free = true;
      for (int back = 1; back < distance && back <= static_cast<int>(order.size()); ++back) {
        const auto played = static_cast<std::size_t>(order[order.size() - back]);
        if (letters[played] == letters[row]) is_free = false;
      }
      if (!is_free) continue;
      is_used[row] = true;
      order.push_back(static_cast<std::int32_t>(row));
      if (go()) return true;
      order.pop_back();
      is_used[row] = false;
    }
    return false;
  };
  return go() ? order : Numbers{};
}

}  // namespace

TEST_CASE("ordering.artist_spacing leaves an order alone that keeps the gap", "[ordering]") {
  const std::string letters = "ABCDABCD";
  CHECK(space(letters, 3).rows == all_rows(letters));
  CHECK(space("AABB", 0).rows == Numbers{0, 1, 2, 3});
}

TEST_CASE("ordering.artist_spacing moves only what is in the way", "[ordering]") {
  CHECK(letters_in("AABCD", space("AABCD", 2).rows) == "ABCAD");
  CHECK(space("AABCD", 2).rows == Numbers{0, 2, 3, 1, 4});
  // The first A has to come first for the last to fit, although B stands before it.
  CHECK(letters_in("BAAAC", space("BAAAC", 1).rows) == "ABACA");
}

TEST_CASE("tracks without an artist are in nobody's way", "[ordering]") {
  CHECK(space("  A  A", 2).rows == Numbers{0, 1, 2, 3, 4, 5});
  CHECK(letters_in("A A  ", space("A A  ", 3).rows) == "A   A");
}

TEST_CASE("a gap that one artist makes impossible becomes the largest possible, and is told",
          "[ordering]") {
  const std::string letters = "AAAABBC";  // (4 - 1) * 2 + 1 = 7 tracks: at most every second one
  const Ordered spaced = space(letters, 3);
  CHECK(smallest_distance(letters_in(letters, spaced.rows)) == 2);
  REQUIRE(spaced.notices.size() == 1);
  CHECK(spaced.notices[0] ==
        "a gap of 3 is not possible, one artist has too many of the 7 tracks; the gap is 1");
  CHECK(space("ABC", 3).notices.empty());
}

TEST_CASE("where one artist breaks the gap, the others keep it as far as that costs nothing",
          "[ordering]") {
  // 6 of 9 tracks are by A: no gap is possible at all. B and C need not stand together.
  const std::string letters = "BBCAAAAAA";
  const std::string spaced = letters_in(letters, space(letters, 1).rows);
  CHECK(spaced.find("BB") == std::string::npos);
}

TEST_CASE("the gap is kept whenever that is possible, with the first possible row each time",
          "[ordering]") {
  std::mt19937 random(20);  // every number below is checked against trying all orders
  int possible = 0;
  for (int round = 0; round < 400; ++round) {
    std::string letters;
    const int artists = 1 + static_cast<int>(random() % 4), rows = static_cast<int>(random() % 9);
    for (int i = 0; i < rows; ++i) {
      letters += static_cast<char>('A' + random() % static_cast<unsigned>(artists));
    }
    const int gap = static_cast<int>(random() % 4);
    CAPTURE(letters, gap);
    const Ordered spaced = space(letters, gap);
    REQUIRE(spaced.rows.size() == letters.size());
    const Numbers wanted = first_by_trying(letters, gap + 1);
    if (!wanted.empty()) {
      CHECK(spaced.rows == wanted);
      ++possible;
      continue;
    }
    if (letters.empty()) continue;
    int best = gap;  // no order keeps gap + 1, so look for the best that one does
    while (first_by_trying(letters, best).empty()) --best;
    CHECK(smallest_distance(letters_in(letters, spaced.rows)) == best);
  }
  CHECK(possible > 100);
  CHECK(possible < 390);
}

TEST_CASE("ordering.by sorts up and down, keeps ties and puts missing values last", "[ordering]") {
  TinyLibrary library;
  for (const std::int32_t year : {1990, 1970, kNoInt, 1990, 1980}) {
    library.add({.artists = {"A"}, .year = year});
  }
  const engine::Candidates all = candidates_of({0, 1, 2, 3, 4});
  CHECK(run_order("ordering.by", {{"field", "year"}}, library, all).rows == Numbers{1, 4, 0, 3, 2});
  CHECK(run_order("ordering.by", {{"1", "year"}, {"direction", "down"}}, library, all).rows ==
        Numbers{0, 3, 4, 1, 2});
}

TEST_CASE("ordering.by sorts texts by their bytes", "[ordering]") {
  TinyLibrary library;
  for (const char* title : {"b", "", "a", "B"}) library.add({.title = title, .artists = {"A"}});
  CHECK(run_order("ordering.by", {{"field", "title"}}, library, candidates_of({0, 1, 2, 3})).rows ==
        Numbers{3, 2, 0, 1});
}

TEST_CASE("ordering.shuffle gives every order equally often", "[ordering]") {
  const TinyLibrary library = library_of("ABC");
  std::map<Numbers, int> counts;
  for (std::uint64_t seed = 0; seed < 6000; ++seed) {
    ++counts[run_order("ordering.shuffle", {}, library, candidates_of({0, 1, 2}), {seed}).rows];
  }
  REQUIRE(counts.size() == 6);
  for (const auto& [order, count] : counts) CHECK(count == Approx(1000).margin(145));  // 5 sigma
}
