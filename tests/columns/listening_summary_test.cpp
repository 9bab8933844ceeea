#include "data/listening_summary.hpp"

#include <catch2/catch.hpp>

#include "data/listen_scan.hpp"
#include "store/listen_flags.hpp"
#include "support/small_store.hpp"

namespace {

std::string top(const std::vector<engine::TopEntry>& entries) {
  std::string text;
  for (const engine::TopEntry& entry : entries)
    text += entry.name + (entry.artist.empty() ? "" : "/" + entry.artist) + " " +
            std::to_string(entry.plays) + "; ";
  return text;
}

}  // namespace

TEST_CASE("the summary counts what one user did by then", "[stats]") {
  test::SmallStore store;
  store.change(
      "INSERT INTO artists (artist_id, name, key) VALUES (1, 'Ada', 'ada'), (2, 'Bo', 'bo');"
      "INSERT INTO tracks (track_id, title, artist_id, in_catalogue, energy) VALUES"
      " (1, 'One', 1, 1, 0.5), (2, 'Two', 1, 1, NULL), (3, 'Three', 2, 0, NULL);"
      "INSERT INTO tags VALUES (1, 'rock'), (2, 'jazz');"
      "INSERT INTO track_tags (track_id, tag_id) VALUES (1, 1), (2, 1), (3, 2);"
      "INSERT INTO likes VALUES (1, 2, 100);"
      "INSERT INTO listens VALUES"
      " (1, 1000, 1, 1800000, 0, NULL, 1), (1, 3000, 2, 60000, 0, NULL, 1),"
      " (1, 4000, 2, 5000, 0, NULL, 1), (1, 5000, 3, 60000, 0, NULL, 1),"
      " (1, 6000, 3, 60000, 0, NULL, 1), (1, 7000, 3, 60000, " +
      std::to_string(engine::ListenFlags::kIncognito) + ", NULL, 1)");
  const engine::ListeningSummary all = engine::summarise_listening(*store.as_of(90'000), 2);
  CHECK(all.listens == 5);
  CHECK(all.plays == 4);
  CHECK(all.skips == 1);
  CHECK(all.private_listens == 1);
  CHECK(all.hours == Approx(1985.0 / 3600));
  CHECK(all.first == 1000);
  CHECK(all.last == 6000);
  CHECK(all.tracks_heard == 3);
  CHECK(all.artists_heard == 2);
  CHECK(all.likes == 1);
  CHECK(all.library == 1);
  CHECK(all.saved_artists == 1);
  CHECK(all.tracks == 3);
  CHECK(all.matched_listens_share == Approx(3.0 / 5));
  CHECK(all.matched_tracks_share == Approx(2.0 / 3));
  CHECK(top(all.top_tracks) == "Three/Bo 2; One/Ada 1; ");
  CHECK(top(all.top_artists) == "Ada 2; Bo 2; ");
  CHECK(top(all.top_genres) == "rock 2; jazz 2; ");

  const auto heard = [&](const std::string& feature) {
    for (const engine::FeatureCoverage& coverage : all.heard_coverage)
      if (coverage.feature == feature)
        return std::vector<std::int64_t>{coverage.own, coverage.artist_mean, coverage.none};
    return std::vector<std::int64_t>{};
  };
  CHECK(heard("energy") == std::vector<std::int64_t>{1, 1, 1});  // One, Two by way of Ada, Three
  CHECK(heard("tempo") == std::vector<std::int64_t>{0, 0, 3});

  const auto private_by = [&](std::int64_t now) {
    return engine::count_private_listens(engine::Store::open(store.path()), 1, now);
  };
  CHECK(private_by(7'000) == 0);
  CHECK(private_by(7'059) == 0);
  CHECK(private_by(7'060) == 1);  // it is over

  const engine::ListeningSummary early = engine::summarise_listening(*store.as_of(2'800), 10);
  CHECK(early.listens == 1);
  CHECK(top(early.top_tracks) == "One/Ada 1; ");
  CHECK(early.tracks == 2);

  const engine::ListeningSummary none = engine::summarise_listening(*store.as_of(0), 10);
  CHECK(none.listens == 0);
  CHECK(none.matched_listens_share == -1);
  CHECK(none.top_artists.empty());
}
