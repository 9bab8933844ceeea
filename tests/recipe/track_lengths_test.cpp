#include "plan/track_lengths.hpp"

#include <catch2/catch.hpp>

#include "store/listen_flags.hpp"
#include "support/small_store.hpp"

namespace {

std::string listen(int ts, int track, int ms, std::int32_t flags) {
  return "INSERT INTO listens VALUES (1, " + std::to_string(ts) + ", " + std::to_string(track) +
         ", " + std::to_string(ms) + ", " + std::to_string(flags) + ", NULL, 1);";
}

}  // namespace

TEST_CASE("a length that no source told is the median of the plays that ended by themselves",
          "[recipe][lengths]") {
  const std::int32_t done = engine::ListenFlags::with_end(engine::PlayReason::kTrackDone);
  const std::int32_t forward = engine::ListenFlags::with_end(engine::PlayReason::kForward);
  test::SmallStore store;
  store.change(
      "INSERT INTO artists (artist_id, name, key) VALUES (1, 'Ada', 'ada');"
      "INSERT INTO tracks (track_id, title, artist_id, duration_ms, in_catalogue) VALUES"
      " (1, 'Told', 1, 200000, 1), (2, 'Heard', 1, NULL, 1), (3, 'Skipped', 1, NULL, 1),"
      " (4, 'Twice', 1, NULL, 1);" +
      listen(1000, 1, 150'000, done) +                                   // told: 200 s
      listen(2000, 2, 181'000, done) + listen(3000, 2, 180'000, done) +  // one of them seeked back
      listen(4000, 2, 600'000, done) + listen(5000, 2, 20'000, forward) +
      listen(6000, 3, 90'000, forward) +  // never to its end
      listen(7000, 4, 100'000, done) + listen(8000, 4, 120'000, done));
  const auto of = [&](std::int64_t now) {
    const auto tables = store.as_of(now);
    engine::TrackLengths lengths(tables.get());
    std::vector<std::int32_t> ms;
    for (const int id : {1, 2, 3, 4}) ms.push_back(lengths.ms(tables->track_number(id)));
    return ms;
  };
  CHECK(of(90'000) == std::vector<std::int32_t>{200'000, 181'000, 0, 100'000});
  // As of 2500 one play of track 2 has ended.
  CHECK(of(2'500) == std::vector<std::int32_t>{200'000, 181'000, 0, 0});
  CHECK(of(3'500) == std::vector<std::int32_t>{200'000, 180'000, 0, 0});
}
