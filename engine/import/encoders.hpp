// `engine import --files --encoder FILE`: spaces whose vectors an encoder that the person brought made
// of their music (source.encoder).
//
// All vectors of such a space are its encoder's: vectors that came from elsewhere are not beside them,
// as two encoders' numbers mean nothing to each other. Another file in its place makes them anew.
#pragma once

#include <string>

#include "store/store.hpp"

namespace engine::import {

/// From now on the space is this file's. Where it was another's, or the file has other bytes now,
/// the vectors that there are go. Returns whether any went. One transaction.
/// Throws Error: kInput for a file that cannot be read, kUsage where the space has vectors that no
/// encoder made, or cannot be called so.
bool use_encoder(Store& store, const std::string& space, const std::string& path);

}  // namespace engine::import
