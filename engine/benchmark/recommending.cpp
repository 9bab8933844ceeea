#include "benchmark/recommending.hpp"

#include <algorithm>
#include <chrono>
#include <cstring>
#include <limits>

#include <nlohmann/json.hpp>

#include "core/duration.hpp"
#include "core/error.hpp"
#include "core/json_text.hpp"
#include "data/owned_table.hpp"
#include "plugin/call.hpp"
#include "worker/confine.hpp"
#include "worker/items.hpp"

namespace engine::benchmark {
namespace {

using Clock = std::chrono::steady_clock;
using Json = nlohmann::ordered_json;

/// A job opens the artifact anew, which reads all of it; more jobs than workers even out users of
/// long and short lists.
constexpr std::size_t kJobsOfWorker = 2;

/// The calls of one worker.
class Caller {
 public:
  Caller(const Stage& stage, JobSender& sender)
      : stage_(stage),
        sender_(sender),
        heartbeat_(sender.heartbeat()),
        registry_(stage.request.load_plugins()) {
    if (!stage.request.is_in_process) keep_to_one_process();
  }

  void train(const std::string& name, const Arguments& arguments, const std::string& folder) {
    const Element& element = registry_->require("model." + name, "the benchmark");
    heartbeat_.doing(element.description->name);
    CheckedArguments checked = check(element, arguments);
    const std::string parameters = checked.json();
    ArtifactWriter writer;
    ElementInstance instance(element, std::move(checked), context(artifact_writer_service(writer)));
    finish(element, instance.train());
    const std::string card = writer.write(folder, Json{{"parameters", Json::parse(parameters)}});
    sender_.result(card);
  }

  void recommend(const std::string& name, const ModelVersion& version, Arguments arguments,
                 std::span<const std::int32_t> users, std::size_t limit) {
    const Element& element = registry_->require("recall." + name, "the benchmark");
    heartbeat_.doing(element.description->name);
    ModelShelf shelf({version});
    arguments.emplace_back("limit", static_cast<double>(limit));
    std::string bytes;
    for (const std::int32_t user : users) {
      const std::span<const std::int32_t> items = stage_.train.of(user);
      RecalledRows rows;
      if (!items.empty()) {
        OwnedTable seeds(static_cast<std::int64_t>(items.size()));
        std::copy(items.begin(), items.end(), seeds.i32("track"));
        std::fill_n(seeds.f32("score"), items.size(), std::numeric_limits<float>::quiet_NaN());
        std::fill_n(seeds.i64("ts"), items.size(), std::numeric_limits<std::int64_t>::min());
        Arguments with_seeds = arguments;
        with_seeds.emplace_back("seeds", TracksArgument{seeds.table()});
        ElementInstance instance(element, check(element, with_seeds),
                                 context(artifacts_service(shelf)));
        finish(element, instance.recall(rows));
      }
      append(bytes, rows);
    }
    sender_.result(bytes);
  }

 private:
  CheckedArguments check(const Element& element, const Arguments& arguments) {
    return check_arguments(*element.description, arguments, "the benchmark",
                           {&files_, element.plugin->path});
  }

  /// Without data there is no list, which the metrics show; everything else ends the benchmark.
  static void finish(const Element& element, const CallResult& result) {
    if (result.status != PLAYLIST_OK) {
      throw Error(Exit::kPlugin, std::string(element.description->name) + " has no result: " +
                                     (result.message.empty() ? "cancelled" : result.message));
    }
  }

  static void append(std::string& bytes, const RecalledRows& rows) {
    const auto count = static_cast<std::uint64_t>(rows.tracks.size());
    bytes.append(reinterpret_cast<const char*>(&count), sizeof count);
    bytes.append(reinterpret_cast<const char*>(rows.tracks.data()), count * sizeof(std::int32_t));
    bytes.append(reinterpret_cast<const char*>(rows.scores.data()), count * sizeof(float));
  }

  CallContext context(const CallService& service) {
    CallContext context;
    context.tables = &stage_.tables;
    context.texts = &texts_;
    context.now = stage_.tables.now();
    context.random_seed = 1;
    context.is_cancelled = [this] { return heartbeat_.is_interrupted(); };
    context.progress = [this](double) { heartbeat_.beat(); };
    context.log = [this](int level, std::string_view text) {
      if (level >= PLAYLIST_LOG_INFO) sender_.note(text);
    };
    context.setting = stage_.request.setting;
    context.services = {service};
    return context;
  }

  const Stage& stage_;
  JobSender& sender_;
  InputFiles files_;  // that elements name
  Heartbeat& heartbeat_;
  std::shared_ptr<const Registry> registry_;
  Texts texts_;
};

/// Gives out one kind of job, each an item of its own, and keeps what comes back.
class Work final : public ItemWork {
 public:
  using Ask = std::function<void(Caller&, std::size_t job)>;
  Work(const Stage& stage, std::string name, std::size_t jobs, Ask ask)
      : results(jobs), stage_(stage), name_(std::move(name)), ask_(std::move(ask)) {
    for (std::size_t k = 0; k < jobs; ++k) add({k, k + 1});
  }

  std::vector<std::string> results;

 private:
  Job job(ItemPart part) override {
    WorkerLimits limits;
    limits.wall_seconds = limits.cpu_seconds = 0;
    limits.memory_bytes = 0;
    return {limits, [this, part](JobSender& sender) {
              sender.heartbeat().doing(name_ + ": loading plugins");
              Caller caller(stage_, sender);
              ask_(caller, part.begin);
            }};
  }

  void result(std::size_t item, const std::string& bytes) override { results[item] = bytes; }
  void failed(std::size_t, Error error) override { throw std::move(error); }
  void told(std::size_t, std::uint32_t, const std::string& bytes) override {
    stage_.request.note(name_ + ": " + bytes);
  }
  [[nodiscard]] JobWords words(std::size_t) const override {
    return {.who = name_, .memory_limit = ""};
  }

  const Stage& stage_;
  const std::string name_;
  const Ask ask_;
};

void run_work(const Stage& stage, Work& work, std::size_t workers) {
  if (!run_pool(work, {workers, stage.request.is_in_process}))
    throw Error(Exit::kInterrupted, "interrupted");
}

template <typename T>
std::vector<T> read_items(const char*& at, std::size_t count) {
  std::vector<T> items(count);
  if (count > 0) std::memcpy(items.data(), at, count * sizeof(T));
  at += count * sizeof(T);
  return items;
}

RankedList read_list(const char*& at) {
  std::uint64_t count = 0;
  std::memcpy(&count, at, sizeof count);
  at += sizeof count;
  RankedList list;
  list.tracks = read_items<std::int32_t>(at, count);
  list.scores = read_items<float>(at, count);
  return list;
}

}  // namespace

Training train(const Stage& stage, const std::string& name, const Arguments& arguments,
               const std::string& folder) {
  const auto started = Clock::now();
  Work work(stage, name, 1,
            [&](Caller& caller, std::size_t) { caller.train(name, arguments, folder); });
  run_work(stage, work, 1);
  ModelVersion version;
  version.name = "model." + name;
  version.as_of = stage.tables.now();
  version.card = work.results[0];
  version.path = folder;
  return {std::move(version), seconds_since(started)};
}

Recommended recommend(const Stage& stage, const std::string& name, const ModelVersion& version,
                      const Arguments& arguments, const std::vector<std::int32_t>& users,
                      std::size_t limit) {
  const auto started = Clock::now();
  const std::size_t most = std::max<std::size_t>(1, stage.request.jobs * kJobsOfWorker);
  const std::size_t users_of_job = std::max<std::size_t>(1, (users.size() + most - 1) / most);
  const std::size_t jobs = (users.size() + users_of_job - 1) / users_of_job;
  Work work(stage, name, jobs, [&](Caller& caller, std::size_t job) {
    const std::size_t begin = job * users_of_job;
    const std::size_t count = std::min(users_of_job, users.size() - begin);
    caller.recommend(name, version, arguments, std::span(users).subspan(begin, count), limit);
  });
  run_work(stage, work, stage.request.jobs);
  Recommended made;
  for (std::size_t job = 0; job < jobs; ++job) {
    const char* at = work.results[job].data();
    const std::size_t count = std::min(users_of_job, users.size() - job * users_of_job);
    for (std::size_t k = 0; k < count; ++k) made.lists.push_back(read_list(at));
  }
  made.seconds = seconds_since(started);
  return made;
}

}  // namespace engine::benchmark
