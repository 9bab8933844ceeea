// engine jobs [add | remove | pause | resume | run | history | run-due | systemd]: what is done by
// itself, when, and what came of it.
#include "schedule/jobs.hpp"

#include <algorithm>
#include <ctime>
#include <filesystem>

#include "core/output_file.hpp"
#include "core/shown_text.hpp"
#include "schedule/clock.hpp"
#include "schedule/cron_expression.hpp"
#include "schedule/job_lock.hpp"
#include "verbs/asked_job.hpp"
#include "verbs/clock_units.hpp"
#include "verbs/job_text.hpp"
#include "verbs/usual_jobs.hpp"
#include "verbs/verbs.hpp"

namespace engine::verbs {
namespace {

using schedule::CronExpression;
using schedule::Job;
using schedule::JobOutcome;
using schedule::JobRun;

Store jobs_to_read(const app::Caller& caller) {
  return Store::open(caller.home.library_path(), {.is_read_only = true, .may_create = false});
}

Store jobs_to_change(const app::Caller& caller) {
  return Store::open(caller.home.library_path(), {.may_create = false});
}

std::string padded_to(std::string text, std::size_t width) {
  text.resize(std::max(width, text.size()), ' ');
  return text;
}

// ---- the list ----

std::string job_text(const JobView& view, std::size_t name_width) {
  const Job& job = view.job;
  std::string text = padded_to(one_line(job.name), name_width + 2) + job_command(job) +
                     (job.user.empty() ? "" : ", for " + one_line(job.user)) + "\n";
  const std::string indent(name_width + 2, ' ');
  text += indent + CronExpression::parse(job.when).in_words() + " (" + view.timezone + ")";
  if (job.paused_at) {
    text += ", paused";
  } else if (view.is_due) {
    text += ", due since " + local_time_text(*view.next, view.timezone);
  } else if (view.next) {
    text += ", next " + local_time_text(*view.next, view.timezone);
  }
  text += "\n" + indent;
  if (!view.last) return text + "never run\n";
  return text + "last " + local_time_text(view.last->started_at, view.timezone) + ": " +
         outcome_text(*view.last) + "\n";
}

Answer list_jobs(const app::Caller& caller, const Arguments&) {
  const Store store = jobs_to_read(caller);
  std::vector<JobView> views;
  std::size_t width = 0;
  for (const Job& job : schedule::list_jobs(store)) {
    views.push_back(view_of(store, job, caller.asked.now));
    width = std::max(width, one_line(job.name).size());
  }
  const bool is_ticking = schedule::is_clock_at_work(caller.home.library_path());
  Answer answer{
      .exit = views.empty() ? Exit::kNothing : Exit::kDone,
      .data = {{"now", caller.asked.now}, {"clock_at_work", is_ticking}, {"jobs", Json::array()}}};
  for (const JobView& view : views) {
    answer.data["jobs"].push_back(job_json(view));
    answer.text += job_text(view, width);
  }
  if (views.empty())
    answer.text = "no job was added; the usual ones are added by: engine jobs add --usual\n";
  return answer;
}

// ---- add ----

void put_job(const app::Caller& caller, Store& store, const Job& job, Answer& answer) {
  schedule::add_job(store, job);
  const JobView view = view_of(store, schedule::require_job(store, job.name), caller.asked.now);
  answer.data["added"].push_back(job_json(view));
  answer.text += one_line(job.name) + ": " + job_command(job) +
                 (view.job.user.empty() ? "" : ", for " + one_line(view.job.user)) + ", " +
                 CronExpression::parse(job.when).in_words() + " (" + view.timezone + "), first " +
                 (view.next ? local_time_text(*view.next, view.timezone) : "never") + "\n";
}

void leave_job(const std::string& name, const std::string& why, Answer& answer) {
  answer.data["left"].push_back({{"name", name}, {"why", why}});
  answer.text += one_line(name) + ": not added, " + one_line(why) + "\n";
}

void add_usual_jobs(const app::Caller& caller, Store& store, const Arguments& arguments,
                    Answer& answer) {
  std::vector<std::string> taken;
  for (const Job& job : schedule::list_jobs(store)) taken.push_back(job.name);
  for (const UsualJob& usual : usual_jobs()) {
    const Job job = usual_job(caller, store, arguments, usual, "");
    if (std::find(taken.begin(), taken.end(), job.name) != taken.end()) {
      leave_job(job.name, "it is there already", answer);
    } else if (*usual.needs != '\0' && store.integer(std::string("SELECT ") + usual.needs) == 0) {
      leave_job(job.name, usual.lacks, answer);
    } else {
      put_job(caller, store, job, answer);
    }
  }
}

Answer add_jobs(const app::Caller& caller, const Arguments& arguments) {
  Store store = jobs_to_change(caller);
  Answer answer{.data = {{"added", Json::array()}, {"left", Json::array()}}};
  const JobWords parts = job_words(arguments);
  const UsualJob* usual = find_usual_job(parts.name);
  if (arguments.flag("usual")) {
    if (arguments.has("name"))
      throw Error(Exit::kUsage, "--usual adds all of the usual jobs",
                  {"", "", "", "give no other"});
    add_usual_jobs(caller, store, arguments, answer);
  } else if (!parts.verb.empty()) {
    put_job(caller, store, asked_job(caller, store, arguments, parts), answer);
  } else if (usual != nullptr) {
    put_job(caller, store, usual_job(caller, store, arguments, *usual, parts.when), answer);
  } else {
    refuse_unknown_job(parts);
  }
  if (answer.data["added"].empty()) answer.exit = Exit::kNothing;
  const std::string library = caller.home.library_path();
  answer.afterwards = [&caller, library] {
    if (!schedule::is_clock_at_work(library))
      caller.note("jobs are run by a clock; how to start one: engine jobs systemd");
  };
  return answer;
}

// ---- one job ----

Answer remove_job(const app::Caller& caller, const Arguments& arguments) {
  Store store = jobs_to_change(caller);
  const Job job = schedule::require_job(store, arguments.text("name"));
  schedule::remove_job(store, job);
  return {.data = {{"removed", job.name}},
          .text = one_line(job.name) + " is removed, with its history\n"};
}

Answer changed_job(const app::Caller& caller, const Store& store, const std::string& name,
                   const std::string& what) {
  const JobView view = view_of(store, schedule::require_job(store, name), caller.asked.now);
  std::string text = one_line(name) + " " + what;
  if (view.next) text += ", next " + local_time_text(*view.next, view.timezone);
  return {.data = job_json(view), .text = text + "\n"};
}

Answer pause_job(const app::Caller& caller, const Arguments& arguments) {
  Store store = jobs_to_change(caller);
  const Job job = schedule::require_job(store, arguments.text("name"));
  schedule::pause_job(store, job, caller.asked.now);
  return changed_job(caller, store, job.name, "is paused");
}

Answer resume_job(const app::Caller& caller, const Arguments& arguments) {
  Store store = jobs_to_change(caller);
  const Job job = schedule::require_job(store, arguments.text("name"));
  schedule::resume_job(store, job, caller.asked.now);
  return changed_job(caller, store, job.name, job.paused_at ? "goes on" : "was not paused");
}

// ---- running ----

/// The command line of one run of a job.
std::vector<std::string> run_words(const app::Caller& caller, const Job& job) {
  std::vector<std::string> words = {"--library", caller.home.library_path()};
  if (!job.user.empty()) words.insert(words.end(), {"--user", job.user});
  if (std::filesystem::exists(caller.home.settings_file()))
    words.insert(words.end(), {"--config", caller.home.settings_file()});
  for (const std::string& folder : caller.home.given_plugin_directories())
    words.insert(words.end(), {"--plugins", folder});
  if (caller.asked.is_now_given)
    words.insert(words.end(), {"--now", std::to_string(caller.asked.now)});
  for (std::size_t from = 0; from <= job.verb.size();) {
    const std::size_t end = std::min(job.verb.find(' ', from), job.verb.size());
    words.push_back(job.verb.substr(from, end - from));
    from = end + 1;
  }
  words.insert(words.end(), job.arguments.begin(), job.arguments.end());
  return words;
}

schedule::ClockHands clock_hands(const app::Caller& caller, ProgramLine on_line = nullptr) {
  schedule::ClockHands hands;
  hands.library = caller.home.library_path();
  hands.now = [&caller] {
    return caller.asked.is_now_given ? caller.asked.now : std::int64_t{std::time(nullptr)};
  };
  hands.start = [&caller, on_line](const Job& job) {
    const ProgramLimits limits{.wall_seconds = static_cast<double>(job.limit_seconds)};
    return std::make_unique<Program>(own_program(), run_words(caller, job), limits, on_line);
  };
  hands.note = [&caller](const std::string& text) { caller.note_once(text); };
  return hands;
}

Json named_run_json(const Job& job, const JobRun& run) {
  Json json = {{"job", job.name}};
  json.update(job_run_json(run));
  return json;
}

Answer run_job(const app::Caller& caller, const Arguments& arguments) {
  const Job job = schedule::require_job(jobs_to_change(caller), arguments.text("name"));
  const JobRun run = schedule::run_job_now(
      clock_hands(caller, [&caller](ProgramStream,
                                    std::string_view line) { caller.note(std::string(line)); }),
      job);
  const bool is_done = run.outcome == JobOutcome::kDone;
  return {.exit = is_done                                   ? Exit::kDone
                  : run.outcome == JobOutcome::kInterrupted ? Exit::kInterrupted
                                                            : Exit::kNothing,
          .data = named_run_json(job, run),
          .text = one_line(job.name) + ": " + outcome_text(run) + "\n"};
}

std::string ended_text(const app::Caller& caller, const Job& job, const JobRun& run) {
  std::string due;
  if (run.due_at) {
    const Store store = jobs_to_read(caller);
    due = "due " + local_time_text(*run.due_at, schedule::zone_of(store, job)) + ", ";
  }
  return one_line(job.name) + ": " + due + outcome_text(run) + "\n";
}

Answer run_due_for_ever(const app::Caller& caller, schedule::ClockHands hands) {
  if (caller.asked.is_now_given) {
    throw Error(Exit::kUsage, "--forever goes by the clock",
                {"", "", "--now is for one look", "leave it out"});
  }
  hands.ended = [&](const Job& job, const JobRun& run) {
    caller.line({{"runs", Json::array({named_run_json(job, run)})}}, ended_text(caller, job, run));
  };
  schedule::run_jobs_for_ever(hands);
  caller.note("stopped; what was under way is run again by the next clock");
  return {};
}

Answer run_due(const app::Caller& caller, const Arguments& arguments) {
  schedule::ClockHands hands = clock_hands(caller);
  hands.most_at_once = static_cast<std::size_t>(arguments.integer("at-once"));
  static_cast<void>(jobs_to_change(caller));  // the library is there, and of this engine's schema
  if (arguments.flag("forever")) return run_due_for_ever(caller, std::move(hands));
  Answer answer{.data = {{"runs", Json::array()}}};
  hands.ended = [&](const Job& job, const JobRun& run) {
    answer.data["runs"].push_back(named_run_json(job, run));
    caller.part(ended_text(caller, job, run));
  };
  const schedule::ClockReport report = schedule::run_due_jobs(hands);
  if (report.was_at_work)
    caller.note("another clock is at work for this library; nothing was done");
  if (report.failures > 0) answer.exit = Exit::kNothing;
  if (report.is_interrupted) answer.exit = Exit::kInterrupted;
  return answer;
}

// ---- history ----

Answer job_history(const app::Caller& caller, const Arguments& arguments) {
  const Store store = jobs_to_read(caller);
  std::optional<std::int64_t> only;
  if (arguments.has("name")) only = schedule::require_job(store, arguments.text("name")).id;
  Answer answer{.data = {{"runs", Json::array()}}};
  const std::vector<Job> jobs = schedule::list_jobs(store);
  for (const JobRun& run :
       schedule::list_runs(store, only, caller.asked.now, arguments.integer("last"))) {
    const auto job = std::find_if(jobs.begin(), jobs.end(),
                                  [&](const Job& one) { return one.id == run.job_id; });
    const std::string zone = schedule::zone_of(store, *job);
    answer.data["runs"].push_back(named_run_json(*job, run));
    answer.text += local_time_text(run.started_at, zone) + "  " + one_line(job->name) +
                   (run.due_at ? "" : ", by hand") + ": " + outcome_text(run) + "\n";
  }
  if (answer.text.empty()) {
    answer.exit = Exit::kNothing;
    answer.text = "nothing was run yet\n";
  }
  return answer;
}

// ---- units ----

Answer show_units(const app::Caller& caller, const Arguments& arguments) {
  const ClockUnits units = clock_units(own_program(), caller.home.library_path());
  Answer answer{
      .data = {{"units", Json::array()}, {"install", units.install}, {"cron", units.cron}}};
  for (const ClockUnit& unit : units.units)
    answer.data["units"].push_back({{"name", unit.name}, {"text", unit.text}});
  if (arguments.has("to")) {
    const std::string folder = output_folder(arguments.text("to"), caller.home.kept_files(), true);
    for (const ClockUnit& unit : units.units)
      OutputFile(folder + "/" + unit.name, caller.home.kept_files(), {.makes_folders = true})
          .write(unit.text);
    answer.text =
        "wrote " + folder + "/" + units.units[0].name + " and " + units.units[1].name + "\n";
  } else {
    for (const ClockUnit& unit : units.units)
      answer.text += "# " + unit.name + "\n" + unit.text + "\n";
  }
  answer.text += units_text(units, arguments.has("to"));
  return answer;
}

// ---- what they take ----

Parameter job_name_parameter(bool is_required) {
  return {.name = "name",
          .value_name = "NAME",
          .help = is_required ? "The job (see: engine jobs)" : "One job [default: all]",
          .is_first = true,
          .is_required = is_required};
}

}  // namespace

std::vector<Verb> jobs_verbs() {
  return {
      {.name = "jobs",
       .help = "List what is done by itself, when next, and what came of it last",
       .footer = "A clock runs them: engine jobs systemd says how to start one.",
       .answer = list_jobs},
      {.name = "jobs add",
       .help =
           "Have something done again and again: engine jobs add NAME \"0 7 * * 1\" -- run weekly",
       .parameters = add_job_parameters(),
       .footer =
           "WHEN has five fields in quotes, minute hour day month weekday (\"*/30 * * * *\"), "
           "or is @hourly, @daily,\n@weekly, @monthly or @yearly. The verb and its arguments "
           "are checked now. engine help operating tells\nwhat happens when clocks are "
           "changed, the machine sleeps or a run fails.",
       .answer = add_jobs},
      {.name = "jobs remove",
       .help = "Forget a job, with its history",
       .parameters = {job_name_parameter(true)},
       .answer = remove_job},
      {.name = "jobs pause",
       .help = "Leave a job alone until it is resumed",
       .parameters = {job_name_parameter(true)},
       .answer = pause_job},
      {.name = "jobs resume",
       .help = "Go on with a job; what it missed meanwhile is not caught up",
       .parameters = {job_name_parameter(true)},
       .answer = resume_job},
      {.name = "jobs run",
       .help = "Run a job now, due or not",
       .parameters = {job_name_parameter(true)},
       .answer = run_job},
      {.name = "jobs history",
       .help = "What runs came to, the latest first",
       .parameters = {job_name_parameter(false),
                      {.name = "last",
                       .letter = 'n',
                       .type = Type::kInteger,
                       .value_name = "N",
                       .help = "So many",
                       .usual = "20",
                       .least = 1,
                       .most = 100'000}},
       .answer = job_history},
      {.name = "jobs run-due",
       .help = "Run what is due, for cron and timers; a line a job",
       .parameters = {{.name = "forever",
                       .type = Type::kFlag,
                       .help = "For a service: run what is due whenever it is, until SIGTERM",
                       .is_local = true},
                      {.name = "at-once",
                       .type = Type::kInteger,
                       .value_name = "N",
                       .help = "So many jobs at once, never two of one verb",
                       .usual = "2",
                       .least = 1,
                       .most = 16}},
       .footer =
           "Exit status 0 when nothing was due or all went well, 1 when a job failed. One clock "
           "at a time: a second one\ndoes nothing. A clock that is killed leaves nothing "
           "half-known: the next one runs again what it had begun.",
       .answer = run_due},
      {.name = "jobs systemd",
       .help = "Print the units of a clock for systemd, how to install them, and a line for cron",
       .parameters = {{.name = "to",
                       .value_name = "DIR",
                       .help = "Write the units there: ~/.config/systemd/user",
                       .is_local = true}},
       .answer = show_units}};
}

}  // namespace engine::verbs
