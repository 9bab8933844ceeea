// The edits that make one list of another, and which track over there is ours.
#include "shared/list_edits.hpp"

#include <algorithm>
#include <random>

#include <catch2/catch.hpp>

#include "shared/track_match.hpp"

using shared::ListEdit;
using shared::TrackNames;
using List = std::vector<std::string>;

namespace {

List edited(List list, const shared::ListEdits& made) {
  for (const ListEdit& edit : made.edits) {
    const auto from = list.begin() + static_cast<std::ptrdiff_t>(edit.from);
    if (edit.kind == ListEdit::Kind::kInsert) {
      REQUIRE(edit.to <= list.size());
      list.insert(list.begin() + static_cast<std::ptrdiff_t>(edit.to), edit.item);
      continue;
    }
    REQUIRE(edit.from < list.size());
    const std::string item = *from;
    list.erase(from);
    if (edit.kind == ListEdit::Kind::kRemove) continue;
    REQUIRE(edit.to <= list.size());
    list.insert(list.begin() + static_cast<std::ptrdiff_t>(edit.to), item);
  }
  return list;
}

/// The length of a longest common subsequence, the slow way.
std::size_t common(const List& a, const List& b) {
  std::vector<std::vector<std::size_t>> best(a.size() + 1, std::vector<std::size_t>(b.size() + 1));
  for (std::size_t i = 0; i < a.size(); ++i)
    for (std::size_t j = 0; j < b.size(); ++j)
      best[i + 1][j + 1] = a[i] == b[j] ? best[i][j] + 1 : std::max(best[i][j + 1], best[i + 1][j]);
  return best[a.size()][b.size()];
}

TrackNames track(const std::string& title, const std::string& artist, int seconds = 200,
                 const std::string& album = "") {
  return {title, artist, album, "", "", seconds};
}

}  // namespace

TEST_CASE("edits of lists lead where they should, and are the fewest", "[list_edits]") {
  std::minstd_rand random(3);
  for (int round = 0; round < 2000; ++round) {
    List before, after;
    for (List* list : {&before, &after}) {
      const std::size_t length = random() % 12;
      while (list->size() < length) {
        std::string item(1, static_cast<char>('a' + random() % 14));
        if (std::find(list->begin(), list->end(), item) == list->end()) list->push_back(item);
      }
    }
    const shared::ListEdits made = shared::list_edits(before, after);
    CHECK(edited(before, made) == after);
    CHECK(made.stayed == common(before, after));
    CHECK(made.added + made.moved + made.stayed == after.size());
    CHECK(made.removed + made.moved + made.stayed == before.size());
    CHECK(made.edits.size() == made.added + made.removed + made.moved);
  }
}

TEST_CASE("items that come several times are each one of their own", "[list_edits]") {
  std::minstd_rand random(4);
  for (int round = 0; round < 1000; ++round) {
    List before, after;
    for (List* list : {&before, &after})
      for (std::size_t k = random() % 10; k > 0; --k)
        list->emplace_back(1, static_cast<char>('a' + random() % 3));
    CHECK(edited(before, shared::list_edits(before, after)) == after);
  }
}

TEST_CASE("what others have put into a list stays behind ours", "[list_edits]") {
  const shared::WantedList kept =
      shared::wanted_list({"x", "a", "b", "y"}, {"a", "b"}, {"c", "a"}, true);
  CHECK(kept.items == List{"c", "a", "x", "y"});
  CHECK(kept.others == 2);
  CHECK(shared::wanted_list({"x", "a"}, {"a"}, {"c"}, false).items == List{"c"});
}

TEST_CASE("a track over there is ours by its ids or its names", "[track_match]") {
  const auto found = [](const TrackNames& ours, const std::vector<TrackNames>& offered) {
    return shared::matched_track(ours, offered).found;
  };
  CHECK(found(track("Déjà Vu!", "Beyoncé"), {track("deja vu", "BEYONCE")}) == 0);
  CHECK(found(track("Song (feat. Bob)", "Ann"), {track("Song", "Ann & Bob")}) == 0);
  CHECK(found(track("Song feat. Bob", "Ann, Bob"), {track("Song", "Ann")}) == 0);
  CHECK(found(track("Song - 2011 Remaster", "Ann"), {track("Song", "Ann")}) == 0);
  CHECK(found(track("Song - Live", "Ann"), {track("Song (Live at the Park)", "Ann")}) == 0);
  CHECK(found(track("Song", "Ann", 200, "Two"),
              {track("Song", "Ann", 201, "One"), track("Song", "Ann", 204, "Two")}) == 1);
  CHECK(found(track("Song", "Ann", 200), {track("Song", "Ann", 190), track("Song", "Ann", 201)}) ==
        1);
  CHECK(found(track("Song", "Ann", 0), {track("Song", "Ann", 190)}) == 0);
  TrackNames by_id = track("Lied", "Anna");
  by_id.mbid = "b1";
  TrackNames other = track("Something else", "Nobody");
  other.mbid = "b1";
  CHECK(found(by_id, {track("Lied", "Anna"), other}) == 1);
}

TEST_CASE("what is not over there says why, and what comes nearest", "[track_match]") {
  using Offered = std::vector<TrackNames>;
  const auto [offered, why] = GENERATE(table<Offered, std::string>(
      {{Offered{}, "nothing of that title by that artist"},
       {Offered{track("Song two", "Ann")}, "nothing of that title by that artist"},
       {Offered{track("Song", "Bob")}, "of that title only by others"},
       {Offered{track("Song", "Bob"), track("Song (Live)", "Ann")}, "only in another version"},
       {Offered{track("Song", "Ann", 320)},
        "of that name only one of 5:20 minutes, ours has 3:20"}}));
  const shared::TrackMatch match = shared::matched_track(track("Song", "Ann", 200), offered);
  CHECK_FALSE(match.found);
  CHECK(match.why == why);
  CHECK(match.nearest.has_value() == (why != "nothing of that title by that artist"));
}
