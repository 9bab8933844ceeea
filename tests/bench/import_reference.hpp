// The plain program that imports are measured against: one thread, simdjson, SQLite, an index.
#pragma once

#include <cstdint>
#include <string>

/// Reads every Streaming_History_Audio_*.json of `folder` into a new database `file`: artists,
/// tracks and listens in one transaction, then an index by time. No matching, no accounting, no
/// second import. Returns the number of listens.
std::int64_t import_plainly(const std::string& folder, const std::string& file);
