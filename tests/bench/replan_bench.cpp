// What `engine listen --live` puts next once a song is skipped (players/queue_plan.hpp): how long it
// takes, and whether it beats leaving the queue alone.
//
// replan/plan    500 songs of 300 artists in another order, by the session and what is known of the
//                artists
// replan/learn   what is known of 300 artists, counted over a million listens, which is done
//                between songs
// replan/people  PLAYLIST_BENCH_PEOPLE names a library of several people. Stretches of 30 plays of
//                their sessions, 15 artists or more, 2 to 22 of them heard for less than 30 s, are
//                a queue in an order that is drawn, and 15 of it are played: what somebody would
//                have heard or skipped is what they did when it came. At a skip the next song has
//                begun, as a player has it. Known is what was heard in the sessions before.
//                replanned, left, shuffled: share of the songs that were heard, a mean over people;
//                gain, low, high: of replanned over left, in points, with the 95 % interval by
//                drawing people anew; better_for: of so many `people`. The same by_gladness, as if
//                nothing had been heard in the session, and by_skips of its artists alone
#include "playlist/random.hpp"

#include <algorithm>
#include <benchmark/benchmark.h>
#include <cstdlib>
#include <numeric>
#include <set>
#include <span>
#include <string>
#include <vector>

#include "players/queue_plan.hpp"
#include "store/store.hpp"

namespace {

using engine::players::Acquaintance;
using engine::players::ListeningMemory;
using engine::players::plan_queue;
using engine::players::QueueSong;
using engine::players::SongHeard;

constexpr std::size_t kSongs = 500, kArtists = 300, kListens = 1'000'000;
constexpr std::size_t kQueue = 30, kPlayed = 15;
constexpr std::int64_t kGap = 1800, kHeardMs = 30'000;

ListeningMemory made_memory() {
  playlist::Random random(5);
  ListeningMemory memory;
  for (std::size_t k = 0; k < kListens; ++k)
    memory.add(static_cast<std::int32_t>(random.real() * random.real() * 25'000) + 1,
               random.real() < 0.7, k % 20 == 0);
  return memory;
}

std::vector<std::int32_t> made_artists() {
  std::vector<std::int32_t> artists(kArtists);
  std::iota(artists.begin(), artists.end(), 1);
  return artists;
}

void plan(benchmark::State& state) {
  const Acquaintance artists = made_memory().of(made_artists());
  playlist::Random random(6);
  std::vector<QueueSong> songs(kSongs);
  for (QueueSong& song : songs) {
    song.artist_number = static_cast<std::int32_t>(random.real() * kArtists) + 1;
    song.sound = {{static_cast<float>(random.real()), static_cast<float>(random.real()),
                   static_cast<float>(random.real()), static_cast<float>(random.real())}};
  }
  std::vector<SongHeard> heard;
  for (std::size_t k = 0; k < 12; ++k)
    heard.push_back({"", "", songs[k].artist_number, songs[k].sound, k % 3 == 0 ? 1.0 : -0.9, 0});
  for (auto _ : state) benchmark::DoNotOptimize(plan_queue(songs, heard, 1, artists));
}

void learn(benchmark::State& state) {
  const ListeningMemory memory = made_memory();
  const std::vector<std::int32_t> artists = made_artists();
  for (auto _ : state) benchmark::DoNotOptimize(memory.of(artists));
}

struct Play {
  std::int64_t track;
  std::int32_t artist;
  bool is_heard;
};

/// A person's sessions; the same song again at once is one play.
std::vector<std::vector<Play>> sessions_of(const engine::Store& store, std::int64_t user) {
  std::vector<std::vector<Play>> sessions;
  std::int64_t end = INT64_MIN / 2;
  auto select = store.prepare(
      "SELECT ts, track_id, coalesce(artist_id, 0), ms_played FROM listens JOIN tracks USING "
      "(track_id) WHERE user_id = ?1 AND ms_played >= 0 ORDER BY ts");
  for (select.start(user); select.step();) {
    const std::int64_t ts = select.integer(0), ms = select.integer(3);
    if (ts - end > kGap) sessions.emplace_back();
    end = std::max(end, ts + ms / 1000);
    const Play play{select.integer(1), static_cast<std::int32_t>(select.integer(2)),
                    ms >= kHeardMs};
    std::vector<Play>& session = sessions.back();
    if (!session.empty() && session.back().track == play.track) {
      session.back().is_heard |= play.is_heard;
    } else {
      session.push_back(play);
    }
  }
  return sessions;
}

enum Policy : std::size_t { kLeft, kShuffled, kReplanned, kByGladness, kBySkips, kPolicies };

/// How many of the first kPlayed that come were heard.
std::size_t heard_of(std::vector<Play> queue, Policy policy, const Acquaintance& artists,
                     playlist::Random random) {
  std::size_t heard = 0;
  std::vector<SongHeard> session;
  for (std::size_t at = 0; at < kPlayed; ++at) {
    heard += queue[at].is_heard;
    session.push_back({"", "", queue[at].artist, {}, queue[at].is_heard ? 1.0 : -1.0, 0});
    const std::size_t first = at + 2;  // the next one plays by then
    if (queue[at].is_heard || policy == kLeft) continue;
    if (policy == kShuffled) {
      random.shuffle(std::span(queue).subspan(first));
      continue;
    }
    std::vector<QueueSong> songs(queue.size() - first);
    for (std::size_t k = 0; k < songs.size(); ++k) songs[k].artist_number = queue[first + k].artist;
    const std::vector<Play> before = queue;
    std::vector<SongHeard> known = policy == kByGladness ? std::vector<SongHeard>() : session;
    if (policy == kBySkips)
      std::erase_if(known, [](const SongHeard& song) { return song.weight > 0; });
    const auto plan = plan_queue(songs, known, queue[at + 1].artist,
                                 policy == kBySkips ? Acquaintance() : artists);
    for (std::size_t k = 0; k < songs.size(); ++k) queue[first + k] = before[first + plan.order[k]];
  }
  return heard;
}

bool is_a_mix(const std::vector<Play>& queue) {
  std::set<std::int32_t> artists;
  std::size_t skips = 0;
  for (const Play& play : queue) {
    artists.insert(play.artist);
    skips += !play.is_heard;
  }
  return artists.size() >= kQueue / 2 && skips >= 2 && skips <= kQueue - 8;
}

/// The share of what came that was heard, by policy; stretches is how many.
struct Person {
  double heard[kPolicies] = {};
  std::size_t stretches = 0;
};

Person replay(const std::vector<std::vector<Play>>& sessions, std::uint64_t seed) {
  Person person;
  playlist::Random random(seed);
  ListeningMemory memory;
  for (const std::vector<Play>& session : sessions) {
    for (std::size_t from = 0; from + kQueue <= session.size(); from += kQueue) {
      const auto first = session.begin() + static_cast<std::ptrdiff_t>(from);
      std::vector<Play> queue(first, first + static_cast<std::ptrdiff_t>(kQueue));
      if (!is_a_mix(queue)) continue;
      random.shuffle(std::span(queue));
      std::vector<std::int32_t> names;
      for (const Play& play : queue) names.push_back(play.artist);
      const Acquaintance artists = memory.of(names);
      for (std::size_t policy = 0; policy < kPolicies; ++policy)
        person.heard[policy] +=
            static_cast<double>(heard_of(queue, static_cast<Policy>(policy), artists, random)) /
            kPlayed;
      ++person.stretches;
    }
    for (std::size_t k = 0; k < session.size(); ++k)
      memory.add(session[k].artist, session[k].is_heard, k == 0);
  }
  for (double& share : person.heard)
    share /= static_cast<double>(std::max<std::size_t>(person.stretches, 1));
  return person;
}

void people(benchmark::State& state) {
  const char* path = std::getenv("PLAYLIST_BENCH_PEOPLE");
  if (path == nullptr) return state.SkipWithError("PLAYLIST_BENCH_PEOPLE names no library");
  const auto store = engine::Store::open(path, {.is_read_only = true});
  for (auto _ : state) {
    std::vector<Person> replayed;
    std::size_t stretches = 0, better = 0;
    double mean[kPolicies] = {};
    auto users = store.prepare("SELECT DISTINCT user_id FROM listens ORDER BY 1");
    for (users.start(); users.step();) {
      const Person person = replay(sessions_of(store, users.integer(0)),
                                   static_cast<std::uint64_t>(users.integer(0)));
      if (person.stretches == 0) continue;
      stretches += person.stretches;
      better += person.heard[kReplanned] > person.heard[kLeft];
      for (std::size_t policy = 0; policy < kPolicies; ++policy)
        mean[policy] += person.heard[policy];
      replayed.push_back(person);
    }
    const auto count = static_cast<double>(replayed.size());
    playlist::Random random(9);
    /// In points over leaving the queue alone, with the interval.
    const auto tell_gain = [&](Policy policy, const std::string& suffix) {
      std::vector<double> gains(2000, 0);
      for (double& gain : gains) {
        for (std::size_t k = 0; k < replayed.size(); ++k) {
          const Person& person = replayed[random.below(replayed.size())];
          gain += 100 * (person.heard[policy] - person.heard[kLeft]) / count;
        }
      }
      std::sort(gains.begin(), gains.end());
      state.counters["gain" + suffix] = 100 * (mean[policy] - mean[kLeft]) / count;
      state.counters["low" + suffix] = gains[50];
      state.counters["high" + suffix] = gains[1949];
    };
    tell_gain(kReplanned, "");
    tell_gain(kByGladness, "_by_gladness");
    tell_gain(kBySkips, "_by_skips");
    state.counters["people"] = count;
    state.counters["stretches"] = static_cast<double>(stretches);
    state.counters["better_for"] = static_cast<double>(better);
    state.counters["left"] = mean[kLeft] / count;
    state.counters["shuffled"] = mean[kShuffled] / count;
    state.counters["replanned"] = mean[kReplanned] / count;
  }
}

BENCHMARK(plan)->Name("replan/plan")->Unit(benchmark::kMillisecond);
BENCHMARK(learn)->Name("replan/learn")->Unit(benchmark::kMillisecond);
BENCHMARK(people)->Name("replan/people")->Unit(benchmark::kSecond)->Iterations(1);

}  // namespace
