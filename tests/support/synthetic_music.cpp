#include "support/synthetic_music.hpp"

#include <algorithm>
#include <array>
#include <cmath>
#include <cstring>
#include <numbers>
#include <random>

namespace test {
namespace {

constexpr double kTwoPi = 2 * std::numbers::pi;
constexpr int kWaveSize = 2048;

/// A period of a wave with these harmonics.
class Wave {
 public:
  explicit Wave(const std::vector<double>& harmonics) : values_(kWaveSize + 1) {
    for (int k = 0; k <= kWaveSize; ++k) {
      double value = 0;
      for (std::size_t n = 0; n < harmonics.size(); ++n) {
        value += harmonics[n] * std::sin(kTwoPi * static_cast<double>(n + 1) * k / kWaveSize);
      }
      values_[static_cast<std::size_t>(k)] = static_cast<float>(value);
    }
  }
  [[nodiscard]] float at(double phase) const {
    return values_[static_cast<std::size_t>(phase * kWaveSize)];
  }

 private:
  std::vector<float> values_;
};

struct Chord {
  int root;  // semitones above the tonic
  std::array<int, 3> tones;
};

constexpr std::array<int, 3> kMajorTriad = {0, 4, 7}, kMinorTriad = {0, 3, 7},
                             kDiminished = {0, 3, 6};

using Progression = std::array<Chord, 4>;

const std::vector<Progression>& progressions(bool is_major) {
  static const Chord kI{0, kMajorTriad}, kii{2, kMinorTriad}, kiii{4, kMinorTriad},
      kIV{5, kMajorTriad}, kV{7, kMajorTriad}, kvi{9, kMinorTriad}, kbVII{10, kMajorTriad};
  static const Chord ki{0, kMinorTriad}, kiio{2, kDiminished}, kIII{3, kMajorTriad},
      kiv{5, kMinorTriad}, kv{7, kMinorTriad}, kVI{8, kMajorTriad}, kVII{10, kMajorTriad};
  static const std::vector<Progression> kMajors = {
      {kI, kV, kvi, kIV}, {kI, kIV, kV, kI},    {kI, kvi, kIV, kV}, {kI, kiii, kIV, kV},
      {kI, kvi, kii, kV}, {kI, kbVII, kIV, kI}, {kvi, kIV, kI, kV}, {kI, kIV, kI, kV}};
  static const std::vector<Progression> kMinors = {
      {ki, kVI, kIII, kVII}, {ki, kiv, kV, ki},  {ki, kVII, kVI, kV}, {ki, kiv, kv, ki},
      {ki, kVI, kiv, kV},    {ki, kiio, kV, ki}, {ki, kVII, kiv, ki}, {ki, kv, kVI, kVII}};
  return is_major ? kMajors : kMinors;
}

class Piece {
 public:
  explicit Piece(const SyntheticMusic& music)
      : music_(music),
        random_(music.seed * 7'919 + 17),
        samples_(static_cast<std::size_t>(music.seconds * kSyntheticRate)),
        beat_(60 / music.tempo) {}

  std::vector<float> play() {
    choose();
    const double first = uniform(0, beat_);  // the music is cut out of a longer one
    const int beats = static_cast<int>(music_.seconds / beat_) + 2;
    for (int beat = -1; beat < beats; ++beat) {
      const double at = first + beat * beat_;
      play_drums(at, ((beat % bar_) + bar_) % bar_);
      play_chords(at, beat);
    }
    add_noise();
    return set_loudness();
  }

 private:
  double uniform(double from, double to) {
    return std::uniform_real_distribution<double>(from, to)(random_);
  }
  bool chance(double share) { return uniform(0, 1) < share; }
  int pick(int count) { return static_cast<int>(uniform(0, count - 1e-9)); }
  /// Nobody plays to the millisecond.
  double late(double at) { return at + uniform(-1, 1) * looseness_; }

  void choose() {
    bar_ = chance(0.12) ? 3 : 4;
    swing_ = chance(0.3) ? uniform(0.08, 0.17) : 0;  // of a beat, that the off-beat comes later
    looseness_ = uniform(0.002, 0.012);
    tuning_ = chance(0.3) ? uniform(-0.3, 0.3) : uniform(-0.05, 0.05);  // semitones
    has_drums_ = chance(0.85);
    style_ = pick(5);
    comping_ = pick(4);
    has_tune_ = chance(0.7);
    const auto& all = progressions(music_.is_major);
    progression_ = all[static_cast<std::size_t>(pick(static_cast<int>(all.size())))];
    beats_per_chord_ = chance(0.25) ? 2 : bar_;
    double brightness = 0.35 + 0.45 * music_.energy;
    std::vector<double> harmonics;
    for (int n = 1; n <= 12; ++n)
      harmonics.push_back(std::pow(brightness, n - 1) * uniform(0.4, 1));
    chord_wave_ = Wave(harmonics);
    harmonics.clear();
    for (int n = 1; n <= 8; ++n) harmonics.push_back(1.0 / (n * n) * uniform(0.5, 1));
    bass_wave_ = Wave(harmonics);
    drums_level_ = uniform(0.4, 0.8) * (0.5 + 0.7 * music_.energy);
  }

  // ---- sounds -------------------------------------------------------------------------------
  template <class Sample>
  void sound(double at, double length, Sample sample) {
    const auto from = static_cast<std::ptrdiff_t>(at * kSyntheticRate);
    const auto count = static_cast<std::ptrdiff_t>(length * kSyntheticRate);
    const std::ptrdiff_t begin = std::max<std::ptrdiff_t>(0, -from),
                         end = std::min(count, static_cast<std::ptrdiff_t>(samples_.size()) - from);
    for (std::ptrdiff_t k = begin; k < end; ++k) {
      samples_[static_cast<std::size_t>(from + k)] +=
          static_cast<float>(sample(static_cast<double>(k) / kSyntheticRate));
    }
  }

  void note(const Wave& wave, double at, double length, double pitch, double level, double decay) {
    double phase = uniform(0, 1);
    const double hertz =
        440 * std::exp2((pitch + tuning_ + uniform(-0.04, 0.04) - 69) / 12);  // MIDI numbers
    const double step = hertz / kSyntheticRate;
    double envelope = level;
    const double fade = std::exp(-decay / kSyntheticRate);
    sound(at, length, [&](double time) {
      phase += step;
      phase -= std::floor(phase);
      envelope *= fade;
      const double edge = std::min(1.0, std::min(time, length - time) * 100);
      return wave.at(phase) * envelope * edge;
    });
  }

  /// Low bits of a quick generator: noise need not be good.
  float noise() {
    noise_ = noise_ * 1'664'525u + 1'013'904'223u;
    return static_cast<float>(static_cast<std::int32_t>(noise_)) / 2147483648.0F;
  }

  void kick(double at, double level) {
    double phase = 0;
    sound(at, 0.18, [&](double time) {
      phase += (48 + 90 * std::exp(-time * 40)) / kSyntheticRate;
      return level * std::sin(kTwoPi * phase) * std::exp(-time * 18);
    });
  }
  void snare(double at, double level) {
    sound(at, 0.16, [&](double time) {
      return level * (0.6 * noise() + 0.4 * std::sin(kTwoPi * 185 * time)) * std::exp(-time * 22);
    });
  }
  void hat(double at, double level) {
    float before = 0;
    sound(at, 0.06, [&](double time) {
      const float now = noise(), high = now - before;
      before = now;
      return level * 0.5 * high * std::exp(-time * 70);
    });
  }

  // ---- who plays what -----------------------------------------------------------------------
  void play_drums(double at, int beat) {
    if (!has_drums_) return;
    const double off = at + beat_ * (0.5 + swing_), level = drums_level_;
    const bool is_first = beat == 0, is_back = bar_ == 4 ? beat % 2 == 1 : beat > 0;
    switch (style_) {
      case 0:  // rock: backbeat, eighths
        if (is_first || (bar_ == 4 && beat == 2)) kick(late(at), level);
        if (is_back) snare(late(at), level * 0.8);
        hat(late(at), level * 0.5);
        if (chance(0.3 + 0.7 * music_.energy)) hat(late(off), level * 0.35);
        if (chance(0.25)) kick(late(off), level * 0.7);
        break;
      case 1:  // four on the floor, the hat between
        kick(late(at), level);
        hat(late(off), level * 0.6);
        if (is_back) snare(late(at), level * 0.6);
        break;
      case 2:  // half time
        if (is_first) kick(late(at), level);
        if (beat == 2) snare(late(at), level * 0.9);
        hat(late(at), level * 0.4);
        if (chance(0.4)) hat(late(off), level * 0.3);
        if (chance(0.2)) kick(late(off), level * 0.8);
        break;
      case 3:  // broken: kicks off the beat, ghost notes
        if (is_first) kick(late(at), level);
        if (beat == 2) kick(late(off), level * 0.9);
        if (is_back) snare(late(at), level * 0.8);
        if (chance(0.4)) snare(late(at + beat_ * 0.75), level * 0.25);
        hat(late(at), level * 0.4);
        hat(late(off), level * 0.4);
        break;
      default:  // brushes
        hat(late(at), level * (is_back ? 0.6 : 0.35));
        if (chance(0.5)) hat(late(off), level * 0.2);
        if (is_first && chance(0.7)) kick(late(at), level * 0.5);
    }
    if (music_.energy > 0.7 && style_ != 4) {  // sixteenths
      for (const double part : {0.25, 0.75}) {
        if (chance(0.7)) hat(late(at + beat_ * part), level * 0.25);
      }
    }
  }

  void play_chords(double at, int beat) {
    const int chord_number = (beat + 400 * beats_per_chord_) / beats_per_chord_;
    const Chord& chord = progression_[static_cast<std::size_t>(chord_number % 4)];
    const int tonic = 48 + music_.key;
    const bool is_change = ((beat % beats_per_chord_) + beats_per_chord_) % beats_per_chord_ == 0;
    const double off = at + beat_ * (0.5 + swing_);
    // Bass: the root, sometimes the fifth, sometimes before the beat.
    if (is_change || chance(0.5)) {
      const int step = is_change || chance(0.7) ? 0 : chord.tones[2];
      note(bass_wave_, late(at), beat_ * 0.9, tonic - 12 + chord.root + step, 0.35, 2);
    }
    if (chance(0.25)) {
      note(bass_wave_, late(off), beat_ * 0.4, tonic - 12 + chord.root, 0.25, 3);
    }
    const auto triad = [&](double when, double length, double level, double decay) {
      for (const int tone : chord.tones) {
        int pitch = tonic + chord.root + tone;
        if (pitch > 67) pitch -= 12;
        note(chord_wave_, late(when), length, pitch, level, decay);
      }
    };
    switch (comping_) {
      case 0:  // held
        if (is_change) triad(at, beat_ * beats_per_chord_, 0.12, 0.2);
        break;
      case 1:  // struck on the beat
        triad(at, beat_ * 0.9, 0.14, 4);
        break;
      case 2:  // broken up
        for (int k = 0; k < 2; ++k) {
          const int tone = chord.tones[static_cast<std::size_t>((beat * 2 + k + 600) % 3)];
          note(chord_wave_, late(k == 0 ? at : off), beat_ * 0.6, tonic + chord.root + tone + 12,
               0.2, 3);
        }
        break;
      default:  // off the beat
        triad(off, beat_ * 0.4, 0.15, 6);
        if (is_change) triad(at, beat_ * 0.5, 0.1, 4);
    }
    if (has_tune_) play_tune(at, off, chord);
  }

  /// By steps in the scale, on and off the beat, now and then a note that is none of it.
  void play_tune(double at, double off, const Chord& chord) {
    static constexpr std::array<int, 7> kMajorScale = {0, 2, 4, 5, 7, 9, 11},
                                        kMinorScale = {0, 2, 3, 5, 7, 8, 10};
    const auto& scale = music_.is_major ? kMajorScale : kMinorScale;
    for (const double when : {at, off}) {
      if (!chance(when == at ? 0.6 : 0.35)) continue;
      degree_ = std::clamp(degree_ + pick(5) - 2, 0, 9);
      int pitch =
          60 + music_.key + scale[static_cast<std::size_t>(degree_ % 7)] + 12 * (degree_ / 7);
      if (chance(0.3)) {
        pitch = 60 + music_.key + chord.root + chord.tones[static_cast<std::size_t>(pick(3))];
      }
      if (chance(0.04)) ++pitch;
      note(chord_wave_, late(when), beat_ * uniform(0.3, 0.9), pitch, 0.16, 1.5);
    }
  }

  void add_noise() {
    const double level = std::pow(10, uniform(-48, -30) / 20);
    float smooth = 0;
    for (float& sample : samples_) {
      smooth += 0.2F * (noise() - smooth);
      sample += static_cast<float>(level) * (0.5F * noise() + smooth);
    }
  }

  std::vector<float> set_loudness() {
    const double gain =
        std::pow(10, (music_.loudness - loudness_of(samples_, kSyntheticRate)) / 20);
    for (float& sample : samples_) sample *= static_cast<float>(gain);
    return std::move(samples_);
  }

  const SyntheticMusic& music_;
  std::mt19937_64 random_;
  std::uint32_t noise_ = 1;
  std::vector<float> samples_;
  double beat_;
  int bar_ = 4, style_ = 0, comping_ = 0, beats_per_chord_ = 4, degree_ = 4;
  double swing_ = 0, looseness_ = 0, tuning_ = 0, drums_level_ = 0;
  bool has_drums_ = true, has_tune_ = true;
  Progression progression_{};
  Wave chord_wave_{{1}}, bass_wave_{{1}};
};

/// A second-order filter, its coefficients by the bilinear transform.
struct Biquad {
  double b0, b1, b2, a1, a2, x1 = 0, x2 = 0, y1 = 0, y2 = 0;
  double run(double x) {
    const double y = b0 * x + b1 * x1 + b2 * x2 - a1 * y1 - a2 * y2;
    x2 = x1, x1 = x, y2 = y1, y1 = y;
    return y;
  }
};

/// The head's shelf, then the low cut, from the analogue prototypes behind BS.1770's table at 48 kHz.
Biquad shelf(double rate) {
  const double hertz = 1681.974450955533, gain = 3.999843853973347, q = 0.7071752369554196;
  const double k = std::tan(std::numbers::pi * hertz / rate), high = std::pow(10, gain / 20),
               band = std::pow(high, 0.4996667741545416), a0 = 1 + k / q + k * k;
  return {(high + band * k / q + k * k) / a0, 2 * (k * k - high) / a0,
          (high - band * k / q + k * k) / a0, 2 * (k * k - 1) / a0, (1 - k / q + k * k) / a0};
}
Biquad low_cut(double rate) {
  const double hertz = 38.13547087602444, q = 0.5003270373238773;
  const double k = std::tan(std::numbers::pi * hertz / rate), a0 = 1 + k / q + k * k;
  return {1, -2, 1, 2 * (k * k - 1) / a0, (1 - k / q + k * k) / a0};
}

}  // namespace

std::vector<float> synthesise(const SyntheticMusic& music) {
  return Piece(music).play();
}

double loudness_of(const std::vector<float>& samples, int rate) {
  Biquad first = shelf(rate), second = low_cut(rate);
  const std::size_t step = static_cast<std::size_t>(rate) / 10;
  std::vector<double> tenths;
  double sum = 0;
  for (std::size_t k = 0; k < samples.size(); ++k) {
    const double weighted = second.run(first.run(samples[k]));
    sum += weighted * weighted;
    if ((k + 1) % step == 0) {
      tenths.push_back(sum / static_cast<double>(step));
      sum = 0;
    }
  }
  std::vector<double> blocks;  // 0.4 s, overlapping by three quarters, of both speakers
  for (std::size_t k = 3; k < tenths.size(); ++k) {
    blocks.push_back(2 * (tenths[k - 3] + tenths[k - 2] + tenths[k - 1] + tenths[k]) / 4);
  }
  const auto mean_above = [&](double least) {
    double total = 0;
    int count = 0;
    for (const double block : blocks) {
      if (block > least) total += block, ++count;
    }
    return count > 0 ? total / count : 0;
  };
  const double absolute = std::pow(10, (-70 + 0.691) / 10);
  return -0.691 + 10 * std::log10(mean_above(std::max(absolute, mean_above(absolute) / 10)));
}

std::string float_wav(const std::vector<float>& samples, int rate, int channels) {
  std::string bytes;
  const auto number = [&](std::uint32_t value, int count) {
    for (int k = 0; k < count; ++k) bytes += static_cast<char>(value >> (8 * k));
  };
  const auto size = static_cast<std::uint32_t>(samples.size() * sizeof(float));
  bytes += "RIFF";
  number(36 + size, 4);
  bytes += "WAVEfmt ";
  number(16, 4);
  number(3, 2);  // floating point
  number(static_cast<std::uint32_t>(channels), 2);
  number(static_cast<std::uint32_t>(rate), 4);
  number(static_cast<std::uint32_t>(rate * channels * 4), 4);
  number(static_cast<std::uint32_t>(channels * 4), 2);
  number(32, 2);
  bytes += "data";
  number(size, 4);
  bytes.append(reinterpret_cast<const char*>(samples.data()), size);
  return bytes;
}

}  // namespace test
