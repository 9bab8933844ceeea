#include <algorithm>
#include <cstdio>

#include "core/calendar.hpp"
#include "page/charts.hpp"
#include "page/html.hpp"
#include "page/page.hpp"
#include "pipelines/history.hpp"

namespace engine::pipelines {
namespace {

constexpr std::size_t kPlotValues = 120;

std::string figure_text(double value) {
  char text[32];
  std::snprintf(text, sizeof text, "%.4g", value);
  return text;
}

std::string count_of(const StepHistory& step, Outcome outcome) {
  const auto found = step.passes.find(outcome);
  return std::to_string(found == step.passes.end() ? 0 : found->second);
}

std::string steps_table(const History& history) {
  std::string html =
      "<div class=\"wide\"><table><tr><th>pipeline</th><th>step</th><th>last</th><th>outcome</th>";
  for (const char* word : {"done", "nothing", "skipped", "failed"})
    html += std::string("<th class=\"number\">") + word + "</th>";
  html += "<th>why</th></tr>\n";
  for (const StepHistory& step : history.steps) {
    html += "<tr><td>" + html_escaped(step.pipeline) + "</td><td>" + html_escaped(step.step) +
            "</td><td>" + format_time(step.last.at) + "</td><td>" + word_of(step.last.outcome) +
            "</td>";
    for (const Outcome outcome :
         {Outcome::kDone, Outcome::kNothing, Outcome::kSkipped, Outcome::kFailed})
      html += "<td class=\"number\">" + count_of(step, outcome) + "</td>";
    html += "<td><small>" + html_escaped(step.last.reason) + "</small></td></tr>\n";
  }
  return html + "</table></div>\n";
}

/// Charts begin at 0, so that what falls below it is told in the table only.
bool is_drawn(const FigureHistory& figure) {
  return figure.points.size() > 1 &&
         std::all_of(figure.points.begin(), figure.points.end(),
                     [](const FigurePoint& point) { return point.value >= 0; });
}

std::string plots(const History& history) {
  std::string html;
  for (const FigureHistory& figure : history.figures) {
    if (!is_drawn(figure)) continue;
    html +=
        "<figure>" +
        line_chart(figure.name, {values_over_time(figure, kPlotValues)}, 0,
                   format_date(figure.points.front().at), format_date(figure.points.back().at)) +
        "<figcaption>" + html_escaped(figure.name) + ": " + figure_text(figure.latest()) +
        "</figcaption></figure>\n";
  }
  return html.empty() ? "" : "<div class=\"plots\">\n" + html + "</div>\n";
}

std::string figures_table(const History& history) {
  std::string html =
      "<div class=\"wide\"><table><tr><th>figure</th><th class=\"number\">latest</th>"
      "<th class=\"number\">in a week</th><th class=\"number\">values</th><th>since</th></tr>\n";
  for (const FigureHistory& figure : history.figures)
    html += "<tr><td>" + html_escaped(figure.name) + "</td><td class=\"number\">" +
            figure_text(figure.latest()) + "</td><td class=\"number\">" +
            (figure.points.size() > 1 ? figure_text(figure.change()) : "") +
            "</td><td class=\"number\">" + std::to_string(figure.points.size()) + "</td><td>" +
            format_date(figure.points.front().at) + "</td></tr>\n";
  return html + "</table></div>\n";
}

}  // namespace

std::string history_page(const History& history, const std::string& user, std::int64_t now) {
  const std::string title = "Metrics of " + user;
  return page_html(title, "<h1>" + html_escaped(title) + "</h1>\n<p class=\"quiet\">as of " +
                              format_time(now) + "</p>\n<h2>Steps</h2>\n" + steps_table(history) +
                              "<h2>Figures</h2>\n" + plots(history) + figures_table(history));
}

}  // namespace engine::pipelines
