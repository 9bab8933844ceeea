// Vectors of tracks, and prompts with theirs: what the tables "vectors" and "prompts" say.
//
// A prompt with a track is a caption of that track; one with a user is that user's own; one with
// both is both: the prompt that the track was made from. Captions belong to the catalogue, for
// every user to find tracks by; a user's own prompts are theirs alone. A vector of a prompt is what
// a text encoder makes of the text, in a space whose tracks have vectors, too; it belongs to the
// text, whoever typed it. Vectors are kept as they are, as float32; all of a space have one length.
//
// Buckets  new; updated: the track or the prompt had another vector there, or the prompt none;
//          duplicate; unmatched: no track of the store has this id (nothing is kept of it: import
//          the file again when the track is in); malformed
// As of    A vector of a track is a fact of the recording, as the audio features are: it is seen as
//          soon as its track is. A prompt is seen from its time on, one without a time from its
//          import on: nobody can say that it was there before. Importing it again leaves it where
//          it was.
#pragma once

#include <cstddef>
#include <cstdint>
#include <map>
#include <optional>
#include <set>
#include <span>
#include <string>
#include <string_view>
#include <vector>

#include "import/file_context.hpp"
#include "import/messages.hpp"
#include "import/name_book.hpp"
#include "import/record_buckets.hpp"
#include "store/store.hpp"

namespace engine::import {

class VectorsWriter {
 public:
  VectorsWriter(Store& store, NameBook& names);

  void write_vectors(const TableView& table, RecordBuckets& records);
  void write_prompts(const TableView& table, const FileContext& file, RecordBuckets& records);

  /// Another file begins.
  void start_file() { spaces_.clear(); }
  /// "space clap, vectors of 512" for each that the file had vectors in.
  [[nodiscard]] std::vector<std::string> notes();
  /// Another process wrote to the store, or a batch was rolled back.
  void forget() { lengths_.clear(); }

 private:
  using Vector = std::span<const float>;
  class TrackIds;
  /// The vectors of one table, by (space, owner).
  struct Kept {
    Statement find, put;
  };

  std::size_t length_of(const std::string& space);
  std::string problem_of(const std::string& space, Vector vector);
  std::optional<std::int64_t> track_of(const TrackIds& ids, std::size_t row);
  Outcome write(Kept& kept, const std::string& space, std::int64_t owner, Vector vector);

  Store& store_;
  NameBook& names_;
  Statement find_id_, find_encoder_, find_track_, find_prompt_, put_prompt_;
  Kept of_tracks_, of_prompts_;
  std::map<std::string, std::size_t> lengths_;  // by space; 0: it has none yet
  std::set<std::string> spaces_;                // of the file
};

}  // namespace engine::import
