#include "batch/work.hpp"

#include <algorithm>
#include <cstring>
#include <malloc.h>
#include <new>
#include <utility>

#include <nlohmann/json.hpp>

#include "core/error_bytes.hpp"
#include "core/json_text.hpp"
#include "core/random.hpp"
#include "plugin/registry.hpp"
#include "recipe/answer_bytes.hpp"

namespace engine::batch {
namespace {

using Json = nlohmann::ordered_json;

// A part is long against loading the plugins, and short against the whole, so that all workers end
// at about the same time and one that crashes has not held up many.
constexpr std::size_t kLongestPart = 256;
constexpr std::size_t kPartsPerWorker = 4;
// Lists that wait in memory for one before them.
constexpr std::size_t kMostWaiting = 4096;

/// Frames of a worker. Each settles the worker's next user, but for kPrint.
enum Frame : std::uint32_t { kList = 1, kFailed, kPrint };

struct ListHeader {
  std::uint64_t track_count = 0, line_bytes = 0, fallback_bytes = 0, notices_bytes = 0;
};

std::string pack_list(const RunAnswer& answer, const std::string& rest, bool is_recorded) {
  const ListHeader header{answer.track_ids.size(), rest.size(), answer.fallback.size(),
                          answer.notices.size()};
  std::string bytes(reinterpret_cast<const char*>(&header), sizeof header);
  bytes += rest + answer.fallback + answer.notices;
  if (is_recorded) bytes += pack_answer(answer);
  return bytes;
}

Made unpack_list(const std::string& bytes, bool is_recorded) {
  ListHeader header;
  std::memcpy(&header, bytes.data(), sizeof header);
  Made made;
  made.track_count = header.track_count;
  std::size_t at = sizeof header;
  const auto take = [&](std::uint64_t length) {
    at += length;
    return bytes.substr(at - length, length);
  };
  made.rest = take(header.line_bytes);
  made.fallback = take(header.fallback_bytes);
  Json::parse(take(header.notices_bytes)).get_to(made.notices);
  if (is_recorded) made.answer = unpack_answer(bytes.substr(at));
  return made;
}

// ---- in the worker

class PartWorker {
 public:
  PartWorker(const BatchRequest& request, const RunRequest& recipe,
             const std::vector<std::shared_ptr<const PreparedColumns>>& users, Channel& channel,
             Heartbeat& heartbeat)
      : request_(request),
        recipe_(recipe),
        users_(users),
        channel_(channel),
        heartbeat_(heartbeat) {}

  int make_lists() {
    // As for a single run: arrays that come and go with each user stay with the process.
    ::mallopt(M_MMAP_THRESHOLD, 1 << 30);
    ::mallopt(M_TRIM_THRESHOLD, 1 << 30);
    heartbeat_.doing("loading plugins");
    registry_ = Registry::load({recipe_.plugin_directories, recipe_.plugin_copies, true});
    if (request_.confinement) confine_process(*request_.confinement);
    for (const auto& user : users_) {
      if (heartbeat_.is_interrupted()) return 1;
      make_list(user);
    }
    return 0;
  }

 private:
  void make_list(const std::shared_ptr<const PreparedColumns>& user) {
    try {
      const RunAnswer answer = run(user);
      channel_.send(kList, pack_list(answer, rest_of_line(answer), request_.is_recorded));
    } catch (const Error& error) {
      channel_.send(kFailed, pack_error(error));
    } catch (const std::bad_alloc&) {
      channel_.send(kFailed, pack_error(Error(Exit::kLimits, "out of memory",
                                              {"", "",
                                               "the worker needs more than "
                                               "limits.memory_megabytes",
                                               "see: engine config show"})));
    } catch (const std::exception& error) {
      channel_.send(kFailed, pack_error(Error(Exit::kPlugin,
                                              std::string("the run failed: ") + error.what())));
    }
  }

  RunAnswer run(const std::shared_ptr<const PreparedColumns>& user) {
    RunRequest run = recipe_;
    run.columns = user;
    run.registry = registry_;
    run.fresh_seed = mix_seed(static_cast<std::uint64_t>(run.now), user->user_name);
    RunReports reports;
    reports.doing = [&](const std::string& what) {
      heartbeat_.doing(user->user_name + ": " + what);
    };
    reports.beat = [&] { heartbeat_.beat(); };
    reports.give_up = [&](const char* what, const char* where) { heartbeat_.give_up(what, where); };
    reports.is_cancelled = [&] { return heartbeat_.is_interrupted(); };
    reports.print = [&](const std::string& text) { channel_.send(kPrint, text); };
    return run_recipe(run, reports);
  }

  static std::string rest_of_line(const RunAnswer& answer) {
    return ",\"random_seed\":" + std::to_string(answer.random_seed) +
           ",\"tracks\":" + answer.tracks + ",\"fallback\":" +
           (answer.fallback.empty() ? "null" : json_text(Json(answer.fallback))) +
           ",\"notices\":" + answer.notices + "}";
  }

  const BatchRequest& request_;
  const RunRequest& recipe_;
  const std::vector<std::shared_ptr<const PreparedColumns>>& users_;
  Channel& channel_;
  Heartbeat& heartbeat_;
  std::shared_ptr<const Registry> registry_;
};

}  // namespace

// ---- in the supervisor

BatchWork::BatchWork(const BatchRequest& request, const RunRequest& recipe,
                     const ColumnLoader& loader, std::vector<const User*> users,
                     std::function<void(const User&, Made)> take,
                     std::function<void(const User&, const std::string&)> print)
    : request_(request),
      recipe_(recipe),
      loader_(loader),
      users_(std::move(users)),
      take_(std::move(take)),
      print_(std::move(print)),
      part_size_(std::clamp<std::size_t>(
          users_.size() / (kPartsPerWorker * std::max<std::size_t>(request.pool.workers, 1)), 1,
          kLongestPart)) {}

std::optional<PoolJob> BatchWork::next() {
  Part part;
  if (!left_over_.empty()) {
    part = left_over_.front();
    left_over_.pop_front();
  } else if (next_place_ < users_.size() && (running_ == 0 || waiting_.size() < kMostWaiting)) {
    part = {next_place_, std::min(next_place_ + part_size_, users_.size()), next_place_};
    next_place_ = part.end;
  } else {
    return std::nullopt;
  }
  const std::uint64_t id = next_id_++;
  parts_[id] = part;
  ++running_;
  std::vector<std::shared_ptr<const PreparedColumns>> columns;
  for (std::size_t k = part.begin; k < part.end; ++k) columns.push_back(loader_.load(*users_[k]));
  WorkerLimits limits = request_.limits;
  limits.cpu_seconds *= static_cast<double>(part.end - part.begin);
  limits.is_wall_per_frame = true;
  limits.is_confined = false;  // only once the plugins are loaded
  return PoolJob{id, limits,
                 [this, columns = std::move(columns)](Channel& channel, Heartbeat& heartbeat) {
                   return PartWorker(request_, recipe_, columns, channel, heartbeat).make_lists();
                 }};
}

void BatchWork::frame(std::uint64_t id, std::uint32_t kind, const std::string& bytes) {
  Part& part = parts_.at(id);
  if (kind == kPrint) {
    print_(*users_[part.settled], bytes);
    return;
  }
  Made made;
  if (kind == kFailed) {
    made.error = unpack_error(bytes);
  } else {
    made = unpack_list(bytes, request_.is_recorded);
  }
  settle(part.settled++, std::move(made));
}

void BatchWork::ended(std::uint64_t id, const WorkerEnd& end) {
  Part part = parts_.at(id);
  parts_.erase(id);
  --running_;
  if (end.is_interrupted || part.settled == part.end) return;
  // Users are made in order, so the first that is missing is the one that ended the worker.
  Made made;
  made.error =
      Error(end.is_limit ? Exit::kLimits : Exit::kPlugin, end.message,
            {end.where, "", "",
             end.is_limit ? limit_fix(end) : "report it to whoever made the element named"});
  settle(part.settled, std::move(made));
  part.begin = ++part.settled;
  if (part.begin < part.end) left_over_.push_back(part);
}

void BatchWork::settle(std::size_t place, Made made) {
  waiting_.emplace(place, std::move(made));
  for (auto first = waiting_.begin(); first != waiting_.end() && first->first == next_taken_;
       first = waiting_.erase(first)) {
    take_(*users_[next_taken_++], std::move(first->second));
  }
}

}  // namespace engine::batch
