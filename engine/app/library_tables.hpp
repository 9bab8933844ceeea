// The library as one person sees it, for verbs that read it themselves and run no recipe.
#pragma once

#include <memory>

#include "app/caller.hpp"
#include "data/as_of.hpp"

namespace engine::app {

/// As of the caller's `now`, for the person asked for. Throws what load_as_of() throws.
std::unique_ptr<AsOf> library_tables(const Caller& caller);

}  // namespace engine::app
