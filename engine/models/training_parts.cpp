#include "models/training_parts.hpp"

#include <algorithm>
#include <charconv>
#include <cstdio>
#include <filesystem>
#include <fstream>
#include <sstream>
#include <stdexcept>
#include <thread>
#include <unistd.h>

#include "core/counted.hpp"
#include "core/hash.hpp"
#include "core/json_differences.hpp"
#include "core/json_text.hpp"
#include "core/new_file.hpp"
#include "core/paths.hpp"

namespace engine {
namespace {

namespace fs = std::filesystem;
using Json = nlohmann::ordered_json;

constexpr const char* kMagic = "playlist part 1";
constexpr std::size_t kLongestHeader = 512, kLongestStep = 64;
constexpr std::size_t kNamedParts = 20;
constexpr double kShortestPause = 0.005, kLongestPause = 0.5;

void require_step(const std::string& step) {
  const bool is_name = std::all_of(step.begin(), step.end(), [](char c) {
    return (c >= 'a' && c <= 'z') || (c >= '0' && c <= '9') || c == '-' || c == '_';
  });
  if (step.empty() || step.size() > kLongestStep || !is_name)
    throw std::invalid_argument("\"" + step + "\" is no name of a step");
}

/// Throws std::runtime_error for what is no file: a link, a pipe, a folder.
void require_plain_file(const std::string& path) {
  if (!fs::is_regular_file(fs::symlink_status(path))) throw std::runtime_error("it is no file");
}

void check_length(std::uint64_t length, std::uint64_t wanted) {
  if (length == wanted) return;
  throw std::runtime_error("it has " + std::to_string(length) + " bytes where " +
                           std::to_string(wanted) + " were written");
}

double seconds_since(std::chrono::steady_clock::time_point begin) {
  return std::chrono::duration<double>(std::chrono::steady_clock::now() - begin).count();
}

std::string training_path(const std::string& folder) {
  return (fs::path(folder) / "training.json").string();
}

/// What training.json says, and its text.
Json read_training(const std::string& path, std::string& text) {
  Json training;
  try {
    require_plain_file(path);
    text = read_file(path);
    training = Json::parse(text, nullptr, /*allow_exceptions=*/false);
  } catch (const std::runtime_error&) {
  }
  const Json shards = training.is_object() ? training.value("shards", Json()) : Json();
  if (!training.is_object() || training.value("format", Json()) != 1 ||
      !shards.is_number_unsigned() || shards < 1 || shards > kMostShards) {
    throw Error(
        Exit::kInput, path + " does not say what the parts beside it are of",
        {"", "", "it is no training.json of format 1", "give each training a folder of its own"});
  }
  return training;
}

}  // namespace

struct PartsFunctions {
  /// What fails is told twice: in the host's words, which the training ends with, and in the model's.
  template <class Do>
  static playlist_status with_parts(const playlist_host* host, const char* step,
                                    Do&& action) noexcept {
    try {
      auto& parts = CallContext::owner<TrainingParts>(host, PLAYLIST_SERVICE_PARTS);
      try {
        const std::string name = step != nullptr ? step : "";
        require_step(name);
        return action(parts, name);
      } catch (const Error& error) {
        parts.failure_ = error;
        throw;
      }
    } catch (const std::exception& error) {
      host->fail(host, PLAYLIST_ERROR, error.what());
      return PLAYLIST_ERROR;
    }
  }

  static std::uint32_t count(const playlist_host* host) noexcept {
    std::uint32_t parts = 1;
    with_parts(host, "count", [&](TrainingParts& training, const std::string&) {
      parts = training.count();
      return PLAYLIST_OK;
    });
    return parts;
  }
  static playlist_status next(const playlist_host* host, const char* step, std::uint32_t flags,
                              playlist_part* part) noexcept {
    return with_parts(host, step, [&](TrainingParts& training, const std::string& name) {
      return training.next(name, (flags & PLAYLIST_STEP_IS_LAST) != 0, room_in(part));
    });
  }
  static playlist_status put(const playlist_host* host, const char* step, std::uint32_t part,
                             const void* bytes, std::uint64_t length) noexcept {
    return with_parts(host, step, [&](TrainingParts& training, const std::string& name) {
      training.put(name, part, {static_cast<const char*>(bytes), static_cast<std::size_t>(length)});
      return PLAYLIST_OK;
    });
  }
  static playlist_status read(const playlist_host* host, const char* step, std::uint32_t part,
                              playlist_part* found) noexcept {
    return with_parts(host, step, [&](TrainingParts& training, const std::string& name) {
      return training.read(name, part, room_in(found));
    });
  }
  static void forget(const playlist_host* host, const char* step) noexcept {
    with_parts(host, step, [&](TrainingParts& training, const std::string& name) {
      training.forget(name);
      return PLAYLIST_OK;
    });
  }

  static playlist_part& room_in(playlist_part* part) {
    if (part == nullptr || !PLAYLIST_HAS(part, length))
      throw std::invalid_argument("the size of a part is wrong");
    return *part;
  }

  static constexpr playlist_parts kFunctions{
      sizeof(playlist_parts), 0, count, next, put, read, forget};
};

TrainingParts::TrainingParts(Setup setup) : setup_(std::move(setup)) {}

CallService TrainingParts::service() {
  return {PLAYLIST_SERVICE_PARTS, &PartsFunctions::kFunctions, this};
}

std::uint32_t TrainingParts::count() {
  settle();
  return static_cast<std::uint32_t>(handed_.size());
}

void TrainingParts::settle() {
  if (!training_.empty()) return;
  const SharedTraining& asked = setup_.asked;
  const std::string path = training_path(asked.folder);
  Json wanted = setup_.training;
  wanted["data"] = setup_.data();
  wanted["shards"] = asked.shard.count;
  const bool is_there = fs::exists(fs::symlink_status(path));
  if (!is_there && asked.is_merge) {
    throw Error(Exit::kInput, asked.folder + " holds no training",
                {"", "", "there is no training.json in it",
                 "make its parts first: engine train MODEL --shard I/N --into " + asked.folder});
  }
  if (!is_there) write_file_once(path, json_text(wanted, 2) + "\n");
  std::string text;
  const Json found = read_training(path, text);
  if (asked.is_merge) wanted["shards"] = found["shards"];
  const std::string different =
      json_differences(found, wanted, [](std::string_view name) { return name == "data"; });
  if (!different.empty()) {
    throw Error(Exit::kInput, asked.folder + " holds the parts of another training",
                {path, "", different,
                 "ask for the same again, on machines of one kind, or choose another folder"});
  }
  training_ = content_hash(text);
  handed_.resize(found["shards"].get<std::size_t>());
  is_away_.resize(handed_.size());
  own_ = static_cast<std::uint32_t>(asked.is_merge ? handed_.size() : asked.shard.index - 1);
}

// ---- handing out --------------------------------------------------------------------------------

playlist_status TrainingParts::next(const std::string& step, bool is_last, playlist_part& part) {
  settle();
  if (step_ != step) begin(step);
  const bool is_task = !setup_.asked.is_merge;
  for (;;) {
    if (setup_.is_cancelled()) return PLAYLIST_CANCELLED;
    if (is_task && !handed_[own_]) {
      if (load(step_, own_))
        hand_out(own_, PLAYLIST_PART_IS_MADE, part);
      else
        make(own_, part);
      return PLAYLIST_OK;
    }
    if (is_task && is_last)
      count_as_taken();
    else if (take_one(part))
      return PLAYLIST_OK;
    if (missing().empty()) {
      step_.clear();
      is_done_ = is_task && is_last;
      return is_done_ ? PLAYLIST_CANCELLED : PLAYLIST_NO_DATA;
    }
    if (!is_task) refuse_to_merge();
    if (const auto missing = one_to_make()) {
      make(*missing, part);
      return PLAYLIST_OK;
    }
    if (seconds_since(waiting_since_) < patience())
      pause();
    else
      stop_waiting();
  }
}

void TrainingParts::begin(const std::string& step) {
  step_ = step;
  ++work_.steps;
  std::fill(handed_.begin(), handed_.end(), false);
  there_.clear();
  making_.reset();
  longest_seconds_ = 0;
}

/// One that another shard has made. The folder is looked through once for all that are there by now.
bool TrainingParts::take_one(playlist_part& to) {
  for (bool is_fresh = false;; is_fresh = true) {
    while (const auto part = one_there()) {
      there_.erase(*part);
      const bool is_good = load(step_, *part);
      // Who has made a damaged one will not do so again.
      is_away_[*part] = !is_good || by_ != *part;
      if (!is_good) continue;
      hand_out(*part, PLAYLIST_PART_IS_MADE, to);
      return true;
    }
    if (is_fresh) return false;
    there_ = parts_there();
  }
}

/// Others' parts of the last step, which only a merge reads.
void TrainingParts::count_as_taken() {
  for (const std::uint32_t part : parts_there()) {
    if (handed_[part]) continue;
    const std::string path = path_of(step_, part);
    const bool is_good = look_at(step_, part, [&] {
      std::ifstream file(path, std::ios::binary);
      std::string line;
      std::getline(file, line);
      const std::uint64_t length = read_header(step_, part, line + "\n");
      check_length(fs::file_size(path) - line.size() - 1, length);
    });
    is_away_[part] = !is_good || by_ != part;
    if (!is_good) continue;
    handed_[part] = true;
    longest_seconds_ = std::max(longest_seconds_, seconds_);
    waiting_since_ = Clock::now();
  }
}

std::optional<std::uint32_t> TrainingParts::one_there() const {
  for (const std::uint32_t part : there_)
    if (!handed_[part]) return part;
  return std::nullopt;
}

/// Of the parts of those who stay away; half of those who are there begin at the other end, so that few make the
/// same one.
std::optional<std::uint32_t> TrainingParts::one_to_make() const {
  const auto count = static_cast<std::uint32_t>(handed_.size());
  for (std::uint32_t k = 1; k < count; ++k) {
    const std::uint32_t part = (own_ + (own_ % 2 == 0 ? k : count - k)) % count;
    if (!handed_[part] && is_away_[part]) return part;
  }
  return std::nullopt;
}

void TrainingParts::make(std::uint32_t part, playlist_part& to) {
  file_.clear();
  bytes_ = {};
  hand_out(part, PLAYLIST_PART_TO_MAKE, to);
  making_ = part;
  begun_ = Clock::now();
}

void TrainingParts::hand_out(std::uint32_t part, std::uint32_t state, playlist_part& to) {
  handed_[part] = true;
  if (state == PLAYLIST_PART_IS_MADE) longest_seconds_ = std::max(longest_seconds_, seconds_);
  waiting_since_ = Clock::now();
  pause_seconds_ = kShortestPause;
  to.state = state;
  to.part = part;
  to.bytes = bytes_.data();
  to.length = bytes_.size();
}

void TrainingParts::put(const std::string& step, std::uint32_t part, std::string_view bytes) {
  if (step != step_ || making_ != part)
    throw std::invalid_argument("a part was put that was not to be made");
  making_.reset();
  const double seconds = seconds_since(begun_);
  longest_seconds_ = std::max(longest_seconds_, seconds);
  std::ostringstream header;
  header << kMagic << ' ' << training_ << ' ' << step << ' ' << part + 1 << ' ' << handed_.size()
         << ' ' << own_ + 1 << ' ' << static_cast<std::int64_t>(seconds * 1000) << ' '
         << bytes.size() << ' ' << content_hash(bytes) << '\n';
  std::string file = header.str();
  file.append(bytes);
  write_file_atomically(path_of(step, part), file);
  damaged_.erase(path_of(step, part));
  ++work_.made;
  work_.for_others += part == own_ ? 0 : 1;
  waiting_since_ = Clock::now();
}

double TrainingParts::patience() const {
  return std::max(setup_.asked.patience_seconds, 2 * longest_seconds_);
}

void TrainingParts::stop_waiting() {
  const std::vector<std::uint32_t> away = missing();
  for (const std::uint32_t part : away) is_away_[part] = true;
  char waited[32];
  std::snprintf(waited, sizeof waited, "%.0f s", seconds_since(waiting_since_));
  setup_.note("waited " + std::string(waited) + " in step " + step_ + " for " + numbers_of(away) +
              " of " + std::to_string(handed_.size()) +
              "; what they do not make is made here from now on");
}

void TrainingParts::pause() {
  std::this_thread::sleep_for(std::chrono::duration<double>(pause_seconds_));
  pause_seconds_ = std::min(kLongestPause, 1.5 * pause_seconds_);
}

void TrainingParts::refuse_to_merge() const {
  const std::vector<std::uint32_t> parts = missing();
  const auto damaged = std::find_if(parts.begin(), parts.end(), [&](std::uint32_t part) {
    return damaged_.contains(path_of(step_, part));
  });
  const std::string why = damaged == parts.end() ? "their files are not there"
                                                 : path_of(step_, *damaged) + ": " +
                                                       damaged_.at(path_of(step_, *damaged));
  throw Error(Exit::kInput,
              "step " + step_ + " is not whole: " + numbers_of(parts) + " of " +
                  std::to_string(handed_.size()) + (parts.size() == 1 ? " is" : " are") +
                  " missing",
              {setup_.asked.folder, "", why,
               "run one of the tasks again, which makes what is missing" +
                   std::string(damaged == parts.end() ? "" : " once that file is removed") +
                   ": engine train " + setup_.training.value("model", "") + " --shard I/" +
                   std::to_string(handed_.size()) + " --into " + setup_.asked.folder});
}

std::vector<std::uint32_t> TrainingParts::missing() const {
  std::vector<std::uint32_t> parts;
  for (std::uint32_t part = 0; part < handed_.size(); ++part)
    if (!handed_[part]) parts.push_back(part);
  return parts;
}

/// "shard 3", "shards 3, 5".
std::string TrainingParts::numbers_of(const std::vector<std::uint32_t>& parts) const {
  std::string text = parts.size() == 1 ? "shard " : "shards ";
  for (std::size_t k = 0; k < std::min(parts.size(), kNamedParts); ++k)
    text += (k == 0 ? "" : ", ") + std::to_string(parts[k] + 1);
  return parts.size() > kNamedParts ? text + ", ..." : text;
}

// ---- files --------------------------------------------------------------------------------------

playlist_status TrainingParts::read(const std::string& step, std::uint32_t part,
                                    playlist_part& found) {
  settle();
  if (part >= handed_.size()) throw std::invalid_argument("there is no such part");
  if (setup_.is_cancelled()) return PLAYLIST_CANCELLED;
  if (!load(step, part)) return PLAYLIST_NO_DATA;
  found.state = PLAYLIST_PART_IS_MADE;
  found.part = part;
  found.bytes = bytes_.data();
  found.length = bytes_.size();
  return PLAYLIST_OK;
}

void TrainingParts::forget(const std::string& step) {
  if (setup_.asked.is_merge) return;
  for (std::uint32_t part = 0; part < handed_.size(); ++part)
    static_cast<void>(::unlink(path_of(step, part).c_str()));
}

std::string TrainingParts::path_of(const std::string& step, std::uint32_t part) const {
  return (fs::path(setup_.asked.folder) /
          (step + "." + std::to_string(part + 1) + "-of-" + std::to_string(handed_.size())))
      .string();
}

/// By listing the folder, as a network's file system may keep in mind for a while that a file was not there.
std::set<std::uint32_t> TrainingParts::parts_there() const {
  std::set<std::uint32_t> parts;
  std::error_code error;
  const std::string begin = step_ + ".", end = "-of-" + std::to_string(handed_.size());
  for (fs::directory_iterator entry(setup_.asked.folder, error), last; !error && entry != last;
       entry.increment(error)) {
    const std::string name = entry->path().filename().string();
    if (!name.starts_with(begin) || !name.ends_with(end)) continue;
    std::uint32_t number = 0;
    const char* const number_end = name.data() + name.size() - end.size();
    const auto [rest, problem] = std::from_chars(name.data() + begin.size(), number_end, number);
    if (problem == std::errc() && rest == number_end && number >= 1 && number <= handed_.size())
      parts.insert(number - 1);
  }
  if (error) {
    throw Error(Exit::kInput, "cannot read " + setup_.asked.folder,
                {"", "", error.message(), "the folder of the parts has to stay where it is"});
  }
  return parts;
}

bool TrainingParts::load(const std::string& step, std::uint32_t part) {
  return look_at(step, part, [&] {
    file_ = read_file(path_of(step, part));
    unpack(step, part);
  });
}

/// False where it is not there, or damaged, as `look` says by a std::runtime_error; that is told once.
bool TrainingParts::look_at(const std::string& step, std::uint32_t part,
                            const std::function<void()>& look) {
  const std::string path = path_of(step, part);
  std::error_code error;
  if (!fs::exists(fs::symlink_status(path, error))) return false;
  try {
    require_plain_file(path);
    look();
    return true;
  } catch (const std::runtime_error& damage) {
    // It may have been removed since: another task has forgotten the step.
    if (!fs::exists(fs::symlink_status(path, error))) return false;
    if (damaged_.emplace(path, damage.what()).second && !setup_.asked.is_merge)
      setup_.note(path + " is not used and made anew: " + damage.what());
    return false;
  }
}

/// Throws std::runtime_error where the file that was read is not this part of this training.
void TrainingParts::unpack(const std::string& step, std::uint32_t part) {
  const std::uint64_t length = read_header(step, part, file_);
  bytes_ = std::string_view(file_).substr(file_.find('\n') + 1);
  check_length(bytes_.size(), length);
  if (content_hash(bytes_) != hash_) throw std::runtime_error("it is not what was written");
}

/// The length that its bytes have to have. Throws std::runtime_error likewise.
std::uint64_t TrainingParts::read_header(const std::string& step, std::uint32_t part,
                                         std::string_view beginning) {
  const std::size_t end = beginning.substr(0, kLongestHeader).find('\n');
  const std::string_view magic = kMagic;
  if (end == std::string::npos || !beginning.starts_with(magic))
    throw std::runtime_error("it is no part of a training");
  std::istringstream header(std::string(beginning.substr(magic.size(), end - magic.size())));
  std::string training, of_step;
  std::size_t number = 0, count = 0;
  std::uint64_t length = 0;
  std::int64_t milliseconds = 0;
  header >> training >> of_step >> number >> count >> by_ >> milliseconds >> length >> hash_;
  if (!header || training != training_ || of_step != step || number != part + 1u ||
      count != handed_.size())
    throw std::runtime_error("it is another part, or of another training");
  seconds_ = static_cast<double>(milliseconds) / 1000;
  --by_;  // from 0, as parts are
  return length;
}

}  // namespace engine
