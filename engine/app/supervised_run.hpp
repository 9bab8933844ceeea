// A run in its worker: the request goes in by the fork, the answer comes back as frames.
#pragma once

#include <functional>
#include <optional>
#include <string>
#include <vector>

#include "app/caller.hpp"
#include "recipe/run.hpp"
#include "worker/confine.hpp"
#include "worker/job.hpp"

namespace engine::app {

/// The request for a recipe file with the caller's flags and settings: columns prepared,
/// limits and folders filled in. Throws Error(kInput) when the recipe cannot be read.
RunRequest make_run_request(const Caller& caller, const std::string& recipe);
/// The same for a text that is at hand already.
RunRequest make_run_request(const Caller& caller, const std::string& recipe,
                            const std::string& text);

/// The same without the columns, for whoever prepares those of several users.
RunRequest make_request_without_columns(const Caller& caller, const std::string& recipe);
RunRequest make_request_without_columns(const Caller& caller, const std::string& recipe,
                                        const std::string& text);
/// The models of the store that a run of the user's as of `now` uses; none where none was trained.
std::vector<ModelVersion> usable_models(const std::string& store, std::int64_t now,
                                        std::int64_t user_id);
/// Whose columns the caller asks for. Throws Error(kStore) when there is no library.
ColumnOptions column_options(const Caller& caller);
/// Gives a request whose recipe has changed, or whose parameters have, the columns of the other people
/// whom it may ask for now: of a large library those that it names, which costs some milliseconds a
/// person.
void prepare_people(const Caller& caller, RunRequest& request);

/// The limits of a recipe's own code, from the settings.
LuaLimits lua_limits(const Caller& caller);
/// The limits of a run's worker, from the settings.
WorkerLimits run_limits(const Caller& caller);

/// What a run's worker gives up once its plugins are loaded, from the settings limits.confine and
/// limits.network; nothing when it does not.
std::optional<Network> run_confinement(const Caller& caller);

/// The worker's side of a run: runs the request and sends what RunReceiver takes.
void send_run(const RunRequest& request, std::optional<Network> confinement, JobSender& sender);

/// The supervisor's side.
class RunReceiver {
 public:
  /// `takes` hears what is printed and noted; the others may be empty.
  RunReceiver(const std::string& recipe_path, JobTakes takes,
              std::function<void(const RunAnswer&)> answered = {},
              std::function<void(const std::vector<Departure>&)> departed = {},
              InputFiles::Tried tried_file = {});
  RunReceiver(const RunReceiver&) = delete;
  RunReceiver& operator=(const RunReceiver&) = delete;
  [[nodiscard]] JobReader& reader() { return reader_; }
  /// The run's answer once its worker has ended. Throws Error: the run's own, kPlugin when the
  /// worker crashed, kLimits when it was stopped.
  RunAnswer finish(const WorkerEnd& end);

 private:
  JobTakes with_answer(JobTakes takes);
  void take(std::uint32_t kind, const std::string& bytes);

  std::function<void(const RunAnswer&)> answered_;
  std::function<void(const std::vector<Departure>&)> departed_;
  InputFiles::Tried tried_file_;
  JobReader reader_;
  std::optional<RunAnswer> answer_;
  std::vector<std::string> outputs_;
};

/// Runs it in a supervised worker (or in this process with --in-process). Throws Error: the run's
/// own, kPlugin when the worker crashed, kLimits when it was stopped.
RunAnswer run_supervised(const Caller& caller, const RunRequest& request);

/// Runs any other job on a recipe the same way; it answers with a text, usually JSON.
std::string ask_supervised(const Caller& caller, const std::string& recipe_path,
                           const std::function<std::string(const RunReports&)>& job);

}  // namespace engine::app
