// What the reading worker tells the writing supervisor, as frames of a Channel.
//
// The worker sends, for every file that yields records: kOpen, any number of kBatch, then kFinish
// or kFailed. Numbers are 8 bytes in host order, everything starts at a multiple of 8 bytes, texts
// are their length followed by their bytes.
#pragma once

#include "playlist/plugin.h"

#include <cstdint>
#include <cstring>
#include <span>
#include <string>
#include <string_view>
#include <vector>

namespace engine::import {

enum class Message : std::uint32_t {
  kStart = 1,         // index: reading the file at this place of the list of inputs
  kOpen = 2,          // OpenedFile
  kBatch = 3,         // BatchView
  kFinish = 4,        // total number of records of the open file
  kFailed = 5,        // path, message: the open file (or one that never opened) ended early
  kUnrecognised = 6,  // path, what the file is ("" not known)
  kRefused = 7,       // path, reason: a member of an archive that is not read
  kNotice = 8,        // path, sentence
  kProgress = 9,      // bytes done, bytes in all
  kKnown = 10,        // OpenedFile: imported before, not read again
  kProblem = 11,      // path, message: a plugin that did not load
  kDone = 12,         // all inputs were read
  kSource = 13,       // element, what it reads: said once when a file was not recognised
  kList = 14,         // ToldList of the open file
  kState = 15,        // text: how far a service is read with the next batch or finish
};

class MessageWriter {
 public:
  explicit MessageWriter(std::string& out) : out_(out) {}
  void number(std::uint64_t value) { out_.append(reinterpret_cast<const char*>(&value), 8); }
  void text(std::string_view text) {
    number(text.size());
    bytes(text.data(), text.size());
  }
  void bytes(const void* bytes, std::size_t size) {
    out_.append(static_cast<const char*>(bytes), size);
    out_.append((8 - size % 8) % 8, '\0');
  }

 private:
  std::string& out_;
};

/// Reads what MessageWriter wrote. Throws Error(kPlugin) when the message is too short for what it
/// claims to hold: a plugin wrote over the worker's memory.
class MessageReader {
 public:
  explicit MessageReader(std::string_view message) : message_(message) {}
  std::uint64_t number() {
    std::uint64_t value = 0;
    std::memcpy(&value, bytes(8), 8);
    return value;
  }
  std::string_view text() {
    const std::uint64_t size = number();
    return {bytes(size), static_cast<std::size_t>(size)};
  }
  const char* bytes(std::uint64_t size);

 private:
  std::string_view message_;
  std::uint64_t at_ = 0;
};

struct OpenedFile {
  std::string path;     // as the user would recognise it; inside archives ARCHIVE/MEMBER
  std::string person;   // the folder's name with --user-per-folder, else ""
  std::string hash;     // of the content
  std::string format;   // the source, without its "source."
  std::string account;  // "lastfm@home" where it is no file but a service; else ""
  std::uint64_t bytes = 0;
  bool is_again = false;  // read before; a later import has changed what it told

  [[nodiscard]] std::string_view name() const {  // what follows the last '/'
    return std::string_view(path).substr(path.rfind('/') + 1);
  }

  void write(std::string& out) const;
  static OpenedFile read(std::string_view message);
};

/// What a source said of one of its lists: row of the table "lists".
struct ToldList {
  std::string list, teller;
  bool is_whole = false;

  /// What a later file tells too, whatever its name: "likes spotify". Playlists are known by the
  /// name of their file as well, as an export may have several; so "" for them.
  [[nodiscard]] std::string key() const { return list == "playlists" ? "" : list + " " + teller; }

  void write(std::string& out) const;
  static ToldList read(std::string_view message);
};

/// A column of a batch, pointing into the frame.
struct ColumnView {
  std::string_view name;
  std::uint32_t type = 0;
  const char* data = nullptr;
  std::span<const std::uint64_t> offsets;  // PLAYLIST_STRING
  const char* texts = nullptr;
};

/// A string column that may be absent: then every row is missing.
struct TextView {
  std::span<const std::int32_t> codes;
  std::span<const std::uint64_t> offsets;
  const char* texts = nullptr;

  [[nodiscard]] std::int32_t code(std::size_t row) const { return codes.empty() ? -1 : codes[row]; }
  [[nodiscard]] std::size_t distinct() const { return offsets.empty() ? 0 : offsets.size() - 1; }
  [[nodiscard]] std::string_view of(std::int32_t code) const {
    if (code < 0 || static_cast<std::size_t>(code) >= distinct()) return {};
    const std::uint64_t begin = offsets[static_cast<std::size_t>(code)];
    return {texts + begin,
            static_cast<std::size_t>(offsets[static_cast<std::size_t>(code) + 1] - begin)};
  }
  /// "" when missing.
  std::string_view operator[](std::size_t row) const { return of(code(row)); }
  [[nodiscard]] bool has(std::size_t row) const { return code(row) >= 0; }
};

struct TableView {
  std::string_view name;
  std::size_t rows = 0;
  std::vector<ColumnView> columns;
  std::span<const std::uint64_t> vector_offsets;  // rows + 1, or none
  const float* vector_values = nullptr;

  [[nodiscard]] const ColumnView* find(std::string_view column) const;
  /// Empty when the table has no such column.
  template <class T>
  [[nodiscard]] std::span<const T> numbers(std::string_view column) const {
    const ColumnView* found = find(column);
    if (!found) return {};
    return {reinterpret_cast<const T*>(found->data), rows};
  }
  [[nodiscard]] TextView texts(std::string_view column) const;
  /// Empty when the row has none.
  [[nodiscard]] std::span<const float> vector(std::size_t row) const {
    if (vector_offsets.empty()) return {};
    return {vector_values + vector_offsets[row],
            static_cast<std::size_t>(vector_offsets[row + 1] - vector_offsets[row])};
  }
};

/// Records [first, last] were put into `bucket` by the source.
struct BucketView {
  std::int64_t first = 0, last = 0;
  std::string_view bucket, reason;
};

/// Everything about the records below `done` that earlier batches did not hold.
struct BatchView {
  std::int64_t done = 0;
  std::vector<TableView> tables;
  std::vector<BucketView> buckets;

  static BatchView read(std::string_view message);
};

/// The vectors of a table's rows, as PLAYLIST_SERVICE_VECTORS has them.
struct RowVectors {
  const std::uint64_t* offsets = nullptr;  // nullptr: no row has one
  const float* values = nullptr;
};

/// Appends the given rows of a table (all of them when `rows` is empty and `is_all`). Texts are
/// made UTF-8 here, where they enter the engine. Returns how many were not, with U+FFFD for each
/// byte that is none.
std::size_t write_table(std::string& out, std::string_view name, const playlist_table& table,
                        std::span<const std::uint32_t> rows, bool is_all,
                        const RowVectors& vectors = {});

}  // namespace engine::import
