#include "watch/list_changes.hpp"

#include <catch2/catch.hpp>

using engine::compare_lists;
using engine::ListChanges;
using engine::move_text;

namespace {

std::vector<std::string> moves(const ListChanges& changes, bool is_plain = true) {
  std::vector<std::string> texts;
  for (const engine::TrackMove& move : changes.tracks) texts.push_back(move_text(move, is_plain));
  return texts;
}

}  // namespace

TEST_CASE("moves, new tracks and tracks that left", "[watch]") {
  const ListChanges changes = compare_lists({10, 20, 30, 40}, {30, 10, 50, 40});
  CHECK(moves(changes) == std::vector<std::string>{"+2", "-1", "new", ""});
  CHECK(moves(changes, false) == std::vector<std::string>{"▲2", "▼1", "new", ""});
  CHECK(changes.new_count == 1);
  CHECK(changes.moved_count == 2);
  REQUIRE(changes.left.size() == 1);
  CHECK(changes.left[0].track == 20);
  CHECK(changes.left[0].before == 2);
}

TEST_CASE("equal lists have no changes, and empty ones no places", "[watch]") {
  CHECK(moves(compare_lists({1, 2}, {1, 2})) == std::vector<std::string>{"", ""});
  CHECK(compare_lists({}, {}).tracks.empty());
  const ListChanges gone = compare_lists({1, 2}, {});
  CHECK(gone.left.size() == 2);
  CHECK(compare_lists({}, {1, 2}).new_count == 2);
}
