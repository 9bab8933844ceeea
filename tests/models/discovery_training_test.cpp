// Learning which candidates are discoveries, on people whose reasons are known.
#include "kernels/discovery_training.hpp"

#include <cmath>
#include <numeric>

#include <catch2/catch.hpp>

using model::DiscoveryData;
using model::DiscoveryModel;
using model::DiscoveryOptions;

namespace {

constexpr std::int64_t kDay = 86'400, kBegin = 1'600'000'000;
constexpr std::int32_t kArtists = 20, kPeople = 30, kCollectors = 3;
constexpr std::int32_t kMost = 80,
                       kFewest = 40;  // tracks of the first half of artists, of the others
constexpr int kDays = 400;

/// Three people play every song there is, once, so that all have listeners. Each of the others
/// plays two artists of many songs and two of few all the time, one song of each every day, and
/// every fifth day a song that is new to them: by one of the artists of few. Their plays and the
/// listeners, which is all that the formula without learning looks at, do not tell the two apart.
struct Listening {
  std::vector<std::int64_t> begin{0}, ts, track_id;
  std::vector<std::int32_t> track, artist, song;
  std::vector<std::uint8_t> is_play, is_skip, is_taught;

  Listening() : is_taught(kPeople, 1) {
    for (std::int32_t of = 0; of < kArtists; ++of) {
      for (std::int32_t k = 0; k < songs_of(of); ++k) {
        artist.push_back(of);
        song.push_back(static_cast<std::int32_t>(song.size()));
        track_id.push_back(static_cast<std::int64_t>(track_id.size()) + 1);
      }
    }
    for (std::int32_t person = 0; person < kCollectors; ++person) {
      for (std::int32_t row = 0; row < static_cast<std::int32_t>(song.size()); ++row)
        play(row, row / 200, 200 * (row % 200));
      end_person();
    }
    for (std::int32_t person = kCollectors; person < kPeople; ++person) {
      const std::int32_t mine[] = {person % 10, (person + 3) % 10, 10 + person % 10,
                                   10 + (person + 7) % 10};
      std::int32_t known[] = {2, 2, 2, 2};
      for (int day = 10; day < kDays; ++day) {
        for (std::size_t k = 0; k < 4; ++k)
          play(song_of(mine[k], person, day % known[k]), day, 4'000 * static_cast<std::int64_t>(k));
        if (day % 5 != 0) continue;
        const std::size_t k = day % 10 == 0 ? 2 : 3;
        if (known[k] < kFewest) play(song_of(mine[k], person, known[k]++), day, 20'000);
      }
      end_person();
    }
    is_skip.assign(ts.size(), 0);
  }
  static std::int32_t songs_of(std::int32_t of) { return of < kArtists / 2 ? kMost : kFewest; }
  /// Everybody comes to an artist's songs in another order.
  static std::int32_t song_of(std::int32_t of, std::int32_t person, std::int32_t place) {
    const std::int32_t first =
        of < kArtists / 2 ? of * kMost : kArtists / 2 * (kMost - kFewest) + of * kFewest;
    return first + (place * 7 + person * 13) % songs_of(of);
  }
  void end_person() { begin.push_back(static_cast<std::int64_t>(ts.size())); }
  void play(std::int32_t row, int day, std::int64_t seconds) {
    track.push_back(row);
    ts.push_back(kBegin + day * kDay + seconds);
    is_play.push_back(1);
  }
  [[nodiscard]] DiscoveryData data(std::int64_t now = kBegin + kDays * kDay) const {
    return {{begin, ts, track, is_play, track_id, artist, kArtists}, is_skip, song, is_taught, now};
  }
};

DiscoveryOptions options(int threads = 1) {
  DiscoveryOptions made;
  made.threads = threads;
  return made;
}

double weight(const DiscoveryModel& model, std::string_view name) {
  const auto features = shared::discovery_features();
  for (std::size_t k = 0; k < features.size(); ++k)
    if (name == features[k].name) return model.weights[k];
  FAIL("no feature " << name);
  return 0;
}

}  // namespace

TEST_CASE("what is learned beats the formula that it began with", "[discovery]") {
  const Listening listening;
  const auto model = model::train_discovery(listening.data(), options());
  REQUIRE(model);
  CHECK(model->lists > 100);
  CHECK(model->held_out.lists > 20);
  // Of the eight that two of each artist leave, four can be right.
  CHECK(model->held_out.precision > 1.2 * model->held_out.prior_precision);
  CHECK(model->held_out.hit_share >= model->held_out.prior_hit_share);
  CHECK(weight(*model, "known.artist_tracks") < -0.3);
  CHECK(model->calibration.error < 0.02);
}

TEST_CASE("any number of threads learns the same", "[discovery]") {
  const Listening listening;
  const auto one = model::train_discovery(listening.data(), options(1)),
             three = model::train_discovery(listening.data(), options(3));
  REQUIRE((one && three));
  CHECK(one->weights == three->weights);
  CHECK(one->means == three->means);
  CHECK(one->scaling.slope == three->scaling.slope);
}

TEST_CASE("nothing from now on is learned from", "[discovery]") {
  Listening listening;
  const std::int64_t now = kBegin + 300 * kDay;
  const auto before = model::train_discovery(listening.data(now), options());
  for (std::size_t row = 0; row < listening.ts.size(); ++row)
    if (listening.ts[row] >= now) listening.track[row] = 7;
  const auto after = model::train_discovery(listening.data(now), options());
  REQUIRE((before && after));
  CHECK(before->weights == after->weights);
  CHECK(before->lists == after->lists);
}

TEST_CASE("people who are not learned from are counted among the listeners only", "[discovery]") {
  Listening listening;
  const auto all = model::train_discovery(listening.data(), options());
  std::fill(listening.is_taught.begin() + kPeople / 2, listening.is_taught.end(), 0);
  const auto half = model::train_discovery(listening.data(), options());
  REQUIRE((all && half));
  CHECK(half->lists < all->lists);
  CHECK(half->lists > 0);
  std::fill(listening.is_taught.begin(), listening.is_taught.end(), 0);
  const auto none = model::train_discovery(listening.data(), options());
  REQUIRE(none);
  CHECK(none->lists == 0);
  for (std::size_t k = 0; k < none->weights.size(); ++k)
    CHECK(none->weights[k] == static_cast<double>(shared::discovery_features()[k].prior));
}

TEST_CASE("training stops when it is told to", "[discovery]") {
  const Listening listening;
  DiscoveryOptions asked = options();
  asked.proceed = [](double done) { return done < 0.3; };
  CHECK_FALSE(model::train_discovery(listening.data(), asked));
}

TEST_CASE("the order of equal tracks says nothing about their ids", "[discovery]") {
  int ascending = 0;
  for (std::int64_t id = 1; id < 1'000; ++id)
    ascending += shared::tie_of(id) < shared::tie_of(id + 1);
  CHECK(ascending > 440);
  CHECK(ascending < 560);
}

TEST_CASE("the listener's own plays are none of the audience's", "[discovery]") {
  const Listening listening;
  const shared::CoListeningOf counted(listening.data().listens, kBegin + 50 * kDay, 1'000'000);
  const shared::CoListening all = counted.view();
  const std::vector<shared::HeardRow> heard{{kBegin + 49 * kDay, 0, 0, true}};
  const shared::ListenerProfile listener(heard, kBegin + 50 * kDay, all.artists());
  const shared::PeopleSharing people = shared::people_sharing(all, listener, -1);
  // Of those who play artist 0, leaving out one changes what the others' artists get.
  std::int32_t self = -1;
  for (std::int32_t person = 0; person < kPeople && self < 0; ++person) {
    const auto artists = all.person_artists[person];
    if (std::find(artists.begin(), artists.end(), 0) != artists.end()) self = person;
  }
  REQUIRE(self >= 0);
  const shared::PeopleSharing others = shared::people_sharing(all, listener, self);
  CHECK(shared::artist_audiences(all, others) != shared::artist_audiences(all, people));
  for (const auto share : {&shared::PeopleSharing::lately, &shared::PeopleSharing::alike}) {
    CHECK((others.*share)[static_cast<std::size_t>(self)] == 0);
    CHECK((people.*share)[static_cast<std::size_t>(self)] > 0);
  }
}
