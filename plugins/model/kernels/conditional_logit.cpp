#include "conditional_logit.hpp"

#include <algorithm>
#include <cmath>
#include <limits>
#include <unordered_map>

#include <Eigen/Cholesky>
#include <Eigen/Core>

#include "parallel.hpp"

namespace model {
namespace {

using Coefficients = Eigen::VectorXd;
using Symmetric = Eigen::MatrixXd;
using SetRows = Eigen::Matrix<double, Eigen::Dynamic, Eigen::Dynamic, Eigen::RowMajor>;

constexpr std::int64_t kBlock = 1024;               // sets that are added up before others join
constexpr std::int64_t kEvery = 16, kWorth = 4096;  // the part that the first steps look at
constexpr double kClose = 1e-9;                     // a step of so many standard errors is the last
constexpr double kDetermined = 1e-10;  // a spread of no more, beside its squares, is rounding

/// What one look at sets gives at some weights.
struct Look {
  double log_likelihood = 0;
  Coefficients gradient;
  Symmetric information;
  Coefficients squares;  // mean squares of the features, where the information has their spread

  explicit Look(Eigen::Index features)
      : gradient(Coefficients::Zero(features)),
        information(Symmetric::Zero(features, features)),
        squares(Coefficients::Zero(features)) {}
  void add(const Look& other) {
    log_likelihood += other.log_likelihood;
    gradient += other.gradient;
    information += other.information;
    squares += other.squares;
  }
};

class Looking {
 public:
  Looking(const ChoiceSets& sets, int threads, const std::function<bool(double)>& proceed)
      : sets_(sets),
        features_(static_cast<Eigen::Index>(sets.features)),
        threads_(threads),
        proceed_(proceed) {}

  /// At `weights`, of every `every`-th block of sets. `scores`: features per set, or nullptr.
  /// Nothing when it was stopped.
  [[nodiscard]] std::optional<Look> at(const Coefficients& weights, std::int64_t every,
                                       double* scores) const {
    const auto count = static_cast<std::int64_t>(sets_.count());
    const std::int64_t blocks = (count + kBlock * every - 1) / (kBlock * every);
    std::vector<Look> parts(static_cast<std::size_t>(blocks), Look(features_));
    const bool is_whole = for_blocks(
        threads_, blocks, 1,
        [&](int, std::int64_t begin, std::int64_t end) {
          for (std::int64_t block = begin; block < end; ++block) {
            const std::int64_t first = block * every * kBlock;
            look(weights, first, std::min(first + kBlock, count), scores,
                 parts[static_cast<std::size_t>(block)]);
          }
        },
        proceed_);
    if (!is_whole) return std::nullopt;
    Look whole(features_);
    for (const Look& part : parts) whole.add(part);  // in this order, whoever made them
    return whole;
  }

 private:
  void look(const Coefficients& weights, std::int64_t begin, std::int64_t end, double* scores,
            Look& part) const {
    SetRows rows, centred(kRows, features_);
    Coefficients chance, mean(features_);
    Eigen::Index filled = 0;
    const auto flush = [&] {
      if (filled > 0)
        part.information.selfadjointView<Eigen::Lower>().rankUpdate(
            centred.topRows(filled).transpose());
      filled = 0;
    };
    for (std::int64_t set = begin; set < end; ++set) {
      const auto at = static_cast<std::size_t>(set);
      const std::int64_t first = sets_.begin[at];
      const auto size = static_cast<Eigen::Index>(sets_.begin[at + 1] - first);
      const auto taken = static_cast<Eigen::Index>(sets_.chosen[at]);
      rows =
          Eigen::Map<const Eigen::Matrix<float, Eigen::Dynamic, Eigen::Dynamic, Eigen::RowMajor>>(
              sets_.rows.data() + first * features_, size, features_)
              .cast<double>();
      chance.noalias() = rows * weights;
      if (!sets_.correction.empty())
        chance +=
            Eigen::Map<const Eigen::VectorXf>(sets_.correction.data() + first, size).cast<double>();
      const double most = chance.maxCoeff(), utility = chance[taken];
      chance = (chance.array() - most).exp();
      const double sum = chance.sum();
      chance /= sum;
      part.log_likelihood += utility - most - std::log(sum);
      mean.noalias() = rows.transpose() * chance;
      const Coefficients score = rows.row(taken).transpose() - mean;
      part.gradient += score;
      if (scores != nullptr) std::copy_n(score.data(), features_, scores + set * features_);
      if (filled + size > centred.rows()) flush();
      if (size > centred.rows()) centred.resize(size, features_);
      part.squares.noalias() += rows.cwiseAbs2().transpose() * chance;
      rows.rowwise() -= mean.transpose();
      centred.middleRows(filled, size) = chance.cwiseSqrt().asDiagonal() * rows;
      filled += size;
    }
    flush();
    part.information = Symmetric(part.information.selfadjointView<Eigen::Lower>());
  }

  static constexpr Eigen::Index kRows = 512;

  const ChoiceSets& sets_;
  Eigen::Index features_;
  int threads_;
  const std::function<bool(double)>& proceed_;
};

/// An information matrix, inverted where the data determine the weights.
class Inverse {
 public:
  explicit Inverse(const Look& look)
      : inverse_(Symmetric::Zero(look.information.rows(), look.information.cols())) {
    const Symmetric& information = look.information;
    find_free(information, look.squares);
    const auto count = static_cast<Eigen::Index>(free_.size());
    Symmetric kept(count, count);
    for (Eigen::Index a = 0; a < count; ++a)
      for (Eigen::Index b = 0; b < count; ++b) kept(a, b) = information(free(a), free(b));
    const Symmetric inverted = kept.llt().solve(Symmetric::Identity(count, count));
    for (Eigen::Index a = 0; a < count; ++a)
      for (Eigen::Index b = 0; b < count; ++b) inverse_(free(a), free(b)) = inverted(a, b);
  }

  /// Zero for features that are not free.
  [[nodiscard]] const Symmetric& matrix() const { return inverse_; }
  /// Rows and columns of features that are not free become NaN.
  [[nodiscard]] std::vector<double> told(const Symmetric& covariance) const {
    Symmetric told = covariance;
    for (Eigen::Index feature = 0; feature < told.rows(); ++feature) {
      if (std::find(free_.begin(), free_.end(), feature) != free_.end()) continue;
      told.row(feature).setConstant(std::numeric_limits<double>::quiet_NaN());
      told.col(feature).setConstant(std::numeric_limits<double>::quiet_NaN());
    }
    return {told.data(), told.data() + told.size()};
  }

 private:
  [[nodiscard]] Eigen::Index free(Eigen::Index k) const {
    return free_[static_cast<std::size_t>(k)];
  }
  /// As the elimination of one feature after the other goes: what the ones before leave of a
  /// feature's information is nothing, beside its squares, where they say all of it.
  void find_free(Symmetric left, const Coefficients& squares) {
    for (Eigen::Index k = 0; k < left.rows(); ++k) {
      if (!(left(k, k) > kDetermined * squares[k])) continue;
      free_.push_back(k);
      const Coefficients column = left.col(k) / left(k, k);
      left -= (column * left.row(k)).eval();
    }
  }

  std::vector<Eigen::Index> free_;
  Symmetric inverse_;
};

class Newton {
 public:
  Newton(const ChoiceSets& sets, const LogitOptions& options)
      : sets_(sets),
        options_(options),
        looking_(sets, options.threads, options.proceed),
        features_(static_cast<Eigen::Index>(sets.features)),
        weights_(Coefficients::Zero(features_)) {
    if (options.prior_mean.empty()) return;
    weights_ = Eigen::Map<const Coefficients>(options.prior_mean.data(), features_);
  }

  std::optional<ConditionalLogit> fit() {
    const auto null = looking_.at(Coefficients::Zero(features_), 1, nullptr);
    if (!null) return std::nullopt;
    if (static_cast<std::int64_t>(sets_.count()) >= kEvery * kWorth && !climb(kEvery))
      return std::nullopt;
    if (!climb(1)) return std::nullopt;
    return told(*null);
  }

 private:
  /// To the maximum of every `every`-th block; false when stopped.
  bool climb(std::int64_t every) {
    auto here = look(weights_, every);
    if (!here) return false;
    has_converged_ = false;
    for (int step = 0; step < options_.most_steps && !has_converged_; ++step, ++steps_) {
      const Coefficients by = Inverse(*here).matrix() * here->gradient;
      // In standard errors: what a step moves the weights by, as the information measures it.
      if (by.dot(here->information * by) <= kClose * kClose * static_cast<double>(features_)) {
        has_converged_ = true;
        break;
      }
      auto there = look(weights_ + by, every);
      double share = 1;
      while (there && !(there->log_likelihood >= here->log_likelihood - slack(*here)) &&
             share > 1e-6) {
        share /= 2;
        there = look(weights_ + share * by, every);
      }
      if (!there) return false;
      weights_ += share * by;
      here = std::move(there);
    }
    last_ = std::move(here);
    return true;
  }

  /// Rounding of a sum of so many.
  static double slack(const Look& here) { return 1e-12 * std::abs(here.log_likelihood); }

  std::optional<Look> look(const Coefficients& weights, std::int64_t every) {
    const bool has_clusters = !sets_.cluster.empty() && every == 1;
    if (has_clusters) scores_.resize(sets_.count() * sets_.features);
    auto found = looking_.at(weights, every, has_clusters ? scores_.data() : nullptr);
    if (!found || options_.prior_mean.empty()) return found;
    for (Eigen::Index k = 0; k < features_; ++k) {
      const auto at = static_cast<std::size_t>(k);
      const double precision = options_.prior_precision[at];
      const double away = weights[k] - options_.prior_mean[at];
      found->log_likelihood -= precision * away * away / 2;
      found->gradient[k] -= precision * away;
      found->information(k, k) += precision;
      found->squares[k] += precision;
    }
    return found;
  }

  [[nodiscard]] ConditionalLogit told(const Look& null) const {
    ConditionalLogit fit;
    fit.weights.assign(weights_.data(), weights_.data() + weights_.size());
    const Inverse inverse(*last_);
    fit.covariance = inverse.told(inverse.matrix());
    if (!sets_.cluster.empty())
      fit.robust = inverse.told(inverse.matrix() * spread_of_clusters() * inverse.matrix());
    fit.log_likelihood = last_->log_likelihood;
    fit.null_log_likelihood = null.log_likelihood;
    fit.steps = steps_;
    fit.has_converged = has_converged_;
    return fit;
  }

  /// The sum of s s' over clusters, s the sum of their sets' scores.
  [[nodiscard]] Symmetric spread_of_clusters() const {
    std::unordered_map<std::int32_t, std::size_t> numbers;
    std::vector<double> sums;
    for (std::size_t set = 0; set < sets_.count(); ++set) {
      const auto [found, is_new] = numbers.emplace(sets_.cluster[set], numbers.size());
      if (is_new) sums.resize(sums.size() + sets_.features);
      for (std::size_t k = 0; k < sets_.features; ++k)
        sums[found->second * sets_.features + k] += scores_[set * sets_.features + k];
    }
    const Eigen::Map<const SetRows> rows(sums.data(), static_cast<Eigen::Index>(numbers.size()),
                                         features_);
    return rows.transpose() * rows;
  }

  const ChoiceSets& sets_;
  const LogitOptions& options_;
  Looking looking_;
  Eigen::Index features_;
  Coefficients weights_;
  std::vector<double> scores_;  // of the latest look at all
  std::optional<Look> last_;
  int steps_ = 0;
  bool has_converged_ = false;
};

double root_of(const std::vector<double>& covariance, std::size_t features, std::size_t feature) {
  return covariance.empty() ? std::numeric_limits<double>::quiet_NaN()
                            : std::sqrt(covariance[feature * features + feature]);
}

}  // namespace

double ConditionalLogit::error(std::size_t feature) const {
  return root_of(covariance, weights.size(), feature);
}

double ConditionalLogit::robust_error(std::size_t feature) const {
  return root_of(robust, weights.size(), feature);
}

std::optional<ConditionalLogit> fit_conditional_logit(const ChoiceSets& sets,
                                                      const LogitOptions& options) {
  return Newton(sets, options).fit();
}

std::optional<PersonalWeights> shrink_to(std::span<const double> common,
                                         std::span<const ChoiceSets> people,
                                         const LogitOptions& given) {
  constexpr int kRounds = 30;
  constexpr double kLeast = 1e-6;  // a variance below it is none
  LogitOptions options = given;
  options.prior_mean.assign(common.begin(), common.end());
  options.prior_precision.assign(common.size(), 1.0);
  PersonalWeights made{std::vector<double>(common.size(), 1.0), {}};
  for (int round = 0; round < kRounds; ++round) {
    std::vector<double> spread(common.size(), 0.0);
    std::size_t heard = 0;
    made.weights.assign(people.size(), {common.begin(), common.end()});
    for (std::size_t person = 0; person < people.size(); ++person) {
      if (people[person].count() == 0) continue;
      const auto fit = fit_conditional_logit(people[person], options);
      if (!fit) return std::nullopt;
      made.weights[person] = fit->weights;
      ++heard;
      for (std::size_t k = 0; k < common.size(); ++k) {
        const double away = fit->weights[k] - common[k];
        spread[k] += away * away + fit->covariance[k * common.size() + k];
      }
    }
    if (heard == 0) return made;
    double moved = 0;
    for (std::size_t k = 0; k < common.size(); ++k) {
      const double variance = std::max(kLeast, spread[k] / static_cast<double>(heard));
      moved = std::max(moved, std::abs(std::log(variance / made.variance[k])));
      made.variance[k] = variance;
      options.prior_precision[k] = 1 / variance;
    }
    if (moved < 0.01) break;
  }
  return made;
}

}  // namespace model
