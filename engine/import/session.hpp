// The writing half of an import: takes the reader's messages and alone writes the store, one
// transaction per batch with its accounting, so that a kill at any moment loses at most the batch
// in flight.
#pragma once

#include <cstdint>
#include <functional>
#include <map>
#include <memory>
#include <optional>
#include <set>
#include <string>
#include <string_view>
#include <vector>

#include "import/artwork_writer.hpp"
#include "import/catalogue_writer.hpp"
#include "import/ended_lists.hpp"
#include "import/features_writer.hpp"
#include "import/file_context.hpp"
#include "import/library_writer.hpp"
#include "import/listens_writer.hpp"
#include "import/lyrics_writer.hpp"
#include "import/messages.hpp"
#include "import/reader.hpp"
#include "import/record_buckets.hpp"
#include "import/result.hpp"
#include "import/service_answers_writer.hpp"
#include "import/vectors_writer.hpp"
#include "store/row_changes.hpp"
#include "store/store.hpp"

namespace engine::import {

class Session {
 public:
  struct Progress {
    std::string path;
    std::int64_t rows = 0;  // so far
    std::uint64_t bytes_done = 0, bytes_total = 0;
  };
  struct Options {
    std::string user;              // --user; "" the store's only user, or "me" in an empty store
    std::int64_t now = 0;          // Unix seconds
    std::vector<InputFile> files;  // for what the user named
    PlayRule play;
    bool tells_match_rates = true;
    double likeness = 0;  // of titles that are matched; 0: none are
    std::function<void(const Progress&)> on_progress;
  };

  Session(Store& store, Options options);

  /// Throws Error(kStore) when the store cannot be written, Error(kUsage) when it is not clear
  /// whose export a file is, Error(kPlugin) when a source broke the rules.
  void take(Message kind, std::string_view bytes);
  /// The reader died while it read this file of the list; what it sent stays.
  void fail_current(const std::string& message);

  /// Index of the input being read, and whether all were.
  [[nodiscard]] std::size_t input() const { return input_; }
  [[nodiscard]] bool is_done() const { return is_done_; }
  /// Whose files they are when no folder says so; "" when that is not known yet.
  [[nodiscard]] std::string user_name() const;
  [[nodiscard]] KnownFiles known_files() const;
  /// Results so far, in the order in which the files were opened.
  [[nodiscard]] const std::vector<FileResult>& files() const { return result_.files; }

  /// What is the same is joined; match rates (of those whose listens came; of everybody when a catalogue came and they are
  /// few), sums; the session is over.
  ImportResult finish();

 private:
  struct OpenFile {
    OpenedFile opened;
    FileContext context;
    std::size_t result = 0;                 // place in result_.files
    std::int64_t done = 0;                  // records in the store
    bool is_given_up = false;               // its error is known; what still comes of it is dropped
    bool tells_state = false;               // likes, playlists ...: its name is part of what it is
    bool is_named = false;                  // the store knows that name
    bool is_told_anew = false;              // at every import
    std::optional<std::string> state = {};  // of a service, to be kept with the batch to come
    std::string whose;                      // by name; "" not known yet
  };

  /// What earlier readings of a file changed beside listens.
  struct ReplacedReadings {
    std::vector<std::string> changes;
    bool are_recorded = true;
    void take(const Store& store, std::int64_t ingestion);
  };

  void open(const OpenedFile& opened);
  void take_batch(const BatchView& batch);
  void take_list(const ToldList& told);
  void take_finish(std::int64_t total);
  void take_known(const OpenedFile& opened);
  void tell_known(const OpenedFile& opened, FileResult& result);
  void take_failure(const std::string& path, const std::string& message);
  void take_unrecognised(const std::string& path, const std::string& what);
  FileResult& add_result();
  void report_progress(MessageReader message);

  void look_for_other_writers();
  void prepare_file(bool is_personal);
  bool find_ingestion();
  void make_ingestion();
  ReplacedReadings replace_earlier_readings(std::int64_t user);
  void read_again();
  void name_ingestion();
  void end_missing_playlists();
  [[nodiscard]] bool is_persons_table(const TableView& table) const;
  void keep(const RowChanges& changes, std::int64_t ingestion);
  void keep(const std::string& bytes, std::int64_t ingestion);
  void write_tables(const BatchView& batch);
  void write_table(const TableView& table);
  void write_artworks(const TableView& table);
  void account(const BatchView& batch);
  void keep_state();
  void load_result(std::int64_t ingestion, FileResult& result) const;
  void count_change(const BatchView& batch);
  void add_examples();
  void give_up(const std::string& message);
  void forget();
  [[nodiscard]] std::string whose(const OpenedFile& opened) const;
  [[nodiscard]] std::optional<std::int64_t> find_user_id(const std::string& name) const;
  std::int64_t resolve_user();
  [[nodiscard]] FileResult& result() { return result_.files[file_->result]; }

  Store& store_;
  Options options_;
  NameBook names_;
  TrackMatcher matcher_;
  RowTracks row_tracks_;
  ListensWriter listens_;
  CatalogueWriter catalogue_;
  LibraryWriter library_;
  VectorsWriter vectors_;
  LyricsWriter lyrics_;
  ServiceAnswersWriter answers_;
  FeaturesWriter features_;
  ArtworkWriter artworks_;
  RecordBuckets records_;
  Statement seen_changes_, find_ingestion_, insert_ingestion_, set_owner_, name_ingestion_,
      restart_, forget_rows_, advance_, complete_, note_, insert_runs_, tell_anew_, note_changes_;
  std::int64_t changes_ = -1;
  bool was_settled_ = false;  // and nobody else has written to it since this import began to
  std::unique_ptr<OpenFile> file_;
  std::size_t input_ = 0;
  bool is_done_ = false;
  std::int64_t rows_ = 0;
  std::set<std::int64_t> listeners_;  // users whose listens came
  bool has_new_catalogue_ = false;
  ImportResult result_;
  EndedLists ended_;
};

}  // namespace engine::import
