#include "pipelines/update.hpp"

#include <filesystem>
#include <optional>

#include "core/duration.hpp"
#include "core/file_lock.hpp"
#include "core/shown_text.hpp"
#include "import/music_places.hpp"
#include "pipelines/update_steps.hpp"

namespace engine::pipelines {
namespace {

constexpr std::int64_t kKeptDays = 90;

bool has_people(const app::Caller& caller) {
  const std::string& library = caller.home.library_path();
  if (!std::filesystem::exists(library)) return false;
  return !list_users(Store::open(library, {.is_read_only = true, .may_create = false})).empty();
}

bool has_music(const app::Caller& caller) {
  const std::string& library = caller.home.library_path();
  return std::filesystem::exists(library) &&
         !engine::import::music_places(
              Store::open(library, {.is_read_only = true, .may_create = false}))
              .empty();
}

void require_people(const app::Caller& caller) {
  if (has_people(caller)) return;
  throw Error(Exit::kNothing, "nobody is in the library yet",
              {.where = caller.home.library_path(),
               .source = {},
               .why = "an update without files looks where earlier imports came from",
               .fix = "name files or folders: engine update PATH..., or try: engine demo"});
}

/// Thins the rows of before kKeptDays, in the first pass of a day.
void thin_rows(Pass& pass, std::optional<std::int64_t> last_pass) {
  const std::int64_t today = pass.now() / kDay * kDay;
  if (last_pass && *last_pass >= today) return;
  Transaction transaction(pass.store());
  thin_metrics(pass.store(), pass.user().id, "update", today - kKeptDays * kDay);
  transaction.commit();
}

std::optional<std::int64_t> last_pass(Pass& pass) {
  return pass.store()
      .prepare(
          "SELECT max(at) FROM metrics WHERE user_id = ?1 AND pipeline = 'update' AND at <= ?2")
      .find_integer(pass.user().id, pass.now());
}

/// One person's pass, whose files were read already where `named` is given.
PersonsSteps update_one(const app::Caller& caller, const User& user, const ReadFiles* named,
                        const std::string& dashboards, Exit& worst) {
  Pass pass(caller, "update", user);
  const std::optional<std::int64_t> before = last_pass(pass);
  pass.make("ingest", [&] { return ingest(pass, named); });
  pass.make("assign", [&] { return assign(pass); });
  pass.make("predict", [&] { return predict(pass); });
  pass.make("metrics", [&] { return measure(pass); });
  pass.make("drift", [&] { return look_for_drift(pass); });
  if (!dashboards.empty())
    pass.make("dashboard", [&] { return write_dashboard(pass, dashboards); });
  thin_rows(pass, before);
  if (worst == Exit::kDone) worst = pass.worst();
  return {user.name, pass.rows()};
}

}  // namespace

PipelineReport update(const app::Caller& caller, const std::vector<std::string>& paths,
                      const std::string& dashboards) {
  if (paths.empty() && !has_music(caller)) require_people(caller);
  const FileLock lock(caller.home.library_path() + ".update.lock", "update of this library");
  PipelineReport report;
  if (paths.empty()) {
    report.music = read_music(caller);
    report.worst = report.music.exit;
    if (!has_people(caller)) return report;
    for (const User& user : people_of(caller))
      report.people.push_back(update_one(caller, user, nullptr, dashboards, report.worst));
    return report;
  }
  app::Caller owner = caller;
  const ReadFiles read = read_named(caller, paths, owner.asked.user);
  if (owner.asked.user.empty()) {
    report.worst = read.exit;
    if (report.worst == Exit::kDone) caller.note("what was named is nobody's listening");
    return report;
  }
  for (const User& user : people_of(owner))
    report.people.push_back(update_one(owner, user, &read, dashboards, report.worst));
  return report;
}

}  // namespace engine::pipelines
