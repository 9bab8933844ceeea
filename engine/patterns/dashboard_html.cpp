#include <algorithm>
#include <cmath>
#include <cstdio>
#include <limits>
#include <span>

#include "core/calendar.hpp"
#include "core/counted.hpp"
#include "core/duration.hpp"
#include "core/json_text.hpp"
#include "core/local_time.hpp"
#include "page/charts.hpp"
#include "page/html.hpp"
#include "page/page.hpp"
#include "page/time_charts.hpp"
#include "patterns/dashboard.hpp"

namespace engine::patterns {
namespace {

constexpr std::size_t kPageMoods = 8;      // with a colour of their own
constexpr std::size_t kMoodMonths = 48;    // of the months that moods are drawn over
constexpr std::int64_t kFewestDrawn = 20;  // plays of a month whose shares are drawn
constexpr std::int64_t kFewestHours = 10;  // of a step of a calibration that is drawn
constexpr double kNothing = std::numeric_limits<double>::quiet_NaN();
constexpr const char* kMonthNames[] = {"Jan", "Feb", "Mar", "Apr", "May", "Jun",
                                       "Jul", "Aug", "Sep", "Oct", "Nov", "Dec"};
constexpr const char* kWeekdayNames[] = {"Mon", "Tue", "Wed", "Thu", "Fri", "Sat", "Sun"};

// ---- words ---------------------------------------------------------------------------------------

std::string day_text(std::int64_t day) {
  return format_date(day * kDay);
}
/// "Sep 12".
std::string short_day(std::int64_t day) {
  const MonthAndDay at = month_and_day(day);
  return std::string(kMonthNames[at.month - 1]) + " " + std::to_string(at.day);
}
/// "Sep 2025".
std::string month_text(std::int64_t day) {
  return std::string(kMonthNames[month_and_day(day).month - 1]) + " " +
         std::to_string(year_of(day));
}
/// "2026-11-21 11:00", as the person's clock shows it.
std::string clock_text(const Dashboard& board, std::int64_t ts) {
  const LocalTime at = LocalClock(board.timezone, ts, ts + 1).at(ts);
  char text[48];
  std::snprintf(text, sizeof text, " %02d:%02d", at.hour(), at.second % 3600 / 60);
  return day_text(at.day) + text;
}
std::string share_text(std::int64_t part, std::int64_t whole) {
  return whole == 0 ? "–" : percent_text(static_cast<double>(part) / static_cast<double>(whole));
}
std::string percent_or_dash(const std::optional<double>& share) {
  return share ? percent_text(*share) : "–";
}
double share_of(std::int64_t part, std::int64_t whole) {
  return whole == 0 ? kNothing : static_cast<double>(part) / static_cast<double>(whole);
}

// ---- parts of a page -----------------------------------------------------------------------------

struct FigureTable {
  std::vector<std::string> heads;  // the first names the rows
  std::vector<std::vector<std::string>> rows;
};

std::string table_html(const FigureTable& table) {
  std::string html = "<div class=\"wide\" role=\"region\" tabindex=\"0\" aria-label=\"by " +
                     html_escaped(table.heads.front()) + "\"><table class=\"figures\">\n<tr>";
  for (std::size_t k = 0; k < table.heads.size(); ++k)
    html += std::string("<th scope=\"col\"") + (k > 0 ? " class=\"number\"" : "") + ">" +
            html_escaped(table.heads[k]) + "</th>";
  html += "</tr>\n";
  for (const std::vector<std::string>& row : table.rows) {
    html += "<tr>";
    for (std::size_t k = 0; k < row.size(); ++k)
      html += (k == 0 ? "<th scope=\"row\">" : "<td class=\"number\">") + html_escaped(row[k]) +
              (k == 0 ? "</th>" : "</td>");
    html += "</tr>\n";
  }
  return html + "</table></div>\n";
}

/// A chart with what it shows, its unit and what it is made of, and its figures as a table.
std::string figure_html(const std::string& title, const std::string& what, const std::string& chart,
                        const FigureTable& table) {
  return "<figure><figcaption>" + html_escaped(title) + " <small>" + html_escaped(what) +
         "</small></figcaption>\n" + chart + "<details><summary>" + html_escaped(title) +
         " as a table</summary>\n" + table_html(table) + "</details></figure>\n";
}

std::string keys_html(const std::vector<ChartSeries>& series) {
  std::string html = "<ul class=\"keys\">";
  for (const ChartSeries& one : series)
    html += "<li class=\"" + one.css + "\"><span class=\"key\"></span>" + html_escaped(one.name) +
            "</li>";
  return html + "</ul>\n";
}

std::string paragraph(const std::string& text) {
  return "<p>" + html_escaped(text) + "</p>\n";
}

/// What of a part cannot be told, and what to do; "" where all can.
std::string missing_html(const Dashboard& board, std::string_view part) {
  std::string html;
  for (const MissingPart& one : board.missing) {
    if (one.part != part) continue;
    html += "<p class=\"missing\">Note: " + html_escaped(one.why) + ".";
    if (!one.fix.empty()) html += " To change that: <code>" + html_escaped(one.fix) + "</code>";
    html += "</p>\n";
  }
  return html;
}

std::string heading(const char* text) {
  return std::string("<h2>") + text + "</h2>\n";
}
std::string charts(const std::string& figures) {
  return "<div class=\"charts\">\n" + figures + "</div>\n";
}

/// The places of periods on an axis: `name` tells one in full, `short_name` below it.
template <typename Period, typename Name, typename ShortName>
PlaceAxis axis_of(const std::vector<Period>& periods, Name name, ShortName short_name) {
  PlaceAxis axis;
  std::vector<std::string> shorts;
  for (const Period& period : periods) {
    axis.names.push_back(name(period.day));
    shorts.push_back(short_name(period.day));
  }
  axis.ticks = even_ticks(shorts, 4);
  return axis;
}
template <typename Period, typename Value>
std::vector<double> values_of(const std::vector<Period>& periods, Value value) {
  std::vector<double> values;
  for (const Period& period : periods) values.push_back(value(period));
  return values;
}
template <typename Period>
std::string span_text(const std::vector<Period>& periods, const char* word) {
  return counted(periods.size(), word) + " up to now";
}

// ---- sections ------------------------------------------------------------------------------------

std::string tile(const std::string& name, const std::string& figure, const std::string& beside) {
  return "<div><dt>" + html_escaped(name) + "</dt><dd><strong>" + html_escaped(figure) +
         "</strong><br><small>" + html_escaped(beside) + "</small></dd></div>\n";
}

std::string head_html(const Dashboard& board) {
  std::string html = "<h1>" + html_escaped(board.user) +
                     "’s listening</h1>\n<p class=\"quiet\">As of " +
                     html_escaped(clock_text(board, board.now) + " (" + board.timezone + ")");
  if (board.first)
    html += html_escaped(": " + counted(board.listens, "listen") + " since " +
                         format_date(*board.first) + ", " + counted(board.plays, "play") +
                         " of them long enough to count; " + counted(board.tracks, "track") +
                         " by " + counted(board.artists, "artist"));
  html += ".";
  if (board.untimed > 0)
    html += html_escaped(" Of " + counted(board.untimed, "listen") +
                         " the length is not told: they are not in the hours.");
  if (board.undated > 0)
    html += html_escaped(" " + counted(board.undated, "listen") +
                         " without a time are in these sums only.");
  return html + "</p>\n" + missing_html(board, "listens") + missing_html(board, "timezone");
}

std::string recent_html(const Dashboard& board) {
  const RecentListening &recent = board.recent, &before = board.before;
  const auto as_before = [](const std::string& figure) { return figure + " in the 28 before"; };
  return heading("The last 28 days") + "<dl class=\"tiles\">\n" +
         tile("plays", std::to_string(recent.plays), as_before(std::to_string(before.plays))) +
         tile("hours heard", number_text(recent.hours, 1),
              as_before(number_text(before.hours, 1))) +
         tile("sessions", std::to_string(recent.sessions),
              as_before(std::to_string(before.sessions))) +
         tile("skips", std::to_string(recent.skips), as_before(std::to_string(before.skips))) +
         tile("new tracks", std::to_string(recent.new_tracks),
              as_before(std::to_string(before.new_tracks))) +
         tile("discovery rate", share_text(recent.new_tracks, recent.plays),
              as_before(share_text(before.new_tracks, before.plays))) +
         "</dl>\n";
}

template <typename Period>
FigureTable period_table(const std::vector<Period>& periods, const PlaceAxis& axis,
                         const char* what) {
  FigureTable table{.heads = {what, "plays", "hours", "skips", "sessions"}, .rows = {}};
  for (std::size_t k = periods.size(); k-- > 0;)
    table.rows.push_back({axis.names[k], std::to_string(periods[k].plays),
                          number_text(periods[k].hours, 1), std::to_string(periods[k].skips),
                          std::to_string(periods[k].sessions)});
  return table;
}

template <typename Period>
std::string plays_figure(const std::string& title, const std::string& what, const char* word,
                         const std::vector<Period>& periods, const PlaceAxis& axis) {
  const auto plays = values_of(periods, [](const Period& one) { return double(one.plays); });
  return figure_html(
      title, what,
      stacked_columns(title + ", " + what, axis, {{"", series_class(0), plays}}, ValueKind::kCount),
      period_table(periods, axis, word));
}

std::string time_html(const Dashboard& board) {
  const PlaceAxis days = axis_of(board.days, day_text, short_day);
  const PlaceAxis weeks = axis_of(board.weeks, day_text, month_text);
  const PlaceAxis months = axis_of(board.months, month_text, month_text);
  std::string html = heading("Listening over time");
  if (board.earlier_plays > 0)
    html += paragraph(counted(board.earlier_plays, "play") + " before " +
                      month_text(board.months.front().day) + " are in none of these charts.");
  return html +
         charts(plays_figure("Plays a day", span_text(board.days, "day"), "day", board.days, days) +
                plays_figure("Plays a week", span_text(board.weeks, "week") + ", from Monday on",
                             "week of", board.weeks, weeks) +
                plays_figure("Plays a month", span_text(board.months, "month"), "month",
                             board.months, months));
}

PlaceAxis hours_axis() {
  PlaceAxis axis;
  for (int hour = 0; hour < 24; ++hour) {
    axis.names.push_back(std::to_string(hour) + ":00");
    if (hour % 6 == 0) axis.ticks.emplace_back(hour, std::to_string(hour) + ":00");
  }
  return axis;
}

std::string hours_figure(const Dashboard& board) {
  const PlaceAxis axis = hours_axis();
  std::vector<std::string> rows;
  std::vector<std::vector<double>> values;
  FigureTable table{.heads = {"hour"}, .rows = {}};
  for (std::size_t day = 0; day < 7; ++day) {
    rows.emplace_back(kWeekdayNames[day]);
    table.heads.emplace_back(kWeekdayNames[day]);
    values.emplace_back();
    for (std::size_t hour = 0; hour < 24; ++hour)
      values.back().push_back(double(board.week_hours[24 * day + hour]));
  }
  for (std::size_t hour = 0; hour < 24; ++hour) {
    table.rows.push_back({axis.names[hour]});
    for (std::size_t day = 0; day < 7; ++day)
      table.rows.back().push_back(std::to_string(board.week_hours[24 * day + hour]));
  }
  const std::string title = "Plays by hour and weekday",
                    what = "plays begun in each hour, by the clocks of " + board.timezone +
                           ", the last 52 weeks; the stronger the colour the more";
  return figure_html(title, what,
                     heat_map(title + ", " + what, rows, axis, values, ValueKind::kCount), table);
}

std::string length_text(const SessionLengths& length) {
  const auto told = [](int minutes) {
    return minutes >= 60 ? std::to_string(minutes / 60) + " h" : std::to_string(minutes) + " min";
  };
  if (!length.to) return told(length.from) + " and more";
  return length.from == 0 ? "under " + told(*length.to)
                          : told(length.from) + " to " + told(*length.to);
}

std::string lengths_figure(const Dashboard& board) {
  PlaceAxis axis;
  std::vector<double> counts;
  FigureTable table{.heads = {"length", "sessions"}, .rows = {}};
  for (std::size_t k = 0; k < board.session_lengths.size(); ++k) {
    const SessionLengths& length = board.session_lengths[k];
    axis.names.push_back(length_text(length));
    axis.ticks.emplace_back(k, length.from >= 60 ? std::to_string(length.from / 60) + " h"
                                                 : std::to_string(length.from));
    counts.push_back(double(length.sessions));
    table.rows.push_back({axis.names.back(), std::to_string(length.sessions)});
  }
  if (!axis.ticks.empty()) axis.ticks.back().second += " +";
  const std::string title = "Lengths of sessions",
                    what =
                        "sessions of the last 52 weeks by how long they last, in minutes and hours";
  return figure_html(title, what,
                     stacked_columns(title + ", " + what, axis, {{"", series_class(2), counts}},
                                     ValueKind::kCount),
                     table);
}

std::string when_html(const Dashboard& board) {
  const PlaceAxis weeks = axis_of(board.weeks, day_text, month_text);
  const auto counts =
      values_of(board.weeks, [](const ListeningPeriod& week) { return double(week.sessions); });
  const std::string title = "Sessions a week", what = span_text(board.weeks, "week");
  FigureTable table{.heads = {"week of", "sessions"}, .rows = {}};
  for (std::size_t k = board.weeks.size(); k-- > 0;)
    table.rows.push_back({weeks.names[k], std::to_string(board.weeks[k].sessions)});
  return heading("When, and how long") +
         paragraph(counted(board.sessions, "session") + " in all, half of them up to " +
                   number_text(board.median_minutes, 0) + " minutes and " +
                   number_text(board.median_tracks, 0) +
                   " tracks. A session is what no longer pause parts than the setting "
                   "play.session_gap_minutes.") +
         charts(hours_figure(board) +
                figure_html(title, what,
                            stacked_columns(title + ", " + what, weeks,
                                            {{"", series_class(2), counts}}, ValueKind::kCount),
                            table) +
                lengths_figure(board));
}

// ---- moods ---------------------------------------------------------------------------------------

/// The most played moods, the others together, and what has none; each with a count of every place.
struct MoodRows {
  std::vector<ChartSeries> series;

  template <typename Counts>
  MoodRows(const MoodListening& told, std::size_t places, Counts counts) {
    const auto add = [&](const Mood& mood, const std::string& name, const std::string& css) {
      series.push_back({name, css, std::vector<double>(places)});
      add_to(series.back(), counts(mood));
    };
    for (std::size_t k = 0; k < told.moods.size(); ++k) {
      if (k < kPageMoods) {
        add(told.moods[k], told.moods[k].label, series_class(k));
      } else if (k == kPageMoods) {
        add(told.moods[k], "other moods", series_class(k));
      } else {
        add_to(series.back(), counts(told.moods[k]));
      }
    }
    add(told.without, "without a mood", "none");
  }
  /// Of the plays of each place; places with too few plays to say something have no share.
  void to_shares() {
    for (std::size_t k = 0; k < series.front().values.size(); ++k) {
      double sum = 0;
      for (const ChartSeries& one : series) sum += one.values[k];
      for (ChartSeries& one : series)
        one.values[k] = sum >= kFewestDrawn ? one.values[k] / sum : kNothing;
    }
  }
  [[nodiscard]] FigureTable table(const char* what, const PlaceAxis& axis) const {
    FigureTable table{.heads = {what}, .rows = {}};
    for (const ChartSeries& one : series) table.heads.push_back(one.name);
    for (std::size_t k = 0; k < axis.names.size(); ++k) {
      table.rows.push_back({axis.names[k]});
      for (const ChartSeries& one : series)
        table.rows.back().push_back(std::isnan(one.values[k]) ? "–" : percent_text(one.values[k]));
    }
    return table;
  }

 private:
  template <typename Counts>
  static void add_to(ChartSeries& series, const Counts& counts) {
    const std::size_t skipped = counts.size() - series.values.size();
    for (std::size_t k = 0; k < series.values.size(); ++k)
      series.values[k] += double(counts[skipped + k]);
  }
};

std::string moods_html(const Dashboard& board) {
  std::string html = heading("Moods") + missing_html(board, "moods");
  if (!board.moods) return html;
  const MoodListening& told = *board.moods;
  const PlaceAxis hours = hours_axis();
  const std::vector<ListeningMonth> months(
      board.months.end() - static_cast<std::ptrdiff_t>(std::min(board.months.size(), kMoodMonths)),
      board.months.end());
  const PlaceAxis over = axis_of(months, month_text, month_text);
  MoodRows of_day(told, 24, [](const Mood& mood) { return std::span(mood.hours); });
  MoodRows of_months(told, months.size(), [](const Mood& mood) { return std::span(mood.months); });
  of_day.to_shares();
  of_months.to_shares();
  const std::string day = "Moods over the day",
                    of_hour = "share of the plays of each hour with 20 or more, the last 52 weeks",
                    time = "Moods over months",
                    of_month = "share of the plays of each month with 20 or more, " +
                               span_text(months, "month");
  html += paragraph("By model.moods as of " + format_date(told.as_of) + ". " +
                    share_text(told.without.plays, told.plays) +
                    " of all plays are of tracks without a mood, as too little is known of how "
                    "they sound.");
  return html + keys_html(of_day.series) +
         charts(figure_html(
                    day, of_hour,
                    stacked_columns(day + ", " + of_hour, hours, of_day.series, ValueKind::kShare),
                    of_day.table("hour", hours)) +
                figure_html(time, of_month,
                            stacked_columns(time + ", " + of_month, over, of_months.series,
                                            ValueKind::kShare),
                            of_months.table("month", over)));
}

// ---- what is new, what comes again ---------------------------------------------------------------

/// Of a month with enough plays to say something.
double drawn(const ListeningMonth& month, const std::optional<double>& value) {
  return month.plays >= kFewestDrawn ? value.value_or(kNothing) : kNothing;
}

std::string new_html(const Dashboard& board) {
  const PlaceAxis months = axis_of(board.months, month_text, month_text);
  const auto of = [&](auto value) { return values_of(board.months, value); };
  const std::vector<ChartSeries> fresh = {
      {"tracks", series_class(0), of([](const ListeningMonth& m) { return double(m.new_tracks); })},
      {"artists", series_class(1),
       of([](const ListeningMonth& m) { return double(m.new_artists); })}};
  const std::vector<ChartSeries> rates = {
      {"discovery rate", series_class(0),
       of([](const ListeningMonth& m) { return drawn(m, m.discovery_rate()); })},
      {"staleness", series_class(1),
       of([](const ListeningMonth& m) { return drawn(m, m.staleness); })}};
  const std::vector<ChartSeries> rests = {{"", series_class(4), of([](const ListeningMonth& m) {
                                             return m.rest_days.value_or(kNothing);
                                           })}};
  FigureTable counts{.heads = {"month", "tracks", "new tracks", "new artists"}, .rows = {}},
      shares{.heads = {"month", "discovery rate", "staleness"}, .rows = {}},
      days{.heads = {"month", "days"}, .rows = {}};
  for (std::size_t k = board.months.size(); k-- > 0;) {
    const ListeningMonth& month = board.months[k];
    counts.rows.push_back({months.names[k], std::to_string(month.tracks),
                           std::to_string(month.new_tracks), std::to_string(month.new_artists)});
    shares.rows.push_back({months.names[k], percent_or_dash(month.discovery_rate()),
                           percent_or_dash(month.staleness)});
    days.rows.push_back({months.names[k], number_text(month.rest_days.value_or(kNothing), 1)});
  }
  const std::string first = "New tracks and artists",
                    of_first = "first plays in each month, " + span_text(board.months, "month");
  const std::string second = "Discovery rate and staleness",
                    of_second = "shares of the plays of months with 20 or more";
  const std::string third = "Rest",
                    of_third =
                        "median days since the track was last played, of plays of tracks "
                        "that were played before, in months with 20 plays or more";
  return heading("What is new, and what comes again") +
         paragraph(
             "The discovery rate is the share of plays that are the first of their track. "
             "Staleness is the share of plays whose track was first played more than a year "
             "before; it is told from a year after the first listen on. At the beginning of "
             "a history all is new, as nobody knows what was heard before it.") +
         charts(
             figure_html(first, of_first,
                         trend_lines(first + ", " + of_first, months, fresh, ValueKind::kCount) +
                             keys_html(fresh),
                         counts) +
             figure_html(second, of_second,
                         trend_lines(second + ", " + of_second, months, rates, ValueKind::kShare) +
                             keys_html(rates),
                         shares) +
             figure_html(third, of_third,
                         trend_lines(third + ", " + of_third, months, rests, ValueKind::kDays),
                         days));
}

// ---- lists ---------------------------------------------------------------------------------------

std::vector<std::string> given_cells(const GivenTracks& given) {
  return {std::to_string(given.tracks),
          share_text(given.heard, given.tracks),
          share_text(given.heard_before, given.tracks),
          std::to_string(given.new_tracks),
          share_text(given.new_heard, given.new_tracks),
          std::to_string(given.open)};
}

FigureTable given_table(const char* what) {
  return {.heads = {what, "lists", "tracks", "heard", "heard before", "new", "new heard", "open"},
          .rows = {}};
}

std::string acceptance_figure(const GivenLists& lists) {
  const PlaceAxis axis = axis_of(lists.months, month_text, month_text);
  const std::vector<ChartSeries> series = {
      {"heard", series_class(0),
       values_of(lists.months, [](const GivenMonth& m) { return share_of(m.heard, m.tracks); })},
      {"new ones heard", series_class(2),
       values_of(lists.months,
                 [](const GivenMonth& m) { return share_of(m.new_heard, m.new_tracks); })},
      {"heard in the 28 days before", series_class(8),
       values_of(lists.months,
                 [](const GivenMonth& m) { return share_of(m.heard_before, m.tracks); })}};
  FigureTable table = given_table("month");
  for (std::size_t k = lists.months.size(); k-- > 0;) {
    table.rows.push_back({axis.names[k], std::to_string(lists.months[k].lists)});
    const auto cells = given_cells(lists.months[k]);
    table.rows.back().insert(table.rows.back().end(), cells.begin(), cells.end());
  }
  const std::string title = "Acceptance", what = "share of a month's tracks that were played";
  return figure_html(
      title, what,
      trend_lines(title + ", " + what, axis, series, ValueKind::kShare) + keys_html(series), table);
}

std::string kept_table(const Dashboard& board) {
  FigureTable table{.heads = {"kept playlist", "refreshed", "days ago", "tracks", "played since"},
                    .rows = {}};
  for (const KeptState& kept : board.lists.kept) {
    const bool is_made = kept.refreshed_at.has_value();
    table.rows.push_back({kept.name, is_made ? format_date(*kept.refreshed_at) : "never",
                          is_made ? std::to_string((board.now - *kept.refreshed_at) / kDay) : "–",
                          std::to_string(kept.tracks), share_text(kept.heard, kept.tracks)});
  }
  return table_html(table);
}

std::string lists_html(const Dashboard& board) {
  const GivenLists& lists = board.lists;
  std::string html = heading("Lists, and what became of them") + missing_html(board, "lists");
  if (!lists.months.empty()) {
    FigureTable table = given_table("recipe");
    for (const GivenByRecipe& recipe : lists.recipes) {
      table.rows.push_back({recipe.recipe, std::to_string(recipe.lists)});
      const auto cells = given_cells(recipe);
      table.rows.back().insert(table.rows.back().end(), cells.begin(), cells.end());
    }
    html += paragraph(
        "Acceptance is the share of the different tracks that the lists of a month gave which were "
        "played within 28 days from then on. That is no proof that a list brought them: what you "
        "play anyway counts too, and how many of the same tracks you had played in the 28 days "
        "before stands beside it. New ones are those that you had never played. Open ones may "
        "still be heard, so the latest months are not over.");
    html += charts(acceptance_figure(lists)) + table_html(table);
  }
  if (!lists.kept.empty()) html += kept_table(board);
  if (board.suggestions)
    html += paragraph("Of " + counted(board.suggestions->answers, "suggestion") +
                      " that you answered you accepted " +
                      std::to_string(board.suggestions->accepted) + " (engine stats discovery).");
  return html;
}

// ---- models --------------------------------------------------------------------------------------

std::string reliability_figure(const ModelState& model) {
  std::vector<ReliabilityPoint> points;
  FigureTable table{.heads = {"said", "came", "nine of ten lie between", "count"}, .rows = {}};
  for (const ModelState::Step& step : model.reliability) {
    if (step.count >= kFewestHours) points.push_back({step.said, step.came, step.low, step.high});
    table.rows.push_back(
        {number_text(100 * step.said, 1) + " %", number_text(100 * step.came, 1) + " %",
         number_text(100 * step.low, 1) + " and " + number_text(100 * step.high, 1) + " %",
         std::to_string(step.count)});
  }
  const std::string title = "Calibration of " + model.name,
                    what =
                        "probabilities that it said of hours held back from it, and how often a "
                        "session came, where there are ten such hours or more; a model that means "
                        "what it says is on the diagonal, and in the band nine times of ten";
  return figure_html(title, what, reliability_chart(title, points), table);
}

std::string models_html(const Dashboard& board) {
  std::string html = heading("Models") + missing_html(board, "models");
  if (board.models.empty()) return html;
  FigureTable table{.heads = {"model", "as of", "days old", "due", "calibration error"},
                    .rows = {}};
  std::string figures;
  for (const ModelState& model : board.models) {
    table.rows.push_back(
        {model.name + (model.is_own ? "" : " (everybody's)"), format_date(model.as_of),
         number_text(std::floor(model.age_days(board.now)), 0),
         model.is_due
             ? "now"
             : (model.retrain_days ? format_date(model.as_of + *model.retrain_days * kDay) : "–"),
         model.calibration_error ? number_text(*model.calibration_error, 3) : "–"});
    if (!model.reliability.empty()) figures += reliability_figure(model);
  }
  html += paragraph(
      "What a run as of then uses. A model is due once it is older than it says; "
      "engine train trains it. The calibration error is the mean difference between "
      "a probability that it says and how often that comes.");
  return html + table_html(table) + missing_html(board, "calibration") +
         (figures.empty() ? "" : charts(figures));
}

std::string drift_html(const Dashboard& board) {
  std::string html = heading("Drift") + missing_html(board, "drift");
  if (!board.drift) return html;
  const DriftState& drift = *board.drift;
  std::string changes;
  FigureTable table{.heads = {"metric", "before", "now", "p"}, .rows = {}};
  for (const DriftState::Change& change : drift.changes) {
    table.rows.push_back({change.metric, number_text(change.base, 2), number_text(change.recent, 2),
                          number_text(change.p, 3)});
    if (!change.is_drift) continue;
    changes += "<li>" + html_escaped(change.says);
    if (change.since) changes += "; since about " + format_date(*change.since);
    changes += "</li>\n";
  }
  html += paragraph(
      "The last " + counted(drift.days, "day") + " beside the " + std::to_string(drift.base) +
      " before, beyond chance (" + percent_text(drift.level) + ")" +
      (drift.looks > 0 ? "; at " + std::to_string(drift.alarms) + " of " +
                             counted(drift.looks, "earlier look") + " something had changed"
                       : "") +
      ".");
  html += changes.empty() ? paragraph("Nothing has changed beyond chance.")
                          : "<ul>\n" + changes + "</ul>\n";
  return html + "<details><summary>All metrics as a table</summary>\n" + table_html(table) +
         "</details>\n";
}

}  // namespace

std::string dashboard_html(const Dashboard& board) {
  std::string body = head_html(board);
  if (board.listens > 0) {
    body += recent_html(board) + time_html(board) + when_html(board) + moods_html(board) +
            new_html(board) + lists_html(board);
  }
  body += models_html(board) + drift_html(board);
  body +=
      "<p class=\"quiet\"><small>Nothing later than " + format_time(board.now) +
      " is in these figures, and this page asks for nothing outside of it. It holds them as JSON "
      "too, in its element <code>data</code>: what <code>engine dashboard --json</code> "
      "prints.</small></p>\n";
  return page_html(board.user + "’s listening",
                   body + data_element(json_text(dashboard_json(board))));
}

}  // namespace engine::patterns
