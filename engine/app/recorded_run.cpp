#include "app/recorded_run.hpp"

#include <charconv>
#include <filesystem>

#include <nlohmann/json.hpp>

#include "app/default_user.hpp"
#include "app/supervised_run.hpp"
#include "core/calendar.hpp"
#include "core/json_text.hpp"
#include "recipe/playlist_json.hpp"
#include "store/users.hpp"

namespace engine::app {
namespace {

Store open_library(const Caller& caller) {
  if (std::filesystem::exists(caller.home.library_path()))
    return Store::open(caller.home.library_path(), {.is_read_only = true});
  throw Error(Exit::kStore, "there is no library at " + caller.home.library_path(),
              {"", "", "", "try: engine demo"});
}

}  // namespace

std::optional<std::int64_t> run_number(std::string_view text) {
  std::int64_t number = 0;
  const auto [end, error] = std::from_chars(text.data(), text.data() + text.size(), number);
  if (error != std::errc() || end != text.data() + text.size()) return std::nullopt;
  return number;
}

std::optional<std::int64_t> named_run(const Caller& caller, std::string_view text) {
  if (text != "last") return run_number(text);
  const Store store = open_library(caller);
  std::optional<std::int64_t> user;
  if (const std::string name = user_name(caller); !name.empty()) user = choose_user(store, name).id;
  const std::vector<RunRecord> runs = list_runs(store, user, 1);
  if (!runs.empty()) return runs.front().id;
  throw Error(Exit::kInput, "no run was recorded yet",
              {caller.home.library_path(), "", "", "make one with: engine run weekly"});
}

RunRecord recorded_run(const Caller& caller, std::int64_t id) {
  const Store store = open_library(caller);
  if (std::optional<RunRecord> run = load_run(store, id)) return std::move(*run);
  std::string latest;
  for (const RunRecord& run : list_runs(store, {}, 5)) {
    latest += (latest.empty() ? "" : "\n         ") + std::to_string(run.id) + "  " + run.recipe +
              "  " + format_time(run.now);
  }
  throw Error(
      Exit::kInput, "there is no run " + std::to_string(id),
      {caller.home.library_path(), "",
       latest.empty() ? "no runs were recorded yet" : "the latest are\n         " + latest, ""});
}

RunRequest repeat_request(const Caller& caller, const RunRecord& run) {
  Caller repeating = caller;
  Asked& asked = repeating.asked;
  if (run.user_id && asked.user.empty()) {
    const Store store = Store::open(caller.home.library_path(), {.is_read_only = true});
    for (const User& user : list_users(store)) {
      if (user.id == *run.user_id) asked.user = user.name;
    }
  }
  asked.now = run.now;
  asked.random_seed = run.random_seed;
  asked.set.clear();
  const nlohmann::json parameters = nlohmann::json::parse(run.parameters);
  for (const auto& [name, value] : parameters.items()) {
    asked.set.push_back(name + "=" +
                        (value.is_string() ? value.get<std::string>() : json_text(value)));
  }
  RunRequest request = make_run_request(repeating, run.recipe, run.recipe_text);
  request.exclude_runs_from = run.id;
  if (const std::optional<KeptOf> kept = read_playlist(run.record).kept)
    request.current = kept->before;
  return request;
}

}  // namespace engine::app
