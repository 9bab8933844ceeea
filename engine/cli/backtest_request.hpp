// What `engine backtest` and `engine tune` share: whose history, which dates, how many workers.
#pragma once

#include <cstdint>
#include <string>
#include <vector>

#include "cli/cli.hpp"
#include "evaluate/backtest.hpp"

namespace engine {

struct BacktestFlags {
  std::string from, to, every = "1w", users;
  std::size_t jobs = 0;  // 0: one per processor
};

/// --from --to --every --users --jobs.
void add_backtest_flags(CLI::App& verb, BacktestFlags& flags);

/// Users with their columns, folders, limits and workers, for the users meant; no entries yet.
/// Throws what choose_user() throws, also for a name in --users.
evaluate::ListsRequest make_lists_request(Cli& cli, const BacktestFlags& flags);

/// --from to --to; without them 52 periods up to the end of what the users listened to, or to --now
/// if that is earlier. Throws Error(kUsage) for dates that do not fit, Error(kNothing) without any
/// listens to go by.
std::vector<evaluate::Period> choose_periods(Cli& cli, const BacktestFlags& flags,
                                             const evaluate::ListsRequest& request);

/// Draws "N of M dates" on a terminal, and wipes it at the end.
class DateProgress {
 public:
  DateProgress(const Cli& cli, std::string what);
  ~DateProgress();
  DateProgress(const DateProgress&) = delete;
  DateProgress& operator=(const DateProgress&) = delete;
  void operator()(std::size_t done, std::size_t all);

 private:
  std::string what_;
  bool is_shown_, is_drawn_ = false;
};

}  // namespace engine
