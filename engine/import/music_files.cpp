#include "import/music_files.hpp"

#include <algorithm>
#include <chrono>
#include <string_view>
#include <unordered_set>

#include "core/duration.hpp"
#include "core/error.hpp"
#include "core/shown_text.hpp"
#include "import/encoders.hpp"
#include "import/music_folder.hpp"
#include "import/music_places.hpp"
#include "import/music_writer.hpp"
#include "import/preparation.hpp"
#include "import/reader.hpp"
#include "import/same_tracks.hpp"
#include "import/sound_files.hpp"
#include "import/track_files.hpp"
#include "store/lyrics.hpp"

namespace engine::import {
namespace {

using Clock = std::chrono::steady_clock;
constexpr auto kTellEvery = std::chrono::milliseconds(100);

/// Tells the caller how far it is, ten times a second.
class MusicProgress {
 public:
  MusicProgress(const ImportOptions& options, const std::vector<InputFile>& files)
      : options_(options), files_(files) {}

  void at(std::size_t input) {
    if (!options_.on_progress || input >= files_.size()) return;
    const auto now = Clock::now();
    if (now - told_ < kTellEvery) return;
    told_ = now;
    Progress progress;
    progress.path = files_[input].path;
    progress.rows = static_cast<std::int64_t>(input);
    const double seconds = seconds_since(started_);
    progress.fraction = static_cast<double>(input) / static_cast<double>(files_.size());
    if (seconds > 0) progress.rows_per_second = static_cast<double>(input) / seconds;
    if (progress.fraction > 0.01) {
      progress.seconds_left = seconds / progress.fraction * (1 - progress.fraction);
    }
    options_.on_progress(progress);
  }

 private:
  const ImportOptions& options_;
  const std::vector<InputFile>& files_;
  const Clock::time_point started_ = Clock::now();
  Clock::time_point told_;
};

class MusicImport {
 public:
  MusicImport(const ImportOptions& options, const MusicFolder& folder, Store& store)
      : options_(options), folder_(folder), store_(store), track_files_(store), lyrics_(store) {
    for (std::size_t argument = 0; argument < folder.arguments.size(); ++argument) {
      FileResult& result = result_.files.emplace_back();
      result.path = options.paths[argument];
      result.format = "music_file";
      result.argument = argument;
    }
    for (const MusicFolder::Unreadable& it : folder.unreadable) {
      result_.refused.emplace_back(valid_utf8(it.path), it.why);
    }
  }

  ImportResult run() {
    choose_changed();
    forget_missing();
    result_.is_interrupted = !order_.files.empty() && read();
    settle_tracks(store_);
    if (result_.is_interrupted) return std::move(result_);
    result_.find_fruitless(options_.paths);
    if (options_.listens) measure();
    if (!options_.encoder.empty() && !result_.is_interrupted) encode();
    return std::move(result_);
  }

 private:
  void choose_changed() {
    known_ = track_files_.all();
    for (const InputFile& file : folder_.files) {
      FileResult& result = result_.files[file.argument];
      const auto known = known_.find(file.path);
      if (!there_.insert(file.path).second) {  // below another argument too
        ++result.rows;
        ++result.buckets["duplicate"];
      } else if (known == known_.end() || !known->second.is_same(file)) {
        order_.files.push_back(file);
      } else if (known->second.track_id == 0) {
        tell_file(result, file.path, known->second.bucket, known->second.reason);
      } else {
        ++result.rows;
        ++result.buckets["unchanged"];
      }
    }
  }

  /// What lies below a folder that cannot be read now may be there still.
  [[nodiscard]] bool may_be_there(std::string_view path) const {
    return std::any_of(folder_.unreadable.begin(), folder_.unreadable.end(),
                       [&](const auto& it) { return is_at_or_below(path, it.path); });
  }

  void forget_missing() {
    Transaction transaction(store_);
    bool has_forgotten_lyrics = false;
    for (std::size_t argument = 0; argument < folder_.arguments.size(); ++argument) {
      const std::string& folder = folder_.arguments[argument];
      for (auto known = known_.lower_bound(folder);
           known != known_.end() && known->first.starts_with(folder);) {
        const std::string& path = known->first;
        if (!is_at_or_below(path, folder) || there_.contains(path) || may_be_there(path)) {
          ++known;
          continue;
        }
        track_files_.forget(path);
        has_forgotten_lyrics |= lyrics_.forget_file(path);
        add_ended(result_.files[argument].ended, "files", valid_utf8(path));
        known = known_.erase(known);
      }
    }
    if (has_forgotten_lyrics) store_.bump_data_version();
    transaction.commit();
  }

  void measure() {
    SoundResult& sound = result_.sound.emplace();
    result_.is_interrupted =
        listen_to_music(options_, folder_, store_, *features_keeper(store_), sound, result_);
    sound.agreement = library::sound_agreement(store_);
  }

  void encode() {
    EncodedResult& encoded = result_.encoded.emplace();
    encoded.space = options_.space;
    encoded.are_new = use_encoder(store_, options_.space, options_.encoder);
    result_.is_interrupted = listen_to_music(
        options_, folder_, store_, *encoder_keeper(store_, options_.space), encoded, result_);
  }

  /// Runs workers until all files are read: one that dies costs the file it was reading. True when
  /// the user interrupted.
  bool read() {
    order_.are_music_files = true;
    order_.source = "music_file";
    order_.now = options_.now;
    order_.load_plugins = loading_in_worker(options_);
    order_.setting = options_.setting;
    MusicWriter writer(store_, order_.files, result_, options_.now);
    MusicProgress progress(options_, order_.files);
    const auto job = [this](Channel& channel, Heartbeat& heartbeat) {
      read_files(order_, channel, heartbeat);
      return 0;
    };
    const auto supervise = [&](Channel& channel) {
      std::uint32_t kind = 0;
      std::string bytes;
      while (channel.receive(kind, bytes)) {
        writer.take(static_cast<Message>(kind), bytes);
        progress.at(writer.input());
      }
    };
    while (order_.first < order_.files.size()) {
      writer.expect_reader();
      const WorkerEnd end = options_.is_in_process ? run_in_process(job, supervise)
                                                   : run_in_worker(options_.limits, job, supervise);
      writer.commit();
      if (end.is_interrupted) return true;
      if (writer.is_done()) return false;
      const std::string why = end.message.empty() ? "the reading process ended early" : end.message;
      if (!writer.has_begun()) {
        throw Error(end.is_limit ? Exit::kLimits : Exit::kPlugin, "no music file could be read",
                    {.where = {}, .source = {}, .why = why, .fix = limit_fix(end)});
      }
      writer.fail_current(why);
      order_.first = writer.input() + 1;
    }
    return false;
  }

  const ImportOptions& options_;
  const MusicFolder& folder_;
  Store& store_;
  TrackFiles track_files_;
  TrackLyrics lyrics_;
  std::map<std::string, TrackFile, std::less<>> known_;
  std::unordered_set<std::string> there_;
  ReadOrder order_;
  ImportResult result_;
};

std::vector<MusicPlace> places_of(const MusicFolder& folder, const ImportOptions& options) {
  std::vector<MusicPlace> places;
  for (const std::string& path : folder.arguments)
    places.push_back({path, options.listens, options.encoder.empty() ? "" : options.space});
  return places;
}

}  // namespace

ImportResult import_music(const ImportOptions& options) {
  const auto started = Clock::now();
  const MusicFolder folder = list_music_files(options.paths);
  Store store = open_store(options);
  ImportResult result = MusicImport(options, folder, store).run();
  if (!options.is_dry_run) note_music_places(store, places_of(folder, options));
  store.checkpoint();
  result.are_music_files = true;
  result.is_dry_run = options.is_dry_run;
  result.seconds = seconds_since(started);
  return result;
}

}  // namespace engine::import
