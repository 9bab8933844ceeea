// The writing half of `engine import --files`: takes the reader's messages, a file after the other,
// and writes the tracks that they are with the files' rows, some hundred files a transaction, so that
// a kill loses at most these: they have no row and are read again.
#pragma once

#include <chrono>
#include <cstdint>
#include <optional>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include "import/catalogue_writer.hpp"
#include "import/file_context.hpp"
#include "import/input_files.hpp"
#include "import/messages.hpp"
#include "import/record_buckets.hpp"
#include "import/result.hpp"
#include "import/track_files.hpp"
#include "store/lyrics.hpp"

namespace engine::import {

class MusicWriter {
 public:
  /// `files` are those that are read; what becomes of each is counted in `result`, which has a
  /// FileResult for every argument of the command line.
  MusicWriter(Store& store, const std::vector<InputFile>& files, ImportResult& result,
              std::int64_t now);

  /// Throws Error(kStore) when the store cannot be written, Error(kPlugin) when there is no source
  /// of music files.
  void take(Message kind, std::string_view bytes);
  /// The reader died while it read the file at input().
  void fail_current(const std::string& message);
  /// Writes what was taken.
  void commit();

  /// A new reader begins; false from then on until it began a file.
  void expect_reader() { has_begun_ = false; }
  [[nodiscard]] bool has_begun() const { return has_begun_; }
  [[nodiscard]] std::size_t input() const { return input_; }
  [[nodiscard]] bool is_done() const { return is_done_; }

 private:
  void begin();
  void take_batch(std::string_view bytes);
  void write_table(const TableView& table);
  void take_lyrics(const TableView& table);
  void take_finish();
  void put_lyrics(const std::string& path);
  void take_failure(const std::string& message);
  [[nodiscard]] FileResult& result() { return result_.files[files_[input_].argument]; }

  Store& store_;
  const std::vector<InputFile>& files_;
  ImportResult& result_;
  NameBook names_;
  TrackMatcher matcher_;
  CatalogueWriter catalogue_;
  TrackFiles track_files_;
  TrackLyrics lyrics_;
  RecordBuckets records_;
  FileContext context_;
  Statement seen_changes_;
  std::int64_t changes_ = -1;
  std::optional<Transaction> transaction_;
  std::chrono::steady_clock::time_point began_;
  std::size_t waiting_ = 0;  // files in the transaction
  bool has_changed_ = false, has_begun_ = false, is_done_ = false;

  // of the file being read
  std::size_t input_ = 0;
  bool has_rows_ = false, has_ended_ = true;
  std::int64_t track_ = 0;
  std::vector<LyricsText> texts_;
  bool has_unread_lyrics_ = false;  // the text beside it could not be read
};

/// Counts a file of which no track came, and tells of the first few.
void tell_file(FileResult& result, const std::string& path, const std::string& bucket,
               const std::string& reason);

}  // namespace engine::import
