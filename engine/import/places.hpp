// Where a person's files come from: the files and folders that they imported, as they named them, and
// how what was read there looked then, so that what has come since is found without reading the rest.
//
// A file has changed when its size or its time of modification is another one than when it was last
// read to its end. One that was not is read again, and so is nothing else: a file that somebody
// imported and took back (engine library undo-import) stays out until it changes or is named again.
// What is nobody's (a catalogue) is no place of anybody.
#pragma once

#include <cstdint>
#include <string>
#include <vector>

#include "import/input_files.hpp"
#include "import/result.hpp"
#include "store/store.hpp"

namespace engine::import {

/// What to read again, with the --columns and --dates that the place was imported with.
struct Reading {
  std::string columns, dates;
  std::vector<std::string> paths;
};

struct ChangedFiles {
  std::vector<Reading> readings;
  std::size_t places = 0;            // that were looked at
  std::vector<std::string> missing;  // places that are not there any more
};

/// Of the places of a person.
ChangedFiles find_changed_files(const Store& store, std::int64_t user_id);

/// Which arguments of a command line were whose, and which files below them need not be read again
/// until they change. One transaction.
struct NamedPlaces {
  std::vector<std::string> arguments;
  std::vector<InputFile> files;
  bool is_user_per_folder = false;
  std::string columns, dates;
};
void note_places(Store& store, const NamedPlaces& places, const ImportResult& result);

}  // namespace engine::import
