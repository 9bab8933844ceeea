// engine metrics [NAME ...]: what updates and retrainings came to, and how their figures went.
#include <algorithm>
#include <cstdio>

#include "app/default_user.hpp"
#include "core/calendar.hpp"
#include "core/counted.hpp"
#include "core/shown_text.hpp"
#include "pipelines/history.hpp"
#include "store/users.hpp"
#include "verbs/json_values.hpp"
#include "verbs/verbs.hpp"

namespace engine::verbs {
namespace {

using pipelines::FigureHistory;
using pipelines::History;
using pipelines::StepHistory;

constexpr std::size_t kSparks = 24;

int passes_of(const StepHistory& step, Outcome outcome) {
  const auto found = step.passes.find(outcome);
  return found == step.passes.end() ? 0 : found->second;
}

Json step_json(const StepHistory& step) {
  Json passes = Json::object();
  for (const Outcome outcome :
       {Outcome::kDone, Outcome::kNothing, Outcome::kSkipped, Outcome::kFailed})
    passes[word_of(outcome)] = passes_of(step, outcome);
  return {{"pipeline", step.pipeline},
          {"step", step.step},
          {"passes", passes},
          {"last",
           {{"at", format_time(step.last.at)},
            {"outcome", word_of(step.last.outcome)},
            {"reason", text_or_null(step.last.reason)},
            {"milliseconds", step.last.milliseconds}}}};
}

Json figure_json(const FigureHistory& figure) {
  Json points = Json::array();
  for (const pipelines::FigurePoint& point : figure.points)
    points.push_back({{"at", format_time(point.at)}, {"value", point.value}});
  return {{"name", figure.name},
          {"latest", figure.latest()},
          {"change", figure.points.size() > 1 ? Json(figure.change()) : Json(nullptr)},
          {"points", points}};
}

Json history_json(const History& history, const std::string& user, std::int64_t now) {
  Json steps = Json::array(), figures = Json::array();
  for (const StepHistory& step : history.steps) steps.push_back(step_json(step));
  for (const FigureHistory& figure : history.figures) figures.push_back(figure_json(figure));
  return {{"user", user}, {"now", format_time(now)}, {"steps", steps}, {"figures", figures}};
}

std::string to_width(std::string text, std::size_t width) {
  text.resize(std::max(width, text.size()), ' ');
  return text;
}

std::string number(double value, const char* form) {
  char text[32];
  std::snprintf(text, sizeof text, form, value);
  return text;
}

std::string step_text(const StepHistory& step) {
  std::string text = "  " + to_width(step.pipeline + " " + step.step, 24) +
                     format_time(step.last.at) + "  " + to_width(word_of(step.last.outcome), 9);
  const int failed = passes_of(step, Outcome::kFailed);
  int all = 0;
  for (const auto& [outcome, count] : step.passes) all += count;
  text += counted(all, "time");
  if (failed > 0) text += ", " + std::to_string(failed) + " failed";
  if (!step.last.reason.empty()) text += "; " + one_line(step.last.reason);
  return text + "\n";
}

std::string figure_text(const FigureHistory& figure, std::size_t width) {
  const std::string latest = number(figure.latest(), "%.4g");
  const std::string change = number(figure.change(), "%+.4g");
  std::string text = "  " + to_width(figure.name, width + 2) +
                     std::string(10 - std::min<std::size_t>(10, latest.size()), ' ') + latest;
  if (figure.points.size() > 1)
    text += std::string(12 - std::min<std::size_t>(12, change.size()), ' ') + change + "  " +
            pipelines::sparkline(figure, kSparks);
  return text + "\n";
}

std::string history_text(const History& history, const std::string& user, std::int64_t now) {
  std::string text = one_line(user) + " as of " + format_time(now) + "\n\nsteps, the last time\n";
  for (const StepHistory& step : history.steps) text += step_text(step);
  if (history.figures.empty()) return text;
  std::size_t width = 0;
  for (const FigureHistory& figure : history.figures) width = std::max(width, figure.name.size());
  text += "\n  " + to_width("figure", width + 2) + "    latest   in a week\n";
  for (const FigureHistory& figure : history.figures) text += figure_text(figure, width);
  return text;
}

Answer nothing(const History& history, const std::string& user, const app::Caller& caller,
               const Arguments& arguments) {
  const bool are_named = !arguments.texts("names").empty();
  return {Exit::kNothing, history_json(history, user, caller.asked.now),
          one_line(user) + " as of " + format_time(caller.asked.now) + ": " +
              (are_named ? "no step and no figure is called so; engine metrics lists them\n"
                         : "nothing was updated or retrained yet; try: engine update\n")};
}

Answer metrics(const app::Caller& caller, const Arguments& arguments) {
  const Store store =
      Store::open(caller.home.library_path(), {.is_read_only = true, .may_create = false});
  const User user = choose_user(store, app::user_name(caller));
  const std::int64_t now = caller.asked.now;
  const History history =
      pipelines::history_of(engine::list_metrics(store, user.id, now), arguments.texts("names"));
  if (history.steps.empty()) return nothing(history, user.name, caller, arguments);
  return {.data = history_json(history, user.name, now),
          .text = history_text(history, user.name, now),
          .page = [history, name = user.name, now] {
            return pipelines::history_page(history, name, now);
          }};
}

}  // namespace

std::vector<Verb> metrics_verbs() {
  return {{.name = "metrics",
           .help = "What updates and retrainings came to, and how their figures went",
           .parameters = {{.name = "names",
                           .value_name = "NAME",
                           .help = "Steps (metrics), figures (discovery) or both "
                                   "(metrics.discovery) [default: all]",
                           .is_first = true,
                           .is_several = true}},
           .footer = "A figure's change is from its last value a week or more ago, else from its "
                     "first; the marks show its last\nvalues from the lowest to the highest. "
                     "engine help patterns says what the figures are.",
           .answer = metrics,
           .page_help = "Write a page with a plot of each figure"}};
}

}  // namespace engine::verbs
