// A network that squeezes rows through a bottleneck and gives them back: a short code of a row that
// keeps what is needed to tell it from others, on curved surfaces where principal components know
// planes only (Hinton, Salakhutdinov: Reducing the Dimensionality of Data with Neural Networks,
// Science 2006).
#pragma once

#include <cstddef>
#include <cstdint>
#include <functional>
#include <span>
#include <vector>

#include "content_space.hpp"
#include "din_steps.hpp"

namespace model {

struct AutoencoderShape {
  std::size_t inputs = 0;
  std::vector<std::size_t> hidden;  // from the inputs to the bottleneck, and back
  std::size_t bottleneck = 0;
};

/// y = act(x W + b) layer after layer: parametric rectifiers (He et al., ICCV 2015) in the hidden
/// ones, linear into the bottleneck and out. Rows are 16 numbers wide or a multiple: stride() of
/// them, 0 behind the inputs.
class Autoencoder {
 public:
  struct Layer {
    std::size_t inputs = 0, outputs = 0;  // as asked for
    std::size_t rows = 0, columns = 0;    // of its weights: multiples of 16, 0 behind those
    std::size_t weights = 0, bias = 0, alpha = 0;  // where they begin among the numbers
    bool is_linear = false;                        // alpha stays 1
  };

  Autoencoder() = default;
  /// Weights by their fan-in (He), deterministic in the seed.
  Autoencoder(const AutoencoderShape& shape, std::uint64_t random_seed);

  [[nodiscard]] std::size_t inputs() const { return shape_.inputs; }
  [[nodiscard]] std::size_t dim() const { return shape_.bottleneck; }
  [[nodiscard]] std::size_t stride() const { return layers_.empty() ? 0 : layers_[0].rows; }
  [[nodiscard]] const std::vector<Layer>& layers() const { return layers_; }
  /// All weights, biases and slopes; what stands behind those asked for is 0 and stays so.
  [[nodiscard]] std::vector<float>& numbers() { return numbers_; }
  [[nodiscard]] const std::vector<float>& numbers() const { return numbers_; }

  /// The sum over `count` rows of |row - given back|^2. Where `gradient` is not empty it becomes the
  /// derivative by the numbers, of half of that.
  double lost(const float* rows, std::size_t count, std::span<float> gradient) const;
  /// Sets the slopes of linear layers to 1 again.
  void keep_linear();
  /// Writes a row's code to out[0 .. dim()); `row` has inputs() values.
  void encode(const float* row, float* out) const;
  /// Multiplies what goes in by `scale`, divides what comes out by it, and takes `mean` off the
  /// codes: the rows given back are the same, of rows that are not scaled.
  void fold(float scale, std::span<const float> mean);

 private:
  struct Pass;
  [[nodiscard]] DinLayer view(const Layer& layer, const std::vector<float>& turned) const;
  void forward(Pass& pass, std::size_t layers) const;

  AutoencoderShape shape_;
  std::vector<Layer> layers_;
  std::vector<float> numbers_;
};

struct AutoencoderOptions {
  std::vector<std::size_t> hidden = {64};
  std::size_t bottleneck = 16;
  int epochs = 20;        // at most
  int patience = 3;       // epochs without a better one of what is held out, then it ends
  double held_out = 0.1;  // share of the rows
  double learning_rate = 2e-3;
  std::size_t batch = 256;
  std::size_t most_rows = 65'536;  // learned from; of more, a draw
  std::uint64_t random_seed = 1;
  int threads = 1;
  std::function<bool(double)> proceed = {};  // called now and then with 0 .. 1; false stops it
};

struct TrainedAutoencoder {
  Autoencoder network;  // with codes around 0, for rows as they are
  int epochs = 0;       // until the best one
  std::size_t rows = 0, held_out = 0;
  double lost = 0;  // share of the held out rows' squares that is not given back
  /// The same of rows cut to their first `bottleneck` values: of principal components, what these
  /// lose at the same size.
  double cut_lost = 0;
};

/// Learns by Adam from batches of rows, drawn anew for every epoch, and keeps the numbers that give
/// back best what is held out. Rows have a mean of about 0. The same for any number of threads;
/// nothing learned, dim() 0, where `proceed` said stop.
TrainedAutoencoder train_autoencoder(const Vectors& rows, const AutoencoderOptions& options);

}  // namespace model
