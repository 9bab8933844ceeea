// Tempo, and how much happens: from how the spectrum changes (aubio's phase vocoder, adaptive
// whitening and spectral flux).
//
// Tempo       the lag at which the changes repeat: a comb of four lags over their autocorrelation,
//             weighed by how usual a tempo is (log-normal around kUsualTempo), which decides between
//             half, whole and double; then made exact at the farthest lag that still repeats
// Onsets      changes that stand out from those around them, a second
// Brightness  share of the spectrum's magnitude above kBrightHertz, where there is sound
// Papers      Grosche, Müller: Extracting predominant local pulse information, IEEE TASLP 19 (6),
//             2011; Ellis: Beat tracking by dynamic programming, JNMR 36 (1), 2007, section 3.2
#pragma once

#include <memory>
#include <optional>
#include <span>

namespace source {

class Rhythm {
 public:
  Rhythm();
  ~Rhythm();
  Rhythm(const Rhythm&) = delete;
  Rhythm& operator=(const Rhythm&) = delete;

  void add(std::span<const float> mono);  // at kMonoRate

  /// Beats per minute; nothing where nothing repeats, or for less than kLeastSeconds.
  [[nodiscard]] std::optional<double> tempo() const;
  [[nodiscard]] double onsets_per_second() const;
  [[nodiscard]] double brightness() const;  // 0..1

  static constexpr double kLeastSeconds = 6;

 private:
  struct State;
  std::unique_ptr<State> state_;
};

}  // namespace source
