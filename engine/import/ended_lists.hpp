// What no longer holds after an import: likes, saved albums, bans, playlists, recommendations that a file
// tells all of and does not list any more (table told_lists), and playlists whose file is gone.
#pragma once

#include <cstddef>
#include <cstdint>
#include <map>
#include <string>
#include <vector>

#include "import/file_context.hpp"
#include "import/library_writer.hpp"
#include "import/result.hpp"
#include "import/service_answers_writer.hpp"
#include "store/store.hpp"

namespace engine::import {

class EndedLists {
 public:
  /// `files` are the results of the import's files, in which what ended is told; a place is one of theirs.
  EndedLists(Store& store, LibraryWriter& library, ServiceAnswersWriter& answers,
             std::vector<FileResult>& files, std::int64_t now);

  /// The file called `name` was read to its end: what it told all of, and does not list, has ended.
  /// Part of the caller's transaction. Whether anything changed.
  bool end_unlisted(const FileContext& file, std::size_t place, const std::string& name);
  /// The file is known from an earlier import, whose word holds.
  void note_told(std::int64_t ingestion, std::size_t place) { told_[ingestion] = place; }
  /// Imports whose word holds now, with their place.
  [[nodiscard]] const std::map<std::int64_t, std::size_t>& told() const { return told_; }
  /// Once all files were read: playlists that neither the newer file of their name nor any other file
  /// tells, of one of told(). Part of the caller's transaction. Whether anything changed.
  bool end_playlists(std::int64_t ingestion, std::size_t place);
  /// Puts what ended into the results.
  void tell();

 private:
  /// A word that the file at this place ended.
  struct EndedWord {
    std::size_t place;
    std::int64_t user;
    std::string teller;
    EndedHolding ended;
  };

  bool end_renamed(std::int64_t ingestion, std::size_t place);
  bool end_missing(std::int64_t ingestion, std::size_t place);

  Store& store_;
  LibraryWriter& library_;
  ServiceAnswersWriter& answers_;
  std::vector<FileResult>& files_;
  std::int64_t now_;
  Statement supersede_, tell_list_;
  std::int64_t last_playlist_;  // there before this import
  std::map<std::int64_t, std::size_t> told_;
  std::vector<EndedWord> ended_;
};

}  // namespace engine::import
