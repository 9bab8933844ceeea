// Elements that each break their contract in one way, for the tests of `engine plugins check`.
#include "playlist/plugin.hpp"

#include <atomic>
#include <cstdio>
#include <cstring>
#include <pthread.h>
#include <stdexcept>
#include <string>
#include <unistd.h>
#include <vector>

namespace {

using playlist::Field;

/// The broken rankings have one input and one output.
struct OneColumn : playlist::Ranking {
  static constexpr Field kInputs[] = {{"energy", PLAYLIST_F32, "0..1"}};
  static constexpr Field kOutputs[] = {{"out", PLAYLIST_F32, "a number"}};
};

void copy_energy(playlist::RankingCall& call) {
  const auto energy = call.in(0).f32();
  const auto out = call.out_f32(0);
  for (std::size_t row = 0; row < call.rows(); ++row) {
    if (row % 10'000 == 0) call.checkpoint();
    out[row] = energy[row];
  }
}

struct WritesBehind final : OneColumn {
  void rank(playlist::RankingCall& call) const {
    copy_energy(call);
    float* out = call.out_f32(0).data();
    for (std::size_t row = 0; row < 2; ++row) out[call.rows() + row] = 1;
  }
};

struct WritesFarBehind final : OneColumn {
  void rank(playlist::RankingCall& call) const {
    float* out = call.out_f32(0).data();
    for (std::size_t row = 0; row < call.rows() + 64; ++row) out[row] = 1;
  }
};

struct WritesBefore final : OneColumn {
  void rank(playlist::RankingCall& call) const {
    copy_energy(call);
    call.out_f32(0).data()[-1] = 1;
  }
};

struct WritesInput final : OneColumn {
  void rank(playlist::RankingCall& call) const {
    copy_energy(call);
    if (call.rows() > 0) const_cast<float&>(call.in(0).f32()[0]) = 0;
  }
};

struct ReadsBehind final : OneColumn {
  void rank(playlist::RankingCall& call) const {
    copy_energy(call);
    const volatile float* energy = call.in(0).f32().data();
    for (std::size_t row = 0; row < 64; ++row) static_cast<void>(energy[call.rows() + row]);
  }
};

struct LeavesUnwritten final : OneColumn {
  void rank(playlist::RankingCall& call) const {
    const auto energy = call.in(0).f32();
    for (std::size_t row = 0; row < call.rows(); ++row) {
      if (!playlist::is_missing(energy[row])) call.out_f32(0)[row] = energy[row];
    }
  }
};

struct Changes final : OneColumn {
  void rank(playlist::RankingCall& call) const {
    static float calls = 0;
    ++calls;
    for (float& out : call.out_f32(0)) out = calls;
  }
};

struct WrongRowwise final : OneColumn {
  static constexpr std::uint32_t kFlags = PLAYLIST_ROWWISE;
  void rank(playlist::RankingCall& call) const {  // numbers the rows of the call
    float number = 0;
    for (float& out : call.out_f32(0)) out = number++;
  }
};

struct IgnoresCancel final : OneColumn {
  void rank(playlist::RankingCall& call) const {
    copy_energy_without_asking(call);
    if (call.rows() >= 1'000'000) sleep(2);
  }
  static void copy_energy_without_asking(playlist::RankingCall& call) {
    for (float& out : call.out_f32(0)) out = 0;
  }
};

struct CrashesOnMissing final : OneColumn {
  void rank(playlist::RankingCall& call) const {
    std::vector<int> histogram(2);
    for (const float energy : call.in(0).f32()) {
      if (playlist::is_missing(energy)) __builtin_trap();
      ++histogram[energy > 0.5f ? 1 : 0];
    }
    copy_energy(call);
  }
};

struct Prints final : OneColumn {
  void rank(playlist::RankingCall& call) const {
    copy_energy(call);
    std::puts("hello");
  }
};

struct Leaks final : OneColumn {
  Leaks() { leaked = new char[100]; }
  void rank(playlist::RankingCall& call) const { copy_energy(call); }
  char* leaked;
};

struct WrongCode final : playlist::Ranking {
  static constexpr Field kOutputs[] = {{"words", PLAYLIST_STRING, "a text"}};
  void rank(playlist::RankingCall& call) const {
    for (std::int32_t& code : call.out_text(0)) code = 77;
  }
};

struct CrashesAtEnd final : OneColumn {
  static constexpr playlist::Param kParams[] = {{"parts", 4, 0, 100, "how many parts"}};
  explicit CrashesAtEnd(const playlist::Args& args) : parts_(args.integer("parts")) {}
  void rank(playlist::RankingCall& call) const {
    copy_energy(call);
    const volatile std::int64_t whole = 100;
    const volatile std::int64_t part = whole / parts_;  // 0 is in the range
    static_cast<void>(part);
  }
  std::int64_t parts_;
};

struct CrashesOnEmpty final : playlist::Filtering {
  static constexpr Field kInputs[] = {{"energy", PLAYLIST_F32, "0..1"}};
  void filter(playlist::FilteringCall& call) const {
    if (call.rows() == 0) __builtin_trap();
  }
};

struct LeavesThread final : playlist::Filtering {
  void filter(playlist::FilteringCall&) const {
    static std::atomic<bool> is_started{false};
    if (is_started.exchange(true)) return;
    pthread_t thread;
    pthread_create(
        &thread, nullptr,
        [](void*) -> void* {
          for (;;) sleep(1);
        },
        nullptr);
  }
};

struct UnknownTrack final : playlist::Recall {
  playlist::Candidates recall(playlist::RecallCall& call) const {
    playlist::Candidates found = call.candidates();
    found.add(static_cast<std::int32_t>(call.table("tracks").rows()), 1);
    return found;
  }
};

struct Twice final : playlist::Ordering {
  std::vector<std::int32_t> order(playlist::OrderingCall& call) const {
    return std::vector<std::int32_t>(call.rows(), 0);
  }
};

struct Fails final : playlist::Output {
  void write(playlist::OutputCall& call) const {
    if (call.tracks().rows() == 1) throw std::runtime_error("one track is no playlist");
    call.write("all good");
  }
};

struct Nothing final : playlist::Model {
  void train(playlist::ModelCall&) const {}
};

struct Careless final : playlist::Source {
  static int recognise(const playlist::Input& input) {
    return input.head().starts_with("a,b,c") ? 250 : 0;
  }
  void read(playlist::SourceCall& call) const {
    call.rows("likes").text("title");
    call.rows("likes").row(0);
    call.bucket(0, "malformed", "the same record");
    call.finish(3);
  }
};

template <class T>
constexpr playlist::Element broken(const char* name) {
  return playlist::element<T>(name, "Breaks its contract.");
}

constinit const playlist::Element kBehind = broken<WritesBehind>("ranking.writes_behind"),
                                  kFarBehind = broken<WritesFarBehind>("ranking.writes_far_behind"),
                                  kBefore = broken<WritesBefore>("ranking.writes_before"),
                                  kInput = broken<WritesInput>("ranking.writes_input"),
                                  kReads = broken<ReadsBehind>("ranking.reads_behind"),
                                  kUnwritten = broken<LeavesUnwritten>("ranking.leaves_unwritten"),
                                  kChanges = broken<Changes>("ranking.changes"),
                                  kRowwise = broken<WrongRowwise>("ranking.wrong_rowwise"),
                                  kIgnores = broken<IgnoresCancel>("ranking.ignores_cancel"),
                                  kMissing = broken<CrashesOnMissing>("ranking.crashes_on_missing"),
                                  kPrints = broken<Prints>("ranking.prints"),
                                  kLeaks = broken<Leaks>("ranking.leaks"),
                                  kCode = broken<WrongCode>("ranking.wrong_code"),
                                  kEnd = broken<CrashesAtEnd>("ranking.crashes_at_end"),
                                  kEmpty = broken<CrashesOnEmpty>("filtering.crashes_on_empty"),
                                  kThread = broken<LeavesThread>("filtering.leaves_thread"),
                                  kUnknown = broken<UnknownTrack>("recall.unknown_track"),
                                  kTwice = broken<Twice>("ordering.places_twice"),
                                  kFails = broken<Fails>("output.fails"),
                                  kNothing = broken<Nothing>("model.writes_nothing"),
                                  kCareless = broken<Careless>("source.careless");

}  // namespace

PLAYLIST_LIBRARY("org.playlist-engine.test.breaks-contract", "1.0.0", kBehind, kFarBehind, kBefore,
                 kInput, kReads, kUnwritten, kChanges, kRowwise, kIgnores, kMissing, kPrints,
                 kLeaks, kCode, kEnd, kEmpty, kThread, kUnknown, kTwice, kFails, kNothing,
                 kCareless);
