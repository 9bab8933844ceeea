// What a run reports, as frames of its job: the one place where the two meet.
#pragma once

#include <optional>
#include <string>

#include "recipe/run.hpp"
#include "worker/confine.hpp"
#include "worker/job.hpp"

namespace engine {

/// Stages to the heartbeat, "OF: " before each where one worker makes several runs; print() and the
/// plugins that did not load to the supervisor. Once those that did are loaded, the process gives
/// up what `confinement` says. RunReports::answered and departed are left to the caller.
RunReports run_reports(JobSender& sender, std::optional<Network> confinement = std::nullopt,
                       const std::string& of = "");

}  // namespace engine
