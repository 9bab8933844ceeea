// What somebody's past says at a moment, and how figures over sessions are reckoned: by hand.
#include "kernels/choice_training.hpp"

#include <cmath>

#include <catch2/catch.hpp>

#include "kernels/session_figures.hpp"
#include "shared/choice_signals.hpp"

using model::Figure;
using model::SessionFigures;
using shared::Ending;
using shared::ListenerPast;
using shared::PastListen;

namespace {

/// Tracks 0 and 1 are by artist 0, on albums 0 and 1; track 2 is by artist 1, on album 1, and artist
/// 0 is on it too; track 3 is by nobody.
struct Catalogue {
  std::vector<std::int32_t> artist{0, 0, 1, -1}, album{0, 1, 1, -1}, credits{0, 0, 0, 1};
  std::vector<std::uint64_t> offsets{0, 1, 2, 4, 4};
  playlist_lists lists{sizeof lists, 0, 4, offsets.data(), credits.data(), nullptr};

  [[nodiscard]] shared::TrackFacts facts() const {
    return {artist, album, playlist::Lists(&lists)};
  }
};

PastListen played(std::int64_t ts, std::int32_t track, std::int32_t session = 0) {
  return {ts, ts + 200, track, session, true, false, true, Ending::kLetPlay};
}
PastListen skipped(std::int64_t ts, std::int32_t track, std::int32_t session = 0) {
  return {ts, ts + 10, track, session, false, true, false, Ending::kSkipped};
}

template <std::size_t kCount>
void check_row(const std::array<float, kCount>& row, const std::vector<double>& expected) {
  REQUIRE(expected.size() == kCount);
  for (std::size_t k = 0; k < kCount; ++k) {
    CAPTURE(k);
    CHECK(row[k] == Approx(expected[k]).margin(1e-6));
  }
}

constexpr double kHour = 3600;

}  // namespace

TEST_CASE("features of a choice are of the past at its moment", "[choice]") {
  const Catalogue catalogue;
  ListenerPast past(catalogue.facts());
  past.hear(played(0, 0));
  past.hear(skipped(200, 1));
  past.hear(played(210, 2));
  past.at(3600, 0);
  // Track 0: an hour ago, once, finished once, two tracks ago; its artist was on two plays.
  check_row(past.choice(past.place(0)), {std::log(1.1), std::log(1.001), std::log(2),
                                         std::log(2.5 / 0.5), 0, 0, std::log(2), std::log(3)});
  // Track 1 was skipped, so it was never played: ten years.
  check_row(past.choice(past.place(1)), {std::log(87'600.1), std::log(0.001), 0,
                                         std::log(1.5 / 1.5), 0, 0, std::log(2), std::log(3)});
  const double hours = 3390 / kHour;
  check_row(past.choice(past.place(2)),
            {std::log(hours + 0.1), std::log(0.001 + 1 / std::sqrt(hours)), std::log(2),
             std::log(5), 1, 1, 0, std::log(2)});
  CHECK(past.place(3) == -1);
  CHECK(past.played().size() == 2);
  CHECK(past.plays(past.place(1)) == 0);
  // In another session nothing came before.
  past.at(100'000, 1);
  CHECK(past.choice(past.place(2))[4] == 0);
  CHECK(past.choice(past.place(2))[6] == 0);  // but its artist is still the last that was heard
}

TEST_CASE("features of what is let play are of the past at its moment", "[choice]") {
  const Catalogue catalogue;
  ListenerPast past(catalogue.facts());
  constexpr std::int64_t kHalfLife = 180 * 86'400;
  past.hear(skipped(0, 0));
  past.hear(skipped(kHalfLife, 1, 1));
  past.hear(skipped(kHalfLife + 10, 0, 1));
  past.at(kHalfLife + 20, 1);
  const auto odds = [](double skipped, double let_play, double prior) {
    return std::log((skipped + prior / 4) / (let_play + 3 * prior / 4));
  };
  check_row(past.acceptance(past.place(0)), {odds(1.5, 0, 2), odds(2.5, 0, 5), 0, 0, 1, 0,
                                             std::log(3), odds(2, 0, 2), odds(2.5, 0, 20)});
  CHECK(past.previous() == Ending::kSkipped);
  CHECK(past.skip_rate(past.place(0)) == Approx(3.0 / 6));
  past.hear(played(kHalfLife + 20, 3, 1));
  past.at(kHalfLife + 220, 1);
  check_row(past.acceptance(past.place(3)), {odds(0, 1, 2), odds(0, 0, 5), std::log(100), 0, 0, 1,
                                             0, odds(2, 1, 2), odds(2.5, 1, 20)});
  past.at(kHalfLife + 9'000, 2);
  CHECK(past.previous() == Ending::kOther);
  CHECK(past.acceptance(past.place(3))[7] == Approx(odds(0, 0, 2)));
}

TEST_CASE("what goes on at a moment tells nothing before it is over", "[choice]") {
  const Catalogue catalogue;
  ListenerPast past(catalogue.facts());
  past.hear({100, 5'000, 0, 0, true, false, true, Ending::kLetPlay});
  past.hear(played(200, 1));
  past.at(397, 0);
  CHECK(past.place(0) == -1);
  CHECK(past.place(1) == -1);
  past.at(398, 0);  // starts and ends are whole seconds, so the next may begin before the end
  CHECK(past.place(0) == -1);
  CHECK(past.place(1) >= 0);
  past.at(5'000, 0);
  CHECK(past.place(0) >= 0);
}

TEST_CASE("what comes later changes no choice that is learned from", "[choice]") {
  const Catalogue catalogue;
  std::vector<PastListen> listens;
  std::vector<model::Occasion> occasion;
  for (int k = 0; k < 300; ++k) {
    const bool is_skip = k % 7 == 0;
    listens.push_back(is_skip ? skipped(1'000 * k, k * k % 3, k / 10)
                              : played(1'000 * k, k * k % 3, k / 10));
    occasion.push_back(k % 2 == 0 ? model::Occasion::kPicked : model::Occasion::kShuffled);
  }
  const auto learned = [&](std::size_t count) {
    const std::vector<std::int64_t> begin{0, static_cast<std::int64_t>(count)}, ids{7};
    model::ChoiceOptions options;
    options.least_known = 2;
    options.least = 50;
    options.validation_share = 0;
    const auto model =
        model::train_choice({begin, std::span(listens).first(count),
                             std::span(occasion).first(count), ids, catalogue.facts()},
                            options);
    REQUIRE(model.has_value());
    REQUIRE(model->choice.has_value());
    REQUIRE(model->acceptance.has_value());
    return std::pair(model->choice->weights, model->acceptance->weights);
  };
  const auto before = learned(200);
  for (std::size_t k = 200; k < 300; ++k) occasion[k] = model::Occasion::kNone;
  CHECK(learned(300) == before);
  listens[150].ending = Ending::kSkipped;
  CHECK(learned(300) != before);
}

TEST_CASE("of too few choices nothing is learned, and of very many the latest", "[choice]") {
  const Catalogue catalogue;
  std::vector<PastListen> listens;
  for (int k = 0; k < 100; ++k) listens.push_back(played(1'000 * k, k * k % 3, k / 10));
  const std::vector<model::Occasion> occasion(100, model::Occasion::kPicked);
  const std::vector<std::int64_t> begin{0, 100}, ids{7};
  model::ChoiceOptions options;
  options.least_known = 2;
  const model::ChoiceData data{begin, listens, occasion, ids, catalogue.facts()};
  const auto few = model::train_choice(data, options);
  REQUIRE(few.has_value());
  CHECK_FALSE(few->choice.has_value());
  CHECK(few->trials == 0);
  options.least = 10;
  options.most = 40;
  CHECK(model::train_choice(data, options)->choice->count == 40);
  options.proceed = [](double) { return false; };
  CHECK_FALSE(model::train_choice(data, options).has_value());
}

TEST_CASE("areas under the curve are shares of pairs", "[choice]") {
  const std::vector<float> scores{1, 2, 2, 3};
  const std::vector<std::uint8_t> labels{0, 1, 0, 1}, group{0, 0, 0, 1};
  const SessionFigures figures(std::vector<std::int32_t>{4, 4, 9, 9}, 1);
  CHECK(figures.sessions() == 2);
  CHECK(figures.area(scores, labels).value == Approx(3.5 / 4));
  // Within sessions there are two pairs, within their groups only the first of them.
  CHECK(figures.area_within(scores, labels, std::vector<std::uint8_t>(4)).value == Approx(1));
  CHECK(figures.area_within(scores, labels, group).value == Approx(1));
  const std::vector<float> turned{4, 3, 2, 1};
  CHECK(figures.area_within(turned, labels, group).value == Approx(0));
  CHECK(figures.area_gain(scores, turned, labels).value == Approx(3.5 / 4 - 1.0 / 4));
  CHECK(std::isnan(figures.area(scores, std::vector<std::uint8_t>(4)).value));
}

TEST_CASE("intervals are over sessions, not over what they hold", "[choice]") {
  // Four sessions of a hundred equal values each: 0, 1, 2, 3.
  std::vector<std::int32_t> sessions;
  std::vector<double> values;
  for (int session = 0; session < 4; ++session)
    for (int k = 0; k < 100; ++k) {
      sessions.push_back(session);
      values.push_back(session);
    }
  const Figure mean = SessionFigures(sessions, 3).mean(values);
  CHECK(mean.value == Approx(1.5));
  // The mean of four draws has a standard deviation of 0.56; of four hundred, 0.056.
  CHECK(mean.low == Approx(0.5).margin(0.25));
  CHECK(mean.high == Approx(2.5).margin(0.25));
  const Figure certain = SessionFigures(sessions, 3).ratio(values, values);
  CHECK(certain.low == Approx(1));
  CHECK(certain.high == Approx(1));
}
