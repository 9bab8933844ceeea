#include "umap.hpp"

#include "playlist/random.hpp"

#include <algorithm>
#include <atomic>
#include <cmath>
#include <exception>
#include <functional>
#include <memory>
#include <numbers>
#include <numeric>
#include <thread>
#include <utility>
#include <vector>

#include "fuzzy_graph.hpp"
#include "principal_components.hpp"
#include "shared/cpu.hpp"
#include "spectral_start.hpp"
#include "umap_steps.hpp"

namespace model {

namespace baseline {
extern const UmapSteps kUmapSteps;
}
namespace v3 {
extern const UmapSteps kUmapSteps;
}
namespace v4 {
extern const UmapSteps kUmapSteps;
}

const UmapSteps& umap_steps() {
  return shared::of_this_processor(baseline::kUmapSteps, v3::kUmapSteps, v4::kUmapSteps);
}

UmapCurve umap_curve(double min_dist, double spread) {
  constexpr int kPoints = 300, kSteps = 100;
  double a = 1, b = 1, damping = 1e-3;
  const auto fit = [&](double try_a, double try_b, double* normal) {
    double loss = 0;
    for (int k = 1; k < kPoints; ++k) {  // at 0 both are 1
      const double x = 3 * spread * k / (kPoints - 1), power = std::pow(x, 2 * try_b),
                   below = 1 + try_a * power,
                   wanted = x < min_dist ? 1 : std::exp(-(x - min_dist) / spread),
                   error = 1 / below - wanted;
      loss += error * error;
      if (normal == nullptr) continue;
      const double by_a = -power / (below * below),
                   by_b = -try_a * power * 2 * std::log(x) / (below * below);
      normal[0] += by_a * by_a;
      normal[1] += by_a * by_b;
      normal[2] += by_b * by_b;
      normal[3] += by_a * error;
      normal[4] += by_b * error;
    }
    return loss;
  };
  for (int step = 0; step < kSteps; ++step) {  // Levenberg and Marquardt
    double n[5] = {};
    const double loss = fit(a, b, n);
    const double first = n[0] * (1 + damping), last = n[2] * (1 + damping),
                 determinant = first * last - n[1] * n[1];
    if (!(determinant > 0)) break;
    const double next_a = a - (last * n[3] - n[1] * n[4]) / determinant,
                 next_b = b - (first * n[4] - n[1] * n[3]) / determinant;
    if (next_a > 0 && next_b > 0 && fit(next_a, next_b, nullptr) <= loss) {
      a = next_a;
      b = next_b;
      damping = std::max(1e-12, damping / 10);
    } else {
      damping *= 10;
    }
  }
  return {a, b};
}

namespace {

constexpr double kStartWidth = 10, kStartNoise = 1e-4;
constexpr std::int64_t kParts = 16;  // of an epoch, whose rows do not see each other move
constexpr std::int64_t kPieces = 8;  // of a part, which threads take
constexpr std::int64_t kFewEpochRows = 10'000;

std::unique_ptr<UmapForces> forces_of(const UmapCurve& curve) {
  auto forces = std::make_unique<UmapForces>();
  for (int k = 0; k <= kForceSteps * kForceExponents; ++k) {
    const double squared = std::ldexp(1 + static_cast<double>(k % kForceSteps) / kForceSteps,
                                      kLeastExponent + k / kForceSteps);
    const double below = 1 + curve.a * std::pow(squared, curve.b);
    forces->pull.value[k] =
        static_cast<float>(-2 * curve.a * curve.b * std::pow(squared, curve.b - 1) / below);
    forces->push.value[k] = static_cast<float>(2 * curve.b / ((0.001 + squared) * below));
  }
  return forces;
}

/// What the rows are called while they move, so that neighbours in the library, of one album say, are
/// not moved at the same time.
std::vector<std::int32_t> shuffled(std::int64_t rows, std::uint64_t seed) {
  std::vector<std::int32_t> order(static_cast<std::size_t>(rows));
  std::iota(order.begin(), order.end(), 0);
  playlist::Random(seed).shuffle(std::span<std::int32_t>(order));
  return order;
}

/// Rows and columns by other names: row k of the result is row order[k].
SparseMatrix renamed(const SparseMatrix& graph, std::span<const std::int32_t> order) {
  std::vector<std::int32_t> name(order.size());
  for (std::size_t k = 0; k < order.size(); ++k)
    name[static_cast<std::size_t>(order[k])] = static_cast<std::int32_t>(k);
  SparseMatrix result;
  result.columns = graph.columns;
  std::vector<std::pair<std::int32_t, float>> list;
  for (const std::int32_t row : order) {
    list.clear();
    for (std::size_t k = 0; k < graph.row(row).size(); ++k)
      list.emplace_back(name[static_cast<std::size_t>(graph.row(row)[k])],
                        graph.row_values(row)[k]);
    std::sort(list.begin(), list.end());
    for (const auto& [other, weight] : list) {
      result.indices.push_back(other);
      result.values.push_back(weight);
    }
    result.offsets.push_back(static_cast<std::int64_t>(result.indices.size()));
  }
  return result;
}

/// Edges that would not be drawn once have a rate of 0.
std::vector<std::uint32_t> rates_of(const SparseMatrix& graph, int epochs) {
  const float most = *std::max_element(graph.values.begin(), graph.values.end());
  std::vector<std::uint32_t> rates;
  rates.reserve(graph.values.size());
  for (const float weight : graph.values) {
    const double share = static_cast<double>(weight) / static_cast<double>(most);
    rates.push_back(share * epochs < 1 ? 0 : static_cast<std::uint32_t>(share * 4294967295.0));
  }
  return rates;
}

/// Hands out pieces of work in stages: none of a stage before all of the one before are done. Who
/// waits holds no piece, so that the others go on without a thread that the machine does not run.
class StagedWork {
 public:
  StagedWork(std::int64_t stages, std::int64_t pieces) : pieces_(pieces), count_(stages * pieces) {}

  /// The next piece, which is its stage's `number % pieces`-th; -1: there are none, or stop().
  std::int64_t take() {
    for (;;) {
      std::int64_t next = next_.load();
      if (next >= count_) return -1;
      if (!is_due(next)) return -1;
      if (next_.compare_exchange_weak(next, next + 1)) return next;
    }
  }
  void finish() {
    if ((done_.fetch_add(1) + 1) % pieces_ == 0) done_.notify_all();
  }
  void stop() {
    next_ = count_;
    is_stopped_ = true;
    done_.fetch_add(count_);  // nobody waits any longer
    done_.notify_all();
  }
  [[nodiscard]] bool is_stopped() const { return is_stopped_; }

 private:
  /// Waits until the stage before is done; false where the work was stopped.
  bool is_due(std::int64_t piece) const {
    constexpr int kLooks = 2'000;
    const std::int64_t wanted = piece / pieces_ * pieces_;
    for (int look = 0;; ++look) {
      const std::int64_t done = done_.load();
      if (is_stopped_) return false;
      if (done >= wanted) return true;
      if (look > kLooks) done_.wait(done);
    }
  }

  std::int64_t pieces_, count_;
  std::atomic<std::int64_t> next_{0}, done_{0};
  std::atomic<bool> is_stopped_{false};
};

class Descent {
 public:
  Descent(const SparseMatrix& graph, const Vectors& start, const UmapOptions& options, int epochs)
      : graph_(graph),
        options_(options),
        epochs_(epochs),
        forces_(forces_of(umap_curve(options.min_dist, options.spread))),
        rates_(rates_of(graph, epochs)),
        stride_(options.dim == 2 ? 2 : stride_of(options.dim)) {
    for (auto& places : places_) places.resize(static_cast<std::size_t>(start.rows) * stride_);
    for (std::int64_t row = 0; row < start.rows; ++row)
      std::copy_n(start.row(row), start.dim,
                  places_[0].data() + static_cast<std::size_t>(row) * stride_);
  }

  /// False where it was stopped.
  bool run() {
    StagedWork work(std::int64_t{epochs_} * kParts, kPieces);
    std::exception_ptr failure;
    {
      std::vector<std::jthread> others;
      for (int thread = 1; thread < options_.threads; ++thread)
        others.emplace_back([&] { move_pieces(work, [](int) { return true; }); });
      try {
        move_pieces(work, [&](int epoch) { return proceed(epoch); });
      } catch (...) {
        failure = std::current_exception();
        work.stop();
      }
    }
    if (failure) std::rethrow_exception(failure);
    return !work.is_stopped();
  }

  [[nodiscard]] const float* place(std::int64_t row) const {
    return places_[epochs_ % 2].data() + static_cast<std::size_t>(row) * stride_;
  }

 private:
  static std::size_t stride_of(std::size_t dim) {
    const std::size_t parts = (dim + kPlaceLanes - 1) / kPlaceLanes;
    return (parts <= 4 ? parts : 8) * kPlaceLanes;
  }

  [[nodiscard]] bool proceed(int epoch) const {
    return !options_.proceed || options_.proceed(static_cast<double>(epoch) / epochs_);
  }

  void move_pieces(StagedWork& work, const std::function<bool(int)>& goes_on) {
    int epoch = -1;
    UmapStep step{};
    for (std::int64_t piece = work.take(); piece >= 0; piece = work.take()) {
      const std::int64_t stage = piece / kPieces, number = piece % kPieces;
      if (const auto now = static_cast<int>(stage / kParts); now != epoch) {
        epoch = now;
        if (!goes_on(epoch)) return work.stop();
        step = step_of(epoch);
      }
      const std::int64_t part = stage % kParts, rows = graph_.rows();
      const auto first = [&](std::int64_t at) {  // rows before this piece of the epoch
        return static_cast<std::int32_t>(rows * at / (kParts * kPieces));
      };
      step.moved = first(part * kPieces);
      umap_steps().move(step, first(part * kPieces + number), first(part * kPieces + number + 1));
      work.finish();
    }
  }

  [[nodiscard]] UmapStep step_of(int epoch) {
    std::uint64_t seed = options_.random_seed + static_cast<std::uint64_t>(epoch);
    return {.forces = forces_.get(),
            .offsets = graph_.offsets.data(),
            .indices = graph_.indices.data(),
            .rates = rates_.data(),
            .now = places_[epoch % 2].data(),
            .next = places_[1 - epoch % 2].data(),
            .stride = stride_,
            .dim = options_.dim,
            .rows = static_cast<std::uint32_t>(graph_.rows()),
            .moved = 0,
            .epoch = static_cast<std::uint32_t>(epoch),
            .seed = playlist::splitmix64(seed),
            .step = static_cast<float>(1 - static_cast<double>(epoch) / epochs_),
            .negatives = options_.negatives};
  }

  const SparseMatrix& graph_;
  const UmapOptions& options_;
  int epochs_;
  std::unique_ptr<UmapForces> forces_;
  std::vector<std::uint32_t> rates_;
  std::size_t stride_;
  std::vector<float> places_[2];  // before an epoch and after it, in turn
};

/// All rows are joined, if by way of others.
bool is_connected(const SparseMatrix& graph) {
  std::vector<bool> is_reached(static_cast<std::size_t>(graph.rows()));
  std::vector<std::int32_t> open{0};
  is_reached[0] = true;
  std::int32_t count = 1;
  while (!open.empty()) {
    const std::int32_t row = open.back();
    open.pop_back();
    for (const std::int32_t other : graph.row(row)) {
      if (is_reached[static_cast<std::size_t>(other)]) continue;
      is_reached[static_cast<std::size_t>(other)] = true;
      open.push_back(other);
      ++count;
    }
  }
  return count == graph.rows();
}

/// The first of these columns, and 0 beyond the last.
Vectors first_columns_of(const Vectors& rows, std::size_t dim) {
  Vectors first(rows.rows, dim);
  for (std::int64_t row = 0; row < rows.rows; ++row)
    std::copy_n(rows.row(row), std::min(dim, rows.dim), first.row(row));
  return first;
}

/// Spectral places, or principal ones where parts of the graph would be thrown far apart as nothing
/// joins them; as wide as the descent likes them, with a little noise, so that no two are one.
Vectors start_of(const SparseMatrix& graph, const Vectors& rows, const UmapOptions& options) {
  playlist::Random random(options.random_seed);
  const Vectors principal = projected(principal_components(rows, 1), rows, options.threads);
  const std::uint64_t seed = random.next();
  Vectors start = is_connected(graph)
                      ? spectral_start(graph, principal, options.dim, seed, options.threads)
                      : first_columns_of(principal, options.dim);
  float widest = 0;
  for (const float value : start.values) widest = std::max(widest, std::abs(value));
  const double scale = widest > 0 ? kStartWidth / static_cast<double>(widest) : 0;
  for (float& value : start.values) {
    const double radius = std::sqrt(-2 * std::log(1 - random.real()));
    const double noise = radius * std::cos(2 * std::numbers::pi * random.real());
    value = static_cast<float>(value * scale + kStartNoise * noise);
  }
  return start;
}

}  // namespace

Vectors umap(const Vectors& rows, const UmapOptions& options) {
  const std::size_t dim = std::clamp<std::size_t>(options.dim, 1, 64);
  if (rows.rows < 3) return Vectors(rows.rows, dim);
  const SparseMatrix graph = fuzzy_graph(
      nearest_by_cosine(rows, std::max<std::size_t>(2, options.neighbours) - 1, options.threads));
  if (options.proceed && !options.proceed(0.1)) return {};
  const Vectors start = start_of(graph, rows, options);
  if (options.proceed && !options.proceed(0.2)) return {};
  const std::vector<std::int32_t> order = shuffled(rows.rows, options.random_seed);
  Vectors begun(rows.rows, dim);
  for (std::int64_t k = 0; k < rows.rows; ++k)
    std::copy_n(start.row(order[static_cast<std::size_t>(k)]), dim, begun.row(k));
  const int epochs = options.epochs > 0 ? options.epochs : rows.rows <= kFewEpochRows ? 500 : 200;
  UmapOptions descending = options;
  descending.dim = dim;
  if (options.proceed)
    descending.proceed = [&](double share) { return options.proceed(0.2 + 0.8 * share); };
  const SparseMatrix moving = renamed(graph, order);
  Descent descent(moving, begun, descending, epochs);
  if (!descent.run()) return {};
  Vectors places(rows.rows, dim);
  for (std::int64_t k = 0; k < rows.rows; ++k)
    std::copy_n(descent.place(k), dim, places.row(order[static_cast<std::size_t>(k)]));
  return places;
}

}  // namespace model
