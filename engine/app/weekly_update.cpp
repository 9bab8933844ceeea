#include "app/weekly_update.hpp"

#include <algorithm>

#include "app/date_models.hpp"
#include "app/lists_request.hpp"
#include "app/outputs.hpp"
#include "app/supervised_run.hpp"
#include "app/train_request.hpp"
#include "core/calendar.hpp"
#include "core/duration.hpp"
#include "core/file_lock.hpp"
#include "recipe/output.hpp"
#include "recipe/record_run.hpp"

namespace engine::app {
namespace {

constexpr std::int64_t kSameWeek = 36 * kHour;

/// A user whose lists are to be made, and as of when.
using Pending = evaluate::Place;

class Update {
 public:
  Update(const Caller& caller, const WeeklyOptions& options, std::int64_t now)
      : caller_(caller),
        options_(options),
        now_(now),
        lock_(caller.home.library_path() + ".weekly.lock", "weekly update of this library"),
        lists_(make_lists_request(caller, lists_options(caller, options))),
        kept_(caller.home.kept_files({options.recipe})) {
    if (!options.out.empty()) folder_ = output_folder(options.out, kept_, options.makes_folders);
    lists_.entries.push_back(
        {"weekly", nullptr, make_request_without_columns(caller, options.recipe)});
  }

  WeeklyReport run() {
    const std::vector<Pending> pending = find_pending();
    if (pending.empty()) return report_;
    train(pending);
    for (const Pending& one : pending) make_list(one);
    return report_;
  }

 private:
  static ListsOptions lists_options(const Caller& caller, const WeeklyOptions& options) {
    ListsOptions lists;
    if (caller.asked.user.empty()) lists.users = options.users;
    return lists;
  }

  std::vector<Pending> find_pending() {
    const std::int64_t day = caller_.home.settings().integer("weekly.day"),
                       hour = caller_.home.settings().integer("weekly.hour");
    const Store store = Store::open(caller_.home.library_path());
    std::vector<Pending> pending;
    for (std::size_t user = 0; user < lists_.users.size(); ++user) {
      const DueTimes due = due_times(now_, lists_.users[user]->timezone, day, hour);
      if (report_.next == 0 || due.next < report_.next) report_.next = due.next;
      if (options_.is_forced) {
        pending.push_back({user, now_});
      } else if (!is_done(store, lists_.users[user]->user_id, due.last)) {
        pending.push_back({user, due.last});
      }
    }
    return pending;
  }

  [[nodiscard]] bool is_done(const Store& store, std::int64_t user, std::int64_t moment) const {
    Statement runs =
        store.prepare("SELECT 1 FROM runs WHERE user_id = ?1 AND recipe = ?2 AND now = ?3 LIMIT 1");
    runs.start(user, lists_.entries[0].recipe.recipe_path, moment);
    return runs.step();
  }

  [[nodiscard]] std::vector<ModelVersion> stored_models() const {
    return list_models(
        Store::open(caller_.home.library_path(), {.is_read_only = true, .may_create = false}));
  }

  [[nodiscard]] std::vector<ModelVersion> models(const Pending& one) const {
    return usable_models(caller_.home.library_path(), one.date, lists_.users[one.user]->user_id);
  }

  /// A model may be asked for only once another is there, so the recipe is asked until nothing new
  /// comes.
  void train(const std::vector<Pending>& pending) {
    const auto first =
        std::min_element(pending.begin(), pending.end(),
                         [](const Pending& a, const Pending& b) { return a.date < b.date; });
    std::set<std::string> left = trainable_models(caller_);
    for (bool is_new = true; is_new;) {
      is_new = false;
      for (const std::string& name : read_models(lists_, pending, stored_models())) {
        if (left.erase(name) == 0) continue;
        is_new = true;
        train(name, *first, pending);
      }
    }
  }

  /// Once, in the first one's name; what is learned from a person's own, for each of them, also
  /// where that fails for some.
  void train(const std::string& name, const Pending& first, const std::vector<Pending>& pending) {
    std::vector<Pending> all = {first};
    all.insert(all.end(), pending.begin(), pending.end());
    std::set<std::size_t> tried;  // users
    for (bool is_own = false; const Pending& one : all) {
      if (is_fresh(name, one) || !tried.insert(one.user).second) continue;
      is_own |= train(name, one);
      if (!is_own) return;
    }
  }

  [[nodiscard]] bool is_fresh(const std::string& name, const Pending& one) const {
    const std::vector<ModelVersion> usable = models(one);
    const std::int64_t oldest = options_.is_forced ? one.date : one.date - kSameWeek;
    return std::any_of(usable.begin(), usable.end(), [&](const ModelVersion& version) {
      return version.name == name && version.as_of >= oldest;
    });
  }

  /// Returns whether the model learns from a person's own, as far as it came.
  bool train(const std::string& name, const Pending& one) {
    bool is_own = false;
    TrainReports reports;
    reports.reads_own = [&](const std::string&) { is_own = true; };
    TrainRequest request = make_train_request(caller_);
    request.names = {name};
    request.as_of = one.date;
    request.if_read = trainable_models(caller_);
    std::erase_if(request.if_read, [&](const std::string& read) { return is_fresh(read, one); });
    request.columns = lists_.users[one.user];
    try {
      for (const TrainedModel& model : train_models(request, reports)) {
        const bool is_of_user = model.version.user_id != 0;
        const std::string what =
            model.version.name + (is_of_user ? " of " + model.version.user : "");
        if (model.version.name == name) is_own = is_of_user;
        if (model.no_data.empty()) {
          report_.trained.push_back(what);
          caller_.note(what + ": trained as of " + format_time(one.date));
        } else {
          caller_.note(what + ": nothing to learn from: " + model.no_data);
        }
      }
    } catch (const Error& error) {
      if (is_own)
        tell_of(*request.columns, error);
      else
        tell(error);
    }
    return is_own;
  }

  /// The person's file in the folder: "ann.m3u8".
  RunOutput output_for(const PreparedColumns& columns) const {
    const std::string name = name_of_format(options_.format);
    const std::string file = folder_ + "/" + person_file_name(columns.user_name) + "." + name;
    return {options_.format, file};
  }

  void make_list(const Pending& one) {
    const auto& columns = lists_.users[one.user];
    RunRequest request = lists_.entries[0].recipe;
    request.columns = columns;
    request.now = one.date;
    request.fresh_seed = static_cast<std::uint64_t>(one.date);  // a run made again is the same
    request.models = models(one);
    const RunOutput asked = output_for(*columns);
    if (!folder_.empty()) ask_outputs(caller_, request, {asked});
    try {
      const RunAnswer answer = run_supervised(caller_, request);
      WeeklyList list{columns->user_name, 0, answer.playlist.tracks.size(), ""};
      if (!folder_.empty()) {
        const OutputFile file(asked.file, kept_, {.makes_folders = true});
        file.write(answer.outputs.at(0));
        list.file = file.path();
      }
      // Last, as it says that the user's list is done.
      Store store = Store::open(caller_.home.library_path());
      list.run = record_run(store, request, answer);
      report_.lists.push_back(std::move(list));
    } catch (const Error& error) {
      tell_of(*columns, error);
    }
  }

  void tell_of(const PreparedColumns& user, const Error& error) {
    tell(Error(error.exit(), user.user_name + ": " + error.what(), error.parts()));
  }

  /// What fails costs itself only, but for who wants to end it all.
  void tell(const Error& error) {
    if (error.exit() == Exit::kInterrupted) throw Error(error);
    caller_.error(error);
    if (report_.worst == Exit::kDone) report_.worst = error.exit();
  }

  const Caller& caller_;
  const WeeklyOptions& options_;
  std::int64_t now_;
  FileLock lock_;
  evaluate::ListsRequest lists_;
  KeptFiles kept_;
  std::string folder_;  // of the lists; "" for none
  WeeklyReport report_;
};

}  // namespace

DueTimes due_times(std::int64_t now, const std::string& timezone, std::int64_t day,
                   std::int64_t hour) {
  const std::int64_t into_week = (day - 1) * kDay + hour * kHour;
  std::int64_t begin = local_week_begin(now, timezone);
  if (begin + into_week > now) begin = local_week_begin(begin - 1, timezone);
  return {begin + into_week, local_week_begin(begin + 8 * kDay, timezone) + into_week};
}

WeeklyReport update_weekly(const Caller& caller, const WeeklyOptions& options, std::int64_t now) {
  return Update(caller, options, now).run();
}

}  // namespace engine::app
