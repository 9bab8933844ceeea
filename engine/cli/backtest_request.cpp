#include "cli/backtest_request.hpp"

#include <CLI/CLI.hpp>
#include <algorithm>
#include <iostream>
#include <sstream>

#include "app/supervised_run.hpp"
#include "core/calendar.hpp"
#include "core/duration.hpp"
#include "evaluate/listening.hpp"
#include "store/users.hpp"

namespace engine {
namespace {

constexpr std::int64_t kUsualPeriods = 52;

std::vector<std::string> wanted_users(Cli& cli, const BacktestFlags& flags,
                                      const std::string& store_path) {
  if (flags.users.empty()) return {cli.common.user};
  if (!cli.common.user.empty()) {
    throw Error(Exit::kUsage, "--user and --users cannot go together",
                {"", "", "--user names one person, --users several", "keep one of them"});
  }
  std::vector<std::string> names;
  if (flags.users == "all") {
    const Store store = Store::open(store_path, {.is_read_only = true, .may_create = false});
    for (const User& user : list_users(store)) names.push_back(user.name);
    return names;
  }
  std::istringstream list(flags.users);
  for (std::string name; std::getline(list, name, ',');)
    if (!name.empty() && std::find(names.begin(), names.end(), name) == names.end())
      names.push_back(name);
  return names;
}

/// The first midnight at or after the end of what they listened to.
std::int64_t end_of_listening(const evaluate::ListsRequest& request) {
  std::int64_t last = INT64_MIN;
  for (const auto& user : request.users) {
    const evaluate::Listening listening(user);
    if (!listening.is_empty()) last = std::max(last, listening.last());
  }
  if (last == INT64_MIN) {
    throw Error(Exit::kNothing, "there are no listens to compare lists with",
                {"", "", "", "import a listening history first, or try: engine demo"});
  }
  return (last + kDay) / kDay * kDay;
}

}  // namespace

void add_backtest_flags(CLI::App& verb, BacktestFlags& flags) {
  verb.add_option("--from", flags.from, "The first date [default: 52 periods before --to]")
      ->type_name("DATE");
  verb.add_option("--to", flags.to,
                  "Where the last period ends [default: the end of the listening]")
      ->type_name("DATE");
  verb.add_option("--every", flags.every, "How far the dates lie apart: 12h, 3d, 1w")
      ->capture_default_str()
      ->type_name("SPAN");
  verb.add_option("--users", flags.users,
                  "Several people instead of --user: all, or names with commas between")
      ->type_name("all|NAME,...");
  CLI::Option* train = verb.add_flag(
      "--train", flags.is_training,
      "Train the models that the recipes ask for as of each date [default: use the library's]");
  verb.add_option("--train-every", flags.train_every,
                  "With --train: train only this often, e.g. 4w [default: as --every]")
      ->needs(train)
      ->type_name("SPAN");
  verb.add_option("--jobs", flags.jobs, "Workers at once [default: one per processor]")
      ->check(CLI::Range(1, 1024))
      ->type_name("N");
}

evaluate::ListsRequest make_lists_request(Cli& cli, const BacktestFlags& flags) {
  evaluate::ListsRequest request;
  ColumnOptions columns = app::column_options(cli.caller());
  for (const std::string& name : wanted_users(cli, flags, columns.store)) {
    columns.user = name;
    request.users.push_back(prepare_columns(columns));
  }
  if (request.users.empty()) {
    throw Error(Exit::kNothing, "the store has no users yet",
                {columns.store, "", "", "import a listening history first, or try: engine demo"});
  }
  request.random_seed = cli.common.random_seed.value_or(1);
  request.plugin_directories = cli.home().plugin_directories();
  request.plugin_copies = cli.home().plugin_copies();
  request.limits = app::run_limits(cli.caller());
  request.limits.is_confined = cli.settings().boolean("limits.confine") && !cli.common.in_process;
  request.pool.workers = flags.jobs != 0 ? flags.jobs : default_pool_workers();
  request.pool.is_in_process = cli.common.in_process;
  request.print = [&cli](const std::string& text) { cli.note(text); };
  return request;
}

std::vector<evaluate::Period> choose_periods(Cli& cli, const BacktestFlags& flags,
                                             const evaluate::ListsRequest& request) {
  const std::int64_t every = evaluate::parse_span(flags.every);
  const std::int64_t now = cli.now();
  std::int64_t to = 0;
  if (!flags.to.empty()) {
    to = parse_time(flags.to);
    if (to > now) {
      throw Error(
          Exit::kUsage, "--to " + flags.to + " lies after now, " + format_time(now),
          {"", "", "lists are judged by what was played after them", "take an earlier --to"});
    }
  } else {
    to = std::min(end_of_listening(request), now);
  }
  const std::int64_t from =
      flags.from.empty() ? to - kUsualPeriods * every : parse_time(flags.from);
  return evaluate::make_periods(from, to, every);
}

DateProgress::DateProgress(const Cli& cli, std::string what)
    : what_(std::move(what)), is_shown_(cli.is_terminal() && !cli.common.quiet) {}

DateProgress::~DateProgress() {
  if (is_drawn_) std::cerr << "\r\x1b[K" << std::flush;
}

void DateProgress::operator()(std::size_t done, std::size_t all) {
  if (!is_shown_) return;
  std::cerr << "\r\x1b[K" << what_ << ": " << done << " of " << all << std::flush;
  is_drawn_ = true;
}

}  // namespace engine
