#include "app/lists_request.hpp"

#include <algorithm>
#include <sstream>

#include "app/default_user.hpp"
#include "app/supervised_run.hpp"
#include "core/calendar.hpp"
#include "core/duration.hpp"
#include "core/time_span.hpp"
#include "evaluate/listening.hpp"
#include "store/user_halves.hpp"
#include "store/users.hpp"

namespace engine::app {
namespace {

constexpr std::int64_t kUsualPeriods = 52;

std::vector<std::string> wanted_users(const Caller& caller, const ListsOptions& options,
                                      const std::string& store_path) {
  if (options.users.empty()) return {user_name(caller)};
  if (!caller.asked.user.empty()) {
    throw Error(Exit::kUsage, "--user and --users cannot go together",
                {"", "", "--user names one person, --users several", "keep one of them"});
  }
  std::vector<std::string> names;
  const std::optional<Half> half = half_called(options.users);
  if (half || options.users == "all") {
    const Store store = Store::open(store_path, {.is_read_only = true, .may_create = false});
    for (const User& user : list_users(store))
      if (!half || half_of(user.name) == *half) names.push_back(user.name);
    if (half && names.empty()) {
      throw Error(Exit::kNothing, "nobody in the library is of the " + name_of(*half) + " half",
                  {store_path, "", "which half somebody is of hangs on their name alone",
                   "take --users all"});
    }
    return names;
  }
  std::istringstream list(options.users);
  for (std::string name; std::getline(list, name, ',');)
    if (!name.empty() && std::find(names.begin(), names.end(), name) == names.end())
      names.push_back(name);
  if (names.empty()) {
    throw Error(Exit::kUsage, "--users " + options.users + " names nobody",
                {"", "", "it takes all, or names with commas between",
                 "who is there: engine library users"});
  }
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

evaluate::ListsRequest make_lists_request(const Caller& caller, const ListsOptions& options) {
  evaluate::ListsRequest request;
  ColumnOptions columns = column_options(caller);
  for (const std::string& name : wanted_users(caller, options, columns.store)) {
    columns.user = name;
    request.users.push_back(prepare_columns(columns));
  }
  if (request.users.empty()) {
    throw Error(Exit::kNothing, "the store has no users yet",
                {columns.store, "", "", "import a listening history first, or try: engine demo"});
  }
  request.random_seed = caller.asked.random_seed.value_or(1);
  request.plugin_directories = caller.home.plugin_directories();
  request.plugin_copies = caller.home.plugin_copies();
  request.limits = run_limits(caller);
  request.limits.is_confined =
      caller.home.settings().boolean("limits.confine") && !caller.asked.in_process;
  request.pool.workers = options.jobs != 0 ? options.jobs : default_pool_workers();
  request.pool.is_in_process = caller.asked.in_process;
  request.print = [&caller](const std::string& text) { caller.note(text); };
  return request;
}

std::vector<evaluate::Period> choose_periods(const Caller& caller, const ListsOptions& options,
                                             const evaluate::ListsRequest& request) {
  const std::int64_t every = parse_span(options.every);
  const std::int64_t now = caller.asked.now;
  std::int64_t to = 0;
  if (!options.to.empty()) {
    to = parse_time(options.to);
    if (to > now) {
      throw Error(
          Exit::kUsage, "--to " + options.to + " lies after now, " + format_time(now),
          {"", "", "lists are judged by what was played after them", "take an earlier --to"});
    }
  } else {
    to = std::min(end_of_listening(request), now);
  }
  const std::int64_t from =
      options.from.empty() ? to - kUsualPeriods * every : parse_time(options.from);
  return evaluate::make_periods(from, to, every);
}

}  // namespace engine::app
