// engine doctor: looks at everything a run needs, and says what to do about what is missing.
//
// Whether there is new music for somebody is found out by making their discover-weekly: what the
// recipe needs is the recipe's to know. Nothing is recorded.
#include <algorithm>
#include <filesystem>
#include <optional>
#include <sstream>

#include "accounts/accounts.hpp"
#include "accounts/services.hpp"
#include "app/default_user.hpp"
#include "app/language_model.hpp"
#include "app/new_music.hpp"
#include "app/supervised_run.hpp"
#include "complete/question.hpp"
#include "core/counted.hpp"
#include "core/duration.hpp"
#include "core/paths.hpp"
#include "core/shard.hpp"
#include "core/shown_text.hpp"
#include "plugin/registry.hpp"
#include "schedule/job_lock.hpp"
#include "schedule/jobs.hpp"
#include "store/read_only.hpp"
#include "store/store.hpp"
#include "store/users.hpp"
#include "verbs/job_text.hpp"
#include "verbs/verbs.hpp"

namespace engine::verbs {
namespace {

namespace fs = std::filesystem;

struct Finding {
  std::string what, detail;
  bool is_good;
  bool is_needed = true;  // false: what is not good about it does no harm by itself
};

Finding folder(const std::string& what, const std::string& path) {
  const bool is_there = fs::is_directory(path);
  return {what, path + (is_there ? "" : " is missing; install the engine again"), is_there};
}

std::string told_of_shard(const Store& store) {
  const std::string part = store.setting(kShardSetting);
  return part.empty()
             ? ""
             : "; " + part_of_library(part) + ", in which everything is imported and trained";
}

void look_at_store(const app::Caller& caller, std::vector<Finding>& findings) {
  const std::string path = caller.home.library_path();
  if (!fs::exists(path)) {
    findings.push_back(
        {"library",
         path + " does not exist yet; engine import PATH makes it, engine demo makes one to try",
         false});
    return;
  }
  try {
    const bool is_writable = may_be_written(path);
    const Store store = Store::open(path, {.is_read_only = !is_writable});
    const std::vector<std::string> problems = store.check();
    findings.push_back(
        {"library",
         path + (problems.empty()
                     ? ", schema " + std::to_string(store.version()) + ", sound" +
                           told_of_shard(store) +
                           (is_writable ? "" : "; it can only be read, so runs are not recorded")
                     : ": " + problems.front()),
         problems.empty()});
    std::string users;
    for (const User& user : list_users(store)) users += (users.empty() ? "" : ", ") + user.name;
    const std::string counts = counted(store.integer("SELECT count(*) FROM tracks"), "track") +
                               ", " +
                               counted(store.integer("SELECT count(*) FROM listens"), "listen") +
                               ", users: " + (users.empty() ? "none" : users);
    findings.push_back({"content", counts, !users.empty()});
  } catch (const Error& error) {
    findings.push_back({"library", error.what(), false});
  }
}

/// Of whom --user means, or else the one user with anything of their own.
std::optional<User> user_to_look_at(const app::Caller& caller, const Store& store) {
  if (const std::string name = app::user_name(caller); !name.empty())
    return choose_user(store, name);
  if (std::optional<User> user = default_user(store)) return user;
  const std::vector<User> users = list_users(store);
  return users.empty() ? std::nullopt : std::optional<User>(users.front());
}

std::string joined(const std::vector<std::string>& texts, const char* separator) {
  std::string all;
  for (const std::string& text : texts) all += (all.empty() ? "" : separator) + text;
  return all;
}

void look_at_sources(const app::NewMusicSources& sources, const User& user,
                     std::vector<Finding>& findings) {
  findings.push_back({"plays",
                      sources.has_plays ? user.name + " has plays to start from"
                                        : user.name + " has no plays to start from",
                      sources.has_plays});
  const std::string others = std::to_string(sources.other_listeners) + " other listener" +
                             (sources.other_listeners == 1 ? "" : "s");
  findings.push_back(
      {"new to find",
       sources.has_catalogue ? "a catalogue, " + others : "no catalogue of tracks, " + others,
       sources.has_catalogue || sources.other_listeners > 0});
  std::string models = sources.untrained.empty() && sources.too_late.empty()
                           ? "all that discover-weekly asks for are trained"
                           : joined(sources.too_late, "; ");
  if (!sources.untrained.empty())
    models += (models.empty() ? "" : "; ") + std::string("not trained: ") +
              joined(sources.untrained, ", ");
  findings.push_back({"models", models, sources.too_late.empty() && sources.untrained.empty()});
}

/// Untrained models are no harm by themselves: related artists stand in, where there are any.
void look_for_new_music(const app::Caller& caller, std::vector<Finding>& findings) {
  const Store store =
      Store::open(caller.home.library_path(), {.is_read_only = true, .may_create = false});
  const std::optional<User> user = user_to_look_at(caller, store);
  if (!user) return;
  const app::NewMusicSources sources = app::new_music_sources(store, user->id, caller.asked.now);
  look_at_sources(sources, *user, findings);
  app::Caller theirs = caller;
  theirs.asked.user = user->name;
  Finding list{"weekly list", "", false};
  bool is_of_its_kind = false;
  try {
    const RunAnswer answer =
        app::run_supervised(theirs, app::make_run_request(theirs, "discover-weekly"));
    const Playlist& playlist = answer.playlist;
    const std::size_t tracks = playlist.tracks.size();
    std::size_t known = 0;
    for (const PlaylistTrack& track : playlist.tracks) known += track.plays > 0 ? 1 : 0;
    list.is_good = tracks > 0 && known == 0;
    is_of_its_kind = playlist.fallback.empty();
    list.detail = "discover-weekly gives " + user->name + " " + std::to_string(tracks) +
                  (tracks == 1 ? " track" : " tracks") + ", " + std::to_string(tracks - known) +
                  " never played" +
                  (is_of_its_kind ? "" : "; made by fallback: " + playlist.fallback);
  } catch (const Error& error) {
    if (error.exit() == Exit::kInterrupted) throw;
    list.detail = std::string("discover-weekly does not run: ") + error.what();
  }
  if (list.is_good) {
    // Then nothing that it could do without keeps a list from being made.
    for (Finding& finding : findings)
      if (finding.what == "models" || finding.what == "new to find") finding.is_needed = false;
  }
  if (!list.is_good || !is_of_its_kind) {
    std::istringstream ways(app::ways_text(app::ways_to_new_music(sources, caller.asked.now)));
    for (std::string line; std::getline(ways, line);) list.detail += "\n      " + line;
  }
  findings.push_back(std::move(list));
}

void look_at_folders(std::vector<Finding>& findings) {
  findings.push_back(folder("scripts", own_folders().scripts));
  findings.push_back(folder("recipes", own_folders().recipes));
  findings.push_back(folder("plugins", own_folders().plugins));
  const bool has_zones = fs::exists("/usr/share/zoneinfo");
  findings.push_back(
      {"time zones", has_zones ? "/usr/share/zoneinfo" : "missing: install tzdata", has_zones});
}

void look_at_plugins(const app::Caller& caller, std::vector<Finding>& findings) {
  Registry::Options options{caller.home.plugin_directories(), caller.home.plugin_copies(), true};
  options.is_tried_again = true;
  const std::shared_ptr<const Registry> registry = Registry::load(options);
  findings.push_back({"elements",
                      std::to_string(registry->elements().size()) + " from " +
                          std::to_string(registry->plugins().size()) + " libraries",
                      !registry->elements().empty()});
  for (const PluginProblem& problem : registry->problems())
    findings.push_back({"plugin", problem.path + ": " + problem.message, false});
}

/// "llm: small at http://127.0.0.1:11434, asked for names, moods".
std::string language_model_text(const accounts::Account& account) {
  const std::string text = account.title() + ": " + one_line(account.value("model")) + " at " +
                           one_line(account.value("address"));
  std::vector<std::string> allowed;
  for (const complete::Purpose& purpose : complete::purposes())
    if (app::has_purpose(account, purpose.name)) allowed.emplace_back(purpose.name);
  return text + (allowed.empty() ? ", asked for nothing: it has no purposes, see: engine help llm"
                                 : ", asked for " + joined(allowed, ", "));
}

/// Nothing needs one, so that none is no fault. Nobody is asked whether it answers.
void look_at_language_models(const app::Caller& caller, std::vector<Finding>& findings) {
  std::vector<std::string> connected;
  try {
    for (const accounts::Account& listed : accounts::Accounts(caller.home.accounts_file()).list()) {
      const accounts::KnownService* service = accounts::find_service(listed.service);
      if (service != nullptr && service->is_language_model)
        connected.push_back(language_model_text(accounts::completed(listed)));
    }
  } catch (const Error& error) {
    const std::string& why = error.parts().why;
    findings.push_back(
        {"language model", error.what() + (why.empty() ? "" : ": " + why), /*is_good=*/false});
    return;
  }
  findings.push_back(
      {"language model",
       connected.empty() ? "none is connected, and nothing needs one" : joined(connected, "; "),
       /*is_good=*/true});
}

/// Of jobs that nobody runs: since when the one that has waited longest does.
std::string idle_clock_text(const std::vector<JobView>& overdue) {
  const auto first = std::min_element(
      overdue.begin(), overdue.end(),
      [](const JobView& a, const JobView& b) { return a.next.value() < b.next.value(); });
  return one_line(first->job.name) +
         (overdue.size() > 1 ? " and " + std::to_string(overdue.size() - 1) + " more" : "") +
         " should have been run, since " + local_time_text(*first->next, first->timezone) +
         ", and no clock is at work; how to start one: engine jobs systemd";
}

/// Nothing needs any, so that none is no fault.
void look_at_jobs(const app::Caller& caller, std::vector<Finding>& findings) {
  constexpr std::int64_t kPatience = 15 * kMinute;  // of whose clock looks every few minutes
  const std::string library = caller.home.library_path();
  const Store store = Store::open(library, {.is_read_only = true, .may_create = false});
  std::vector<JobView> overdue;
  std::string failed;
  const std::vector<schedule::Job> jobs = schedule::list_jobs(store);
  for (const schedule::Job& job : jobs) {
    const JobView view = view_of(store, job, caller.asked.now);
    if (view.is_due && *view.next < caller.asked.now - kPatience) overdue.push_back(view);
    if (!job.paused_at && view.last && view.last->outcome == schedule::JobOutcome::kFailed)
      failed += (failed.empty() ? "" : "; ") + one_line(job.name) + " " + outcome_text(*view.last);
  }
  if (jobs.empty()) {
    findings.push_back({"jobs", "none was added; the usual ones: engine jobs add --usual", true});
  } else if (!overdue.empty() && !schedule::is_clock_at_work(library)) {
    findings.push_back({"jobs", idle_clock_text(overdue), false});
  } else {
    findings.push_back({"jobs", counted(jobs.size(), "job") + (failed.empty() ? "" : ", " + failed),
                        failed.empty(), /*is_needed=*/false});
  }
}

bool are_good(const std::vector<Finding>& findings) {
  return std::all_of(findings.begin(), findings.end(),
                     [](const Finding& finding) { return finding.is_good; });
}

std::vector<Finding> examine(const app::Caller& caller) {
  std::vector<Finding> findings;
  look_at_folders(findings);
  try {
    static_cast<void>(caller.home.settings());  // some are in the library
  } catch (const Error& error) {
    if (error.exit() != Exit::kStore) throw;
    findings.push_back({"library", error.parts().where + ": " + error.parts().why, false});
    return findings;
  }
  look_at_plugins(caller, findings);
  look_at_store(caller, findings);
  const bool has_library = are_good(findings);
  if (has_library) look_for_new_music(caller, findings);
  if (has_library) look_at_jobs(caller, findings);
  look_at_language_models(caller, findings);
  return findings;
}

Answer told(const std::vector<Finding>& findings) {
  Json json = Json::array();
  std::string text;
  bool is_all_good = true;
  std::size_t widest = 0;
  for (const Finding& finding : findings) widest = std::max(widest, finding.what.size());
  for (const Finding& finding : findings) {
    is_all_good = is_all_good && (finding.is_good || !finding.is_needed);
    json.push_back({{"what", finding.what},
                    {"good", finding.is_good},
                    {"needed", finding.is_needed},
                    {"detail", finding.detail}});
    std::string what = finding.what;
    what.resize(widest + 2, ' ');
    text += std::string(finding.is_good     ? "good  "
                        : finding.is_needed ? "BAD   "
                                            : "lacks ") +
            what + finding.detail + "\n";
  }
  return {is_all_good ? Exit::kDone : Exit::kNothing, {{"findings", json}}, text};
}

Answer doctor(const app::Caller& caller, const Arguments&) {
  return told(examine(caller));
}

}  // namespace

std::vector<Verb> doctor_verbs() {
  return {{.name = "doctor",
           .help = "Look at everything a run needs and say what is missing",
           .answer = doctor}};
}

}  // namespace engine::verbs
