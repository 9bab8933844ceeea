#include "import/records_job.hpp"

#include "core/error.hpp"

namespace engine::import {
namespace {

enum Frame : std::uint32_t { kBegin = JobFrame::kOwn, kBatch };

JobWords words_of(const RecordsWork& work) {
  return {.who = "the import",
          .memory_limit = "import.memory_megabytes",
          .interrupted = work.interrupted,
          .where = work.path,
          .fix = "the rest of the library is as it was; look whether the file is damaged"};
}

}  // namespace

void RecordsJob::run(const RecordsWork& work, const JobBody& read,
                     const std::function<void(const std::string& identity)>& begin,
                     const std::function<void(MessageReader& batch)>& take) {
  JobReader reader({.own =
                        [&](std::uint32_t kind, const std::string& bytes) {
                          if (kind == kBegin) return begin(bytes);
                          MessageReader message(bytes);
                          take(message);
                        }},
                   words_of(work));
  WorkerLimits limits = work.limits;
  limits.is_confined = !work.is_in_process;
  reader.finish(reader.run(limits, work.is_in_process, read));
}

void RecordsJob::send_begin(JobSender& sender, const std::string& identity) {
  sender.send(kBegin, identity);
}

void RecordsJob::send_batch(JobSender& sender, const std::string& batch) {
  sender.heartbeat().beat();
  sender.send(kBatch, batch);
}

}  // namespace engine::import
