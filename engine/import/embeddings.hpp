// `engine import --embeddings`: vectors of tracks, made elsewhere, into a space of the store.
//
//   FILE.npy    a matrix (import/npy.hpp); row k belongs to line k of the ids, a text file
//   else        JSON lines: {"id": ..., "embedding": [...]}; "vector" in place of "embedding", and
//               "spotify_id", "isrc", "mbid" or "track_id" in place of "id" are understood
//
// An id is a Spotify id, URI or address, an ISRC, a MusicBrainz recording id, or the store's own
// number of the track. Vectors are kept as they are, as float32; all of a space have one length.
//
// Buckets  new; replaced: the track had another vector there; duplicate: it had this one;
//          unmatched: no track of the store has this id; malformed: no id, no vector, another
//          length, a value that is not finite, zeros only; empty: a blank line of JSON
// As of    A vector is a fact of the recording, as the audio features are: it is seen as soon as
//          its track is, not from the day it was imported.
#pragma once

#include <cstdint>
#include <functional>
#include <string>

#include "import/import.hpp"

namespace engine::import {

struct EmbeddingOptions {
  std::string store_path;
  std::string path;      // .npy, or JSON lines
  std::string ids_path;  // for .npy
  std::string space = "clap";
  std::int64_t now = 0;  // Unix seconds
  double busy_seconds = 10;
  bool is_dry_run = false;
  WorkerLimits limits = kImportLimits;
  bool is_in_process = false;
  std::function<void(const Progress&)> on_progress = {};
};

/// Imports all rows, a transaction for every few thousand; what is in already stays as it is, so
/// a repeated import adds nothing and one that was killed can be repeated.
/// Throws Error: kLimits and kInterrupted as a run does; kInput for a file that cannot be read, that has another number of ids than rows,
/// or whose vectors are of another length than the space's; kUsage for a name that is none of a
/// space; kStore.
ImportResult import_embeddings(const EmbeddingOptions& options);

}  // namespace engine::import
