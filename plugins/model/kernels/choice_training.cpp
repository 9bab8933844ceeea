#include "choice_training.hpp"

#include "playlist/random.hpp"

#include <algorithm>
#include <cmath>
#include <functional>
#include <utility>

#include "conditional_logit.hpp"
#include "parallel.hpp"

namespace model {
namespace {

using shared::Ending;
using shared::ListenerPast;
using shared::PastListen;

// ---- examples
// -----------------------------------------------------------------------------------

/// Sets of alternatives, person after person, each in the order of time. Of something binary a set
/// is a row of 0 and one of features, whose last is 1.
struct Examples {
  std::size_t features = 0;
  bool is_binary = false;
  std::vector<float> rows;
  std::vector<std::int64_t> begin{0};
  std::vector<std::int32_t> chosen, session, person;
  std::vector<float> correction;  // of each row; empty: none

  [[nodiscard]] std::size_t count() const { return chosen.size(); }
  [[nodiscard]] std::size_t size(std::size_t set) const {
    return static_cast<std::size_t>(begin[set + 1] - begin[set]);
  }
  [[nodiscard]] const float* row(std::size_t set, std::size_t k) const {
    return rows.data() + (static_cast<std::size_t>(begin[set]) + k) * features;
  }
  [[nodiscard]] float* row(std::size_t set, std::size_t k) {
    return rows.data() + (static_cast<std::size_t>(begin[set]) + k) * features;
  }
  /// The rows that hold features: not the 0 of something binary.
  [[nodiscard]] std::size_t first_row() const { return is_binary ? 1 : 0; }
  /// How many of the features vary; the others are 1.
  [[nodiscard]] std::size_t varying() const { return features - first_row(); }

  void end_set(std::int32_t taken, std::int32_t of_session, std::int32_t of_person) {
    begin.push_back(static_cast<std::int64_t>(rows.size() / features));
    chosen.push_back(taken);
    session.push_back(of_session);
    person.push_back(of_person);
  }
  /// Set `k` of another.
  void add(const Examples& other, std::size_t k) {
    rows.insert(rows.end(), other.row(k, 0), other.row(k, other.size(k)));
    if (!other.correction.empty())
      correction.insert(correction.end(), other.correction.begin() + other.begin[k],
                        other.correction.begin() + other.begin[k + 1]);
    end_set(other.chosen[k], other.session[k], other.person[k]);
  }
  void add(const Examples& other) {
    for (std::size_t k = 0; k < other.count(); ++k) add(other, k);
  }

  [[nodiscard]] ChoiceSets sets() const {
    return {features, rows, begin, chosen, correction, session};
  }
  [[nodiscard]] ChoiceSets sets(std::size_t from, std::size_t to) const {
    return {features, rows, std::span(begin).subspan(from, to - from + 1),
            std::span(chosen).subspan(from, to - from), correction};
  }
};

struct Trials : Examples {
  std::vector<std::uint8_t> previous;  // an Ending
  std::vector<float> own_skip_rate;

  void append(const Trials& other) {
    add(other);
    previous.insert(previous.end(), other.previous.begin(), other.previous.end());
    own_skip_rate.insert(own_skip_rate.end(), other.own_skip_rate.begin(),
                         other.own_skip_rate.end());
  }
};

struct Collected {
  Examples choices;
  Trials trials;

  Collected() {
    choices.features = shared::kChoiceFeatures;
    trials.features = shared::kAcceptanceFeatures + 1;
    trials.is_binary = true;
  }
};

/// One person's examples.
class Collecting {
 public:
  /// Occasions from these times on.
  struct Since {
    std::int64_t choices = INT64_MIN, trials = INT64_MIN;
  };

  Collecting(const ChoiceData& data, const ChoiceOptions& options, std::size_t person,
             const Since& since)
      : data_(data),
        options_(options),
        person_(person),
        since_(since),
        past_(data.facts),
        random_(seed_of(options.random_seed, data.person_ids[person])) {}

  Collected collect() {
    const auto first = static_cast<std::size_t>(data_.begin[person_]),
               end = static_cast<std::size_t>(data_.begin[person_ + 1]);
    for (std::size_t k = first; k < end; ++k) {
      const PastListen& listen = data_.listens[k];
      past_.at(listen.ts, listen.session);
      if (data_.occasion[k] == Occasion::kPicked) take_choice(listen);
      if (data_.occasion[k] == Occasion::kShuffled) take_trial(listen);
      past_.hear(listen);
    }
    return std::move(made_);
  }

 private:
  static std::uint64_t seed_of(std::uint64_t random_seed, std::int64_t person_id) {
    std::uint64_t state = random_seed ^ static_cast<std::uint64_t>(person_id);
    return playlist::splitmix64(state);
  }

  void take_choice(const PastListen& listen) {
    const std::int32_t taken = past_.place(listen.track);
    if (listen.ts < since_.choices || taken < 0 || past_.plays(taken) == 0 ||
        past_.played().size() < options_.least_known)
      return;
    const auto drawn_from = options_.is_by_popularity ? past_.all_plays() : past_.played();
    add_row(taken);
    for (std::size_t k = 0; k < options_.alternatives; ++k)
      add_row(drawn_from[static_cast<std::size_t>(random_.below(drawn_from.size()))]);
    made_.choices.end_set(0, listen.session, static_cast<std::int32_t>(person_));
  }

  void add_row(std::int32_t place) {
    const shared::ChoiceRow row = past_.choice(place);
    made_.choices.rows.insert(made_.choices.rows.end(), row.begin(), row.end());
    if (options_.is_by_popularity)
      made_.choices.correction.push_back(
          static_cast<float>(-std::log(static_cast<double>(past_.plays(place)))));
  }

  void take_trial(const PastListen& listen) {
    const std::int32_t place = past_.place(listen.track);
    if (listen.ts < since_.trials || place < 0 || listen.ending == Ending::kOther) return;
    Trials& trials = made_.trials;
    const shared::AcceptanceRow row = past_.acceptance(place);
    trials.rows.resize(trials.rows.size() + trials.features);
    trials.rows.insert(trials.rows.end(), row.begin(), row.end());
    trials.rows.push_back(1);
    trials.end_set(listen.ending == Ending::kLetPlay, listen.session,
                   static_cast<std::int32_t>(person_));
    trials.previous.push_back(static_cast<std::uint8_t>(past_.previous()));
    trials.own_skip_rate.push_back(static_cast<float>(past_.skip_rate(place)));
  }

  const ChoiceData& data_;
  const ChoiceOptions& options_;
  std::size_t person_;
  Since since_;
  ListenerPast past_;
  playlist::Random random_;
  Collected made_;
};

/// The time from which on there are at most `most` of them, but for those of one second.
std::int64_t since_latest(const ChoiceData& data, Occasion occasion, std::size_t most) {
  std::vector<std::int64_t> times;
  for (std::size_t k = 0; k < data.listens.size(); ++k)
    if (data.occasion[k] == occasion) times.push_back(data.listens[k].ts);
  if (times.size() <= most) return INT64_MIN;
  const auto cut = times.begin() + static_cast<std::ptrdiff_t>(times.size() - most);
  std::nth_element(times.begin(), cut, times.end());
  return *cut;
}

std::optional<Collected> collect(const ChoiceData& data, const ChoiceOptions& options) {
  const Collecting::Since since{since_latest(data, Occasion::kPicked, options.most),
                                since_latest(data, Occasion::kShuffled, options.most)};
  std::vector<Collected> of_person(data.people());
  const bool is_whole = for_blocks(
      options.threads, static_cast<std::int64_t>(data.people()), 1,
      [&](int, std::int64_t begin, std::int64_t end) {
        for (std::int64_t person = begin; person < end; ++person) {
          const auto at = static_cast<std::size_t>(person);
          of_person[at] = Collecting(data, options, at, since).collect();
        }
      },
      options.proceed);
  if (!is_whole) return std::nullopt;
  Collected all;
  for (Collected& one : of_person) {
    all.choices.add(one.choices);
    all.trials.append(one.trials);
    one = {};
  }
  return all;
}

// ---- before and after
// ---------------------------------------------------------------------------

/// First set of each person, and an end.
std::vector<std::size_t> people_of(const Examples& examples) {
  std::vector<std::size_t> begins;
  for (std::size_t k = 0; k < examples.count(); ++k)
    if (k == 0 || examples.person[k] != examples.person[k - 1]) begins.push_back(k);
  begins.push_back(examples.count());
  return begins;
}

/// Of each set 1 in the latest share of its person's, which begins with a session.
std::vector<std::uint8_t> held_out(const Examples& examples, double share) {
  std::vector<std::uint8_t> is_held_out(examples.count());
  const std::vector<std::size_t> people = people_of(examples);
  for (std::size_t person = 0; person + 1 < people.size(); ++person) {
    const std::size_t begin = people[person], end = people[person + 1];
    auto cut =
        begin + static_cast<std::size_t>(std::ceil((1 - share) * static_cast<double>(end - begin)));
    while (cut > begin && cut < end && examples.session[cut] == examples.session[cut - 1]) ++cut;
    std::fill(is_held_out.begin() + static_cast<std::ptrdiff_t>(cut),
              is_held_out.begin() + static_cast<std::ptrdiff_t>(end), 1);
  }
  return is_held_out;
}

/// z-scores in place of features, by the sets that are not held out.
void standardize(Examples& examples, const std::vector<std::uint8_t>& is_held_out,
                 LearnedWeights& learned) {
  learned.means.assign(examples.features, 0);
  learned.scales.assign(examples.features, 1);
  std::vector<double> squares(examples.features);
  double count = 0;
  const auto each_row = [&](std::size_t set, const auto& use) {
    for (std::size_t k = examples.first_row(); k < examples.size(set); ++k)
      use(examples.row(set, k));
  };
  for (std::size_t set = 0; set < examples.count(); ++set) {
    if (is_held_out[set] == 1) continue;
    each_row(set, [&](const float* row) {
      ++count;
      for (std::size_t f = 0; f < examples.varying(); ++f) {
        const double away = row[f] - learned.means[f];  // Welford
        learned.means[f] += away / count;
        squares[f] += away * (row[f] - learned.means[f]);
      }
    });
  }
  for (std::size_t f = 0; f < examples.varying(); ++f)
    if (squares[f] > 0) learned.scales[f] = std::sqrt(squares[f] / count);
  for (std::size_t set = 0; set < examples.count(); ++set)
    each_row(set, [&](float* row) {
      for (std::size_t f = 0; f < examples.varying(); ++f)
        row[f] = static_cast<float>((row[f] - learned.means[f]) / learned.scales[f]);
    });
}

// ---- weights
// ------------------------------------------------------------------------------------

struct Weights {
  ConditionalLogit everybody;
  std::vector<double> spread;
  std::vector<std::vector<double>> of_person;  // by person of the data
};

/// Nothing when stopped.
std::optional<Weights> learn(const Examples& examples, std::size_t people,
                             const ChoiceOptions& options) {
  LogitOptions logit;
  logit.prior_mean.assign(examples.features, 0.0);
  logit.prior_precision.assign(examples.features, options.regularization);
  logit.threads = options.threads;
  logit.proceed = options.proceed;
  auto everybody = fit_conditional_logit(examples.sets(), logit);
  if (!everybody) return std::nullopt;
  Weights made{*everybody, {}, {}};
  made.of_person.assign(people, everybody->weights);
  const std::vector<std::size_t> begins = people_of(examples);
  if (begins.size() <= 2) return made;  // of one person there is nothing to tell apart
  std::vector<ChoiceSets> of_person;
  for (std::size_t k = 0; k + 1 < begins.size(); ++k)
    of_person.push_back(examples.sets(begins[k], begins[k + 1]));
  auto shrunk = shrink_to(everybody->weights, of_person, logit);
  if (!shrunk) return std::nullopt;
  made.spread = std::move(shrunk->variance);
  for (double& variance : made.spread) variance = std::sqrt(variance);
  for (std::size_t k = 0; k + 1 < begins.size(); ++k)
    made.of_person[static_cast<std::size_t>(examples.person[begins[k]])] =
        std::move(shrunk->weights[k]);
  return made;
}

void note(Weights made, const Examples& examples, LearnedWeights& learned) {
  for (std::size_t f = 0; f < examples.features; ++f) {
    learned.errors.push_back(made.everybody.error(f));
    learned.robust_errors.push_back(made.everybody.robust_error(f));
  }
  learned.weights = std::move(made.everybody.weights);
  learned.spread = std::move(made.spread);
  learned.of_person = std::move(made.of_person);
  learned.count = static_cast<std::int64_t>(examples.count());
  learned.people = static_cast<std::int64_t>(people_of(examples).size()) - 1;
  for (std::size_t k = 0; k < examples.count(); ++k)
    learned.sessions += k == 0 || examples.session[k] != examples.session[k - 1];
}

double weighed(const float* row, std::span<const double> weights) {
  double sum = 0;
  for (std::size_t f = 0; f < weights.size(); ++f) sum += weights[f] * row[f];
  return sum;
}

// ---- how well they do
// ---------------------------------------------------------------------------

/// The sets held out, and what they are told apart by.
class HeldOut {
 public:
  HeldOut(const Examples& examples, const std::vector<std::uint8_t>& is_held_out)
      : examples_(examples) {
    for (std::size_t k = 0; k < examples.count(); ++k)
      if (is_held_out[k] == 1) sets_.push_back(k);
    for (const std::size_t set : sets_) sessions_.push_back(examples.session[set]);
  }

  [[nodiscard]] const std::vector<std::size_t>& sets() const { return sets_; }
  [[nodiscard]] const std::vector<std::int32_t>& sessions() const { return sessions_; }
  [[nodiscard]] bool has_several_people() const {
    return !sets_.empty() && examples_.person[sets_.front()] != examples_.person[sets_.back()];
  }
  template <typename Value>
  [[nodiscard]] auto each(const Value& value) const {
    std::vector<decltype(value(std::size_t{}))> values;
    values.reserve(sets_.size());
    for (const std::size_t set : sets_) values.push_back(value(set));
    return values;
  }

 private:
  const Examples& examples_;
  std::vector<std::size_t> sets_;
  std::vector<std::int32_t> sessions_;
};

/// A choice by some weights.
struct Judged {
  double log_chance = 0, log_chance_of_any = 0, rank = 0;  // rank: how many score above it
};

double log_of_sum(const std::vector<double>& values) {
  const double most = *std::max_element(values.begin(), values.end());
  double sum = 0;
  for (const double value : values) sum += std::exp(value - most);
  return most + std::log(sum);
}

Judged judge(const Examples& examples, std::size_t set, std::span<const double> weights) {
  const std::size_t size = examples.size(set);
  const auto taken = static_cast<std::size_t>(examples.chosen[set]);
  std::vector<double> utility(size), correction(size);
  for (std::size_t k = 0; k < size; ++k) {
    utility[k] = weighed(examples.row(set, k), weights);
    if (!examples.correction.empty())
      correction[k] = examples.correction[static_cast<std::size_t>(examples.begin[set]) + k];
  }
  Judged judged;
  for (std::size_t k = 0; k < size; ++k) {
    // The same track drawn again is no other one.
    if (std::equal(examples.row(set, k), examples.row(set, k + 1), examples.row(set, taken)))
      continue;
    if (utility[k] >= utility[taken]) judged.rank += utility[k] > utility[taken] ? 1 : 0.5;
  }
  judged.log_chance_of_any = correction[taken] - log_of_sum(correction);
  for (std::size_t k = 0; k < size; ++k) utility[k] += correction[k];
  judged.log_chance = utility[taken] - log_of_sum(utility);
  return judged;
}

/// What was taken is the best of each set.
bool foretells_all(const Examples& examples, std::span<const double> weights) {
  for (std::size_t set = 0; set < examples.count(); ++set)
    if (judge(examples, set, weights).rank > 0) return false;
  return true;
}

/// 1 - it, whose interval turns round.
Figure rest_of(const Figure& figure) {
  return {1 - figure.value, 1 - figure.high, 1 - figure.low};
}

ChoiceFigures figures_of(const Examples& examples, const HeldOut& later, const Weights& weights,
                         std::uint64_t random_seed) {
  const SessionFigures figures(later.sessions(), random_seed);
  ChoiceFigures made;
  made.count = static_cast<std::int64_t>(later.sets().size());
  made.sessions = static_cast<std::int64_t>(figures.sessions());
  const auto judged = [&](const auto& weights_of) {
    return later.each([&](std::size_t set) { return judge(examples, set, weights_of(set)); });
  };
  const auto of = [](const std::vector<Judged>& all, const auto& value) {
    std::vector<double> values;
    for (const Judged& one : all) values.push_back(value(one));
    return values;
  };
  const auto bits = [](const Judged& one) {
    return (one.log_chance - one.log_chance_of_any) / std::log(2.0);
  };
  const std::vector<Judged> common =
      judged([&](std::size_t) -> const std::vector<double>& { return weights.everybody.weights; });
  made.bits = figures.mean(of(common, bits));
  made.explained =
      rest_of(figures.ratio(of(common, [](const Judged& one) { return one.log_chance; }),
                            of(common, [](const Judged& one) { return one.log_chance_of_any; })));
  made.hit_1 = figures.mean(of(common, [](const Judged& one) { return one.rank < 1 ? 1.0 : 0.0; }));
  made.hit_10 =
      figures.mean(of(common, [](const Judged& one) { return one.rank < 10 ? 1.0 : 0.0; }));
  if (later.has_several_people())
    made.personal_bits =
        figures.mean(of(judged([&](std::size_t set) -> const std::vector<double>& {
                          return weights.of_person[static_cast<std::size_t>(examples.person[set])];
                        }),
                        bits));
  return made;
}

AcceptanceFigures figures_of(const Trials& trials, const HeldOut& later, const Weights& weights,
                             std::uint64_t random_seed) {
  const SessionFigures figures(later.sessions(), random_seed);
  const auto labels =
      later.each([&](std::size_t set) { return static_cast<std::uint8_t>(trials.chosen[set]); });
  const auto previous = later.each([&](std::size_t set) { return trials.previous[set]; });
  const auto scores = [&](const auto& score) {
    return later.each([&](std::size_t set) { return static_cast<float>(score(set)); });
  };
  const auto area = [&](const std::vector<float>& of) {
    return AcceptanceFigures::Area{figures.area(of, labels),
                                   figures.area_within(of, labels, previous)};
  };
  const std::span<const double> common = weights.everybody.weights;
  AcceptanceFigures made;
  made.count = static_cast<std::int64_t>(later.sets().size());
  made.sessions = static_cast<std::int64_t>(figures.sessions());
  if (made.count == 0) return made;
  made.skipped = static_cast<double>(std::count(labels.begin(), labels.end(), 0)) /
                 static_cast<double>(made.count);
  const auto of_track = scores([&](std::size_t set) {
    return weighed(trials.row(set, 1), common.first(shared::kAcceptanceOfTrack));
  });
  const auto own_skip_rate = scores([&](std::size_t set) { return -trials.own_skip_rate[set]; });
  const auto before = scores([&](std::size_t set) {
    const auto ending = static_cast<Ending>(trials.previous[set]);
    return ending == Ending::kLetPlay ? 1 : ending == Ending::kSkipped ? -1 : 0;
  });
  made.model = area(scores([&](std::size_t set) { return weighed(trials.row(set, 1), common); }));
  made.of_track = area(of_track);
  made.own_skip_rate = area(own_skip_rate);
  made.gain_of_track = figures.area_gain(of_track, own_skip_rate, labels);
  made.previous = figures.area(before, labels);
  if (later.has_several_people())
    made.personal = area(scores([&](std::size_t set) {
      return weighed(trials.row(set, 1),
                     weights.of_person[static_cast<std::size_t>(trials.person[set])]);
    }));
  return made;
}

/// Options whose `proceed` tells of one part of the training: how long a fit takes nobody knows.
ChoiceOptions part_of(const ChoiceOptions& options, double begin) {
  ChoiceOptions part = options;
  if (options.proceed) part.proceed = [&options, begin](double) { return options.proceed(begin); };
  return part;
}

/// Held out first, then everything, from and to a share of the training. Nothing when stopped.
template <typename Learned, typename Kind>
std::optional<Learned> learn_and_judge(Kind& examples, std::size_t people,
                                       const ChoiceOptions& options, double from, double to) {
  Learned learned;
  const std::vector<std::uint8_t> is_held_out = held_out(examples, options.validation_share);
  standardize(examples, is_held_out, learned);
  if (options.validation_share > 0) {
    Examples before;
    before.features = examples.features;
    before.is_binary = examples.is_binary;
    for (std::size_t k = 0; k < examples.count(); ++k)
      if (is_held_out[k] == 0) before.add(examples, k);
    const auto weights = learn(before, people, part_of(options, from));
    if (!weights) return std::nullopt;
    learned.held_out =
        figures_of(examples, HeldOut(examples, is_held_out), *weights, options.random_seed);
  }
  auto weights = learn(examples, people, part_of(options, (from + to) / 2));
  if (!weights) return std::nullopt;
  learned.is_separable = foretells_all(examples, weights->everybody.weights);
  note(std::move(*weights), examples, learned);
  return learned;
}

}  // namespace

std::optional<ChoiceModel> train_choice(const ChoiceData& data, const ChoiceOptions& options) {
  auto collected = collect(data, part_of(options, 0));
  if (!collected) return std::nullopt;
  ChoiceModel model;
  model.choices = static_cast<std::int64_t>(collected->choices.count());
  model.trials = static_cast<std::int64_t>(collected->trials.count());
  model.let_play = std::count(collected->trials.chosen.begin(), collected->trials.chosen.end(), 1);
  const std::size_t least = std::max<std::size_t>(1, options.least);
  if (collected->choices.count() >= least) {
    model.choice =
        learn_and_judge<LearnedChoice>(collected->choices, data.people(), options, 0.1, 0.6);
    if (!model.choice) return std::nullopt;
  }
  if (collected->trials.count() >= least && !model.has_one_outcome()) {
    model.acceptance =
        learn_and_judge<LearnedAcceptance>(collected->trials, data.people(), options, 0.6, 1);
    if (!model.acceptance) return std::nullopt;
  }
  return model;
}

}  // namespace model
