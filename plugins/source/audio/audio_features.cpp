// source.audio_features: what a music file sounds like, measured in its sound.
//
// Record    the file -> tracks: tempo, loudness, key, mode and energy alone
// Tempo     beats per minute (rhythm.hpp)
// Loudness  integrated loudness in LUFS (loudness.hpp), the unit that ReplayGain tags are read in
// Key       key and mode (harmony.hpp)
// Energy    1 / (1 + exp(-(2.465 + 0.2115 loudness + 0.12 (onsets - 4.5) + 3 (brightness - 0.3)))):
//           the line through what catalogues call energy over what they call loudness (111 446
//           tracks, correlation 0.77), and what makes music of one loudness livelier: onsets a
//           second, and the share of the spectrum above 2 kHz
// Missing   a value that the sound does not tell: the key of drums, the tempo of a drone
// Buckets   malformed (no sound that can be decoded), silent
#include "playlist/plugin.hpp"

#include <cmath>
#include <optional>

#include "aubio.hpp"
#include "elements.hpp"
#include "harmony.hpp"
#include "loudness.hpp"
#include "rhythm.hpp"
#include "sound_stream.hpp"

namespace source {
namespace {

enum Column { kEnergy = 1, kLoudness, kTempo, kPitch, kMode };

double energy_of(double lufs, const Rhythm& rhythm) {
  const double level = 2.465 + 0.2115 * lufs + 0.12 * (rhythm.onsets_per_second() - 4.5) +
                       3 * (rhythm.brightness() - 0.3);
  return 1 / (1 + std::exp(-level));
}

class AudioFeatures final : public playlist::Source {
 public:
  AudioFeatures() {
    SoundStream::load();
    Loudness::load();
    aubio();
  }

  /// Only who asks for it has music listened to.
  static int recognise(const playlist::Input&) { return 0; }

  void read(playlist::SourceCall& call) {
    try {
      listen(call);
    } catch (const playlist::Error& error) {
      call.malformed(error.what());
    }
    call.next(call.input().length());
    call.finish();
  }

 private:
  static void listen(playlist::SourceCall& call) {
    if (call.input().length() == 0) return call.malformed("it is empty");
    SoundStream stream(call.input().bytes());
    std::optional<Loudness> loudness;
    Rhythm rhythm;
    Harmony harmony;
    for (SoundBlock block; stream.next(block);) {
      if (!loudness) loudness.emplace(stream.channels(), stream.rate());
      loudness->add(block.samples);
      rhythm.add(block.mono);
      harmony.add(block.mono);
      call.checkpoint(stream.fraction());
    }
    if (!loudness) return call.malformed("nothing of its sound can be decoded");
    const std::optional<double> lufs = loudness->lufs();
    if (!lufs) return call.bucket("silent", "there is no sound of 0.4 s or more in it");
    playlist::Rows& rows = call.rows("tracks", {{"energy", PLAYLIST_F32},
                                                {"loudness", PLAYLIST_F32},
                                                {"tempo", PLAYLIST_F32},
                                                {"key", PLAYLIST_I32},
                                                {"mode", PLAYLIST_I32}});
    rows.row();
    rows.set_f32(kEnergy, static_cast<float>(energy_of(*lufs, rhythm)));
    rows.set_f32(kLoudness, static_cast<float>(*lufs));
    if (const auto tempo = rhythm.tempo()) rows.set_f32(kTempo, static_cast<float>(*tempo));
    if (const auto key = harmony.key()) {
      rows.set_i32(kPitch, key->pitch);
      rows.set_i32(kMode, key->is_major ? 1 : 0);
    }
  }
};

}  // namespace

constinit const playlist::Element kAudioFeatures = playlist::element<AudioFeatures>(
    "source.audio_features",
    "Tempo, loudness, key and energy of a music file, by its sound; engine import --files --audio "
    "listens.");

}  // namespace source
