#include "import/sound_reader.hpp"

#include <algorithm>
#include <atomic>
#include <bit>
#include <cmath>
#include <cstring>
#include <mutex>
#include <thread>

#include "core/error.hpp"
#include "core/mapped_file.hpp"
#include "core/shown_text.hpp"
#include "import/messages.hpp"
#include "plugin/call.hpp"

namespace engine::import {
namespace {

/// A source that listens to one file reports to it.
struct SoundRun {
  Heartbeat* heartbeat = nullptr;
  std::optional<HeardSound> heard = {};
  std::string why = {};  // nothing can be heard
};

std::optional<double> real_of(const playlist_table& table, const char* name) {
  const playlist_column* column = engine::find_column(table, name);
  if (column == nullptr || column->type != PLAYLIST_F32 || table.rows < 1) return std::nullopt;
  const double value = static_cast<const float*>(column->data)[0];
  return std::isfinite(value) ? std::optional(value) : std::nullopt;
}

std::optional<std::int64_t> integer_of(const playlist_table& table, const char* name,
                                       std::int64_t most) {
  const playlist_column* column = engine::find_column(table, name);
  if (column == nullptr || column->type != PLAYLIST_I32 || table.rows < 1) return std::nullopt;
  const std::int64_t value = static_cast<const std::int32_t*>(column->data)[0];
  return value >= 0 && value <= most ? std::optional(value) : std::nullopt;
}

SoundRun& run_of(const playlist_host* host, std::string_view service = PLAYLIST_SERVICE_ROWS) {
  auto& run = CallContext::owner<SoundRun>(host, service);
  run.heartbeat->beat();
  return run;
}

const playlist_rows kSoundRows = {sizeof(playlist_rows),
                                  0,
                                  [](const playlist_host* host, const char* name,
                                     const playlist_table* table) -> playlist_status {
                                    if (std::string_view(name) != "tracks" || table->rows < 1)
                                      return PLAYLIST_OK;
                                    HeardSound& heard = run_of(host).heard.emplace();
                                    heard.energy = real_of(*table, "energy");
                                    heard.loudness = real_of(*table, "loudness");
                                    heard.tempo = real_of(*table, "tempo");
                                    heard.key_pitch = integer_of(*table, "key", 11);
                                    heard.mode = integer_of(*table, "mode", 1);
                                    return PLAYLIST_OK;
                                  },
                                  [](const playlist_host* host, std::int64_t, const char* bucket,
                                     const char* reason) -> playlist_status {
                                    SoundRun& run = run_of(host);
                                    run.why =
                                        reason == nullptr || *reason == '\0' ? bucket : reason;
                                    return PLAYLIST_OK;
                                  },
                                  [](const playlist_host* host, std::int64_t) -> playlist_status {
                                    run_of(host);
                                    return PLAYLIST_OK;
                                  },
                                  [](const playlist_host* host, std::int64_t) -> playlist_status {
                                    run_of(host);
                                    return PLAYLIST_OK;
                                  }};

const playlist_vectors kSoundVectors = {
    sizeof(playlist_vectors), 0,
    [](const playlist_host* host, const char* name, const playlist_table* table,
       const std::uint64_t* offsets, const float* values) -> playlist_status {
      if (std::string_view(name) != "vectors" || table->rows < 1) return PLAYLIST_OK;
      run_of(host, PLAYLIST_SERVICE_VECTORS)
          .heard.emplace()
          .vector.assign(values + offsets[0], values + offsets[1]);
      return PLAYLIST_OK;
    },
    [](const playlist_host*) { return ""; },
    [](const playlist_host*) -> const playlist_input* { return nullptr; }};

class Listeners {
 public:
  Listeners(const SoundOrder& order, Channel& channel, Heartbeat& heartbeat)
      : order_(order), channel_(channel), heartbeat_(heartbeat) {}

  void listen_to_all() {
    heartbeat_.doing("loading the plugins");
    registry_ = order_.load_plugins();
    for (const PluginProblem& problem : registry_->problems()) {
      send(SoundMessage::kProblem, [&](MessageWriter& message) {
        message.text(problem.path);
        message.text(problem.message);
      });
    }
    source_ = registry_->find(order_.source);
    if (source_ == nullptr) return send_missing("no plugin offers " + order_.source);
    if (const std::string why = why_it_cannot_start(); !why.empty()) return send_missing(why);
    std::vector<std::jthread> others;
    for (unsigned k = 1; k < order_.threads; ++k) others.emplace_back([this] { work(); });
    work();
    others.clear();
    if (!heartbeat_.is_interrupted()) send(SoundMessage::kDone, [](MessageWriter&) {});
  }

 private:
  template <class Fill>
  void send(SoundMessage kind, Fill fill) {
    std::string text;
    MessageWriter message(text);
    fill(message);
    const std::lock_guard lock(mutex_);
    channel_.send(static_cast<std::uint32_t>(kind), text);
  }
  void send_text(SoundMessage kind, std::size_t index, const std::string& text) {
    send(kind, [&](MessageWriter& message) {
      message.number(index);
      message.text(text);
    });
  }

  void send_missing(const std::string& why) {
    send(SoundMessage::kMissing, [&](MessageWriter& message) { message.text(why); });
  }

  /// It loads what it listens with when it is made.
  std::string why_it_cannot_start() {
    try {
      make_instance("", {});
    } catch (const Error& error) {
      return error.what();
    }
    return "";
  }

  std::unique_ptr<ElementInstance> make_instance(const std::string& path, CallContext context) {
    InputFiles files;
    return std::make_unique<ElementInstance>(
        *source_,
        check_arguments(*source_->description, order_.arguments, path,
                        {&files, source_->plugin->path}),
        std::move(context));
  }

  void work() {
    for (std::size_t index = next_++; index < order_.paths.size(); index = next_++) {
      if (heartbeat_.is_interrupted()) return;
      const std::string& path = order_.paths[index];
      {
        const std::lock_guard lock(mutex_);
        heartbeat_.doing(order_.source + " (listening to " + valid_utf8(path) + ")");
      }
      send(SoundMessage::kStart, [&](MessageWriter& message) { message.number(index); });
      try {
        listen(index, path);
      } catch (const Error& error) {
        send_text(SoundMessage::kFailed, index,
                  error.what() + (error.parts().why.empty() ? "" : ": " + error.parts().why));
      } catch (const std::bad_alloc&) {
        send_text(SoundMessage::kFailed, index, "out of memory");
      }
    }
  }

  void listen(std::size_t index, const std::string& path) {
    const MappedFile mapped(path, MappedFile::Reading::kAll);
    const std::string name = valid_utf8(path);
    playlist_input input{};
    input.size = sizeof input;
    input.path = name.c_str();
    input.name = input.path + (name.rfind('/') == std::string::npos ? 0 : name.rfind('/') + 1);
    input.bytes = mapped.data();
    input.length = mapped.size();
    input.head_length = std::min<std::size_t>(mapped.size(), 64 << 10);
    input.columns = "";
    SoundRun run{&heartbeat_};
    CallContext context;
    context.now = order_.now;
    context.setting = [this](std::string_view key) {
      return order_.setting ? order_.setting(key) : nullptr;
    };
    context.is_cancelled = [this] { return heartbeat_.is_interrupted(); };
    context.progress = [this](double) { heartbeat_.beat(); };
    context.services = {{PLAYLIST_SERVICE_ROWS, &kSoundRows, &run},
                        {PLAYLIST_SERVICE_VECTORS, &kSoundVectors, &run}};
    const CallResult result = make_instance(name, std::move(context))->read(input);
    if (result.status == PLAYLIST_CANCELLED) return;
    if (result.status != PLAYLIST_OK)
      return send_text(SoundMessage::kFailed, index, result.message);
    if (!run.heard) return send_text(SoundMessage::kUnheard, index, valid_utf8(run.why));
    send(SoundMessage::kHeard, [&](MessageWriter& message) {
      message.number(index);
      std::string values;
      run.heard->write(values);
      message.text(values);
    });
  }

  const SoundOrder& order_;
  Channel& channel_;
  Heartbeat& heartbeat_;
  std::mutex mutex_;
  std::shared_ptr<const Registry> registry_;
  const Element* source_ = nullptr;
  std::atomic<std::size_t> next_ = 0;
};

}  // namespace

void HeardSound::write(std::string& out) const {
  MessageWriter message(out);
  for (const auto& value : {energy, loudness, tempo}) {
    message.number(std::bit_cast<std::uint64_t>(value.value_or(NAN)));
  }
  for (const auto& value : {key_pitch, mode}) {
    message.number(static_cast<std::uint64_t>(value.value_or(-1)));
  }
  message.text({reinterpret_cast<const char*>(vector.data()), vector.size() * sizeof(float)});
}

HeardSound HeardSound::read(std::string_view bytes) {
  MessageReader message(bytes);
  HeardSound heard;
  for (auto* value : {&heard.energy, &heard.loudness, &heard.tempo}) {
    const auto number = std::bit_cast<double>(message.number());
    if (std::isfinite(number)) *value = number;
  }
  for (auto* value : {&heard.key_pitch, &heard.mode}) {
    const auto number = static_cast<std::int64_t>(message.number());
    if (number >= 0) *value = number;
  }
  const std::string_view numbers = message.text();
  heard.vector.resize(numbers.size() / sizeof(float));
  std::memcpy(heard.vector.data(), numbers.data(), heard.vector.size() * sizeof(float));
  return heard;
}

void listen_to_files(const SoundOrder& order, Channel& channel, Heartbeat& heartbeat) {
  Listeners(order, channel, heartbeat).listen_to_all();
}

}  // namespace engine::import
