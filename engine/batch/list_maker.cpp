#include "batch/list_maker.hpp"

#include <cstring>
#include <malloc.h>
#include <utility>

#include <nlohmann/json.hpp>

#include "core/json_text.hpp"
#include "core/random.hpp"
#include "models/models.hpp"
#include "plugin/registry.hpp"
#include "recipe/answer_bytes.hpp"
#include "recipe/playlist_json.hpp"
#include "recipe/run_frames.hpp"

namespace engine::batch {
namespace {

using Json = nlohmann::ordered_json;

struct ListHeader {
  std::uint64_t track_count = 0, user_bytes = 0, line_bytes = 0, fallback_bytes = 0,
                notices_bytes = 0;
};

std::string pack_list(const std::string& user, const RunAnswer& answer, const std::string& rest,
                      bool with_answer) {
  const Playlist& playlist = answer.playlist;
  const std::string notices = json_text(Json(playlist.notices));
  const ListHeader header{playlist.tracks.size(), user.size(), rest.size(),
                          playlist.fallback.size(), notices.size()};
  std::string bytes(reinterpret_cast<const char*>(&header), sizeof header);
  bytes += user + rest + playlist.fallback + notices;
  if (with_answer) bytes += pack_answer(answer);
  return bytes;
}

std::string rest_of_line(const RunAnswer& answer) {
  const Playlist& playlist = answer.playlist;
  return ",\"random_seed\":" + std::to_string(playlist.random_seed) +
         ",\"tracks\":" + json_text(tracks_json(playlist)) + ",\"fallback\":" +
         (playlist.fallback.empty() ? "null" : json_text(Json(playlist.fallback))) +
         ",\"notices\":" + json_text(Json(playlist.notices)) + "}";
}

}  // namespace

// ---- in the supervisor

RunAnswer try_recipe(RunRequest recipe, const ListWorkers& workers,
                     const std::function<void(const std::string&)>& note) {
  recipe.is_load_only = true;
  RunAnswer loaded;
  JobReader reader(
      {.not_loaded = note,
       .result = [&](const std::string& bytes) { loaded = unpack_answer(bytes); }},
      {.interrupted = "interrupted; nothing was made", .where = recipe.recipe_path, .fix = ""});
  WorkerLimits limits = workers.limits;
  limits.is_confined = false;  // only once the plugins are loaded
  reader.finish(reader.run(limits, workers.pool.is_in_process, [&](JobSender& sender) {
    sender.result(pack_answer(run_recipe(recipe, run_reports(sender, workers.confinement))));
  }));
  return loaded;
}

void share_catalogue(RunRequest& recipe, std::shared_ptr<const PreparedColumns> somebody) {
  AsOfOptions options;
  options.now = recipe.now;
  std::shared_ptr<const AsOf> catalogue = load_as_of(std::move(somebody), options);
  for (const char* table : {"tracks", "artists", "tags", "tracks_by_id", "artists_by_id"})
    static_cast<void>(catalogue->table(table));
  static_cast<void>(catalogue->coverage());
  recipe.shared_catalogue = std::move(catalogue);
  auto models = std::make_shared<ModelShelf>(usable_versions(recipe.models, recipe.now, 0),
                                             recipe.late_models, recipe.now);
  models->open_all();
  recipe.opened_models = std::move(models);
}

WorkerLimits limits_of_part(const ListWorkers& workers, std::size_t lists) {
  WorkerLimits limits = workers.limits;
  limits.cpu_seconds *= static_cast<double>(lists);
  limits.is_wall_per_frame = true;
  limits.is_confined = false;  // only once the plugins are loaded
  return limits;
}

std::string line_of(const std::string& user, std::int64_t run, const std::string& rest) {
  return "{\"user\":" + json_text(Json(user)) +
         ",\"run\":" + (run == 0 ? "null" : std::to_string(run)) + rest;
}

Made unpack_list(const std::string& bytes, bool with_answer) {
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
  made.user = take(header.user_bytes);
  made.rest = take(header.line_bytes);
  made.fallback = take(header.fallback_bytes);
  Json::parse(take(header.notices_bytes)).get_to(made.notices);
  if (with_answer) made.answer = unpack_answer(bytes.substr(at));
  return made;
}

// ---- in the worker

ListMaker::ListMaker(const RunRequest& recipe, const ListWorkers& workers, JobSender& sender)
    : recipe_(recipe), sender_(sender) {
  // As for a single run: arrays that come and go with each user stay with the process.
  ::mallopt(M_MMAP_THRESHOLD, 1 << 30);
  ::mallopt(M_TRIM_THRESHOLD, 1 << 30);
  recipe_.registry = load_plugins(recipe, run_reports(sender, workers.confinement));
}

void ListMaker::make_list(const std::shared_ptr<const PreparedColumns>& user, bool with_answer,
                          const std::vector<std::string>& notices) {
  RunRequest run = recipe_;
  run.columns = user;
  run.fresh_seed = mix_seed(static_cast<std::uint64_t>(run.now), user->user_name);
  RunAnswer answer = run_recipe(run, run_reports(sender_, std::nullopt, user->user_name));
  std::vector<std::string>& told = answer.playlist.notices;
  told.insert(told.end(), notices.begin(), notices.end());
  sender_.result(pack_list(user->user_name, answer, rest_of_line(answer), with_answer));
}

}  // namespace engine::batch
