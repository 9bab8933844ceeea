#include "worker/job.hpp"

#include <cstring>
#include <new>
#include <utility>

#include <nlohmann/json.hpp>

#include "core/error_bytes.hpp"

namespace engine {

Error caught_error(const JobWords& words) {
  try {
    throw;
  } catch (const Error& error) {
    return error;
  } catch (const std::bad_alloc&) {
    const bool is_set = !words.memory_limit.empty();
    return Error(Exit::kLimits, "out of memory",
                 {.where = words.where,
                  .source = {},
                  .why = words.who + " needs more than " +
                         (is_set ? words.memory_limit : "this machine has"),
                  .fix = is_set ? "see: engine config show" : ""});
  } catch (const std::exception& error) {
    return Error(Exit::kPlugin, words.who + " failed: " + error.what(),
                 {.where = words.where, .source = {}, .why = words.why, .fix = {}});
  }
}

Error end_error(const WorkerEnd& end, const JobWords& words) {
  if (end.is_interrupted) return Error(Exit::kInterrupted, words.interrupted);
  return Error(end.is_limit ? Exit::kLimits : Exit::kPlugin,
               end.message.empty() ? "the worker ended early" : end.message,
               {.where = end.where.empty() ? words.where : end.where,
                .source = {},
                .why = words.why,
                .fix = end.is_limit ? limit_fix(end) : words.fix});
}

Error unreadable(const std::string& why) {
  return Error(Exit::kPlugin, "the worker's answer cannot be read",
               {.where = {},
                .source = {},
                .why = "an element has written over memory that is not its own: " + why,
                .fix = "engine plugins check FILE finds the library"});
}

void JobSender::progress(std::string_view name, double fraction) {
  std::string bytes(sizeof fraction, '\0');
  std::memcpy(bytes.data(), &fraction, sizeof fraction);
  send(JobFrame::kProgress, bytes.append(name));
}

bool JobSender::guard(const std::function<void()>& body) {
  try {
    body();
    return true;
  } catch (const std::exception&) {
    send(JobFrame::kError, pack_error(caught_error(words)));
    return false;
  }
}

std::function<int(Channel&, Heartbeat&)> job_of(JobBody body, JobWords words) {
  return
      [body = std::move(body), words = std::move(words)](Channel& channel, Heartbeat& heartbeat) {
        JobSender sender(channel, heartbeat, words);
        return sender.guard([&] { body(sender); }) ? 0 : 1;
      };
}

WorkerEnd JobReader::run(const WorkerLimits& limits, bool is_in_process, JobBody body) {
  const auto work = job(std::move(body));
  const auto supervise = [this](Channel& channel) {
    std::uint32_t kind = 0;
    for (std::string bytes; channel.receive(kind, bytes);) take(kind, bytes);
  };
  return is_in_process ? run_in_process(work, supervise, limits.outside)
                       : run_in_worker(limits, work, supervise);
}

void JobReader::take(std::uint32_t kind, const std::string& bytes) {
  try {
    give(kind, bytes);
  } catch (const nlohmann::json::exception& error) {
    error_ = unreadable(error.what());
  }
}

void JobReader::give(std::uint32_t kind, const std::string& bytes) {
  if (kind == JobFrame::kError) {
    error_ = unpack_error(bytes);
  } else if (kind == JobFrame::kProgress && takes_.progress && bytes.size() >= sizeof(double)) {
    double fraction = 0;
    std::memcpy(&fraction, bytes.data(), sizeof fraction);
    takes_.progress(bytes.substr(sizeof fraction), fraction);
  } else if (kind >= JobFrame::kOwn && takes_.own) {
    takes_.own(kind, bytes);
  }
  for (const auto& [its_kind, take] : {std::pair(JobFrame::kNote, &takes_.note),
                                       {JobFrame::kPrint, &takes_.print},
                                       {JobFrame::kNotLoaded, &takes_.not_loaded},
                                       {JobFrame::kResult, &takes_.result}})
    if (kind == its_kind && *take) (*take)(bytes);
}

void JobReader::finish(const WorkerEnd& end) const {
  if (error_ && !end.is_interrupted) throw *error_;
  if (!end.is_done || end.is_interrupted) throw end_error(end, words_);
}

}  // namespace engine
