// What every import needs before it reads.
#pragma once

#include <functional>
#include <memory>

#include "import/import.hpp"
#include "store/store.hpp"

namespace engine::import {

/// The store to write, or a copy of it that a dry run writes.
Store open_store(const ImportOptions& options);

/// options.load_plugins, after which the worker starts no other process: loading may fork (see
/// plugin/first_load.hpp); what is loaded may not.
std::function<std::shared_ptr<const Registry>()> loading_in_worker(const ImportOptions& options);

}  // namespace engine::import
