// One call of an element with memory that is watched: create, run, explain, destroy, and everything
// that was wrong with it.
#pragma once

#include "playlist/plugin.h"

#include <cstdint>
#include <functional>
#include <string>
#include <string_view>
#include <vector>

#include "plugin/arguments.hpp"
#include "plugin/registry.hpp"
#include "plugin_check/generated_library.hpp"

namespace engine {

/// What an import says of rows: "" or what is wrong with them. Kept out of engine/plugin, which
/// does not know the importer.
using RowsCheck = std::function<std::string(std::string_view table, const playlist_table& rows)>;

struct GuardedInput {
  std::string name;   // "x.csv"
  std::string bytes;  // of the file
};

struct GuardedCallOptions {
  std::uint64_t random_seed = 1;
  unsigned char preset = 0x5a;           // in every byte of a ranking's outputs
  std::function<bool()> is_cancelled;    // absent: never
  std::function<void()> starts_running;  // just before the first run()
  std::function<void()> beat;            // the element gave a sign of life
  bool has_optional_inputs = true;
  bool is_reversed = false;             // the candidates stand from the last track to the first
  FileAccess files = {};                // of the element's FILE parameters
  std::vector<std::int64_t> cuts;       // a row-wise element: rows between which run() is split
  const GuardedInput* input = nullptr;  // sources
  RowsCheck rows_check;                 // sources
};

/// How a call ended, and what it gave.
struct GuardedOutcome {
  playlist_status status = PLAYLIST_OK;
  std::string message;
  bool was_created = false;
  std::int64_t asked = 0;             // how often it asked whether it is cancelled
  std::int64_t placed = 0;            // ORDERING: rows
  bool has_drawn = false;             // it asked for random numbers
  std::string result;                 // everything it gave, as bytes to compare
  std::vector<std::string> outputs;   // RANKING: the raw items of each output
  std::vector<std::string> artifact;  // MODEL: "matrix decades 7x2"
  std::vector<std::string> problems;  // "it gave track 12, which the library does not have"
};

/// What a FILE parameter may be given, in memory that can only be read: as `path`.
HeldFilePtr guarded_file(const std::string& path, const std::string& bytes);

/// Never throws for what the plugin does. Candidates are all tracks of the library.
GuardedOutcome guarded_call(const Element& element, const Arguments& arguments,
                            const GeneratedLibrary& library, const GuardedCallOptions& options);

/// How sure a source is of this input; problems are added.
int guarded_recognise(const Element& source, const GuardedInput& input,
                      std::vector<std::string>& problems);

}  // namespace engine
