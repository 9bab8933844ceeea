// The arithmetic of model.taste: trees, the shrunk logistic regression, examples, the ladder.
#include "playlist/random.hpp"

#include <cmath>
#include <limits>
#include <map>
#include <thread>

#include <catch2/catch.hpp>

#include "kernels/ridge_logistic.hpp"
#include "kernels/taste_examples.hpp"
#include "kernels/taste_ladder.hpp"
#include "kernels/xgboost.hpp"
#include "shared/taste_moment.hpp"
#include "shared/taste_vectors.hpp"
#include "support/xgboost_directly.hpp"

using model::Rung;
using model::TasteExamples;
using model::TasteTarget;
using model::Trial;
using shared::TasteListen;
using shared::TastePast;

namespace {

constexpr float kMissing = std::numeric_limits<float>::quiet_NaN();
constexpr std::int64_t kDay = 86'400, kBegin = 1'600'000'000;

double chance_of(double log_odds) {
  return 1 / (1 + std::exp(-log_odds));
}

/// Rows of numbers about 0, some missing, and labels drawn by `log_odds` of each row.
struct Drawn {
  std::size_t columns;
  std::vector<float> rows, labels;

  template <typename LogOdds>
  Drawn(std::size_t count, std::size_t features, double missing, const LogOdds& log_odds)
      : columns(features) {
    playlist::Random random(7);
    for (std::size_t k = 0; k < count; ++k) {
      for (std::size_t f = 0; f < features; ++f)
        rows.push_back(random.real() < missing ? kMissing
                                               : static_cast<float>(4 * random.real() - 2));
      labels.push_back(random.real() < chance_of(log_odds(row(k))) ? 1 : 0);
    }
  }
  [[nodiscard]] std::span<const float> row(std::size_t k) const {
    return std::span(rows).subspan(k * columns, columns);
  }
  [[nodiscard]] std::size_t count() const { return labels.size(); }
};

double known(float value) {
  return std::isnan(value) ? 0 : double{value};
}

}  // namespace

// ---- trees --------------------------------------------------------------------------------------

TEST_CASE("trees read out of XGBoost say what XGBoost says, bit for bit", "[taste][xgboost]") {
  const Drawn drawn(3'000, 6, 0.2, [](std::span<const float> row) {
    return known(row[0]) * known(row[1]) + known(row[2]) - 1;
  });
  model::BoostingOptions options;
  options.rounds = 60;
  options.signs = {0, 0, 0, -1, 0, 0};
  const auto grown = model::grow_trees(drawn.rows, drawn.columns, drawn.labels, options);
  REQUIRE(grown);
  REQUIRE(grown->view().fault(drawn.columns).empty());
  double mean = 0;
  for (const float label : drawn.labels) mean += label;
  char base[32];
  std::snprintf(base, sizeof base, "%.9g", double{static_cast<float>(mean / 3'000)});
  const support::XgBoostDirectly direct(drawn.rows, drawn.columns, drawn.labels,
                                        {{"verbosity", "0"},
                                         {"objective", "binary:logistic"},
                                         {"base_score", base},
                                         {"tree_method", "hist"},
                                         {"nthread", "1"},
                                         {"max_depth", "3"},
                                         {"eta", "0.05"},
                                         {"min_child_weight", "5"},
                                         {"monotone_constraints", "(0,0,0,-1,0,0)"}},
                                        60);
  const std::vector<float> sums = direct.sums();
  const shared::TreeSum trees(grown->view());
  std::size_t differ = 0;
  for (std::size_t k = 0; k < drawn.count(); ++k) differ += trees(drawn.row(k)) != sums[k];
  CHECK(differ == 0);
}

TEST_CASE("the number of threads changes no tree", "[taste][xgboost]") {
  const Drawn drawn(5'000, 5, 0.1,
                    [](std::span<const float> row) { return known(row[0]) * known(row[1]); });
  model::BoostingOptions options;
  options.rounds = 30;
  const auto one = model::grow_trees(drawn.rows, drawn.columns, drawn.labels, options);
  options.threads = 2;
  decltype(model::grow_trees({}, 0, {}, {})) two;
  // OpenMP's threads end with the one that asked for them, and other cases fork.
  std::thread([&] {
    two = model::grow_trees(drawn.rows, drawn.columns, drawn.labels, options);
  }).join();
  REQUIRE((one && two));
  CHECK(one->left == two->left);
  CHECK(one->feature == two->feature);
  CHECK(one->value == two->value);
}

TEST_CASE("a leaf has as many rows as asked for, and what must not help never does",
          "[taste][xgboost]") {
  // More of feature 1 goes along with more of what is good, which trees must not take up.
  const Drawn drawn(2'000, 3, 0.1,
                    [](std::span<const float> row) { return known(row[0]) + 0.8 * known(row[1]); });
  model::BoostingOptions options;
  options.signs = {0, -1, 0};
  const auto grown = model::grow_trees(drawn.rows, drawn.columns, drawn.labels, options);
  REQUIRE(grown);
  const shared::BoostedTrees trees = grown->view();

  std::map<std::size_t, int> rows_of_leaf;
  for (std::size_t k = 0; k < drawn.count(); ++k) {
    for (std::size_t tree = 0; tree < trees.trees(); ++tree) {
      auto node = static_cast<std::size_t>(trees.begin[tree]);
      while (trees.left[node] >= 0) {
        const float asked = drawn.row(k)[static_cast<std::size_t>(trees.feature[node])];
        const bool goes_left =
            std::isnan(asked) ? trees.missing_left[node] == 1 : asked < trees.value[node];
        node = static_cast<std::size_t>(goes_left ? trees.left[node] : trees.right[node]);
      }
      ++rows_of_leaf[node];
    }
  }
  for (const auto& [leaf, rows] : rows_of_leaf) REQUIRE(rows >= 20);

  const shared::TreeSum sum(trees);
  for (std::size_t k = 0; k < 200; ++k) {
    std::vector<float> row(drawn.row(k).begin(), drawn.row(k).end());
    float before = std::numeric_limits<float>::infinity();
    for (float value = -2.5F; value < 2.5F; value += 0.1F) {
      row[1] = value;
      REQUIRE(sum(row) <= before);
      before = sum(row);
    }
  }
}

TEST_CASE("trees that lead nowhere are told from those that end", "[taste]") {
  const shared::BoostedTreesOf good{
      {0, 3}, {1, -1, -1}, {2, -1, -1}, {0, 0, 0}, {0.5F, 1, 2}, {1, 0, 0}, 0};
  CHECK(good.view().fault(1).empty());
  const shared::TreeSum sum(good.view());
  CHECK(sum(std::vector<float>{0.4F}) == 1);
  CHECK(sum(std::vector<float>{0.5F}) == 2);
  CHECK(sum(std::vector<float>{kMissing}) == 1);

  shared::BoostedTreesOf circle = good;
  circle.left[0] = 0;
  CHECK(circle.view().fault(1) == "its node 0 has a child that is not below it");
  shared::BoostedTreesOf beyond = good;
  beyond.right[0] = 3;
  CHECK(beyond.view().fault(1) == "its node 0 has a child that is not below it");
  shared::BoostedTreesOf strange = good;
  strange.feature[0] = 1;
  CHECK(strange.view().fault(1) == "its node 0 asks for feature 1 of 1");
  shared::BoostedTreesOf cut = good;
  cut.begin.back() = 2;
  CHECK(cut.view().fault(1) == "its trees do not end where their nodes do");
  shared::BoostedTreesOf empty = good;
  empty.value[1] = kMissing;
  CHECK(empty.view().fault(1) == "its node 1 has no value");
}

// ---- the logistic regression --------------------------------------------------------------------

TEST_CASE("the shrunk logistic regression stands where its loss is least", "[taste][logistic]") {
  Drawn drawn(400, 3, 0.1,
              [](std::span<const float> row) { return 0.5 + known(row[0]) - 2 * known(row[1]); });
  drawn.labels[0] = 0.3F;  // between the two
  model::RidgeOptions options;
  options.regularization = 5;
  const auto fit = model::fit_ridge_logistic(drawn.rows, drawn.columns, drawn.labels, options);
  REQUIRE(fit);
  const auto loss = [&](const model::RidgeLogistic& at) {
    double loss = 0;
    for (const float weight : at.weights) loss += 0.5 * 5 * double{weight} * weight;
    for (std::size_t k = 0; k < drawn.count(); ++k) {
      const double z = at.sum(drawn.row(k));
      loss += std::log1p(std::exp(z)) - drawn.labels[k] * z;
    }
    return loss;
  };
  const double least = loss(*fit);
  for (std::size_t k = 0; k <= drawn.columns; ++k) {
    for (const float step : {-0.01F, 0.01F}) {
      model::RidgeLogistic beside = *fit;
      (k < drawn.columns ? beside.weights[k] : beside.constant) += step;
      CHECK(loss(beside) > least);
    }
  }
  CHECK(fit->weights[0] > 0.5);
  CHECK(fit->weights[1] < -1);
}

TEST_CASE("a weight of the wrong sign is 0, and the others are learned without it",
          "[taste][logistic]") {
  const Drawn drawn(2'000, 2, 0,
                    [](std::span<const float> row) { return double{row[0]} + double{row[1]}; });
  model::RidgeOptions options;
  options.signs = {0, -1};
  const auto fit = model::fit_ridge_logistic(drawn.rows, 2, drawn.labels, options);
  REQUIRE(fit);
  CHECK(fit->weights[1] == 0);
  std::vector<float> first;
  for (std::size_t k = 0; k < drawn.count(); ++k) first.push_back(drawn.row(k)[0]);
  const auto alone = model::fit_ridge_logistic(first, 1, drawn.labels, {});
  CHECK(fit->weights[0] == Approx(alone->weights[0]).epsilon(1e-5));
}

// ---- examples -----------------------------------------------------------------------------------

namespace {

/// Listens of one person to tracks by two artists.
struct Person {
  static constexpr std::size_t kTracks = 20;
  std::vector<TasteListen> listens;
  std::vector<Trial> trials;
  std::vector<shared::Verdict> verdicts;
  std::vector<std::int32_t> artist;
  shared::TrackVectors vectors;
  std::int32_t session = -1;

  Person() {
    vectors.dim = 2;
    for (std::size_t track = 0; track < kTracks; ++track) {
      artist.push_back(static_cast<std::int32_t>(track % 2));
      const auto angle = static_cast<float>(track);
      vectors.values.push_back(track == 19 ? kMissing : std::cos(angle));
      vectors.values.push_back(track == 19 ? kMissing : std::sin(angle));
    }
  }
  void hear(std::int32_t track, std::int64_t ts, bool is_skip = false, bool is_new_session = true,
            Trial trial = Trial::kNone) {
    session += is_new_session;
    const std::int64_t length = is_skip ? 10 : 200;
    listens.push_back(
        {ts, ts + length, track, session, is_skip ? 0.05F : 1.0F, !is_skip, is_skip, true});
    trials.push_back(trial);
  }
  /// A year of sessions in which anything comes, drawn anew by `seed`.
  void hear_anything(std::uint64_t seed, int sessions, std::int64_t from = kBegin) {
    playlist::Random random(seed);
    for (int k = 0; k < sessions; ++k)
      for (int n = 0; n < 6; ++n) {
        const bool is_skip = random.real() < 0.3;
        hear(static_cast<std::int32_t>(random.below(kTracks)), from + k * kDay + n * 300, is_skip,
             n == 0, is_skip ? Trial::kSkipped : Trial::kLetPlay);
      }
  }
  [[nodiscard]] model::TasteData data(std::int64_t now) const {
    return {listens, trials, verdicts, artist, 2, &vectors, now};
  }
};

}  // namespace

TEST_CASE("a track returned is one played again in another session, in time", "[taste]") {
  Person person;
  person.hear(0, kBegin);                      // 0: in another session ten days later
  person.hear(0, kBegin + 300, false, false);  // no moment of its own
  person.hear(1, kBegin + kDay);               // 1: again, too late
  person.hear(2, kBegin + 2 * kDay);           // 2: only in the same session
  person.hear(2, kBegin + 2 * kDay + 300, false, false);
  person.hear(3, kBegin + 3 * kDay);  // 3: skipped the next time
  person.hear(3, kBegin + 5 * kDay, true);
  person.hear(0, kBegin + 10 * kDay);
  person.hear(1, kBegin + 40 * kDay);
  person.hear(4, kBegin + 50 * kDay);  // the last that is known of them
  const TasteExamples examples =
      model::taste_examples(person.data(kBegin + 70 * kDay), TasteTarget::kReturned, 28, 1'000);
  CHECK(examples.outcome == std::vector<std::uint8_t>{1, 0, 0, 0, 0, 0});
  CHECK(examples.known_at[0] == kBegin + 200 + 28 * kDay);
  CHECK(examples.heuristic[0] == 0.5F);
  CHECK(examples.heuristic[5] == Approx(0.5 + 0.05 * std::log(3.0)));  // two plays of track 0
}

TEST_CASE("a trial is what shuffle brought", "[taste]") {
  Person person;
  person.hear(0, kBegin, false, true, Trial::kLetPlay);
  person.hear(1, kBegin + 300);
  person.hear(0, kBegin + 600, true, false, Trial::kSkipped);
  const TasteExamples examples =
      model::taste_examples(person.data(kBegin + kDay), TasteTarget::kAccepted, 28, 1'000);
  CHECK(examples.labels == std::vector<float>{1, 0});
  CHECK(model::taste_examples(person.data(kBegin + kDay), TasteTarget::kAccepted, 28, 1).labels ==
        std::vector<float>{0});
}

TEST_CASE("the mean of what was said and done is of when the window is over", "[taste]") {
  Person person;
  person.hear(0, kBegin);
  person.hear(0, kBegin + 10 * kDay);
  person.hear(1, kBegin + 29 * kDay);
  person.verdicts = {{shared::Verdict::kUndated, 0, shared::Verdict::Kind::kBanned, 0},
                     {kBegin + 5 * kDay, 0, shared::Verdict::Kind::kLiked, 0},
                     {kBegin + 60 * kDay, 0, shared::Verdict::Kind::kRated, 1}};
  const TasteExamples examples =
      model::taste_examples(person.data(kBegin + 30 * kDay), TasteTarget::kPreference, 28, 1'000);
  REQUIRE(examples.count() == 1);
  const double plays = std::log(3.0) / std::log(51.0);
  CHECK(examples.labels[0] == Approx((0.8 * 1.5 + plays) / 2.5));
  CHECK(examples.outcome[0] == 1);
  CHECK(examples.heuristic[0] == 0.5F);  // nothing was said by then that has a date
}

TEST_CASE("what comes later changes no feature of what came before", "[taste][leak]") {
  const std::int64_t cut = kBegin + 100 * kDay;
  Person person;
  person.hear_anything(1, 100);
  person.verdicts = {{kBegin + 30 * kDay, 3, shared::Verdict::Kind::kLiked, 0}};
  Person poisoned = person;
  poisoned.hear_anything(2, 60, cut);
  poisoned.verdicts.push_back({cut, 4, shared::Verdict::Kind::kLiked, 0});
  poisoned.verdicts.push_back({cut, 5, shared::Verdict::Kind::kBanned, 0});
  for (const TasteTarget target : {TasteTarget::kAccepted, TasteTarget::kReturned}) {
    const auto before = model::taste_examples(person.data(cut + 90 * kDay), target, 28, 1'000);
    const auto after = model::taste_examples(poisoned.data(cut + 90 * kDay), target, 28, 1'000);
    REQUIRE(after.count() > before.count());
    for (std::size_t k = 0; k < before.count(); ++k) {
      const auto row = before.row(k), other = after.row(k);
      REQUIRE(std::equal(row.begin(), row.end(), other.begin(), [](float a, float b) {
        return a == b || (std::isnan(a) && std::isnan(b));
      }));
      REQUIRE(before.heuristic[k] == after.heuristic[k]);
    }
  }
}

namespace {

/// The same listens as columns, beside tracks of 200 seconds.
struct Columns {
  std::vector<std::int64_t> ts;
  std::vector<std::int32_t> track, ms_played, duration_ms;
  std::vector<std::uint8_t> is_play, is_skip;

  explicit Columns(const Person& person) : duration_ms(Person::kTracks, 200'000) {
    duration_ms[6] = playlist::kMissingI32;
    for (const TasteListen& listen : person.listens) {
      ts.push_back(listen.ts);
      track.push_back(listen.track);
      ms_played.push_back(static_cast<std::int32_t>(listen.end - listen.ts) * 1'000);
      is_play.push_back(listen.is_play ? 1 : 0);
      is_skip.push_back(listen.is_skip ? 1 : 0);
    }
    ms_played[3] = playlist::kMissingI32;
    is_skip[3] = 255;
  }
  [[nodiscard]] shared::TasteHistory history(const Person& person) const {
    shared::TasteHistory made;
    made.ts = ts;
    made.track = track;
    made.ms_played = ms_played;
    made.is_play = is_play;
    made.is_skip = is_skip;
    made.artist = person.artist;
    made.duration_ms = duration_ms;
    made.artists = 2;
    return made;
  }
  /// As taste_listens() reads them.
  void hear_by(TastePast& past) const {
    for (std::size_t row = 0; row < ts.size(); ++row)
      past.hear({ts[row], shared::end_of_play(ts[row], ms_played[row]), track[row], 0,
                 shared::fraction_heard(ms_played[row],
                                        duration_ms[static_cast<std::size_t>(track[row])]),
                 is_play[row] == 1, is_skip[row] == 1, is_skip[row] != 255});
  }
};

}  // namespace

TEST_CASE("of one moment only the features are the same as of one of many", "[taste]") {
  Person person;
  person.hear_anything(5, 300);
  person.artist[18] = -1;
  const std::int64_t now = kBegin + 300 * kDay;
  person.hear(7, now - 100);  // not over
  person.verdicts = {{shared::Verdict::kUndated, 2, shared::Verdict::Kind::kLiked, 0},
                     {kBegin + 30 * kDay, 3, shared::Verdict::Kind::kRated, 4},
                     {kBegin + 40 * kDay, 2, shared::Verdict::Kind::kLiked, 0},
                     {kBegin + 50 * kDay, 5, shared::Verdict::Kind::kBanned, 0},
                     {kBegin + 60 * kDay, 8, shared::Verdict::Kind::kApproved, 0},
                     {kBegin + 70 * kDay, 9, shared::Verdict::Kind::kRejected, 0},
                     {now + 1, 4, shared::Verdict::Kind::kLiked, 0},
                     {now + 1, 6, shared::Verdict::Kind::kBanned, 0}};
  const Columns columns(person);
  TastePast many(person.artist, 2, person.vectors);
  for (const shared::Verdict& verdict : person.verdicts) many.say(verdict);
  columns.hear_by(many);
  for (std::int64_t moment = kBegin; moment <= now; moment += 50 * kDay) many.at(moment);

  const std::vector<float> center{0, 0}, components{1, 0, 0, 1};  // a space as the vectors have it
  const shared::TasteSpace space{"own", center, components};
  const shared::TastePlaces places(space, person.vectors.values);
  const shared::TasteMoment one(columns.history(person), person.verdicts, places, now);
  REQUIRE(one.columns() == many.columns());
  std::vector<float> expected(many.columns()), found(one.columns());
  for (std::int32_t track = 0; track < 20; ++track) {
    many.features(track, expected);
    one.features(track, found);
    for (std::size_t k = 0; k < found.size(); ++k) {
      CAPTURE(track, k);
      CHECK((found[k] == Approx(expected[k]).margin(1e-6) ||
             (std::isnan(found[k]) && std::isnan(expected[k]))));
    }
    CHECK(one.is_banned(track) == (track == 5));
  }

  // Nothing of later is in it.
  Person poisoned = person;
  poisoned.hear_anything(9, 30, now - 3);
  const Columns later(poisoned);
  const shared::TasteMoment same(later.history(poisoned), poisoned.verdicts, places, now);
  for (std::int32_t track = 0; track < 20; ++track) {
    one.features(track, expected);
    same.features(track, found);
    CAPTURE(track);
    CHECK(std::equal(found.begin(), found.end(), expected.begin(),
                     [](float a, float b) { return a == b || (std::isnan(a) && std::isnan(b)); }));
  }
}

TEST_CASE("the places of many tracks add up as one vector", "[taste]") {
  // Three numbers become five places, of which no four are together.
  const std::vector<float> center{0.5F, -1, 2},
      components{1, 2, 3, 0, 1, 0, -1, 0.5F, 0, 2, 2, -2, 0, 0, 1};
  std::vector<float> vectors;
  playlist::Random random(4);
  for (int k = 0; k < 30; ++k) vectors.push_back(static_cast<float>(random.real()));
  vectors[3 * 3] = kMissing;  // track 3 has none
  const shared::TastePlaces places({"own", center, components}, vectors);
  REQUIRE(places.dim() == 5);
  std::vector<float> found(5);
  places.of(3, found);
  CHECK(std::isnan(found[0]));
  CHECK(std::isnan(found[4]));
  places.of(10, found);  // more tracks than vectors
  CHECK(std::isnan(found[0]));
  const std::vector<std::int32_t> times{2, 0, 1, 9, 0, 0, 0, 0, 0, 4};
  std::vector<double> expected(5);
  for (const std::int32_t track : {0, 2, 9}) {
    places.of(track, found);
    for (std::size_t k = 0; k < 5; ++k) {
      double by_hand = 0;
      for (std::size_t i = 0; i < 3; ++i)
        by_hand += double{components[3 * k + i]} *
                   (vectors[3 * static_cast<std::size_t>(track) + i] - center[i]);
      CHECK(found[k] == Approx(by_hand));
      expected[k] += times[static_cast<std::size_t>(track)] * by_hand;
    }
  }
  const std::vector<double> sum = places.sum(times);
  for (std::size_t k = 0; k < 5; ++k) CHECK(sum[k] == Approx(expected[k]));
}

TEST_CASE("a skip makes no feature of skips smaller, and changes no other", "[taste]") {
  Person person;
  person.hear_anything(3, 80);
  const std::int64_t now = kBegin + 81 * kDay;
  const auto features = [&](std::int32_t track, std::int32_t skipped) {
    TastePast past(person.artist, 2, person.vectors);
    for (const TasteListen& listen : person.listens) past.hear(listen);
    if (skipped >= 0)
      past.hear({now - 3'600, now - 3'590, skipped, 9'999, 0.05F, false, true, true});
    past.at(now);
    std::vector<float> row(past.columns());
    past.features(track, row);
    return row;
  };
  for (std::int32_t track = 0; track < 20; ++track) {
    for (const std::int32_t skipped : {track, (track + 2) % 20}) {  // itself, its artist's
      const auto before = features(track, -1), after = features(track, skipped);
      for (std::size_t k = 0; k < before.size(); ++k) {
        CAPTURE(track, skipped, k);
        if (k < shared::kTasteFeatures && shared::is_of_skips(k)) {
          CHECK(after[k] >= before[k]);
        } else {
          CHECK((after[k] == before[k] || (std::isnan(after[k]) && std::isnan(before[k]))));
        }
      }
    }
  }
}

// ---- the ladder ---------------------------------------------------------------------------------

namespace {

/// A year of examples whose outcome hangs on their features.
template <typename LogOdds>
TasteExamples examples_of(std::size_t count, const LogOdds& log_odds) {
  const Drawn drawn(count, shared::kTasteFeatures, 0, log_odds);
  TasteExamples made;
  made.columns = drawn.columns;
  made.rows = drawn.rows;
  made.labels = drawn.labels;
  for (std::size_t k = 0; k < count; ++k) {
    made.outcome.push_back(drawn.labels[k] == 1);
    made.at.push_back(kBegin +
                      static_cast<std::int64_t>(k) * 365 * kDay / static_cast<std::int64_t>(count));
    made.known_at.push_back(made.at.back() + 200);
    made.heuristic.push_back(0.5F + 0.05F * drawn.row(k)[2]);
  }
  return made;
}

model::TasteLadder climbed(const TasteExamples& examples) {
  model::LadderOptions options;
  auto ladder = model::climb(examples, options);
  REQUIRE(ladder);
  return std::move(*ladder);
}

}  // namespace

TEST_CASE("the rung that serves is the highest that is shown to be better", "[taste][ladder]") {
  const auto straight = climbed(examples_of(
      3'000, [](std::span<const float> row) { return double{row[0]} - double{row[1]}; }));
  CHECK(straight.rung == Rung::kLogistic);
  CHECK(straight.judged[1].gain.low > 0);
  CHECK_FALSE(straight.judged[2].is_on);
  CHECK(straight.importance[0] > 0.05);
  CHECK(std::abs(straight.importance[5]) < 0.02);
  CHECK(straight.weeks >= 30);
  CHECK(straight.held_out == 1'800);
  CHECK(straight.calibration.error < 0.1);

  const auto bent = climbed(examples_of(
      6'000, [](std::span<const float> row) { return 3 * row[0] * row[1] + double{row[2]}; }));
  CHECK(bent.rung == Rung::kBoosted);
  CHECK(bent.trees.view().trees() == 200);
  CHECK(bent.importance[0] > 0.05);
  CHECK(bent.importance[1] > 0.05);

  const auto by_the_rule =
      climbed(examples_of(1'500, [](std::span<const float> row) { return 2 * double{row[2]}; }));
  CHECK(by_the_rule.rung == Rung::kHeuristic);
  CHECK(by_the_rule.judged[0].area.value > 0.8);

  const auto by_nothing = climbed(examples_of(1'500, [](std::span<const float>) { return 0.0; }));
  CHECK(by_nothing.rung == Rung::kHeuristic);
}

TEST_CASE("with few plays, or all of one kind, the rule of thumb stays and says why",
          "[taste][ladder]") {
  const auto few =
      climbed(examples_of(150, [](std::span<const float> row) { return double{row[0]}; }));
  CHECK(few.rung == Rung::kHeuristic);
  CHECK(few.why == "there are 150 examples, and 200 are needed");
  const auto alike = climbed(examples_of(400, [](std::span<const float>) { return 1'000.0; }));
  CHECK(alike.rung == Rung::kHeuristic);
  CHECK(alike.why == "in a part of the time all came out alike");
  TasteExamples late = examples_of(400, [](std::span<const float> row) { return double{row[0]}; });
  for (std::int64_t& known : late.known_at) known += 300 * kDay;
  CHECK(climbed(late).why == "too little came before the time that is to be foretold");
}

TEST_CASE("a ladder that is told to stop stops", "[taste][ladder]") {
  const TasteExamples examples =
      examples_of(600, [](std::span<const float> row) { return double{row[0]}; });
  model::LadderOptions options;
  int asked = 0;
  options.proceed = [&](double share) {
    CHECK((share >= 0 && share <= 1));
    return ++asked < 40;
  };
  CHECK_FALSE(model::climb(examples, options));
  CHECK(asked == 40);
}
