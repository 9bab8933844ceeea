// The tracks of which a service is asked for similar ones: those that one person played most in the last
// thirty days, and for which it was not asked within as long.
#pragma once

#include <cstdint>
#include <string_view>
#include <vector>

#include "app/caller.hpp"

namespace engine::pipelines {

/// Ids of the store, at most fifty, the most played first. Nothing without a library.
std::vector<std::int64_t> similar_wanted(const app::Caller& caller, std::string_view service);

}  // namespace engine::pipelines
