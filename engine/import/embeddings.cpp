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

#include "core/duration.hpp"
#include "core/error.hpp"
#include "core/hash.hpp"
#include "import/json_lines.hpp"
#include "import/mapped_file.hpp"
#include "import/npy.hpp"
#include "import/record_accounts.hpp"
#include "import/records_job.hpp"
#include "import/space.hpp"
#include "import/track_id_text.hpp"
#include "store/store.hpp"

namespace engine::import {
namespace {

using Clock = std::chrono::steady_clock;

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
struct VectorRecord {
  std::string id;
  std::vector<float> vector;
  std::string bucket = "malformed";
  std::string problem;  // "": it is sound
};

void write_record(MessageWriter& writer, const VectorRecord& record) {
  writer.text(record.id);
  writer.text(
      {reinterpret_cast<const char*>(record.vector.data()), record.vector.size() * sizeof(float)});
  writer.text(record.bucket);
  writer.text(record.problem);
}

void read_record(MessageReader& reader, VectorRecord& record) {
  record.id = reader.text();
  record.vector = reader.floats();
  record.bucket = reader.text();
  record.problem = reader.text();
}

/// The file's records, one after the other.
class VectorRecords {
 public:
  virtual ~VectorRecords() = default;
  virtual bool next(VectorRecord& record) = 0;
  [[nodiscard]] virtual double fraction() const = 0;
};

class NpyRecords final : public VectorRecords {
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
  bool next(VectorRecord& record) override {
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

class JsonRecords final : public VectorRecords {
 public:
  explicit JsonRecords(std::string_view text) : lines_(without_bom(text)) {}

  bool next(VectorRecord& record) override {
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
  static void read_id(const nlohmann::json& json, VectorRecord& record) {
    for (const char* key : {"id", "spotify_id", "isrc", "mbid", "track_id"}) {
      const auto found = json.find(key);
      if (found == json.end()) continue;
      if (found->is_string()) record.id = found->get<std::string>();
      if (found->is_number_integer()) record.id = std::to_string(found->get<std::int64_t>());
      return;
    }
  }
  static void read_vector(const nlohmann::json& json, VectorRecord& record) {
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

  void take(const VectorRecord& record, FileResult& result) {
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
  std::string put(const VectorRecord& record, std::string& problem) {
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

std::unique_ptr<VectorRecords> open_records(const EmbeddingOptions& options, std::string_view bytes,
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

/// The file as its worker has it.
class EmbeddingFile final : public RecordFile<VectorRecord> {
 public:
  explicit EmbeddingFile(const EmbeddingOptions& options)
      : space_(options.space), file_(options.path) {
    if (!options.ids_path.empty()) ids_.emplace(options.ids_path);
    records_ = open_records(options, view_of(file_), ids_text());
  }
  [[nodiscard]] std::string identity() const override {
    return content_hash(content_hash(view_of(file_)) + content_hash(ids_text()) + space_);
  }
  bool next(VectorRecord& record) override { return records_->next(record); }
  [[nodiscard]] double fraction() const override { return records_->fraction(); }

 private:
  [[nodiscard]] std::string_view ids_text() const { return ids_ ? view_of(*ids_) : ""; }

  std::string space_;
  MappedFile file_;
  std::optional<MappedFile> ids_;
  std::unique_ptr<VectorRecords> records_;
};

/// The store's side of one file.
class EmbeddingImport {
 public:
  explicit EmbeddingImport(const EmbeddingOptions& options) : options_(options) {
    FileResult& result = imported_.files.emplace_back();
    result.path = options.path;
    result.format = "embeddings";
  }

  /// Opened only now, as a file that cannot be read makes no library.
  void begin(const std::string& identity) {
    store_.emplace(open_store(options_));
    writer_.emplace(*store_, options_);
    identity_ = identity;
  }

  void take(const std::vector<VectorRecord>& batch, double fraction, bool is_last) {
    FileResult& result = imported_.files[0];
    Transaction transaction(*store_);
    if (!std::exchange(has_begun_, true)) writer_->begin(options_, identity_);
    for (const VectorRecord& record : batch) writer_->take(record, result);
    writer_->advance(result.rows, is_last, options_.now);
    transaction.commit();
    if (!options_.on_progress) return;
    const double seconds = seconds_since(started_);
    options_.on_progress({options_.path, result.rows,
                          seconds > 0 ? static_cast<double>(result.rows) / seconds : 0, fraction,
                          0});
  }

  ImportResult finish() {
    const std::size_t dim = writer_->dim();
    imported_.files[0].notes.push_back("space " + options_.space +
                                       (dim > 0 ? ", vectors of " + std::to_string(dim) : ""));
    store_->checkpoint();
    imported_.is_dry_run = options_.is_dry_run;
    imported_.seconds = seconds_since(started_);
    return std::move(imported_);
  }

 private:
  const EmbeddingOptions& options_;
  Clock::time_point started_ = Clock::now();
  std::optional<Store> store_;
  std::optional<EmbeddingWriter> writer_;
  std::string identity_;
  bool has_begun_ = false;
  ImportResult imported_;
};

}  // namespace

ImportResult import_embeddings(const EmbeddingOptions& options) {
  check_space_name(options.space);
  EmbeddingImport work(options);
  read_records<VectorRecord>({options.path, "interrupted: import the same file again to go on",
                              options.limits, options.is_in_process},
                             [&] { return std::make_unique<EmbeddingFile>(options); },
                             {[&](const std::string& identity) { work.begin(identity); },
                              [&](const std::vector<VectorRecord>& batch, double fraction,
                                  bool is_last) { work.take(batch, fraction, is_last); }});
  return work.finish();
}

}  // namespace engine::import
