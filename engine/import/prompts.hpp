// `engine import --prompts`: texts that users typed, and texts that describe tracks.
//
// A record with a track is a caption of that track; one with a user is that user's own prompt; one
// with both is both: the prompt that the track was made from. Captions belong to the catalogue, for
// every user to find tracks by; a user's own prompts are theirs alone. prompt_records.hpp says how
// a file is read. A vector is what a text encoder makes of the text, in a space whose tracks come
// with `engine import --embeddings`; it belongs to the text, whoever typed it.
//
// Whose    `user` of the record; else options.user; else, where there is no track either, the
//          user that verbs mean without --user. Users are made when there are none of that name
// Buckets  new; updated: the prompt was in, its vector was not, or another one; duplicate;
//          unmatched: no track of the store has this id (nothing is kept of it: import the file
//          again when the track is in); malformed; empty
// As of    A prompt is seen from its time on, one without a time from its import on, as numbers of
//          engagement are: nobody can say that it was there before. Importing it again leaves it
//          where it was
#pragma once

#include <cstdint>
#include <functional>
#include <string>

#include "import/import.hpp"

namespace engine::import {

struct PromptOptions {
  std::string store_path;
  std::string path;
  std::string user;  // --user
  std::string space = "clap";
  std::int64_t now = 0;  // Unix seconds
  double busy_seconds = 10;
  bool is_dry_run = false;
  WorkerLimits limits = kImportLimits;
  bool is_in_process = false;
  std::function<void(const Progress&)> on_progress = {};
};

/// Imports the file in one transaction: all of it is in, or nothing. Again adds nothing.
/// Throws Error: kLimits and kInterrupted as a run does; kInput for a file that cannot be read or is none of prompts; kUsage for a name
/// that is none of a space, and where it is not clear whose a prompt is; kStore.
ImportResult import_prompts(const PromptOptions& options);

}  // namespace engine::import
