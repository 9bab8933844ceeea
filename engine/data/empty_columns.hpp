// A library without a single track: the names and types of all tables, and nothing in them.
#pragma once

#include <memory>

#include "data/column_cache.hpp"

namespace engine {

/// Columns of an empty store, held in memory, of a user called "nobody". What `engine check` and
/// `engine stubs` read the library's columns from, so that they work where there is no library.
std::shared_ptr<const PreparedColumns> empty_columns();

}  // namespace engine
