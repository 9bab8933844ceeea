#include "import/prompts.hpp"

#include <algorithm>
#include <chrono>
#include <map>
#include <optional>

#include "core/duration.hpp"
#include "core/error.hpp"
#include "core/hash.hpp"
#include "import/mapped_file.hpp"
#include "import/prompt_records.hpp"
#include "import/record_accounts.hpp"
#include "import/records_job.hpp"
#include "import/space.hpp"
#include "import/track_id_text.hpp"
#include "store/store.hpp"
#include "store/users.hpp"

namespace engine::import {
namespace {

using Clock = std::chrono::steady_clock;

/// The users of the records by name, and the one who is meant where a record names nobody.
class PromptUsers {
 public:
  /// Looks who is meant before the records make users.
  PromptUsers(Store& store, const PromptOptions& options)
      : store_(store),
        options_(options),
        only_(default_user(store)),
        first_name_(list_users(store).empty() ? kFirstUser : "") {}

  std::int64_t named(const std::string& name) {
    const auto [at, is_new] = ids_.emplace(name, 0);
    if (is_new) at->second = require_user(store_, name, options_.now).id;
    return at->second;
  }
  /// Throws Error(kUsage) when there are several whom it may be.
  std::int64_t meant() {
    if (default_ == 0) {
      const std::string& name = options_.user.empty() ? first_name_ : options_.user;
      const User user = !name.empty() ? require_user(store_, name, options_.now)
                        : only_       ? *only_
                                      : choose_user(store_, "");
      default_ = user.id;
      default_name_ = user.name;
    }
    return default_;
  }
  /// Nothing when the caller named nobody.
  std::optional<std::int64_t> given() {
    return options_.user.empty() ? std::nullopt : std::optional(meant());
  }
  /// Of meant(), when somebody asked; "" otherwise.
  [[nodiscard]] const std::string& meant_name() const { return default_name_; }
  [[nodiscard]] std::optional<std::int64_t> owner() const {
    return default_ == 0 ? std::nullopt : std::optional(default_);
  }

 private:
  Store& store_;
  const PromptOptions& options_;
  std::optional<User> only_;  // whom verbs mean without --user
  std::string first_name_;    // of the first user, where there was none
  std::map<std::string, std::int64_t> ids_;
  std::int64_t default_ = 0;
  std::string default_name_;
};

/// Writes what the records say, and which bucket each of them ended in.
class PromptWriter {
 public:
  PromptWriter(Store& store, const PromptOptions& options)
      : store_(store),
        options_(options),
        users_(store, options),
        dim_(dim_of_space(store, options.space)),
        find_id_(store.prepare("SELECT track_id FROM track_ids WHERE kind = ?1 AND id = ?2")),
        find_track_(store.prepare("SELECT track_id FROM tracks WHERE track_id = ?1")),
        find_prompt_(store.prepare(
            "SELECT prompt_id FROM prompts WHERE user_id IS ?1 AND track_id IS ?2 AND text = ?3 "
            "AND (?4 IS NULL OR ts = ?4) ORDER BY prompt_id LIMIT 1")),
        put_prompt_(store.prepare(
            "INSERT INTO prompts (user_id, track_id, text, ts) VALUES (?1, ?2, ?3, ?4)")),
        find_vector_(
            store.prepare("SELECT vector FROM prompt_vectors WHERE space = ?1 AND prompt_id = ?2")),
        put_vector_(store.prepare("INSERT OR REPLACE INTO prompt_vectors VALUES (?1, ?2, ?3, ?4)")),
        accounts_(store) {}

  /// Makes room for the file's accounts; what an earlier import of it said is replaced.
  void begin(const std::string& hash) {
    store_
        .prepare(
            "DELETE FROM ingestion_rows WHERE ingestion_id IN "
            "(SELECT ingestion_id FROM ingestions WHERE hash = ?1)")
        .run(hash);
    store_.prepare("DELETE FROM ingestions WHERE hash = ?1").run(hash);
    store_
        .prepare(
            "INSERT INTO ingestions (user_id, path, hash, format, started_at) "
            "VALUES (NULL, ?1, ?2, 'prompts', ?3)")
        .run(options_.path, hash, options_.now);
    ingestion_ = sqlite3_last_insert_rowid(store_.handle());
    accounts_.begin(ingestion_);
  }

  void take(const PromptRecord& record, FileResult& result) {
    std::string problem = record.problem;
    const std::string bucket = problem.empty() ? put(record, problem) : record.bucket;
    accounts_.add(bucket, problem, result);
  }

  void end(FileResult& result) {
    accounts_.flush();
    store_
        .prepare(
            "UPDATE ingestions SET user_id = ?2, records = ?3, records_done = ?3, is_complete = 1, "
            "finished_at = ?4 WHERE ingestion_id = ?1")
        .run(ingestion_, users_.owner(), result.rows, options_.now);
    if (has_changes_) store_.bump_data_version();
    result.user = users_.meant_name();
    if (has_vectors_)
      result.notes.push_back("space " + options_.space + ", vectors of " + std::to_string(dim_));
  }

 private:
  /// The bucket; `problem` says why it is none of the good ones.
  std::string put(const PromptRecord& record, std::string& problem) {
    std::optional<std::int64_t> track;
    if (!record.track.empty()) {
      const TrackIdText id = read_track_id(record.track);
      if (id.kind == TrackIdText::Kind::kNone) {
        problem = "its track is no id of a known kind";
        return "malformed";
      }
      track = track_of(id);
      if (!track) return "unmatched";
    }
    if (!record.vector.empty() && dim_ != 0 && record.vector.size() != dim_) {
      problem = "its vector has " + std::to_string(record.vector.size()) +
                " numbers, those of the space " + options_.space + " have " + std::to_string(dim_);
      return "malformed";
    }
    return write(record, user_of(record), track);
  }

  std::optional<std::int64_t> track_of(const TrackIdText& id) {
    return id.kind == TrackIdText::Kind::kNumber
               ? find_track_.find_integer(id.number)
               : find_id_.find_integer(static_cast<int>(id.kind), id.text);
  }

  std::optional<std::int64_t> user_of(const PromptRecord& record) {
    if (!record.user.empty()) return users_.named(record.user);
    return record.track.empty() ? users_.meant() : users_.given();
  }

  // One without a time is in when it is in with any: its own is that of its first import.
  std::string write(const PromptRecord& record, std::optional<std::int64_t> user,
                    std::optional<std::int64_t> track) {
    std::optional<std::int64_t> prompt =
        find_prompt_.find_integer(user, track, record.text, record.ts);
    const bool is_new = !prompt;
    if (is_new) {
      put_prompt_.run(user, track, record.text, record.ts.value_or(options_.now));
      prompt = sqlite3_last_insert_rowid(store_.handle());
    }
    const bool has_other_vector = !record.vector.empty() && write_vector(*prompt, record.vector);
    has_changes_ |= is_new || has_other_vector;
    return is_new ? "new" : has_other_vector ? "updated" : "duplicate";
  }

  /// False when it is there already.
  bool write_vector(std::int64_t prompt, const std::vector<float>& vector) {
    dim_ = vector.size();
    has_vectors_ = true;
    const std::string_view bytes(reinterpret_cast<const char*>(vector.data()),
                                 vector.size() * sizeof(float));
    find_vector_.start(options_.space, prompt);
    const bool is_same = find_vector_.step() && find_vector_.text(0) == bytes;
    find_vector_.reset();
    if (is_same) return false;
    put_vector_.start(options_.space, prompt, static_cast<std::int64_t>(vector.size()));
    put_vector_.bind_blob(4, bytes);
    put_vector_.step();
    return true;
  }

  Store& store_;
  const PromptOptions& options_;
  PromptUsers users_;
  std::size_t dim_;
  Statement find_id_, find_track_, find_prompt_, put_prompt_, find_vector_, put_vector_;
  RecordAccounts accounts_;
  std::int64_t ingestion_ = 0;
  bool has_changes_ = false, has_vectors_ = false;
};

Store open_store(const PromptOptions& options) {
  StoreOptions store_options;
  store_options.busy_seconds = options.busy_seconds;
  return options.is_dry_run ? Store::open_copy(options.store_path, store_options)
                            : Store::open(options.store_path, store_options);
}

/// The file as its worker has it.
class PromptFile final : public RecordFile<PromptRecord> {
 public:
  explicit PromptFile(const PromptOptions& options)
      : options_(options), file_(options.path), records_(read_prompts(bytes(), options.path)) {}

  /// The same file for another user, or in another space, says another thing.
  [[nodiscard]] std::string identity() const override {
    return content_hash(content_hash(bytes()) + options_.space + '\x1f' + options_.user);
  }
  bool next(PromptRecord& record) override { return records_->next(record); }
  [[nodiscard]] double fraction() const override { return records_->fraction(); }

 private:
  [[nodiscard]] std::string_view bytes() const {
    return {reinterpret_cast<const char*>(file_.data()), file_.size()};
  }

  const PromptOptions& options_;
  MappedFile file_;
  std::unique_ptr<PromptRecords> records_;
};

/// The store's side of one file, all of it one transaction.
class PromptImport {
 public:
  explicit PromptImport(const PromptOptions& options) : options_(options) {
    FileResult& result = imported_.files.emplace_back();
    result.path = options.path;
    result.format = "prompts";
  }

  /// Opened only now, as a file that cannot be read makes no library.
  void begin(const std::string& identity) {
    store_.emplace(open_store(options_));
    transaction_.emplace(*store_);
    writer_.emplace(*store_, options_);
    writer_->begin(identity);
  }

  void take(const std::vector<PromptRecord>& batch, double fraction) {
    FileResult& result = imported_.files[0];
    for (const PromptRecord& record : batch) writer_->take(record, result);
    if (!options_.on_progress) return;
    const double seconds = std::max(seconds_since(started_), 1e-9);
    options_.on_progress(
        {options_.path, result.rows, static_cast<double>(result.rows) / seconds, fraction, 0});
  }

  ImportResult finish() {
    writer_->end(imported_.files[0]);
    transaction_->commit();
    writer_.reset();
    store_->checkpoint();
    imported_.user = imported_.files[0].user;
    imported_.is_dry_run = options_.is_dry_run;
    imported_.seconds = seconds_since(started_);
    return std::move(imported_);
  }

 private:
  const PromptOptions& options_;
  Clock::time_point started_ = Clock::now();
  std::optional<Store> store_;
  std::optional<Transaction> transaction_;
  std::optional<PromptWriter> writer_;
  ImportResult imported_;
};

}  // namespace

ImportResult import_prompts(const PromptOptions& options) {
  check_space_name(options.space);
  PromptImport work(options);
  read_records<PromptRecord>({options.path, "interrupted; nothing of the file was imported",
                              options.limits, options.is_in_process},
                             [&] { return std::make_unique<PromptFile>(options); },
                             {[&](const std::string& identity) { work.begin(identity); },
                              [&](const std::vector<PromptRecord>& batch, double fraction, bool) {
                                work.take(batch, fraction);
                              }});
  return work.finish();
}

}  // namespace engine::import
