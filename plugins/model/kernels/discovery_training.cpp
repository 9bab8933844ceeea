#include "discovery_training.hpp"

#include <algorithm>
#include <cmath>
#include <numeric>
#include <optional>
#include <utility>

#include <Eigen/Cholesky>
#include <Eigen/Core>

#include "parallel.hpp"

namespace model {
namespace {

using shared::DiscoveryRow;
using shared::kDiscoveryFeatures;

constexpr int kFeatures = kDiscoveryFeatures;
using FeatureVector = Eigen::Matrix<double, kFeatures, 1>;
using FeatureSquare = Eigen::Matrix<double, kFeatures, kFeatures>;
using RowsView = Eigen::Map<const Eigen::Matrix<float, Eigen::Dynamic, kFeatures, Eigen::RowMajor>>;

constexpr std::int64_t kDay = 86'400;
constexpr std::size_t kListLength = 30, kPerArtist = 2;
constexpr std::size_t kMostJudged = 1'000;  // lists held out whole
constexpr double kListsOfRegularization = 1'000;

/// One listener's candidates as of a date. The discoveries come first.
struct CandidateList {
  std::vector<DiscoveryRow> rows;
  std::size_t discoveries = 0;
  double others_weight = 1;  // how many candidates each of the others stands for
  // Of lists that are judged, which hold all of their candidates:
  std::vector<std::int32_t> tracks;

  [[nodiscard]] RowsView features() const {
    return {rows.front().data(), static_cast<Eigen::Index>(rows.size()), kFeatures};
  }
  [[nodiscard]] double weight() const { return 1 / static_cast<double>(discoveries); }
};

/// Numbers drawn for one list, which its date and listener decide.
class Draws {
 public:
  explicit Draws(std::uint64_t seed) : state_(seed) {}
  std::uint64_t next() {
    return shared::tie_of(static_cast<std::int64_t>(state_ += 0x9E3779B97F4A7C15u));
  }
  std::size_t below(std::size_t count) { return static_cast<std::size_t>(next() % count); }

 private:
  std::uint64_t state_;
};

/// Where in time a listener's list stands.
struct Place {
  std::size_t person;
  std::int64_t date;
};

class Lists {
 public:
  Lists(const DiscoveryData& data, const DiscoveryOptions& options)
      : data_(data), options_(options) {}

  /// Oldest first; none of whose days are not over.
  [[nodiscard]] std::vector<std::int64_t> dates() const {
    std::vector<std::int64_t> dates;
    const std::int64_t latest = data_.now - options_.window_days * kDay;
    std::int64_t first = INT64_MAX;  // listen of anybody
    for (std::size_t person = 0; person < data_.listens.people(); ++person) {
      const auto row = static_cast<std::size_t>(data_.listens.begin[person]);
      if (data_.listens.begin[person] < data_.listens.begin[person + 1])
        first = std::min(first, data_.listens.ts[row]);
    }
    for (std::int64_t date = latest;
         date > first && date > latest - std::int64_t{options_.weeks} * 7 * kDay;
         date -= options_.every_days * kDay)
      dates.push_back(date);
    std::reverse(dates.begin(), dates.end());
    return dates;
  }

  /// The lists of one date: with all of their candidates where they are to be judged.
  [[nodiscard]] std::vector<CandidateList> of(std::int64_t date, double chance,
                                              bool is_judged) const {
    std::vector<std::size_t> people;
    for (std::size_t person = 0; person < data_.listens.people(); ++person)
      if (has_list(person, date, chance)) people.push_back(person);
    std::vector<CandidateList> lists;
    if (people.empty()) return lists;
    const shared::CoListeningOf counted(data_.listens, date, options_.most_sessions);
    const shared::CoListening all = counted.view();
    for (const std::size_t person : people) {
      CandidateList list = of({person, date}, all, is_judged);
      if (list.discoveries > 0 && list.discoveries < list.rows.size())
        lists.push_back(std::move(list));
    }
    return lists;
  }

  /// How many lists there are to draw from.
  [[nodiscard]] std::int64_t count(std::span<const std::int64_t> dates) const {
    std::int64_t count = 0;
    for (const std::int64_t date : dates)
      for (std::size_t person = 0; person < data_.listens.people(); ++person)
        count += has_list(person, date, 1);
    return count;
  }

 private:
  [[nodiscard]] std::uint64_t seed_of(const Place& place) const {
    return shared::tie_of(static_cast<std::int64_t>(options_.random_seed) ^
                          shared::tie_of(place.date) ^
                          (shared::tie_of(static_cast<std::int64_t>(place.person)) << 1));
  }

  [[nodiscard]] bool has_list(std::size_t person, std::int64_t date, double chance) const {
    if (data_.is_taught[person] == 0) return false;
    const auto [begin, now] = data_.listens.rows_before(person, date);
    const auto end = data_.listens.rows_before(person, date + options_.window_days * kDay).second;
    if (begin == now || now == end) return false;
    if (chance >= 1) return true;
    Draws draws(seed_of({person, date}));
    return static_cast<double>(draws.next() >> 11) * 0x1p-53 < chance;
  }

  [[nodiscard]] CandidateList of(const Place& place, const shared::CoListening& all,
                                 bool is_judged) const {
    const auto [begin, now] = data_.listens.rows_before(place.person, place.date);
    const std::vector<shared::HeardRow> heard = heard_rows(begin, now, all);
    const shared::ListenerProfile listener(heard, place.date, all.artists());
    const shared::DiscoverySignals signals(all, listener,
                                           static_cast<shared::PersonRow>(place.person));
    const std::vector<std::uint8_t> unheard = unheard_tracks(heard, all);
    std::vector<std::int32_t> tracks = shared::discovery_candidates(
        all, listener, signals,
        [&](std::int32_t track) { return unheard[static_cast<std::size_t>(track)] != 0; },
        options_.counts);
    const std::vector<std::int32_t> played = played_then(place, now);
    const auto others =
        std::stable_partition(tracks.begin(), tracks.end(), [&](std::int32_t track) {
          return std::binary_search(played.begin(), played.end(), track);
        });
    CandidateList list;
    list.discoveries = static_cast<std::size_t>(others - tracks.begin());
    if (list.discoveries == 0) return list;
    if (!is_judged) draw(tracks, list, place);
    const shared::DiscoveryFeatures features(all, listener, signals);
    list.rows.reserve(tracks.size());
    for (const std::int32_t track : tracks) list.rows.push_back(features.of(track));
    if (is_judged) list.tracks = std::move(tracks);
    return list;
  }

  [[nodiscard]] std::vector<shared::HeardRow> heard_rows(std::size_t begin, std::size_t end,
                                                         const shared::CoListening& all) const {
    std::vector<shared::HeardRow> heard;
    heard.reserve(end - begin);
    for (std::size_t row = begin; row < end; ++row) {
      const std::int32_t track = data_.listens.track[row];
      heard.push_back({data_.listens.ts[row], track, all.artist[static_cast<std::size_t>(track)],
                       data_.listens.is_play[row] == 1});
    }
    return heard;
  }

  /// Tracks of songs that they have not come across, and that somebody has played.
  [[nodiscard]] std::vector<std::uint8_t> unheard_tracks(std::span<const shared::HeardRow> heard,
                                                         const shared::CoListening& all) const {
    std::vector<std::uint8_t> is_known(
        static_cast<std::size_t>(*std::max_element(data_.song.begin(), data_.song.end())) + 1);
    for (const shared::HeardRow& listen : heard)
      is_known[static_cast<std::size_t>(data_.song[static_cast<std::size_t>(listen.track)])] = 1;
    std::vector<std::uint8_t> unheard(all.tracks());
    for (std::size_t track = 0; track < unheard.size(); ++track)
      unheard[track] =
          all.listeners[track] > 0 && is_known[static_cast<std::size_t>(data_.song[track])] == 0;
    return unheard;
  }

  /// What they played, and did not skip that time, in the days after, ascending. `first` is the row of the
  /// first listen from the date on.
  [[nodiscard]] std::vector<std::int32_t> played_then(const Place& place, std::size_t first) const {
    const auto end =
        data_.listens.rows_before(place.person, place.date + options_.window_days * kDay).second;
    std::vector<std::int32_t> played;
    for (std::size_t row = first; row < end; ++row) {
      if (data_.listens.is_play[row] == 1 && data_.is_skip[row] != 1)
        played.push_back(data_.listens.track[row]);
    }
    std::sort(played.begin(), played.end());
    played.erase(std::unique(played.begin(), played.end()), played.end());
    return played;
  }

  /// Keeps `negatives` of the others.
  void draw(std::vector<std::int32_t>& tracks, CandidateList& list, const Place& place) const {
    const std::size_t others = tracks.size() - list.discoveries;
    const auto kept = std::min(others, static_cast<std::size_t>(options_.negatives));
    if (kept == 0) return;
    Draws draws(seed_of(place) + 1);
    for (std::size_t k = 0; k < kept; ++k)
      std::swap(tracks[list.discoveries + k],
                tracks[list.discoveries + k + draws.below(others - k)]);
    tracks.resize(list.discoveries + kept);
    list.others_weight = static_cast<double>(others) / static_cast<double>(kept);
  }

  const DiscoveryData& data_;
  const DiscoveryOptions& options_;
};

// ---- the loss
// ---------------------------------------------------------------------------------

FeatureVector prior_weights() {
  FeatureVector weights;
  for (int k = 0; k < kFeatures; ++k)
    weights[k] =
        static_cast<double>(shared::discovery_features()[static_cast<std::size_t>(k)].prior);
  return weights;
}

struct Moments {
  FeatureVector mean = FeatureVector::Zero(), deviation = FeatureVector::Ones();
};

/// Of all candidates, those drawn as they stand for others.
Moments moments_of(std::span<const CandidateList> lists) {
  FeatureVector sum = FeatureVector::Zero(), squares = FeatureVector::Zero();
  double weight = 0;
  for (const CandidateList& list : lists) {
    for (std::size_t k = 0; k < list.rows.size(); ++k) {
      const double w = k < list.discoveries ? 1 : list.others_weight;
      const FeatureVector row =
          Eigen::Map<const Eigen::Matrix<float, kFeatures, 1>>(list.rows[k].data()).cast<double>();
      sum += w * row;
      squares += w * row.cwiseProduct(row);
      weight += w;
    }
  }
  Moments moments;
  if (!(weight > 0)) return moments;
  moments.mean = sum / weight;
  moments.deviation =
      ((squares / weight - moments.mean.cwiseProduct(moments.mean)).cwiseMax(1e-6)).cwiseSqrt();
  return moments;
}

struct Loss {
  double value = 0;
  FeatureVector slope = FeatureVector::Zero();
  FeatureSquare curve = FeatureSquare::Zero();
};

/// Adds one list's part of the loss; `scale` times its weight.
void add_list(const CandidateList& list, const FeatureVector& weights, double scale, Loss& loss) {
  const Eigen::Matrix<double, Eigen::Dynamic, kFeatures> rows = list.features().cast<double>();
  Eigen::VectorXd sums = rows * weights;
  for (std::size_t k = list.discoveries; k < list.rows.size(); ++k)
    sums[static_cast<Eigen::Index>(k)] += std::log(list.others_weight);
  const double largest = sums.maxCoeff();
  const Eigen::VectorXd powers = (sums.array() - largest).exp();
  const double total = powers.sum();
  const Eigen::VectorXd chances = powers / total;
  const auto found = static_cast<Eigen::Index>(list.discoveries);
  const double w = scale * list.weight();
  loss.value +=
      w * (static_cast<double>(found) * (largest + std::log(total)) - sums.head(found).sum());
  const FeatureVector mean = rows.transpose() * chances;
  loss.slope +=
      w * (static_cast<double>(found) * mean - rows.topRows(found).colwise().sum().transpose());
  loss.curve += w * static_cast<double>(found) *
                (rows.transpose() * chances.asDiagonal() * rows - mean * mean.transpose());
}

/// The weights of the least loss. Newton's method, a step halved while it leads uphill.
std::optional<FeatureVector> fit(std::span<const CandidateList> lists, const Moments& moments,
                                 double regularization,
                                 const std::function<bool(double)>& proceed) {
  constexpr int kSteps = 30;
  const FeatureVector prior = prior_weights();
  FeatureVector weights = prior;
  if (lists.empty()) return weights;
  // Regularisation pulls weights of standardised features, as much as a thousand lists would feel.
  const FeatureVector pull = regularization * moments.deviation.cwiseProduct(moments.deviation);
  const double scale = std::min(1.0, kListsOfRegularization / static_cast<double>(lists.size()));
  const auto loss_at = [&](const FeatureVector& at) {
    Loss loss;
    for (const CandidateList& list : lists) add_list(list, at, scale, loss);
    const FeatureVector away = at - prior;
    loss.value += 0.5 * away.dot(pull.cwiseProduct(away));
    loss.slope += pull.cwiseProduct(away);
    loss.curve += pull.asDiagonal();
    return loss;
  };
  Loss loss = loss_at(weights);
  for (int step = 0; step < kSteps; ++step) {
    if (proceed && !proceed(static_cast<double>(step) / kSteps)) return std::nullopt;
    const FeatureVector newton = loss.curve.ldlt().solve(loss.slope);
    double length = 1;
    FeatureVector next = weights - newton;
    Loss at_next = loss_at(next);
    while (at_next.value > loss.value && length > 1e-3) {
      length /= 2;
      next = weights - length * newton;
      at_next = loss_at(next);
    }
    if (!(at_next.value < loss.value)) break;
    const double gain = loss.value - at_next.value;
    weights = next;
    loss = std::move(at_next);
    if (gain < 1e-8 * std::abs(loss.value)) break;
  }
  return weights;
}

// ---- judging
// ----------------------------------------------------------------------------------

/// How many of the best thirty, two of an artist, are discoveries.
std::size_t hits(const CandidateList& list, const Eigen::VectorXd& sums,
                 const DiscoveryData& data) {
  std::vector<std::size_t> order(list.rows.size());
  std::iota(order.begin(), order.end(), std::size_t{0});
  const auto tie = [&](std::size_t k) {
    return shared::tie_of(data.listens.track_id[static_cast<std::size_t>(list.tracks[k])]);
  };
  std::sort(order.begin(), order.end(), [&](std::size_t a, std::size_t b) {
    const double x = sums[static_cast<Eigen::Index>(a)], y = sums[static_cast<Eigen::Index>(b)];
    return x != y ? x > y : tie(a) < tie(b);
  });
  std::vector<std::int32_t> artists, songs;
  std::size_t found = 0;
  for (const std::size_t k : order) {
    if (artists.size() == kListLength) break;
    const auto track = static_cast<std::size_t>(list.tracks[k]);
    const std::int32_t artist = data.listens.artist[track], song = data.song[track];
    if (std::count(artists.begin(), artists.end(), artist) >= std::ptrdiff_t{kPerArtist} ||
        std::find(songs.begin(), songs.end(), song) != songs.end())
      continue;
    artists.push_back(artist);
    songs.push_back(song);
    found += k < list.discoveries;
  }
  return found;
}

DiscoveryMetrics judge(std::span<const CandidateList> lists, const FeatureVector& weights,
                       const DiscoveryData& data) {
  DiscoveryMetrics metrics;
  const FeatureVector prior = prior_weights();
  for (const CandidateList& list : lists) {
    const Eigen::Matrix<double, Eigen::Dynamic, kFeatures> rows = list.features().cast<double>();
    const std::size_t learned = hits(list, rows * weights, data),
                      unlearned = hits(list, rows * prior, data);
    metrics.precision += static_cast<double>(learned) / kListLength;
    metrics.hit_share += learned > 0;
    metrics.prior_precision += static_cast<double>(unlearned) / kListLength;
    metrics.prior_hit_share += unlearned > 0;
  }
  metrics.lists = static_cast<std::int64_t>(lists.size());
  if (metrics.lists == 0) return metrics;
  for (double* mean :
       {&metrics.precision, &metrics.hit_share, &metrics.prior_precision, &metrics.prior_hit_share})
    *mean /= static_cast<double>(metrics.lists);
  return metrics;
}

/// What the weighted sums of the lists' candidates say about whether they were played.
void calibrate(std::span<const CandidateList> lists, const FeatureVector& weights,
               DiscoveryModel& model) {
  std::vector<float> sums, labels, counts;
  for (const CandidateList& list : lists) {
    const Eigen::VectorXd of_list = list.features().cast<double>() * weights;
    for (std::size_t k = 0; k < list.rows.size(); ++k) {
      sums.push_back(static_cast<float>(of_list[static_cast<Eigen::Index>(k)]));
      labels.push_back(k < list.discoveries ? 1 : 0);
      counts.push_back(k < list.discoveries ? 1 : static_cast<float>(list.others_weight));
    }
  }
  model.scaling = fit_platt(sums, labels, counts);
  for (float& sum : sums)
    sum = static_cast<float>(1 / (1 + std::exp(-model.scaling(static_cast<double>(sum)))));
  model.calibration = calibration_of(sums, labels, counts);
}

class Training {
 public:
  Training(const DiscoveryData& data, const DiscoveryOptions& options)
      : data_(data), options_(options), lists_(data, options) {}

  std::optional<DiscoveryModel> run() {
    DiscoveryModel model;
    const std::vector<std::int64_t> dates = lists_.dates();
    const auto held_out =
        static_cast<std::size_t>(static_cast<double>(dates.size()) * options_.validation_share);
    const std::size_t learned = dates.size() - held_out;
    std::vector<CandidateList> lists;
    if (!gather(dates, false, options_.most_lists, 0, 0.6, lists)) return std::nullopt;
    const std::size_t early = of_dates(learned);
    model.dates = static_cast<std::int64_t>(dates.size());
    model.lists = static_cast<std::int64_t>(lists.size());
    for (const CandidateList& list : lists)
      model.discoveries += static_cast<std::int64_t>(list.discoveries);
    const Moments moments = moments_of(lists);

    // The days of the lists learned from must be over where the held-out ones begin.
    const auto before = std::span(lists).first(early);
    std::vector<CandidateList> judged;
    const auto judged_dates = std::span(dates).subspan(learned);
    if (!gather(judged_dates, true, kMostJudged, 0.6, 0.8, judged)) return std::nullopt;
    const auto weights_before = fit(before, moments, options_.regularization, part(0.8, 0.9));
    const auto weights = fit(lists, moments, options_.regularization, part(0.9, 1));
    if (!weights_before || !weights) return std::nullopt;
    model.held_out = judge(judged, *weights_before, data_);
    if (judged.empty()) {
      calibrate(lists, *weights, model);
    } else {
      calibrate(judged, *weights_before, model);
    }
    for (int k = 0; k < kFeatures; ++k) {
      model.weights[static_cast<std::size_t>(k)] = (*weights)[k];
      model.means[static_cast<std::size_t>(k)] = moments.mean[k];
    }
    return model;
  }

 private:
  [[nodiscard]] std::function<bool(double)> part(double begin, double end) const {
    if (!options_.proceed) return {};
    return
        [this, begin, end](double done) { return options_.proceed(begin + (end - begin) * done); };
  }

  /// The lists of dates, in their order; false: stopped.
  bool gather(std::span<const std::int64_t> dates, bool is_judged, std::int64_t most, double begin,
              double end, std::vector<CandidateList>& lists) {
    const std::int64_t count = lists_.count(dates);
    const double chance =
        count <= most ? 1 : static_cast<double>(most) / static_cast<double>(count);
    std::vector<std::vector<CandidateList>> of_date(dates.size());
    const bool is_whole = for_blocks(
        options_.threads, static_cast<std::int64_t>(dates.size()), 1,
        [&](int, std::int64_t first, std::int64_t last) {
          for (std::int64_t k = first; k < last; ++k)
            of_date[static_cast<std::size_t>(k)] =
                lists_.of(dates[static_cast<std::size_t>(k)], chance, is_judged);
        },
        part(begin, end));
    if (!is_judged) ends_.clear();
    for (std::vector<CandidateList>& some : of_date) {
      std::move(some.begin(), some.end(), std::back_inserter(lists));
      if (!is_judged) ends_.push_back(lists.size());
    }
    return is_whole;
  }

  /// How many lists there are of the first dates whose days are over before those held out begin.
  [[nodiscard]] std::size_t of_dates(std::size_t count) const {
    const auto overlap = static_cast<std::size_t>((options_.window_days - 1) / options_.every_days);
    const std::size_t over = count > overlap ? count - overlap : 0;
    return over == 0 ? 0 : ends_[over - 1];
  }

  const DiscoveryData& data_;
  const DiscoveryOptions& options_;
  Lists lists_;
  std::vector<std::size_t> ends_;  // lists up to the end of each date
};

}  // namespace

std::optional<DiscoveryModel> train_discovery(const DiscoveryData& data,
                                              const DiscoveryOptions& options) {
  return Training(data, options).run();
}

}  // namespace model
