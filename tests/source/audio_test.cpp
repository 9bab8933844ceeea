// source.audio_features: what is measured in sounds that are known, and that odd files cost nothing.
#include <cmath>
#include <limits>
#include <numbers>
#include <string>
#include <vector>

#include <catch2/catch.hpp>

#include "support/source_run.hpp"
#include "support/synthetic_music.hpp"

using test::CollectedRow;
using test::float_wav;
using test::SourceRun;

namespace {

constexpr int kRate = 44'100;

SourceRun run_audio(const std::string& bytes) {
  SourceRun run = test::read_with("source.audio_features", "x.wav", bytes);
  CHECK(run.error == "");
  CHECK(run.rows->problem() == "");
  CHECK(run.rows->total == 1);
  return run;
}

CollectedRow sound_of(const std::string& bytes) {
  const SourceRun run = run_audio(bytes);
  REQUIRE(run.of("tracks").size() == 1);
  return run.of("tracks").front();
}

/// "silent: there is ..." of a file of which no track comes.
std::string bucket_of(const std::string& bytes) {
  const SourceRun run = run_audio(bytes);
  REQUIRE(run.rows->buckets.size() == 1);
  return run.rows->buckets.front().bucket + ": " + run.rows->buckets.front().reason;
}

double number(const CollectedRow& row, const std::string& column) {
  REQUIRE(row[column] != "");
  return std::stod(row[column]);
}

std::vector<float> tone(double hertz, double level, double seconds, int rate = kRate,
                        int channels = 1) {
  std::vector<float> samples;
  for (int k = 0; k < seconds * rate; ++k) {
    const double value = level * std::sin(2 * std::numbers::pi * hertz * k / rate);
    for (int channel = 0; channel < channels; ++channel) {
      samples.push_back(static_cast<float>(value));
    }
  }
  return samples;
}

}  // namespace

TEST_CASE("loudness is that of EBU R 128", "[source][audio]") {
  // EBU Tech 3341, case 1: a stereo sine of 1 kHz at -23 dBFS is -23 LUFS.
  const double level = std::pow(10, -23.0 / 20);
  CHECK(number(sound_of(float_wav(tone(1000, level, 4, 48'000, 2), 48'000, 2)), "loudness") ==
        Approx(-23).margin(0.1));
  // One channel is played by both speakers; other rates are as loud.
  CHECK(number(sound_of(float_wav(tone(1000, level, 4), kRate)), "loudness") ==
        Approx(-23).margin(0.1));
  CHECK(number(sound_of(float_wav(tone(1000, level, 2, 192'000, 2), 192'000, 2)), "loudness") ==
        Approx(-23).margin(0.1));
}

TEST_CASE("tempo and key are those of the music", "[source][audio]") {
  for (const double tempo : {84.0, 100.0, 128.0, 150.0}) {
    std::vector<float> clicks(static_cast<std::size_t>(kRate) * 15, 0);
    for (double at = 0.1; at < 14.9; at += 60 / tempo) {
      for (int k = 0; k < 400; ++k) {
        clicks[static_cast<std::size_t>(at * kRate) + static_cast<std::size_t>(k)] =
            static_cast<float>(0.5 * std::exp(-k / 80.0) * std::sin(k * 0.4));
      }
    }
    CHECK(number(sound_of(float_wav(clicks, kRate)), "tempo") == Approx(tempo).epsilon(0.01));
  }
  // The tonic triads of D major and of B minor, a note after the other and all at once.
  for (const auto& [pitches, key, mode] :
       {std::tuple<std::vector<int>, int, int>{{62, 66, 69}, 2, 1}, {{59, 62, 66}, 11, 0}}) {
    std::vector<float> chord(static_cast<std::size_t>(kRate) * 6, 0);
    for (const int pitch : pitches) {
      const std::vector<float> one = tone(440 * std::exp2((pitch - 69) / 12.0), 0.2, 6);
      for (std::size_t k = 0; k < chord.size(); ++k) chord[k] += one[k];
    }
    const CollectedRow row = sound_of(float_wav(chord, kRate));
    CHECK(row["key"] == std::to_string(key));
    CHECK(row["mode"] == std::to_string(mode));
  }
}

TEST_CASE("noise has neither key nor tempo", "[source][audio]") {
  std::vector<float> noise(static_cast<std::size_t>(kRate) * 12);
  std::uint32_t state = 1;
  for (float& sample : noise) {
    state = state * 1'664'525u + 1'013'904'223u;
    sample = static_cast<float>(static_cast<std::int32_t>(state)) * 1e-10F;
  }
  const CollectedRow row = sound_of(float_wav(noise, kRate));
  CHECK(row["key"] == "");
  CHECK(row["mode"] == "");
  CHECK(row["tempo"] == "");
  CHECK(number(row, "loudness") < -10);
}

TEST_CASE("energy rises with loudness, with brightness and with what happens", "[source][audio]") {
  const auto energy = [](test::SyntheticMusic music) {
    return number(sound_of(float_wav(test::synthesise(music), test::kSyntheticRate)), "energy");
  };
  const test::SyntheticMusic calm{.seed = 5, .tempo = 80, .loudness = -20, .energy = 0.1};
  test::SyntheticMusic loud = calm, wild = calm;
  loud.loudness = -8;
  wild.energy = 0.95;
  CHECK(energy(calm) < energy(loud));
  CHECK(energy(calm) < energy(wild));
  CHECK(energy(loud) < 1);
}

TEST_CASE("what no sound can be decoded of is malformed, silence is silent", "[source][audio]") {
  CHECK(bucket_of("") == "malformed: it is empty");
  CHECK_THAT(bucket_of(std::string(5000, 'x')),
             Catch::StartsWith("malformed: it is no sound file that FFmpeg can read"));
  CHECK_THAT(bucket_of("#EXTM3U\n#EXT-X-TARGETDURATION:10\n#EXTINF:10,\nfile:///etc/passwd\n"),
             Catch::StartsWith("malformed: "));  // nor does it follow what such lists name
  CHECK_THAT(bucket_of(float_wav(std::vector<float>(kRate, 0), kRate)),
             Catch::StartsWith("silent: "));
  CHECK_THAT(bucket_of(float_wav({0.5F}, kRate)), Catch::StartsWith("silent: "));
  CHECK_THAT(bucket_of(float_wav({}, kRate)), Catch::StartsWith("malformed: "));
}

TEST_CASE("odd sound is measured as far as it can be heard", "[source][audio]") {
  // Cut off in the midst of it.
  const std::string whole = float_wav(tone(440, 0.1, 8), kRate);
  CHECK(number(sound_of(whole.substr(0, whole.size() / 2)), "loudness") < 0);
  // Samples that are no numbers or without bounds.
  std::vector<float> broken = tone(440, 0.1, 4);
  for (std::size_t k = 0; k < broken.size(); k += 1000) {
    broken[k] = k % 2000 == 0 ? std::numeric_limits<float>::quiet_NaN() : 1e30F;
  }
  const CollectedRow row = sound_of(float_wav(broken, kRate));
  CHECK(std::isfinite(number(row, "loudness")));
  CHECK(number(row, "energy") <= 1);
  // Eight channels; and as many as a file may claim.
  CHECK(number(sound_of(float_wav(tone(440, 0.1, 2, kRate, 8), kRate, 8)), "loudness") < 0);
  CHECK_THAT(bucket_of(float_wav(tone(440, 0.1, 1, kRate, 40), kRate, 40)),
             Catch::StartsWith("malformed: it has 40 channels at 44100 Hz"));
}
