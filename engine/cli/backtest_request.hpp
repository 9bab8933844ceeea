// What `engine backtest` and `engine tune` share: whose history, which dates, how many workers.
#pragma once

#include <cstdint>
#include <map>
#include <set>
#include <string>
#include <vector>

#include "cli/cli.hpp"
#include "core/temporary_folder.hpp"
#include "evaluate/backtest.hpp"

namespace engine {

struct BacktestFlags {
  std::string from, to, every = "1w", users;
  std::size_t jobs = 0;  // 0: one per processor
  bool is_training = false;
  std::string train_every;  // "": as `every`
};

/// --from --to --every --users --jobs --train --train-every.
void add_backtest_flags(CLI::App& verb, BacktestFlags& flags);

/// Users with their columns, folders, limits and workers, for the users meant; no entries yet.
/// Throws what choose_user() throws, also for a name in --users.
evaluate::ListsRequest make_lists_request(Cli& cli, const BacktestFlags& flags);

/// --from to --to; without them 52 periods up to the end of what the users listened to, or to --now
/// if that is earlier. Throws Error(kUsage) for dates that do not fit, Error(kNothing) without any
/// listens to go by.
std::vector<evaluate::Period> choose_periods(Cli& cli, const BacktestFlags& flags,
                                             const evaluate::ListsRequest& request);

/// The models that the recipes read when they run for one of the users at a date, where they find
/// these. A recipe that fails reads none; the real lists tell why.
std::set<std::string> read_models(const evaluate::ListsRequest& lists, evaluate::Place place,
                                  const std::vector<ModelVersion>& models);

/// The models that recipes find at each date: those of the store as of it, or with --train those
/// that the recipes ask for, trained aside as of each date or every --train-every, which nothing
/// later reaches either. Gone with this object.
class DateModels {
 public:
  /// Fills in request.models; `request` holds its entries. Throws what training throws.
  DateModels(Cli& cli, const BacktestFlags& flags, const std::vector<evaluate::Period>& periods,
             evaluate::ListsRequest& request);

  /// "1w"; "" for the store's.
  [[nodiscard]] const std::string& every() const { return every_; }

 private:
  void train(Cli& cli, const evaluate::ListsRequest& request,
             const std::vector<std::int64_t>& dates);

  TemporaryFolder folder_;
  std::map<std::int64_t, std::vector<ModelVersion>> models_;  // by the date they are as of
  std::string every_;
};

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
