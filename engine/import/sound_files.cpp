#include "import/sound_files.hpp"

#include <algorithm>
#include <chrono>
#include <map>
#include <optional>
#include <set>
#include <string_view>
#include <thread>

#include "core/duration.hpp"
#include "core/error.hpp"
#include "core/shown_text.hpp"
#include "import/messages.hpp"
#include "import/preparation.hpp"
#include "import/sound_reader.hpp"
#include "import/track_files.hpp"

namespace engine::import {
namespace {

using SoundClock = std::chrono::steady_clock;
constexpr auto kTellSoundEvery = std::chrono::milliseconds(100);
constexpr std::size_t kMostUnheard = 20;

struct SoundFile {
  std::string path;
  std::int64_t track = 0;
  FileStamp stamp;
};

class SoundImport {
 public:
  SoundImport(const ImportOptions& options, const MusicFolder& folder, Store& store,
              SoundKeeper& keeper, Listened& listened, ImportResult& result)
      : options_(options),
        store_(store),
        keeper_(keeper),
        listened_(listened),
        result_(result),
        track_files_(store) {
    find_files(folder);
  }

  bool run() {
    if (options_.is_dry_run) {
      listened_.heard = static_cast<std::int64_t>(next_files().size());
      return false;
    }
    for (std::vector<SoundFile> files = next_files(); !files.empty(); files = next_files()) {
      for (const SoundFile& file : files) tried_.insert(file.path);
      bytes_done_ = bytes_total_ = 0;
      for (const SoundFile& file : files) bytes_total_ += file.stamp.first;
      started_ = SoundClock::now();
      if (listen(std::move(files), threads())) return true;
    }
    return false;
  }

 private:
  unsigned threads() const {
    return options_.is_in_process ? 1 : std::max(1u, std::thread::hardware_concurrency());
  }

  /// Those of every track that lie in the folder now, in the order of their paths' bytes.
  void find_files(const MusicFolder& folder) {
    std::set<std::string_view> in_folder;
    for (const InputFile& file : folder.files) in_folder.insert(file.path);
    const std::map<std::int64_t, FileStamp> heard = keeper_.known();
    std::set<std::int64_t> here, current;
    for (const auto& [path, file] : track_files_.all()) {
      if (file.track_id == 0) continue;
      const FileStamp stamp(file.bytes, file.modified_ns);
      const auto known = heard.find(file.track_id);
      if (known != heard.end() && known->second == stamp) current.insert(file.track_id);
      if (!in_folder.contains(path)) continue;
      here.insert(file.track_id);
      if (file.unheard.empty()) {
        waiting_[file.track_id].push_back({path, file.track_id, stamp});
      } else {
        tell_unheard(path, file.unheard);
      }
    }
    for (const std::int64_t track : current) {
      waiting_.erase(track);
      if (here.contains(track)) ++listened_.known;
    }
  }

  /// One of each track that still needs one.
  [[nodiscard]] std::vector<SoundFile> next_files() const {
    std::vector<SoundFile> files;
    for (const auto& [track, candidates] : waiting_) {
      const auto next = std::find_if(candidates.begin(), candidates.end(),
                                     [&](const auto& file) { return !tried_.contains(file.path); });
      if (next != candidates.end()) files.push_back(*next);
    }
    std::sort(files.begin(), files.end(),
              [](const SoundFile& a, const SoundFile& b) { return a.path < b.path; });
    return files;
  }

  /// Runs workers until all are listened to. One that dies costs the file it listened to; where
  /// it listened to several, they are listened to again, one after the other. True when the user
  /// interrupted.
  bool listen(std::vector<SoundFile> files, unsigned threads) {
    while (!files.empty()) {
      SoundOrder order;
      for (const SoundFile& file : files) order.paths.push_back(file.path);
      order.threads = std::min<unsigned>(threads, static_cast<unsigned>(files.size()));
      order.source = keeper_.source;
      order.arguments = keeper_.arguments;
      order.now = options_.now;
      order.load_plugins = loading_in_worker(options_);
      order.setting = options_.setting;
      Work work{files, std::vector<State>(files.size(), State::kWaiting)};
      const WorkerEnd end = run_worker(order, work);
      if (end.is_interrupted) return true;
      if (work.is_done) return false;
      const std::string why =
          end.message.empty() ? "the listening process ended early" : end.message;
      std::vector<SoundFile> begun, left;
      for (std::size_t k = 0; k < files.size(); ++k) {
        if (work.states[k] == State::kBegun) begun.push_back(files[k]);
        if (work.states[k] == State::kWaiting) left.push_back(files[k]);
      }
      if (begun.empty() && left.size() == files.size()) {
        throw Error(end.is_limit ? Exit::kLimits : Exit::kPlugin,
                    "no music file could be listened to",
                    {.where = {}, .source = {}, .why = why, .fix = limit_fix(end)});
      }
      if (begun.size() == 1) {
        take_failure(begun.front(), why);
      } else if (listen(std::move(begun), 1)) {
        return true;
      }
      files = std::move(left);
    }
    return false;
  }

  enum class State : std::uint8_t { kWaiting, kBegun, kEnded };
  struct Work {
    const std::vector<SoundFile>& files;
    std::vector<State> states;
    bool is_done = false;
  };

  WorkerEnd run_worker(const SoundOrder& order, Work& work) {
    const auto job = [&order](Channel& channel, Heartbeat& heartbeat) {
      listen_to_files(order, channel, heartbeat);
      return 0;
    };
    const auto supervise = [&](Channel& channel) {
      std::uint32_t kind = 0;
      std::string bytes;
      while (channel.receive(kind, bytes)) take(static_cast<SoundMessage>(kind), bytes, work);
    };
    return options_.is_in_process ? run_in_process(job, supervise)
                                  : run_in_worker(options_.limits, job, supervise);
  }

  void take(SoundMessage kind, std::string_view bytes, Work& work) {
    MessageReader message(bytes);
    switch (kind) {
      case SoundMessage::kProblem: {
        const std::string path(message.text());
        const std::pair problem(path, std::string(message.text()));
        const auto& known = result_.problems;
        if (std::find(known.begin(), known.end(), problem) == known.end()) {
          result_.problems.push_back(problem);
        }
        return;
      }
      case SoundMessage::kMissing:
        return throw_missing(std::string(message.text()));
      case SoundMessage::kDone:
        work.is_done = true;
        return;
      default:
        break;
    }
    const std::uint64_t index = message.number();
    if (index >= work.files.size()) {
      throw Error(Exit::kPlugin, "the listening process spoke of a file that it was not given", {});
    }
    const SoundFile& file = work.files[static_cast<std::size_t>(index)];
    State& state = work.states[static_cast<std::size_t>(index)];
    if (state == State::kEnded) return;
    state = kind == SoundMessage::kStart ? State::kBegun : State::kEnded;
    if (kind == SoundMessage::kHeard) {
      keep(file, HeardSound::read(message.text()));
    } else if (kind == SoundMessage::kUnheard) {
      const std::string why(message.text());
      Transaction transaction(store_);
      track_files_.put_unheard(file.path, why);
      transaction.commit();
      tell_unheard(file.path, why);
    } else if (kind == SoundMessage::kFailed) {
      take_failure(file, std::string(message.text()));
    }
    if (state == State::kEnded) bytes_done_ += file.stamp.first;
    tell_progress(file);
  }

  /// At once, as the next may take minutes.
  void keep(const SoundFile& file, const HeardSound& heard) {
    Transaction transaction(store_);
    if (const std::string why = keeper_.put(file.track, file.stamp, heard); !why.empty())
      return take_failure(file, why);
    store_.bump_data_version();
    transaction.commit();
    ++listened_.heard;
    waiting_.erase(file.track);
  }

  /// Nothing is kept of it, so that it is tried again the next time.
  void take_failure(const SoundFile& file, const std::string& why) {
    result_.refused.emplace_back(valid_utf8(file.path), "not listened to: " + why);
  }

  void tell_unheard(const std::string& path, const std::string& why) {
    ++listened_.unheard;
    if (listened_.examples.size() < kMostUnheard) {
      listened_.examples.push_back(valid_utf8(path) + ": " + why);
    }
  }

  [[noreturn]] void throw_missing(const std::string& missing) const {
    std::string why;
    for (const auto& [path, problem] : result_.problems) why += path + ": " + problem + "; ";
    throw Error(Exit::kPlugin, keeper_.missing,
                {.where = {}, .source = {}, .why = why + missing, .fix = keeper_.fix});
  }

  void tell_progress(const SoundFile& file) {
    const auto now = SoundClock::now();
    if (!options_.on_progress || now - told_ < kTellSoundEvery) return;
    told_ = now;
    Progress progress;
    progress.path = file.path;
    progress.rows = listened_.heard;
    const double seconds = seconds_since(started_);
    progress.fraction = bytes_total_ == 0
                            ? 1
                            : static_cast<double>(bytes_done_) / static_cast<double>(bytes_total_);
    if (seconds > 0) progress.rows_per_second = static_cast<double>(listened_.heard) / seconds;
    if (progress.fraction > 0.005) {
      progress.seconds_left = seconds / progress.fraction * (1 - progress.fraction);
    }
    options_.on_progress(progress);
  }

  const ImportOptions& options_;
  Store& store_;
  SoundKeeper& keeper_;
  Listened& listened_;
  ImportResult& result_;
  TrackFiles track_files_;
  std::map<std::int64_t, std::vector<SoundFile>> waiting_;  // by track
  std::set<std::string> tried_;
  std::uint64_t bytes_done_ = 0, bytes_total_ = 0;
  SoundClock::time_point started_, told_;
};

}  // namespace

bool listen_to_music(const ImportOptions& options, const MusicFolder& folder, Store& store,
                     SoundKeeper& keeper, Listened& listened, ImportResult& result) {
  return SoundImport(options, folder, store, keeper, listened, result).run();
}

}  // namespace engine::import
