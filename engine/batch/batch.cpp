#include "batch/batch.hpp"

#include <algorithm>
#include <filesystem>
#include <map>
#include <memory>
#include <set>

#include <nlohmann/json.hpp>

#include "batch/list_file.hpp"
#include "batch/manifest.hpp"
#include "batch/work.hpp"
#include "core/calendar.hpp"
#include "core/counted.hpp"
#include "core/hash.hpp"
#include "core/json_text.hpp"
#include "core/paths.hpp"
#include "recipe/playlist_json.hpp"
#include "recipe/record_run.hpp"
#include "store/runs.hpp"
#include "store/store.hpp"
#include "store/users.hpp"

namespace engine::batch {
namespace {

namespace fs = std::filesystem;
using Json = nlohmann::ordered_json;

/// Every version that serves one person only.
std::string own_models(const RunRequest& recipe) {
  std::string own;
  for (const ModelVersion& model : recipe.models) {
    if (model.user_id != 0 && model.as_of <= recipe.now)
      own += model.user + " " + model.name + " " + version_mark(model) + "\n";
  }
  return own;
}

Json manifest_of(const BatchRequest& request, const RunRequest& recipe, const RunAnswer& loaded,
                 const std::string& library) {
  Json models = Json::object();
  for (const ModelVersion& model : usable_versions(recipe.models, recipe.now, 0)) {
    const Json card = Json::parse(model.card, nullptr, /*allow_exceptions=*/false);
    models[model.name] = {{"as_of", format_time(model.as_of)},
                          {"hash", card.is_object() ? card.value("hash", "") : ""}};
  }
  Json manifest;
  manifest["format"] = 1;
  manifest["recipe"] = recipe.recipe_path;
  manifest["recipe_hash"] = loaded.recipe_hash;
  manifest["scripts_hash"] = loaded.scripts_hash;
  manifest["parameters"] = parameters_json(loaded.playlist.parameters);
  manifest["random_seed"] = recipe.random_seed ? Json(*recipe.random_seed) : Json(nullptr);
  manifest["now"] = format_time(recipe.now);
  manifest["settings"] = request.settings;
  manifest["models"] = std::move(models);
  if (const std::string own = own_models(recipe); !own.empty())
    manifest["own_models_hash"] = content_hash(own);
  manifest["shards"] = request.shard.count;
  manifest["library"] = library;
  return manifest;
}

std::int64_t choose_now(const BatchRequest& request) {
  if (request.now) return *request.now;
  const std::optional<Json> manifest = read_manifest(request.folder);
  return manifest ? parse_time(manifest->at("now").get<std::string>()) : request.default_now;
}

/// The users of this shard who are meant, by name; names that nobody has become failures.
std::vector<const User*> meant_users(const BatchRequest& request, const std::vector<User>& all,
                                     std::vector<BatchFailure>& failures) {
  std::set<std::string> names;
  if (request.users) names.insert(request.users->begin(), request.users->end());
  std::vector<const User*> meant;
  for (const User& user : all) {
    const bool is_named = !request.users || names.erase(user.name) > 0;
    if (is_named && request.shard.has(user.name)) meant.push_back(&user);
  }
  std::ranges::sort(meant, {}, [](const User* user) -> const std::string& { return user->name; });
  if (request.shard.index != 1) return meant;  // the first shard tells of unknown ones
  for (const std::string& name : names)
    failures.push_back({name, Error(Exit::kInput, "the store knows no user \"" + name + "\"")});
  return meant;
}

/// A store that is one shard of a library has the people of that one only.
void require_its_shard(const Store& store, const Shard& asked) {
  const std::string its = store.setting(kShardSetting);
  if (its.empty() || its == asked.text()) return;
  if (its == kCatalogueAlone)
    throw Error(Exit::kUsage, store.path() + " is the catalogue of a library, without people",
                {"", "", "", "give histories of people: --histories"});
  throw Error(Exit::kUsage, store.path() + " is " + part_of_library(its),
              {"", "", "the lists of shard " + asked.text() + " cannot be made from it",
               "give --shard " + its});
}

/// Runs of this recipe as of this now that the store has, by user.
class RecordedRuns {
 public:
  RecordedRuns(const Store& store, const RunRequest& recipe) {
    Statement rows = store.prepare(
        "SELECT user_id, run_id, playlist_hash, random_seed, parameters FROM runs "
        "WHERE now = ?1 AND recipe = ?2 AND user_id IS NOT NULL");
    for (rows.start(recipe.now, recipe.recipe_path); rows.step();)
      runs_.emplace(rows.integer(0), Run{rows.integer(1), text(rows)});
  }
  [[nodiscard]] std::optional<std::int64_t> find(std::int64_t user, const RunAnswer& answer) const {
    const auto [begin, end] = runs_.equal_range(user);
    const std::string wanted = text(answer.playlist_hash, answer.playlist.random_seed,
                                    json_text(parameters_json(answer.playlist.parameters)));
    for (auto run = begin; run != end; ++run)
      if (run->second.text == wanted) return run->second.id;
    return std::nullopt;
  }

 private:
  struct Run {
    std::int64_t id;
    std::string text;
  };
  static std::string text(std::string_view hash, std::uint64_t seed, std::string_view parameters) {
    return std::string(hash) + " " + std::to_string(seed) + " " + std::string(parameters);
  }
  static std::string text(const Statement& row) {
    return text(row.text(2), static_cast<std::uint64_t>(row.integer(3)), row.text(4));
  }
  std::multimap<std::int64_t, Run> runs_;
};

void write_failures(const BatchRequest& request, const std::vector<BatchFailure>& failures) {
  const std::string path = file_of_shard(request.folder, "failures", request.shard);
  std::string lines;
  for (const BatchFailure& failure : failures) {
    const Error::Parts& parts = failure.error.parts();
    lines += json_text(Json{{"user", failure.user},
                            {"error", failure.error.what()},
                            {"where", parts.where},
                            {"why", parts.why},
                            {"fix", parts.fix}}) +
             "\n";
  }
  if (!lines.empty()) {
    write_file_atomically(path, lines);
  } else {
    fs::remove(path);
  }
}

/// One of many shards may have nobody, and gives a file all the same: whoever merges them waits for it.
std::optional<BatchResult> made_of_nobody(const BatchRequest& request) {
  const Store store =
      Store::open(request.columns.store, {.is_read_only = true, .may_create = false});
  if (store.setting(kShardSetting).empty() || !list_users(store).empty()) return std::nullopt;
  require_its_shard(store, request.shard);
  BatchResult result;
  result.now = choose_now(request);
  result.file = file_of_shard(request.folder, "lists", request.shard);
  fs::create_directories(request.folder);
  ListFile(result.file).finish();
  return result;
}

class Batch {
 public:
  Batch(const BatchRequest& request, const BatchReports& reports)
      : request_(request), reports_(reports), recipe_(request.recipe), loader_(request.columns) {
    result_.now = recipe_.now = choose_now(request);
    result_.file = file_of_shard(request.folder, "lists", request.shard);
  }

  BatchResult run() {
    const Store store =
        Store::open(request_.columns.store, {.is_read_only = true, .may_create = false});
    recipe_.models = list_models(store);
    recipe_.late_models = models_too_late(store, recipe_.now, 0);
    require_its_shard(store, request_.shard);
    settle();
    std::vector<const User*> meant = meant_users(request_, loader_.users(), result_.failures);
    result_.users = meant.size();
    // A task that runs again once all is made leaves the file alone, whoever may be reading it.
    if (!has_all(meant)) complete(std::move(meant));
    write_failures(request_, result_.failures);
    return std::move(result_);
  }

 private:
  void note(const std::string& text) const {
    if (reports_.note) reports_.note(text);
  }

  bool has_all(const std::vector<const User*>& meant) {
    if (fs::exists(making_of(result_.file))) return false;
    const WholeLines there = read_whole_lines(result_.file);
    const std::set<std::string> made(there.users.begin(), there.users.end());
    const bool has_all = there.is_whole && std::ranges::all_of(meant, [&](const User* user) {
                           return made.contains(user->name);
                         });
    if (has_all) result_.made_before = meant.size();
    return has_all;
  }

  void complete(std::vector<const User*> meant) {
    ListFile file(result_.file);
    if (file.cut_off() > 0)
      note("the last lines of " + result_.file + " were not whole; their users are made again");
    std::erase_if(meant, [&](const User* user) { return file.users().contains(user->name); });
    result_.made_before = result_.users - meant.size();
    if (!meant.empty()) make(file, meant);
    file.finish();
  }

  void settle() {
    const RunAnswer loaded = try_recipe(recipe_, request_.workers, reports_.note);
    fs::create_directories(request_.folder);
    const Json found = settle_manifest(
        request_.folder, manifest_of(request_, recipe_, loaded, loader_.data_state()));
    if (found.value("library", "") != loader_.data_state())
      note(
          "the library has changed since this batch began; new lists are of the library as it "
          "is, as of the batch's now");
  }

  void make(ListFile& file, const std::vector<const User*>& users) {
    share_catalogue(recipe_, loader_.load(*users.front()));
    std::optional<Store> store;
    std::optional<RecordedRuns> recorded;
    if (request_.is_recorded) {
      store.emplace(Store::open(request_.columns.store));
      recorded.emplace(*store, recipe_);
    }
    std::size_t done = 0;
    const auto take = [&](const User& user, Made made) {
      if (made.error) {
        result_.failures.push_back({user.name, std::move(*made.error)});
      } else {
        const std::int64_t run = made.answer ? record(*store, *recorded, user, *made.answer) : 0;
        file.append(user.name, line_of(user.name, run, made.rest));
        ++result_.made;
        result_.empty += made.track_count == 0;
        if (!made.fallback.empty()) ++result_.fallbacks[made.fallback];
        for (const std::string& notice : made.notices) ++result_.notices[kind_of_notice(notice)];
      }
      if (reports_.progress) reports_.progress(++done, users.size());
    };
    const auto print = [&](const User& user, const std::string& text) {
      if (reports_.print) reports_.print(user.name, text);
    };
    BatchWork work(request_, recipe_, loader_, users, take, print);
    const bool is_whole = run_pool(work, request_.workers.pool);
    file.flush();
    if (!is_whole) {
      throw Error(Exit::kInterrupted,
                  "interrupted after " + std::to_string(result_.made) + " of " +
                      counted(users.size(), "list"),
                  {"", "", "", "the same command goes on from there"});
    }
  }

  std::int64_t record(Store& store, const RecordedRuns& recorded, const User& user,
                      const RunAnswer& answer) const {
    if (const auto id = recorded.find(user.id, answer)) return *id;
    RunRequest request = recipe_;
    PreparedColumns columns;
    columns.user_id = user.id;
    columns.data_state = loader_.data_state(user);
    request.columns = std::make_shared<const PreparedColumns>(std::move(columns));
    return record_run(store, request, answer);
  }

  const BatchRequest& request_;
  const BatchReports& reports_;
  RunRequest recipe_;
  ColumnLoader loader_;
  BatchResult result_;
};

}  // namespace

std::string file_of_shard(const std::string& folder, const std::string& what, const Shard& shard) {
  return (fs::path(folder) / (what + shard.suffix() + ".jsonl")).string();
}

std::string kind_of_notice(const std::string& notice) {
  std::string kind;
  bool is_quoted = false;
  for (const char c : notice) {
    if (c == '"') {
      is_quoted = !is_quoted;
      kind += is_quoted ? "\"…\"" : "";
    } else if (is_quoted) {
      continue;
    } else if (c < '0' || c > '9') {
      kind += c;
    } else if (kind.empty() || kind.back() != 'N') {
      kind += 'N';
    }
  }
  return kind;
}

BatchResult run_batch(const BatchRequest& request, const BatchReports& reports) {
  if (auto result = made_of_nobody(request)) return *std::move(result);
  return Batch(request, reports).run();
}

}  // namespace engine::batch
