#include "sound_stream.hpp"

#include "playlist/plugin.hpp"

#include <algorithm>
#include <cmath>
#include <cstring>
#include <string>

#include "shared/system_library.hpp"

extern "C" {
#include <libavcodec/avcodec.h>
#include <libavformat/avformat.h>
#include <libavutil/avutil.h>
#include <libavutil/channel_layout.h>
#include <libavutil/log.h>
#include <libavutil/macros.h>
#include <libavutil/mem.h>
#include <libavutil/opt.h>
#include <libswresample/swresample.h>
}

namespace source {
namespace {

struct AvUtil : shared::SystemLibrary {
  AvUtil() : SystemLibrary("libavutil.so." AV_STRINGIFY(LIBAVUTIL_VERSION_MAJOR)) {
    av_log_set_level(AV_LOG_QUIET);
  }
  PLAYLIST_SYSTEM_FUNCTION(av_channel_layout_copy);
  PLAYLIST_SYSTEM_FUNCTION(av_channel_layout_default);
  PLAYLIST_SYSTEM_FUNCTION(av_channel_layout_uninit);
  PLAYLIST_SYSTEM_FUNCTION(av_channel_layout_compare);
  PLAYLIST_SYSTEM_FUNCTION(av_dict_free);
  PLAYLIST_SYSTEM_FUNCTION(av_dict_set);
  PLAYLIST_SYSTEM_FUNCTION(av_frame_alloc);
  PLAYLIST_SYSTEM_FUNCTION(av_frame_free);
  PLAYLIST_SYSTEM_FUNCTION(av_free);
  PLAYLIST_SYSTEM_FUNCTION(av_log_set_level);
  PLAYLIST_SYSTEM_FUNCTION(av_malloc);
  PLAYLIST_SYSTEM_FUNCTION(av_strerror);
};

struct AvCodec : shared::SystemLibrary {
  AvCodec() : SystemLibrary("libavcodec.so." AV_STRINGIFY(LIBAVCODEC_VERSION_MAJOR)) {}
  PLAYLIST_SYSTEM_FUNCTION(av_packet_alloc);
  PLAYLIST_SYSTEM_FUNCTION(av_packet_free);
  PLAYLIST_SYSTEM_FUNCTION(av_packet_unref);
  PLAYLIST_SYSTEM_FUNCTION(avcodec_alloc_context3);
  PLAYLIST_SYSTEM_FUNCTION(avcodec_find_decoder);
  PLAYLIST_SYSTEM_FUNCTION(avcodec_free_context);
  PLAYLIST_SYSTEM_FUNCTION(avcodec_open2);
  PLAYLIST_SYSTEM_FUNCTION(avcodec_parameters_to_context);
  PLAYLIST_SYSTEM_FUNCTION(avcodec_receive_frame);
  PLAYLIST_SYSTEM_FUNCTION(avcodec_send_packet);
};

struct AvFormat : shared::SystemLibrary {
  AvFormat() : SystemLibrary("libavformat.so." AV_STRINGIFY(LIBAVFORMAT_VERSION_MAJOR)) {}
  PLAYLIST_SYSTEM_FUNCTION(av_find_best_stream);
  PLAYLIST_SYSTEM_FUNCTION(av_read_frame);
  PLAYLIST_SYSTEM_FUNCTION(avformat_alloc_context);
  PLAYLIST_SYSTEM_FUNCTION(avformat_close_input);
  PLAYLIST_SYSTEM_FUNCTION(avformat_find_stream_info);
  PLAYLIST_SYSTEM_FUNCTION(avformat_open_input);
  PLAYLIST_SYSTEM_FUNCTION(avio_alloc_context);
  PLAYLIST_SYSTEM_FUNCTION(avio_context_free);
};

struct SwResample : shared::SystemLibrary {
  SwResample() : SystemLibrary("libswresample.so." AV_STRINGIFY(LIBSWRESAMPLE_VERSION_MAJOR)) {}
  PLAYLIST_SYSTEM_FUNCTION(swr_alloc_set_opts2);
  PLAYLIST_SYSTEM_FUNCTION(swr_convert);
  PLAYLIST_SYSTEM_FUNCTION(swr_free);
  PLAYLIST_SYSTEM_FUNCTION(swr_get_out_samples);
  PLAYLIST_SYSTEM_FUNCTION(swr_init);
};

struct FFmpeg {
  AvUtil util;
  AvCodec codec;
  AvFormat format;
  SwResample resample;
};
const FFmpeg& ffmpeg() {
  static const FFmpeg kFFmpeg;
  return kFFmpeg;
}

// Those of the endings that an import of music looks for; none that reads lists of other files.
constexpr const char* kDemuxers =
    "aac,aiff,ape,asf,caf,dsf,flac,iff,matroska,mov,mp3,mpc,mpc8,ogg,tta,w64,wav,wv";
constexpr int kBufferBytes = 64 << 10, kMostChannels = 24, kLeastRate = 4'000, kMostRate = 768'000;
constexpr float kLoudest = 16;  // of floating point samples, which no format bounds

/// The file as FFmpeg reads it.
struct Bytes {
  std::string_view all;
  std::size_t at = 0;

  static int read(void* self, std::uint8_t* buffer, int size) {
    auto& bytes = *static_cast<Bytes*>(self);
    const std::size_t count =
        std::min(static_cast<std::size_t>(std::max(size, 0)), bytes.all.size() - bytes.at);
    if (count == 0) return AVERROR_EOF;
    std::memcpy(buffer, bytes.all.data() + bytes.at, count);
    bytes.at += count;
    return static_cast<int>(count);
  }
  static std::int64_t seek(void* self, std::int64_t offset, int whence) {
    auto& bytes = *static_cast<Bytes*>(self);
    const auto size = static_cast<std::int64_t>(bytes.all.size());
    whence &= ~AVSEEK_FORCE;
    if (whence == AVSEEK_SIZE) return size;
    const std::int64_t base = whence == SEEK_CUR   ? static_cast<std::int64_t>(bytes.at)
                              : whence == SEEK_END ? size
                                                   : 0;
    if (offset < -base || offset > size - base) return AVERROR(EINVAL);
    bytes.at = static_cast<std::size_t>(base + offset);
    return base + offset;
  }
};

[[noreturn]] void fail(const char* what, int error) {
  char why[AV_ERROR_MAX_STRING_SIZE] = "";
  ffmpeg().util.av_strerror(error, why, sizeof why);
  throw playlist::Error(playlist::concat(what, ": ", why));
}

}  // namespace

struct SoundStream::State {
  const FFmpeg& av = ffmpeg();
  Bytes bytes;
  AVIOContext* io = nullptr;
  AVFormatContext* format = nullptr;
  AVCodecContext* codec = nullptr;
  AVPacket* packet = nullptr;
  AVFrame* frame = nullptr;
  SwrContext *to_floats = nullptr, *to_mono = nullptr;
  AVChannelLayout from{};  // what to_floats was made for, with the two below
  int from_format = -1, from_rate = 0;
  int stream = -1, channels = 0, rate = 0, mono_rate;
  bool is_drained = false;  // the decoder was told that no packet follows
  std::vector<float> samples, mixed, mono;

  State(std::string_view all, int rate_of_mono) : bytes{all}, mono_rate(rate_of_mono) {
    try {
      open();
    } catch (...) {
      close();
      throw;
    }
  }
  ~State() { close(); }
  State(const State&) = delete;
  State& operator=(const State&) = delete;

  void open() {
    auto* buffer = static_cast<unsigned char*>(av.util.av_malloc(kBufferBytes));
    format = av.format.avformat_alloc_context();
    packet = av.codec.av_packet_alloc();
    frame = av.util.av_frame_alloc();
    if (buffer != nullptr) {
      io = av.format.avio_alloc_context(buffer, kBufferBytes, 0, &bytes, Bytes::read, nullptr,
                                        Bytes::seek);
    }
    if (io == nullptr) av.util.av_free(buffer);
    if (io == nullptr || format == nullptr || packet == nullptr || frame == nullptr) {
      throw std::bad_alloc();
    }
    format->pb = io;
    format->flags |= AVFMT_FLAG_CUSTOM_IO;
    AVDictionary* options = nullptr;
    av.util.av_dict_set(&options, "format_whitelist", kDemuxers, 0);
    av.util.av_dict_set(&options, "protocol_whitelist", "none", 0);
    const int opened = av.format.avformat_open_input(&format, "", nullptr, &options);
    av.util.av_dict_free(&options);
    if (opened < 0) fail("it is no sound file that FFmpeg can read", opened);
    if (const int found = av.format.avformat_find_stream_info(format, nullptr); found < 0) {
      fail("it holds no sound that FFmpeg can read", found);
    }
    open_decoder();
  }

  void open_decoder() {
    stream = av.format.av_find_best_stream(format, AVMEDIA_TYPE_AUDIO, -1, -1, nullptr, 0);
    if (stream < 0) throw playlist::Error("it holds no sound");
    for (unsigned k = 0; k < format->nb_streams; ++k) {
      if (static_cast<int>(k) != stream) format->streams[k]->discard = AVDISCARD_ALL;  // pictures
    }
    const AVCodecParameters* parameters = format->streams[stream]->codecpar;
    const AVCodec* decoder = av.codec.avcodec_find_decoder(parameters->codec_id);
    if (decoder == nullptr) throw playlist::Error("FFmpeg has no decoder for its sound");
    codec = av.codec.avcodec_alloc_context3(decoder);
    if (codec == nullptr) throw std::bad_alloc();
    int status = av.codec.avcodec_parameters_to_context(codec, parameters);
    codec->thread_count = 1;  // whole files go side by side
    if (status >= 0) status = av.codec.avcodec_open2(codec, decoder, nullptr);
    if (status < 0) fail("its sound cannot be decoded", status);
  }

  void close() {
    av.util.av_channel_layout_uninit(&from);
    av.resample.swr_free(&to_floats);
    av.resample.swr_free(&to_mono);
    av.codec.avcodec_free_context(&codec);
    av.util.av_frame_free(&frame);
    av.codec.av_packet_free(&packet);
    av.format.avformat_close_input(&format);
    if (io != nullptr) av.util.av_free(io->buffer);
    av.format.avio_context_free(&io);
  }

  /// The next frame that decodes; false at the end.
  bool decode() {
    for (;;) {
      const int received = av.codec.avcodec_receive_frame(codec, frame);
      if (received >= 0) return true;
      if (received == AVERROR_EOF || (is_drained && received != AVERROR(EAGAIN))) return false;
      if (is_drained) return false;
      send_packet();
    }
  }

  void send_packet() {
    for (;;) {
      if (av.format.av_read_frame(format, packet) < 0) {  // the end, or damage up to the end
        is_drained = true;
        av.codec.avcodec_send_packet(codec, nullptr);
        return;
      }
      const bool is_ours = packet->stream_index == stream;
      const int sent = is_ours ? av.codec.avcodec_send_packet(codec, packet) : AVERROR_INVALIDDATA;
      av.codec.av_packet_unref(packet);
      if (sent >= 0) return;
    }
  }

  /// What the first frame has is what the stream has.
  void settle() {
    if (channels > 0) return;
    if (frame->ch_layout.nb_channels < 1 || frame->ch_layout.nb_channels > kMostChannels ||
        frame->sample_rate < kLeastRate || frame->sample_rate > kMostRate) {
      throw playlist::Error(playlist::concat(
          "it has ", std::to_string(frame->ch_layout.nb_channels), " channels at ",
          std::to_string(frame->sample_rate), " Hz; 1 to ", std::to_string(kMostChannels),
          " channels at ", std::to_string(kLeastRate), " to ", std::to_string(kMostRate),
          " Hz can be listened to"));
    }
    channels = frame->ch_layout.nb_channels;
    rate = frame->sample_rate;
    AVChannelLayout one{};
    av.util.av_channel_layout_default(&one, 1);
    int status = av.resample.swr_alloc_set_opts2(&to_mono, &one, AV_SAMPLE_FMT_FLT, mono_rate, &one,
                                                 AV_SAMPLE_FMT_FLT, rate, 0, nullptr);
    if (status >= 0) status = av.resample.swr_init(to_mono);
    if (status < 0) fail("its sound cannot be resampled", status);
  }

  /// Files joined from several may change between them. False: this part has other channels.
  bool adapt() {
    if (frame->ch_layout.nb_channels != channels) return false;
    if (to_floats != nullptr && frame->format == from_format && frame->sample_rate == from_rate &&
        av.util.av_channel_layout_compare(&frame->ch_layout, &from) == 0) {
      return true;
    }
    av.resample.swr_free(&to_floats);
    av.util.av_channel_layout_uninit(&from);
    from_format = frame->format;
    from_rate = frame->sample_rate;
    if (av.util.av_channel_layout_copy(&from, &frame->ch_layout) < 0) throw std::bad_alloc();
    int status = av.resample.swr_alloc_set_opts2(&to_floats, &from, AV_SAMPLE_FMT_FLT, rate, &from,
                                                 static_cast<AVSampleFormat>(from_format),
                                                 from_rate, 0, nullptr);
    if (status >= 0) status = av.resample.swr_init(to_floats);
    if (status < 0) av.resample.swr_free(&to_floats);
    return status >= 0;
  }

  std::span<const float> converted(SwrContext* how, std::vector<float>& out, int width,
                                   const std::uint8_t** in, int count) {
    const int room = av.resample.swr_get_out_samples(how, count);
    out.resize(static_cast<std::size_t>(std::max(room, 1)) * static_cast<std::size_t>(width));
    auto* to = reinterpret_cast<std::uint8_t*>(out.data());
    const int made = av.resample.swr_convert(how, &to, std::max(room, 1), in, count);
    return std::span(out).first(static_cast<std::size_t>(std::max(made, 0)) *
                                static_cast<std::size_t>(width));
  }

  void take(SoundBlock& block) {
    block.samples =
        converted(to_floats, samples, channels,
                  const_cast<const std::uint8_t**>(frame->extended_data), frame->nb_samples);
    mixed.resize(block.samples.size() / static_cast<std::size_t>(channels));
    std::size_t at = 0;
    for (float& mean : mixed) {
      float sum = 0;
      for (int channel = 0; channel < channels; ++channel) {
        float& sample = samples[at++];
        sample = std::isfinite(sample) ? std::clamp(sample, -kLoudest, kLoudest) : 0;
        sum += sample;
      }
      mean = sum / static_cast<float>(channels);
    }
    const auto* in = reinterpret_cast<const std::uint8_t*>(mixed.data());
    block.mono = converted(to_mono, mono, 1, &in, static_cast<int>(mixed.size()));
  }
};

void SoundStream::load() {
  ffmpeg();
}

SoundStream::SoundStream(std::string_view bytes, int mono_rate)
    : state_(std::make_unique<State>(bytes, mono_rate)) {}
SoundStream::~SoundStream() = default;

int SoundStream::channels() const {
  return state_->channels;
}
int SoundStream::rate() const {
  return state_->rate;
}
double SoundStream::fraction() const {
  const Bytes& bytes = state_->bytes;
  return bytes.all.empty() ? 1
                           : static_cast<double>(bytes.at) / static_cast<double>(bytes.all.size());
}

bool SoundStream::next(SoundBlock& block) {
  while (state_->decode()) {
    state_->settle();
    if (!state_->adapt()) continue;
    state_->take(block);
    return true;
  }
  return false;
}

}  // namespace source
