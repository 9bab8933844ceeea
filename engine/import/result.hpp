// What an import did, and how it is told.
#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <utility>
#include <vector>

#include <nlohmann/json_fwd.hpp>

#include "import/record_buckets.hpp"
#include "library/likeness.hpp"
#include "library/match_rate.hpp"
#include "library/sound_agreement.hpp"

namespace engine::import {

/// What no longer holds after an import: "likes", "saved albums", "saved artists", "bans" or
/// "playlists".
struct EndedList {
  std::string list;
  std::int64_t count = 0;
  std::vector<std::string> names;  // of the first few
};
void add_ended(std::vector<EndedList>& lists, const std::string& list, const std::string& name);

struct FileResult {
  std::string path;       // inside archives ARCHIVE/MEMBER
  std::string format;     // "spotify_extended"; "" when nothing recognised it
  std::string user;       // "" for files that are nobody's
  std::int64_t rows = 0;  // records; the buckets add up to it
  BucketCounts buckets;
  std::optional<std::int64_t> first, last;  // earliest and latest listen, Unix seconds
  std::vector<std::string> notes;           // "imported before", what the source noticed
  std::vector<std::string>
      examples;                  // the first few records without rows: "record 7: malformed: ..."
  std::vector<EndedList> ended;  // was listed before and is not any more
  std::string error;             // why it was not read to its end; "" when it was
  std::string what;              // what a file is that nothing recognised; "" not known
  std::size_t argument = 0;      // which of the paths on the command line it belongs to

  /// True when something of it is in the store, from this import or an earlier one.
  [[nodiscard]] bool is_fruitful() const;
};

/// Of listening to music, in tracks but for `unheard`, which are files.
struct Listened {
  std::int64_t heard = 0;             // by this import; with --dry-run those that would be
  std::int64_t known = 0;             // by an earlier one
  std::int64_t unheard = 0;           // nothing can be heard in them
  std::vector<std::string> examples;  // the first few of these: "PATH: why"
};

/// Of `engine import --files --audio`.
struct SoundResult : Listened {
  library::SoundAgreement agreement;  // of all that was ever measured with what was imported
};

/// Of `engine import --files`: what was read now, by where it stood.
struct LyricsResult {
  std::int64_t tags = 0, files = 0;  // texts
  std::int64_t instrumental = 0;     // files of which it was said that nothing is sung
};

/// Of `engine import --files --encoder`.
struct EncodedResult : Listened {
  std::string space;
  bool are_new = false;  // the encoder is another one than before: all is encoded again
};

struct ImportResult {
  std::string user;  // "" when no file was anybody's
  bool is_dry_run = false, is_interrupted = false;
  bool are_music_files = false;  // the records of each of `files`, a folder, are files
  std::vector<FileResult> files;
  std::vector<std::pair<std::string, std::string>> refused;   // member of an archive, why
  std::vector<std::string> unrecognised;                      // in folders and archives
  std::vector<std::pair<std::string, std::string>> problems;  // plugin that did not load, why
  bool is_named_unrecognised = false;                         // one that the user named
  std::vector<std::pair<std::string, std::string>> sources;   // what is read, when one was
  std::vector<std::string> fruitless;  // paths of the command line of which nothing came
  std::vector<std::pair<std::string, library::MatchRate>>
      match_rates;  // by user with listens in this import
  library::JoinedByLikeness likeness;
  double least_likeness = 0;  // the setting; 0: none is looked for
  LyricsResult lyrics;
  std::optional<SoundResult> sound;
  std::optional<EncodedResult> encoded;
  double seconds = 0;

  [[nodiscard]] std::int64_t rows() const;
  [[nodiscard]] BucketCounts buckets() const;
  /// Fills `fruitless`. `paths` are those of the command line.
  void find_fruitless(const std::vector<std::string>& paths);
  /// True when every file and member that was found could be read to its end, and each path that
  /// was named gave something.
  [[nodiscard]] bool is_good() const;
};

/// "1,200 new, 3 duplicate"; "nothing".
std::string buckets_text(const BucketCounts& buckets);
/// "2 likes (One, Two); 1 saved album (Three)".
std::string ended_text(const std::vector<EndedList>& lists);

/// "17 tracks without an id are matched by likeness, ..."; "" where none is.
std::string likeness_text(const ImportResult& result);

/// For people: one line per file, then the sums, what went wrong, and the match rate.
std::string import_text(const ImportResult& result);

/// {"user", "files": [{"path", "format", "rows", "buckets": {NAME: COUNT}, "first", "last", ...}]}
nlohmann::ordered_json import_json(const ImportResult& result);

}  // namespace engine::import
