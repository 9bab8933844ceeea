// ranking.preference, by rules of thumb.
#include "shared/preference.hpp"

#include <optional>

#include <catch2/catch.hpp>

#include "support/element_run.hpp"

using support::candidates_of;
using support::Ranked;
using support::run_rank;
using support::TinyLibrary;

namespace {

struct Case {
  bool in_best_playlist, is_liked;
  double rating;  // 0: none
  std::int64_t plays;
  double skip_rate;
  bool is_banned;
  double heuristic, mean;

  [[nodiscard]] shared::PreferenceSignals signals() const {
    return {in_best_playlist,
            is_liked,
            is_banned,
            rating > 0 ? std::optional<double>(rating) : std::nullopt,
            plays,
            skip_rate};
  }
};

// By a script of numpy that has both formulas as they were first written down.
constexpr Case kCases[] = {
    {false, false, 0, 0, 0.0, false, 0.5000000000, 0.5000000000},
    {true, false, 0, 0, 0.0, false, 0.7500000000, 1.0000000000},
    {false, true, 0, 0, 0.0, false, 0.6500000000, 0.8000000000},
    {true, true, 5, 100, 0.1, false, 1.0000000000, 0.9857142857},
    {false, false, 1, 0, 0, false, 0.3000000000, 0.2000000000},
    {false, false, 0, 1, 0, false, 0.5346573590, 0.1762914344},
    {false, false, 0, 7, 0.25, false, 0.6039720771, 0.6394371516},
    {false, false, 0, 7, 0.5, false, 0.6039720771, 0.5144371516},
    {false, false, 0, 7, 0.51, false, 0.4039720771, 0.5094371516},
    {false, true, 4, 3, 0.75, false, 0.6193147181, 0.6465512106},
    {true, true, 5, 1000, 0, true, 0.0000000000, 0.0000000000},
    {false, false, 1, 2, 0.9, false, 0.1549306144, 0.1958830625},
    {false, false, 0, 50, 0, false, 0.6500000000, 1.0000000000},
    {true, false, 2, 19, 0.3, false, 0.7997866137, 0.6659884147},
};

}  // namespace

TEST_CASE("preference by rules is the sum of what was said and done, kept in 0..1",
          "[preference]") {
  for (const Case& one : kCases) {
    CAPTURE(one.in_best_playlist, one.is_liked, one.rating, one.plays, one.skip_rate,
            one.is_banned);
    CHECK(shared::heuristic_preference(one.signals()) == Approx(one.heuristic).margin(1e-9));
    CHECK(shared::mean_preference(one.signals()) == Approx(one.mean).margin(1e-9));
  }
}

TEST_CASE("ranking.preference goes by plays, skips, likes and bans of the very track",
          "[ranking][preference]") {
  TinyLibrary library;
  for (int track = 0; track < 6; ++track) library.add({.artists = {"Ann"}});
  library.like(1);                                            // 1: liked
  for (int day = 1; day <= 7; ++day) library.listen(2, day);  // 2: 7 plays
  library.listen(3, 1);                                       // 3: 1 play, 2 skips
  library.listen(3, 2, false, true);
  library.listen(3, 3, false, true);
  library.like(4);
  library.ban(4);  // 4: liked, and banned later
  const Ranked ranked = run_rank("ranking.preference", {}, library, candidates_of({0, 1, 2, 3, 4}));
  const auto& preference = ranked.columns.at("preference");
  CHECK(preference[0] == Approx(0.5));
  CHECK(preference[1] == Approx(0.65));
  CHECK(preference[2] == Approx(0.5 + 0.05 * std::log(8.0)));
  CHECK(preference[3] == Approx(0.3 + 0.05 * std::log(2.0)));
  CHECK(preference[4] == 0);
  CHECK(ranked.explanations ==
        std::vector<std::string>{
            "preference 0.50: 0.5", "preference 0.65: 0.5, +0.15 you liked it",
            "preference 0.60: 0.5, +0.10 7 plays",
            "preference 0.33: 0.5, +0.03 1 play, -0.20 you skip it more often than not",
            "you banned it"});
}
