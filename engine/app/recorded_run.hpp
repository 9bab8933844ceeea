// A recorded run, asked for again: by replay, why and why-not.
#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <string_view>

#include "app/caller.hpp"
#include "recipe/run.hpp"
#include "store/runs.hpp"

namespace engine::app {

/// The number of a run, where `text` is one and no recipe.
std::optional<std::int64_t> run_number(std::string_view text);

/// The run that `text` names where it names one and no recipe: its number, or "last" for the
/// caller's newest (anybody's, where no user is given). Throws Error(kInput) for "last" where there
/// is none.
std::optional<std::int64_t> named_run(const Caller& caller, std::string_view text);

/// The record of run `id`. Throws Error(kInput) when there is none, naming the latest runs.
RunRecord recorded_run(const Caller& caller, std::int64_t id);

/// The request that repeats it: its recipe text, parameters, random seed, user and now.
RunRequest repeat_request(const Caller& caller, const RunRecord& run);

}  // namespace engine::app
