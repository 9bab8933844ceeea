#include "import/embeddings.hpp"

#include <algorithm>
#include <chrono>
#include <cmath>
#include <filesystem>
#include <limits>
#include <memory>
#include <optional>
#include <vector>

#include <nlohmann/json.hpp>

#include "core/error.hpp"
#include "core/hash.hpp"
#include "import/json_lines.hpp"
#include "import/mapped_file.hpp"
#include "import/npy.hpp"
#include "import/record_accounts.hpp"
#include "import/space.hpp"
#include "import/track_id_text.hpp"
#include "store/store.hpp"

namespace engine::import {
namespace {

using Clock = std::chrono::steady_clock;

constexpr std::int64_t kBatchRows = 4096;
constexpr std::size_t kMostNumbers = 65'536;
constexpr double kLargest = std::numeric_limits<float>::max();

std::string_view view_of(const MappedFile& file) {
  return {reinterpret_cast<const char*>(file.data()), file.size()};
}

std::string_view without_bom(std::string_view text) {
  if (text.starts_with("\xef\xbb\xbf")) text.remove_prefix(3);
  return text;
}

/// A record of the file: an id and a vector, or what is wrong with it.
struct Record {
  std::string id;
  std::vector<float> vector;
  const char* bucket = "malformed";
  std::string problem;  // "": it is sound
};

/// The file's records, one after the other.
class Records {
 public:
  virtual ~Records() = default;
  virtual bool next(Record& record) = 0;
  [[nodiscard]] virtual double fraction() const = 0;
};

class NpyRecords final : public Records {
 public:
  NpyRecords(std::string_view bytes, std::string_view ids, const EmbeddingOptions& options)
      : matrix_(bytes, options.path), ids_(without_bom(ids)) {
    std::size_t lines = 0;
    for (std::string_view rest = ids_; !rest.empty(); ++lines) take_line(rest);
    if (lines != matrix_.rows()) {
      throw Error(Exit::kInput, "the ids do not belong to the vectors",
                  {.where = options.ids_path,
                   .source = {},
                   .why = "it has " + std::to_string(lines) + " lines, " + options.path + " has " +
                          std::to_string(matrix_.rows()) + " rows",
                   .fix = "give one id a line, in the order of the rows"});
    }
  }
  bool next(Record& record) override {
    if (row_ == matrix_.rows()) return false;
    record.id = take_line(ids_);
    record.vector.resize(matrix_.columns());
    matrix_.row(row_++, record.vector.data());
    return true;
  }
  [[nodiscard]] double fraction() const override {
    return matrix_.rows() == 0 ? 1
                               : static_cast<double>(row_) / static_cast<double>(matrix_.rows());
  }

 private:
  NpyMatrix matrix_;
  std::string_view ids_;
  std::size_t row_ = 0;
};

class JsonRecords final : public Records {
 public:
  explicit JsonRecords(std::string_view text) : lines_(without_bom(text)) {}

  bool next(Record& record) override {
    nlohmann::json json;
    if (!lines_.next(json, record)) return false;
    if (record.problem.empty()) {
      read_id(json, record);
      read_vector(json, record);
    }
    return true;
  }
  [[nodiscard]] double fraction() const override { return lines_.fraction(); }

 private:
  static void read_id(const nlohmann::json& json, Record& record) {
    for (const char* key : {"id", "spotify_id", "isrc", "mbid", "track_id"}) {
      const auto found = json.find(key);
      if (found == json.end()) continue;
      if (found->is_string()) record.id = found->get<std::string>();
      if (found->is_number_integer()) record.id = std::to_string(found->get<std::int64_t>());
      return;
    }
  }
  static void read_vector(const nlohmann::json& json, Record& record) {
    auto found = json.find("embedding");
    if (found == json.end()) found = json.find("vector");
    if (found == json.end() || !found->is_array() || found->empty() ||
        found->size() > kMostNumbers) {
      record.problem = "it has no list of numbers \"embedding\" or \"vector\"";
      return;
    }
    for (const nlohmann::json& value : *found) {
      if (!value.is_number()) {
        record.problem = "its vector holds what is no number";
        return;
      }
      const double number = value.get<double>();  // one too large is found as not finite
      record.vector.push_back(std::abs(number) <= kLargest ? static_cast<float>(number) : INFINITY);
    }
  }

  JsonLines lines_;
};

/// Writes what the records say, and which bucket each of them ended in.
class EmbeddingWriter {
 public:
  EmbeddingWriter(Store& store, const EmbeddingOptions& options)
      : store_(store),
        space_(options.space),
        find_id_(store.prepare("SELECT track_id FROM track_ids WHERE kind = ?1 AND id = ?2")),
        find_track_(store.prepare("SELECT track_id FROM tracks WHERE track_id = ?1")),
        find_vector_(
            store.prepare("SELECT vector FROM embeddings WHERE space = ?1 AND track_id = ?2")),
        put_vector_(store.prepare("INSERT OR REPLACE INTO embeddings VALUES (?1, ?2, ?3, ?4)")),
        accounts_(store) {
    dim_ = dim_of_space(store, options.space);
  }

  /// Of the vectors the space has, or else of the first one that came; 0: none yet.
  [[nodiscard]] std::size_t dim() const { return dim_; }

  /// Makes room for the file's accounts; what an earlier import of it said is replaced.
  void begin(const EmbeddingOptions& options, const std::string& hash) {
    store_
        .prepare(
            "DELETE FROM ingestion_rows WHERE ingestion_id IN "
            "(SELECT ingestion_id FROM ingestions WHERE hash = ?1 AND user_id IS NULL)")
        .run(hash);
    store_.prepare("DELETE FROM ingestions WHERE hash = ?1 AND user_id IS NULL").run(hash);
    store_
        .prepare(
            "INSERT INTO ingestions (user_id, path, hash, format, started_at) "
            "VALUES (NULL, ?1, ?2, 'embeddings', ?3)")
        .run(options.path, hash, options.now);
    ingestion_ = sqlite3_last_insert_rowid(store_.handle());
    accounts_.begin(ingestion_);
  }

  void take(const Record& record, FileResult& result) {
    std::string problem = record.problem;
    const std::string bucket = problem.empty() ? put(record, problem) : record.bucket;
    accounts_.add(bucket, problem, result);
  }

  /// The end of a batch, within its transaction.
  void advance(std::int64_t records, bool is_complete, std::int64_t now) {
    accounts_.flush();
    store_.prepare("UPDATE ingestions SET records_done = ?2 WHERE ingestion_id = ?1")
        .run(ingestion_, records);
    if (is_complete) {
      store_
          .prepare(
              "UPDATE ingestions SET records = ?2, is_complete = 1, finished_at = ?3 "
              "WHERE ingestion_id = ?1")
          .run(ingestion_, records, now);
    }
    if (std::exchange(has_changes_, false)) store_.bump_data_version();
  }

 private:
  /// The bucket; `problem` says why it is none of the good ones.
  std::string put(const Record& record, std::string& problem) {
    const TrackIdText id = read_track_id(record.id);
    if (id.kind == TrackIdText::Kind::kNone) {
      problem = record.id.empty() ? "it has no id" : "its id is of no known kind";
      return "malformed";
    }
    problem = problem_of(record.vector);
    if (!problem.empty()) return "malformed";
    const std::int64_t track = track_of(id);
    if (track == 0) return "unmatched";
    dim_ = record.vector.size();
    return write(track, record.vector);
  }

  [[nodiscard]] std::string problem_of(const std::vector<float>& vector) const {
    if (dim_ != 0 && vector.size() != dim_)
      return "its vector has " + std::to_string(vector.size()) + " numbers, those of the space " +
             space_ + " have " + std::to_string(dim_);
    if (!std::all_of(vector.begin(), vector.end(), [](float v) { return std::isfinite(v); }))
      return "its vector holds a value that is not finite";
    if (std::all_of(vector.begin(), vector.end(), [](float v) { return v == 0; }))
      return "its vector is all zeros";
    return "";
  }

  std::int64_t track_of(const TrackIdText& id) {
    if (id.kind == TrackIdText::Kind::kNumber)
      return find_track_.find_integer(id.number).value_or(0);
    return find_id_.find_integer(static_cast<int>(id.kind), id.text).value_or(0);
  }

  std::string write(std::int64_t track, const std::vector<float>& vector) {
    const std::string_view bytes(reinterpret_cast<const char*>(vector.data()),
                                 vector.size() * sizeof(float));
    find_vector_.start(space_, track);
    const bool is_there = find_vector_.step();
    const bool is_same = is_there && find_vector_.text(0) == bytes;
    find_vector_.reset();
    if (is_same) return "duplicate";
    put_vector_.start(space_, track, static_cast<std::int64_t>(vector.size()));
    put_vector_.bind_blob(4, bytes);
    put_vector_.step();
    has_changes_ = true;
    return is_there ? "replaced" : "new";
  }

  Store& store_;
  std::string space_;
  std::size_t dim_ = 0;
  Statement find_id_, find_track_, find_vector_, put_vector_;
  RecordAccounts accounts_;
  std::int64_t ingestion_ = 0;
  bool has_changes_ = false;
};

bool is_npy(const EmbeddingOptions& options, std::string_view bytes) {
  return std::filesystem::path(options.path).extension() == ".npy" ||
         bytes.starts_with("\x93NUMPY");
}

std::unique_ptr<Records> open_records(const EmbeddingOptions& options, std::string_view bytes,
                                      std::string_view ids) {
  if (is_npy(options, bytes)) {
    if (options.ids_path.empty()) {
      throw Error(Exit::kUsage, "it is not told whose vectors " + options.path + " holds",
                  {.where = {},
                   .source = {},
                   .why = {},
                   .fix = "add --ids FILE, a text file with one id a line"});
    }
    return std::make_unique<NpyRecords>(bytes, ids, options);
  }
  if (!options.ids_path.empty()) {
    throw Error(Exit::kUsage, "--ids belongs to a .npy file; JSON lines hold their ids themselves",
                {.where = {}, .source = {}, .why = {}, .fix = "leave --ids away"});
  }
  return std::make_unique<JsonRecords>(bytes);
}

Store open_store(const EmbeddingOptions& options) {
  StoreOptions store_options;
  store_options.busy_seconds = options.busy_seconds;
  return options.is_dry_run ? Store::open_copy(options.store_path, store_options)
                            : Store::open(options.store_path, store_options);
}

}  // namespace

ImportResult import_embeddings(const EmbeddingOptions& options) {
  const auto started = Clock::now();
  check_space_name(options.space);
  const MappedFile file(options.path);
  std::optional<MappedFile> ids;
  if (!options.ids_path.empty()) ids.emplace(options.ids_path);
  const std::string_view bytes = view_of(file), ids_text = ids ? view_of(*ids) : "";
  const std::unique_ptr<Records> records = open_records(options, bytes, ids_text);

  Store store = open_store(options);
  EmbeddingWriter writer(store, options);
  ImportResult imported;
  FileResult& result = imported.files.emplace_back();
  result.path = options.path;
  result.format = "embeddings";
  const std::string hash =
      content_hash(content_hash(bytes) + content_hash(ids_text) + options.space);
  for (bool has_more = true, is_first = true; has_more; is_first = false) {
    Transaction transaction(store);
    if (is_first) writer.begin(options, hash);
    for (std::int64_t row = 0; row < kBatchRows && has_more; ++row) {
      Record record;
      has_more = records->next(record);
      if (has_more) writer.take(record, result);
    }
    writer.advance(result.rows, !has_more, options.now);
    transaction.commit();
    if (options.on_progress) {
      const double seconds = std::chrono::duration<double>(Clock::now() - started).count();
      options.on_progress({options.path, result.rows,
                           seconds > 0 ? static_cast<double>(result.rows) / seconds : 0,
                           records->fraction(), 0});
    }
  }
  result.notes.push_back("space " + options.space +
                         (writer.dim() > 0 ? ", vectors of " + std::to_string(writer.dim()) : ""));
  store.checkpoint();
  imported.is_dry_run = options.is_dry_run;
  imported.seconds = std::chrono::duration<double>(Clock::now() - started).count();
  return imported;
}

}  // namespace engine::import
