// playlist.parts/1: the parts of a training that several tasks share, as files in a folder that all of them see.
//
//   FOLDER/training.json     what is trained, written by whoever comes first; who wants another one is refused
//   FOLDER/STEP.I-of-N       a part, renamed into place: a line of text, then its bytes
//                            "playlist part 1 TRAINING STEP I N BY MILLISECONDS LENGTH HASH"
//                            TRAINING: the hash of training.json; BY: the shard that made it, in MILLISECONDS
//
// Waiting   A task makes the part of its own and takes those of the others as they come. Once nothing has come for
//           the patience that was asked for, or for twice as long as the longest part of the step took to make, what
//           is missing is made here. A shard that did not make its own part is not waited for in the next step.
// Damaged   What is not as it was written is told and made anew. Of the last step a task, which has no use for them,
//           looks at the others' parts' first lines and lengths only.
#pragma once

#include "playlist/parts.h"

#include <chrono>
#include <cstdint>
#include <functional>
#include <map>
#include <optional>
#include <set>
#include <string>
#include <string_view>
#include <vector>

#include <nlohmann/json.hpp>

#include "core/error.hpp"
#include "models/shared_training.hpp"
#include "plugin/call.hpp"

namespace engine {

/// As one training has it, on the thread that trains. Must not move while a plugin knows its service.
class TrainingParts {
 public:
  struct Setup {
    SharedTraining asked;
    nlohmann::ordered_json training;     // what all tasks must agree on, but for the data
    std::function<std::string()> data;   // the hash of what was read; asked for at the first step
    std::function<bool()> is_cancelled;  // a sign of life as well
    std::function<void(const std::string&)> note;
  };

  explicit TrainingParts(Setup setup);
  TrainingParts(const TrainingParts&) = delete;
  TrainingParts& operator=(const TrainingParts&) = delete;

  [[nodiscard]] CallService service();
  /// All parts of the last step are there: a task has no more to do, and its training was ended.
  [[nodiscard]] bool is_done() const { return is_done_; }
  /// The model has asked for a step.
  [[nodiscard]] bool is_used() const { return !training_.empty(); }
  [[nodiscard]] const SharedWork& work() const { return work_; }
  [[nodiscard]] std::size_t shards() const { return handed_.size(); }
  /// Why a function of the service has failed, where it has.
  [[nodiscard]] const std::optional<Error>& failure() const { return failure_; }

 private:
  friend struct PartsFunctions;
  using Clock = std::chrono::steady_clock;

  std::uint32_t count();
  playlist_status next(const std::string& step, bool is_last, playlist_part& part);
  void put(const std::string& step, std::uint32_t part, std::string_view bytes);
  playlist_status read(const std::string& step, std::uint32_t part, playlist_part& found);
  void forget(const std::string& step);

  void settle();
  void begin(const std::string& step);
  bool take_one(playlist_part& to);
  void count_as_taken();
  [[nodiscard]] std::optional<std::uint32_t> one_there() const;
  [[nodiscard]] std::optional<std::uint32_t> one_to_make() const;
  void make(std::uint32_t part, playlist_part& to);
  void hand_out(std::uint32_t part, std::uint32_t state, playlist_part& to);
  [[noreturn]] void refuse_to_merge() const;
  void stop_waiting();
  void pause();
  [[nodiscard]] double patience() const;

  bool load(const std::string& step, std::uint32_t part);
  bool look_at(const std::string& step, std::uint32_t part, const std::function<void()>& look);
  void unpack(const std::string& step, std::uint32_t part);
  std::uint64_t read_header(const std::string& step, std::uint32_t part,
                            std::string_view beginning);
  [[nodiscard]] std::set<std::uint32_t> parts_there() const;
  [[nodiscard]] std::string path_of(const std::string& step, std::uint32_t part) const;
  [[nodiscard]] std::string numbers_of(const std::vector<std::uint32_t>& parts) const;
  [[nodiscard]] std::vector<std::uint32_t> missing() const;

  Setup setup_;
  SharedWork work_;
  std::optional<Error> failure_;
  bool is_done_ = false;
  std::string training_;   // the hash of training.json, once it is settled
  std::uint32_t own_ = 0;  // the part of this shard; of a merge one that there is not

  std::string step_;               // that is handed out; "": none
  std::vector<bool> handed_;       // of its parts
  std::set<std::uint32_t> there_;  // of its parts, when the folder was looked at
  std::vector<bool> is_away_;      // shards that did not make their own part of the last step
  std::map<std::string, std::string> damaged_;  // path -> what is wrong with it
  std::optional<std::uint32_t> making_;         // was handed out to be made at `begun_`
  Clock::time_point begun_, waiting_since_;
  double pause_seconds_ = 0;    // until the folder is looked at again
  double longest_seconds_ = 0;  // that a part of this step took to make

  /// The part that was read last.
  std::string file_;
  std::string_view bytes_;
  std::size_t by_ = 0;
  double seconds_ = 0;
  std::string hash_;
};

}  // namespace engine
