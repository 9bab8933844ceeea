// What every import that a verb starts has in common.
#pragma once

#include "app/caller.hpp"
#include "import/import.hpp"

namespace engine::pipelines {

/// Limits, plugins, play rule and settings as `caller` has them, and its progress told; what is read
/// and whose it is are filled in afterwards. `caller` outlives what is returned.
import::ImportOptions make_import_request(const app::Caller& caller);

}  // namespace engine::pipelines
