#include "batch/work.hpp"

#include <algorithm>
#include <cstring>
#include <malloc.h>
#include <utility>

#include <nlohmann/json.hpp>

#include "core/json_text.hpp"
#include "core/random.hpp"
#include "data/people.hpp"
#include "plugin/registry.hpp"
#include "recipe/answer_bytes.hpp"
#include "recipe/playlist_json.hpp"
#include "recipe/run_frames.hpp"

namespace engine::batch {
namespace {

using Json = nlohmann::ordered_json;

// A part is long against loading the plugins, and short against the whole, so that all workers end
// at about the same time and one that crashes has not held up many.
constexpr std::size_t kLongestPart = 256;
constexpr std::size_t kPartsPerWorker = 4;
// Lists that wait in memory for one before them.
constexpr std::size_t kMostWaiting = 4096;

struct ListHeader {
  std::uint64_t track_count = 0, line_bytes = 0, fallback_bytes = 0, notices_bytes = 0;
};

std::string pack_list(const RunAnswer& answer, const std::string& rest, bool is_recorded) {
  const Playlist& playlist = answer.playlist;
  const std::string notices = json_text(Json(playlist.notices));
  const ListHeader header{playlist.tracks.size(), rest.size(), playlist.fallback.size(),
                          notices.size()};
  std::string bytes(reinterpret_cast<const char*>(&header), sizeof header);
  bytes += rest + playlist.fallback + notices;
  if (is_recorded) bytes += pack_answer(answer);
  return bytes;
}

Made unpack_list(const std::string& bytes, bool is_recorded) {
  ListHeader header;
  if (bytes.size() < sizeof header)
    throw Json::other_error::create(501, "a list without a header", nullptr);
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

std::string rest_of_line(const RunAnswer& answer) {
  const Playlist& playlist = answer.playlist;
  return ",\"random_seed\":" + std::to_string(playlist.random_seed) +
         ",\"tracks\":" + json_text(tracks_json(playlist)) + ",\"fallback\":" +
         (playlist.fallback.empty() ? "null" : json_text(Json(playlist.fallback))) +
         ",\"notices\":" + json_text(Json(playlist.notices)) + "}";
}

/// Makes lists one after the other.
class ListMaker {
 public:
  ListMaker(const BatchRequest& request, const RunRequest& recipe, JobSender& sender)
      : request_(request), recipe_(recipe), sender_(sender) {
    // As for a single run: arrays that come and go with each user stay with the process.
    ::mallopt(M_MMAP_THRESHOLD, 1 << 30);
    ::mallopt(M_TRIM_THRESHOLD, 1 << 30);
    recipe_.registry = load_plugins(recipe, run_reports(sender, request.confinement));
  }

  void make_list(const std::shared_ptr<const PreparedColumns>& user) {
    RunRequest run = recipe_;
    run.columns = user;
    run.fresh_seed = mix_seed(static_cast<std::uint64_t>(run.now), user->user_name);
    const RunAnswer answer = run_recipe(run, run_reports(sender_, std::nullopt, user->user_name));
    sender_.result(pack_list(answer, rest_of_line(answer), request_.is_recorded));
  }

 private:
  const BatchRequest& request_;
  RunRequest recipe_;
  JobSender& sender_;
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

std::optional<ItemPart> BatchWork::next_part() {
  if (next_place_ == users_.size() || (is_running() && waiting_.size() >= kMostWaiting))
    return std::nullopt;
  const std::size_t begin = next_place_;
  next_place_ = std::min(begin + part_size_, users_.size());
  return ItemPart{begin, next_place_};
}

ItemWork::Job BatchWork::job(ItemPart part) {
  std::vector<std::shared_ptr<const PreparedColumns>> columns;
  for (std::size_t k = part.begin; k < part.end; ++k) {
    columns.push_back(
        with_people(loader_.load(*users_[k]), loader_, recipe_.recipe_text, recipe_.set));
  }
  WorkerLimits limits = request_.limits;
  limits.cpu_seconds *= static_cast<double>(part.end - part.begin);
  limits.is_wall_per_frame = true;
  limits.is_confined = false;  // only once the plugins are loaded
  return {limits, [this, part, columns = std::move(columns)](JobSender& sender) {
            ListMaker maker(request_, recipe_, sender);
            each(part, sender,
                 [&](std::size_t place) { maker.make_list(columns[place - part.begin]); });
          }};
}

void BatchWork::told(std::size_t place, std::uint32_t kind, const std::string& bytes) {
  // What was not loaded is told by the one that tried the recipe.
  if (kind == JobFrame::kPrint) print_(*users_[place], bytes);
}

void BatchWork::result(std::size_t place, const std::string& bytes) {
  settle(place, unpack_list(bytes, request_.is_recorded));
}

void BatchWork::failed(std::size_t place, Error error) {
  Made made;
  made.error = std::move(error);
  settle(place, std::move(made));
}

void BatchWork::settle(std::size_t place, Made made) {
  waiting_.emplace(place, std::move(made));
  for (auto first = waiting_.begin(); first != waiting_.end() && first->first == next_taken_;
       first = waiting_.erase(first)) {
    take_(*users_[next_taken_++], std::move(first->second));
  }
}

}  // namespace engine::batch
