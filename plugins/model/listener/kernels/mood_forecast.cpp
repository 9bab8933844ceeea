#include "mood_forecast.hpp"

#include "playlist/plugin.hpp"

#include <algorithm>
#include <cmath>
#include <numeric>

#include "../../kernels/click_metrics.hpp"
#include "../../kernels/conditional_logit.hpp"

namespace model {
namespace {

using shared::kMoodExperts;
using shared::kNoMood;

constexpr std::int64_t kSecondsOfMoodWeek = 7 * 86'400;
/// The experts know too little at first: so many of the windows teach no weights.
constexpr std::size_t kWarmUp = 10;  // a tenth
/// Weights are few: the latest windows are enough for them.
constexpr std::size_t kMostFitted = 12'000;
constexpr double kPriorPrecision = 20;

/// Places that are to be told, and what the experts said at them.
struct Examples {
  std::vector<std::int32_t> listen;  // of each
  std::vector<std::int32_t> label;   // its mood
  std::vector<std::int32_t> last;    // the last one of the session; kNoMood: not known
  std::vector<float> said;           // kMoodExperts x moods each

  [[nodiscard]] std::size_t count() const { return listen.size(); }
};

/// The windows, and the first listens of sessions, each as of the listens before it.
struct Observed {
  Examples windows, starts;
  std::vector<std::size_t> window;  // place of each of `windows` in the log
};

std::vector<std::int32_t> moods_of(const MoodLog& log, const shared::MoodCentroids& moods) {
  const std::vector<std::int32_t> of_track = moods.of_tracks(log.sounds);
  std::vector<std::int32_t> made;
  for (const shared::MoodListen& listen : log.listens)
    made.push_back(of_track[static_cast<std::size_t>(listen.track)]);
  return made;
}

Observed observe(const MoodLog& log, std::span<const std::int32_t> mood_of_listen,
                 std::size_t moods) {
  Observed made;
  shared::MoodHistory history(moods);
  std::vector<float> said(kMoodExperts * moods);
  const auto note = [&](Examples& examples, std::size_t row, const shared::MoodListen& listen) {
    // As of the latest listen before it: when it will begin is not known yet.
    const shared::MoodListen& as_of = row == 0 ? listen : log.listens[row - 1];
    const bool is_start = listen.begins_session;
    history.say(is_start ? listen.ts : as_of.ts, is_start ? listen.hour : as_of.hour, said);
    examples.listen.push_back(static_cast<std::int32_t>(row));
    examples.label.push_back(listen.mood);
    examples.last.push_back(history.last_of_session());
    examples.said.insert(examples.said.end(), said.begin(), said.end());
  };
  std::size_t window = 0;
  for (std::size_t row = 0; row < log.listens.size(); ++row) {
    shared::MoodListen listen = log.listens[row];
    listen.mood = mood_of_listen[row];
    const bool is_told =
        window < log.told.size() && static_cast<std::size_t>(log.told[window]) == row;
    if (is_told && listen.mood >= 0) {
      note(made.windows, row, listen);
      made.window.push_back(window);
    }
    window += is_told;
    if (listen.begins_session && listen.mood >= 0) {
      history.begin_session();
      note(made.starts, row, listen);
    }
    history.take(listen);
  }
  return made;
}

// ---- ours -----------------------------------------------------------------------------------------

/// Of the examples [begin, end); equal weights where there are none.
shared::MoodPool fit_pool(const Examples& examples, std::size_t begin, std::size_t end,
                          std::size_t moods) {
  const std::size_t features = kMoodExperts + moods;
  shared::MoodPool pool;
  pool.weights.assign(features, 0);
  std::fill_n(pool.weights.begin(), kMoodExperts, 1.0F / kMoodExperts);
  begin = std::max(begin, end - std::min(end, kMostFitted));
  if (end <= begin) return pool;
  std::vector<float> rows;
  std::vector<std::int64_t> places{0};
  rows.reserve((end - begin) * moods * features);
  for (std::size_t k = begin; k < end; ++k) {
    const float* said = examples.said.data() + k * kMoodExperts * moods;
    for (std::size_t mood = 0; mood < moods; ++mood) {
      for (std::size_t expert = 0; expert < kMoodExperts; ++expert)
        rows.push_back(std::log(said[expert * moods + mood]));
      for (std::size_t other = 0; other < moods; ++other)
        rows.push_back(other == mood ? 1.0F : 0.0F);
    }
    places.push_back(places.back() + static_cast<std::int64_t>(moods));
  }
  ChoiceSets sets;
  sets.features = features;
  sets.rows = rows;
  sets.begin = places;
  sets.chosen = std::span(examples.label).subspan(begin, end - begin);
  LogitOptions options;
  options.prior_mean.assign(pool.weights.begin(), pool.weights.end());
  options.prior_precision.assign(features, kPriorPrecision);
  if (const auto fitted = fit_conditional_logit(sets, options))
    pool.weights.assign(fitted->weights.begin(), fitted->weights.end());
  return pool;
}

std::vector<float> said_by(const shared::MoodPool& pool, const Examples& examples,
                           std::size_t begin, std::size_t moods) {
  std::vector<float> said((examples.count() - begin) * moods);
  const std::size_t length = kMoodExperts * moods;
  for (std::size_t k = begin; k < examples.count(); ++k)
    pool.say(std::span(examples.said).subspan(k * length, length),
             std::span(said).subspan((k - begin) * moods, moods));
  return said;
}

std::vector<float> said_by(shared::MoodExpert expert, const Examples& examples, std::size_t begin,
                           std::size_t moods) {
  std::vector<float> said;
  for (std::size_t k = begin; k < examples.count(); ++k) {
    const float* of =
        examples.said.data() + (k * kMoodExperts + static_cast<std::size_t>(expert)) * moods;
    said.insert(said.end(), of, of + moods);
  }
  return said;
}

// ---- the published way ------------------------------------------------------------------------------

/// The windows [begin, end) of those observed, with the moods of the three listens before each.
ClassRows class_rows(const MoodLog& log, const Observed& observed,
                     std::span<const std::int32_t> mood_of_listen, std::size_t begin,
                     std::size_t end) {
  constexpr std::int32_t kBefore = 3;
  ClassRows made;
  for (std::size_t k = begin; k < end; ++k) {
    const auto from =
        log.windows.begin() + static_cast<std::ptrdiff_t>(observed.window[k] * log.columns);
    made.rows.insert(made.rows.end(), from, from + static_cast<std::ptrdiff_t>(log.columns));
    for (std::int32_t back = 1; back <= kBefore; ++back) {
      const std::int32_t mood =
          mood_of_listen[static_cast<std::size_t>(std::max(0, observed.windows.listen[k] - back))];
      made.rows.push_back(mood < 0 ? playlist::kMissingF32 : static_cast<float>(mood));
    }
    made.labels.push_back(static_cast<float>(observed.windows.label[k]));
  }
  return made;
}

// ---- judging --------------------------------------------------------------------------------------

/// Of some of the held-out windows.
class PartJudge {
 public:
  PartJudge(std::vector<std::size_t> places, std::span<const std::int32_t> labels,
            std::span<const std::int32_t> weeks, std::size_t moods, std::uint64_t random_seed)
      : places_(std::move(places)),
        labels_(labels),
        moods_(moods),
        figures_(picked(weeks), random_seed) {}

  [[nodiscard]] std::size_t weeks() const { return figures_.sessions(); }

  [[nodiscard]] MoodFigures::Part of(std::span<const float> said) const {
    MoodFigures::Part made;
    made.log_loss = figures_.mean(losses(said));
    made.area = area(said);
    std::vector<double> hits(moods_), meant(moods_), came(moods_);
    double right = 0;
    for (const std::size_t k : places_) {
      const auto row = said.subspan(k * moods_, moods_);
      const auto guess = static_cast<std::size_t>(std::ranges::max_element(row) - row.begin());
      const auto label = static_cast<std::size_t>(labels_[k]);
      ++meant[guess];
      ++came[label];
      if (guess != label) continue;
      ++hits[label];
      ++right;
    }
    double f1 = 0, there = 0;
    for (std::size_t mood = 0; mood < moods_; ++mood) {
      if (came[mood] == 0) continue;
      f1 += 2 * hits[mood] / (meant[mood] + came[mood]);
      ++there;
    }
    made.accuracy = right / static_cast<double>(places_.size());
    made.macro_f1 = f1 / there;
    return made;
  }
  [[nodiscard]] Figure gain(std::span<const float> ours, std::span<const float> other) const {
    std::vector<double> gains = losses(other);
    const std::vector<double> own = losses(ours);
    for (std::size_t k = 0; k < gains.size(); ++k) gains[k] -= own[k];
    return figures_.mean(gains);
  }

 private:
  [[nodiscard]] std::vector<std::int32_t> picked(std::span<const std::int32_t> weeks) const {
    std::vector<std::int32_t> made;
    for (const std::size_t k : places_) made.push_back(weeks[k]);
    return made;
  }
  [[nodiscard]] std::vector<double> losses(std::span<const float> said) const {
    std::vector<double> made;
    for (const std::size_t k : places_)
      made.push_back(-std::log(
          std::max(1e-12, double{said[k * moods_ + static_cast<std::size_t>(labels_[k])]})));
    return made;
  }
  /// Of the moods that came and did not.
  [[nodiscard]] double area(std::span<const float> said) const {
    double sum = 0, there = 0;
    for (std::size_t mood = 0; mood < moods_; ++mood) {
      std::vector<float> scores, is_it;
      for (const std::size_t k : places_) {
        scores.push_back(said[k * moods_ + mood]);
        is_it.push_back(labels_[k] == static_cast<std::int32_t>(mood) ? 1.0F : 0.0F);
      }
      const double one = area_under_curve(scores, is_it);
      if (!std::isfinite(one)) continue;
      sum += one;
      ++there;
    }
    return there > 0 ? sum / there : Figure::kNone;
  }

  std::vector<std::size_t> places_;
  std::span<const std::int32_t> labels_;
  std::size_t moods_;
  SessionFigures figures_;
};

class MoodTrial {
 public:
  MoodTrial(const MoodLog& log, const MoodOptions& options) : log_(log), options_(options) {}

  /// False when stopped.
  bool run(JudgedMoods& made) {
    const std::vector<std::size_t> known = windows_of_known_moods();
    made.taught = known.size() * 4 / 5;
    made.held_out = known.size() - made.taught;
    if (known.size() < options_.least_windows) {
      made.why = playlist::concat(
          known.size(),
          " listens with three before them in their session whose mood is known are "
          "too few, ",
          options_.least_windows, " are needed");
      return true;
    }
    made.moods = moods_before(static_cast<std::size_t>(log_.told[known[made.taught]]));
    if (stopped(0.3)) return false;
    moods_ = made.moods.centroids.count();
    if (moods_ == 0) {
      made.why = "what was heard in the first four fifths sounds all alike";
      return true;
    }
    mood_of_listen_ = moods_of(log_, made.moods.centroids);
    observed_ = observe(log_, mood_of_listen_, moods_);
    if (!say(made)) return false;
    judge(made);
    return !stopped(0.8);
  }

 private:
  [[nodiscard]] bool stopped(double share) const {
    return options_.proceed && !options_.proceed(share);
  }
  [[nodiscard]] std::vector<std::size_t> windows_of_known_moods() const {
    std::vector<std::size_t> known;
    for (std::size_t window = 0; window < log_.told.size(); ++window) {
      const auto listen = static_cast<std::size_t>(log_.told[window]);
      if (log_.sounds.is_known(static_cast<std::size_t>(log_.listens[listen].track)))
        known.push_back(window);
    }
    return known;
  }
  /// Of the tracks that were heard before a listen.
  [[nodiscard]] FoundMoods moods_before(std::size_t listen) const {
    std::vector<std::size_t> tracks;
    for (std::size_t row = 0; row < listen; ++row)
      tracks.push_back(static_cast<std::size_t>(log_.listens[row].track));
    std::ranges::sort(tracks);
    tracks.erase(std::ranges::unique(tracks).begin(), tracks.end());
    std::erase_if(tracks, [&](std::size_t track) { return !log_.sounds.is_known(track); });
    tracks = tracks_of_moods(log_.sounds, tracks);
    Vectors rows(static_cast<std::int64_t>(tracks.size()), shared::kMoodSoundCount);
    for (std::size_t k = 0; k < tracks.size(); ++k)
      std::ranges::copy(log_.sounds.of(tracks[k]), rows.row(static_cast<std::int64_t>(k)));
    ClusterCountOptions clusters = options_.clusters;
    clusters.random_seed = options_.random_seed;
    clusters.proceed = [this](double share) { return !stopped(0.3 * share); };
    return find_moods(rows, clusters);
  }

  /// False when stopped.
  bool say(JudgedMoods& made) {
    const Examples& windows = observed_.windows;
    for (std::size_t way = 0; way < kMoodWays; ++way) {
      std::vector<float>& said = made.said[way];
      switch (static_cast<MoodWay>(way)) {
        case MoodWay::kPublished:
          if (options_.compares_published && !say_published(made)) return false;
          break;
        case MoodWay::kForecast:
          said = said_by(fit_pool(windows, made.taught / kWarmUp, made.taught, moods_), windows,
                         made.taught, moods_);
          break;
        default:
          said = said_by(expert_of(static_cast<MoodWay>(way)), windows, made.taught, moods_);
      }
    }
    return true;
  }
  bool say_published(JudgedMoods& made) {
    const std::size_t stop = made.taught * 4 / 5;
    const auto rows = [&](std::size_t begin, std::size_t end) {
      return class_rows(log_, observed_, mood_of_listen_, begin, end);
    };
    BoostingOptions boosting = options_.published;
    boosting.proceed = [this](double share) { return !stopped(0.3 + 0.4 * share); };
    constexpr int kPatience = 10;
    auto trial = try_softprob(rows(0, stop), rows(stop, made.taught),
                              rows(made.taught, observed_.windows.count()), log_.columns + 3,
                              static_cast<int>(moods_), kPatience, boosting);
    if (!trial) return false;
    made.said[static_cast<std::size_t>(MoodWay::kPublished)] = std::move(trial->said);
    made.rounds = trial->rounds;
    return true;
  }

  void judge(JudgedMoods& made) const {
    const auto held_out = [&](const std::vector<std::int32_t>& values) {
      return std::span(values).subspan(made.taught);
    };
    const auto labels = held_out(observed_.windows.label), last = held_out(observed_.windows.last);
    std::vector<std::int32_t> weeks;
    for (const std::int32_t listen : held_out(observed_.windows.listen))
      weeks.push_back(static_cast<std::int32_t>(log_.listens[static_cast<std::size_t>(listen)].ts /
                                                kSecondsOfMoodWeek));
    std::vector<std::size_t> all(labels.size()), changes;
    std::iota(all.begin(), all.end(), std::size_t{0});
    for (const std::size_t k : all)
      if (last[k] >= 0 && last[k] != labels[k]) changes.push_back(k);
    made.changes = changes.size();
    const PartJudge of_all(all, labels, weeks, moods_, options_.random_seed),
        of_changes(changes, labels, weeks, moods_, options_.random_seed);
    made.weeks = of_all.weeks();
    const std::vector<float>& ours = made.said.back();
    for (std::size_t way = 0; way < kMoodWays; ++way) {
      if (made.said[way].empty()) continue;
      MoodFigures& figures = made.ways[way];
      figures.is_tried = true;
      figures.all = of_all.of(made.said[way]);
      if (!changes.empty()) figures.changes = of_changes.of(made.said[way]);
      if (way + 1 == kMoodWays) continue;
      figures.all.gain = of_all.gain(ours, made.said[way]);
      if (!changes.empty()) figures.changes.gain = of_changes.gain(ours, made.said[way]);
    }
    for (std::size_t way = 0; way < static_cast<std::size_t>(MoodWay::kPublished); ++way)
      if (made.ways[way].all.log_loss.value <
          made.ways[static_cast<std::size_t>(made.serves)].all.log_loss.value)
        made.serves = static_cast<MoodWay>(way);
    if (made.ways[static_cast<std::size_t>(made.serves)].all.gain.low > 0)
      made.serves = MoodWay::kForecast;
  }

  const MoodLog& log_;
  const MoodOptions& options_;
  std::size_t moods_ = 0;
  std::vector<std::int32_t> mood_of_listen_;
  Observed observed_;
};

}  // namespace

const char* name_of(MoodWay way) {
  static constexpr std::array<const char*, kMoodWays> kNames = {
      "last", "session", "markov_1", "markov_2", "hour", "published", "forecast"};
  return kNames[static_cast<std::size_t>(way)];
}

shared::MoodExpert expert_of(MoodWay way) {
  using enum shared::MoodExpert;
  static constexpr std::array kExperts = {shared::MoodExpert::kLast, kSession, kMarkov1, kMarkov2,
                                          kHour};
  return kExperts[std::min(static_cast<std::size_t>(way), kExperts.size() - 1)];
}

std::optional<JudgedMoods> forecast_moods(const MoodLog& log, const shared::MoodCentroids& moods,
                                          const MoodOptions& options) {
  JudgedMoods made;
  if (!MoodTrial(log, options).run(made)) return std::nullopt;
  const Observed observed = observe(log, moods_of(log, moods), moods.count());
  const auto pool = [&](const Examples& examples) {
    return fit_pool(examples, examples.count() / kWarmUp, examples.count(), moods.count());
  };
  made.forecast = {pool(observed.windows), pool(observed.starts)};
  if (options.proceed && !options.proceed(1)) return std::nullopt;
  return made;
}

}  // namespace model
