// The mood to come: ways compared, on windows that taught none of them.
#include "kernels/mood_forecast.hpp"

#include "playlist/random.hpp"

#include <cmath>
#include <numeric>

#include <catch2/catch.hpp>

using model::forecast_moods;
using model::JudgedMoods;
using model::MoodLog;
using model::MoodOptions;
using model::MoodWay;
using shared::MoodExpert;
using shared::MoodListen;

namespace {

constexpr int kKinds = 3, kEach = 20, kTracks = kKinds * kEach, kSession = 12;

/// How tracks of three kinds sound, that lie far apart.
shared::MoodSounds three_kinds() {
  shared::MoodSounds sounds;
  for (auto& values : sounds.values) values.resize(kTracks);
  sounds.is_own.assign(kTracks, 1);
  for (int track = 0; track < kTracks; ++track)
    for (std::size_t k = 0; k < shared::kMoodSoundCount; ++k)
      sounds.values[k][static_cast<std::size_t>(track)] =
          (static_cast<int>(k) % kKinds == track % kKinds ? 0.9F : 0.1F) +
          0.002F * static_cast<float>((track * 7 + static_cast<int>(k)) % 10);
  return sounds;
}

/// Windows of the listens that have three before them in their session, with one feature: the hour.
void add_windows(MoodLog& log) {
  log.columns = 1;
  int position = 0;
  for (std::size_t row = 0; row < log.listens.size(); ++row) {
    position = log.listens[row].begins_session ? 0 : position + 1;
    if (position < 3) continue;
    log.told.push_back(static_cast<std::int32_t>(row));
    log.windows.push_back(static_cast<float>(log.listens[row - 1].hour));
  }
}

/// Somebody who has a session a day. After a track comes, seven times of ten, always the same other
/// one; else any.
MoodLog habit(int sessions, std::uint64_t seed) {
  playlist::Random random(seed);
  MoodLog log;
  log.sounds = three_kinds();
  std::vector<std::int32_t> next(kTracks);
  for (std::int32_t& track : next) track = static_cast<std::int32_t>(random.below(kTracks));
  std::int32_t track = 0;
  for (int session = 0; session < sessions; ++session) {
    for (int k = 0; k < kSession; ++k) {
      track = k > 0 && random.real() < 0.7 ? next[static_cast<std::size_t>(track)]
                                           : static_cast<std::int32_t>(random.below(kTracks));
      MoodListen listen;
      listen.track = track;
      listen.artist = track % 5;
      listen.ts = 86'400 * session + 36'000 + 200 * k;
      listen.hour = 10;
      listen.begins_session = k == 0;
      log.listens.push_back(listen);
    }
  }
  add_windows(log);
  return log;
}

shared::MoodCentroids corners() {
  shared::MoodCentroids moods;
  for (int kind = 0; kind < kKinds; ++kind)
    for (std::size_t k = 0; k < shared::kMoodSoundCount; ++k)
      moods.values.push_back(static_cast<int>(k) % kKinds == kind ? 0.9F : 0.1F);
  return moods;
}

MoodOptions options() {
  MoodOptions made;
  made.published.rounds = 20;
  made.clusters.most = 5;
  return made;
}

JudgedMoods judged(const MoodLog& log, const MoodOptions& asked = options()) {
  auto made = forecast_moods(log, corners(), asked);
  REQUIRE(made);
  return *std::move(made);
}

const model::MoodFigures& of(const JudgedMoods& judged, MoodWay way) {
  return judged.ways[static_cast<std::size_t>(way)];
}

/// What every way said of the first `windows` held-out ones.
std::vector<std::vector<float>> first_said(const JudgedMoods& judged, std::size_t windows) {
  std::vector<std::vector<float>> made;
  for (const std::vector<float>& said : judged.said) {
    REQUIRE(said.size() >= windows * kKinds);
    made.emplace_back(said.begin(), said.begin() + static_cast<std::ptrdiff_t>(windows * kKinds));
  }
  return made;
}

}  // namespace

TEST_CASE("what comes after a track is found, and by how much is said", "[models][next_mood]") {
  const MoodLog log = habit(150, 1);
  const JudgedMoods found = judged(log);
  REQUIRE(found.why.empty());
  CHECK(found.moods.centroids.count() == kKinds);
  CHECK_FALSE(found.moods.is_continuum());
  CHECK(found.taught == log.told.size() * 4 / 5);
  CHECK(found.taught + found.held_out == log.told.size());
  CHECK(found.weeks >= 4);
  CHECK(found.serves == MoodWay::kForecast);
  const auto& ours = of(found, MoodWay::kForecast).all;
  for (const MoodWay way : {MoodWay::kLast, MoodWay::kSession, MoodWay::kMarkov1, MoodWay::kMarkov2,
                            MoodWay::kHour, MoodWay::kPublished}) {
    CAPTURE(name_of(way));
    const auto& figures = of(found, way);
    CHECK(figures.is_tried);
    CHECK(figures.all.gain.low > 0);
    CHECK(figures.changes.gain.low > 0);
    CHECK(figures.all.log_loss.value - ours.log_loss.value == Approx(figures.all.gain.value));
    CHECK(figures.all.accuracy < ours.accuracy);
    CHECK(figures.all.macro_f1 < ours.macro_f1);
    CHECK(figures.all.area < ours.area);
  }
  // 0.7 + 0.3 / 3 of what comes is that after the track.
  CHECK(ours.accuracy == Approx(0.8).margin(0.05));
  CHECK(of(found, MoodWay::kForecast).changes.accuracy == Approx(0.8).margin(0.07));
}

TEST_CASE("without a habit a simple way serves", "[models][next_mood]") {
  MoodLog log = habit(120, 2);
  playlist::Random random(3);
  for (MoodListen& listen : log.listens)
    listen.track = static_cast<std::int32_t>(random.below(kTracks));
  const JudgedMoods found = judged(log);
  CHECK(found.serves != MoodWay::kForecast);
  CHECK(found.serves != MoodWay::kPublished);
  CHECK(std::abs(of(found, MoodWay::kForecast).all.area - 0.5) < 0.08);
}

TEST_CASE("figures of what was said, worked out by hand", "[models][next_mood]") {
  // Everything always changes from 0 to 1 to 2: to change is all that there is to say.
  MoodLog log = habit(120, 4);
  playlist::Random random(14);
  for (std::size_t row = 0; row < log.listens.size(); ++row)
    log.listens[row].track = static_cast<std::int32_t>(row % kKinds + kKinds * random.below(kEach));
  const JudgedMoods found = judged(log);
  CHECK(found.changes == found.held_out);
  CHECK(of(found, MoodWay::kMarkov1).all.accuracy == 1);
  CHECK(of(found, MoodWay::kMarkov1).all.macro_f1 == 1);
  CHECK(of(found, MoodWay::kMarkov1).all.area == 1);
  // Two others are left where it never stays.
  CHECK(of(found, MoodWay::kLast).all.log_loss.value == Approx(std::log(2)).margin(0.02));
  CHECK(of(found, MoodWay::kHour).all.log_loss.value == Approx(std::log(3)).margin(0.02));
}

TEST_CASE("how long a session becomes is told to nobody", "[models][next_mood][leak]") {
  const MoodLog log = habit(100, 5);
  // The last session goes on, with a track whose sound is not known, so that nothing more is judged.
  MoodLog longer = log;
  for (auto& values : longer.sounds.values) values.push_back(playlist::kMissingF32);
  longer.sounds.is_own.push_back(0);
  for (int k = 0; k < 30; ++k) {
    MoodListen listen = longer.listens.back();
    listen.track = kTracks;
    listen.ts += 200;
    longer.listens.push_back(listen);
  }
  longer.told.clear();
  longer.windows.clear();
  add_windows(longer);
  const JudgedMoods short_one = judged(log), long_one = judged(longer);
  CHECK(long_one.held_out == short_one.held_out);
  CHECK(long_one.said == short_one.said);
}

TEST_CASE("nothing of the held-out windows teaches", "[models][next_mood][leak]") {
  const MoodLog log = habit(150, 6);
  const JudgedMoods found = judged(log);
  constexpr std::size_t kBefore = 100;
  MoodLog poisoned = log;
  playlist::Random random(7);
  const auto from = static_cast<std::size_t>(log.told[found.taught + kBefore - 1]);
  for (std::size_t row = from; row < log.listens.size(); ++row)
    poisoned.listens[row].track = static_cast<std::int32_t>(3 * random.below(kEach));  // one mood
  const JudgedMoods other = judged(poisoned);
  // No window went over to those that teach, for want of a mood there or else.
  CHECK(other.taught == found.taught);
  CHECK(other.rounds == found.rounds);
  CHECK(first_said(other, kBefore) == first_said(found, kBefore));
  CHECK(other.said != found.said);  // it was there to be seen
}

TEST_CASE("moods that judge are of what was heard before", "[models][next_mood][leak]") {
  MoodLog log = habit(150, 8);
  // Tracks that are heard in the held-out part alone.
  const std::size_t split = log.told.size() * 4 / 5;
  const auto first = static_cast<std::size_t>(log.told[split]);
  for (auto& values : log.sounds.values)
    for (int k = 0; k < kTracks; ++k) values.push_back(values[static_cast<std::size_t>(k)]);
  log.sounds.is_own.resize(2 * kTracks, 1);
  for (std::size_t row = first; row < log.listens.size(); row += 2)
    log.listens[row].track += kTracks;
  const JudgedMoods found = judged(log);
  MoodLog poisoned = log;
  for (auto& values : poisoned.sounds.values)
    for (std::size_t k = kTracks; k < values.size(); ++k) values[k] = 0.5F;
  const JudgedMoods other = judged(poisoned);
  CHECK(other.moods.centroids.values == found.moods.centroids.values);
  CHECK(first_said(other, 1) == first_said(found, 1));
  CHECK(other.said != found.said);
}

TEST_CASE("trees stop by what they learn from", "[models][next_mood][leak]") {
  const MoodLog log = habit(150, 9);
  const JudgedMoods found = judged(log);
  MoodLog poisoned = log;
  playlist::Random random(10);
  for (std::size_t row = static_cast<std::size_t>(log.told[found.taught]); row < log.listens.size();
       ++row)
    poisoned.listens[row].track = static_cast<std::int32_t>(random.below(kTracks));
  const JudgedMoods other = judged(poisoned);
  CHECK(found.rounds >= 1);
  CHECK(other.rounds == found.rounds);
  CHECK(first_said(other, 1) == first_said(found, 1));
}

TEST_CASE("the same listens give the same forecast on any number of threads",
          "[models][next_mood]") {
  const MoodLog log = habit(100, 11);
  MoodOptions threads = options();
  threads.clusters.threads = threads.published.threads = 3;
  const JudgedMoods once = judged(log), again = judged(log, threads);
  CHECK(once.said == again.said);
  CHECK(once.forecast.within.weights == again.forecast.within.weights);
  CHECK(once.forecast.start.weights == again.forecast.start.weights);
}

TEST_CASE("without the published way the rest is as with it", "[models][next_mood]") {
  const MoodLog log = habit(100, 12);
  MoodOptions without = options();
  without.compares_published = false;
  const JudgedMoods all = judged(log), few = judged(log, without);
  CHECK_FALSE(of(few, MoodWay::kPublished).is_tried);
  CHECK(few.said.back() == all.said.back());
  CHECK(few.serves == all.serves);
}

TEST_CASE("too few listens to judge by are told", "[models][next_mood]") {
  const JudgedMoods found = judged(habit(20, 13));
  CHECK_THAT(found.why, Catch::Contains("180 listens with three before them"));
  CHECK(found.serves == MoodWay::kMarkov2);
  CHECK(found.forecast.within.weights.size() == shared::kMoodExperts + kKinds);
}

TEST_CASE("experts, worked out by hand", "[models][next_mood]") {
  shared::MoodHistory history(2);
  const auto heard = [&](std::int32_t track, std::int32_t mood, std::int64_t ts, bool begins) {
    MoodListen listen;
    listen.track = track;
    listen.artist = track;
    listen.mood = mood;
    listen.ts = ts;
    listen.hour = 7;
    listen.begins_session = begins;
    history.take(listen);
  };
  const auto chance = [&](MoodExpert expert, std::int64_t ts = 300) {
    std::vector<float> said(shared::kMoodExperts * 2);
    history.say(ts, 7, said);
    for (std::size_t k = 0; k < shared::kMoodExperts; ++k)
      CHECK(said[2 * k] + said[2 * k + 1] == Approx(1));
    return said[2 * static_cast<std::size_t>(expert) + 1];
  };
  CHECK(chance(MoodExpert::kAfterTwo) == Approx(0.5));  // nothing is known
  heard(5, 0, 100, true);
  heard(6, 1, 200, false);
  heard(5, 0, 300, false);
  // One of three: (1 + 1) / (3 + 2); what is drawn to it follows.
  const double all = 0.4;
  CHECK(chance(MoodExpert::kAll) == Approx(all));
  CHECK(chance(MoodExpert::kHour) == Approx((1 + 30 * all) / 33));
  // It changed twice, and never stayed: (2 + 1) / (2 + 2).
  CHECK(chance(MoodExpert::kLast) == Approx(0.75));
  // After mood 0 came 1, once.
  const double one = (1 + 10 * all) / 11;
  CHECK(chance(MoodExpert::kMarkov1) == Approx(one));
  CHECK(chance(MoodExpert::kMarkovLately) == Approx((1 + 10 * one) / 11));
  CHECK(chance(MoodExpert::kMarkov2) == Approx(one));  // after 1, 0 nothing came yet
  const double artist = (1 + 4 * one) / 5, track = (1 + 3 * artist) / 4;
  CHECK(chance(MoodExpert::kAfterArtist) == Approx(artist));
  CHECK(chance(MoodExpert::kAfterTrack) == Approx(track));
  CHECK(chance(MoodExpert::kAfterTwo) == Approx(track));
  // After a day the listens count half for the day, and hardly less for the month.
  const double month = (1 + 15 * all) / 18;
  CHECK(chance(MoodExpert::kMonth) == Approx(month).epsilon(1e-4));
  const std::int64_t later = 300 + 86'400;
  CHECK(chance(MoodExpert::kDay, later) > chance(MoodExpert::kDay, 300) - 0.02F);
  history.begin_session();
  CHECK(history.last_of_session() == shared::kNoMood);
  CHECK(chance(MoodExpert::kSession, later) == Approx(chance(MoodExpert::kWeek, later)));
  // A session began once, with mood 0; what was heard in the one before it is not the last.
  const double begin = (0 + 10 * all) / 11;
  CHECK(chance(MoodExpert::kLast, later) == Approx(all));
  CHECK(chance(MoodExpert::kMarkov1, later) == Approx(begin));
  CHECK(chance(MoodExpert::kAfterTwo, later) == Approx(begin));
  // Discounted: after the start and 0 came 1 once; 0.25 of it stays, the rest is what 0 alone says.
  heard(5, 0, later, true);
  const double after_zero = (1 + 10 * (2.0 / 6)) / 11;
  CHECK(chance(MoodExpert::kMarkov1, later) == Approx(after_zero));
  CHECK(chance(MoodExpert::kMarkov2, later) == Approx((0.25 + 2.75 * after_zero) / 3));
}

TEST_CASE("a pool is a product of powers", "[models][next_mood]") {
  shared::MoodPool pool;
  pool.weights.assign(shared::kMoodExperts + 2, 0);
  std::vector<float> said(2 * shared::kMoodExperts, 0.5F), chances(2);
  said[0] = 0.2F;
  said[1] = 0.8F;
  pool.weights[0] = 2;
  pool.weights.back() = std::log(3.0F);
  pool.say(said, chances);
  CHECK(chances[1] == Approx(0.64 * 3 / (0.64 * 3 + 0.04)));
  CHECK(chances[0] + chances[1] == Approx(1));
}

TEST_CASE("who asks at the end alone hears the same, with less counted", "[moods]") {
  constexpr std::size_t kMoods = 4;
  playlist::Random random(11);
  std::vector<shared::MoodListen> listens;
  for (int k = 0; k < 3'000; ++k)
    listens.push_back({.track = static_cast<std::int32_t>(random.below(40)),
                       .artist = static_cast<std::int32_t>(random.below(9)),
                       .mood = static_cast<std::int32_t>(random.below(kMoods)),
                       .ts = 1'000'000 + k * 300,
                       .hour = k / 12 % 24,
                       .begins_session = random.chance(0.1)});
  listens.back().begins_session = listens[listens.size() - 2].begins_session = false;
  shared::MoodHistory all(kMoods), few(kMoods);
  few.count_only_after(listens.back().artist, listens.back().track,
                       listens[listens.size() - 2].track);
  for (const shared::MoodListen& listen : listens) {
    all.take(listen);
    few.take(listen);
  }
  std::vector<float> said(shared::kMoodExperts * kMoods), same(said.size());
  all.say(listens.back().ts, listens.back().hour, said);
  few.say(listens.back().ts, listens.back().hour, same);
  CHECK(said == same);
}
