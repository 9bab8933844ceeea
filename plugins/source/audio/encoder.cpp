// source.encoder: what an encoder that the person brings makes of a music file's sound, or of a text.
//
// Record    the file, or the text -> vectors: a vector in the space, without an id: the engine knows
//           whose file it gave
// Heard     the first fifteen minutes (encoder_file.hpp says how)
// Buckets   malformed (no sound that can be decoded), silent
#include "playlist/plugin.hpp"

#include <algorithm>
#include <string>
#include <vector>

#include "elements.hpp"
#include "encoder_file.hpp"
#include "sound_stream.hpp"

namespace source {
namespace {

constexpr std::size_t kLongestSeconds = 15 * 60;

class Encoder final : public playlist::Source {
 public:
  static constexpr playlist::Param kParams[] = {
      {"file", "", "a file of TorchScript with encode_sound, and encode_text for texts"},
      {"text", "", "what to encode in place of the file's sound"},
  };

  explicit Encoder(const playlist::Args& args)
      : file_(args.text("file")), text_(args.text("text")) {
    if (file_.empty()) return;
    encoder_ = EncoderFile::open(file_);
    if (text_.empty()) SoundStream::load();
  }

  /// Only who asks for it has music listened to.
  static int recognise(const playlist::Input&) { return 0; }

  void read(playlist::SourceCall& call) {
    if (!encoder_) {
      call.malformed("no encoder is named");
    } else if (!text_.empty()) {
      put(call, encoder_->vector_of_text(text_));
    } else {
      read_sound(call);
    }
    call.next(call.input().length());
    call.finish();
  }

 private:
  void read_sound(playlist::SourceCall& call) const {
    std::vector<float> samples;
    try {
      samples = samples_of(call);
    } catch (const playlist::Error& error) {
      return call.malformed(error.what());
    }
    if (samples.empty()) return call.malformed("nothing of its sound can be decoded");
    if (std::all_of(samples.begin(), samples.end(), [](float value) { return value == 0; }))
      return call.bucket("silent", "there is no sound in it");
    put(call, encoder_->vector_of_sound(samples));
  }

  std::vector<float> samples_of(playlist::SourceCall& call) const {
    if (call.input().length() == 0) throw playlist::Error("it is empty");
    const int rate = encoder_->sample_rate();
    const std::size_t most = kLongestSeconds * static_cast<std::size_t>(rate);
    SoundStream stream(call.input().bytes(), rate);
    std::vector<float> samples;
    for (SoundBlock block; samples.size() < most && stream.next(block);) {
      samples.insert(samples.end(), block.mono.begin(), block.mono.end());
      call.checkpoint(stream.fraction());
    }
    for (float& value : samples) value = std::clamp(value, -1.0f, 1.0f);
    return samples;
  }

  static void put(playlist::SourceCall& call, const std::vector<float>& vector) {
    playlist::Rows& rows = call.rows("vectors");
    playlist::TextColumn& space = rows.text("space");
    playlist::VectorColumn& values = rows.vector();
    rows.row();
    space.set(call.space());
    values.set(vector);
  }

  std::string file_, text_;
  std::shared_ptr<const EncoderFile> encoder_;
};

}  // namespace

constinit const playlist::Element kEncoder = playlist::element<Encoder>(
    "source.encoder", "Vectors of sound and of texts, by an encoder in a file of TorchScript.");

}  // namespace source
