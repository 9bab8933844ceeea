#include "plugin_check/verdict.hpp"

#include <algorithm>
#include <cstdio>

#include "core/counted.hpp"
#include "core/duration.hpp"
#include "core/json_text.hpp"
#include "plugin/loader.hpp"
#include "plugin_check/examine.hpp"
#include "worker/items.hpp"

namespace engine {
namespace {

using Json = nlohmann::ordered_json;

constexpr double kLoadSeconds = 10;   // of CPU time, to load a library and look at its description
constexpr double kQuietSeconds = 20;  // without a sign of life, then the test is given up
constexpr double kBusy = 3;           // times as long on the clock of a machine that is busy
constexpr std::size_t kMemoryBytes = std::size_t{3} << 30;

const JobWords kWords{.who = "it", .memory_limit = ""};

/// The worker's side: tests from number `first` on, a result of each.
void try_contract(const Trial& trial, std::size_t first, JobSender& sender) {
  const playlist_plugin& plugin =
      open_library(trial.file, read_library_file(trial.file), trial.copies);
  Heartbeat& heartbeat = sender.heartbeat();
  std::string stage;
  stage.reserve(512);  // the fault handler must not allocate
  ContractListener listener;
  listener.starts = [&](const std::string& element, const std::string& test) {
    stage = element + ": " + test;
    heartbeat.doing(stage);
  };
  listener.ends = [&](const ContractResult& result) {
    sender.result(json_text(Json{{"element", result.element},
                                 {"test", result.test},
                                 {"ms", result.ms},
                                 {"rows", result.rows},
                                 {"used", result.used},
                                 {"note", result.note},
                                 {"told", result.told},
                                 {"artifact", result.artifact},
                                 {"problems", result.problems}}));
  };
  listener.beat = [&] { heartbeat.beat(); };
  listener.fault = [&](std::string_view meaning) {
    stage.append(": ").append(meaning);
    heartbeat.doing(stage);
  };
  run_contract(plugin, trial.contract, first, listener);
}

void add_breach(PluginVerdict& verdict, const std::string& element, const std::string& test,
                const std::string& problem) {
  for (Breach& breach : verdict.breaches) {
    if (breach.element != element || breach.problem != problem) continue;
    if (breach.tests.back() != test) breach.tests.push_back(test);
    return;
  }
  verdict.breaches.push_back({element, problem, {test}});
}

/// How a test ended its process, from the worker's "WHAT; it was in: ELEMENT: TEST[: MEANING]".
/// False when it was in none.
bool add_death(PluginVerdict& verdict, const std::string& message) {
  static const std::string kIn = "; it was in: ", kCrashed = "the worker crashed (";
  const std::size_t at = message.find(kIn);
  const std::string what = message.substr(0, at);
  const std::string stage = at == std::string::npos ? "" : message.substr(at + kIn.size());
  const std::size_t first = stage.find(": ");
  if (first == std::string::npos) {
    verdict.problems.push_back("the process that tries it ends: " + message);
    return false;
  }
  const std::size_t second = stage.find(": ", first + 2);
  std::string problem = what;
  if (second != std::string::npos) {
    problem = stage.substr(second + 2);  // a fault in guarded memory, which says it all
  } else if (what.starts_with(kCrashed)) {
    problem = "it crashes" + what.substr(kCrashed.size() - 2);
  } else if (what.starts_with("stopped")) {
    problem = "it hangs, and was " + what;
  }
  add_breach(verdict, stage.substr(0, first), stage.substr(first + 2, second - first - 2), problem);
  return true;
}

std::string breach_text(const Breach& breach) {
  constexpr std::size_t kShown = 2;
  std::string tests;
  for (std::size_t k = 0; k < std::min(kShown, breach.tests.size()); ++k) {
    tests += (k == 0 ? "" : ", ") + breach.tests[k];
  }
  if (breach.tests.size() > kShown) {
    tests += " and " + std::to_string(breach.tests.size() - kShown) + " more";
  }
  return breach.element + ": " + breach.problem + " (" + tests + ')';
}

void take_result(const Json& result, PluginVerdict& verdict) {
  for (const Json& problem : result["problems"]) {
    add_breach(verdict, result["element"], result["test"], problem);
  }
  Json test{{"element", result["element"]},
            {"test", result["test"]},
            {"ok", result["problems"].empty()},
            {"ms", result["ms"]}};
  if (result["rows"] != 0) test["rows"] = result["rows"];
  if (result["used"] != "") test["used"] = result["used"];
  if (result["told"] != "") test["told"] = result["told"];
  if (result["note"] != "") {
    verdict.notes.push_back(result["element"].get<std::string>() + ": " +
                            result["note"].get<std::string>());
  }
  if (!result["artifact"].empty()) test["artifact"] = result["artifact"];
  verdict.tests.push_back(std::move(test));
}

/// A test is an item: one that ends its process is one problem, and the next process goes on
/// behind it.
class ContractWork final : public ItemWork {
 public:
  ContractWork(const Trial& trial, PluginVerdict& verdict) : trial_(trial), verdict_(verdict) {
    add({0, ItemPart::kOpen});
  }

 private:
  Job job(ItemPart part) override {
    WorkerLimits limits;
    limits.wall_seconds = limits.cpu_seconds = 0;
    limits.heartbeat_seconds = kBusy * kQuietSeconds;
    limits.memory_bytes = kMemoryBytes;
    return {limits, [this, part](JobSender& sender) { try_contract(trial_, part.begin, sender); }};
  }
  void result(std::size_t, const std::string& bytes) override {
    take_result(Json::parse(bytes), verdict_);
  }
  void failed(std::size_t, Error error) override {
    if (!add_death(verdict_, error.what())) stop();  // it did not even get to a test
  }
  [[nodiscard]] JobWords words(std::size_t) const override { return kWords; }

  const Trial& trial_;
  PluginVerdict& verdict_;
};

/// An element that has no data in any test was not tried: said, or "good" would say too much.
void note_untried(PluginVerdict& verdict) {
  for (const std::string& name : verdict.elements()) {
    std::size_t tests = 0, told = 0;
    std::string last;
    for (const Json& test : verdict.tests) {
      if (test["element"] != name || test["test"] == "made and destroyed") continue;
      ++tests;
      if (!test.contains("told")) continue;
      ++told;
      last = test["told"].get<std::string>();
    }
    const bool is_source = name.starts_with("source.");
    if (told == 0 || told < tests - (is_source ? 0 : 1)) continue;
    verdict.notes.push_back(
        name.starts_with("source.")
            ? name + " reads none of the made-up files: give it one of its own with --sample"
            : name + " did nothing in any test: " + last +
                  (last.starts_with("it refuses the made-up file")
                       ? "; give it one of its own with --sample"
                       : ""));
  }
}

/// How many rows orderings placed, a line each, and the longest list that anything was given.
std::string rows_text(const Json& tests, std::int64_t& most) {
  std::string text;
  for (const Json& test : tests) {
    most = std::max(most, test.value("rows", std::int64_t{0}));
    if (test.contains("used")) {
      text +=
          "  " + test["element"].get<std::string>() + ' ' + test["used"].get<std::string>() + '\n';
    }
  }
  return text;
}

std::string joined(const Json& words) {
  std::string text;
  for (const Json& word : words) text += (text.empty() ? "" : ", ") + word.get<std::string>();
  return text;
}

}  // namespace

std::vector<std::string> PluginVerdict::elements() const {
  return facts.value("elements", std::vector<std::string>());
}

PluginVerdict examine_plugin(const Trial& trial) {
  PluginVerdict verdict;
  JobReader reader(
      {.note = [&](const std::string& problem) { verdict.problems.push_back(problem); },
       .result = [&](const std::string& facts) { verdict.facts = Json::parse(facts); }},
      kWords);
  WorkerLimits limits;
  limits.cpu_seconds = kLoadSeconds;
  limits.wall_seconds = kBusy * kLoadSeconds;
  const WorkerEnd end = reader.run(limits, trial.in_process, [&](JobSender& sender) {
    const LibraryFacts facts = examine_library(
        trial.file, trial.copies, [&](const std::string& problem) { sender.note(problem); },
        [&](const std::string& doing) { sender.heartbeat().doing(doing); });
    sender.result(json_text(Json{{"id", facts.id},
                                 {"version", facts.version},
                                 {"elements", facts.elements},
                                 {"links", facts.needed}}));
  });
  try {
    reader.finish(end);
  } catch (const Error& error) {
    if (end.is_interrupted) throw;
    verdict.problems.push_back(std::string("it takes the process that loads it down: ") +
                               error.what());
  }
  return verdict;
}

void keep_contract(const Trial& trial, PluginVerdict& verdict) {
  if (verdict.elements().empty()) return;
  const auto started = std::chrono::steady_clock::now();
  ContractWork work(trial, verdict);
  if (!run_pool(work, {1, trial.in_process})) throw Error(Exit::kInterrupted, kWords.interrupted);
  verdict.seconds = seconds_since(started);
  for (const Breach& breach : verdict.breaches) verdict.problems.push_back(breach_text(breach));
  note_untried(verdict);
}

Json verdict_json(const std::string& file, const PluginVerdict& verdict) {
  Json json{{"path", file}, {"ok", verdict.problems.empty()}, {"problems", verdict.problems}};
  json.update(verdict.facts);
  json["notes"] = verdict.notes;
  json["tests"] = verdict.tests;
  return json;
}

std::string verdict_text(const std::string& file, const PluginVerdict& verdict) {
  const std::size_t count = verdict.problems.size();
  std::string text = file + ": " + (count == 0 ? "good" : counted(count, "problem")) + '\n';
  for (const std::string& problem : verdict.problems) text += "  - " + problem + '\n';
  for (const std::string& note : verdict.notes) text += "  note: " + note + '\n';
  const std::string id = verdict.facts.value("id", "");
  if (!id.empty()) {
    text += "  " + id + ' ' + verdict.facts.value("version", "") + " offers " +
            joined(verdict.facts["elements"]) + '\n';
  }
  if (verdict.tests.empty()) return text;
  std::int64_t most = 0;
  text += rows_text(verdict.tests, most);
  char seconds[32];
  std::snprintf(seconds, sizeof seconds, "%.1f s", verdict.seconds);
  text += "  tried with " + counted(verdict.tests.size(), "test") + " of the contract" +
          (most > 0 ? ", lists of up to " + counted(static_cast<std::size_t>(most), "row") : "") +
          ", in " + seconds + '\n';
  return text;
}

}  // namespace engine
