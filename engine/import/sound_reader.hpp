// The listening half of `engine import --files --audio` and `--encoder`, run in a worker: hands files to
// the source that listens, several at once, and sends what it made of them.
#pragma once

#include <cstdint>
#include <functional>
#include <memory>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "plugin/arguments.hpp"
#include "plugin/registry.hpp"
#include "worker/worker.hpp"

namespace engine::import {

/// What the worker tells the supervisor; an index is a file's place in SoundOrder::paths.
enum class SoundMessage : std::uint32_t {
  kProblem = 1,  // path, message: a plugin that did not load
  kMissing = 2,  // why: no plugin offers the source, or it cannot start
  kStart = 3,    // index: listening to it begins
  kHeard = 4,    // index, HeardSound
  kUnheard = 5,  // index, reason: nothing can be heard in it
  kFailed = 6,   // index, message: it could not be listened to now
  kDone = 7,     // all were listened to
};

/// What the sound of a file tells: features, or a vector.
struct HeardSound {
  std::optional<double> energy, loudness, tempo;
  std::optional<std::int64_t> key_pitch, mode;
  std::vector<float> vector;

  void write(std::string& out) const;
  static HeardSound read(std::string_view bytes);
};

struct SoundOrder {
  std::string source;  // "source.audio_features"
  Arguments arguments = {};
  std::vector<std::string> paths;
  unsigned threads = 1;
  std::int64_t now = 0;
  std::function<std::shared_ptr<const Registry>()> load_plugins;
  std::function<const char*(std::string_view)> setting;  // host->setting() of source elements
};

/// Listens to all; returns when done or interrupted. Files begin in their order.
void listen_to_files(const SoundOrder& order, Channel& channel, Heartbeat& heartbeat);

}  // namespace engine::import
