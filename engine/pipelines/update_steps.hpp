// The steps of pipelines/update.hpp.
#pragma once

#include <string>
#include <vector>

#include "pipelines/steps.hpp"

namespace engine::pipelines {

/// `read` has what the call itself read of the files that were named, where any were.
struct ReadFiles {
  std::size_t files = 0;
  std::size_t failed = 0;  // of these, those that were not read to their end
  std::size_t accounts = 0;
  std::size_t failed_accounts = 0;
  bool were_named = false;
  Exit exit = Exit::kDone;
};
/// Reads files as the caller's user, or as that of the library's only person.
/// Returns whose they were in `user`, "" for nobody's.
ReadFiles read_named(const app::Caller& caller, const std::vector<std::string>& paths,
                     std::string& user);

StepResult ingest(Pass& pass, const ReadFiles* named);
StepResult assign(Pass& pass);
StepResult predict(Pass& pass);
StepResult measure(Pass& pass);
StepResult look_for_drift(Pass& pass);
/// Into this folder.
StepResult write_dashboard(Pass& pass, const std::string& folder);

}  // namespace engine::pipelines
