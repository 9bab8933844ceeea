// Files of single records (vectors, prompts), read where import/reader.hpp reads the others: in a
// worker under limits that can open nothing for writing, so that what is in a stranger's file never
// meets the store but as checked records.
//
// The worker reads the file and sends its identity, then its records in batches; the caller takes
// them and alone writes the store.
#pragma once

#include <algorithm>
#include <cstdint>
#include <functional>
#include <memory>
#include <string>
#include <vector>

#include "import/messages.hpp"
#include "worker/job.hpp"

namespace engine::import {

struct RecordsWork {
  std::string path;         // for messages
  std::string interrupted;  // what Ctrl-C comes to, as an error
  WorkerLimits limits;
  bool is_in_process = false;
};

/// Where the worker's records come from.
template <class Record>
class RecordFile {
 public:
  virtual ~RecordFile() = default;
  /// What the file says, by its content and by all that decides how it is read.
  [[nodiscard]] virtual std::string identity() const = 0;
  /// Reads the next record, sound or not; false at the end.
  virtual bool next(Record& record) = 0;
  /// Of the file that is behind, 0..1.
  [[nodiscard]] virtual double fraction() const = 0;
};

/// The supervisor's side. Both may throw, which ends the worker.
template <class Record>
struct RecordTakes {
  std::function<void(const std::string& identity)> begin;
  std::function<void(const std::vector<Record>& batch, double fraction, bool is_last)> batch;
};

/// Frames and limits of it, whatever the records.
class RecordsJob {
 public:
  static constexpr std::size_t kBatchRecords = 4096, kBatchBytes = 8 << 20;

  /// Runs `read` in the worker. Throws Error: the reading's own; kLimits, kInterrupted,
  /// kPlugin for a crash, each with the file's path.
  static void run(const RecordsWork& work, const JobBody& read,
                  const std::function<void(const std::string& identity)>& begin,
                  const std::function<void(MessageReader& batch)>& take);
  static void send_begin(JobSender& sender, const std::string& identity);
  static void send_batch(JobSender& sender, const std::string& batch);
};

/// `open` is called in the worker. A record crosses as write_record(MessageWriter&, record) writes
/// and read_record(MessageReader&, record&) reads it.
template <class Record>
void read_records(const RecordsWork& work,
                  const std::function<std::unique_ptr<RecordFile<Record>>()>& open,
                  const RecordTakes<Record>& takes) {
  const auto read = [&](JobSender& sender) {
    const std::unique_ptr<RecordFile<Record>> file = open();
    RecordsJob::send_begin(sender, file->identity());
    for (bool has_more = true; has_more;) {
      std::string records;
      MessageWriter writer(records);
      std::uint64_t count = 0;
      while (count < RecordsJob::kBatchRecords && records.size() < RecordsJob::kBatchBytes) {
        Record record;
        has_more = file->next(record);
        if (!has_more) break;
        write_record(writer, record);
        ++count;
      }
      std::string batch;
      MessageWriter head(batch);
      head.number(count);
      head.number(static_cast<std::uint64_t>(file->fraction() * 1e6));
      head.number(has_more ? 0 : 1);
      RecordsJob::send_batch(sender, batch + records);
    }
  };
  RecordsJob::run(work, read, takes.begin, [&](MessageReader& message) {
    std::vector<Record> batch(std::min<std::uint64_t>(message.number(), RecordsJob::kBatchRecords));
    const double fraction = static_cast<double>(message.number()) / 1e6;
    const bool is_last = message.number() != 0;
    for (Record& record : batch) read_record(message, record);
    takes.batch(batch, fraction, is_last);
  });
}

}  // namespace engine::import
