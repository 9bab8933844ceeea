// engine plugins check FILE: everything that is wrong with a library, found in processes of its
// own.
#include <CLI/CLI.hpp>
#include <filesystem>

#include <nlohmann/json.hpp>

#include "cli/cli.hpp"
#include "core/counted.hpp"
#include "core/duration.hpp"
#include "core/json_text.hpp"
#include "core/paths.hpp"
#include "import/row_tables.hpp"
#include "plugin/loader.hpp"
#include "plugin/registry.hpp"
#include "plugin_check/contract.hpp"
#include "plugin_check/examine.hpp"
#include "worker/items.hpp"

namespace engine {
namespace {

namespace fs = std::filesystem;
using Json = nlohmann::ordered_json;

constexpr double kLoadSeconds = 10;   // of CPU time, to load a library and look at its description
constexpr double kQuietSeconds = 20;  // without a sign of life, then the test is given up
constexpr double kBusy = 3;           // times as long on the clock of a machine that is busy
constexpr std::size_t kMemoryBytes = std::size_t{3} << 30;

/// One thing that an element does wrong, and the tests that show it.
struct Breach {
  std::string element, problem;
  std::vector<std::string> tests;
};

/// What was found; the library's code runs in workers only.
struct Verdict {
  std::vector<std::string> problems, notes;
  std::vector<Breach> breaches;
  Json facts = Json::object();
  Json tests = Json::array();
  double seconds = 0;
};

const JobWords kWords{.who = "it", .memory_limit = ""};

struct Order {
  std::string file, copies;
  bool in_process = false;
  ContractOptions contract;
};

/// The file, its symbols, its description.
void examine(const Order& order, Verdict& verdict) {
  JobReader reader(
      {.note = [&](const std::string& problem) { verdict.problems.push_back(problem); },
       .result = [&](const std::string& facts) { verdict.facts = Json::parse(facts); }},
      kWords);
  WorkerLimits limits;
  limits.cpu_seconds = kLoadSeconds;
  limits.wall_seconds = kBusy * kLoadSeconds;
  const WorkerEnd end = reader.run(limits, order.in_process, [&](JobSender& sender) {
    const LibraryFacts facts = examine_library(
        order.file, order.copies, [&](const std::string& problem) { sender.note(problem); },
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
}

/// Elements that another library already offers.
void compare_names(Cli& cli, const std::string& file, Verdict& verdict) {
  const auto registry = cli.registry();
  for (const Json& name : verdict.facts.value("elements", Json::array())) {
    const Element* other = registry->find(name.get<std::string>());
    std::error_code error;
    if (other == nullptr || fs::equivalent(other->plugin->path, file, error)) continue;
    verdict.problems.push_back("it offers " + name.get<std::string>() + ", which " +
                               other->plugin->path + " already offers");
  }
}

/// The worker's side: tests from number `first` on, a result of each.
void try_contract(const Order& order, std::size_t first, JobSender& sender) {
  const playlist_plugin& plugin =
      open_library(order.file, read_library_file(order.file), order.copies);
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
                                 {"told", result.told},
                                 {"artifact", result.artifact},
                                 {"problems", result.problems}}));
  };
  listener.beat = [&] { heartbeat.beat(); };
  listener.fault = [&](std::string_view meaning) {
    stage.append(": ").append(meaning);
    heartbeat.doing(stage);
  };
  run_contract(plugin, order.contract, first, listener);
}

void add_breach(Verdict& verdict, const std::string& element, const std::string& test,
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
bool add_death(Verdict& verdict, const std::string& message) {
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

void take_result(const Json& result, Verdict& verdict) {
  for (const Json& problem : result["problems"]) {
    add_breach(verdict, result["element"], result["test"], problem);
  }
  Json test{{"element", result["element"]},
            {"test", result["test"]},
            {"ok", result["problems"].empty()},
            {"ms", result["ms"]}};
  if (result["told"] != "") test["told"] = result["told"];
  if (!result["artifact"].empty()) test["artifact"] = result["artifact"];
  verdict.tests.push_back(std::move(test));
}

/// A test is an item: one that ends its process is one problem, and the next process goes on
/// behind it.
class ContractWork final : public ItemWork {
 public:
  ContractWork(const Order& order, Verdict& verdict) : order_(order), verdict_(verdict) {
    add({0, ItemPart::kOpen});
  }

 private:
  Job job(ItemPart part) override {
    WorkerLimits limits;
    limits.wall_seconds = limits.cpu_seconds = 0;
    limits.heartbeat_seconds = kBusy * kQuietSeconds;
    limits.memory_bytes = kMemoryBytes;
    return {limits, [this, part](JobSender& sender) { try_contract(order_, part.begin, sender); }};
  }
  void result(std::size_t, const std::string& bytes) override {
    take_result(Json::parse(bytes), verdict_);
  }
  void failed(std::size_t, Error error) override {
    if (!add_death(verdict_, error.what())) stop();  // it did not even get to a test
  }
  [[nodiscard]] JobWords words(std::size_t) const override { return kWords; }

  const Order& order_;
  Verdict& verdict_;
};

void keep_contract(const Order& order, Verdict& verdict) {
  const auto started = std::chrono::steady_clock::now();
  ContractWork work(order, verdict);
  if (!run_pool(work, {1, order.in_process})) throw Error(Exit::kInterrupted, kWords.interrupted);
  verdict.seconds = seconds_since(started);
}

/// An element that has no data in any test was not tried: said, or "good" would say too much.
void note_untried(Verdict& verdict) {
  for (const Json& element : verdict.facts.value("elements", Json::array())) {
    std::size_t tests = 0, told = 0;
    std::string last;
    for (const Json& test : verdict.tests) {
      if (test["element"] != element || test["test"] == "made and destroyed") continue;
      ++tests;
      if (!test.contains("told")) continue;
      ++told;
      last = test["told"].get<std::string>();
    }
    const std::string name = element.get<std::string>();
    const bool is_source = name.starts_with("source.");
    if (told == 0 || told < tests - (is_source ? 0 : 1)) continue;
    verdict.notes.push_back(
        name.starts_with("source.")
            ? name + " reads none of the made-up files: give it one of its own with --sample"
            : name + " did nothing in any test: " + last);
  }
}

std::string joined(const Json& words) {
  std::string text;
  for (const Json& word : words) text += (text.empty() ? "" : ", ") + word.get<std::string>();
  return text;
}

std::string verdict_text(const std::string& file, const Verdict& verdict) {
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
  char seconds[32];
  std::snprintf(seconds, sizeof seconds, "%.1f s", verdict.seconds);
  text += "  tried with " + counted(verdict.tests.size(), "test") + " of the contract, in " +
          seconds + '\n';
  return text;
}

Exit check(Cli& cli, const std::string& file, const std::string& sample) {
  if (!fs::exists(file)) throw Error(Exit::kInput, "there is no file " + file);
  Order order;
  order.file = file;
  order.copies = cli.home().plugin_copies();
  order.in_process = cli.common.in_process;
  order.contract.rows_check = import::problem_of;
  if (!sample.empty()) {
    order.contract.sample = GuardedInput{fs::path(sample).filename().string(), read_file(sample)};
  }
  Verdict verdict;
  examine(order, verdict);
  compare_names(cli, file, verdict);
  if (!verdict.facts.value("elements", Json::array()).empty()) {
    keep_contract(order, verdict);
    for (const Breach& breach : verdict.breaches) verdict.problems.push_back(breach_text(breach));
    note_untried(verdict);
  }
  if (cli.common.json) {
    Json json{{"path", file}, {"ok", verdict.problems.empty()}, {"problems", verdict.problems}};
    json.update(verdict.facts);
    json["notes"] = verdict.notes;
    json["tests"] = verdict.tests;
    cli.out(printed_json(json));
  } else {
    cli.out(verdict_text(file, verdict));
  }
  return verdict.problems.empty() ? Exit::kDone : Exit::kPlugin;
}

}  // namespace

void add_plugins_check(CLI::App& plugins, Cli& cli) {
  struct Arguments {
    std::string file, sample;
  };
  auto arguments = std::make_shared<Arguments>();
  CLI::App* verb = plugins.add_subcommand(
      "check", "Try a library in processes of its own; say everything that is wrong with it");
  verb->fallthrough()->callback([&cli, arguments] {
    cli.action = [&cli, arguments] { return check(cli, arguments->file, arguments->sample); };
  });
  verb->add_option("file", arguments->file, "A plugin library")->required()->type_name("FILE");
  verb->add_option("--sample", arguments->sample, "A file that the library's source reads")
      ->type_name("FILE");
  verb->footer(
      "Looks at the file, its symbols and its description, then runs every element over made-up\n"
      "libraries of no, one, a thousand and a million tracks, with all features missing, twice "
      "with\n"
      "the same seed, in parts, at the ends of its parameters' ranges, and cancelled; between "
      "pages\n"
      "of memory that it may not touch. Exit status 5 when anything is wrong.");
}

}  // namespace engine
