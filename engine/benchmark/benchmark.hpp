// `engine benchmark`: trains models on a public split and judges their recall, through the elements
// that recipes use.
//
// Nothing is chosen by the test part. A tenth of every user's train items, one at least, is held
// out where they have two or more. A model's settings are trained on the rest and judged by what
// they find of it, in rounds of fewer settings and more users (successive_halving.hpp); the weights
// of the blend are judged by all of it. Then each model is trained on all of train with the setting
// that won, and the test part is looked at once. The same request gives the same result on
// however many workers, unless `search_seconds` cut the comparing short, which is told.
#pragma once

#include <cstdint>
#include <functional>
#include <memory>
#include <string>
#include <vector>

#include "benchmark/protocol.hpp"
#include "benchmark/split.hpp"
#include "plugin/arguments.hpp"
#include "plugin/registry.hpp"

namespace engine::benchmark {

struct Request {
  std::string protocol;  // protocol_of()
  /// The sum of these is what validation looks for; of the protocol's cuts. Empty: as the protocol
  /// says.
  std::vector<std::string> chosen_by;
  std::uint64_t random_seed = 1;  // of the settings that are drawn
  double search_seconds = 0;      // of a model, until comparing settings is cut short; 0: never
  /// Models learn from so many of the users (sampled_users.hpp), > 0 .. 1, in validation too; the
  /// others are folded in, as everybody is who comes later.
  double train_share = 1;
  /// Users whom a model of this train_share learns from are not judged by the test part, 0 .. < 1.
  double judge_outside = 0;
  std::vector<std::string> models;  // of contestant_names(), and "blend", of those before it
  std::size_t jobs = 1;             // workers that recommend at once, >= 1
  bool is_in_process = false;
  std::function<std::shared_ptr<const Registry>()> load_plugins;  // called in each worker
  std::function<const char*(std::string_view)> setting;           // host->setting()
  std::function<void(const std::string&)> note;                   // what goes on
  std::function<void(const std::string&)> detail;                 // each setting's figures
};

struct ModelResult {
  std::string name;
  Metrics metrics;            // means over all users with test items
  double seconds = 0;         // the last training and recommending to all users; without choosing
  double choosing = 0;        // seconds of validation
  std::size_t compared = 0;   // settings; 0 of a blend, and where nothing can be compared
  bool is_cut_short = false;  // by search_seconds
  std::string parameters;     // JSON: what was chosen, of model and recall; the blend's weights
};

struct Result {
  Protocol protocol;
  std::size_t users = 0, items = 0, train = 0, test = 0;
  std::size_t taught = 0,
              judged = 0;           // users that the models learned from, that they are judged by
  std::vector<ModelResult> models;  // in the order asked for
};

/// Throws Error: kUsage for an unknown model or metric and a blend of fewer than two, kPlugin and
/// kLimits for a worker that failed, kInterrupted.
Result run_benchmark(const Split& split, const Request& request);

}  // namespace engine::benchmark
