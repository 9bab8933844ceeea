// Where a library's music lies: the folders and files that `engine import --files` was given, so that
// `engine update` looks there again.
#pragma once

#include <string>
#include <vector>

#include "store/store.hpp"

namespace engine::import {

struct MusicPlace {
  std::string path;        // absolute, in the bytes that the disc has
  bool listens = false;    // its music is measured (--audio)
  std::string space = {};  // into which its music is encoded (--encoder); "": it is not
};

/// In the order of their paths.
std::vector<MusicPlace> music_places(const Store& store);

/// Looks there from now on. What lies below a place of which no less is made is
/// no place of its own; those below a new one are none any longer. One transaction.
void note_music_places(Store& store, const std::vector<MusicPlace>& places);

/// False where nothing is there, and for an empty folder: a disc that is not mounted leaves one,
/// and its music would be forgotten.
bool is_music_there(const std::string& path);

}  // namespace engine::import
