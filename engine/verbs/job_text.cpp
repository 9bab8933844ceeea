#include "verbs/job_text.hpp"

#include <cstdio>

#include "core/calendar.hpp"
#include "core/counted.hpp"
#include "core/duration.hpp"
#include "core/local_time.hpp"
#include "core/shown_text.hpp"
#include "schedule/cron_expression.hpp"
#include "verbs/json_values.hpp"

namespace engine::verbs {

using schedule::Job;
using schedule::JobOutcome;
using schedule::JobRun;

JobView view_of(const Store& store, const Job& job, std::int64_t now) {
  JobView view{.job = job, .timezone = schedule::zone_of(store, job)};
  view.next = schedule::next_run(store, job, now);
  view.is_due = schedule::due_run(store, job, now).has_value();
  const std::vector<JobRun> runs = schedule::list_runs(store, job.id, now, 1);
  if (!runs.empty()) view.last = runs.front();
  return view;
}

Json job_run_json(const JobRun& run) {
  const bool is_good = run.outcome == JobOutcome::kDone || run.outcome == JobOutcome::kRunning;
  return {{"due", value_or_null(run.due_at)},
          {"missed", run.missed},
          {"attempt", run.attempt},
          {"started", run.started_at},
          {"seconds", run.ended_at ? Json(*run.ended_at - run.started_at) : Json(nullptr)},
          {"outcome", word_of(run.outcome)},
          {"exit", value_or_null(run.exit_status)},
          {"came", is_good ? text_or_null(run.told) : Json(nullptr)},
          {"error", is_good ? Json(nullptr) : text_or_null(run.told)}};
}

Json job_json(const JobView& view) {
  const Job& job = view.job;
  return {
      {"name", job.name},
      {"user", text_or_null(job.user)},
      {"verb", job.verb},
      {"arguments", job.arguments},
      {"when", job.when},
      {"in_words", schedule::CronExpression::parse(job.when).in_words()},
      {"timezone", view.timezone},
      {"next", value_or_null(view.next)},
      {"is_due", view.is_due},
      {"is_paused", job.paused_at.has_value()},
      {"jitter_minutes", job.jitter_seconds / kMinute},
      {"retries", job.retries},
      {"backoff_minutes", job.backoff_seconds / kMinute},
      {"limit_minutes", job.limit_seconds > 0 ? Json(job.limit_seconds / kMinute) : Json(nullptr)},
      {"last", view.last ? job_run_json(*view.last) : Json(nullptr)}};
}

std::string job_command(const Job& job) {
  std::string text = job.verb;
  for (const std::string& argument : job.arguments) {
    const bool is_plain =
        !argument.empty() && argument.find_first_of(" \t\n'\"$`\\*?&;|<>()#~") == std::string::npos;
    text += " ";
    if (is_plain) {
      text += one_line(argument);
      continue;
    }
    text += "'";
    for (const char c : one_line(argument)) text += c == '\'' ? "'\\''" : std::string(1, c);
    text += "'";
  }
  return text;
}

std::string local_time_text(std::int64_t ts, const std::string& timezone) {
  const LocalTime shown = LocalClock(timezone, ts, ts + 1).at(ts);
  std::string weekday = std::string(kWeekdays[shown.weekday()]).substr(0, 3);
  weekday[0] = static_cast<char>(weekday[0] - 32);
  char time[16];
  std::snprintf(time, sizeof time, " %02d:%02d", shown.hour(), shown.second % 3600 / 60);
  return weekday + " " + format_date(shown.day * kDay) + time;
}

std::string outcome_text(const JobRun& run) {
  std::string text = word_of(run.outcome);
  if (run.outcome == JobOutcome::kRunning) return text;
  if (run.ended_at && run.outcome != JobOutcome::kDied)
    text += (run.outcome == JobOutcome::kDone ? " in " : " after ") +
            std::to_string(*run.ended_at - run.started_at) + " s";
  if (run.exit_status && *run.exit_status != 0)
    text += ", exit status " + std::to_string(*run.exit_status);
  if (run.attempt > 1) text += ", attempt " + std::to_string(run.attempt);
  if (run.missed > 0) text += ", for " + counted(run.missed, "missed time") + " as well";
  return text + (run.told.empty() ? "" : ": " + one_line(run.told));
}

}  // namespace engine::verbs
