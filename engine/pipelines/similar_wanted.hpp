// The tracks of which a service is asked for similar ones: those that one person played most in the last
// thirty days, for which it was not asked within as long, and which have the id that it finds them by.
#pragma once

#include <cstdint>
#include <vector>

#include "accounts/services.hpp"
#include "app/caller.hpp"

namespace engine::pipelines {

/// Ids of the store, at most fifty, the most played first. Nothing of who is not in the library.
std::vector<std::int64_t> similar_wanted(const app::Caller& caller,
                                         const accounts::KnownService& service);

}  // namespace engine::pipelines
